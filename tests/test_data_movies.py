"""The film table and its requests are what their card says: titles follow from the wishes, and the wishes from the words."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import combinations

import pytest

from helpers import places

FOLDER = places.data("movies")
SIZES = {"dev": 40, "test": 40}
KINDS = {"one wish": 10, "two wishes": 12, "three wishes": 8, "indirect words": 10}
WISHES = ["genre", "mood", "min_year", "max_year", "max_minutes", "cast"]
UNWANTED = {"Nothing sad": "sad", "nothing dark": "dark", "No jokes": "funny", "nothing grim": "dark", "Not another love story": "romance"}


@pytest.fixture(scope="module")
def films() -> list[dict]:
    with (FOLDER / "table.csv").open(encoding="utf-8", newline="") as file:
        return [row | {"year": int(row["year"]), "minutes": int(row["minutes"])} for row in csv.DictReader(file)]


def meets(film: dict, wishes: dict) -> bool:
    return (
        film["genre"] == wishes.get("genre", film["genre"])
        and film["mood"] == wishes.get("mood", film["mood"])
        and wishes.get("min_year", 0) <= film["year"] <= wishes.get("max_year", 9999)
        and film["minutes"] <= wishes.get("max_minutes", 999)
        and wishes.get("cast", "") in ["", *film["cast"].split("; ")]
    )


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def test_the_table_has_sixty_films_with_all_columns(films: list[dict]) -> None:
    assert list(films[0]) == ["title", "year", "genre", "mood", "minutes", "cast", "review"]
    assert len({film["title"] for film in films}) == len({film["review"] for film in films}) == len(films) == 60
    assert [film["title"] for film in films] == sorted(film["title"] for film in films)
    assert [film["title"] for film in films if not all(film.values())] == []
    assert (len({film["genre"] for film in films}), len({film["mood"] for film in films})) == (8, 8)
    assert [film["title"] for film in films if not re.fullmatch("[a-z]+", film["genre"]) or not re.fullmatch("[a-z]+", film["mood"])] == []


def test_every_film_has_a_cast_of_two_and_every_person_is_in_five(films: list[dict]) -> None:
    casts = [film["cast"].split("; ") for film in films]
    assert {len(set(cast)) for cast in casts} == {2}
    assert set(Counter(name for cast in casts for name in cast).values()) == {5}


def test_lengths_are_in_range_and_none_is_a_round_number_that_a_request_could_name(films: list[dict]) -> None:
    assert (min(film["minutes"] for film in films), max(film["minutes"] for film in films)) == (74, 189)
    assert [film["title"] for film in films if film["minutes"] % 5 == 0] == []


def test_every_split_has_its_size_the_columns_in_order_and_the_mix_of_kinds(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    for part in splits.values():
        assert [row["id"] for row in part if list(row) != ["id", "input", "target", "titles", "kind"]] == []
        assert Counter(row["kind"] for row in part) == Counter(KINDS)


def test_the_titles_are_those_that_meet_all_wishes(rows: list[dict], films: list[dict]) -> None:
    for row in rows:
        assert row["titles"] == sorted(film["title"] for film in films if meets(film, row["target"])), row["id"]
        assert 1 <= len(row["titles"]) <= 12, row["id"]


def test_kinds_follow_from_the_number_of_wishes(rows: list[dict]) -> None:
    counts = {"one wish": {1}, "two wishes": {2}, "three wishes": {3}, "indirect words": {1, 2, 3}}
    for row in rows:
        assert set(row["target"]) <= set(WISHES), row["id"]
        assert len(row["target"]) in counts[row["kind"]], row["id"]


def test_names_years_and_minutes_stand_in_the_request_unless_its_words_are_indirect(rows: list[dict]) -> None:
    for row in (row for row in rows if row["kind"] != "indirect words"):
        said = {int(number) for number in re.findall(r"\d+", row["input"])}
        assert said == {value for value in row["target"].values() if isinstance(value, int)}, row["id"]
        assert row["target"].get("cast", "") in row["input"], row["id"]
        stems = [re.sub(r"y$", "", row["target"][wish]) for wish in ("genre", "mood") if wish in row["target"]]
        assert [stem for stem in stems if stem not in row["input"].lower()] == [], row["id"]


def test_what_is_not_wanted_excludes_no_title(rows: list[dict], films: list[dict]) -> None:
    by_title = {film["title"]: film for film in films}
    for phrase, value in UNWANTED.items():
        [row] = [row for row in rows if phrase in row["input"]]
        assert [title for title in row["titles"] if value in (by_title[title]["mood"], by_title[title]["genre"])] == [], row["id"]


def test_ids_and_texts_are_unique_and_no_two_requests_are_near_duplicates(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"movies-{i:04d}" for i in range(1, 81)]
    sets = {row["id"]: frozenset(words(row["input"])) for row in rows}
    assert [pair for pair in combinations(sets, 2) if len(sets[pair[0]] & sets[pair[1]]) > 0.6 * len(sets[pair[0]] | sets[pair[1]])] == []


def test_texts_are_clean(rows: list[dict], films: list[dict]) -> None:
    for text in [row["input"] for row in rows] + [film["review"] for film in films]:
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert "  " not in text, text


def test_no_request_review_title_or_name_is_in_the_corpus(rows: list[dict], films: list[dict], leaked: Callable[..., list[str]]) -> None:
    names = {name for film in films for name in [film["title"], *film["cast"].split("; ")]}
    assert leaked([row["input"] for row in rows] + [film["review"] for film in films], names) == []


def test_the_card_gives_the_counts_of_the_files(rows: list[dict], films: list[dict]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for column in ("genre", "mood"):
        for value, count in Counter(film[column] for film in films).items():
            assert f"| {value} | {count} |" in card
    for kind, count in KINDS.items():
        assert f"| {kind} | {2 * count} | {count} | {count} |" in card
    years, sizes = [film["year"] for film in films], [len(row["input"].split()) for row in rows]
    assert f"{min(years)} to {max(years)}" in card
    assert f"{min(sizes)} to {max(sizes)} words" in card
    assert f"1 to {max(len(row['titles']) for row in rows)} of them" in card
