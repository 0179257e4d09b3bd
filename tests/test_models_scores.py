"""How likely a model finds each of some texts: against the plain sum, in batches, from the cache, and where it cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.models import ModelError, load
from helpers.models.recordings import conversation_key, from_line, to_line
from helpers.models.reply import Reply, Settings

ASK = "What is the capital of France?"
CITIES = ("Paris", "Rome", "a town that nobody knows")


@pytest.fixture(scope="module")
def pocket():
    return load("pocket", cache=False)


def plain_sum(model, text: str, option: str) -> float:
    """The log-probability of the option after the text, token by token, one prompt in one pass."""
    import torch

    prompt, written = model.provider.pair([{"role": "user", "content": text}], option)
    with torch.inference_mode():
        steps = model.provider.model(torch.tensor([prompt + written])).logits[0].log_softmax(-1)
    return sum(steps[len(prompt) - 1 + n, token].item() for n, token in enumerate(written))


def test_a_score_is_the_sum_over_the_option_s_tokens_and_its_end(pocket) -> None:
    scores = pocket.score(ASK, CITIES)
    assert list(scores) == list(CITIES)
    for option, score in scores.items():
        assert score == pytest.approx(plain_sum(pocket, ASK, option), abs=1e-3)


def test_scores_do_not_depend_on_the_neighbors_in_a_batch(pocket) -> None:
    asked = [ASK, "Is it warm?", f"Read this first, please. It is long, and it says nothing at all about towns. {ASK}"]
    together = pocket.ask_many(asked, options=CITIES)
    alone = [pocket.ask(text, options=CITIES) for text in asked]
    assert [reply.text for reply in together] == [reply.text for reply in alone]
    for one, other in zip(together, alone, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-3)
        assert one.text == CITIES[one.scores.index(max(one.scores))]


def test_scores_are_kept_and_are_not_the_reply_to_the_same_question(tmp_path: Path) -> None:
    model = load("pocket", cache=tmp_path / "r.sqlite")
    first = model.ask(ASK, options=CITIES)
    again = model.ask(ASK, options=CITIES)
    assert (again.cached, again.scores) == (True, first.scores)
    assert model.ask(ASK).scores == ()
    assert not model.ask(ASK, options=CITIES[:2]).cached


def test_a_recording_holds_scores_under_a_key_of_their_own() -> None:
    chat = [{"role": "user", "content": ASK}]
    keys = {conversation_key(chat, Settings(options=options)) for options in ((), ("a", "b"), ("b", "a"))}
    assert len(keys) == 3
    reply = Reply("a", 9, 0, 0.25, 0.0, scores=(-0.123456, -7.0))
    assert from_line(to_line("k", reply)) == ("k", Reply("a", 9, 0, 0.25, 0.0, scores=(-0.1235, -7.0)))


@pytest.mark.parametrize("options", [("a", "a"), ("a", " ")])
def test_equal_and_empty_options_are_refused(options: tuple, pocket) -> None:
    with pytest.raises(ModelError, match="name different texts, none of them empty"):
        pocket.score(ASK, options)


def test_a_server_is_told_apart_from_a_model_that_is_here() -> None:
    with pytest.raises(
        ModelError,
        match=r"only for the tokens it wrote itself, not for texts that we name: score options with a model whose weights are here",
    ):
        load("openai:x@http://127.0.0.1:9/v1", cache=False).score(ASK, CITIES)


def test_an_option_that_does_not_fit_the_context_is_named(pocket) -> None:
    with pytest.raises(ModelError, match=r"context too long: \d+ tokens \+ \d+ of the longest option exceed"):
        pocket.score(ASK, ["Paris", "Rome " * pocket.context])
