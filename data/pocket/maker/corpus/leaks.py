"""Leaks: does the corpus hold a dev or test example of any task, or one of its distinctive entities?

What counts as a leak of an example, upper and lower case, spacing and punctuation aside:
- "text": eight consecutive words of one of its texts; of a short input, the whole of it between two marks of punctuation;
- "entity": a name of two or more words, a code such as LKF-92, or a capitalized word that no task uses as an ordinary one.
Known facts are taught on purpose: what stands in the closed tables (and in the lists of cities and first names) is no entity,
and eight words of which half are such a name are no leak.
"""

from __future__ import annotations

import ast
import functools
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from helpers import places
from pocket_maker.corpus import stream
from pocket_maker.corpus.world import unescaped, words

__all__ = ["Leak", "Needle", "needles", "in_stream", "in_source"]

SHINGLE = 8  # words in a row that two texts do not share by chance
TAUGHT = ("facts_known", "facts_events", "cities", "first_names")
KEPT_OUT = ("facts_after_cutoff.txt", "facts_private.txt")  # the only word lists that no family may read
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
CALENDAR = (*_DAYS, *(day + "s" for day in _DAYS), *_MONTHS, "Christmas", "Easter", "Eve")
_TENS, _ONES = "twenty thirty forty fifty sixty seventy eighty ninety", "one two three four five six seven eight nine"
NUMBERS = tuple(f"{tens}-{ones}" for tens in _TENS.split() for ones in _ONES.split())  # a name for nobody
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s-]|\n")
_NAME = r"(?!I\b)[A-Z](?!-)(?:[\w&-]|['’](?!s\b)(?=\w))*"
_NAMES = re.compile(rf"(?<![\w'’-]){_NAME}(?: (?:of |the |de |van )?{_NAME})*")
_CODE = re.compile(r"(?<![\w.-])(?=[\w.-]*\d)(?=[\w.-]*[A-Z])[A-Za-z][\w-]*(?:\.\w+)*|(?<![\w-])[a-zA-Z]\w*[a-z][A-Z]\w*")


@dataclass(frozen=True)
class Needle:
    """One thing to look for: `words` in a row; `exact` for one word in its own case, `whole` for a text between marks."""

    kind: str  # "text" or "entity"
    text: str
    example: str  # "facts test facts-0152"
    words: tuple[str, ...] = field(repr=False, default=())
    exact: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Leak:
    """A needle, the family or the file and line that holds it, and the words around it."""

    needle: Needle
    where: str
    around: str

    def __str__(self) -> str:
        return f"{self.needle.example}: {self.needle.kind} {self.needle.text!r} in {self.where}: ...{self.around}..."


def needles(folder: Path | None = None, splits: Sequence[str] = ("dev", "test")) -> list[Needle]:
    """What must not be in the corpus: the texts and distinctive entities of every example of every task in `folder` (data/)."""
    files = [path for spec in sorted((folder or places.data()).glob("*/task.toml")) for path in sorted(spec.parent.glob("*.jsonl"))]
    rows = {path: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] for path in files}
    ordinary = _ordinary(text for part in rows.values() for row in part for text in _texts(row))
    found: dict[tuple, Needle] = {}
    for path, part in rows.items():
        if path.stem in splits:
            labels = tomllib.loads((path.parent / "task.toml").read_text(encoding="utf-8")).get("labels")
            for row in part:
                for needle in _of(row, f"{path.parent.name} {path.stem} {row['id']}", bool(labels), ordinary):
                    found.setdefault((needle.words, needle.whole, needle.text if needle.exact else ""), needle)
    return list(found.values())


def _texts(row: dict) -> list[str]:
    """Every text of an example but its id."""
    values = [value for key, value in row.items() if key != "id"]
    return [text for value in values for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.lower() for token in _TOKEN.findall(text) if token[0].isalnum())


def _ordinary(texts: Iterable[str]) -> frozenset[str]:
    """Words that some task writes in lower case, and the commonest words of English."""
    return frozenset(re.findall(r"(?<![\w-])[a-z]+(?![\w-])", " ".join(texts))) | frozenset(words("common_words"))


def _of(row: dict, example: str, labels: bool, ordinary: frozenset[str]) -> Iterator[Needle]:
    targets = [] if labels else row["target"] if isinstance(row["target"], list) else [row["target"]]
    for text in _texts(row):
        mine = _words(text)
        known = _known(mine)
        for i in range(len(mine) - SHINGLE + 1):
            if sum(known[i : i + SHINGLE]) < SHINGLE // 2:
                yield Needle("text", " ".join(mine[i : i + SHINGLE]), example, mine[i : i + SHINGLE])
        if text == row["input"] and 0 < len(mine) < 2 * SHINGLE:
            yield Needle("text", text, example, mine, whole=True)
        for entity in _entities(text, ordinary, title=text in targets):
            yield Needle("entity", entity, example, _words(entity), exact=len(_words(entity)) == 1)


