"""What a run's record says by group; saving and reading are tested with `runs`."""

import math

import pytest

from helpers.runs.record import Run, frame
from helpers.stats import wilson


def _run(scores: dict[str, list[float]]) -> Run:
    empty = {"input": "", "target": "", "messages": [], "reply": "", "answer": "", "tokens_in": 0, "tokens_out": 0}
    rest = {"seconds": 0.0, "usd": 0.0, "cached": False, "error": None}
    rows = [{"id": f"{kind}{i}", **empty, **rest, "score": s, "kind": kind} for kind, got in scores.items() for i, s in enumerate(got)]
    return Run("t", "m", "none", "dev", "label", frame(rows), {}, {}, 0.0)


def test_each_group_has_its_own_wilson_interval():
    table = _run({"easy": [1, 1, 1, 0], "hard": [0, 0, 1]}).by("kind")
    easy = wilson(3, 4)
    assert list(table.loc["easy"]) == [0.75, easy.low, easy.high, 4]
    assert table.loc["hard", "n"] == 3


def test_an_unknown_column_is_named_with_those_there_are():
    with pytest.raises(KeyError, match=r"no column 'kinds' in this run; there are: id, input"):
        _run({"easy": [1]}).by("kinds")


def test_examples_without_a_group_are_a_group():
    run = _run({"easy": [1, 0], "none": [1]})
    run.table["kind"] = [None if kind == "none" else kind for kind in run.table["kind"]]
    table = run.by("kind")
    assert (table["n"].sum(), table["n"].tolist(), table.index.isna().tolist()) == (3, [2, 1], [False, True])


@pytest.mark.parametrize(("score", "told"), [(0, ", 2 unread: "), (math.nan, "no score, 2 of 3 replies failed (")])
def test_the_first_error_stands_on_one_line(score, told):
    run = _run({"easy": [0, score, score]})
    run.table["error"] = [None, "cannot connect\n to http://x: " + "long " * 99, "other"]
    shown = repr(run)
    assert f"{told}cannot connect to http://x: long" in shown
    assert (shown.count("\n"), len(shown) < 290, "long ..." in shown) == (0, True, True)


def test_one_reply_without_a_price_leaves_the_cost_unknown():
    run = _run({"easy": [1, 0]})
    run.table["usd"] = [0.001, math.nan]
    assert math.isnan(run.summary()["usd_per_1000"])


def test_a_reply_that_failed_is_not_counted_as_unread():
    run = _run({"easy": [math.nan, 0, 1]})
    run.table["error"] = ["timeout", "no label in it", None]
    assert (run.failed, run.unread) == (1, 1)
