"""Each exercise: the stub waits, the solution passes, a plausible wrong answer is told why."""

import re

import pytest

from helpers import runs, stats, workbook
from helpers.exercises import check
from helpers.models import load
from helpers.tasks import load_task
from helpers.techniques import prompt

STUBS = {"00.warmup": 1, "00.core": 1, "00.stretch": 1, "01.warmup": 1, "01.core": 1, "01.stretch": 2}


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


def _outputs(solutions: bool) -> dict[str, str]:
    """The text that each check left in the committed notebooks."""
    found = {}
    for lesson in workbook.find(solutions=solutions):
        for cell in lesson.read().cells:
            name = re.search(r"check\(\"(\d\d\.\w+)\"", cell.source) if cell.cell_type == "code" else None
            if name:
                found[name[1]] = "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
    return found


def test_the_committed_lessons_wait_and_the_committed_solutions_pass():
    waiting, passed = _outputs(False), _outputs(True)
    assert set(waiting) == set(passed) == set(STUBS)
    assert [name for name, text in waiting.items() if "not attempted yet" not in text] == []
    assert [name for name, text in passed.items() if ": passed" not in text] == []


@pytest.mark.parametrize("name", STUBS)
def test_a_stub_waits(name, pocket):
    assert check(name, *[...] * STUBS[name], pocket, pocket).state == "waiting"


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


def test_00_core_notices_the_share_in_place_of_the_count():
    assert "counts successes" in check("00.core", [stats.wilson(7, 20), stats.wilson(16, 20)]).text
    assert check("00.core", [stats.wilson(14, 20), stats.wilson(16, 20)]).state == "passed"


def test_00_stretch_tells_when_nothing_is_declined(pocket, facts_run):
    verdict = check("00.stretch", "You are a pirate.", pocket, facts_run)
    assert verdict.state == "missed"
    assert "declined" in verdict.text or "decline" in verdict.text


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


def test_01_core_wants_a_shorter_prompt_that_is_not_worse(review_runs):
    task, formatted, chatty = review_runs["clear task"], review_runs["format"], review_runs["chatty"]
    assert check("01.core", task, task, formatted).state == "passed"
    assert "leave out a part" in check("01.core", formatted, task, formatted).text
    assert "did matter" in check("01.core", chatty, task, formatted).text


@pytest.mark.parametrize(("p", "choice", "why"), [(0.0377, "B", "12 heads or fewer"), (0.2153, "B", "happens by luck")])
def test_01_stretch_tells_luck_from_evidence(p, choice, why):
    verdict = check("01.stretch", p, choice)
    assert verdict.state == "missed"
    assert why in verdict.text
