"""Each exercise: the stub waits, the solution passes, a plausible wrong answer is told why.

What holds for every lesson is tested here, for whatever lessons there are; the answers to lessons 00 and 01 too, those to the others in
`test_checks_NN.py`.
"""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import runs, stats, workbook
from helpers.exercises import check
from helpers.methods.method import prompt
from helpers.models import load
from helpers.tasks import load_task
from helpers.workbook.cut import answered

HERE = Path(__file__).parent
OURS = [lesson.number for lesson in workbook.find() if not answered(lesson)]  # the others hold a person's answers


def _calls(source: str) -> Iterator[tuple[str, int]]:
    """Name and number of answers of each `check("01.core", a, b)`, or `exercises.check(...)`, in some code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "check" and node.args:
            name = getattr(node.args[0], "value", None)
            if isinstance(name, str):
                yield name, len(node.args) - 1


def _exercises(solutions: bool) -> dict[str, tuple[int, str]]:
    """By exercise: how many answers its check takes, and the text that it left in the committed notebook."""
    found = {}
    for lesson in (lesson for lesson in workbook.find(solutions=solutions) if lesson.number in OURS):
        for cell in lesson.read().cells:
            for name, answers in _calls(cell.source) if cell.cell_type == "code" and "check(" in cell.source else ():
                found[name] = answers, "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
    return found


STUBS = {name: answers for name, (answers, _) in _exercises(False).items()}


def _defined() -> set[str]:
    """The exercises that helpers.checks knows, of the lessons that there are."""
    return {f"{number}.{part}" for number in OURS for part in importlib.import_module(f"helpers.checks.lesson_{number}").__all__}


def _tried() -> set[str]:
    """The exercises that some test of this file, or of test_checks_NN.py, asserts something of: itself, or through a function beside it."""
    found: set[str] = set()
    for path in HERE.glob("test_checks*.py"):
        functions = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
        named = {function.name: {name for name, _ in _calls(ast.unparse(function))} for function in functions}
        for test in functions:
            if test.name.startswith("test_") and any(isinstance(node, ast.Assert) for node in ast.walk(test)):
                called = {node.func.id for node in ast.walk(test) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
                found |= named[test.name].union(*(named[name] for name in called & set(named)))
    return found


@pytest.fixture(scope="module")
def pocket():
    return load("pocket", cache=False)


@pytest.fixture(scope="module")
def facts_run(pocket):
    return runs.run(prompt("{input}", name="bare", max_tokens=16), load_task("facts"), pocket, limit=24)


@pytest.fixture(scope="module")
def review_runs(pocket):
    texts = {
        "clear task": "Is this review positive or negative?\n{input}",
        "format": "Please read this review. Is it positive or negative?\n{input}\nAnswer with one word: positive or negative.",
        "chatty": "Hm.\n{input}",
    }
    reviews = load_task("reviews")
    return {name: runs.run(prompt(text, name=name, max_tokens=8), reviews, pocket, limit=40) for name, text in texts.items()}


def test_the_committed_lessons_wait_and_the_committed_solutions_pass():
    waiting, passed = _exercises(False), _exercises(True)
    assert set(waiting) == set(passed) == _defined()
    assert [name for name, (_, text) in waiting.items() if "not attempted yet" not in text] == []
    assert [name for name, (_, text) in passed.items() if ": passed" not in text] == []


def test_every_exercise_s_answers_are_tried_here_or_in_a_file_of_its_lesson():
    assert sorted(_defined() - _tried()) == []


@pytest.mark.parametrize("name", STUBS)
def test_a_stub_waits(name):
    assert STUBS[name] > 0
    assert check(name, *[...] * STUBS[name]).state == "waiting"


@pytest.mark.parametrize(
    ("name", "wrong", "answer"),
    [
        ("00.core", (stats.wilson(14, 20), 80), "320"),
        ("01.stretch", (0.5, "B"), "0.215"),
        ("01.stretch", (0.2153, "B"), "undetermined"),
        ("06.stretch", (300, 626), "597"),
        ("06.stretch", (597, 300), "626"),
        ("10.stretch", (10, 20, "search"), "32.7"),
        ("10.stretch", (32.7, 60, "search"), "20"),
        ("10.stretch", (32.7, 20, "reader"), "search"),
        ("13.warmup", (1,), "7168"),
        ("15.warmup", (6.5,), "6.9"),
        ("15.warmup", (9,), "6.9"),
    ],
)
def test_a_check_does_not_give_the_answer_away(name, wrong, answer):
    verdict = check(name, *wrong)
    assert verdict.state == "missed"
    assert answer not in verdict.text.replace(",", "")


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("What is the capital of Norway?", "did not ask"),
        ("Who are you?", "nothing on it"),
        ("Kenya", "question mark"),
        (7, "question mark"),
    ],
)
def test_00_warmup_wants_a_question_about_the_training_text(pocket, question, why):
    verdict = check("00.warmup", question, pocket)
    assert verdict.state == "missed"
    assert why in verdict.text


@pytest.mark.parametrize(
    ("interval", "n", "why"),
    [
        (stats.wilson(7, 20), 320, "counts successes"),
        (0.7, 320, "stats.wilson"),
        (stats.wilson(14, 20), 80, "end to end"),
        (stats.wilson(14, 20), 1280, "smallest n"),
        (stats.wilson(14, 20), 100, "one of 20, 80"),
    ],
)
def test_00_core_wants_the_interval_and_the_smallest_sufficient_n(interval, n, why):
    verdict = check("00.core", interval, n)
    assert verdict.state == "missed"
    assert why in verdict.text
    assert check("00.core", stats.wilson(14, 20), 320).state == "passed"


def test_00_stretch_tells_when_nothing_is_declined(pocket, facts_run):
    verdict = check("00.stretch", "You are a pirate.", pocket, facts_run)
    assert verdict.state == "missed"
    assert "declined" in verdict.text or "decline" in verdict.text


def test_00_stretch_says_whether_fewer_wrong_answers_may_be_luck(pocket, facts_run):
    permission = 'If you are not sure, say "I don\'t know."'
    assert "lies below zero" in check("00.stretch", permission, pocket, facts_run).text
    careful = runs.run(prompt("{input}\n" + permission, name="careful", max_tokens=32), load_task("facts"), pocket)
    own = check("00.stretch", 'Reply "I don\'t know." when the question is about something you have not read about.', pocket, careful)
    assert own.state == "passed"
    assert "holds zero: on these questions, that may be luck" in own.text


def test_00_stretch_does_not_take_the_careful_prompt_itself(pocket):
    permission = 'If you are not sure, say "I don\'t know."'
    careful = runs.run(prompt("{input}", name="careful", system=permission, max_tokens=32), load_task("facts"), pocket, limit=24)
    verdict = check("00.stretch", permission, pocket, careful)
    assert verdict.state == "missed"
    assert "fewer than" in verdict.text


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("Positive or negative?", "never sees the review"),
        ("Do you like {input}?", "scorer looks for"),
        ("{input} or {other}: positive, negative", "exactly one field"),
        ("{input", "brace"),
    ],
)
def test_01_warmup_tells_what_the_template_lacks(template, why):
    verdict = check("01.warmup", template)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_01_warmup_takes_any_wording_that_names_both_labels():
    assert check("01.warmup", "{input}\nNegative? Or positive?").state == "passed"


FULL = "Positive or negative? If mixed, the verdict.\n###\n{input}\n###\nAnswer with one word: positive or negative."


@pytest.fixture(scope="module")
def ablation(pocket):
    """The full prompt's run, and those without one part each."""
    reviews, role = load_task("reviews"), "You are an experienced analyst."
    texts = {"full": (FULL, role), "role": (FULL, ""), "mixed": (FULL.replace(" If mixed, the verdict.", ""), role)}
    texts["delimiters"] = (FULL.replace("###\n", "").replace("\n###", ""), role)
    ablation = {part: runs.run(prompt(text, name=part, system=system, max_tokens=8), reviews, pocket, limit=40)
                for part, (text, system) in texts.items()}  # fmt: skip
    return ablation.pop("full"), ablation


def test_01_core_wants_every_part_taken_out_alone(ablation):
    full, parts = ablation
    harmless = {part for part, run in parts.items() if runs.compare(full, run).difference.low > -0.06}
    assert check("01.core", parts, harmless, full).state == "passed"
    assert "only" in check("01.core", parts | {"role": parts["mixed"]}, harmless, full).text
    assert "without nothing" in check("01.core", parts | {"role": full}, harmless, full).text
    assert "a run for each" in check("01.core", {"role": parts["role"]}, harmless, full).text


def test_01_core_does_not_take_a_large_p_for_no_loss(ablation):
    full, parts = ablation
    harmless = {part for part, run in parts.items() if runs.compare(full, run).difference.low > -0.06}
    assert all(runs.compare(full, run).p > 0.05 for run in parts.values())
    assert harmless < set(parts)
    assert "does not say that nothing is lost" in check("01.core", parts, set(parts), full).text


@pytest.mark.parametrize(("p", "choice", "why"), [(0.0377, "B", "12 heads or fewer"), (0.2153, "B", "happens by luck")])
def test_01_stretch_tells_luck_from_evidence(p, choice, why):
    verdict = check("01.stretch", p, choice)
    assert verdict.state == "missed"
    assert why in verdict.text
