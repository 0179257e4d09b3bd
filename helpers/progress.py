"""The progress bar of long work, and a learner's progress through the lessons: `my/progress.json`, written from notebooks in `my/` only."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import places
from helpers.storage import free_name, read_json, write_json

if TYPE_CHECKING:
    from tqdm.std import tqdm

__all__ = ["Count", "bar", "by_lesson", "guessed", "live", "my_notebook", "read", "recalled", "request", "say", "tried"]

FORMAT = "llm-ladder progress 1"
KINDS = {"predictions": ("guess", "right", "late"), "exercises": ("tries", "passed"), "quizzes": ("right",)}  # and what an entry holds
PATIENCE = 10.0  # seconds to wait for another notebook that writes


def request() -> dict[str, Any]:
    """The message that this kernel is working on, such as a cell's; {} where there is no kernel."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell.kernel.get_parent("shell") if hasattr(shell, "kernel") else {}


def live() -> bool:
    """Whether somebody can click: a frontend that takes input sent the cell, or the click, as JupyterLab does and nbclient does not."""
    message = {} if _off() else request()
    return message.get("header", {}).get("msg_type") == "comm_msg" or bool(message.get("content", {}).get("allow_stdin"))


def bar(total: int, title: str, progress: bool = True, unit: str = "example") -> tqdm:
    """A progress bar, or a silent one where nobody watches: what a program runs and keeps should not hold a bar."""
    from tqdm.std import tqdm

    settings = {"total": total, "desc": title, "unit": unit, "unit_scale": unit == "B", "leave": False}
    if progress and live():
        return tqdm(**settings, file=_Line(), ascii=False, ncols=90, delay=0.5)
    return tqdm(**settings, disable=not (progress and not _off() and sys.stderr.isatty()))


class _Line:
    """The file that a bar writes to in a notebook: an output of plain text, rewritten. A bar of widgets would be dead in the saved file."""

    handle = None

    def write(self, text: str) -> None:
        from IPython.display import display

        face = {"text/plain": text.strip()}
        if self.handle is None:
            self.handle = display(face, raw=True, display_id=True)
        else:
            self.handle.update(face, raw=True)

    def flush(self) -> None: ...


def say(text: str) -> None:
    """A line on standard error about something that takes long; LADDER_PROGRESS=off silences it."""
    if not _off():
        print(text, file=sys.stderr, flush=True)


def _off() -> bool:
    return os.environ.get("LADDER_PROGRESS", "").lower() == "off"


def my_notebook() -> Path | None:
    """The notebook in `my/` that this kernel was started for; None elsewhere. JupyterLab's server names it in JPY_SESSION_NAME."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    return path if path.is_absolute() and path.resolve().is_relative_to(places.mine().resolve()) else None


def guessed(name: str, guess: str, right: bool | None, late: bool) -> None:
    """Keep a guess, and whether it was right (None: not measured yet). The first one that was measured stays."""
    _keep("predictions", name, lambda old: old if old.get("right") is not None else {"guess": guess, "right": right, "late": late})


def tried(name: str, passed: bool) -> None:
    """Count an attempt at an exercise; what was passed once stays passed."""
    _keep("exercises", name, lambda old: {"tries": old.get("tries", 0) + 1, "passed": passed or old.get("passed", False)})


def recalled(name: str, right: bool) -> None:
    """Keep the first answer to a question of a quiz."""
    _keep("quizzes", name, lambda old: old or {"right": right})


def _keep(kind: str, name: str, change: Callable[[dict], dict]) -> None:
    """Change one entry of the file, alone among all notebooks that write; where that fails the lesson goes on, and a line says so."""
    if not (live() and my_notebook()):
        return
    from filelock import FileLock, Timeout

    path = places.mine("progress.json")
    try:
        with FileLock(path.with_name(".progress.lock"), timeout=PATIENCE):
            everything = _whole(path)
            old = everything[kind].get(name, {})
            new = change(old)
            if new != old:
                everything[kind][name] = {**new, "on": date.today().isoformat()}
                write_json(path, everything)
    except (OSError, Timeout) as error:
        say(f"my/progress.json was not written: {error}")


def _whole(path: Path) -> dict[str, Any]:
    """What to go on from. A file that is no record of progress is put aside, never overwritten."""
    try:
        return read()
    except ValueError as error:
        aside = path.rename(free_name(path))
        say(f"{error} It now lies beside, as my/{aside.name}; a new record begins.")
        return read()


def read() -> dict[str, Any]:
    """All of `my/progress.json`; empty where there is none yet. ValueError: the file is broken, or something else."""
    path = places.mine("progress.json")
    if not path.exists():
        return {"format": FORMAT, **{kind: {} for kind in KINDS}}
    try:
        everything = read_json(path)
    except ValueError as error:
        raise ValueError(f"{error}. Mend it, or rename it: then a new record begins.") from error
    if everything.get("format") != FORMAT or not all(_entries(everything.get(kind), fields) for kind, fields in KINDS.items()):
        raise ValueError(
            f"my/progress.json is not a record of progress: its format should be {FORMAT!r}. Rename it: then a new record begins."
        )
    return everything


def _entries(entries: Any, fields: tuple[str, ...]) -> bool:
    return isinstance(entries, dict) and all(isinstance(entry, dict) and {*fields} <= entry.keys() for entry in entries.values())


@dataclass(frozen=True)
class Count:
    """How far somebody got in one lesson. Only a guess made before the run is `measured`, as right or not; `late` ones do not count."""

    guesses: int
    measured: int
    right: int
    late: int
    tried: int
    passed: int
    recalled: int
    remembered: int


def by_lesson(everything: dict[str, Any]) -> dict[str, Count]:
    """The counts of each lesson that has any, by its number."""
    numbers = sorted({name.split(".")[0] for kind in KINDS for name in everything[kind]})
    return {number: _count(*([entry for name, entry in everything[kind].items() if name.startswith(f"{number}.")] for kind in KINDS))
            for number in numbers}  # fmt: skip


def _count(guesses: list[dict], exercises: list[dict], quiz: list[dict]) -> Count:
    early = [guess for guess in guesses if guess["right"] is not None and not guess["late"]]
    return Count(
        guesses=len(guesses),
        measured=len(early),
        right=sum(guess["right"] for guess in early),
        late=sum(guess["late"] for guess in guesses),
        tried=len(exercises),
        passed=sum(exercise["passed"] for exercise in exercises),
        recalled=len(quiz),
        remembered=sum(question["right"] for question in quiz),
    )
