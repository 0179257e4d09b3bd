"""What a function does, as text that is the same in every process.

A function is its byte code and what that reaches: constants, defaults, captured values, the object it is bound to, and the globals
that its body names. What Python or an installed package brings is known by its name.
"""

from __future__ import annotations

import copyreg
import dis
import sys
import sysconfig
import types
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from inspect import getattr_static
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from helpers.storage import short

__all__ = ["code"]

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_FUNCTIONS = (FunctionType, staticmethod, classmethod, property, cached_property)
_NATIVE = (types.BuiltinFunctionType, types.MethodDescriptorType, types.ClassMethodDescriptorType,
           types.WrapperDescriptorType, types.MethodWrapperType)  # fmt: skip
_GLOBAL = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}
_DEEPEST = 60  # things inside things; the next one is its name
_OURS = Path(__file__).resolve().parent
_PYTHON = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")]


def code(function: Callable) -> str:
    """Text that changes with all that decides what a callable answers; its name where it has no code (str.strip).

    Differs from `inspect.getsource`, which sees neither captured values nor globals, and from pickle, which writes only a function's
    name. Limits: what is reached through a module (`settings.LIMIT`), and the inside of installed packages, are not looked at.
    """
    running = _running.get()
    if running:  # a fingerprint that this walk asked for
        return running.text(function)
    token = _running.set(walk := _Walk())
    try:
        return walk.text(function)
    finally:
        _running.reset(token)


@dataclass
class _Walk:
    """One way through all that a function reaches. What is met again is not entered again, so circles end."""

    met: dict[int, tuple[object, str]] = field(default_factory=dict)  # holds the objects too, so that their ids stay theirs
    depth: int = 0

    def text(self, value: Any) -> str:
        if type(value) in _PLAIN:
            return repr(value)
        if id(value) in self.met:
            return self.met[id(value)][1]
        self.met[id(value)] = value, f"<{_name(value)}>"  # all that is said of it while inside it
        if self.depth < _DEEPEST:
            self.depth += 1
            inside = self._inside(value)
            self.depth -= 1
            self.met[id(value)] = value, inside if len(inside) < 80 else short(inside)
        return self.met[id(value)][1]

    def _inside(self, value: Any) -> str:
        if type(value) in (list, tuple):
            return f"{_name(value)}({self._all(value)})"
        if type(value) in (set, frozenset):
            return f"set({', '.join(sorted(map(self.text, value)))})"
        if type(value) is dict:
            return f"dict({self._all(part for pair in value.items() for part in pair)})"
        if isinstance(value, CodeType):
            return f"{value.co_code.hex()} {value.co_names} {self._all(value.co_consts)}"
        if isinstance(value, FunctionType):
            return self._function(value)
        if isinstance(value, MethodType):
            return f"{self.text(value.__func__)} of {self.text(value.__self__)}"
        if isinstance(value, type):
            return self._class(value)
        return self._native(value) if isinstance(value, _NATIVE) else self._object(value)

    def _all(self, values: Iterable) -> str:
        return ", ".join(map(self.text, values))

    def _function(self, function: FunctionType) -> str:
        captured = [_content(cell) for cell in function.__closure__ or ()]
        if _is_library(function.__globals__.get("__file__")):
            return f"{_name(function)} {self._all([*captured, getattr(function, '__wrapped__', None)])}" if captured else _name(function)
        known = {name: function.__globals__[name] for name in _globals(function.__code__) if name in function.__globals__}
        notes = {name: value for name, value in vars(function).items() if name != "__wrapped__"}
        return self._all([function.__code__, captured, function.__defaults__, function.__kwdefaults__, known, notes])

    def _class(self, kind: type) -> str:
        if _is_library_class(kind):
            return _name(kind)
        members = {name: vars(kind)[name] for name in sorted(vars(kind))}
        members = {name: value for name, value in members.items() if not name.startswith("__") or isinstance(value, _FUNCTIONS)}
        return f"{_name(kind)} {self._all([members, kind.__bases__])}"

    def _native(self, routine: Callable) -> str:
        """A function that is not written in Python, perhaps bound to a value, as in `{"a": "b"}.get`."""
        owner = getattr(routine, "__self__", None)
        return _name(routine) if owner is None or isinstance(owner, ModuleType) else f"{_name(routine)} of {self.text(owner)}"

    def _object(self, value: Any) -> str:
        if isinstance(value, ModuleType):
            return _name(value)
        if fingerprint := _own_fingerprint(value):
            return f"{_name(value)} {fingerprint}"
        inner = next((part for part in _wrapped(value) if part is not None), None)
        if inner is not None:
            return f"{_name(value)} {self.text(inner)}"
        return f"{_name(value)} {self._all(_parts(value))}"


