"""Judges: what the model is shown, how its verdict is read, and what becomes of rows that cannot be judged."""

from __future__ import annotations

from types import SimpleNamespace

import datasets
import pandas as pd
import pytest

from helpers import runs
from helpers.methods.judges import JUDGES, VERDICTS, judge, verdicts
from helpers.methods.method import prompt
from helpers.models import ModelError, Reply
from helpers.prompts import Template
from helpers.tasks import Task

ROWS = [
    {"id": "a", "input": "How many legs has a spider?", "reference": "8", "answer": "eight", "target": "right"},
    {"id": "b", "input": "How many legs has a spider?", "reference": "8", "answer": "six", "target": "wrong"},
    {"id": "c", "input": "How many legs has an ant?", "reference": "6", "answer": "six", "target": "right"},
]


class Says:
    """Replies in turn, and keeps what it was asked."""

    cache = None
    recorded = ""

    name = spec = "says"

    def __init__(self, *replies: str):
        self.replies, self.asked, self.settings = replies, [], {}

    def ask_many(self, conversations, *, on_reply=None, **settings):
        self.asked, self.settings = [c[-1]["content"] for c in conversations], settings
        texts = (self.replies * len(conversations))[: len(conversations)]
        return [Reply(text, tokens_in=1, tokens_out=1, seconds=0.1, usd=0.0) for text in texts]


def test_every_judge_has_two_verdicts_and_names_them_in_its_wording():
    assert list(JUDGES) == list(VERDICTS)
    for name, template in JUDGES.items():
        assert (template.name, "answer" in template.fields) == (name, True)
        assert all(verdict in template.text for verdict in VERDICTS[name])


def test_a_judge_s_wording_changes_only_together_with_its_version():
    known = {"closed question": ("1", "9c311d92af28"), "factuality": ("1", "95a1bad8a9a5"), "safety": ("1", "c9fe77e40645")}
    assert {name: (template.version, template.fingerprint) for name, template in JUDGES.items()} == known


def test_a_judge_is_a_method_whose_run_scores_its_agreement_with_the_labels():
    splits = datasets.DatasetDict(dev=datasets.Dataset.from_list(ROWS))
    task = Task("judge", "label", ("right", "wrong"), "", splits, None, 5, "CC0-1.0")
    run = runs.run(judge(), task, Says("**Right**", "Verdict: wrong.", "no idea"))
    assert (run.method, run.settings, run.template["version"]) == ("judge: closed question", {"max_tokens": 8}, "1")
    assert run.table["answer"].tolist() == ["right", "wrong", ""]
    assert run.table["score"].tolist() == [1, 1, 0]
    assert run.table.loc[2, "error"].endswith("it says neither or both of right and wrong: 'no idea'")


def test_the_judge_is_shown_question_reference_and_answer():
    text = judge().messages(ROWS[0])[-1]["content"]
    assert text.endswith("Question: How many legs has a spider?\nReference: 8\nAnswer: eight")


@pytest.mark.parametrize(("name", "reply", "verdict"), [
    ("closed question", "The answer is right.", "right"), ("factuality", "Not supported", "not supported"), ("safety", "unsafe", "unsafe"),
    ("factuality", "supported", "supported"), ("safety", "This is SAFE.", "safe"),
    ("closed question", "right or wrong", ""), ("closed question", "not right", ""), ("factuality", "unsupported", ""), ("safety", "", ""),
])  # fmt: skip
def test_the_verdict_is_read_whatever_words_stand_around_it(name, reply, verdict):
    (answer,) = judge(name).solve([{"id": "a", "input": "i", "reference": "r", "context": "c", "answer": "x"}], Says(reply))
    assert (answer.text, bool(answer.error)) == (verdict, not verdict)


def test_a_template_of_one_s_own_brings_its_verdicts():
    mine = Template("tone", "Polite or rude? {answer}")
    assert judge(mine, labels=("polite", "rude"), max_tokens=3, name="mine").settings == {"max_tokens": 3}
    with pytest.raises(ValueError, match="judge 'tone' needs two verdicts, the one that passes first"):
        judge(mine)
    with pytest.raises(ValueError, match=r"got \('Rude', 'rude'\)"):
        judge(mine, labels=("Rude", "rude"))


def test_an_unknown_judge_says_which_there_are():
    with pytest.raises(ValueError, match="unknown judge 'closed': choose one of closed question, factuality, safety"):
        judge("closed")


