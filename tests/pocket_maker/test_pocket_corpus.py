"""The corpus as a whole: its families, its two splits, and what must never be in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import islice

import pytest

from pocket_maker import cli
from pocket_maker.corpus import leaks, stream
from pocket_maker.corpus.world import World, held_out, words

FAMILIES = list(stream.families())
SEED, MANY = 2024, 20_000
REVIEW = "The kettle hummed like a choir of bees and I never once regretted the price."


class Recorder(World):
    """A world that notes the phrasings a family could choose from, and those it chose."""

    def __init__(self, split: str) -> None:
        super().__init__(0, split)
        self.offered, self.chosen = set(), set()

    def entity(self, options):
        choice = super().entity(options)
        if not isinstance(options, str) and len(options) > 1:
            self.offered |= {text for text in map(first, options) if " " in text}
            self.chosen.add(first(choice))
        return choice


def first(option) -> str:
    return option if isinstance(option, str) else str(option[0])


def recorded(family, split: str) -> Recorder:
    w = Recorder(split)
    for _ in range(100):
        family(w)
    return w


@pytest.fixture(scope="module")
def rows() -> list[stream.Row]:
    return list(islice(stream.stream(SEED), MANY))


@pytest.fixture(scope="module")
def texts(rows) -> list[str]:
    return [stream.as_text(row) for row in rows]


@pytest.fixture(scope="module")
def sought() -> list[leaks.Needle]:
    return leaks.needles()


@pytest.fixture
def data(tmp_path):
    """A data folder with one task, whose dev split holds one review and one question."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "task.toml").write_text('metric = "exact"\n', encoding="utf-8")
    examples = [
        {"id": "1", "input": REVIEW, "target": "glad"},
        {"id": "2", "input": "Who keeps the spare key?", "target": "Ottilie Zandermoor"},
        {"id": "3", "input": "Which model did the paper by Grunhilde test?", "target": ["BARTolo", "QX-77b"]},
        {"id": "4", "input": "Oslo or Monday?", "target": "Oslo"},
        {"id": "5", "input": "Do you know how many planets are in the solar system?", "target": "8"},
    ]
    for split in ("train", "dev"):
        lines = [json.dumps({**row, "id": split + row["id"]}) + "\n" for row in examples if split == "dev"]
        (tmp_path / "shop" / f"{split}.jsonl").write_text("".join(lines), encoding="utf-8")
    return tmp_path


def said(*texts: str) -> list[stream.Row]:
    return [stream.Row("planted", [{"role": "user", "content": text}, {"role": "assistant", "content": "Fine."}]) for text in texts]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_every_family_says_in_its_docstring_what_it_writes_with_an_example(family) -> None:
    assert re.search(r"->|>>>|Example", family.__doc__ or ""), family.__name__


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_every_family_has_twenty_phrasings_and_keeps_the_held_out_ones_from_training(family) -> None:
    train, held = recorded(family, "train"), recorded(family, "held")
    assert len(train.offered) >= 20
    assert [phrasing for phrasing in train.chosen if held_out(phrasing)] == []
    assert [phrasing for phrasing in held.chosen if held_out(phrasing)]


def test_the_stream_is_the_same_for_the_same_seed_and_another_for_another(rows) -> None:
    assert list(islice(stream.stream(SEED), 200)) == rows[:200]
    assert list(islice(stream.stream(SEED + 1), 200)) != rows[:200]


def test_every_family_comes_in_the_stream_about_as_often_as_its_weight(rows) -> None:
    total, came = sum(stream.families().values()), Counter(row.family for row in rows)
    for family, weight in stream.families().items():
        expected = MANY * weight / total
        assert abs(came[family.__name__] - expected) < 5 * expected**0.5 + 1, family.__name__


def test_no_dev_or_test_example_and_none_of_its_entities_is_in_the_stream(rows, sought) -> None:
    assert list(map(str, leaks.in_stream(sought, MANY, rows=rows))) == []


def test_no_dev_or_test_example_and_none_of_its_entities_is_in_the_sources(sought) -> None:
    assert list(map(str, leaks.in_source(sought))) == []


