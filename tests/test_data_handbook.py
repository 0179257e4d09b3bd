"""The frozen handbook is what its card says: enough pages and memos, literal evidence, splits that share no page."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from helpers import places
from helpers.metrics.scores import exact
from helpers.tasks.examples import normal

FOLDER = places.data("handbook")
COLUMNS = ["id", "input", "target", "kind", "pages", "evidence", "old", "near"]
KINDS = ["direct", "reworded", "two passages", "changed by a memo", "unanswerable", "common knowledge"]
BARE = {"unanswerable", "common knowledge"}  # no passage holds the answer
PLACE = dict(enumerate(["train", "dev", "dev", "test", "train", "dev", "test", "test"]))  # the number of a page, modulo 8


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9']+", text.lower()))


def count(text: str) -> int:
    """Words, without the marks of tables and lists."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((FOLDER / "pages").glob("*.md"))}


@pytest.fixture(scope="module")
def splits() -> dict[str, list[dict]]:
    lines = {name: (FOLDER / f"{name}.jsonl").read_bytes().decode("utf-8").split("\n")[:-1] for name in ("train", "dev", "test")}
    return {name: [json.loads(line) for line in part] for name, part in lines.items()}


@pytest.fixture(scope="module")
def rows(splits: dict[str, list[dict]]) -> list[dict]:
    return [row for part in splits.values() for row in part]


def test_there_are_enough_pages_memos_words_and_questions(pages: dict[str, str], rows: list[dict]) -> None:
    handbook = {name: text for name, text in pages.items() if name[0] == "p"}
    assert [name[:3] for name in handbook] == [f"p{n:02d}" for n in range(1, 67)]
    assert [name[:3] for name in pages if name[0] == "m"] == [f"m{n:02d}" for n in range(1, 28)]
    assert min(map(count, handbook.values())) >= 100
    assert sum(map(count, handbook.values())) >= 12_000
    assert len(rows) >= 240


