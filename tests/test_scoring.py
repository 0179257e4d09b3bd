"""Scorers: what counts as right, and above all what does not."""

from __future__ import annotations

import json

import pytest

from helpers.metrics.registry import score
from helpers.metrics.scores import exact, json_valid, label, set_f1

LABELS = ["positive", "negative", "mixed"]


@pytest.mark.parametrize("answer", [
    "London", "london.", "The capital of England is London.", "London, England", "**London**", '"London"', "“London”", "Answer: London",
    "It's London.", "London is the capital of England.", "  London\n", "The London", "The capital of England and Wales is London.",
])  # fmt: skip
def test_exact_takes_the_ways_to_say_one_thing(answer):
    assert exact(answer, "London") == 1


@pytest.mark.parametrize("answer", [
    "", "Paris", "not London", "London or Paris", "Paris or London", "It isn't London", "It isn’t London.", "London and Paris",
    "London/Paris",
    "The capital is either Paris or London", "London, or Paris", "London, but maybe Paris", "London, no, Paris", "London. Actually, Paris.",
    "London\nParis", "Paris, London", "I don't think it is London", "Maybe London is it", "Londonderry", "New London", "It is near London",
    "London is not the capital", "Paris is bigger than London", "I wonder if it is London", "Is it London?", "Londonis",
    "The capital islondon",
])  # fmt: skip
def test_exact_refuses_denials_choices_and_other_places(answer):
    assert exact(answer, "London") == 0


@pytest.mark.parametrize(("answer", "target"), [
    ("1,000", "1000"), ("1000.00", "1,000"), ("$1,000.50", "1000.5"), ("12.", "12"), ("She has 12 apples.", "12"), ("3 + 4 = 7", "7"),
    ("The total is 3 + 4 = 7 apples.", "7"), ("−5", "-5"), ("007", "7"), ("It was written in 1950.", "1950"),
])  # fmt: skip
def test_exact_reads_numbers(answer, target):
    assert exact(answer, target) == 1


@pytest.mark.parametrize(("answer", "target"), [
    ("5", "-5"), ("-5", "5"), ("1.2", "12"), ("120", "12"), ("12,000", "12"), ("B12", "12"), ("12th", "12"), ("not 12", "12"),
    ("The answer is not 12.", "12"), ("I don't think the answer is 12", "12"), ("12 or 13", "12"), ("12 and 13", "12"), ("10-12", "12"),
    ("twelve", "12"), ("12345678901234567890123456789012345", "12345678901234567890123456789012340"),
])  # fmt: skip
def test_exact_keeps_different_numbers_apart(answer, target):
    assert exact(answer, target) == 0


@pytest.mark.parametrize("answer", [
    "5 million", "5 thousand", "$5 million", "**5** million", "5 (million)", "5-million", "5 dozen", "It costs 5 hundred euros.", "5 k",
    "5%", "5 percent", "5 plus", "5+", "5 or more", "5 squared", "5 tenths", "5 point two", "5 at most", "44 BC and 5 BC", "5 BC",
    "5 degrees below zero", "5½",
])  # fmt: skip
def test_exact_refuses_a_number_that_what_follows_changes(answer):
    assert exact(answer, "5") == 0


@pytest.mark.parametrize("answer", [
    "minus 5", "negative 5", "The answer is minus 5.", "x = - 5", "–5", "under 5", "over 5", "just under $5", "at least 5", "at most 5",
    "up to 5", "a maximum of 5", "more than 5", "2 less than 5", "almost 5", "nearly the 5", "about 5", "approx. 5", "~5", "<5", "≥ 5",
    "√5", "half of 5", "one third of 5", "twice 5", "out of 5", "half past 5", "ten to 5", "three point 5", "before 5", "5 × 5", "5 5",
])  # fmt: skip
def test_exact_refuses_a_number_that_what_precedes_changes(answer):
    assert exact(answer, "5") == 0


