"""Reading answers: what is left of a text before it is compared. `tests/test_scoring.py` has the cases one by one."""

from __future__ import annotations

import subprocess
import sys

from helpers.metrics import replies


def test_plain_sets_case_marks_articles_and_number_spellings_aside():
    assert replies.plain("The  **Fee** is $1,000.50.") == "fee is $1000.5"


def test_a_denied_label_is_told_apart_from_a_missing_one():
    assert replies.labels_said("Not good!", ["good", "bad"]) == {None}
    assert replies.labels_said("Fine.", ["good", "bad"]) == set()
    assert replies.labels_said("GOOD", ["good", "bad"]) == {"good"}


def test_broken_json_is_not_the_value_null():
    assert replies.json_value("null") is None
    assert replies.json_value("nil") is replies.BROKEN


def test_scoring_imports_no_package_for_overlap_before_it_is_asked_for():
    code = (
        "import sys, helpers.metrics.scores, helpers.metrics.overlap; "
        "print(sorted({'rouge_score', 'sacrebleu', 'nltk', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