_running: ContextVar[_Walk | None] = ContextVar("_running", default=None)


def _parts(value: Any) -> list:
    """What pickle would write of an object, without values that `cached_property` only remembers; its attributes if it cannot."""
    if hasattr(type(value), "detach"):  # a tensor, whose pickle holds an address
        return [str(value.dtype), value.detach().cpu().float().numpy()]
    try:
        reduced = copyreg.dispatch_table.get(type(value), lambda thing: thing.__reduce_ex__(2))(value)
    except Exception:  # a lock, an open file, or the object's own refusal
        return [dict(value)] if isinstance(value, Mapping) else [getattr(value, "__dict__", None)]
    if isinstance(reduced, str):
        return [reduced]
    made_by, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
    if isinstance(state, dict):
        state = {name: part for name, part in state.items() if not isinstance(getattr(type(value), name, None), cached_property)}
    return [made_by, arguments, state, list(items or ()), list(pairs or ())]


def _own_fingerprint(value: Any) -> str:
    """What models, methods and indexes say of themselves."""
    names = ("fingerprint", "spec") if _attribute(value, "ask_many") else ("fingerprint",)
    values = [_attribute(value, name) for name in names]
    return next((text for text in values if isinstance(text, str)), "")


def _wrapped(value: Any) -> tuple:
    """The functions inside a property, a `cached_property`, or a wrapper such as `functools.cache` makes."""
    if isinstance(value, property):
        return value.fget, value.fset
    return (value.func,) if isinstance(value, cached_property) else (_attribute(value, "__wrapped__"),)


def _attribute(value: Any, name: str) -> Any:
    """An attribute that is there; nothing is made up on asking, as a mock does."""
    return getattr(value, name, None) if getattr_static(value, name, None) is not None else None


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _globals(code: CodeType) -> list[str]:
    """The global names that a body reads, with those of the functions written inside it."""
    names = {step.argval for step in dis.get_instructions(code) if step.opname in _GLOBAL}
    for inner in code.co_consts:
        names.update(_globals(inner) if isinstance(inner, CodeType) else ())
    return sorted(name for name in names if not name.startswith("__"))


def _name(value: Any) -> str:
    """The name of a module, class or function, of an object its class's; a library's with its module."""
    if isinstance(value, ModuleType):
        return value.__name__
    named = value if isinstance(value, (type, FunctionType, *_NATIVE)) else type(value)
    name = getattr(named, "__qualname__", type(value).__name__)
    module = getattr(named, "__module__", None)
    return f"{module}.{name}" if _is_library(getattr(sys.modules.get(module), "__file__", None)) else name


def _is_library_class(kind: type) -> bool:
    module = kind.__module__
    return module in sys.builtin_module_names or _is_library(getattr(sys.modules.get(module), "__file__", None))


@cache
def _is_library(file: str | None) -> bool:
    """Whether a file belongs to Python or an installed package other than this one."""
    path = Path(file).resolve() if file else _OURS
    installed = {"site-packages", "dist-packages"}.intersection(path.parts) or any(map(path.is_relative_to, _PYTHON))
    return bool(installed) and not path.is_relative_to(_OURS)