@pytest.mark.parametrize(("answer", "target"), [
    ("3:30", "30"), ("3:30", "3"), ("Answer: 3:30", "30"), ("5:5", "5"), ("5/5", "5"), ("5.30 pm", "5"), ("5.30 p.m.", "5.3"),
    ("5*5", "55"), ("5²", "52"),
])  # fmt: skip
def test_exact_does_not_cut_times_and_products_into_numbers(answer, target):
    assert exact(answer, target) == 0


@pytest.mark.parametrize(("answer", "target"), [
    ("minus 5", "-5"), ("x = - 5", "-5"), ("- 5", "5"), ("Answer:30", "30"), ("5 pm", "5"), ("It is 5 m.", "5"), ("5 kg", "5"), ("5€", "5"),
    ("exactly 5", "5"), ("a total of 5", "5"), ("10 minus 5 is 5", "5"), ("Over the year she sold 12 apples.", "12"), ("5 min", "5"),
    ("At 3:00 the sum is 30", "30"), ("5 (five)", "5"), ("There are 5 points", "5"), ("5%", "5%"), ("5 million", "5 million"),
    ("The rate is 5%", "5%"), ("3:30", "3:30"), ("at least 5", "at least 5"),
])  # fmt: skip
def test_exact_still_reads_a_number_among_words_that_leave_it_as_it_is(answer, target):
    assert exact(answer, target) == 1


@pytest.mark.parametrize(("answer", "target", "right"), [
    ("Vitamin", "Vitamin A", 0), ("a", "A", 1), ("C", "C++", 0), ("C", "C#", 0), ("US", "U.S.", 1),
    ("The city is St. Louis.", "St. Louis", 1),
    ("The play is Romeo and Juliet.", "Romeo and Juliet", 1), ("The answer is no.", "no", 1), ("I don’t know.", "I don't know", 1),
    ("Lord of the Rings", "The Lord of the Rings", 1), ("state of the art", "state-of-the-art", 1),
])  # fmt: skip
def test_exact_knows_articles_symbols_and_periods_that_matter(answer, target, right):
    assert exact(answer, target) == right


def test_exact_takes_any_of_several_targets():
    assert exact("NYC", ["New York City", "NYC"]) == 1


@pytest.mark.parametrize("target", ["", "?", [], ["London", ""]])
def test_exact_refuses_an_empty_target(target):
    with pytest.raises(ValueError, match="an exact target must be a text or a list of texts"):
        exact("London", target)


@pytest.mark.parametrize("answer", [
    "positive", "Sentiment: Positive.", "**positive**", "_positive_", "- positive", "Positive. Very positive!", "No. Positive",
])  # fmt: skip
def test_label_finds_the_one_label(answer):
    assert label(answer, "positive", LABELS) == 1


@pytest.mark.parametrize("answer", [
    "", "good", "negative", "positive or negative", "not positive", "isn’t really a positive", "non-positive", "positively",
    "neither positive nor negative", "positive, not negative", "positive-negative",
])  # fmt: skip
def test_label_refuses_none_several_and_denied(answer):
    assert label(answer, "positive", LABELS) == 0


def test_label_takes_the_longest_of_overlapping_labels():
    labels = ["offensive", "not offensive"]
    assert label("It is not offensive.", "not offensive", labels) == 1
    assert label("not offensive", "offensive", labels) == 0
    assert label("No, it is not.", "no", ["yes", "no"]) == 1


def test_label_refuses_a_target_that_is_no_label():
    with pytest.raises(ValueError, match=r"'postive' is not one of the labels \['positive'"):
        label("positive", "postive", LABELS)


@pytest.mark.parametrize(("answer", "target", "f1"), [
    ("[]", [], 1), ("none", [], 0), ('["A"]', [], 0), ("[]", ["A"], 0), ('["A", "B"]', ["a"], 2 / 3), ("['a  b', 'c']", '["A B", "C"]', 1),
    ('The models are ["A", "A", "B"].', ["A", "B", "C"], 0.8), (["x", 3], ["x", "3"], 1), ("['\\d']", ["\\d"], 1), ('["A"', ["A"], 0),
])  # fmt: skip
def test_set_f1_by_hand(answer, target, f1):
    assert set_f1(answer, target) == pytest.approx(f1)


