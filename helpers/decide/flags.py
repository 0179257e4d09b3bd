"""The flags of `ladder decide`: those of the ladder, and for every argument of `files.from_file` one of its name."""

from __future__ import annotations

import argparse
import difflib
import inspect
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from helpers.prompts import Template

if TYPE_CHECKING:
    from helpers.decide.rungs import Prices
    from helpers.tasks import Task

__all__ = ["Setting", "as_flags", "file_settings", "own_prompt", "parser"]

OURS = ("path", "quiet", "looks", "license", "description")  # of from_file's arguments: those that are no flags of the file
LADDER = ("good_enough", "margin", "looks", "shots", "limit", "seeds")  # arguments of Python that are flags of the ladder
Setting = str | int | bool | list[str] | None
ABOUT = {
    "input": "the column with the texts, or a template such as '{title}\\n{body}'; repeat for several columns",
    "target": "the column with the answers",
    "context": "the column with a passage that each question is about",
    "group": "a column that says which rows belong together; they stay in one split",
    "date": "a column with dates; the newest rows are the test",
    "id": "a column with ids",
    "metric": "how an answer is scored: label, exact, set_f1, json, rouge_l, ...",
    "labels": "a label; repeat for each",
    "instruction": "what the prompts say that is to be done",
    "documents": "a folder of *.md and *.txt files to look things up in",
    "seed": "draws the splits",
    "max_rows": "a sample of so many rows",
    "name": "the task's name; with the old one, looks are counted on after rows were added",
    "encoding": "of the file, such as cp1252",
    "delimiter": "between the fields of a CSV, such as ';' or '\\t'",
    "pattern": "a regular expression as a rung: what it finds is the answer",
    "date_format": "such as %%d.%%m.%%Y",
    "max_chars": "longer rows are left out",
}


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line: what was wrong, and of a flag that does not exist, which was meant."""

    def error(self, message: str) -> NoReturn:
        unknown = re.match(r"unrecognized arguments: (--[\w-]+)", message)
        if unknown:
            near = difflib.get_close_matches(unknown[1], self._option_string_actions, 1, 0.5)
            message = f"there is no flag {unknown[1]}" + (f"; did you mean {near[0]}?" if near else "; ladder decide --help lists them")
        if message.endswith("required: file"):
            message = "no file was named: ladder decide my.csv"
        print(f"ladder decide: {message}", file=sys.stderr)
        raise SystemExit(2)


def parser() -> Parser:
    """The parser. What the file is told is under `file_<argument>`: see `file_settings`."""
    flags = Parser(prog="ladder decide", description="The whole ladder on a file of yours: one screen, and one page.", allow_abbrev=False)
    flags.add_argument("file", help="your file (CSV, TSV, JSON, JSONL, Parquet, Excel), or the name of a task")
    ladder = flags.add_argument_group("the ladder")
    ladder.add_argument("--model", default="pocket", help="pocket, smollm2, hf:<folder or id> or openai:<name>[@<url>] (default: pocket)")
    ladder.add_argument("--good-enough", type=_share, metavar="S", help="the least mean score of use (default: that of always giving the "
                        "most frequent answer, and the margin)")  # fmt: skip
    ladder.add_argument("--margin", type=_share, default=0.05, metavar="D", help="a smaller gain is not worth a climb (default: 0.05)")
    ladder.add_argument("--max-cost", type=_dollars, metavar="USD", help="what 1,000 answers may cost")
    ladder.add_argument("--price", type=_price, default="gpt-4.1", metavar="MODEL", help="what an unbilled token is taken to cost: as that "
                        "hosted model's, or dollars for an hour of this machine (default: gpt-4.1)")  # fmt: skip
    ladder.add_argument("--private", action="store_true", help="no rung whose data leaves this machine")
    ladder.add_argument("--prompt", type=Path, metavar="FILE", help="your prompt with {input}, in place of the engineered one")
    ladder.add_argument("--shots", type=_count, default=3, metavar="N", help="solved examples in a prompt (default: 3)")
    ladder.add_argument("--limit", type=_count, metavar="N", help="ask about the first N rows of the test split only")
    ladder.add_argument("--looks", type=_count, metavar="N", help="honest looks at the test split (default: one a rung)")
    ladder.add_argument("--train-rows", type=_count, default=400, metavar="N", help="rows that LoRA learns from (default: 400)")
    ladder.add_argument("--seeds", type=_seeds, default=1, metavar="N", help="train each LoRA rung N times, 1 to 10, and put what the "
                        "trainings differ by into its interval; each takes as long as the first, and is a look (default: 1)")  # fmt: skip
    ladder.add_argument("--no-training", action="store_true", help="leave out the rungs that train")
    ladder.add_argument("--yes", action="store_true", help="do not ask before a hosted model is paid")
    ladder.add_argument("--export", type=Path, metavar="FOLDER", help="write the named rung there, ready to use")
    ladder.add_argument("--rung", metavar="NAME", help="the rung to export, if not the named one")
    ladder.add_argument("--out", type=Path, metavar="FOLDER", help="where to write (default: outputs/decide/<file>-<time>)")
    file = flags.add_argument_group("the file: what it guesses, said otherwise; none means that there is none")
    for name, parameter in _arguments().items():
        _add(file, name, parameter)
    return flags


def _arguments() -> dict[str, inspect.Parameter]:
    """What `from_file` can be told; an argument that is new there is a new flag here."""
    from helpers.files import from_file

    return {name: parameter for name, parameter in inspect.signature(from_file).parameters.items() if name not in OURS}


def _add(group: argparse._ArgumentGroup, name: str, parameter: inspect.Parameter) -> None:
    kinds = _kinds(parameter)
    default = f" (default: {parameter.default})" if parameter.default is not None else ""
    options: dict = {"metavar": "N"} if "int" in kinds else {"metavar": name.upper()}
    if "int" in kinds:
        options["type"] = int if name == "seed" else _count
    elif "Sequence[str]" in kinds:
        options["action"] = "append"
    group.add_argument(f"--{name.replace('_', '-')}", dest=f"file_{name}", help=ABOUT.get(name, "see files.from_file") + default, **options)


def _kinds(parameter: inspect.Parameter) -> list[str]:
    return str(parameter.annotation).split(" | ")


def file_settings(options: argparse.Namespace) -> dict[str, Setting]:
    """What `from_file` is told: the arguments that were given."""
    given = {name: (getattr(options, f"file_{name}"), _kinds(parameter)) for name, parameter in _arguments().items()}
    return {name: _value(value, kinds) for name, (value, kinds) in given.items() if value is not None}


def _value(value: str | int | list[str], kinds: Sequence[str]) -> Setting:
    """As `from_file` takes it: one of a list alone where it takes a text too, "none" as False where it takes that."""
    if isinstance(value, list):
        value = value[0] if len(value) == 1 and "str" in kinds else [_unescaped(text) for text in value]
    if value == "none" and "bool" in kinds:
        return False
    return _unescaped(value) if isinstance(value, str) else value


def _unescaped(text: str) -> str:
    """Tabs and line breaks as one types them in a shell: in a template, and where they are all there is."""
    return text.replace("\\n", "\n").replace("\\t", "\t") if "{" in text or len(text) == 2 else text


def own_prompt(file: Path, task: Task) -> dict[str, str]:
    """The prompt of a file, in the place of the one that is used most. ValueError: it is not there, or has other fields than a row."""
    name = "reading" if task.documents else "engineered"
    if not file.is_file():
        raise ValueError(f"--prompt {file}: there is no such file; it is a text with {{input}} where a row's text belongs")
    text = file.read_text(encoding="utf-8-sig").strip()
    fields = Template(file.name, text).fields
    known = [*task["train"].column_names, *(["passages"] if task.documents else [])]
    missing = [field for field in (["input", "passages"] if task.documents else ["input"]) if field not in fields]
    odd = [field for field in fields if field not in known or field == "target"]
    if missing or odd:
        wrong = f"lacks {{{missing[0]}}}" if missing else f"has {{{odd[0]}}}, which a question does not have"
        raise ValueError(f"--prompt {file.name} {wrong}; it needs {{input}}, and may have any of {', '.join(set(known) - {'target'})}")
    return {name: text}


def as_flags(text: str) -> str:
    """A sentence in which what one types in Python stands as a flag.

    >>> as_flags("give group=False, or name it with date=")
    'give --group none, or name it with --date'
    """
    text = re.sub(r'\bload\("([^"]+)"\)', r"--model \1", text)
    names = "|".join([*_arguments(), *LADDER])

    def flag(match: re.Match) -> str:
        gap = " " if match[2] or re.match(r"[\w'\"\[.]", text[match.end() :]) else ""
        return f"--{match[1].replace('_', '-')}{gap}{'none' if match[2] else ''}"

    return re.sub(rf"(?<![\w.-])({names})=(False\b|None\b)?", flag, text)


def _share(text: str) -> float:
    return _number(text, "a number from 0 to 1, such as 0.8", float, lambda value: 0 <= value <= 1)


def _dollars(text: str) -> float:
    return _number(text, "dollars, 0 or more, such as 1.50", float, lambda value: value >= 0)


def _price(text: str) -> Prices:
    from helpers.decide.rungs import Prices

    try:
        return Prices(dollars_per_hour=float(text)) if text.replace(".", "", 1).isdigit() else Prices.like(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"got {text!r}; it is a model in helpers/models/prices.toml, such as gpt-4.1, or dollars an hour, such as 0.10"
        ) from None


def _count(text: str) -> int:
    return _number(text, "a whole number, 1 or more, such as 20", int, lambda value: value >= 1)


def _seeds(text: str) -> int:
    return _number(text, "how often to train, a whole number from 1 to 10", int, lambda value: 1 <= value <= 10)


def _number(text: str, allowed: str, kind: type, right: Callable[[float], bool]) -> float:
    try:
        value = kind(text)
    except ValueError:
        value = None
    if value is None or not right(value):
        raise argparse.ArgumentTypeError(f"got {text!r}; it is {allowed}")
    return value
