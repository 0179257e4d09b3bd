"""What may be set in a lesson, and what is refused before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from helpers.prompts import Json
from helpers.storage import write_text
from helpers.workbook.notebooks import Lesson, clean, find
from helpers.workbook.parameters import parameters_of, parse_parameters, refuse_wrong

CELL = """model = "pocket"  # or "hf:<folder>"
second = "smollm2"
third = "none"
embedder = "minilm"
beside = "pocket"
task = "reviews"
price = "gpt-4.1"
split = "dev"  # look as often as you like
limit = None  # a number asks fewer
good_enough = 0.3
count = 64  # rows
fast = False
names = [
    "a",  # first
    "b",
]  # all
tracker = "offline"  # or "off"
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Callable[..., Lesson]:
    """A lesson with this cell of parameters."""

    def build(cell: str = CELL, name: str = "01_rivers") -> Lesson:
        code = nbformat.v4.new_code_cell(cell, metadata={"tags": ["parameters"]})
        path = tmp_path / f"{name}.ipynb"
        write_text(path, clean(nbformat.v4.new_notebook(cells=[code])))
        return Lesson(path)

    return build


def test_the_cell_gives_names_defaults_and_comments(lesson: Callable) -> None:
    known = parameters_of(lesson())
    assert str(known["limit"]) == "limit = None  # a number asks fewer"
    assert (known["names"].value, known["names"].comment) == (["a", "b"], "all")
    assert known["good_enough"].value == 0.3


def test_a_cell_that_is_no_python_is_named_with_its_line(lesson: Callable) -> None:
    with pytest.raises(ValueError, match="01_rivers: its cell of parameters is not Python: line 2: "):
        parameters_of(lesson("n = 1\nm = = 2"))


@pytest.mark.parametrize(
    "values",
    [
        {"limit": 3, "split": "test", "tracker": "off", "model": "smollm2", "second": "none", "embedder": "pocket"},
        {"limit": None, "good_enough": 1, "count": 3, "fast": True, "task": "owner/data"},
        {"model": "hf:owner/name", "second": "openai:x@http://localhost:1/v1", "third": "openai:y", "names": ["c"], "good_enough": None},
    ],
)
def test_what_makes_sense_passes(values: dict[str, Json], lesson: Callable) -> None:
    refuse_wrong(values, [lesson()])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("limit", "abc", r"limit=abc: it must be a whole number of 1 or more, or None for all\n  lesson 01 has: limit = None  # a num"),
        ("limit", 0, "limit=0: it must be a whole number of 1 or more"),
        ("limit", True, "limit=True: it must be a whole number"),
        ("good_enough", "high", "good_enough=high: it must be a mean score from 0 to 1"),
        ("good_enough", 30, "good_enough=30: it must be a mean score from 0 to 1"),
        ("tracker", "offlin", r"tracker=offlin: it must be 'offline', 'online' or 'off' \(did you mean 'offline'\?\)"),
        ("split", "tset", r"split=tset: it must be 'train', 'dev' or 'test' \(did you mean 'test'\?\)"),
        ("count", 2.5, "count=2.5: it must be a whole number"),
        ("fast", "yes", "fast=yes: it must be True or False"),
        ("model", 7, "model=7: it must be a text; if 7 is one, write '\"7\"'"),
        ("model", "pokcet", r"unknown model 'pokcet'; allowed: .* \(did you mean 'pocket'\?\)"),
        ("second", "smolm2", r'unknown model \'smolm2\'; allowed: "pocket", "smollm2", "none", .* \(did you mean \'smollm2\'\?\)'),
        ("third", "open:m@http://localhost:8000/v1", r"unknown model 'open:m@http://localhost:8000/v1'; allowed: .*\"none\""),
        ("embedder", "miniml", r'unknown embedder \'miniml\'; allowed: "pocket", "minilm", .* \(did you mean \'minilm\'\?\)'),
        ("beside", "pokcet", r"unknown embedder 'pokcet'; allowed: .* \(did you mean 'pocket'\?\)"),
        ("model", "hf:./nowhere", r"no such folder: './nowhere'"),
        ("price", "gpt4.1", r"no price for 'gpt4.1' \(did you mean 'gpt-4.1'\?\)"),
        ("task", "revews", r"no task 'revews' \(did you mean 'reviews'\?\)"),
        ("task", "/nowhere/my.csv", r"no file 'my\.csv' in /nowhere"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_is_allowed(name: str, value: Json, message: str, lesson: Callable) -> None:
    with pytest.raises(ValueError, match=message):
        refuse_wrong({name: value}, [lesson()])


def test_all_that_is_wrong_is_told_at_once(lesson: Callable) -> None:
    with pytest.raises(ValueError, match=r"(?s)limit=x: .*\nsplit=y: "):
        refuse_wrong({"limit": "x", "split": "y"}, [lesson()])


def test_a_mistyped_parameter_is_told_with_the_one_that_was_meant(lesson: Callable) -> None:
    with pytest.raises(ValueError, match=r"no parameter modle in lesson 01 \(did you mean 'model'\?\)\. There are: beside, count, emb"):
        refuse_wrong({"modle": "pocket"}, [lesson()])


def test_a_parameter_that_only_one_of_the_lessons_has_is_refused_with_the_command(lesson: Callable) -> None:
    with pytest.raises(ValueError, match=r"no parameter limit in lesson 02\. Run those that have it: ladder run 01 -p limit=3"):
        refuse_wrong({"limit": 3}, [lesson(), lesson("n = 1", "02_lakes")])


def test_the_lessons_of_the_course_take_their_own_defaults() -> None:
    for solution in find(solutions=True):
        refuse_wrong({name: each.value for name, each in parameters_of(solution).items()}, [solution])


def test_parameters_are_read_as_json() -> None:
    pairs = ["n=20", "model=hf:Qwen/Qwen2.5-0.5B", "fast=true", "rate=0.5", 'names=["a", "b"]', "empty="]
    assert parse_parameters(pairs) == {
        "n": 20,
        "model": "hf:Qwen/Qwen2.5-0.5B",
        "fast": True,
        "rate": 0.5,
        "names": ["a", "b"],
        "empty": "",
    }


def test_off_stays_a_text() -> None:
    assert parse_parameters(["tracker=off", "answer=no"]) == {"tracker": "off", "answer": "no"}


@pytest.mark.parametrize("text", ["010", "1:30", "What is: this?", "{input} is", "2026-01-01", "./my-model", "[a, b]"])
def test_what_a_reader_takes_for_text_stays_a_text(text: str) -> None:
    assert parse_parameters([f"q={text}"]) == {"q": text}


@pytest.mark.parametrize(
    ("text", "value"), [("1e-3", 0.001), ("-.05", -0.05), ("True", True), ("False", False), ("None", None), ("null", None)]
)
def test_numbers_and_python_s_own_words_are_what_python_has_them_for(text: str, value: object) -> None:
    assert parse_parameters([f"q={text}"]) == {"q": value}


def test_a_parameter_without_a_value_is_explained() -> None:
    with pytest.raises(ValueError, match="-p n: write -p name=value"):
        parse_parameters(["n"])
