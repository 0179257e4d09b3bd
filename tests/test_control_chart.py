"""The control chart: limits, alarms, and columns that are not there."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers import tracking

DAYS = pd.DataFrame({"bad": [0, 1, 0, 5], "words": [60.0, 61.0, 40.0, 62.0]}, index=pd.Index([1, 2, 3, 4], name="day"))


def alarms(ax) -> list[tuple[float, float]]:
    (line,) = [line for line in ax.lines if line.get_label() == "alarm"]
    return list(zip(line.get_xdata(), line.get_ydata()))


def test_what_lies_outside_its_limits_is_marked_in_a_panel_of_its_own() -> None:
    lowest = tracking.control_chart(DAYS, {"bad": (0, 3), "words": (50, 70)})
    upper = lowest.figure.axes[0]
    assert (alarms(upper), alarms(lowest)) == ([(4, 5)], [(3, 40.0)])


def test_a_value_on_its_limit_raises_no_alarm() -> None:
    assert alarms(tracking.control_chart(DAYS, {"bad": (0, 5)})) == []


def test_a_limit_of_zero_is_no_line_and_the_others_are_dashed() -> None:
    dashed = [line.get_ydata()[0] for line in tracking.control_chart(DAYS, {"bad": (0, 3)}).lines if line.get_linestyle() == "--"]
    assert dashed == [3]


@pytest.mark.parametrize("limits", [{}, {"length": (0, 3)}])
def test_a_chart_without_a_column_to_draw_says_which_there_are(limits) -> None:
    with pytest.raises(ValueError, match=r"needs limits for columns of the table; got .*, the table has \['bad', 'words'\]"):
        tracking.control_chart(DAYS, limits)
