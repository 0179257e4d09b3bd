"""Methods: what the model is shown, what is read from its reply, and what fails before a call."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pytest

from helpers.methods.baselines import majority
from helpers.methods.method import Method, answers, prompt
from helpers.methods.shots import few_shot
from helpers.models import ModelError, load
from helpers.prompts import Template

ROWS = [{"id": "a", "input": "Lovely."}, {"id": "b", "input": "Dull."}]
SHOTS = [{"input": "Superb.", "target": "positive"}, {"input": "Poor.", "target": ["negative"]}]


class Echo:
    """Replies with the last turn in capitals; counts its calls and keeps the settings."""

    cache = None
    recorded = ""

    def __init__(self, error: str | None = None):
        self.calls, self.settings, self.error = 0, {}, error

    def ask_many(self, conversations, *, on_reply=None, **settings):
        self.calls, self.settings = self.calls + 1, settings
        replies = [
            SimpleNamespace(text="" if self.error else c[-1]["content"].upper(), error=self.error, final=False) for c in conversations
        ]
        for i in reversed(range(len(replies))):  # they may arrive in any order
            if on_reply:
                on_reply(i, replies[i])
        return replies


def test_answers_come_in_order_and_are_told_as_they_arrive():
    heard, model = {}, Echo()
    answers = prompt(" {input} ", max_tokens=3).solve(ROWS, model, heard.__setitem__)
    assert [answer.text for answer in answers] == ["LOVELY.", "DULL."]
    assert heard[1] == answers[1]
    assert model.settings == {"max_tokens": 3}


def test_a_missing_field_names_the_example_before_any_call():
    model = Echo()
    with pytest.raises(ValueError, match=r"method 'q' cannot ask about example 'b' \(no model was called\).*'context'; this example has"):
        prompt("{context} {input}", name="q").solve([{**ROWS[0], "context": "x"}, ROWS[1]], model)
    assert model.calls == 0


def test_a_failed_reply_is_an_answer_with_its_error():
    (answer, _) = prompt("{input}").solve(ROWS, Echo(error="timeout after 3 tries"))
    assert (answer.text, answer.error, answer.failed) == ("", "timeout after 3 tries", "timeout after 3 tries")


def test_a_reply_that_cannot_be_read_keeps_its_text_and_says_why():
    (answer, _) = prompt("{input}", answer=lambda text: text.split(":")[1]).solve(ROWS, Echo())
    assert answer.error == "the reply could not be read: IndexError: list index out of range"
    assert (answer.replies[0].text, answer.failed) == ("LOVELY.", "")


def test_asking_without_a_model_says_how_to_get_one():
    with pytest.raises(TypeError, match=r"method 'prompt' asks a model, got None: .*load\('pocket'\)"):
        prompt("{input}").solve(ROWS, None)


def test_shots_are_turns_of_the_conversation():
    messages = few_shot("Review: {input}", SHOTS, system="Be brief.").messages(ROWS[0])
    assert [m["role"] for m in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert [m["content"] for m in messages][1:] == ["Review: Superb.", "positive", "Review: Poor.", '["negative"]', "Review: Lovely."]


def test_shots_may_stand_in_one_turn():
    (message,) = few_shot("Review: {input}", SHOTS[:1], in_turns=False).messages(ROWS[0])
    assert message["content"] == "Review: Superb.\npositive\n\nReview: Lovely."


def test_an_example_that_is_one_of_the_shots_is_refused():
    with pytest.raises(ValueError, match=r"example 'a' is one of the shots of method '2 shots'.* draw the shots from the train split"):
        few_shot("{input}", [*SHOTS[:1], {"input": "Lovely.", "target": "positive"}]).solve(ROWS, Echo())


@pytest.mark.parametrize("shot", [{"question": "Why?", "target": "b"}, {"question": "Why?", "input": "", "target": "b"}])
def test_an_example_without_an_input_is_not_taken_for_a_shot(shot):
    example = {"id": "a", "question": "How?", "input": shot.get("input")}
    assert [answer.error for answer in few_shot("{question}", [shot]).solve([example], Echo())] == [None]


def test_an_example_without_an_input_that_is_a_shot_is_refused():
    with pytest.raises(ValueError, match="example 'a' is one of the shots of method '1 shots'"):
        few_shot("{question}", [{"question": "How?", "target": "b"}]).solve([{"id": "a", "question": "How?"}], Echo())


def test_a_shot_without_a_target_is_refused():
    with pytest.raises(ValueError, match="shot 2 of 2 has no target"):
        few_shot("{input}", [SHOTS[0], {"input": "x"}])


@pytest.mark.parametrize(
    ("shot", "why"),
    [
        ({"input": "Fine.", "target": " "}, "shot 2 of 2 has no target"),
        ({"input": " ", "target": "positive"}, "shot 2 of 2 is empty: it shows nothing in 'input'"),
        ({"text": "Fine.", "target": "positive"}, "shot 2 of 2 has no field 'input', which the template shows; it has: text, target"),
        (
            {"input": "Fine.", "target": "postive"},
            "shot 2 of 2 has the target 'postive', which is no label of the task: 'positive'",
        ),
    ],
)
def test_a_shot_that_shows_no_question_or_no_answer_is_named(shot, why):
    with pytest.raises(ValueError, match=why):
        few_shot("{input}", [SHOTS[0], shot], labels=("positive", "negative"))


def test_shots_that_do_not_fit_the_context_are_an_error_that_says_how_long_they_are():
    shots = [{"input": "Lovely soup. " * 400, "target": "positive"}] * 4
    with pytest.raises(ModelError, match=r"context too long: \d+ tokens .*exceed the limit of \d+ tokens; shorten the prompt"):
        answers(few_shot("{input}", shots), ROWS, load("pocket", cache=False))


def test_a_template_is_not_given_a_second_system_turn():
    with pytest.raises(ValueError, match="template 't' has its own system turn"):
        prompt(Template("t", "{input}"), system="Be brief.")


def test_the_majority_is_the_most_frequent_target_and_of_equals_the_first():
    train = [{"target": "b"}, {"target": "a"}, {"target": "a"}, {"target": "b"}]
    assert [a.text for a in majority(train).solve(ROWS)] == ["b", "b"]
    assert majority([{"target": ["x"]}]).text == '["x"]'


def test_the_majority_of_nothing_is_refused():
    with pytest.raises(ValueError, match="majority needs at least one example to count"):
        majority([])


def test_the_fingerprint_follows_all_that_can_change_an_answer():
    base = prompt("{input}", name="a", max_tokens=3)
    others = [
        prompt("{input}!", max_tokens=3), prompt("{input}", max_tokens=4), few_shot("{input}", SHOTS, max_tokens=3),
        prompt("{input}", max_tokens=3, answer=lambda text: text[0]), prompt("{input}", max_tokens=3, answer=lambda text: text[1]),
        *(prompt("{input}", max_tokens=3, answer=_ending(mark)) for mark in ".!"),
    ]  # fmt: skip
    assert base.fingerprint == Method("b", Template("c", "{input}"), settings={"max_tokens": 3}).fingerprint
    assert len({base.fingerprint, *(other.fingerprint for other in others)}) == 1 + len(others)


def test_the_fingerprint_is_the_same_in_every_process_whatever_the_reader_is_made_of():
    def made() -> list:  # functions made anew lie at other addresses, as in another process
        readers = [_after(_ending(mark)) for mark in ".!"] + [partial(_cut, mark=mark, then=_ending("?")) for mark in ".!"]
        cut = _ending(".")
        readers += [_after(partial(_cut, mark=".")), _after({"by": [cut]}), lambda text, cut=cut: cut(text), _countdown()]
        return [prompt("{input}", answer=reader) for reader in readers]

    one, two = made(), made()
    prints = [method.fingerprint for method in one]
    assert prints == [method.fingerprint for method in two]
    assert len(set(prints)) == len(prints)


def test_fingerprints_are_those_of_the_records_that_readers_have():
    assert prompt("{input}").fingerprint == "f0d4037e4216"
    assert few_shot("{input}", [{"input": "a", "target": "b"}], max_tokens=4).fingerprint == "0b8f96bb4134"


def test_a_reply_is_read_once():
    texts, answers = [], {}
    prompt("{input}", answer=lambda text: texts.append(text) or text).solve(ROWS, Echo(), answers.__setitem__)
    assert sorted(texts) == ["DULL.", "LOVELY."]
    assert answers[0].text == "LOVELY."


def _ending(mark: str):
    return lambda text: text.split(mark)[0]


def _after(cut):
    return lambda text: cut(text).strip()


def _cut(text: str, mark: str, then=str.strip) -> str:
    return then(text.split(mark)[0])


def _countdown():
    def last(text: str) -> str:
        return last(text[1:]) if len(text) > 1 else text

    return last