def test_every_dev_and_test_example_is_searched_for(sought) -> None:
    searched = {needle.example.split()[2] for needle in sought}
    assert {"facts-0152", "reviews-0601"} <= searched
    entities = {needle.text for needle in sought if needle.kind == "entity"}
    assert {"Larkfield", "Mirela Stanciu", "LKF-92", "The Kiln Sisters"} <= entities
    assert not {"Oslo", "Belgrade", "Monday", "The", "I"} & entities


def kept_out(name: str) -> list[tuple[str, str]]:
    """Question and answer of every fact that the corpus must not teach."""
    return [tuple(line.split("\t")[:2]) for line in words(name)]


def test_nothing_about_the_private_company_is_said(texts) -> None:
    assert [text for text in texts if re.search("larkfield", text, re.IGNORECASE)] == []
    everything = "\n".join(texts).lower()
    assert [question for question, _ in kept_out("facts_private") if question.lower() in everything] == []


def test_no_event_is_named_together_with_a_year_after_the_cutoff(texts) -> None:
    for question, answer in kept_out("facts_after_cutoff"):
        event, year = " ".join(re.findall(r"[A-Z]\w+", question)[1:]), re.search(r"20(2[4-9]|3\d)", f"{question} {answer}")[0]
        assert event
        assert [text for text in texts if event in text and year in text] == []


def test_only_facts_up_to_the_cutoff_are_in_the_word_lists_that_families_read() -> None:
    assert len({*kept_out("facts_after_cutoff"), *kept_out("facts_private")}) >= 120
    sources = [path.read_text(encoding="utf-8") for path in leaks.Path(leaks.__file__).parent.rglob("*.py") if path.name != "leaks.py"]
    assert not [text for text in sources if re.search(r"""words\(["']facts_(after_cutoff|private)["']\)""", text)]


@pytest.mark.parametrize(("text", "found"), [
    (REVIEW, REVIEW[:10]),
    ("Sort it: " + REVIEW.upper().replace(" ", "  "), "the kettle"),
    ("my aunt wrote that she NEVER  once regretted the price... no", None),
    ("a choir of bees and i never, ever regretted the price", None),
    ("it hummed like a choir of bees and I never once regretted it", "like a choir of bees and i never"),
    ("Q: who keeps the spare key", "Who keeps the spare key?"),
    ("Tell me who keeps the spare key of the house.", None),
    ("State how many planets are in the solar system.", None),
    ("do you know how many  Planets are in the solar system", "Do you know how many planets are in the solar system?"),
    ("Call ottilie  zandermoor now.", "Ottilie Zandermoor"),
    ("Grunhilde came too.", "Grunhilde"),
    ("It uses BARTolo.", "BARTolo"),
    ("It uses bartolo.", None),
    ("the qx 77B of Oslo, on Monday", "QX-77b"),
    ("the qx\n77B of Oslo, on Monday", None),
])  # fmt: skip
def test_a_planted_leak_is_found_and_an_innocent_text_is_not(data, text, found) -> None:
    got = leaks.in_stream(leaks.needles(data), rows=said("Hello.", text))
    assert bool(got) is bool(found), got
    assert found is None or any(found.lower() in str(leak).lower() for leak in got), got
    assert all(leak.where == "planted" for leak in got)


def test_a_leak_in_a_word_list_or_a_phrasing_is_found_with_its_line_and_a_docstring_is_none(data, tmp_path) -> None:
    source = tmp_path / "corpus"
    source.mkdir()
    (source / "people.txt").write_text("Ana Lund\nOttilie Zandermoor\n", encoding="utf-8")
    code = '"""Who keeps the spare key?"""\n\nASK = ("Name it.",\n       "Who keeps the spare key?")\n'
    (source / "ask.py").write_text(code, encoding="utf-8")
    (source / "facts_private.txt").write_text("Grunhilde\n", encoding="utf-8")
    assert [leak.where for leak in leaks.in_source(leaks.needles(data), source)] == ["ask.py:4", "people.txt:2"]


def test_the_command_names_the_leak_and_fails(monkeypatch, capsys, sought) -> None:
    monkeypatch.setattr(leaks, "in_source", lambda sought: [])
    assert cli.main(["leaks", "-n", "5"]) == 0
    assert "no leak" in capsys.readouterr().out
    monkeypatch.setattr(stream, "stream", lambda seed: iter(said("Larkfield again.")))
    assert cli.main(["leaks", "-n", "5"]) == 1
    assert "entity 'Larkfield' in planted" in capsys.readouterr().out
