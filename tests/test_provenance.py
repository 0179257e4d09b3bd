"""Provenance: what the sample of training conversations says of a text, and what it cannot say."""

from __future__ import annotations

import time

import pytest

from helpers import provenance
from helpers.provenance import Conversation, pocket_taught


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five short conversations in the place of the shipped ones."""
    asked = ["What about this? It is dull.", "What about this?", "Is this good?", "What about that?", "Name a fruit."]
    rows = tuple(Conversation(f"family {i}", ({"role": "user", "content": text},)) for i, text in enumerate(asked))
    monkeypatch.setattr(provenance, "_sample", lambda: rows)
    monkeypatch.setattr(provenance, "_words", lambda: tuple(provenance._plain(row.text) for row in rows))


@pytest.mark.usefixtures("sample")
def test_those_that_say_all_of_it_are_counted_and_the_shortest_comes_first() -> None:
    said = pocket_taught("what ABOUT this")
    assert (said.like, said.families, said.n) == (2, {"family 0": 1, "family 1": 1}, 5)
    assert said.nearest[0].text == "user: What about this?"


@pytest.mark.usefixtures("sample")
def test_a_word_inside_another_is_not_said() -> None:
    assert pocket_taught("hat about").like == 0


@pytest.mark.usefixtures("sample")
def test_what_is_not_in_the_sample_is_not_called_never_taught() -> None:
    said = pocket_taught("Is this the moon?")
    assert said.like == 0
    assert said.at_most == pytest.approx(1 - 0.05 ** (1 / 5))  # none of five: the share p with (1 - p)^5 = 0.05
    assert 'That is not "never taught": up to 1 in 2 of all of them may' in said.summary


def test_a_text_without_a_word_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no word to look up in '\?\!'"):
        pocket_taught("?!")


def test_the_shipped_sample_knows_what_lesson_01_asks_and_answers_within_a_second() -> None:
    pocket_taught("warm up")
    start = time.process_time()
    said = pocket_taught("What about this?")
    assert time.process_time() - start < 1
    assert said.like >= 5
    assert said.n == 20_000


def test_the_html_shows_text_as_text() -> None:
    page = provenance.Provenance("<b>", (Conversation("f", ({"role": "user", "content": "<script>"},)),), {}, 10)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
