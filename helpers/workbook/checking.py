"""Everything that must hold before a change is taken: one part after the other, one closing line."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from helpers import places
from helpers.workbook import asking_again
from helpers.workbook.cut import answered, left_alone
from helpers.workbook.drift import drift, twins
from helpers.workbook.execution import Result, Watcher
from helpers.workbook.nbval_run import through_nbval
from helpers.workbook.notebooks import Lesson, find
from helpers.workbook.refreshing import STRICT
from helpers.workbook.rules import broken
from helpers.workbook.running import default_jobs, kernel_environment

__all__ = ["Execution", "Part", "check"]

DEVELOPERS = ("nbval", "pytest", "ruff", "xdist")


@dataclass(frozen=True)
class Part:
    """One part of the check. `problems` says what failed, in the words to print; one notebook may have several."""

    name: str
    passed: int
    problems: tuple[str, ...] = ()
    seconds: float = 0.0
    failed: int = 0

    @property
    def failures(self) -> int:
        return max(self.failed, int(bool(self.problems)))


@dataclass(frozen=True)
class Execution:
    """How `check` executes notebooks. `learners` adds the lessons to their solutions; `exact` allows no digit to differ.

    `sample` replies of each recording that the notebooks read are asked again; None: all of them, also where that costs money.
    """

    jobs: int = 0
    timeout: float = 600
    learners: bool = False
    exact: bool = False
    sample: int | None = asking_again.SAMPLE


def check(
    numbers: Sequence[str] = (),
    *,
    folder: Path | None = None,
    everything: bool = False,
    execution: Execution | None = Execution(),
    watcher: Callable[[int], Watcher] | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> list[Part]:
    """House rules, lessons against their solutions, and every solution executed once, its outputs compared with the committed ones.

    `everything` puts ruff and the unit tests before. The learners' versions are executed too where lessons are named, or `execution`
    says so; `execution=None` executes none. A part that fails stops none of the others. A lesson in which a person has solved exercises is
    not ours to check: it is left out, and named at the end.
    Raises RuntimeError when `everything` is wanted and the developers' tools are not installed.
    """
    lessons = find(numbers, folder=folder)
    solutions = find(numbers, folder=folder, solutions=True)
    spared = [solution for solution in solutions if _answered(solution)]
    lessons = [lesson for lesson in lessons if lesson.solution not in spared]
    followed = [solution for solution in solutions if solution not in spared]
    steps: list[tuple[str, Callable[[], Part]]] = [
        ("house rules of lessons", lambda: _rules(lessons + solutions)),
        ("lessons against their solutions", lambda: _against_solutions(lessons, followed)),
    ]
    if everything:
        steps = [*_developers([solution.path.name for solution in spared]), *steps]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as notes:
        if execution:
            chosen = solutions + lessons * (execution.learners or bool(numbers))
            steps.append(("notebooks: executed, compared", lambda: _execute(chosen, execution, Path(notes), watcher)))
            steps.append(("recordings: asked again", lambda: _again(Path(notes), execution, say)))
        parts = [_timed(name, step, say) for name, step in steps]
    for line in left_alone(spared, "exercises {number}"):
        say(f"{line}. It was not checked: a person's answers belong in my/, and ladder start brings them there")
    return parts


def _answered(solution: Lesson) -> bool:
    """Whether a person has solved exercises in the lesson; not where it cannot be read: a part of the check tells of that."""
    with suppress(ValueError):
        return bool(answered(solution))
    return False


def _developers(persons: Sequence[str]) -> list[tuple[str, Callable[[], Part]]]:
    missing = [name for name in DEVELOPERS if not importlib.util.find_spec(name)]
    if missing:
        raise RuntimeError(f"not installed: {', '.join(missing)}. Run: make test, or: pip install -c constraints.txt -e .[dev]")
    left_out = json.dumps(["outputs", "my", *(f"lessons/{name}" for name in persons)])
    without = ("--config", f"extend-exclude = {left_out}") if persons else ()
    return [
        ("lint: ruff check", lambda: _tool("ruff", "check", ".", *without)),
        ("format: ruff format", lambda: _tool("ruff", "format", "--check", ".", *without)),
        ("unit tests: pytest", _unit_tests),
    ]


def _timed(name: str, step: Callable[[], Part], say: Callable[[str], None]) -> Part:
    say(f"== {name}")
    start = time.perf_counter()
    try:
        part = step()
    except Exception as error:  # such as a notebook that cannot be read: the other parts still have something to say
        part = Part(name, 0, (f"{type(error).__name__}: {error}",))
    for problem in part.problems:
        say(f"FAILED {problem}")
    return Part(name, part.passed, part.problems, round(time.perf_counter() - start, 1), part.failures)


def _tool(*command: str) -> Part:
    code = subprocess.run([sys.executable, "-m", *command], cwd=places.root()).returncode
    return Part("", passed=int(code == 0), problems=(f"{' '.join(command)}: exit code {code}",) if code else ())


def _unit_tests() -> Part:
    jobs = min(os.cpu_count() or 1, 4)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        spread = ("-n", str(jobs), "--dist", "loadfile", "--no-loadscope-reorder")  # by name: test_any_model, the longest, begins early
        command = [sys.executable, "-m", "pytest", "-q", *spread, f"--junitxml={report}"]
        env = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        code = subprocess.run(command, cwd=places.root(), env=env).returncode
        passed, failed = _counts(report)
    return Part("", passed, (f"pytest: exit code {code}",) if code else (), failed=failed)


def _counts(report: Path) -> tuple[int, int]:
    """From a JUnit report: how many cases passed, and how many failed."""
    cases = list(xml.parse(report).iter("testcase")) if report.exists() else []
    kinds = [{child.tag for child in case} for case in cases]
    return sum(not kind & {"failure", "error", "skipped"} for kind in kinds), sum(bool(kind & {"failure", "error"}) for kind in kinds)


def _judged(problems: Mapping[Lesson, Sequence[str]]) -> Part:
    """Each notebook counts one, however many problems it has."""
    failed = sum(bool(lines) for lines in problems.values())
    return Part("", len(problems) - failed, tuple(line for lines in problems.values() for line in lines), failed=failed)


def _rules(lessons: Sequence[Lesson]) -> Part:
    return _judged({lesson: broken(lesson) for lesson in lessons})


def _against_solutions(lessons: Sequence[Lesson], solutions: Sequence[Lesson]) -> Part:
    names = {solution.path.name for solution in solutions}
    orphans = {lesson: [f"{lesson.name}: has no solution"] for lesson in lessons if lesson.path.name not in names}
    return _judged({**{solution: drift(solution) + twins(solution) for solution in solutions}, **orphans})


def _again(notes: Path, how: Execution, say: Callable[[str], None]) -> Part:
    """A sample of each recording that the notebooks read, asked again of the model that made it."""
    results = asking_again.again(notes, hosted=how.sample is None)
    for result in results:
        if result.skipped:
            say(f"skipped: {result.name}: {result.skipped}")
    return Part("", sum(not result.skipped for result in results), tuple(asking_again.verdict(results)))


def _execute(lessons: Sequence[Lesson], how: Execution, notes: Path, watcher: Callable[[int], Watcher] | None) -> Part:
    """Every notebook through nbval, once; several at a time, each in a process and with a ledger of its own."""
    watch, jobs = watcher(len(lessons)) if watcher else Watcher(), how.jobs or default_jobs(len(lessons))
    settings = {**STRICT, **asking_again.settings(notes, how.sample), "LADDER_EXACT": str(int(how.exact))}
    with kernel_environment(jobs, settings) as env, ThreadPoolExecutor(jobs) as pool:
        last_first = lessons[::-1]  # the last take longest: no core is to wait at the end for one that started late
        found = dict(zip(last_first, pool.map(lambda lesson: _watched(lesson, how.timeout, env, watch), last_first), strict=True))
    return _judged({lesson: found[lesson] for lesson in lessons})


def _watched(lesson: Lesson, timeout: float, env: Mapping[str, str], watch: Watcher) -> list[str]:
    start = time.perf_counter()
    watch.started(lesson.name)
    problems = through_nbval(lesson, timeout, env)
    seconds = round(time.perf_counter() - start, 1)
    watch.finished(Result(lesson.name, "failed" if problems else "passed", seconds, error=problems[0] if problems else ""))
    return problems
