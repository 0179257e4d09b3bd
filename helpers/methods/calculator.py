"""A calculator for what models write: arithmetic only, and nothing is executed."""

from __future__ import annotations

import ast
import math
import operator

__all__ = ["calculate"]

_LONGEST = 200  # characters
_BINARY = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_UNARY = {ast.UAdd: operator.pos, ast.USub: operator.neg}


def calculate(expression: str) -> int | float:
    """The value of an expression of numbers, + - * / and parentheses; whole results as int, others to 10 decimals.

    The text is parsed, never evaluated as Python, so a model may write anything.
    ValueError: it is not such an expression, or its value is not finite.

    >>> calculate("47 + 85 - 19"), calculate("(2 + 3) * 1.5")
    (113, 7.5)
    """
    allowed = "allowed are numbers, + - * / and parentheses, as in calculate('12 * (3 + 4)')"
    if len(expression) > _LONGEST:
        raise ValueError(f"the expression has {len(expression)} characters, the most is {_LONGEST}; {allowed}")
    try:
        value = _value(ast.parse(expression.strip(), mode="eval").body)
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"cannot compute {expression!r}; {allowed}") from None
    except (ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"cannot compute {expression!r}: {error}") from None
    if not math.isfinite(value):
        raise ValueError(f"cannot compute {expression!r}: a number on the way is too large, the largest is about 1.8e308")
    return int(value) if value == int(value) else round(value, 10)


def _value(node: ast.AST) -> int | float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _BINARY[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        return _UNARY[type(node.op)](_value(node.operand))
    raise ValueError(type(node).__name__)
