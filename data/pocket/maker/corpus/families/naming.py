"""Texts full of names: made-up models, parts, people, amounts, and sentences that mention them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

from pocket_maker.corpus.families.values import SUBJECTS, VALUES, options
from pocket_maker.corpus.world import World, phrasings, words

__all__ = ["GENRES", "NAMES", "Text", "model_name", "text_with"]

_FREE = {"n", "pct", "share", "score", "task", "metric", "objects"}  # slots whose values may come twice
_REAL = {"bert", "gpt", "llama", "bart", "opt", "glm", "palm", "qwen", "bloom", "elmo", "xlnet", "gemma", "phi", "mpt", "yi", "rwkv", "mamba", "orca", "lora", "sam", "vit", "clip", "gan"}
_UPPER = {"I", "English", "Spanish", "Chinese", "Python", "Dear", "Hi", "But", "First", "Second", "Yet"}  # first words that stay as they are
_OPENERS = phrasings("naming", "openers")
_TAILS = phrasings("naming", "tails")


def _stem(w: World) -> str:
    """The heart of a model's name: a word, an acronym, or both run together."""
    kind = w.number(0, 9)
    if kind < 3:
        return w.nonce().capitalize()
    if kind < 5:
        return "".join(w.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(w.number(2, 5)))
    if kind == 5:
        return w.camel()
    if kind == 6:
        return w.nonce().upper()
    if kind == 7:
        return f"{w.nonce()[:3].capitalize()}{w.nonce()[:4].upper()}{w.pick(('', '', 'a', 'o', 'er', 'x'))}"
    if kind == 8:
        return w.entity(options("noun")).capitalize() + w.pick(("", "", "LM", "Net", w.nonce().capitalize()))
    return w.pick(("Uni", "Open", "Deep", "Multi", "Meta", "Neo", "Bio", "Sci", "m", "x", "De", "Ro", "Vis")) + w.nonce().upper()


def model_name(w: World) -> str:
    """A made-up model: 'Velkor-7B', 'NARVOX', 'TelMIVOa-base', 'Zu 3.5'; never a real one on purpose."""
    name = _stem(w)
    while name.lower() in _REAL:
        name = _stem(w)
    if w.chance(0.1):
        name = f"{_stem(w)}-{name}"
    if w.chance(0.3):
        size = w.pick((f"{w.number(1, 90)}B", f"{w.number(1, 90)}b", f"{w.number(1, 9)}.{w.number(1, 9)}B", f"{w.number(10, 900)}M", f"{w.number(2, 8)}x{w.number(2, 22)}B"))
        name += w.pick(("-", "-", " ")) + size
    elif w.chance(0.35):
        name += w.pick(("", "-", " ")) + w.pick((str(w.number(1, 9)), str(w.number(1, 9)), f"{w.number(1, 9)}.{w.number(1, 9)}"))
    return name + (w.pick(_TAILS) if w.chance(0.25) else "")


def _data(w: World) -> str:
    """A made-up data set, told from a model by the words around it."""
    stem = w.pick((w.nonce().capitalize(), w.camel(), _stem(w)))
    return stem + w.pick(("", "QA", "Bench", "-QA", " Corpus", "Set", "-100", "Text", "Eval", f"-{w.number(10, 99)}"))


