"""Cutting pages: nothing is lost, nothing is cut where it need not be, and a page eight times as long takes eight times as long."""

from __future__ import annotations

import re
import time

import pytest

from helpers.retrieval import Chunk, Page, by_structure, by_tokens
from helpers.retrieval.chunking import pocket_tokens
from helpers.retrieval.structure import blocks

TABLE = "| city | euros |\n| --- | ---: |\n" + "\n".join(f"| town {i} | {i} |" for i in range(40))


def spaced(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\S+", text)]


def page(text: str, **more: str) -> Page:
    return Page("p1", "Travel", text, **more)


def texts(chunks: list[Chunk]) -> list[str]:
    return [chunk.text for chunk in chunks]


def test_by_tokens_cuts_windows_that_overlap() -> None:
    chunks = by_tokens([page("a b c d e f g", date="2025-01-02")], 3, 1, tokens=spaced)
    assert texts(chunks) == ["a b c", "c d e", "e f g"]
    assert chunks[1] == Chunk("p1#1", "p1", "Travel", "c d e", "2025-01-02")


def test_by_tokens_makes_no_chunk_inside_the_last() -> None:
    assert texts(by_tokens([page("a b c d e f")], 4, 2, tokens=spaced)) == ["a b c d", "c d e f"]


@pytest.mark.parametrize("text", ["Straße “x” 3,50 € 你好 👩‍👩‍👧 e\u0301\n\n" * 40, "é" * 300, "   a\u00a0b  "])
def test_by_tokens_without_overlap_loses_no_character(text: str) -> None:
    joined = "".join(texts(by_tokens([page(text)], 7, 0)))
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", text)


@pytest.mark.parametrize(("size", "overlap"), [(0, 0), (4, 4), (4, -1)])
def test_an_overlap_that_leads_nowhere_is_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=f"got size={size}, overlap={overlap}"):
        by_tokens([page("a")], size, overlap)


def test_a_page_that_is_given_twice_is_refused() -> None:
    for cut in (by_tokens, by_structure):
        with pytest.raises(ValueError, match="the first is 'p1': each page needs an id of its own"):
            cut([page("a"), page("b")])


def test_an_empty_page_gives_no_chunk() -> None:
    assert by_tokens([page(" \n")]) == by_structure([page(" \n")]) == []


def test_the_headings_above_a_chunk_are_its_title() -> None:
    text = "# Travel\nGeneral.\n## Hotels\nBook early.\n### Abroad ###\nAsk first.\n## Trains\nSecond class."
    assert [(chunk.title, chunk.text) for chunk in by_structure([page(text)])] == [
        ("Travel", "General."), ("Travel > Hotels", "Book early."), ("Travel > Hotels > Abroad", "Ask first."),
        ("Travel > Trains", "Second class."),
    ]  # fmt: skip


def test_a_heading_with_nothing_below_it_is_not_lost() -> None:
    text = "# Travel\n## Hotels\n## Trains\nSecond class.\n## Ships"
    assert texts(by_structure([page(text)])) == ["Hotels", "Second class.", "Ships"]


def test_blocks_of_one_section_share_a_chunk_while_they_fit() -> None:
    assert texts(by_structure([page("a b\n\nc d\n\ne f")], 4, tokens=spaced)) == ["a b\n\nc d", "e f"]


def test_a_long_paragraph_is_cut_after_a_sentence() -> None:
    text = "One two three. Four five six seven. Eight nine ten."
    assert texts(by_structure([page(text)], 8, tokens=spaced)) == ["One two three. Four five six seven.", "Eight nine ten."]


def test_a_table_that_fits_is_kept_whole_and_apart_from_its_introduction() -> None:
    assert blocks(f"Prices:\n{TABLE}\n\nDone.") == [(0, "Prices:"), (0, TABLE), (0, "Done.")]
    assert TABLE in texts(by_structure([page(f"Prices are as in the list below.\n{TABLE}")], 1000))[0]


def test_a_long_table_is_cut_between_rows_and_each_part_has_the_head() -> None:
    parts = texts(by_structure([page(TABLE)], 60))
    head = "| city | euros |\n| --- | ---: |\n"
    assert len(parts) > 2
    assert all(part.startswith(head) and len(pocket_tokens(part)) <= 61 for part in parts)
    assert head + "\n".join(part.removeprefix(head) for part in parts) == TABLE


def test_a_hash_inside_a_listing_is_no_heading() -> None:
    listing = "```\n# not a title\n\n| a |\n|---|\n```"
    assert blocks(f"# Title\n{listing}\nafter") == [(1, "Title"), (0, listing), (0, "after")]


@pytest.mark.parametrize(("line", "found"), [
    ("## C# ##", (2, "C#")), ("# C#", (1, "C#")), ("#5 is alive", None), ("####### seven", None), ("    # code", None), ("#", None),
    ("# " + "x" * 400, None), ("Pay\n===", (1, "Pay")), ("[1]: http://a.b", None),
])  # fmt: skip
def test_what_is_a_heading(line: str, found: tuple[int, str] | None) -> None:
    assert blocks(line) == [found or (0, line)]


@pytest.mark.parametrize(
    "text", ["One two. Three! " * 500, TABLE * 5, "nospace" * 900, "# a\n\n- b\n- c\n\n" * 90, "```\n" + "x = 1\n\n" * 300]
)
def test_no_chunk_is_longer_than_the_limit_but_for_what_a_cut_word_adds(text: str) -> None:
    assert max(len(pocket_tokens(text)) for text in texts(by_structure([page(text)], 40))) <= 42


def test_by_structure_loses_no_word() -> None:
    text = (
        "# Travel\nintro one two. " + "alpha beta gamma. " * 90 + "\n\n## Next\n- item\n- item two\n\n" + TABLE + "\n\n~~~\ncode # here\n"
    )
    words = set(re.findall(r"\w+", text))
    found = {word for chunk in by_structure([page(text)], 25) for word in re.findall(r"\w+", chunk.title + " " + chunk.text)}
    assert found == words


@pytest.mark.parametrize("unit", ["The soup was cold. ", "x", "| a | b |\n|---|---|\n", "# " + " " * 999, '."'])
def test_a_long_page_is_cut_in_linear_time(unit: str) -> None:
    took = []
    pocket_tokens(unit)  # so that the tokenizer is there
    for size in (50_000, 400_000):
        start = time.process_time()
        assert by_structure([page((unit * (size // len(unit) + 1))[:size] + " end")])[-1].text.endswith("end")
        took.append(time.process_time() - start)
    assert took[1] < 16 * took[0] + 0.1  # 8 times is linear, 64 times would be quadratic


def test_the_passage_has_the_title_once() -> None:
    assert Chunk("1", "p", "Travel > Hotels", "Up to 90.").passage == "Travel > Hotels\nUp to 90."
    assert Chunk("1", "p", "Travel", "# Travel\nUp to 90.").passage == "# Travel\nUp to 90."
    assert Chunk("1", "p", "", "Up to 90.").passage == "Up to 90."


def test_a_chunk_s_fingerprint_changes_with_all_but_its_id() -> None:
    chunk = Chunk("1", "p", "t", "x")
    others = [Chunk("1", "q", "t", "x"), Chunk("1", "p", "u", "x"), Chunk("1", "p", "t", "y"), Chunk("1", "p", "t", "x", "2025-01-01")]
    assert chunk.fingerprint == Chunk("2", "p", "t", "x").fingerprint
    assert len({chunk.fingerprint, *(other.fingerprint for other in others)}) == 5
