"""Numbers of 1 to 8 bits, packed without a gap: 3-bit numbers run across the borders of bytes, as nothing else would be 3 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

__all__ = ["pack", "unpack"]


def pack(numbers: numpy.ndarray, bits: int) -> numpy.ndarray:
    """Whole numbers from 0 to 2^bits - 1, of any shape, as ceil(n * bits / 8) bytes, lowest bit first.

    ValueError: a number that does not fit.

    >>> import numpy as np
    >>> pack(np.array([1, 2, 3]), 3).tolist()  # 001, 010, 011: 11 010 001 and 0
    [209, 0]
    """
    import numpy as np

    _check(bits)
    flat = np.asarray(numbers).reshape(-1)
    if flat.size and not (flat.min() >= 0 and flat.max() < 2**bits):
        raise ValueError(f"{bits} bits hold 0 to {2**bits - 1}, got {flat.min()} to {flat.max()}; use more bits or fewer values")
    each = np.unpackbits(flat.astype(np.uint8)[:, None], axis=1, count=bits, bitorder="little")
    return np.packbits(each.reshape(-1), bitorder="little")


def unpack(packed: numpy.ndarray, bits: int, count: int) -> numpy.ndarray:
    """The first `count` numbers of what `pack` wrote, as uint8.

    ValueError: the bytes are too few, or more than `count` numbers need.

    >>> import numpy as np
    >>> unpack(np.array([209, 0], dtype=np.uint8), 3, 3).tolist()
    [1, 2, 3]
    """
    import numpy as np

    _check(bits)
    need = -(-count * bits // 8)
    if packed.size != need:
        raise ValueError(f"{count} numbers of {bits} bits are {need} bytes, got {packed.size}: the file is cut, or of other bits")
    each = np.unpackbits(packed, count=count * bits, bitorder="little").reshape(count, bits)
    return np.packbits(each, axis=1, bitorder="little").reshape(-1)


def _check(bits: int) -> None:
    if bits not in range(1, 9):
        raise ValueError(f"bits={bits!r}: a number in a byte has 1 to 8 bits")
