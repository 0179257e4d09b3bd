"""Votes, critiques and the reading of steps: what counts, what is lost, what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from helpers.methods import critique, false_steps, last_number, most_common, prompt, vote
from helpers.models import ModelError, Reply

ROWS = [{"id": "a", "input": "1 + 1"}, {"id": "b", "input": "2 + 2"}]


@dataclass
class Scripted:
    """Answers the n-th round of questions with the n-th list of texts; None stands for a reply that never came."""

    rounds: list[list[str | None]]
    asked: list[list] = field(default_factory=list)
    settings: list[dict] = field(default_factory=list)
    name: str = "scripted"

    def ask_many(self, conversations, *, on_reply=None, **settings):
        texts = self.rounds[len(self.asked)]
        self.asked.append(conversations)
        self.settings.append(settings)
        replies = [Reply(text or "", 5, 2, 0.0, 0.0, error=None if text else "timed out") for text in texts]
        for i, reply in enumerate(replies):
            if on_reply:
                on_reply(i, reply)
        return replies


def method(**settings):
    return prompt("{input}", answer=last_number, **settings)


def test_the_answer_of_most_samples_wins_and_every_reply_is_counted():
    model = Scripted([["2", "4"], ["3", "4"], ["2", "5"]])
    answers = vote(method(), samples=3).solve(ROWS, model)
    assert [answer.text for answer in answers] == ["2", "4"]
    assert [len(answer.replies) for answer in answers] == [3, 3]


def test_each_sample_has_its_seed_and_the_temperature():
    model = Scripted([["2", "4"]] * 3)
    vote(method(max_tokens=9), samples=3, temperature=0.5).solve(ROWS, model)
    assert model.settings == [{"max_tokens": 9, "temperature": 0.5, "seed": seed} for seed in range(3)]


def test_a_reply_that_cannot_be_read_has_no_vote():
    model = Scripted([["no idea", "none"], ["no idea", "none"], ["2", "none"]])
    first, second = vote(method(), samples=3).solve(ROWS, model)
    assert (first.text, first.error) == ("2", None)
    assert (second.text, "could not be read" in second.error, second.failed) == ("", True, "")


def test_a_reply_that_never_came_makes_the_vote_incomplete():
    model = Scripted([["2", "4"], ["2", None], ["2", "4"]])
    assert [answer.failed for answer in vote(method(), samples=3).solve(ROWS, model)] == ["", "timed out"]


def test_a_model_that_gives_no_reply_is_not_asked_nine_times():
    model = Scripted([[None, None]] * 9)
    vote(method()).solve(ROWS, model)
    assert len(model.asked) == 1


def test_of_answers_with_as_many_votes_the_first_wins():
    assert [most_common(["", "9", "10", "10", "9"]), most_common(["", ""])] == ["9", ""]


@pytest.mark.parametrize("samples", [1, 0])
def test_a_vote_of_one_is_refused(samples):
    with pytest.raises(ValueError, match=f"samples={samples}: one reply is no vote"):
        vote(method(), samples=samples)


@pytest.mark.parametrize("temperature", [0, -1])
def test_samples_without_chance_are_refused(temperature):
    with pytest.raises(ValueError, match=f"temperature={temperature}: the samples would all be the same reply"):
        vote(method(), temperature=temperature)


def test_a_negative_temperature_is_refused_by_the_model():
    from helpers.models.reply import Settings

    with pytest.raises(ModelError, match=r"temperature=-1: use 0 \(greedy\) or more"):
        Settings(temperature=-1)


def test_a_vote_changes_its_fingerprint_with_samples_and_temperature():
    assert len({vote(method(), samples=n, temperature=t).fingerprint for n in (3, 9) for t in (0.5, 0.7)}) == 4


def test_a_critique_shows_the_model_its_reply_and_takes_the_second():
    model = Scripted([["It is 3.", "It is 4."], ["It is 2.", "It is 4."]])
    answers = critique(method(), "Check it.").solve(ROWS, model)
    assert [answer.text for answer in answers] == ["2", "4"]
    assert [turn["content"] for turn in model.asked[1][0]] == ["1 + 1", "It is 3.", "Check it."]


def test_a_critique_does_not_ask_again_about_a_reply_that_never_came():
    model = Scripted([[None, "4"], ["It is 5."]])
    first, second = critique(method()).solve(ROWS, model)
    assert (first.failed, second.text, len(model.asked[1])) == ("timed out", "5", 1)


def test_a_critique_whose_second_reply_cannot_be_read_has_no_answer():
    model = Scripted([["3", "4"], ["All is well.", "4"]])
    first, _ = critique(method()).solve(ROWS, model)
    assert (first.text, "could not be read" in first.error, first.failed) == ("", True, "")


@pytest.mark.parametrize(("reply", "number"), [("4. The answer is 1,017.", "1017"), ("5 - 9 = -4", "-4"), ("41-25", "25")])
def test_the_last_number_is_read_with_its_sign_and_without_commas(reply, number):
    assert last_number(reply) == number


def test_a_reply_without_a_number_cannot_be_read():
    with pytest.raises(ValueError, match="no number in 'I do not know'"):
        last_number("I do not know")


def test_false_steps_are_the_equations_that_do_not_hold():
    assert false_steps("3 x 4 = 12. 12 - 5 = 8. 8 + 1 = 9. 2 * 2 = 5.") == ["12 - 5 = 8", "2 * 2 = 5"]


@pytest.mark.parametrize(
    "line",
    [
        "3 + 4 + 2 = 9",
        "2 x 3 + 4 = 10",
        "3 + 4 = 5 + 2 = 7",
        "3 + 4 = 2 + 5",
        "3 + 4 = 72 - 65",
        "1.5 + 2 = 3.5",
        "-3 + 4 = 1",
        "1/2 + 3 = 3.5",
    ],
)
def test_a_part_of_a_longer_line_is_no_equation(line: str):
    assert false_steps(f"First, {line}. Then 5 - 1 = 3.") == ["5 - 1 = 3"]
