"""Two outputs agree when only the last places of long decimals differ; a changed score, count, name or word never agrees."""

from __future__ import annotations

import pytest

from helpers.workbook.tolerance import agree


@pytest.mark.parametrize(
    ("committed", "executed"),
    [
        ("LoRA + NF4  0.448", "LoRA + NF4  0.449"),
        ("<td>0.448</td>", "<td>0.450</td>"),
        ("loss 9.248, 0.106", "loss 9.241, 0.106"),
        ("0.816667", "0.816012"),
        ("0.30000000000000004", "0.2999999999999"),
        ("-0.001", "0.001"),
        ("44.8%", "44.9%"),
        ("1.2345e-05", "1.2346e-05"),
        ("9.9995e+06", "1.0000e+07"),
        ("1,234.568 tokens", "1,234.571 tokens"),
        ("a   9.999", "a  10.001"),
        ("[0.371, 0.520].", "[0.372, 0.520]."),
    ],
)
def test_the_last_places_of_a_decimal_may_differ(committed: str, executed: str) -> None:
    assert agree(committed, executed)
    assert agree(executed, committed)


@pytest.mark.parametrize(
    ("committed", "executed"),
    [
        ("0.448", "0.463"),  # a score
        ("0.816667", "0.820000"),  # one example more of 300
        ("0.81 [0.75, 0.86], n=200", "0.82 [0.75, 0.86], n=200"),
        ("0.81 [0.75, 0.86], n=200", "0.81 [0.76, 0.86], n=200"),
        ("44.8%", "45.3%"),
        ("45%", "46%"),
        ("right in 17 of 18", "right in 18 of 18"),
        ("1,000", "1,001"),
        ("1.5e-05", "1.6e-05"),
        ("0.448 higher", "0.448 lower"),
        ("p = 0.448", "p < 0.448"),
        ("0.448, 0.449", "0.448"),
        ("0.448", "0.4481"),
        ("0.448", "44.8%"),
        ("0.448%", "0.448"),
    ],
)
def test_a_changed_score_count_or_word_does_not_agree(committed: str, executed: str) -> None:
    assert not agree(committed, executed)
    assert not agree(executed, committed)


@pytest.mark.parametrize("name", ["v0.448", "model-0.448", "0.448B", "2.0.448", "0.448.1", "0.448-int", "x_0.448"])
def test_a_number_that_is_part_of_a_name_must_be_the_same(name: str) -> None:
    assert agree(name, name)
    assert not agree(name, name.replace("448", "449"))
