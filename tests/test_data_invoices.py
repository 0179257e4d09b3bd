"""The invoices are what their card says: made anew alike, every year as claimed, the labels derived apart, and none in the corpus."""

from __future__ import annotations

import re
import runpy
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from helpers import places

FOLDER = places.data("invoices")
SIZES = {"train": 300, "dev": 80, "test": 100, "stream": 400, "fresh": 100}
YEARS = {"train": (2023, 2025), "dev": (2023, 2025), "test": (2023, 2025), "stream": (2024, 2027), "fresh": (2026, 2027)}
COLUMNS = ["id", "input", "target", "issued", "received", "vendor", "layout", "currency", "terms"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
DAY = rf"\d\d?/\d\d/\d{{4}}|\d{{4}}-\d\d-\d\d|\d\d[-/]\d\d(?!\d)|\d\d? (?:{'|'.join(MONTHS)})(?: \d{{4}})?"


def day_of(text: str, year: int) -> date:
    """A day as any layout writes it; without a year it is in `year`."""
    ways = ("%d %B %Y", "%Y-%m-%d", "%m/%d/%Y")
    for written in (text, f"{text} {year}", f"{year}-{text}", f"{text}/{year}"):
        for way in ways:
            try:
                return datetime.strptime(written, way).date()
            except ValueError:
                continue
    raise AssertionError(f"no day: {text!r}")


def read_due(row: dict) -> date:
    """What a careful clerk reads from the text and the day of receipt: the label, without the program that drew it."""
    days = [day_of(found, date.fromisoformat(row["received"]).year) for found in re.findall(DAY, row["input"])]
    issued = days.pop(-1 if row["layout"] == "new" else 0)
    if row["layout"] == "slip" and issued > date.fromisoformat(row["received"]):
        issued = issued.replace(year=issued.year - 1)  # written at the end of December, received in January
    if not days:
        return issued + timedelta(days=int(re.search(r"(\d+) days", row["input"])[1]))
    [due] = days
    if row["terms"] == "no year":
        due = due.replace(year=issued.year)
        due = due if due >= issued else due.replace(year=issued.year + 1)
    return due


def test_a_second_run_writes_the_same_files(tmp_path: Path) -> None:
    runpy.run_path(str(FOLDER / "make.py"))["main"](tmp_path)
    assert {name for name in SIZES if (tmp_path / f"{name}.jsonl").read_bytes() != (FOLDER / f"{name}.jsonl").read_bytes()} == set()


def test_every_split_has_its_size_and_the_columns_in_order(splits: dict[str, list[dict]], rows: list[dict]) -> None:
    assert {name: len(part) for name, part in splits.items()} == SIZES
    assert [row["id"] for row in rows if list(row) != COLUMNS] == []
    assert [row["id"] for row in rows] == [f"invoices-{number:04d}" for number in range(1, 981)]


@pytest.mark.parametrize("name", SIZES)
def test_each_year_that_is_claimed_has_its_share_of_the_rows(splits: dict[str, list[dict]], name: str) -> None:
    years = Counter(date.fromisoformat(row["issued"]).year for row in splits[name])
    first, last = YEARS[name]
    assert sorted(years) == list(range(first, last + 1))
    assert min(years.values()) >= 0.9 * SIZES[name] / len(years)


def test_no_old_row_is_due_after_2025(splits: dict[str, list[dict]]) -> None:
    assert {row["target"][:4] for name in ("train", "dev", "test") for row in splits[name]} == {"2023", "2024", "2025"}


def test_a_clerk_who_reads_the_text_and_the_day_of_receipt_finds_every_target(rows: list[dict]) -> None:
    assert [(row["id"], row["target"]) for row in rows if read_due(row).isoformat() != row["target"]] == []


def test_a_slip_names_no_year_and_every_other_layout_names_that_of_its_date(rows: list[dict]) -> None:
    slips = {bool(re.search(r"\b20\d\d\b", row["input"])) for row in rows if row["layout"] == "slip"}
    assert slips == {False}
    assert [row["id"] for row in rows if row["layout"] != "slip" and row["issued"][:4] not in row["input"]] == []


def test_slips_the_new_layout_and_francs_begin_on_the_day_that_the_card_names(rows: list[dict]) -> None:
    first = {value: min(row["issued"] for row in rows if value in row.values()) for value in ("slip", "new", "CHF")}
    assert [day[:4] for day in first.values()] == ["2025", "2026", "2027"]
    assert first["new"] >= "2026-07"


def test_the_stream_is_in_order_and_its_48_months_are_even(splits: dict[str, list[dict]]) -> None:
    days = [row["issued"] for row in splits["stream"]]
    months = Counter(day[:7] for day in days)
    assert days == sorted(days)
    assert (len(months), min(months.values()), max(months.values())) == (48, 7, 10)


def test_no_text_and_no_day_of_a_vendor_stands_twice(rows: list[dict]) -> None:
    assert len({row["input"] for row in rows}) == len({(row["issued"], row["vendor"]) for row in rows}) == len(rows)


def test_train_dev_and_test_share_no_vendor(splits: dict[str, list[dict]]) -> None:
    train, dev, test = ({row["vendor"] for row in splits[name]} for name in ("train", "dev", "test"))
    assert train & dev | train & test | dev & test == set()
    assert ({row["vendor"] for row in splits["stream"] + splits["fresh"]}) & (dev | test) == set()


def test_texts_are_clean_and_of_25_to_60_words(rows: list[dict]) -> None:
    assert [row["id"] for row in rows if not 25 <= len(row["input"].split()) <= 60 or "  " in row["input"]] == []


def test_no_invoice_and_no_vendor_is_in_the_corpus(rows: list[dict], leaked: Callable[..., list[str]]) -> None:
    assert leaked([row["input"] for row in rows], {row["vendor"] for row in rows}) == []


def test_the_card_gives_the_counts_of_the_files(splits: dict[str, list[dict]]) -> None:
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for name, part in splits.items():
        layouts = Counter(row["layout"] for row in part)
        turns = sum(row["issued"][:4] != row["target"][:4] for row in part)
        counts = f"{layouts['letter']} | {layouts['slip']} | {layouts['new']} | {sum(row['currency'] == 'CHF' for row in part)} | {turns}"
        assert f"| {name} | {len(part)} | {YEARS[name][0]} to {YEARS[name][1]} | {counts} |" in card
    for layout in ("letter", "slip", "new"):
        years = Counter(row["issued"][:4] for row in splits["stream"] if row["layout"] == layout)
        assert f"| {layout} | {' | '.join(str(years[str(year)]) for year in range(2024, 2028))} |" in card
