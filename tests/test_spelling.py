"""What a mistyped name was meant to be."""

from __future__ import annotations

import pytest

from helpers.spelling import did_you_mean


@pytest.mark.parametrize(("typed", "meant"), [("tset", "test"), ("Offlin", "offline"), ("offline", "offline")])
def test_the_nearest_name_is_told(typed: str, meant: str) -> None:
    assert did_you_mean(typed, ["test", "train", "offline"]) == f" (did you mean {meant!r}?)"


def test_where_nothing_is_near_nothing_is_told() -> None:
    assert did_you_mean("banana", ["test", "train"]) == ""
