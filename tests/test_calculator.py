"""The calculator: what it does with what a model may write."""

from __future__ import annotations

import pytest

from helpers.methods.calculator import calculate


@pytest.mark.parametrize("text", ["1e999", "-1e999", "1e308 * 10", "1e999 - 1e999", "2e308 / 1e308"])
def test_a_value_that_is_not_finite_is_refused_like_any_other_mistake(text: str) -> None:
    with pytest.raises(ValueError, match="a number on the way is too large"):
        calculate(text)


def test_a_large_finite_value_is_given() -> None:
    assert calculate("1e308") == int(1e308)


def test_a_tower_of_powers_is_refused_before_it_is_computed() -> None:
    with pytest.raises(ValueError, match=r"cannot compute '9\*\*9\*\*9'; allowed are numbers"):
        calculate("9**9**9")
