"""The figures of shrinking: what is open, what is blue, and where names stand."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from helpers.plots import COLORS
from helpers.shrink import draw_frontier, draw_sensitivity, draw_values

NAN = float("nan")


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def table(*rows: tuple[str, float, float, float, float]) -> pd.DataFrame:
    """name, MB, score, change_high and seconds of each technique."""
    found = pd.DataFrame(rows, columns=["name", "mb", "score", "change_high", "seconds_1"])
    return found.assign(
        change_low=found["change_high"] - 0.1, bytes=found.pop("mb") * 1e6, low=found["score"] - 0.1, high=found["score"] + 0.05
    )


def test_a_dot_is_full_within_the_margin_open_where_worse_and_gray_where_nobody_knows() -> None:
    rows = table(("plain", 10, 0.9, NAN, 0.1), ("8 bits", 5, 0.9, 0.03, 0.2), ("4 bits", 3, 0.85, 0.01, 0.2), ("2 bits", 2, 0.1, -0.4, 0.2))
    ax = draw_frontier(rows.assign(change_low=[NAN, -0.03, -0.09, -0.8]), margin=0.05)
    dots = sorted((line for line in ax.lines if line.get_marker() == "o"), key=lambda line: line.get_xdata()[0])
    full = [line.get_markerfacecolor() == line.get_markeredgecolor() for line in dots]
    assert (full, dots[0].get_markerfacecolor(), dots[1].get_markerfacecolor()) == ([False, False, True, True], "white", "#c9c9c9")
    assert dots[1].get_markeredgecolor() == dots[0].get_markeredgecolor() != dots[3].get_markeredgecolor()  # the color is the time


def test_the_dashed_line_joins_what_nothing_smaller_beats() -> None:
    ax = draw_frontier(table(("plain", 10, 0.9, NAN, 0.1), ("zeros", 6, 0.3, -0.4, 0.1), ("4 bits", 3, 0.8, 0.0, 0.1)))
    dashed = next(line for line in ax.lines if line.get_linestyle() == "--")
    assert list(dashed.get_xdata()) == [3, 10]
    assert list(dashed.get_ydata()) == [0.8, 0.9]


def test_a_file_that_scores_nothing_is_not_joined() -> None:
    """The line from 2 bits would run through the smallest file of zeros, which no path leads over."""
    ax = draw_frontier(table(("plain", 10, 0.9, NAN, 0.1), ("90% zeros", 4, 0.0, -0.8, 0.1), ("2 bits", 3, 0.0, -0.8, 0.1)))
    dashed = next(line for line in ax.lines if line.get_linestyle() == "--")
    assert list(dashed.get_xdata()) == [10]


def test_files_of_another_kind_are_diamonds_and_the_legend_says_so() -> None:
    ax = draw_frontier(table(("plain", 10, 0.9, NAN, 0.1), ("90% zeros", 4, 0.0, -0.8, 0.1)), diamonds="zeros")
    assert [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "D" and len(line.get_xdata())] == [4]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["diamond: zeros"]


def test_names_of_dots_in_one_place_do_not_cover_each_other() -> None:
    ax = draw_frontier(table(*[(f"technique {i}", 5 + i / 100, 0.9, 0.0, 0.1) for i in range(5)], ("plain", 10, 0.9, NAN, 0.1)))
    ax.figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in ax.texts]  # without the line that leads to the dot
    assert len(boxes) == 6
    assert [(a, b) for a in range(6) for b in range(a) if boxes[a].overlaps(boxes[b])] == []


def test_the_name_of_a_file_does_not_slip_under_a_smaller_one() -> None:
    """Under its dot, "5 bits" stood beside the dots of 4 bits."""
    rows = [("palette, 4 bits", 5.08, 0.93), ("int4, groups of 64", 5.26, 0.95), ("NF4", 5.262, 0.97), ("palette, 5 bits", 5.82, 1.0)]
    rows += [("int8", 8.06, 1.0), ("palette, 2 bits", 3.6, 0.0), ("graph", 32.3, 1.0)]
    ax = draw_frontier(table(*[(*row, 0.0, 0.1) for row in rows]))
    height = {text.get_text(): text.get_position()[1] for text in ax.texts}["palette, 5 bits"]
    assert height > -5


def test_a_part_whose_interval_holds_zero_is_gray() -> None:
    rows = [("layer 0", 1_000_000, -0.2, -0.3, -0.1), ("layer 1", 500_000, -0.1, -0.2, 0.01)]
    ax = draw_sensitivity(pd.DataFrame(rows, columns=["part", "parameters", "change", "change_low", "change_high"]))
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [to_hex(line.get_color()) for line in dots] == [COLORS["blue"].lower(), COLORS["gray"]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["layer 0 (1.00 M)", "layer 1 (0.50 M)"]


def test_the_values_stand_below_the_histogram() -> None:
    ax = draw_values(np.random.default_rng(0).normal(size=500), {"grid": [-1.0, 0.0, 1.0], "palette": [-0.5, 0.5]}, title="Two ways")
    marks = [line for line in ax.lines if line.get_marker() == "|"]
    assert [list(line.get_xdata()) for line in marks] == [[-1.0, 0.0, 1.0], [-0.5, 0.5]]
    assert max(line.get_ydata()[0] for line in marks) < 0 <= min(ax.get_yticks())
    assert ax.get_title(loc="left") == "Two ways"
