"""The corpus families of language, conversation and facts: shape, correctness, and what must never be in them."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest

from pocket_maker.corpus.families import (
    conversation,
    conversation_ask,
    conversation_lists,
    facts,
    facts_ask,
    language,
    language_ask,
    language_formats,
    language_formats_ask,
    language_lists,
    language_style,
    language_summary,
    language_words,
)
from pocket_maker.corpus.world import World, held_out, words

MODULES = (
    facts,
    language,
    language_lists,
    language_words,
    language_formats,
    language_style,
    language_summary,
    conversation,
    conversation_lists,
)
FAMILIES = [family for module in MODULES for family in module.FAMILIES]


def many(family, n=300, split="train", **knobs):
    return [family(World(seed, split), **knobs) for seed in range(n)]


def last(messages):
    return messages[-2]["content"], messages[-1]["content"]


@pytest.mark.parametrize("split", ["train", "held"])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_every_family_writes_valid_conversations(family, split):
    for messages in many(family, split=split):
        roles = [m["role"] for m in messages]
        turns = roles[1:] if roles[0] == "system" else roles
        assert turns == ["user", "assistant"] * (len(turns) // 2)
        text = "\n".join(m["content"] for m in messages)
        assert all(m["content"].strip() for m in messages)
        assert not re.search(r"\{\w{1,2}\}", text), text
        assert not re.search(r"\b(an? an?|the the|an? the)\b", text), text


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_the_same_seed_gives_the_same_conversation(family):
    assert many(family, 40) == many(family, 40)
    assert len({json.dumps(m) for m in many(family, 200)}) > (30 if family is conversation.small_talk else 150)


def phrasings(family):
    flat = {
        facts.known_fact: [p for cores, _ in facts_ask.KINDS.values() for p in cores],
        facts.quiz: [p for cores, _ in (*facts_ask.KINDS.values(), *facts_ask.EVENTS.values()) for p in cores],
        facts.dated_event: [p for cores, _ in facts_ask.EVENTS.values() for p in cores],
        language.repeat_text: language_ask.REPEAT_ASK,
        language.string_op: [p for group in language_ask.STRING_ASK.values() for p in group],
        language_lists.list_op: [p for group in language_ask.LIST_ASK.values() for p in group],
        language_words.synonym_antonym: language_words.SYNONYM_ASK + language_words.ANTONYM_ASK,
        language_words.inflect: [p for group in language_words.INFLECT_ASK.values() for p in group],
        language_words.voice: language_words.PASSIVE_ASK + language_words.ACTIVE_ASK,
        language_formats.date_format: [p for group in language_formats_ask.DATE_ASK.values() for p in group],
        language_formats.name_format: [p for group in language_formats_ask.NAME_ASK.values() for p in group],
        language_formats.record_format: [p for group in language_formats_ask.RECORD_ASK.values() for p in group],
        language_style.style: language_style.STYLE_ASK,
        language_style.paraphrase: [p for group in language_style.PARAPHRASE_ASK for p in group],
        language_summary.summary: language_summary.SUMMARY_ASK,
        conversation.remember: [p for entry in conversation_ask.SELF.values() for p in entry[1]],
        conversation.correction: conversation_ask.SAME_ASK + conversation_ask.OTHER_ASK,
        conversation.look_back: conversation_ask.FIRST_ASK + conversation_ask.LAST_ASK + conversation_ask.REPEAT_ASK,
        conversation.small_talk: conversation_ask.THANKS + conversation_ask.BYE + conversation_ask.GREET,
        conversation_lists.list_talk: conversation_lists.START_ASK,
        conversation_lists.passage_talk: [p for _, asks in conversation_lists.PASSAGES.values() for p in asks],
    }
    return flat[family]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_training_never_shows_a_held_out_phrasing(family):
    asks = phrasings(family)
    assert len(set(asks)) >= 20
    held = [p for p in asks if held_out(p) and len(p) > 12 and "{" not in p and not any(p in other for other in asks if other != p)]
    said = "\n".join(m["content"] for messages in many(family) for m in messages if m["role"] == "user")
    assert [p for p in held if p in said] == []


def groups(value):
    """Every tuple of strings inside nested dicts and tuples."""
    if isinstance(value, tuple) and all(isinstance(p, str) for p in value):
        return [value]
    return [g for part in (value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()) for g in groups(part)]


@pytest.mark.parametrize(
    "table",
    [
        facts_ask.KINDS,
        facts_ask.EVENTS,
        language_ask.REPEAT_ASK,
        language_ask.STRING_ASK,
        language_ask.LIST_ASK,
        language_words.INFLECT_ASK,
        language_formats_ask.DATE_ASK,
        language_formats_ask.NAME_ASK,
        language_formats_ask.RECORD_ASK,
        language_style.ROLES,
        language_style.PARAPHRASE_ASK,
        language_summary.SUMMARY_ASK,
        conversation_lists.STEPS,
        conversation_lists.PASSAGES,
    ],
)
def test_every_group_of_phrasings_has_trained_and_held_out_ones(table):
    assert [group for group in groups(table) if len({held_out(p) for p in group}) < 2] == []


def test_nothing_after_the_cutoff_and_nothing_private_is_taught():
    said = "\n".join(m["content"] for family in FAMILIES for messages in many(family, 400) for m in messages)
    kept_out = [line.split("\t")[0] for name in ("facts_after_cutoff", "facts_private") for line in words(name)]
    assert [question for question in kept_out if question in said] == []
    assert "Larkfield" not in said
    assert all(int(row[2] or row[3]) < 2024 for row in facts.HAPPENED if row[0] != "opening")
    assert min(len(words("facts_after_cutoff")), len(words("facts_private"))) >= 60


def test_after_the_cutoff_questions_have_a_trained_form():
    forms = [form for cores, _ in facts_ask.EVENTS.values() for form in cores]
    patterns = [re.escape(form).replace(r"\{y\}", r"20\d\d").replace(r"\{s\}", ".+") for form in forms]
    for line in words("facts_after_cutoff"):
        assert any(re.fullmatch(p, line.split("\t")[0]) for p in patterns), line


def test_declining_is_taught_only_where_the_prompt_asks_for_it():
    for family in (facts.known_fact, facts.dated_event):
        declined = [m for m in many(family, 3000) if m[-1]["content"] == facts.UNKNOWN]
        assert 10 < len(declined) < 300
        assert all("know" in "".join(m["content"] for m in messages[:-1]) for messages in declined)
        assert not [m for m in many(family, decline=False) if m[-1]["content"] == facts.UNKNOWN]


def test_capitals_are_the_ones_in_the_table():
    table = dict(facts.KNOWN["capital"])
    for messages in many(facts.known_fact, kind="capital", decline=False, several=1, whole=False):
        assert messages[-1]["content"] in table.values()
    assert table["Norway"] == "Oslo"
    assert len(table) >= 120
    assert len(words("facts_known")) >= 500


def test_a_copy_is_exact():
    for messages in many(language.repeat_text, times=1):
        question, answer = last(messages)
        assert answer in question


@pytest.mark.parametrize(
    ("op", "text", "answer"),
    [
        ("upper", "velta", "VELTA"),
        ("spell_hyphen", "cat", "c-a-t"),
        ("backward", "abc", "cba"),
        ("initials", "Ana Tesk", "AT"),
        ("words", "a b c", "3"),
        ("flip", "one two", "two one"),
        ("title", "one o'clock", "One O'clock"),
        ("dashes", "a b", "a-b"),
        ("last", "plum", "m"),
        ("quote", "x", '"x"'),
    ],
)
def test_string_operations_do_what_they_say(op, text, answer):
    assert language.STRING_OPS[op][1](text) == answer


LIST_ANSWERS = {
    "sort": lambda given, slots: sorted(given, key=str.lower),
    "reverse": lambda given, slots: given[::-1],
    "count": lambda given, slots: [str(len(given))],
    "unique": lambda given, slots: sorted(set(given), key=given.index),
    "remove": lambda given, slots: [x for x in given if x != slots["x"]],
    "contains": lambda given, slots: ["yes" if slots["x"] in given else "no"],
    "position": lambda given, slots: [str(given.index(slots["x"]) + 1)],
    "add": lambda given, slots: [*given, slots["x"]],
    "number": lambda given, slots: [f"{i}. {x}" for i, x in enumerate(given, 1)],
}


@pytest.mark.parametrize("op", LIST_ANSWERS)
def test_list_answers_follow_from_the_list(op):
    for seed in range(200):
        slots, text, answer = language_lists.LIST_JOBS[op](World(seed))
        given, got = (re.split(r"; |, | \| |\n[-*] |\n", re.sub(r"^[-*] ", "", t)) for t in (text, answer))
        assert got == LIST_ANSWERS[op](given, slots), (text, answer)


@pytest.mark.parametrize(("op", "choose"), [("largest", max), ("smallest", min)])
def test_the_extreme_number_is_found(op, choose):
    for seed in range(200):
        _, text, answer = language_lists.LIST_JOBS[op](World(seed))
        assert int(answer) == choose(int(n) for n in re.findall(r"\d+", text))


def test_dates_read_back_to_the_same_day():
    for messages in many(language_formats.date_format, to="iso"):
        question, answer = last(messages)
        for day in answer.split("\n"):
            d = datetime.strptime(day, "%Y-%m-%d")
            assert f"{d.day} {d:%B %Y}" in question or f"{d:%B} {d.day}, {d.year}" in question or f"{d.day} {d:%b %Y}" in question


def test_records_become_the_json_they_were():
    for messages in many(language_formats.record_format, kind="lines_json"):
        question, answer = last(messages)
        assert all(f"{key}: {value}" in question for key, value in json.loads(answer).items())


def test_voice_keeps_doer_and_thing():
    for messages in many(language_words.voice, passive=True):
        _, answer = last(messages)
        assert re.search(r" by .+\.$", answer)


def test_a_summary_keeps_the_names_and_numbers_of_its_memo():
    for messages in many(language_summary.summary):
        memo, answer = last(messages)
        assert " will " in answer
        assert answer[1:] in memo or answer[1:].replace(" will ", " would ", 1) in memo


def test_an_instruction_keeps_its_meaning_slots():
    def filled(template, text):
        pattern = re.sub(r"\\{(\w)\\}", r"(?P<\1>.+)", re.escape(template))
        return re.fullmatch(pattern, text, re.IGNORECASE)

    for messages in many(language_style.paraphrase, form=1):
        given, answer = last(messages)
        read = [(version, match) for version in language_style.INSTRUCTIONS if (match := filled(version[1], answer))]
        asked = [version[form].format(**match.groupdict()) for version, match in read for form in (0, 2)]
        assert any(text.lower() in given.lower() for text in asked), (given, answer)


def test_the_latest_value_is_remembered():
    for messages in many(conversation.remember, told=2, changed=True, known=True):
        answer = messages[-1]["content"].rstrip(".").removesuffix(" team")
        asked = [m["content"] for m in messages[:-2] if m["content"].startswith(conversation_ask.CHANGED_ASK)]
        value = re.split(r" is called | is | are in the | are in room | live in | work for ", answer)[-1]
        assert value.lower() in asked[-1].lower()


def test_what_was_never_told_is_said_to_be_missing():
    for messages in many(conversation.remember, known=False):
        assert messages[-1]["content"].startswith("You have not told me ")


def test_following_questions_are_answered_from_the_passage():
    for messages in many(conversation_lists.passage_talk, turns=3):
        given = " ".join(m["content"] for m in messages if m["role"] == "user")
        answers = [m["content"] for m in messages if m["role"] == "assistant"]
        assert all(a in given for a in answers if a not in ("Okay.", "I have read it.", "Done."))
