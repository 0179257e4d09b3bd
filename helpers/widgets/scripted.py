"""Widgets with a script of their own, for keys and for clicks on a drawing: the script shows a state and sends what somebody did."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anywidget import AnyWidget

__all__ = ["line", "scripted"]

HERE = Path(__file__).parent


def scripted(name: str, state: Mapping[str, Any], act: Callable[[dict], Mapping[str, Any] | None]) -> AnyWidget:
    """A widget drawn by `name`.js. `act` gets each message of the script and returns the next state, or None where it stays."""
    widget = _kind(name)(state=dict(state))

    def answer(_: AnyWidget, message: dict, buffers: list) -> None:
        new = act(message)
        if new is not None:
            widget.state = dict(new)

    widget.on_msg(answer)
    return widget


@cache
def _kind(name: str) -> type:
    import anywidget
    import traitlets

    class Scripted(anywidget.AnyWidget):
        _esm = "\n".join((HERE / f"{part}.js").read_text(encoding="utf-8") for part in ("parts", name))
        state = traitlets.Dict().tag(sync=True)

    return Scripted


def line(value: Any, most: int = 10_000) -> str:
    """A value as it is shown: text as it is, anything else as JSON; cut after so many characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else text[: most - 1] + "…"