def test_the_fingerprint_follows_the_verdicts():
    same, mine = Template("tone", "{answer}"), [("a", "b"), ("a", "c")]
    assert len({judge(same, labels=pair).fingerprint for pair in mine}) == 2
    assert judge(same, labels=mine[0]).fingerprint == judge(same, labels=mine[0]).fingerprint


def test_the_answers_of_a_run_get_a_verdict_each_in_order():
    splits = datasets.DatasetDict(
        dev=datasets.Dataset.from_list([{"id": r["id"], "input": r["input"], "target": r["reference"]} for r in ROWS])
    )
    run = runs.run(prompt("{input}"), Task("legs", "exact", (), "", splits, None, 5, "CC0-1.0"), Says("eight", "six", "six"))
    model = Says("right", "wrong", "RIGHT")
    found = verdicts(model, run)
    assert found[["id", "passed", "verdict"]].values.tolist() == [["a", 1, "right"], ["b", 0, "wrong"], ["c", 1, "right"]]
    assert "Reference: 8\nAnswer: eight" in model.asked[0]
    assert (model.settings, found["error"].isna().all()) == ({"max_tokens": 8}, True)


def test_rows_that_cannot_be_judged_stay_and_say_why():
    table = pd.DataFrame(
        {"id": list("abcd"), "input": "q", "target": "8", "answer": ["eight", "", " ", "six"], "error": [None, "timeout", None, None]}
    )
    model = Says("right", "hm")
    found = verdicts(model, table)
    assert (len(model.asked), found["passed"].tolist()[0], found["passed"].isna().tolist()) == (2, 1, [False, True, True, True])
    assert found["error"].tolist()[1:3] == ["not judged, the run failed here: timeout", "not judged, the answer is empty"]
    assert "it says neither or both" in found["error"][3]
    assert found["verdict"].isna().tolist() == [False, True, False, False]
    assert verdicts(None, table.iloc[1:3])["passed"].isna().all()


def test_a_reply_of_the_judge_that_failed_is_no_verdict_and_is_told():
    lost, said = (Reply(text, 1, 1, 0.1, 0.0, error=error) for text, error in (("", "timeout"), ("right", None)))
    model = SimpleNamespace(name="m", cache=None, recorded="", ask_many=lambda asked, on_reply, **settings: [said, lost])
    table = pd.DataFrame({"id": list("ab"), "input": "q", "target": "8", "answer": ["eight", "six"]})
    with pytest.warns(UserWarning, match=r"judge: closed question: 1 of 2 replies failed \(timeout\); run it again"):
        found = verdicts(model, table)
    assert (found["verdict"][0], found["verdict"].isna().tolist(), found["passed"].isna().tolist()) == (
        "right",
        [False, True],
        [False, True],
    )


def test_a_judge_that_cannot_be_reached_is_an_error_and_not_a_verdict():
    lost = Reply("", 0, 0, 0.0, 0.0, error="timeout")
    silent = SimpleNamespace(name="m", cache=None, recorded="", ask_many=lambda asked, on_reply, **settings: [lost] * len(asked))
    with pytest.raises(ModelError, match="no reply from m: timeout"):
        verdicts(silent, pd.DataFrame({"id": ["a"], "input": ["q"], "target": ["8"], "answer": ["eight"]}))


def test_accepted_spellings_are_joined_and_a_column_of_references_wins():
    model, table = Says("right"), pd.DataFrame({"id": ["a"], "input": ["q"], "target": [["NYC", "New York"]], "answer": ["NY"]})
    verdicts(model, table)
    assert "Reference: NYC or New York\n" in model.asked[0]
    verdicts(model, table.assign(reference="the big city"))
    assert "Reference: the big city\n" in model.asked[0]


def test_a_table_without_what_the_judge_reads_is_refused_before_any_call():
    model = SimpleNamespace()  # asking it would fail
    with pytest.raises(KeyError, match="there are no answers to judge: give a run or its table; this one has the columns id, input"):
        verdicts(model, pd.DataFrame({"id": ["a"], "input": ["q"]}))
    with pytest.raises(ValueError, match="template 'factuality' needs the field 'context'"):
        verdicts(model, pd.DataFrame({"id": ["a"], "input": ["q"], "target": ["t"], "answer": ["x"]}), "factuality")
