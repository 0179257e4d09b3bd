"""Everything that must hold before a change is taken: one part after the other, one closing line."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from helpers import places
from helpers.workbook.cut import drift
from helpers.workbook.files import Lesson, find
from helpers.workbook.refreshing import STRICT
from helpers.workbook.rules import broken
from helpers.workbook.rules_outputs import machine_names
from helpers.workbook.running import default_jobs, kernel_environment, run
from helpers.workbook.task import Watcher

__all__ = ["Part", "check"]

DEVELOPERS = ("nbval", "pytest", "ruff", "xdist")


@dataclass(frozen=True)
class Part:
    """One part of the check. `problems` says what failed, in the words to print."""

    name: str
    passed: int
    problems: tuple[str, ...] = ()
    seconds: float = 0.0
    failed: int = 0

    @property
    def failures(self) -> int:
        return max(self.failed, len(self.problems))


def check(
    numbers: Sequence[str] = (),
    *,
    folder: Path | None = None,
    jobs: int = 0,
    timeout: float = 600,
    everything: bool = False,
    watcher: Callable[[int], Watcher] | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> list[Part]:
    """House rules, drift of the cut exercises, every lesson and solution by papermill, committed outputs by nbval.

    `everything` puts ruff and the unit tests before. A part that fails stops none of the others. Raises RuntimeError when
    the developers' tools are not installed.
    """
    missing = [name for name in DEVELOPERS if not importlib.util.find_spec(name)]
    if missing:
        raise RuntimeError(f"not installed: {', '.join(missing)}. Run: make test, or: pip install -c constraints.txt -e .[dev]")
    lessons = find(numbers, folder=folder) + find(numbers, folder=folder, solutions=True)
    jobs = jobs or default_jobs(len(lessons))
    steps: list[tuple[str, Callable[[], Part]]] = [
        ("lint: ruff check", lambda: _tool("ruff", "check", ".")),
        ("format: ruff format", lambda: _tool("ruff", "format", "--check", ".")),
        ("unit tests: pytest", _unit_tests),
    ] * everything + [
        ("house rules of lessons", lambda: _rules(lessons)),
        ("exercises against solutions", lambda: _drift(lessons)),
        ("lessons and solutions: papermill", lambda: _execute(lessons, jobs, timeout, watcher)),
        ("committed outputs: nbval", lambda: _compare(lessons, jobs, timeout, say)),
    ]
    return [_timed(name, step, say) for name, step in steps]


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
        command = [sys.executable, "-m", "pytest", "-q", "-n", str(jobs), "--dist", "loadfile", f"--junitxml={report}"]
        env = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        code = subprocess.run(command, cwd=places.root(), env=env).returncode
        passed, failed, _ = _counts(report)
    return Part("", passed, (f"pytest: exit code {code}",) if code else (), failed=failed)


def _rules(lessons: Sequence[Lesson]) -> Part:
    found = {lesson: broken(lesson) for lesson in lessons}
    return Part("", sum(not problems for problems in found.values()), tuple(text for problems in found.values() for text in problems))


def _drift(lessons: Sequence[Lesson]) -> Part:
    solutions = {lesson.path.name: lesson for lesson in lessons if lesson.is_solution}
    found = [text for lesson in solutions.values() for text in drift(lesson)]
    orphans = [f"{lesson.name}: has no solution" for lesson in lessons if not lesson.is_solution and lesson.path.name not in solutions]
    return Part("", len(solutions) - len(found), (*found, *orphans))


def _execute(lessons: Sequence[Lesson], jobs: int, timeout: float, watcher: Callable[[int], Watcher] | None) -> Part:
    watch = watcher(len(lessons)) if watcher else None
    with tempfile.TemporaryDirectory() as out:
        results = run(lessons, jobs=jobs, timeout=timeout, out=Path(out), settings=STRICT, fresh_home=True, force=True, watcher=watch)
        problems = [f"{result.name}: {result.status}: {result.error}" for result in results if not result.ok]
        for lesson, result in zip(lessons, results, strict=True):
            made = Lesson(Path(out, "solutions" if lesson.is_solution else "lessons", lesson.path.name))
            if result.ok:
                problems += [f"{lesson.name}, executed: {text}" for text in machine_names(made, made.read())]
    return Part("", sum(result.ok for result in results), tuple(problems))


def _compare(lessons: Sequence[Lesson], jobs: int, timeout: float, say: Callable[[str], None]) -> Part:
    with kernel_environment(jobs, STRICT) as env, ThreadPoolExecutor(jobs) as pool:
        parts = list(pool.map(lambda lesson: _nbval(lesson, timeout, env, say), lessons))
    return Part("", sum(part.passed for part in parts), tuple(text for part in parts for text in part.problems))


def _nbval(lesson: Lesson, timeout: float, env: dict[str, str], say: Callable[[str], None]) -> Part:
    """One lesson through nbval, in a process and with a ledger of its own."""
    with tempfile.TemporaryDirectory() as home:
        report = Path(home, "report.xml")
        options = ["--nbval", f"--nbval-sanitize-with={places.root() / 'tests' / 'sanitize.cfg'}", f"--nbval-cell-timeout={timeout:g}"]
        quiet = ["-p", "no:cacheprovider", "-o", "filterwarnings=", "-o", "addopts=", f"--junitxml={report}"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *quiet, str(lesson.path)],
            cwd=places.root(),
            env={**env, "LADDER_HOME": home},
            capture_output=True,
            text=True,
        )
        passed, _, problems = _counts(report)
    if done.returncode and not problems:
        problems = [f"nbval: exit code {done.returncode}: {done.stdout.strip()[-500:]}"]
    say(f"{lesson.name}: {passed} cells agree" + (f", {len(problems)} do not" if problems else ""))
    return Part("", passed, tuple(f"{lesson.name}, {text}" for text in problems))


def _counts(report: Path) -> tuple[int, int, list[str]]:
    """From a JUnit report: how many passed, how many failed, and what each failure says."""
    if not report.exists():
        return 0, 0, []
    passed, problems = 0, []
    for case in xml.parse(report).iter("testcase"):
        wrong = [child for child in case if child.tag in ("failure", "error")]
        passed += not wrong and not any(child.tag == "skipped" for child in case)
        problems += [f"{case.get('name')}: {_plain(child.text or child.get('message') or '')}" for child in wrong]
    return passed, len(problems), problems


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m|#x1B\[[0-9;]*m", "", text).strip()[:1500]
