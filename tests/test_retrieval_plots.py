"""Recall by kind, drawn: every dot stands where its interval says, and no retriever hides another."""

from __future__ import annotations

import matplotlib
import pandas as pd
import pytest

from helpers.retrieval.ranking_plots import draw_kinds
from helpers.stats import wilson

matplotlib.use("Agg")

SHARES = pd.DataFrame({"words": [wilson(9, 10), wilson(2, 8)], "meaning": [wilson(9, 10), wilson(6, 8)]}, ["direct", "reworded"])


@pytest.fixture
def ax():
    import matplotlib.pyplot as plt

    yield draw_kinds(SHARES, title="Kinds")
    plt.close("all")


def test_each_retriever_has_a_dot_for_each_kind_at_its_share(ax):
    dots = {line.get_label(): line.get_xdata().tolist() for line in ax.lines}
    assert dots == {"words": [0.9, 0.25], "meaning": [0.9, 0.75]}


def test_equal_shares_do_not_lie_on_each_other(ax):
    words, meaning = (line.get_ydata()[0] for line in ax.lines)
    assert words < 0 < meaning


def test_a_kind_is_named_with_its_number_of_questions(ax):
    assert [label.get_text() for label in ax.get_yticklabels()] == ["direct\nn = 10", "reworded\nn = 8"]


def test_the_lines_are_the_intervals(ax):
    (low, _), (high, _) = ax.collections[0].get_segments()[1]
    assert (low, high) == (wilson(2, 8).low, wilson(2, 8).high)
