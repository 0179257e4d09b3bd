"""Bits: numbers come back exactly, whatever their width and count, and take the bytes that they should."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.shrink.packing import pack, unpack


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9, 1001])
def test_numbers_come_back_exactly_for_every_width_and_odd_counts(bits: int, count: int) -> None:
    numbers = np.random.default_rng(bits).integers(0, 2**bits, count)
    packed = pack(numbers, bits)
    assert packed.dtype == np.uint8
    assert len(packed) == (count * bits + 7) // 8
    assert unpack(packed, bits, count).tolist() == numbers.tolist()


def test_three_bits_run_across_the_borders_of_bytes() -> None:
    # lowest bit first: 5 = 101, 6 = 011, 7 = 111, 1 = 100 in file order; 10101111 and 1100 read as bytes from the lowest bit
    assert pack(np.array([5, 6, 7, 1]), 3).tolist() == [0b11110101, 0b0011]


def test_a_matrix_is_packed_row_by_row() -> None:
    assert pack(np.array([[1, 0], [0, 1]]), 4).tolist() == [0x01, 0x10]


def test_a_number_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="3 bits hold 0 to 7, got 1 to 8"):
        pack(np.array([1, 8]), 3)
    with pytest.raises(ValueError, match="got -1 to 1"):
        pack(np.array([1, -1]), 3)


def test_a_cut_file_is_refused() -> None:
    with pytest.raises(ValueError, match=r"10 numbers of 3 bits are 4 bytes, got 3"):
        unpack(np.zeros(3, dtype=np.uint8), 3, 10)


@pytest.mark.parametrize("bits", [0, 9, 2.5])
def test_widths_outside_a_byte_are_refused(bits: float) -> None:
    with pytest.raises(ValueError, match="a number in a byte has 1 to 8 bits"):
        pack(np.array([0]), bits)
