"""Abstention: what counts as "I don't know", and the tables made of it."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from helpers.metrics.abstention import abstention_scores, declined, grounded, risk_coverage
from helpers.stats import wilson


@pytest.mark.parametrize("answer", [
    "I don't know.", "I don’t know", "i do not know", "I really don't know.", "Sorry, I don't know that.", "**I don't know.**",
    "Don't know.", "I'm not sure.", "We are not certain about this.", "Not sure, sorry.", "No idea.", "I have no idea who did it.",
    "Dunno", "N/A", "I don't know what the capital is, but you could ask the office.", '"I don\'t know."',
    "I honestly don't know, what do you think?", "The passage does not say.", "The text doesn't mention who wrote it.",
    "According to the memo, the price is not stated.", "Unknown.", "I cannot answer that, because the page is about something else.",
    "I could not find the answer in the documents.", "Unfortunately, I am unable to tell.", "I do not have enough information to answer.",
    "There is no information about this.", "It is impossible to say from this text.", "This cannot be determined.",
    "In this passage, it isn't mentioned.", "It is not known.", "The handbook only lists prices, so I don't know.",
    "I don't have access to that. Please check the website.", "The memos say nothing about it.", "As a language model, I don't know.",
    "That is beyond my knowledge.", 'I don\'t know what "zorb" means.', "Hmm, beats me!", "I'm afraid I can't help with that.",
    "Not enough information.", "The author's name is unknown to me.", "I'd rather not guess.",
    "My apologies; I lack the information to answer this.", "I have never heard of it.", "Nothing in the text tells me that.",
    "It doesn't say.", "Based on the passage, it's unclear when the shop opened.", "There isn't enough information here.",
    "None of the passages mention it.", "I don't know, I would need the full text.", "Not sure. I would ask the office.",
    "I don't know; I'd suggest the website.", "No idea, it would help to see page 3.", "I'm not sure, because page 3 is missing.",
    "I don't know, as of 2024.", "I don't know. I'd be happy to look again.", "Unknown; it may be in another memo.",
])  # fmt: skip
def test_the_forms_of_i_do_not_know_are_declined(answer):
    assert declined(answer)


@pytest.mark.parametrize("answer", [
    "I don't know why people ask, it is Paris.", "I don't know, but I think it is Paris.", "I'm not sure, maybe Paris.",
    "Paris, I think.", "I don't know. Paris?", "Paris. I don't know more than that.", "", "   ", "?", "Paris", "No", "It is not Paris.",
    "He does not know the answer.", 'She said "I don\'t know".', "The drink does not contain sugar.", "Breakfast is not included.",
    "The room is not available.", "Nobody knows the way better than Ada.", "An unknown painter made it.", "I don't think it is Paris.",
    "You cannot go wrong with 12.", "I know it: Paris.", "It is hard work.", "The information desk is on the left.",
    "I do not recommend it.", "They have no dogs.", "Know-how", "I am not able to say much, still the year was 1911.",
    "I can't wait for Friday.", "It's not clear, though probably 12.", "In Paris", "The park has no information desk, only a kiosk.",
    "The page has no pictures.", "You can't tell them apart.", "The answer is 12, not 13.",
    "I'm not sure, it might be Paris.", "I don't know, I would guess Paris.", "I'm not certain, but it may be 42 euros.",
    "Not sure, because the fee is 90 euros", "I'm not sure. It will be on May 3.", "I don't know, I'd say Paris.",
    "Not sure, it will take 5 days.",
    "The ferry could not be found, so they took the bus.", "He was unable to swim.", "Without doubt Paris.",
])  # fmt: skip
def test_answers_are_not_declined_whatever_doubt_they_carry(answer):
    assert not declined(answer)


def table() -> pd.DataFrame:
    rows = [
        ("Oslo", 1.0, True), ("Rome", 0.0, True), ("I don't know.", 0.0, True), ("", 0.0, True), ("Bergen", 1.0, True),
        ("I don't know.", 1.0, False), ("Lima", 0.0, False), ("No idea.", 0.0, False),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["answer", "score", "answerable"])


def test_outcomes_are_counted_apart_for_answerable_and_unanswerable():
    found = abstention_scores(table(), "answerable").set_index(["group", "outcome"])
    assert found.loc["answerable", "share"].round(3).to_dict() == {"right": 0.4, "wrong": 0.2, "declined": 0.2, "empty": 0.2}
    assert found.loc["unanswerable", "share"].round(3).to_dict() == {"declined": 0.667, "invented": 0.333, "empty": 0}
    assert tuple(found.loc[("answerable", "right"), ["low", "high"]]) == (wilson(2, 5).low, wilson(2, 5).high)


def test_a_group_with_a_failed_reply_has_no_shares():
    rows = table()
    rows.loc[3, "score"] = math.nan
    found = abstention_scores(rows, "answerable").set_index("group")
    assert (found.loc["answerable", "share"].isna().all(), found.loc["unanswerable", "share"].sum()) == (True, pytest.approx(1))


def test_flags_may_be_given_and_a_group_without_rows_is_left_out():
    found = abstention_scores(table(), [True] * 8)
    assert (set(found["group"]), found["n"].tolist()) == ({"answerable"}, [8] * 4)
    assert found["share"].sum() == pytest.approx(1)


def test_a_missing_column_says_which_there_are():
    with pytest.raises(KeyError, match="no column 'known' in this run; there are: answer, score, answerable"):
        abstention_scores(table(), "known")


@pytest.mark.parametrize("words", [("true", "false"), ("Yes", "No"), (1, 0), (1.0, 0.0)])
def test_flags_may_be_words_or_numbers(words):
    told = table().assign(answerable=[words[0]] * 5 + [words[1]] * 3)
    pd.testing.assert_frame_equal(abstention_scores(told, "answerable"), abstention_scores(table(), "answerable"))


@pytest.mark.parametrize(("flags", "problem"), [(["maybe"] * 8, "holds 'maybe', which is no flag"), ([True] * 7, "has 7 flags for 8 rows"),
                                                ([None] * 8, "holds None")])  # fmt: skip
def test_what_is_no_flag_is_refused(flags, problem):
    with pytest.raises(ValueError, match=f"answerable {problem}"):
        abstention_scores(table(), flags)


def test_risk_and_coverage_by_hand_with_ties_entering_together():
    found = risk_coverage([1, 1, 0, 1], confidence=[0.9, 0.8, 0.8, 0.1])
    assert found["coverage"].tolist() == [0.25, 0.75, 1.0]
    assert found["risk"].tolist() == pytest.approx([0, 1 / 3, 1 / 4])
    assert found["answered"].tolist() == [1, 3, 4]
    assert found.loc[1, "low"] == wilson(1, 3).low


def test_what_was_declined_is_never_covered():
    assert risk_coverage([1, 0, 0, 1], declined=[False, False, True, True])[["coverage", "risk"]].values.tolist() == [[0.5, 0.5]]
    both = risk_coverage([1, 0, 0], confidence=[0.1, 0.2, 0.9], declined=[False, False, True])
    assert both["threshold"].tolist() == [0.2, 0.1]
    assert len(risk_coverage([1], declined=[True])) == 0


def test_partial_scores_have_a_risk_and_no_wilson_interval():
    (row,) = risk_coverage([0.5, 1.0], declined=[False, False]).to_dict("records")
    assert row["risk"] == 0.25
    assert math.isnan(row["low"])


def test_a_failed_reply_leaves_every_risk_unknown():
    found = risk_coverage([1, math.nan, 0], confidence=[0.9, 0.5, 0.1])
    assert (found["risk"].isna().all(), found["answered"].tolist()) == (True, [1, 2, 3])


@pytest.mark.parametrize("given", [{}, {"confidence": [1.0]}, {"declined": [True] * 3}])
def test_risk_needs_one_flag_a_row(given):
    with pytest.raises(ValueError, match="risk_coverage needs confidence or declined, one a row; got 2 rows"):
        risk_coverage([1, 0], **given)


@pytest.mark.parametrize(("answer", "share"), [
    ("The fee is 5 dollars.", 1), ("The fee is 9 dollars.", 2 / 3), ("“Ada” paid 1,000.00 dollars", 3 / 4),
    ("The fee is not 5 dollars", 3 / 4), ("The fee isn't 5 dollars", 3 / 4), ("Lima", 0), ("I don't know.", 1), ("It is.", 1),
    ("5, 5, 5, 9", 1 / 2), ("Fees: 5", 1 / 2),
])  # fmt: skip
def test_groundedness_counts_distinct_content_words(answer, share):
    assert grounded(answer, ["The fee is 5 dollars.", "Ada's share is 1000."]) == pytest.approx(share)


def test_words_of_the_question_are_left_out():
    assert grounded("Ada lives in Oslo", "Oslo is wet.", question="Where does Ada live?") == 1 / 2
    assert grounded("Ada lives in Oslo", "Oslo is wet.", question="Ada lives where?") == 1


def test_groundedness_is_fooled_by_a_copied_sentence_as_its_docstring_says():
    assert grounded("The fee is 5 dollars.", ["The fee is 5 dollars. That was last year."]) == 1


def test_what_opens_an_excuse_is_an_answer_after_it():
    assert declined("In Paris, I don't know.")
    assert not declined("I don't know, in Paris.")


def test_a_partial_score_is_not_right():
    rows = pd.DataFrame({"answer": ["Oslo", "Oslo"], "score": [0.5, 1.0]})
    found = abstention_scores(rows, [True, True]).set_index("outcome")["share"]
    assert (found["right"], found["wrong"]) == (0.5, 0.5)