def test_every_page_has_a_title_a_date_and_sections(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        head = "# Memo: " if name[0] == "m" else "# "
        assert re.match(rf"{head}\S.*\nDate: \d{{4}}-\d\d-\d\d\n{'From: ' if name[0] == 'm' else ''}", text), name
        assert name[0] == "m" or text.count("\n## ") >= 2, name


def test_every_memo_is_dated_after_the_page_it_changes(pages: dict[str, str]) -> None:
    dates = {name: date.fromisoformat(re.search(r"^Date: (.*)$", text, re.M)[1]) for name, text in pages.items()}
    for name in (name for name in pages if name[0] == "m"):
        assert dates[name] > dates[changed(name, pages)], name


def test_a_cross_reference_names_a_page_by_its_title(pages: dict[str, str]) -> None:
    titles = {name[:3]: text.split("\n")[0] for name, text in pages.items()}
    for name, text in pages.items():
        for number in re.findall(r"\bp\d+\b", text):
            assert number in titles, (name, number)
        for word, number in re.findall(r"([A-Z][a-z-]+)(?: \(|, )(p\d+)\)", text):
            assert word.lower() in titles[number].lower(), (name, word, number)


def changed(name: str, pages: dict[str, str]) -> str:
    """A page itself; for a memo the one page that it names."""
    if name[0] == "p":
        return name
    (number,) = set(re.findall(r"\((p\d+)\)", pages[name]))
    return next(page for page in pages if page.startswith(f"{number}-"))


def test_every_split_has_the_columns_in_order_and_every_kind(splits: dict[str, list[dict]]) -> None:
    for name, part in splits.items():
        assert all(list(row) == COLUMNS for row in part)
        assert {row["kind"] for row in part} == set(KINDS) - ({"common knowledge"} if name == "train" else set())


@pytest.mark.parametrize("name", ["train", "dev", "test"])
def test_a_fifth_or_more_of_each_split_is_unanswerable(splits: dict[str, list[dict]], name: str) -> None:
    part = splits[name]
    assert sum(row["kind"] == "unanswerable" for row in part) >= 0.2 * len(part)
    assert all((row["target"] == ["I don't know"]) == (row["kind"] == "unanswerable") for row in part)


def test_passages_are_given_where_there_is_an_answer_and_only_there(rows: list[dict]) -> None:
    for row in rows:
        assert bool(row["pages"]) == bool(row["evidence"]) == (row["kind"] not in BARE), row["id"]
        assert bool(row["near"]) == (row["kind"] == "unanswerable"), row["id"]
        assert (len(set(row["pages"])) == 2) == (row["kind"] in {"two passages", "changed by a memo"}), row["id"]


def test_all_evidence_stands_literally_in_its_page(pages: dict[str, str], rows: list[dict]) -> None:
    for row in rows:
        whole = [pages[name] for name in row["pages"]]
        assert all(any(sentence in page for page in whole) for sentence in row["evidence"]), row["id"]
        assert all(any(sentence in page for sentence in row["evidence"]) for page in whole), row["id"]


def test_an_accepted_answer_stands_in_the_evidence(rows: list[dict]) -> None:
    """Of two passages the answer may be what follows from them, as in a comparison."""
    for row in (row for row in rows if row["kind"] not in BARE | {"two passages"}):
        held = f" {normal(' '.join(row['evidence']))} "
        assert any(f" {normal(answer)} " in held for answer in row["target"]), row["id"]
        assert len(row["target"][0].split()) <= 5, row["id"]


def test_the_memo_comes_first_and_the_old_answer_is_the_pages_and_wrong(pages: dict[str, str], rows: list[dict]) -> None:
    for row in (row for row in rows if row["kind"] == "changed by a memo"):
        memo, page = row["pages"]
        assert (memo[0], changed(memo, pages)) == ("m", page), row["id"]
        assert f" {normal(row['old'])} " in f" {normal(pages[page])} ", row["id"]
        assert exact(row["old"], row["target"]) == 0, row["id"]
        assert row["evidence"][0] in pages[memo], row["id"]
    assert all(row["kind"] == "changed by a memo" or row["old"] == "" for row in rows)


def test_most_memos_are_asked_about_and_some_change_nothing(pages: dict[str, str], rows: list[dict]) -> None:
    asked = {row["pages"][0] for row in rows if row["kind"] == "changed by a memo"}
    assert sorted(name[:3] for name in pages if name[0] == "m" and name not in asked) == ["m09", "m13", "m17", "m19", "m24"]


def test_no_page_serves_two_splits(splits: dict[str, list[dict]], pages: dict[str, str]) -> None:
    for split, part in splits.items():
        for row in part:
            for name in row["pages"] + row["near"]:
                assert PLACE[int(changed(name, pages)[1:3]) % 8] == split, (row["id"], name)


def test_reworded_questions_share_at_most_one_longer_word_with_the_evidence(rows: list[dict]) -> None:
    for row in (row for row in rows if row["kind"] == "reworded"):
        shared = words(row["input"]) & words(" ".join(row["evidence"]))
        assert sum(len(word) >= 5 for word in shared) <= 1, (row["id"], shared)


def test_ids_are_in_order_and_no_question_is_asked_twice(splits: dict[str, list[dict]], rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"handbook-{n:04d}" for n in range(1, len(rows) + 1)]
    assert len({normal(row["input"]) for row in rows}) == len(rows)
    sets = [(split, row["id"], words(row["input"])) for split, part in splits.items() for row in part]
    close = [(i, j) for (s, i, a), (t, j, b) in combinations(sets, 2) if s != t and len(a & b) > 0.5 * len(a | b)]
    assert close == []


def test_no_question_of_the_private_facts_is_repeated(rows: list[dict]) -> None:
    files = [FOLDER.parent / "facts" / f"{name}.jsonl" for name in ("dev", "test")]
    facts = [json.loads(line)["input"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    asked = [words(fact.replace("Larkfield's", "the")) for fact in facts if "Larkfield" in fact]
    assert len(asked) == 60
    assert [row["id"] for row in rows for fact in asked if len(words(row["input"]) & fact) > 0.75 * len(words(row["input"]) | fact)] == []


def test_texts_are_clean(pages: dict[str, str], rows: list[dict]) -> None:
    for text in [*pages.values(), *(text for row in rows for text in (row["input"], *row["target"], *row["evidence"]))]:
        assert text == unicodedata.normalize("NFC", text)
        assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cn"} for letter in text.replace("\n", "")), text
        assert text.strip(), text
        assert "  " not in text, text


def test_the_card_gives_the_counts_of_the_files(splits: dict[str, list[dict]], rows: list[dict], pages: dict[str, str]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for name, part in [*splits.items(), ("all", rows)]:
        kinds = Counter(row["kind"] for row in part)
        assert f"| {name} | {len(part)} | {' | '.join(str(kinds[kind]) for kind in KINDS)} |" in card
    for letter, text in (("p", "The pages hold {:,} words"), ("m", "the memos {:,}, counted")):
        assert text.format(sum(count(page) for name, page in pages.items() if name[0] == letter)) in card
