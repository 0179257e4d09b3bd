"""What a reply with steps says: its last number, and the equations in it that do not hold."""

from __future__ import annotations

import re

from helpers.methods.calculator import calculate

__all__ = ["false_steps", "last_number"]

_EQUATION = re.compile(
    r"(?<![-\d.,/])(?<![-+*/=] )(?<!\d x )"  # no number, sign or = right before it: not the end of a longer line
    r"(\d+) ([-+x*]) (\d+) = (-?\d+)"
    r"(?![\d/]|[.,]\d| ?[-+x*/] ?\d)"  # and the line does not go on after it
)


def last_number(reply: str) -> str:
    """The last whole number of a reply, without commas. ValueError: there is none.

    >>> last_number("12 + 5 = 17. The answer is 1,017.")
    '1017'
    """
    numbers = re.findall(r"(?<!\d)-?\d+|\d+", reply.replace(",", ""))
    if not numbers:
        raise ValueError(f"no number in {reply[:60]!r}")
    return numbers[-1]


def false_steps(reply: str) -> list[str]:
    """The equations of two whole numbers in a reply that do not hold, as they stand there.

    A longer line is not read: "3 + 4 + 2 = 9" and "3 + 4 = 2 + 5" hold, though their parts "4 + 2 = 9" and "3 + 4 = 2" do not.

    >>> false_steps("17 - 13 = 4. 4 x 3 = 13. The answer is 13.")
    ['4 x 3 = 13']
    """
    return [m[0] for m in _EQUATION.finditer(reply) if calculate(f"{m[1]}{m[2].replace('x', '*')}{m[3]}") != int(m[4])]
