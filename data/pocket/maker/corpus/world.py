"""The seeded world that every corpus family draws from.

A `World` is one stream of random choices. It hands out *entities* (names, words) and *phrasings*
(ways to say a thing), and it never lets the training stream see the held-out ones: a stable hash
of the string itself decides, so adding a word never moves another across the line.
"""

from __future__ import annotations

import functools
import hashlib
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

__all__ = ["World", "held_out", "phrasings", "unescaped", "words"]

T = TypeVar("T")
HELD_SHARE = 5  # one string in five is held out
_WORDS = Path(__file__).parents[1] / "words"


@functools.cache
def held_out(text: str) -> bool:
    """True for the fifth of all strings that training never sees.

    >>> held_out("violet") == held_out("violet")
    True
    """
    return hashlib.blake2b(text.encode(), digest_size=4).digest()[0] % HELD_SHARE == 0


@functools.cache
def words(name: str) -> tuple[str, ...]:
    """The lines of `words/<name>.txt`, comments and blanks left out; a tab separates columns."""
    lines = (_WORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


Phrasing = str | tuple[str, ...]
ESCAPES = {"n": "\n", "t": "\t", "s": " ", "e": ""}


@functools.cache
def phrasings(family: str, table: str) -> tuple[Phrasing, ...] | dict[str, tuple[Phrasing, ...]]:
    """One table of `words/phrasings/<family>.txt`: what stands below `[table]`, or, where it has keys, a dict of `[table: key]`s.

    A line is a phrasing, or a tuple of them where tabs part it. \\n is a line break, \\t a tab, \\s an outer space, \\e nothing.

    >>> phrasings("verifying", "check_ask")[0]
    'Is {claim} right? Check it step by step.'
    """
    tables = _tables(family)
    keyed = {name.partition(": ")[2]: rows for name, rows in tables.items() if name.startswith(f"{table}: ")}
    return keyed or tables[table]


def unescaped(text: str) -> str:
    """A line of a table of phrasings as it is said.

    >>> unescaped(r"one\\ntwo")
    'one\\ntwo'
    """
    return re.sub(r"\\(.)", lambda mark: ESCAPES.get(mark[1], mark[1]), text)


@functools.cache
def _tables(family: str) -> dict[str, tuple[Phrasing, ...]]:
    tables: dict[str, list[Phrasing]] = {}
    for line in (_WORDS / "phrasings" / f"{family}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            rows = tables.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            columns = tuple(map(unescaped, line.split("\t")))
            rows.append(columns if len(columns) > 1 else columns[0])
    return {name: tuple(rows) for name, rows in tables.items()}


@functools.cache
def _side(options: tuple, split: str) -> tuple:
    """The options of one split; the hash looks at the text (of a pair: at its first part)."""
    held = split == "held"
    kept = tuple(o for o in options if held_out(o if isinstance(o, str) else str(o[0])) == held)
    return kept or options


class World:
    """One seeded stream of the pocket world.

    split "train" gives the strings a model is trained on, "held" those kept for its report card.

    >>> World(seed=1).say(["Name the capital of {c}."], c="France")
    'Name the capital of France.'
    """

    def __init__(self, seed: int = 0, split: str = "train"):
        if split not in ("train", "held"):
            raise ValueError(f"split must be 'train' or 'held', got {split!r}")
        self.rng, self.split = random.Random(seed), split

    def pick(self, options: Sequence[T]) -> T:
        """Any one of the options, split or no split (for things that are not to be held out)."""
        return options[int(self.rng.random() * len(options))]

    def chance(self, p: float) -> bool:
        """True with probability p."""
        return self.rng.random() < p

    def number(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.rng.random() * (high - low + 1))

    def entity(self, options: Sequence[T] | str) -> T:
        """One option of this split: a word list's name, or a sequence of strings or tuples."""
        return self.pick(_side(words(options) if isinstance(options, str) else tuple(options), self.split))

    def entities(self, options: Sequence[T] | str, n: int) -> list[T]:
        """n different options of this split."""
        return self.rng.sample(_side(words(options) if isinstance(options, str) else tuple(options), self.split), n)

    def say(self, phrasings: Sequence[str], **slots: object) -> str:
        """One phrasing of this split, its {slots} filled."""
        return self.entity(phrasings).format(**slots)

    def nonce(self) -> str:
        """A made-up lower-case word of two to four syllables, such as 'veltoran'."""
        onset, vowel = "bcdfghjklmnprstvwz", "aeiou"
        parts = [self.pick(onset) + self.pick(vowel) + self.pick(("", "", "", "n", "r", "l", "s")) for _ in range(self.number(2, 3))]
        return "".join(parts) + self.pick(("", "", "k", "t", "x", "m"))

    def code(self) -> str:
        """A string never seen twice: mixed case, digits and hyphens, such as 'Qv-7bX' or 'NELTA-2.1b'."""
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        raw = "".join(self.pick(letters) for _ in range(self.number(2, 5)))
        stem = self.pick((raw, raw.upper(), self.nonce().capitalize(), self.nonce().upper(), self.camel(), self.nonce()))
        digits = str(self.number(0, 999)) if self.chance(0.7) else f"{self.number(0, 9)}.{self.number(0, 9)}"
        size = digits + self.pick(("b", "B", "k", "M", "-" + self.nonce()))
        tail = self.pick(("", "", digits, "-" + digits, "_" + digits, "-" + raw, " " + digits, "-" + size))
        return stem + tail

    def camel(self) -> str:
        """A made-up name with capitals inside, such as 'ToRaNet' or 'deVlorBase'."""
        parts = [self.nonce()[: self.number(1, 5)] for _ in range(self.number(2, 3))]
        return "".join(p.capitalize() if self.chance(0.75) else p for p in parts)

    def person(self) -> str:
        """A first and last name of this split; now and then a made-up surname."""
        last = self.nonce().capitalize() if self.chance(0.3) else self.entity("last_names")
        return f"{self.entity('first_names')} {last}"
