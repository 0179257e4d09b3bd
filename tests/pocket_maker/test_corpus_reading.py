"""The reading, extraction and copying families: valid, varied, correct, and split."""

from __future__ import annotations

import datetime
import json
import re

import pytest

from pocket_maker.corpus.families import copying, dated, evidence, extraction, posing, reading, records
from pocket_maker.corpus.families.grammar import domains
from pocket_maker.corpus.families.passages import near_miss, passage
from pocket_maker.corpus.world import World, held_out, words

MODULES = (reading, evidence, dated, extraction, copying, records)
ALL = [family for module in MODULES for family in module.FAMILIES]


def prompt(messages: list[dict]) -> str:
    return "\n".join(m["content"] for m in messages if m["role"] != "assistant")


@pytest.mark.parametrize("split", ["train", "held"])
@pytest.mark.parametrize("family", ALL, ids=lambda f: f.__name__)
def test_every_family_writes_valid_conversations(family, split):
    for seed in range(300):
        messages = family(World(seed, split))
        roles = [m["role"] for m in messages if m["role"] != "system"]
        assert roles
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert all(m["content"].strip() for m in messages)
        text = " ".join(m["content"] for m in messages)
        assert not re.search(r"\{(x|v|v:a|v:A|q|k|t|d|n|o|c|e|y)\}", text), text
        assert not re.search(r"\b(a a|an an|the the)\b", text), text


@pytest.mark.parametrize("family", ALL, ids=lambda f: f.__name__)
def test_the_same_seed_gives_the_same_conversation(family):
    assert family(World(11)) == family(World(11))


def test_every_list_of_instructions_has_at_least_twenty_phrasings():
    short = {"SENTENCE_ASK", "WHICH_ASK", "CLAIM_ASK", "EMPTY_ASK", "COMMA_ASK", "LINES_ASK", "NUMBER_ASK", "OBJECT_ASK", "FIRST_ASK"}
    short |= {"COUNT_ASK", "READ_JSON_ASK"}
    for module in (*MODULES, posing):  # the short ones are always added to a long one, or are one of several forms
        asks = {name: value for name, value in vars(module).items() if name.endswith("_ASK") and isinstance(value, tuple)}
        assert {name for name, value in asks.items() if len(set(value)) < 20} <= short
    assert len(set(posing.TELL)) >= 25


def test_training_never_shows_a_held_out_phrasing():
    said = (*posing.TELL, *posing.READ_ASK)
    held = [p for p in said if held_out(p) and not any(p in q for q in said if q != p)]
    assert len(held) > 5
    for seed in range(1500):
        text = prompt(reading.reading(World(seed)))
        assert not any(p in text for p in held), text


def test_the_grammar_has_enough_kinds_and_wordings():
    kinds = [kind for domain in domains() for kind in domain.kinds]
    assert len(kinds) >= 60
    for kind in kinds:
        assert len(kind.sentences) + len(kind.colored) >= (2 if kind.value == "bool" else 3), kind
        assert len(kind.questions) >= 4, kind
        assert bool(kind.negatives) == (kind.value == "bool"), kind
        assert all("{x}" in q for q in kind.questions), kind


def test_the_word_lists_are_long_enough():
    least = {"topics": 200, "departments": 60, "venues": 150, "companies": 150, "product_names": 150, "job_titles": 200}
    assert dict.fromkeys(least, True) == {name: len(set(words(name))) >= n for name, n in least.items()}


@pytest.mark.parametrize("passages", [1, 2, 4])
def test_an_answer_is_copied_from_the_passage(passages):
    for seed in range(300):
        messages = reading.reading(World(seed, "held"), answerable=True, passages=passages, told=True)
        answer = messages[-1]["content"]
        seen = set(re.findall(r"\w+", prompt(messages).lower()))
        sentence = set(re.findall(r"\w+", answer.lower())) <= seen | {"a", "an", "the"}  # may name what the passage calls 'it'
        assert answer in ("Yes.", "No.") or re.sub(r"^an? ", "", answer) in prompt(messages) or sentence, messages


def test_what_the_passage_lacks_is_declined_and_only_when_told():
    for seed in range(300):
        assert reading.reading(World(seed), answerable=False)[-1]["content"] == "I don't know."
        assert reading.reading(World(seed), told=False)[-1]["content"] != "I don't know."
        assert reading.closed_book(World(seed), told=True)[-1]["content"] == "I don't know."
        assert reading.closed_book(World(seed), told=False)[-1]["content"] != "I don't know."


