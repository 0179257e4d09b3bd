"""Drills on random pieces: each answer stands in what comes before it, and only answers are learned."""

from __future__ import annotations

import pytest

from helpers import places
from pocket_maker.corpus.pieces import ASSISTANT, END, USER, Pieces
from pocket_maker.corpus.world import World
from pocket_maker.train.batches import batches


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(places.data("pocket"))


def turns(ids: list[int]) -> list[tuple[list[int], list[int]]]:
    """(asked, answer) of each turn, without the signs around them."""
    found, rest = [], ids
    while rest:
        end = rest.index(END)
        close = rest.index(END, end + 1)
        assert rest[0] == USER
        assert rest[end + 1] == ASSISTANT
        found.append((rest[1:end], rest[end + 2 : close]))
        rest = rest[close + 1 :]
    return found


def within(part: list[int], whole: list[int]) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


@pytest.mark.parametrize("seed", range(20))
def test_every_answer_stands_in_the_first_turn(tokenizer, seed: int) -> None:
    (first, answer), *rest = turns(Pieces(tokenizer).drill(World(seed))[0])
    assert all(within(said, first) for said in (answer, *(later for _, later in rest)))


@pytest.mark.parametrize("seed", range(5))
def test_only_answers_and_their_ends_are_learned(tokenizer, seed: int) -> None:
    ids, learn = Pieces(tokenizer).drill(World(seed))
    assert [i for i, on in zip(ids, learn) if on] == [i for _, answer in turns(ids) for i in (*answer, END)]


def test_no_special_token_and_no_line_break_is_drawn(tokenizer) -> None:
    drawn = set(Pieces(tokenizer)._all)
    assert not drawn & set(tokenizer.all_special_ids)
    assert not any("\n" in tokenizer.decode([i]) for i in drawn)
    assert len(drawn) > 0.9 * len(tokenizer)


def test_drills_bring_pieces_of_the_vocabulary_that_conversations_hardly_have(tokenizer) -> None:
    def variety(pieces: float) -> int:
        return len(set(next(batches(tokenizer, seed=1, tokens=8192, pieces=pieces)).ids.flatten().tolist()))

    assert variety(2.0) > 1.2 * variety(0.0)
