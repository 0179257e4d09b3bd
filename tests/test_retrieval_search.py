"""BM25, fusion and reranking."""

from __future__ import annotations

import math

import pytest

from helpers.models import ModelError, Reply
from helpers.retrieval import Bm25, Chunk, Hybrid, Reranked, page_ids, rerank, rrf


def chunks(*texts: str) -> list[Chunk]:
    return [Chunk(f"p{i}#0", f"p{i}", "", text) for i, text in enumerate(texts)]


def found(retriever: object, question: str, k: int = 10) -> list[str]:
    return [hit.chunk.text for hit in retriever.search([question], k)[0]]


def test_bm25_agrees_with_the_formula() -> None:
    rows = ["red fox red", "blue sea", "a blue whale in the sea"]
    hits = {hit.chunk.text: hit.score for hit in Bm25(chunks(*rows), k1=1.2, b=0.75).search(["red blue blue"])[0]}
    lengths = [len(row.split()) for row in rows]

    def weight(holding: int, count: int, i: int) -> float:
        idf = math.log(1 + (3 - holding + 0.5) / (holding + 0.5))
        return idf * count / (count + 1.2 * (1 - 0.75 + 0.75 * lengths[i] / (sum(lengths) / 3)))

    wanted = {rows[0]: weight(1, 2, 0), rows[1]: 2 * weight(2, 1, 1), rows[2]: 2 * weight(2, 1, 2)}
    assert hits == pytest.approx(wanted, rel=1e-5)


def test_bm25_finds_nothing_where_no_word_is_shared() -> None:
    assert Bm25(chunks("red fox", "blue sea")).search(["green", "?!", "sea"])[:2] == [[], []]


def test_bm25_keeps_the_order_of_equal_chunks() -> None:
    index = Bm25(chunks("far away", *["same words"] * 20))
    assert [hit.chunk.id for hit in index.search(["same"], 3)[0]] == ["p1#0", "p2#0", "p3#0"]
    assert [hit.rank for hit in index.search(["same"], 3)[0]] == [1, 2, 3]


def test_bm25_knows_numbers_and_words_of_one_letter_and_reads_the_title() -> None:
    index = Bm25([Chunk("a", "a", "Leave", "5 days"), Chunk("b", "b", "Parking", "22 euros")])
    assert found(index, "5") == found(index, "leave") == ["5 days"]


def test_a_question_of_ten_thousand_characters_is_answered() -> None:
    assert found(Bm25(chunks("red fox", "blue sea")), "what of the sea? " * 600) == ["blue sea"]


@pytest.mark.parametrize(("rows", "message"), [([], "needs all chunks"), (["?", "!"], "no word in any of 2 chunks")])
def test_bm25_over_nothing_is_refused(rows: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Bm25(chunks(*rows))


def test_two_chunks_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="2 chunks have the id 'p0#0'"):
        Bm25([*chunks("a"), *chunks("b")])


@pytest.mark.parametrize(("questions", "k", "kind", "message"), [
    ("one text", 3, TypeError, r"takes a list of questions, got one text: search\(\['one text'\]\)"),
    (["fine", " \n"], 3, ValueError, r"question 2 of 2 is ' \\n'"), (["fine"], 0, ValueError, "k=0: ask for at least 1 hit"),
])  # fmt: skip
def test_what_no_retriever_can_search_for_is_refused(questions: object, k: int, kind: type, message: str) -> None:
    plain = Bm25(chunks("a", "b"))
    for retriever in (plain, Hybrid([plain]), Reranked(plain, lambda question, passage: 0)):
        with pytest.raises(kind, match=message):
            retriever.search(questions, k)


def test_no_question_has_no_answer() -> None:
    plain = Bm25(chunks("a"))
    assert plain.search([]) == Hybrid([plain]).search([]) == Reranked(plain, lambda *_: 0).search([]) == []


def test_rrf_by_hand() -> None:
    assert rrf([["a", "b"], ["b", "c"], ["b"]]) == [
        ("b", pytest.approx(1 / 62 + 1 / 61 + 1 / 61)), ("a", pytest.approx(1 / 61)), ("c", pytest.approx(1 / 62)),
    ]  # fmt: skip


def test_rrf_keeps_the_order_of_first_sight_on_ties() -> None:
    assert [name for name, _ in rrf([["z", "a"], ["b", "y"]])] == ["z", "b", "a", "y"]


