"""A suite of tests for a prompt: three verdicts, rows that do not count, and what cannot be tested."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from helpers import runs, stats


def table(*replies: str, score: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame([{"id": f"{n:02}", "reply": reply, "score": score} for n, reply in enumerate(replies)])


def is_short(row) -> bool:
    return len(row["reply"]) < 3


@pytest.mark.parametrize(("count", "want"), [(80, "pass"), (75, "undetermined"), (68, "undetermined"), (60, "fail")])
def test_the_whole_interval_decides(count: int, want: str) -> None:
    assert runs.verdict(stats.wilson(count, 80), 0.9) == want  # Wilson: 0.954 to 1; 0.862 to 0.973; 0.756 to 0.912; 0.645 to 0.832


def test_a_suite_gives_each_test_its_share_and_its_verdict() -> None:
    row = runs.suite(table(*["ok"] * 39, "far too long"), {"short": (0.5, is_short)}).loc["short"]
    assert (row["value"].value, row["value"].n, row["at least"], row["verdict"]) == (39 / 40, 40, 0.5, "pass")


def test_a_row_whose_reply_failed_does_not_count() -> None:
    mixed = pd.concat([table("ok", "ok"), table("far too long", score=math.nan)])
    assert runs.suite(mixed, {"short": (0.5, is_short)})["value"]["short"].n == 2


def test_a_row_that_does_not_concern_a_test_is_left_out_of_it() -> None:
    tests = {"short": (0.1, lambda row: None if row["reply"] == "?" else is_short(row)), "none": (0.1, lambda row: None)}
    results = runs.suite(table("ok", "?", "?"), tests)
    assert (results["value"]["short"].n, results["verdict"]["none"], results["value"]["none"]) == (1, "not tested", None)


@pytest.mark.parametrize(
    ("replies", "tests", "why"),
    [
        ((), {"short": (0.5, is_short)}, "nothing to test: 0 rows with a reply, 1 tests"),
        (("ok",), {}, "nothing to test: 1 rows with a reply, 0 tests"),
        (("ok",), {"gone": (0.5, lambda row: row["lenght"])}, "test 'gone' fails on example '00': KeyError: 'lenght'"),
    ],
)
def test_a_suite_that_cannot_be_run_says_why(replies, tests, why: str) -> None:
    rows = table(*replies) if replies else table("x").head(0)
    with pytest.raises(ValueError, match=why):
        runs.suite(rows, tests)
