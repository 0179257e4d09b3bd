"""The learner's and the instructor's commands, as `ladder` calls them: do it, say what was done, return the exit code."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from helpers import places, workbook
from helpers.workbook import mine
from helpers.workbook.asking_again import SAMPLE, recorded_lessons
from helpers.workbook.console import Progress, summary
from helpers.workbook.cut import left_alone
from helpers.workbook.drift import drift
from helpers.workbook.extras import check_extras, find_extras, refresh_extras
from helpers.workbook.notebooks import known_lessons
from helpers.workbook.parameters import parse_parameters
from helpers.workbook.recording import estimate, has_second
from helpers.workbook.recording import record as record_lesson
from helpers.workbook.site import build, publish
from helpers.workbook.standing import standings, table

__all__ = ["check", "exercises", "extras", "link", "progress", "record", "refresh", "run", "site", "start"]


def start(options: argparse.Namespace) -> int:
    """`ladder start`: which copies were made, which are older than their lesson, and where they lie."""
    if options.reset:
        print(mine.reset(options.reset, folder=options.lessons))
        return 0
    lines = mine.start(renew=options.renew, folder=options.lessons)
    copies = mine.copies(options.lessons)
    print(
        "\n".join(
            [*lines, f"{len(copies)} lessons in {copies[0].path.parent}. To open them: jupyter lab {shlex.quote(str(copies[0].path))}"]
        )
    )
    return 0


def progress(options: argparse.Namespace) -> int:
    """`ladder progress`: predictions, exercises and quizzes so far, lesson by lesson."""
    print(table(standings(options.lessons)))
    return 0


def run(options: argparse.Namespace) -> int:
    """`ladder run`: how each lesson ended, and where the notebooks and the site lie."""
    out = (options.out or places.outputs()).resolve()
    mine.refuse_mine(out)
    lessons = workbook.find(options.numbers, folder=options.lessons, solutions=options.solutions)
    with Progress(len(lessons)) as watcher:
        results = workbook.run(
            lessons,
            parameters=parse_parameters(options.parameters),
            jobs=options.jobs,
            timeout=options.timeout,
            out=out,
            force=options.force,
            watcher=watcher,
        )
    first = _built(out, options.lessons)  # before anything is printed: the reader of our output may be gone
    kind = "solutions" if options.solutions else "lessons"
    print(f"\n{summary(results)}")
    print(f"notebooks: {out / kind}")
    if options.parameters:
        names = [result.notebook for result in results if result.notebook]
        print(f"beside the course's own, which stay as they were: {', '.join(names) or 'nothing was written'}")
    print(f"to read:   {first}")
    return int(not all(result.ok for result in results) or not isinstance(first, Path))


def _built(out: Path, folder: Path | None) -> Path | str:
    """The first page; why there is none, in words: what ran is not lost for it."""
    try:
        return build(out, known_lessons(folder))
    except RuntimeError as error:
        return str(error)


def site(options: argparse.Namespace) -> int:
    """`ladder site`: where the pages lie, and where those for others."""
    out = (options.out or places.outputs()).resolve()
    lessons = known_lessons(options.lessons)
    if not lessons:
        raise ValueError(f"no lessons in {options.lessons}: there is no notebook named like 01_prompts.ipynb")
    print(f"to read:    {build(out, lessons)}")
    if options.publish_dir:
        print(f"to publish: {publish(out, lessons, options.publish_dir.resolve())} (no runs with parameters, no progress)")
    return 0


def check(options: argparse.Namespace) -> int:
    """`ladder check`: a line for each part, and one closing line."""
    sample = None if options.recordings else SAMPLE
    how = workbook.Execution(options.jobs, options.timeout, learners=options.learners, exact=options.exact, sample=sample)
    parts = workbook.check(
        options.numbers or (recorded_lessons() if options.recordings else ()),
        folder=options.lessons,
        everything=options.all,
        execution=None if options.no_run else how,
        watcher=Progress,
        say=lambda text: print(text, flush=True),
    )
    print()
    for part in parts:
        print(f"{part.name:<34} {part.passed:>5} passed {part.failures:>4} failed {part.seconds:>7.1f} s")
    failed = sum(part.failures for part in parts)
    print(f"{sum(part.passed for part in parts)} passed, {failed} failed")
    return int(failed > 0)


def record(options: argparse.Namespace) -> int:
    """`ladder record`: for each lesson how many replies its recording holds, how many were asked now, and what they cost."""
    lessons = [lesson for lesson in workbook.find(options.numbers, folder=options.lessons, solutions=True) if has_second(lesson)]
    if not lessons:
        raise ValueError("none of these lessons has a second model: there is no parameter `second` in them")
    costs = [cost for lesson in lessons if (cost := estimate(lesson.number, options.model))]
    print("\n".join(costs))
    if costs and not options.yes and not _agreed():
        return 1
    with Progress(len(lessons)) as watcher:
        for lesson in lessons:
            done = record_lesson(lesson, options.model, fresh=options.fresh, timeout=options.timeout, watcher=watcher)
            paid = f", ${done.usd:.4f}" if done.usd else ""
            print(f"lesson {lesson.number}: {done.replies:,} replies in {done.path.name}, {done.asked:,} of them asked now{paid}")
    return 0


def _agreed() -> bool:
    """Whether somebody at a terminal says yes; where nobody can, --yes does."""
    if not sys.stdin.isatty():
        raise ValueError("a hosted model costs money: say --yes")
    return input("Go on? [y/N] ").strip().lower() in ("y", "yes")


def refresh(options: argparse.Namespace) -> int:
    """`ladder refresh`: which outputs changed, and which lessons were left alone."""
    spared = _left_alone(options, "refresh {number}")
    lessons = workbook.find(options.numbers, folder=options.lessons, solutions=True)
    with Progress(2 * (len(lessons) - len(spared))) as watcher:
        results, changes = workbook.refresh(
            options.numbers, folder=options.lessons, jobs=options.jobs, timeout=options.timeout, force=options.force, watcher=watcher
        )
    print("\n".join([*map(str, changes), *spared]))
    print(f"{summary(results)}; {len(changes)} cells changed their output" + (" (nbdiff shows them whole)" if changes else ""))
    return int(bool(spared) or not all(result.ok for result in results))


def extras(options: argparse.Namespace) -> int:
    """`ladder extras`: what is wrong with each notebook of lessons/extra/, and one closing line."""
    do = refresh_extras if options.refresh else check_extras
    problems = do(find_extras(options.names), timeout=options.timeout)
    for name, lines in problems.items():
        print("\n".join(f"FAILED {line}" for line in lines) or f"{name}: {'written' if options.refresh else 'passed'}", flush=True)
    failed = sum(bool(lines) for lines in problems.values())
    print(f"{len(problems) - failed} passed, {failed} failed")
    return int(failed > 0)


def exercises(options: argparse.Namespace) -> int:
    """`ladder exercises`: which lessons were cut; with `--check`, which would be."""
    if options.check:
        solutions = workbook.find(options.numbers, folder=options.lessons, solutions=True)
        problems = [text for solution in solutions for text in drift(solution)]
        print("\n".join(problems) or "every lesson is what its solution cuts to")
        return int(bool(problems))
    spared = _left_alone(options, "exercises {number}")
    written = workbook.exercises(tuple(options.numbers), folder=options.lessons, force=options.force)
    lines = [*(f"cut {path.name}" for path in written), *spared]
    print("\n".join(lines) or "nothing to cut: every lesson is what its solution cuts to")
    return int(bool(spared))


def link(options: argparse.Namespace) -> int:
    """`ladder link`: which notebooks lead to the fork now."""
    spared = _left_alone(options, f"link {options.repository} --branch {options.branch}")
    written = workbook.link(options.repository, branch=options.branch, folder=options.lessons, force=options.force)
    lines = [*(f"relinked {path.name}" for path in written), *spared]
    print("\n".join(lines) or f"nothing to do: every link leads to {options.repository}")
    return int(bool(spared))


def _left_alone(options: argparse.Namespace, command: str) -> list[str]:
    """What is said of the lessons that a command leaves alone; nothing where it is forced. ValueError: it would write into `my/`."""
    mine.refuse_mine(options.lessons)
    if options.force:
        return []
    return left_alone(workbook.find(options.numbers, folder=options.lessons, solutions=True), command)
