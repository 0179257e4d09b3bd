"""Lesson 15's exercises: the stub waits, the solution passes, a plausible wrong answer is told why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.exercises import check
from helpers.runs import Run
from helpers.shrink import Shrunk


def groups(w: np.ndarray, bits: int, size: int = 64) -> np.ndarray:
    """The lesson's solution."""
    each = w.reshape(-1, size)
    scale = np.abs(each).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    scale[scale == 0] = 1
    return (np.round(each / scale) * scale).reshape(w.shape)


class File(Shrunk):
    """A shrunk model of one byte for each parameter; its folder is never read."""

    def __init__(self, name: str, parameters: int) -> None:
        super().__init__(name, Path(), "packed", parameters)

    @property
    def files(self) -> dict[str, int]:
        return {"model.safetensors": self.parameters}


def run(name: str, right: list[int], first: int = 0) -> Run:
    rows = [{"id": f"q{first + i}", "input": "", "target": "x", "score": float(one), "error": None} for i, one in enumerate(right)]
    return Run("facts", "bare", name, "dev", "exact", pd.DataFrame(rows), {}, {}, 0.0)


def stretch(mine: File, my_run: object) -> str:
    return check("15.stretch", mine, my_run, File("bfloat16", 1000), run("bfloat16", [1] * 86)).text


@pytest.mark.parametrize(("name", "stubs"), [("15.warmup", 1), ("15.core", 1), ("15.stretch", 2)])
def test_a_stub_waits(name: str, stubs: int) -> None:
    assert check(name, *[...] * stubs, None, None).state == "waiting"


def test_the_warmup_takes_the_number_with_scales() -> None:
    verdict = check("15.warmup", 13e9 * 4.25 / 8 / 1e9)
    assert verdict.state == "passed"
    assert "6.91 GB" in verdict.text


@pytest.mark.parametrize(
    ("gb", "why"),
    [
        (6.5, "scales are missing"),
        (55.25, "gigabits"),
        (6.90625e9, "these are bytes"),
        (6.432, "GiB"),
        (32.5, "shared by 64"),
        (3.0, "its share of a scale"),
        ("7", "a number of GB"),
    ],
)
def test_the_warmup_knows_the_usual_slips(gb: object, why: str) -> None:
    verdict = check("15.warmup", gb)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_the_core_takes_groups_with_scales_of_their_own() -> None:
    assert check("15.core", groups).state == "passed"


def cut_off(w: np.ndarray, bits: int, size: int) -> np.ndarray:
    each = w.reshape(-1, size)
    scale = np.maximum(np.abs(each).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1), 1e-30)
    return (np.trunc(each / scale + np.sign(each) * 1e-9) * scale).reshape(w.shape)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda w, bits, size: groups(w, bits, w.size), "a scale of its own"),
        (lambda w, bits, size: groups(w, bits, w.shape[1]), "a scale of its own"),
        (lambda w, bits, size: groups(w.reshape(-1, size), bits, size), "reshape the groups back"),
        (lambda w, bits, size: groups(np.where(w == 0, np.nan, w), bits, size), "a group of zeros"),
        (lambda w, bits, size: w, "round to whole numbers"),
        (cut_off, "to the nearest"),
        (7, "the function itself"),
    ],
)
def test_the_core_tells_what_went_wrong(wrong: object, why: str) -> None:
    verdict = check("15.core", wrong)
    assert verdict.state == "missed"
    assert why in verdict.text


def test_the_stretch_takes_half_the_bytes_without_a_loss_of_the_margin() -> None:
    text = stretch(File("palette, 5 bits", 450), run("palette, 5 bits", [1] * 86))
    assert "45% of the bytes" in text
    assert "a loss of 0.05 is ruled out" in text


@pytest.mark.parametrize(
    ("mine", "my_run", "why"),
    [
        (File("int8", 600), run("int8", [1] * 86), "half the reference"),
        (File("NF4", 400), run("int8", [1] * 86), "that you made"),
        (File("NF4", 400), run("NF4", [1] * 86, first=1), "the same questions"),
        (File("palette, 2 bits", 300), run("palette, 2 bits", [0] * 43 + [1] * 43), "it is worse"),
        (File("NF4", 400), run("NF4", [0] * 3 + [1] * 83), "undetermined, which is not as good"),
        (File("NF4", 400), 0.9, "and its run"),
    ],
)
def test_the_stretch_tells_what_is_missing(mine: File, my_run: object, why: str) -> None:
    assert why in stretch(mine, my_run)
