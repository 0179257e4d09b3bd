"""Lesson 05, each exercise: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from helpers import methods, runs
from helpers.exercises import check
from helpers.models.reply import Reply
from helpers.tasks import load_task

ABSTRACTS = load_task("abstracts")


def says(reply) -> SimpleNamespace:
    """A model whose reply to the n-th conversation is reply(n)."""

    def ask_many(conversations, *, on_reply=None, **settings):
        return [Reply(reply(n), 90, 9, 0.1, 0.0) for n, _ in enumerate(conversations)]

    return SimpleNamespace(name="fake", spec="fake", cache=None, recorded="", ask_many=ask_many)


def right(n: int) -> str:
    return json.dumps(ABSTRACTS["dev"][n]["target"])


def night(reply=right, n: int = 40):
    return runs.run(methods.prompt("Models? {input}"), ABSTRACTS, says(reply), limit=n)


@pytest.fixture(scope="module")
def nights():
    """Six nights: the third on other examples, the fifth with half of the lists cut off."""
    usual = night()
    others = replace(usual, table=usual.table.iloc[30:])
    return [usual, usual, others, usual, night(lambda n: right(n) if n % 2 else right(n)[:-1]), usual]


def by_words_and_settings(template, settings) -> str:
    return hashlib.sha256(json.dumps([template.system, template.text, settings], sort_keys=True).encode()).hexdigest()


def without_repeats(reply: str):
    try:
        names = [name.lower() for name in json.loads(reply)]
    except ValueError:
        return None
    return int(len(set(names)) == len(names))


@pytest.mark.parametrize(("name", "stubs"), [("warmup", 1), ("core", 1), ("stretch", 2)])
def test_a_stub_waits(name: str, stubs: int) -> None:
    assert check(f"05.{name}", *[...] * stubs, None).state == "waiting"


def test_warmup_passes_a_version_of_words_and_settings() -> None:
    assert check("05.warmup", by_words_and_settings).state == "passed"


@pytest.mark.parametrize(
    ("version", "why"),
    [
        (lambda template, settings: template.fingerprint, "the same version with max_tokens 8"),
        (lambda template, settings: template.text + json.dumps(settings, sort_keys=True), "the same version with a system message"),
        (lambda template, settings: template.fingerprint + json.dumps(settings), "the settings in another order"),
        (lambda template, settings: f"{template} {sorted(settings.items())}", "another version for another name"),
        (lambda template, settings: str(hash((template.fingerprint, *sorted(settings.items())))), "another number in each session"),
        (lambda template, settings: f"{template.text.strip()}{template.system}{sorted(settings.items())}", "a blank at the end"),
        (lambda template, settings: 7, "a text"),
        ("v1", "write it with def"),
    ],
)
def test_warmup_tells_what_the_version_misses_or_minds(version, why: str) -> None:
    verdict = check("05.warmup", version)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_core_passes_and_then_counts_the_lists_that_repeat_a_name() -> None:
    run = night(lambda n: '["BERT", "BERT"]' if n < 3 else right(n) if n > 9 else "BERT, T5")
    verdict = check("05.core", without_repeats, run)
    assert (verdict.state, "3 of 33 lists" in verdict.text) == ("passed", True)


@pytest.mark.parametrize(
    ("test", "why"),
    [
        (lambda reply: int(len(set(json.loads(reply))) == len(json.loads(reply))), "without capitals"),
        (lambda reply: without_repeats(reply) or 0, "the test of format tells of it"),
        (
            lambda reply: None if without_repeats(reply) is None else int("December" not in reply and bool(without_repeats(reply))),
            "another test",
        ),
        (lambda reply: 1, "BERT stands there twice"),
        (
            lambda reply: (
                None if without_repeats(reply) is None else int(reply.lower().count("llama") < 2 and bool(without_repeats(reply)))
            ),
            "two",
        ),
        (without_repeats('["BERT"]'), "write it with def"),
    ],
)
def test_core_tells_for_which_reply_the_test_fails_for_the_wrong_reason(test, why: str) -> None:
    verdict = check("05.core", test, night())
    assert verdict.state == "missed"
    assert why in verdict.text


def test_core_does_not_stop_at_a_test_that_raises() -> None:
    assert (
        "JSONDecodeError"
        in check("05.core", lambda reply: 1 - (len(json.loads(reply)) > len({x.lower() for x in json.loads(reply)})), night()).text
    )


def test_stretch_passes_the_fifth_night_and_its_settings(nights) -> None:
    verdict = check("05.stretch", 5, "settings", nights)
    assert (verdict.state, "cut off" in verdict.text) == ("passed", True)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((3, "examples"), "that night's examples were others"),
        ((6, "template"), "only the version's number changed"),
        ((2, "settings"), "are those of night 1"),
        ((5, "template"), "compare the columns"),
        ((5, "model"), "compare the columns"),
        ((5, "max_tokens"), "say what was changed"),
        ((0, "settings"), "counted from 1"),
        ((True, "settings"), "counted from 1"),
    ],
)
def test_stretch_tells_a_decoy_from_the_night_that_was_worse(nights, answer, why: str) -> None:
    verdict = check("05.stretch", *answer, nights)
    assert verdict.state == "missed"
    assert why in verdict.text
    assert "night 5" not in verdict.text.lower()