def test_set_f1_agrees_with_scikit_learn():
    from sklearn.metrics import f1_score

    rows = [("[1, 3]", [1, 2, 3]), ("[2]", [1]), ("[1, 2]", [2, 1])]
    wide = [[[float(k in json.loads(a)) for k in (1, 2, 3)], [float(k in t) for k in (1, 2, 3)]] for a, t in rows]
    expected = f1_score([t for _, t in wide], [a for a, _ in wide], average="samples", zero_division=1.0)
    assert sum(set_f1(a, t) for a, t in rows) / 3 == pytest.approx(expected)


def test_set_f1_refuses_a_target_that_is_no_list():
    with pytest.raises(ValueError, match="a set target must be a list"):
        set_f1("[]", "BERT")


@pytest.mark.parametrize(("answer", "target", "valid"), [
    ('{"a": 1}', "", 1), ('```json\n{"a": 1}\n```', "", 1), ('Here: {"a": 1}', "", 0), ("NaN", "", 0), ("", "", 0), ("[" * 99_999, "", 0),
    ('{"a": 1, "b": 2}', '{"a": "x"}', 1), ('{"b": 1}', '{"a": "x"}', 0), ("[]", "{}", 0), ("true", "1", 0), ("2.5", "1", 1),
])  # fmt: skip
def test_json_valid_asks_for_the_whole_answer_and_the_target_s_shape(answer, target, valid):
    assert json_valid(answer, target) == valid


def test_json_valid_refuses_a_broken_target():
    with pytest.raises(ValueError, match="a json target must be empty or valid JSON"):
        json_valid("{}", "{")


def test_score_goes_by_the_metric_s_name():
    assert score("exact", "1,000.", "1000") == score("label", "Mixed", "mixed", LABELS) == score("json", "{}", "") == 1
    assert score("set_f1", '["a"]', ["a", "b", "c"]) == 0.5


def test_an_unknown_metric_is_told_what_there_is():
    with pytest.raises(ValueError, match="unknown metric 'f1': choose one of label, exact, set_f1, json"):
        score("f1", "", "")


@pytest.mark.parametrize("answer", [
    "London is bigger than Paris", "London, unless it moved", "London, except on Sundays", "London, actually Paris", "London, rather Paris",
    "London, Paris instead", "London, wait Paris", "London, sorry Paris", "London, but also Paris", "London, the capital of England",
])  # fmt: skip
def test_exact_refuses_a_remark_that_takes_the_target_back_or_is_long(answer):
    assert exact(answer, "London") == 0
    assert exact("London, England", "London") == 1


def test_exact_refuses_a_number_that_is_taken_back():
    assert (exact("It is 12, wait", "12"), exact("It is 12, actually fewer", "12"), exact("It is 12", "12")) == (0, 0, 1)


def test_exact_reads_a_sentence_with_equals():
    assert exact("The capital equals London", "London") == 1


def test_label_hears_a_denial_three_words_away():
    assert label("It is not at all a positive one.", "positive", LABELS) == 0


def test_of_two_labels_that_begin_alike_the_longer_one_is_read():
    assert label("news opinion", "news opinion", ["news", "news opinion"]) == 1


def test_a_list_whose_items_hold_brackets_is_read_whole():
    assert set_f1('The sources are ["A [1]", "B"], I think.', ["A [1]", "B"]) == 1


def test_json_with_the_very_keys_of_the_target_is_valid():
    assert json_valid('{"a": 1}', '{"a": "x"}') == 1


def test_a_remark_alone_does_not_say_the_target():
    assert exact("The , England", "London") == 0  # read as ", England", which would do after a target
