"""What a function does, as text that is the same in every process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import CodeType, FunctionType, MethodType

__all__ = ["code"]


def code(function: Callable, outer: tuple = ()) -> str:
    """Byte code, constants and captured values; the function's name where it has no code (str.strip).

    `outer` holds the functions that captured this one: one that captured itself is named there and not entered again.
    """
    if isinstance(function, partial):
        return repr(_plain([function.func, function.args, function.keywords], outer))
    found = getattr(function, "__code__", None)
    if found is None or function in outer:
        return getattr(function, "__qualname__", repr(function))
    captured = [cell.cell_contents for cell in function.__closure__ or ()]
    return _byte_code(found) + repr(_plain([captured, function.__defaults__, function.__kwdefaults__], (*outer, function)))


def _plain(value: object, outer: tuple) -> object:
    """The value with its functions as code: their own text holds an address."""
    if type(value) in (list, tuple):
        return type(value)(_plain(one, outer) for one in value)
    if type(value) is dict:
        return {name: _plain(one, outer) for name, one in value.items()}
    return code(value, outer) if isinstance(value, FunctionType | MethodType | partial) else value


def _byte_code(found: CodeType) -> str:
    inner = [_byte_code(c) if isinstance(c, CodeType) else repr(sorted(c) if isinstance(c, frozenset) else c) for c in found.co_consts]
    return found.co_code.hex() + repr(found.co_names) + "".join(inner)
