"""The corpus families of labels, in-context learning and judging: shape, right targets, knobs, what is held out."""

from __future__ import annotations

import json
import re

import pytest

from pocket_maker.corpus.families import answers, critique, drills, in_context, judging, labels, mappings, messages, reviews
from pocket_maker.corpus.families.filling import table
from pocket_maker.corpus.world import World, held_out, words

MODULES = (labels, messages, in_context, judging, critique)
FAMILIES = [family for module in MODULES for family in module.FAMILIES]
MADE_OF_LETTERS = (in_context.pattern, in_context.few_shot)
CONSTANTS = [item for module in MODULES for item in vars(module).items()]
PHRASINGS = {name: value for name, value in CONSTANTS if name.endswith("_ASK") and isinstance(value, tuple)}


def many(family, n=300, split="train", **knobs):
    return [family(World(seed, split), **knobs) for seed in range(n)]


def replies(family, n=200, **knobs):
    return [m[-1]["content"] for m in many(family, n, **knobs)]


@pytest.mark.parametrize("split", ["train", "held"])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_every_family_writes_valid_conversations(family, split):
    for messages_ in many(family, split=split):
        roles = [m["role"] for m in messages_]
        turns = roles[1:] if roles[0] == "system" else roles
        assert turns == ["user", "assistant"] * (len(turns) // 2)
        text = "\n".join(m["content"] for m in messages_)
        assert all(m["content"].strip() for m in messages_)
        assert not re.search(r"\{\w{1,2}\}", text), text
        if family not in MADE_OF_LETTERS:
            assert not re.search(r"\b(an? an?|the the|a (idiot|airhead|orange|other))\b", text), text


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_the_same_seed_gives_the_same_conversation(family):
    assert many(family, 40) == many(family, 40)
    assert len({json.dumps(m) for m in many(family, 200)}) > 140


@pytest.mark.parametrize("name", [n for n in PHRASINGS if n not in ("LABELS_ASK", "JSON_ASK", "THREE_ASK")])
def test_every_family_has_twenty_phrasings(name):
    assert len(set(PHRASINGS[name])) >= 20


def test_word_lists_are_as_long_as_promised():
    for name in ("adjectives_positive", "adjectives_negative", "products_services"):
        assert len(set(words(name))) >= 250
    for side in reviews.SIDES:
        assert sum(map(len, table("review_events_" + side).values())) >= 300
    assert all(len(table("emotion_fragments")[e]) >= 80 for e in messages.EMOTIONS)
    assert not set(words("review_events_positive")) & set(words("review_events_negative"))


def test_training_never_shows_a_held_out_instruction_for_sentiment():
    asked = "\n".join(m["content"] for conversation in many(labels.sentiment, 2000, form="happy") for m in conversation)
    for template in table(labels.INSTRUCTIONS)["happy"]:
        assert (template in asked) != held_out(template), template


def test_held_out_events_never_reach_the_training_split():
    text = "\n".join(reviews.review(World(seed)).text for seed in range(3000)).lower()
    events = [e for e in table("review_events_positive")["hotel"] if "{" not in e]
    assert not [e for e in events if held_out(e) and e.lower() in text]
    assert [e for e in events if not held_out(e) and e.lower() in text]


@pytest.mark.parametrize(("form", "good", "bad"), [("yes", "yes", "no"), ("no", "no", "yes"), ("three", "positive", "negative")])
def test_a_fixed_form_gives_exactly_its_label(form, good, bad):
    assert set(replies(labels.sentiment, form=form, side="positive")) == {good}
    assert set(replies(labels.sentiment, form=form, side="negative")) == {bad}


def test_an_exact_request_is_answered_with_a_label_that_it_names():
    for side, column in (("positive", 0), ("negative", 1)):
        for conversation in many(labels.sentiment, form="exact", side=side):
            answer = conversation[-1]["content"]
            assert answer in {pair[column] for pair in labels.LABEL_PAIRS}
            assert answer in ("positive", "negative") or any(answer in m["content"] for m in conversation[:-1])


def test_json_is_asked_for_and_given():
    for conversation in many(labels.sentiment, form="json", side="negative"):
        ((key, value),) = json.loads(conversation[-1]["content"]).items()
        assert value == "negative"
        assert any(key in m["content"] for m in conversation[:-1])


def test_a_vague_request_gets_a_sentence_and_no_bare_label():
    assert not {"positive", "negative", "yes", "no"} & {r.lower() for r in replies(labels.sentiment, form="vague", side="positive")}


def test_a_mixed_review_says_both_and_ends_on_its_side():
    found = reviews.review(World(5), "positive", kind="mixed", size=1)
    assert found.side == "positive"
    assert any(v.lower() in found.text.lower() for v in words("review_verdicts_positive"))


def test_insults_are_only_in_offensive_messages():
    insults = table("offensive_words")["i"]
    fine = [messages.offensive_text(World(seed), False).lower() for seed in range(400)]
    assert not [t for t in fine if any(re.search(rf"\b{i}\b", t) for i in insults)]


def test_the_topic_asked_for_is_among_the_labels():
    for conversation in many(messages.topic):
        answer = conversation[-1]["content"]
        value = next(iter(json.loads(answer).values())) if answer.startswith("{") else answer
        assert any(value in m["content"] for m in conversation[:-1])


@pytest.mark.parametrize("shots", [1, 2, 6])
def test_few_shot_shows_as_many_examples_as_asked_and_an_answer_they_determine(shots):
    for seed in range(200):
        w = World(seed)
        rule = mappings.mapping(w, "sentiment", "arbitrary")
        shown, query = in_context._draw(w, rule, shots)
        assert len(shown) <= shots
        assert query[1] in rule.labels
        assert query[0] not in [x for x, _ in shown]
        assert shots < 2 or {y for _, y in shown} == set(rule.labels) or len(shown) < shots


def test_a_few_shot_look_up_was_shown_before():
    for conversation in many(in_context.few_shot, kind="lookup", shots=4):
        answer = conversation[-1]["content"]
        value = next(iter(json.loads(answer).values())) if answer.startswith("{") else answer
        assert any(value in m["content"] for m in conversation[:-1])


def test_string_rules_do_what_they_say():
    rules = {"Last name first, with a comma.": ("Ana de Souza", "de Souza, Ana")}
    for seed in range(100):
        rule = mappings.mapping(World(seed), "name")
        if rule.task in rules:
            x, y = rule.draw()
            assert y == f"{x.split(' ', 1)[1]}, {x.split(' ', 1)[0]}"
    for seed in range(100):
        rule = mappings.mapping(World(seed), "words")
        if rule.task == "Count the words.":
            x, y = rule.draw()
            assert int(y) == len(re.split(r" - |, | |/", x))


def test_counting_patterns_go_on_as_they_began():
    for conversation in many(in_context.pattern):
        numbers = [int(n) for n in re.findall(r"-?\d+", conversation[-2]["content"])]
        answer = conversation[-1]["content"]
        if len(numbers) == 5 and len(set(numbers)) == 5 and answer.isdigit() and int(answer) not in numbers:
            assert int(answer) - numbers[-1] == numbers[1] - numbers[0]


def test_right_answers_hold_the_value_and_wrong_ones_differ():
    for seed in range(500):
        w = World(seed)
        f = answers.fact(w, "code")
        assert f.value in answers.right_answer(w, f)
        assert answers.wrong_value(w, f).lower() != f.value.lower()


def test_a_list_in_another_order_is_not_a_wrong_value():
    for seed in range(300):
        w = World(seed)
        f = answers.fact(w, "list")
        assert sorted(answers.wrong_value(w, f).replace(" and ", ", ").split(", ")) != sorted(f.value.replace(" and ", ", ").split(", "))


def test_a_part_of_a_list_contradicts_nothing():
    for seed in range(300):
        w = World(seed)
        f = answers.fact(w, "list")
        wrong, right = (set(value.replace(" and ", ", ").split(", ")) for value in (answers.another_value(w, f), f.value))
        assert wrong - right


def test_question_reference_and_candidate_all_stand_before_the_judge(monkeypatch):
    monkeypatch.setattr(judging, "_case", lambda w, right: ("Qulo?", "Refo", "Cando"))
    for conversation in many(judging.judge, n=2000):
        said = " ".join(m["content"] for m in conversation[:-1])
        assert all(part in said for part in ("Qulo?", "Refo", "Cando")), said


def test_a_made_up_label_is_not_learned_before_it_was_seen():
    for conversation in many(drills.label_drill, n=100):
        given = [m for m in conversation if m["role"] == "assistant"]
        assert [m.get("weight", 1) for m in given] == [int(m["content"] in [e["content"] for e in given[:i]]) for i, m in enumerate(given)]


def test_the_judge_answers_in_the_words_asked_for():
    for right, column in ((True, 0), (False, 1)):
        for conversation in many(judging.judge, right=right):
            answer = conversation[-1]["content"]
            value = next(iter(json.loads(answer).values())) if answer.startswith("{") else answer
            assert value in {pair[column] for pair in judging.VERDICTS}


def test_a_claim_that_is_not_mentioned_is_not_in_the_passage():
    for conversation in many(judging.factuality, side="not mentioned"):
        body = max((m["content"] for m in conversation[:-1]), key=len)
        claim = re.search(r"\n(?:Claim|Statement|Sentence|Answer): (.*)", body).group(1)
        assert body.count(claim) == 1


def test_a_flawed_draft_is_not_learned_and_a_right_one_is_kept():
    for conversation in many(critique.critique, right=False, turns=True):
        draft, final = conversation[-3], conversation[-1]
        assert draft["weight"] == 0
        assert draft["content"] != final["content"].split("\n")[-1]
    for conversation in many(critique.critique, right=True, turns=True):
        assert "weight" not in conversation[-3]
        assert conversation[-1]["content"].endswith(conversation[-3]["content"])


def test_a_corrected_sum_is_right():
    for seed in range(300):
        d = critique._sum(World(seed))
        a, op, b = re.search(r"(\d+) ([+-]) (\d+)", d.task).groups()
        assert int(d.answer) == (int(a) + int(b) if op == "+" else int(a) - int(b))
        assert d.draft != d.answer


def test_a_rewrite_changes_only_what_was_asked():
    for conversation in many(critique.rewrite, what="exclaim"):
        assert conversation[-1]["content"].rstrip("!") in conversation[0]["content"]
