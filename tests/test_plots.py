"""Plots: the numbers that were measured, with their spread, and labels that say what they are."""

from __future__ import annotations

import warnings

import matplotlib
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from helpers import plots, runs
from helpers.runs import Run
from helpers.runs.comparison import Comparison
from helpers.stats import Interval

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def run(method: str, right: int, n: int = 10, *, model: str = "pocket", tokens: int = 5, usd: float = 0.0) -> Run:
    rows = {"id": [f"{i}" for i in range(n)], "input": "x", "target": "y", "score": [float(i < right) for i in range(n)]}
    rows |= {"tokens_in": tokens, "tokens_out": 1, "seconds": 0.1, "usd": usd, "cached": False, "error": None}
    return Run("moods", method, model, "dev", "label", pd.DataFrame(rows), {}, {}, 1.0)


def dots(ax) -> list[tuple[float, float]]:
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines if line.get_marker() == "o"]


def test_scores_draws_each_run_at_its_score_with_its_interval():
    ax = plots.scores([run("bare", 4), run("full", 8)], title="Words help")
    ax.figure.canvas.draw()
    assert dots(ax) == [(0.4, 0), (0.8, 1)]
    low, high = ax.lines[0].get_xdata()
    assert (round(low, 3), round(high, 3)) == (0.168, 0.687)  # Wilson, 4 of 10
    assert [label.get_text() for label in ax.get_yticklabels()] == ["bare", "full"]
    assert ax.yaxis_inverted()
    assert (ax.get_xlabel(), ax.get_title(loc="left")) == ("score with 95% interval, n = 10", "Words help")


def test_the_best_score_is_blue_and_the_baseline_is_named():
    ax = plots.scores([run("bare", 4), run("full", 8)], baseline=0.5)
    assert [to_hex(line.get_color()) for line in ax.lines if line.get_marker() == "o"] == [
        plots.COLORS["gray"],
        plots.COLORS["blue"].lower(),
    ]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["trivial baseline 0.50"]


def test_a_ladder_table_draws_as_its_runs_do():
    both = [run("bare", 4), run("full", 8)]
    assert dots(plots.scores(runs.table(both))) == dots(plots.scores(both))


def test_runs_over_different_examples_can_stand_in_one_figure():
    ax = plots.scores([run("bare", 4), run("full", 8, n=20)])
    assert ax.get_xlabel() == "score with 95% interval, n = 10 to 20"


def test_one_method_on_two_models_is_told_apart():
    ax = plots.scores([run("bare", 4), run("bare", 8, model="big")])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["bare, pocket", "bare, big"]


def test_a_figure_is_drawn_into_the_axes_that_it_is_given():
    import matplotlib.pyplot as plt

    ours = plt.subplots(1, 3)[1]
    comparison = runs.compare(run("bare", 4), run("full", 8))
    drawn = plots.scores([run("bare", 4)], ax=ours[0]), plots.paired(comparison, ax=ours[1]), plots.cost([run("bare", 4)], ax=ours[2])
    assert drawn == tuple(ours)


def test_paired_shows_losses_ties_and_wins_that_add_up():
    ax = plots.paired(Comparison("bare", "full", Interval(0.2, 0.05, 0.35, 20), 0.04, wins=6, losses=2, ties=12, n=20))
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    assert bars == [(0, 2), (2, 12), (14, 6)]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["bare better: 2", "the same: 12", "full better: 6"]
    assert (ax.get_xlim(), ax.get_xlabel()) == ((0, 20), "examples (n = 20); gain +0.20 [+0.05, +0.35]")


def test_cost_puts_the_score_over_what_it_costs_and_names_the_unknown():
    priced = [run("bare", 4, tokens=5, usd=0.002), run("full", 8, tokens=30, usd=float("nan"))]
    ax = plots.cost(priced)
    assert ax.lines[0].get_xydata().tolist() == [[5, 0.4], [30, 0.8]]
    assert ax.get_xlabel() == "prompt tokens per example"
    assert [text.get_text() for text in ax.texts] == ["bare", "full"]
    ax = plots.cost(priced, x="usd_per_1000")
    assert ax.lines[0].get_xydata().round(6).tolist() == [[2, 0.4]]
    assert ax.get_xlabel() == "US dollars per 1,000 answers (unknown for full)"


def incomplete(method: str) -> Run:
    made = run(method, 4)
    made.table.loc[0, "score"] = float("nan")
    return made


def test_an_incomplete_run_has_a_word_in_place_of_a_dot():
    ax = plots.scores([run("bare", 4), incomplete("full")])
    ax.figure.canvas.draw()
    assert dots(ax) == [(0.4, 0)]
    assert [text.get_text() for text in ax.texts] == ["0.40", "incomplete: no score"]


def test_incomplete_runs_are_named_below_the_figure_of_costs_also_when_no_other_is_left():
    assert plots.cost([run("bare", 4), incomplete("full")]).get_xlabel() == "prompt tokens per example (unknown for full)"
    ax = plots.cost([incomplete(name) for name in "abcd"])
    ax.figure.canvas.draw()
    assert ax.get_xlabel() == "prompt tokens per example (unknown for 4 of 4 runs)"


def test_where_there_is_no_comparison_the_figure_says_why():
    ax = plots.paired(runs.compare(run("bare", 4), incomplete("full")))
    ax.figure.canvas.draw()
    assert "no comparison, 1 of 10 replies of full failed" in ax.texts[0].get_text()
    assert not ax.patches


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match="no runs to draw"):
        plots.scores([])
    with pytest.raises(ValueError, match="no column 'euros' to draw the score against; there are: method, model"):
        plots.cost([run("bare", 4)], x="euros")


def test_perfect_scores_and_wide_tables_draw_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        perfect = [run(f"method {number} with a long name", 10) for number in range(12)]
        for ax in (plots.scores(perfect, baseline=1.0), plots.cost(perfect), plots.paired(runs.compare(perfect[0], perfect[1]))):
            ax.figure.canvas.draw()


def test_outcomes_fill_a_bar_for_each_run():
    table = pd.DataFrame([{"model": "pocket", "method": "bare", "right": 0.25, "wrong": 0.25, "unreadable": 0.5, "n": 8}])
    ax = plots.outcomes(table, baseline=0.5, title="Half cannot be read")
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [(0, 0.25), (0.25, 0.25), (0.5, 0.5)]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["trivial baseline 0.50", "right", "wrong", "unreadable"]


def test_a_figure_is_shown_once_with_its_words_and_then_closed(monkeypatch):
    import IPython.display
    import matplotlib.pyplot as plt

    displays = []
    monkeypatch.setattr(IPython.display, "display", lambda *figures, **options: displays.append((figures, options)))
    ax = plots.scores([run("bare", 4)])
    plots.show(ax, alt="One dot, at 0.4.")
    assert displays == [((ax.figure,), {"metadata": {"image/png": {"alt": "One dot, at 0.4."}}})]
    assert plt.get_fignums() == []


def test_a_figure_without_words_is_not_shown():
    with pytest.raises(ValueError, match=r"alt=' ': say in a sentence or two what the figure shows"):
        plots.show(plots.scores([run("bare", 4)]), alt=" ")
