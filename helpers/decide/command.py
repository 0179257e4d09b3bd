"""`ladder decide my.csv`: the whole ladder on a file of your own, as one screen in the terminal and one page of HTML."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.decide import asking, climb, decide, export, rungs_for
from helpers.decide.findings import Findings
from helpers.decide.flags import as_flags, file_settings, own_prompt, parser
from helpers.decide.rungs import Budget
from helpers.decide.screen import screen
from helpers.decide.webpage import page
from helpers.metrics import score
from helpers.models import load
from helpers.models.reply import ModelError
from helpers.progress import say
from helpers.storage import write_text

if TYPE_CHECKING:
    from helpers.decide.ladders import Ladder, Step
    from helpers.decide.rungs import Rung
    from helpers.models import Model
    from helpers.tasks import Task

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit code: 0; 1 if a person said no; 2 if it could not be done, with one line; 130 on Ctrl-C."""
    try:
        options = parser().parse_args(arguments)
        options.typed = shlex.join(["ladder", "decide", *arguments])
        return _run(options)
    except SystemExit as stop:  # --help, or an error in the flags
        return int(stop.code or 0)
    except (ValueError, OSError, RuntimeError, EOFError) as error:
        print(f"ladder decide: {as_flags(' '.join(str(error).split()))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("ladder decide: interrupted; the same command asks only for what is missing", file=sys.stderr)
        return 130


def _run(options: argparse.Namespace) -> int:
    if options.export:
        export.check_folder(options.export)
    task = _task(options)
    model = load(options.model)
    ladder = _ladder(task, model, options)
    _check_rung(ladder, options.rung, options.export)
    if not _agreed(ladder, model, options):
        return 1
    findings = _findings(ladder, model, options)
    out = options.out or _new_folder(Path(options.file).stem)
    for rung in findings.rungs:
        for number, run in enumerate((rung.run, *rung.repeats)):
            run.save(out / "runs" / (f"{rung.name}, seed {number}" if number else rung.name))
    file = write_text(out / "index.html", page(findings, flags=as_flags))
    print(screen(findings, width=min(120, shutil.get_terminal_size((110, 40)).columns), flags=as_flags))
    print(f"\nPage      {file}")
    if options.export:
        script = export.write(
            findings, ladder, options.rung, options.export, options=export.reading(Path(options.file), file_settings(options))
        )
        print(f"Exported  {script}")
    return 0


def _check_rung(ladder: Ladder, name: str | None, folder: Path | None) -> None:
    """ValueError: a rung that is not there, or nowhere to write it."""
    names = [step.name for step in ladder.steps]
    if name is not None and name not in names:
        raise ValueError(f"there is no rung {name!r} for --rung; there are {', '.join(map(repr, names))}")
    if name is not None and folder is None:
        raise ValueError(f"--rung {name!r} says which rung to export, and not where to: add --export my_rung")


def _new_folder(stem: str) -> Path:
    """outputs/decide/<file>-<time>; with a number behind it where two runs end in one second."""
    name = f"{stem}-{datetime.now():%Y-%m-%dT%H-%M-%S}"
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    return next(folder for name in names if not (folder := places.outputs("decide", name)).exists())


def _task(options: argparse.Namespace) -> Task:
    """The file as a task; or a task by its name. With the reader's own prompt, if there is one."""
    from helpers.files import from_file
    from helpers.tasks import load_task

    settings = file_settings(options)
    named = places.data(options.file, "task.toml").exists() or Path(options.file, "task.toml").exists()
    if named and settings:
        raise ValueError(f"{options.file} is a task, whose task.toml says what it is: leave --{next(iter(settings)).replace('_', '-')} out")
    task = load_task(options.file) if named else from_file(options.file, quiet=True, **settings)
    return replace(task, prompts={**task.prompts, **own_prompt(options.prompt, task)}) if options.prompt else task


def _ladder(task: Task, model: Model, options: argparse.Namespace) -> Ladder:
    """The rungs that are wanted; each is one look, so the budget is as many, unless it was said."""
    weights = places.cache("decide", task.name)
    ladder = rungs_for(task, model, shots=options.shots, seeds=options.seeds, limit=options.train_rows, folder=weights)
    ladder = _without(ladder, [step for step in ladder.steps if options.no_training and step.trains], "as you said with --no-training")
    if options.private and asking.stays_here(model) is False:
        ladder = _without(ladder, [step for step in ladder.steps if step.asks], f"its data would leave this machine for {model.name}")
    looks = sum(1 + len(step.again) for step in ladder.steps)
    return replace(ladder, task=replace(task, looks=options.looks or max(task.looks, looks)))


def _without(ladder: Ladder, steps: Sequence[Step], why: str) -> Ladder:
    staying = tuple(step for step in ladder.steps if step not in steps)
    return replace(ladder, steps=staying, skipped=ladder.skipped | {step.name: why for step in steps})


def _agreed(ladder: Ladder, model: Model, options: argparse.Namespace) -> bool:
    """Whether a hosted model may be paid. ValueError: nobody is there to be asked."""
    methods = [step.method for step in ladder.steps if step.asks]
    if asking.stays_here(model) is not False or not methods:
        return True
    rows = list(ladder.task["test"])[: options.limit]
    bill = asking.bill(methods, rows, model)
    print(f"{model.name} is asked about {len(rows):,} rows by {len(methods)} rungs: {bill}.", flush=True)
    if options.yes or not bill.calls:
        return True
    if not sys.stdin.isatty():
        raise ValueError("a hosted model costs money, and nobody is here to be asked: say --yes, or take fewer rows with --limit 50")
    return input("Go on? [y/N] ").strip().lower() in ("y", "yes")


def _findings(ladder: Ladder, model: Model, options: argparse.Namespace) -> Findings:
    rungs, failed, notes = _climb(ladder, options)
    bar, about = _bar(ladder, options)
    budget = Budget(dollars_per_1000=options.max_cost, private=options.private)
    verdict = decide(rungs, good_enough=bar, margin=options.margin, budget=budget)
    return Findings(
        task=ladder.task,
        model=model,
        rungs=rungs,
        verdict=verdict,
        margin=options.margin,
        bar=about,
        prices=f"{options.price.words} (--price)",
        skipped=ladder.skipped | failed,
        warnings=notes,
        command=options.typed,
        private=options.private,
        exported=options.export,
        trained=tuple(step.name for step in ladder.steps if step.trains),
    )


def _bar(ladder: Ladder, options: argparse.Namespace) -> tuple[float, str]:
    """What is good enough, and why: as it was said, else what beats the answer that is always the same by the margin, over all rows."""
    if options.good_enough is not None:
        return options.good_enough, f"good enough is {options.good_enough:g}, as you said"
    task = ladder.task
    rows = [row for split in task.splits.values() for row in split]
    answers = ladder.steps[0].method.solve(rows, None)
    mean = sum(score(task.metric, answer.text, row["target"], task.labels) for answer, row in zip(answers, rows, strict=True)) / len(rows)
    bar = min(1.0, round(mean + options.margin, 2))
    return bar, f"good enough is {bar:g}: always the same answer has {mean:.2f}, and the margin is {options.margin:g} (--good-enough)"


def _climb(ladder: Ladder, options: argparse.Namespace) -> tuple[list[Rung], dict[str, str], tuple[str, ...]]:
    """The rungs, a line each as they are reached; those whose replies all failed, and why; what was warned of on the way.

    ModelError: every rung that asks the model failed.
    """
    rungs: list[Rung] = []
    failed: dict[str, str] = {}
    notes: dict[str, None] = {}
    for number, step in enumerate(ladder.steps, 1):
        started = time.perf_counter()
        place = f"[{number}/{len(ladder.steps)}] {step.name}"
        if step is next((step for step in ladder.steps if step.trains), None):
            often = f", with each of {options.seeds} seeds" if options.seeds > 1 else ""
            say(f"{place}: training first, on {min(options.train_rows, len(ladder.task['train'])):,} rows{often}")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            try:
                rungs += climb(replace(ladder, steps=(step,)), split="test", limit=options.limit, prices=options.price)
                outcome = repr(rungs[-1].run.score)
            except ModelError as error:
                failed[step.name] = outcome = str(error)
        notes |= {str(news.message): None for news in caught if news.category is UserWarning}  # not of looks: all are told in one note
        say(f"{place}: {outcome}, {time.perf_counter() - started:.1f} s")
    if failed and not any(rung.run.model != "none" for rung in rungs):
        raise ModelError(next(iter(failed.values())))
    return rungs, failed, tuple(notes)