@functools.cache
def _taught() -> frozenset[tuple[str, ...]]:
    """Names that the corpus teaches on purpose, those of the calendar, and numbers in words."""
    cells = [cell for name in TAUGHT for line in words(name) for cell in line.split("\t")]
    return frozenset(_words(cell) for cell in [*cells, *CALENDAR, *NUMBERS])


def _known(mine: tuple[str, ...]) -> list[bool]:
    """For each word whether it belongs to a taught name of three words or more, such as `planets are in the solar system`."""
    known = [False] * len(mine)
    for name in _taught():
        if len(name) > 2 and set(name) <= set(mine):
            for i in range(len(mine) - len(name) + 1):
                if mine[i : i + len(name)] == name:
                    known[i : i + len(name)] = [True] * len(name)
    return known


def _entities(text: str, ordinary: frozenset[str], *, title: bool = False) -> list[str]:
    """The names and codes in a text that are nobody else's; `title`: the whole text may be a name, as a target is."""
    if title and (len(re.findall(r"\b[A-Z][\w-]+", text)) > 1 or re.fullmatch(r"\S*[a-zA-Z]\S*", text)) and len(_words(text)) < SHINGLE:
        return [text] if _words(text) not in _taught() and text.lower() not in ordinary else []
    found = [code for code in _CODE.findall(text) if len(code) > 3]
    for match in _NAMES.finditer(text):
        run, opens = match[0].split(), not title and re.search(r"(^|[^\w,;)'’-])\W*$", text[: match.start()].rstrip(" "))
        while run and (run[0].islower() or ((opens or len(run) == 1) and run[0].lower() in ordinary)):
            run, opens = run[1:], False
        name = " ".join(run)
        if len(name) > 3 and not opens and _words(name) not in _taught() and not all((w,) in _taught() for w in _words(name)):
            found.append(name)
    return found


class _Index:
    """All needles by their longest word, so that a text is read once."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        self.by_word: dict[str, list[tuple[int, Needle]]] = {}
        for needle in needles:
            place = max(range(len(needle.words)), key=lambda i: len(needle.words[i]))
            self.by_word.setdefault(needle.words[place], []).append((place, needle))

    def search(self, text: str) -> Iterator[tuple[Needle, str]]:
        """The needles in a text, each with the words around it."""
        raw, marks = [], {0: ""}
        for token in _TOKEN.findall(text):
            if token[0].isalnum():
                raw.append(token)
            else:
                marks[len(raw)] = token
        marks.setdefault(len(raw), "")
        low = [token.lower() for token in raw]
        for i, word in enumerate(low):
            for place, needle in self.by_word.get(word, ()):
                start, end = i - place, i - place + len(needle.words)
                if start < 0 or tuple(low[start:end]) != needle.words or (needle.exact and raw[i] != needle.text):
                    continue
                torn = needle.kind == "entity" and any(marks.get(at) == "\n" for at in range(start + 1, end))
                if not torn and (not needle.whole or (start in marks and end in marks)):
                    yield needle, " ".join(raw[max(0, start - 6) : end + 6])


def in_stream(needles: Iterable[Needle], n: int = 20_000, *, seed: int = 0, rows: Iterable[stream.Row] | None = None) -> list[Leak]:
    """Leaks in the first `n` training conversations of `seed` (or in `rows`), each needle once a family."""
    index, found = _Index(needles), {}
    for row in islice(stream.stream(seed) if rows is None else rows, n):
        for needle, around in index.search(stream.as_text(row)):
            found.setdefault((needle, row.family), Leak(needle, row.family, around))
    return list(found.values())


def in_source(needles: Iterable[Needle], folder: Path | None = None) -> list[Leak]:
    """Leaks in the word lists and in the strings of the code that the corpus is made of (docstrings are not)."""
    folder, index, found = folder or Path(__file__).parents[1], _Index(needles), []
    for path in sorted([*folder.rglob("*.txt"), *folder.rglob("*.py")]):
        if path.name not in KEPT_OUT:
            lines = _strings(path) if path.suffix == ".py" else enumerate(map(unescaped, path.read_text(encoding="utf-8").splitlines()), 1)
            for number, text in lines:
                found += [Leak(needle, f"{path.relative_to(folder)}:{number}", around) for needle, around in index.search(text)]
    return found


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string in a module, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    notes = {id(node.body[0].value) for node in ast.walk(tree)
             if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node.lineno, node.value