NAMES: dict[str, Callable[[World], str]] = {
    "person": World.person, "city": VALUES["city"], "code": World.code, "amount": VALUES["money"], "date": VALUES["date"], "email": VALUES["email"],
    "product": lambda w: w.pick((w.entity("product_names"), w.code(), f"{w.nonce().capitalize()} {w.number(2, 900)}", SUBJECTS["product"](w))), "company": VALUES["company"],
    "software": lambda w: w.pick((w.camel(), w.code(), w.nonce().capitalize())),
    "tool": lambda w: f"{w.pick((w.code(), w.camel(), w.nonce().capitalize()))} {w.entity('extract_tools')}", "model": model_name, "data": _data,
    "metric": lambda w: w.entity("extract_metrics"), "method": lambda w: w.pick((w.camel(), w.nonce().capitalize(), w.code(), f"{w.entity('last_names')}-{w.entity('last_names')}")),
    "task": lambda w: w.entity("extract_tasks"), "n": lambda w: str(w.number(2, 99)) if w.chance(0.7) else f"{w.number(100, 9999):,}", "score": lambda w: f"{w.number(10, 99)}.{w.number(0, 9)}",
    "share": lambda w: w.pick((f"{w.number(1, 99)}%", f"{w.number(1, 90)}.{w.number(1, 9)}%", f"{w.number(1, 60)} percent")),
    "pct": lambda w: w.pick((f"{w.number(1, 60)}%", f"{w.number(1, 30)}.{w.number(1, 9)} percent", f"{w.number(1, 40)} points")), "objects": lambda w: w.entity("objects"),
}


class Text(NamedTuple):
    """A text and the names in it by kind, in order of first mention, each once."""

    text: str
    names: dict[str, list[str]]


@functools.cache
def _sentences() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for line in words("extract_sentences"):
        if line.startswith("= "):
            rows = found.setdefault(line[2:], [])
        else:
            rows.append(line)
    return {genre: tuple(rows) for genre, rows in found.items()}


GENRES = phrasings("naming", "genres")


@functools.cache
def _pieces(line: str) -> tuple[tuple[str, str], ...]:
    """('We use ', 'model'), (' on ', 'data'), ...: a literal and the slot after it, the last slot empty."""
    return tuple((part.partition("{")[0], part.partition("{")[2]) for part in line.split("}"))


def _fill(w: World, line: str, names: dict[str, list[str]]) -> str | None:
    """The sentence with new names noted in `names`; None if it needs a name that has not come up."""
    out = []
    for literal, slot in _pieces(line):
        out.append(literal)
        kind = slot.lstrip("=")
        if slot[:1] == "=":
            if not names.get(kind):
                return None
            out.append(w.pick(names[kind]))
        elif slot:
            known = names.setdefault(kind, [])
            new = NAMES[kind](w)
            tries = 0
            while kind not in _FREE and tries < 12 and any(new in old or old in new for row in names.values() for old in row):
                new, tries = NAMES[kind](w), tries + 1
            out.append(new)
            if new not in known:
                known.append(new)
    return "".join(out)


def _opened(w: World, sentence: str, line: str) -> str:
    """Now and then a connective before a sentence that opens with a plain word: no name, no abbreviation, no other connective."""
    first = line.partition(" ")[0]
    plain = first[:1].isupper() and (first[1:].islower() or first == "A") and first not in _UPPER and "," not in " ".join(line.split()[:3]) and first[-1] != ":" and not line.endswith("?")
    if not plain or not w.chance(0.2):
        return sentence
    return w.pick(_OPENERS) + sentence[0].lower() + sentence[1:]


@functools.cache
def _pools(genre: str, kind: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """All sentences of a genre, those that name the kind, those that do not."""
    lines = _sentences()[genre]
    with_kind = tuple(line for line in lines if f"{{{kind}}}" in line or f"{{={kind}}}" in line)
    return lines, with_kind, tuple(line for line in lines if line not in with_kind)


def text_with(w: World, genre: str, kind: str, *, size: int, empty: bool = False) -> Text:
    """`size` sentences of a genre, some of which name the kind; none if empty."""
    lines, with_kind, without = _pools(genre, kind)
    names: dict[str, list[str]] = {}
    parts: dict[str, str] = {}
    for _ in range(40):
        if len(parts) >= size and (empty or kind in names):
            break
        line = w.entity(without if empty else with_kind if w.chance(0.55) or len(parts) >= size - 1 else lines)
        sentence = _fill(w, line, names) if line not in parts else None
        if sentence:
            parts[line] = _opened(w, sentence, line) if parts else sentence
    while not empty and kind not in names:  # the few lines of this split only name again what came up before
        line = w.pick(with_kind)
        parts[line] = _fill(w, line, names) or ""
    return Text(" ".join(filter(None, parts.values())), names)