@pytest.mark.parametrize(("rankings", "k", "message"), [([["a", "a"]], 60, "names something twice"), ([["a"]], -1, "k=-1")])
def test_rrf_refuses_what_has_no_meaning(rankings: list, k: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rrf(rankings, k)


def test_hybrid_puts_first_what_both_found() -> None:
    rows = chunks("red fox", "red sea", "blue sea")
    left, right = Bm25(rows, name="left"), Bm25(rows, split=lambda text: text.split()[-1:], name="right")
    both = Hybrid([left, right])
    assert both.name == "left + right"
    assert found(both, "red sea") == ["red sea", "blue sea", "red fox"]
    assert len(both.search(["red sea"], 1)[0]) == 1


def test_hybrid_asks_deeper_than_it_answers() -> None:
    class Fixed:
        def __init__(self, name: str, order: str) -> None:
            self.name, self.order = name, order

        def search(self, questions: list[str], k: int = 10) -> list[list]:
            return [[hit for name in self.order for hit in hits if hit.chunk.text == name][:k] for _ in questions]

    hits = Bm25(chunks("a", "b", "c")).search(["a b c"])[0]
    both = [Fixed("one", "ba"), Fixed("two", "ca")]
    assert found(Hybrid(both), "?", 1) == ["a"]
    assert found(Hybrid(both, depth=1), "?", 1) == ["b"]


def test_page_ids_name_each_page_once() -> None:
    hits = Bm25([Chunk("a#0", "a", "", "x y"), Chunk("b#0", "b", "", "x"), Chunk("a#1", "a", "", "x y z")]).search(["x"])[0]
    assert page_ids(hits) == ["b", "a"]


def test_rerank_by_a_function_keeps_ties_in_order() -> None:
    hits = Bm25(chunks("x a", "x b", "x key", "x c")).search(["x"])[0]
    again = rerank("?", hits, lambda question, passage: "key" in passage, 3)
    assert [(hit.chunk.text, hit.score, hit.rank) for hit in again] == [("x key", 1.0, 1), ("x a", 0.0, 2), ("x b", 0.0, 3)]


class Asked:
    """A model that says what it is told to for each passage."""

    def __init__(self, **said: str) -> None:
        self.said, self.prompts = said, []

    def ask_many(self, conversations: list, **settings: object) -> list[Reply]:
        self.prompts += [chat[-1]["content"] for chat in conversations]
        words = [self.said[prompt.split("\n")[0].removeprefix("Passage: x ")] for prompt in self.prompts]
        return [Reply("" if word == "error" else word, 1, 1, 0.0, 0.0, error="HTTP 500" if word == "error" else None) for word in words]


def test_rerank_by_a_model_reads_yes_no_and_neither() -> None:
    model = Asked(a="No.", b="Perhaps", c="**Yes**, it does", d="nobody knows")
    hits = Bm25(chunks("x a", "x b", "x c", "x d")).search(["x"])[0]
    again = rerank("{passage} What is {x}?", hits, model)
    assert [(hit.chunk.text, hit.score) for hit in again] == [("x c", 1.0), ("x b", 0.5), ("x d", 0.5), ("x a", 0.0)]
    assert "Question: {passage} What is {x}?" in model.prompts[0]


def test_a_judgment_that_failed_is_not_taken_for_a_no() -> None:
    hits = Bm25(chunks("x a", "x b")).search(["x"])[0]
    with pytest.raises(ModelError, match="1 of 2 judgments failed, the first: HTTP 500"):
        rerank("?", hits, Asked(a="yes", b="error"))


def test_reranked_brings_up_what_stood_below_k() -> None:
    plain = Bm25(chunks("x", "x y", "x y z", "x y z key"))
    judged = Reranked(plain, lambda question, passage: "key" in passage, depth=4)
    assert (judged.name, found(judged, "x", 1), found(plain, "x", 1)) == ("BM25, reranked", ["x y z key"], ["x"])


def test_hybrid_asks_for_as_many_as_it_must_answer() -> None:
    assert found(Hybrid([Bm25(chunks("x a", "x b"))], depth=1), "x", 2) == ["x a", "x b"]


def test_hybrid_scores_with_its_own_constant_and_zero_is_one() -> None:
    assert rrf([["a", "b"]], k=0) == [("a", 1.0), ("b", 0.5)]
    assert [hit.score for hit in Hybrid([Bm25(chunks("x a", "x b"))], constant=0).search(["x"])[0]] == [1.0, 0.5]
