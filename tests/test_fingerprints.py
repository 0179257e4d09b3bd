"""Fingerprints of functions: all that can change an answer changes them, and nothing else does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from types import MappingProxyType
from unittest.mock import Mock

import pytest

from helpers.fingerprints import code
from helpers.methods.method import prompt

MARK = "!"
WORDS = ("a", ["b"], {"c": {"d"}})


@dataclass(frozen=True)
class Marked:
    """A reader with a field."""

    mark: str

    def read(self, text: str) -> str:
        return text + self.mark


class Called:
    """A reader that is called itself, with an attribute."""

    def __init__(self, mark: object) -> None:
        self.mark = mark

    def __call__(self, text: str) -> str:
        return text + str(self.mark)

    @cached_property
    def long(self) -> str:
        return str(self.mark) * 9


class Slotted:
    """A reader whose attribute lies in a slot."""

    __slots__ = ("mark",)

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def read(self, text: str) -> str:
        return text + self.mark


def add_mark(text: str) -> str:
    return text + MARK


def calls_add_mark(text: str) -> str:
    return add_mark(text).strip()


def inner_mark(text: str) -> str:
    return [lambda: text + MARK][0]()


def names_words(text: str) -> str:
    return f"{text}{WORDS}"


def even(number: int) -> bool:
    return number == 0 or odd(number - 1)


def odd(number: int) -> bool:
    return number != 0 and even(number - 1)


def captured(mark: object) -> Callable:
    return lambda text: (text, mark)


KINDS = {
    "a method of a dataclass": lambda mark: Marked(mark).read,
    "a callable object": Called,
    "an object in a slot": lambda mark: Slotted(mark).read,
    "an object inside an object": lambda mark: Called([Called(mark)]),
    "a captured object": lambda mark: captured(Marked(mark)),
    "a captured table": lambda mark: captured(MappingProxyType({"mark": mark})),
    "a partial of a method": lambda mark: partial(Marked(mark).read),
    "a method inside a partial": lambda mark: partial(map, Marked(mark).read),
    "a method of a dict": lambda mark: {"mark": mark}.get,
    "a method of a pattern": lambda mark: re.compile(re.escape(mark)).sub,
    "a cached function": lambda mark: cache(captured(mark)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_callable_is_bound_to_counts(kind: str) -> None:
    first, again, other = (code(KINDS[kind](mark)) for mark in "aab")
    assert first == again != other


@pytest.mark.parametrize("function", [add_mark, calls_add_mark, inner_mark])
def test_a_global_that_the_body_names_counts_however_deep(function: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    before = code(function)
    monkeypatch.setattr(sys.modules[__name__], "MARK", "?")
    assert code(function) != before


@pytest.mark.parametrize("words", [("a", ["b"], {"c": {"e"}}), ("a", ["b", "b"], {"c": {"d"}}), 3, 3.0, (), None])
def test_globals_of_every_plain_kind_count(words: object, monkeypatch: pytest.MonkeyPatch) -> None:
    before = code(names_words)
    monkeypatch.setattr(sys.modules[__name__], "WORDS", words)
    assert code(names_words) != before


def test_a_changed_function_behind_a_name_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = code(calls_add_mark)
    monkeypatch.setattr(sys.modules[__name__], "add_mark", lambda text: text * 2)
    assert code(calls_add_mark) != before


def test_a_changed_method_that_the_bound_one_may_call_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = code(Called("a"))
    monkeypatch.setattr(Called, "other", lambda self: 1, raising=False)
    assert code(Called("a")) != before


def test_functions_that_name_each_other_and_objects_in_a_circle_end(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = Called("a"), Called("b")
    one.mark = two.mark = {"self": one}
    assert code(one)
    before = code(even)
    monkeypatch.setattr(sys.modules[__name__], "odd", lambda number: even(number) is False)
    assert code(even) != before


def test_a_method_that_its_own_reader_names_ends() -> None:
    method = prompt("{input}", answer=lambda text: text + method.name)
    assert len(method.fingerprint) == 12


@pytest.mark.parametrize("kind", [property, staticmethod, classmethod, cached_property])
def test_what_a_class_wraps_counts(kind: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    prints = set()
    for body in (lambda self: 1, lambda self: 2):
        monkeypatch.setattr(Called, "other", kind(body), raising=False)
        prints.add(code(Called("a")))
    assert len(prints) == 2


def test_a_fingerprint_of_what_has_no_bottom_ends() -> None:
    nested: list = []
    for _ in range(5000):
        nested = [nested]
    assert code(captured(nested)) == code(captured(nested)) != code(captured([]))
    assert code(captured(Mock()))


def test_a_value_that_was_only_remembered_changes_nothing() -> None:
    reader = Called("a")
    before = code(reader)
    assert reader.long == "a" * 9
    assert code(reader) == before


def test_a_function_of_a_library_is_its_name() -> None:
    assert (code(str.strip), code(re.sub), code(len)) == ("str.strip", "re.sub", "len")


def test_the_fingerprints_are_the_same_in_every_process() -> None:
    program = """
import test_fingerprints as t
made = [*(make("a") for make in t.KINDS.values()), t.names_words, t.calls_add_mark, t.even]
print([t.code(one) for one in made], t.prompt("{input}", answer=t.Marked("a").read).fingerprint)
"""
    paths = os.pathsep.join([os.path.dirname(__file__), *filter(None, sys.path)])
    texts = [
        subprocess.run(
            [sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": paths, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert texts[0] == texts[1] != ""
