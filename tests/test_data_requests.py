"""The frozen requests are what their card says: calls that fit the schemas, arguments that the request names, and no corpus text."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import combinations

import pytest

from helpers import places

FOLDER = places.data("requests")
SIZES = {"dev": 40, "test": 40}
COLUMNS = ["id", "input", "target", "tools", "kind"]
KINDS = {"one call": 11, "enum or optional argument": 7, "two in a row": 7, "no tool needed": 5, "no tool fits": 4, "unfamiliar field": 6}
UNFAMILIAR = {"molar_mass", "reserve_berth", "fire_kiln", "point_telescope"}
FIELD = r"\b(molar|mole|chemi\w+|berth\w*|quay\w*|draft|kiln|cone|glaze\w*|stoneware|telescope\w*|exposure)\b"


@pytest.fixture(scope="module")
def tools() -> dict[str, dict]:
    return {tool["function"]["name"]: tool["function"] for tool in json.loads((FOLDER / "tools.json").read_text(encoding="utf-8"))}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def test_every_split_has_its_size_the_columns_in_order_and_the_mix_of_kinds(splits: dict[str, list[dict]]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    assert [row["id"] for part in splits.values() for row in part if list(row) != COLUMNS] == []
    assert [Counter(row["kind"] for row in part) for part in splits.values()] == [Counter(KINDS)] * 2


def test_ids_and_texts_are_unique_and_no_two_requests_are_near_duplicates(rows: list[dict]) -> None:
    assert [row["id"] for row in rows] == [f"requests-{i:04d}" for i in range(1, 81)]
    sets = {row["id"]: frozenset(words(row["input"])) for row in rows}
    assert [pair for pair in combinations(sets, 2) if len(sets[pair[0]] & sets[pair[1]]) > 0.5 * len(sets[pair[0]] | sets[pair[1]])] == []


def test_the_tools_are_fourteen_in_the_format_of_openai_and_their_schemas_are_valid() -> None:
    from jsonschema import Draft202012Validator

    listed = json.loads((FOLDER / "tools.json").read_text(encoding="utf-8"))
    assert len({tool["function"]["name"] for tool in listed}) == len(listed) == 14
    for tool in listed:
        assert (list(tool), tool["type"]) == (["type", "function"], "function")
        assert list(tool["function"]) == ["name", "description", "parameters"]
        Draft202012Validator.check_schema(tool["function"]["parameters"])
        assert set(tool["function"]["parameters"]["required"]) <= set(tool["function"]["parameters"]["properties"])


def test_every_call_is_of_an_offered_tool_and_its_arguments_validate(rows: list[dict], tools: dict[str, dict]) -> None:
    from jsonschema import validate

    for row in rows:
        assert 2 <= len(set(row["tools"])) == len(row["tools"]) <= 4, row["id"]
        assert {call["name"] for call in row["target"]} <= set(row["tools"]) <= set(tools), row["id"]
        for call in row["target"]:
            assert list(call) == ["name", "arguments"], row["id"]
            validate(call["arguments"], tools[call["name"]]["parameters"])


def test_kinds_follow_from_the_calls(rows: list[dict], tools: dict[str, dict]) -> None:
    calls = {"two in a row": 2, "no tool needed": 0, "no tool fits": 0}
    for row in rows:
        assert len(row["target"]) == calls.get(row["kind"], 1), row["id"]
        assert (row["kind"] == "unfamiliar field") == any(call["name"] in UNFAMILIAR for call in row["target"]), row["id"]
        if row["kind"] == "enum or optional argument":
            [call] = row["target"]
            assert set(call["arguments"]) - set(tools[call["name"]]["parameters"]["required"]), row["id"]


def test_every_argument_stands_in_the_request(rows: list[dict]) -> None:
    for row in rows:
        for value in (value for call in row["target"] for value in call["arguments"].values()):
            shown = {str(value).lower()}
            if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
                shown.add(f"{date.fromisoformat(value):%B %-d, %Y}".lower())
            assert value is True or any(text in row["input"].lower() for text in shown), (row["id"], value)


def test_the_archive_is_not_offered_where_no_tool_fits(rows: list[dict]) -> None:
    assert [row["id"] for row in rows if row["kind"].startswith("no tool") and "search" in row["tools"]] == []


def test_places_and_days_of_the_calls_stand_in_the_tables(rows: list[dict]) -> None:
    for row in rows:
        for call in row["target"]:
            name = {"get_weather": "weather", "air_quality": "air"}.get(call["name"])
            if name:
                line = f"\n{call['arguments']['place']},{call['arguments']['date']},"
                assert line in (places.data(name) / "table.csv").read_text(encoding="utf-8"), row["id"]


def test_the_film_tool_knows_the_genres_and_moods_of_the_film_table(tools: dict[str, dict]) -> None:
    with (places.data("movies") / "table.csv").open(encoding="utf-8", newline="") as file:
        films = list(csv.DictReader(file))
    for wish in ("genre", "mood"):
        assert tools["find_movies"]["parameters"]["properties"][wish]["enum"] == sorted({film[wish] for film in films})


def test_texts_are_clean_and_short(rows: list[dict]) -> None:
    for text in (row["input"] for row in rows):
        assert text == unicodedata.normalize("NFC", text).strip(), text
        assert "  " not in text, text
        assert 4 <= len(text.split()) <= 25, text


def test_no_request_and_none_of_its_names_is_in_the_corpus(rows: list[dict], leaked: Callable[..., list[str]]) -> None:
    quoted = [text for row in rows for text in re.findall(r'"([^"]+)"', row["input"])]
    values = [call["arguments"] for row in rows for call in row["target"]]
    names = {given[slot] for given in values for slot in ("restaurant", "vessel", "place") if slot in given}
    assert leaked([row["input"] for row in rows] + quoted, names) == []


def test_no_tool_is_one_of_the_corpus_and_it_has_no_words_for_the_unfamiliar_ones(tools: dict[str, dict]) -> None:
    from pocket_maker.corpus.families.toolbox import TOOLS

    taught = {about for tool in TOOLS.values() for about in tool.about}
    assert {tool["description"] for tool in tools.values()} & taught == set()
    lines = [" ".join((*tool.names, *tool.about, *tool.slots, *tool.asks)) for tool in TOOLS.values()]
    assert [line for line in lines if re.search(FIELD, line.lower().replace("_", " "))] == []


def test_the_card_gives_the_counts_of_the_files(rows: list[dict], tools: dict[str, dict]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for kind, count in KINDS.items():
        assert f"| {kind} | {2 * count} | {count} | {count} |" in card
    calls = Counter(call["name"] for row in rows for call in row["target"])
    for name in tools:
        assert f"| {name} | {calls[name]} |" in card