def test_a_near_miss_is_never_a_stated_fact():
    w = World(5)
    for _ in range(2000):
        p = passage(w)
        miss = near_miss(w, p)
        stated = {(f.kind.domain, f.kind.group, f.subject) for f in p.facts}
        assert (miss.kind.domain, miss.kind.group, miss.subject) not in stated, (p, miss)


def test_the_newest_dated_text_answers_and_the_old_one_when_asked():
    day = re.compile(r"\b(20\d\d-\d\d-\d\d)\b")
    checked = 0
    for seed in range(600):
        s = dated._story(World(seed), True)
        assert s.new.value not in s.old.value
        if s.old.kind.value == "date" or not day.match(s.day):
            continue
        marks = list(day.finditer(s.text))
        pieces = {m.group(): s.text[m.end() : n.start() if n else None] for m, n in zip(marks, [*marks[1:], None])}
        assert s.new.value.lower() in pieces[s.day].lower(), s
        assert s.old.value.lower() in pieces[min(pieces)].lower(), s
        checked += 1
    assert checked > 50


def test_a_citation_names_the_passage_that_has_the_answer():
    for seed in range(200):
        messages = reading.multi_passage(World(seed), cite=True)
        answer, number = re.fullmatch(r"(?s)(.*) \[(\d)\]", messages[-1]["content"]).groups()
        part = prompt(messages).partition(f"[{number}] ")[2].partition(f"[{int(number) + 1}] ")[0]
        assert answer in ("Yes.", "No.") or answer in part, messages


def test_extraction_gives_json_in_order_of_first_mention_without_duplicates():
    for seed in range(400):
        messages = extraction.extract(World(seed, "held"), fmt="json", empty=False)
        found = json.loads(messages[-1]["content"])
        names = found if isinstance(found, list) else next(iter(found.values()))
        places = [prompt(messages).index(name) for name in names]
        assert names
        assert len(set(names)) == len(names)
        assert places == sorted(places), messages


def test_extraction_of_nothing_is_an_empty_list_or_what_the_prompt_asks_for():
    for seed in range(200):
        messages = extraction.extract(World(seed), fmt="json", kind="model", empty=True)
        answer = json.loads(messages[-1]["content"])
        assert answer == [] or list(getattr(answer, "values", list)()) == [[]] or messages[-1]["content"] in prompt(messages)


def test_a_due_date_is_the_stated_one_or_the_invoice_date_plus_the_terms():
    for seed in range(300):
        messages = records.invoice(World(seed), stated=False)
        due = datetime.date.fromisoformat(messages[-1]["content"])
        days = int(re.search(r"(?:[Nn]et|within|due) (\d+)", prompt(messages)).group(1))
        start = due - datetime.timedelta(days=days)
        shown = (start.isoformat(), f"{start.day} {start:%B %Y}", f"{start:%B} {start.day}, {start.year}", f"{start:%d.%m.%Y}")
        assert any(form in prompt(messages) for form in shown)
        assert due.year <= 2023


def test_a_table_cell_and_a_copied_line_stand_in_the_prompt():
    for seed in range(300):
        for family in (records.table_lookup, copying.copy_span, copying.repeat, copying.keywords):
            messages = family(World(seed))
            assert messages[-1]["content"] in prompt(messages)


def test_a_record_and_an_edited_object_are_valid_json():
    for seed in range(200):
        assert isinstance(json.loads(records.record(World(seed))[-1]["content"]), dict)
        assert isinstance(json.loads(records.json_edit(World(seed), kind="add")[-1]["content"]), dict)


def test_yes_and_no_are_balanced_and_follow_the_knob():
    for family, knob in ((reading.yes_no, "yes"), (evidence.grounded, "supported"), (evidence.relevance, "relevant")):
        for seed in range(150):
            assert family(World(seed), **{knob: True})[-1]["content"].lower().startswith("yes")
            assert family(World(seed), **{knob: False})[-1]["content"].lower().startswith("no")


def test_a_two_step_answer_is_the_last_of_three_names():
    for seed in range(200):
        messages = evidence.two_hop(World(seed), answerable=True)
        assert messages[-1]["content"] in prompt(messages)
        assert evidence.two_hop(World(seed), answerable=False)[-1]["content"] == "I don't know."
