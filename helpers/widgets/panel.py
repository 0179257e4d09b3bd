"""A question in a live notebook: a face that stays in the file, and below it buttons that live as long as their kernel."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.display import DisplayHandle
    from ipywidgets import HTML, DOMWidget, ToggleButtons

__all__ = ["NO_DEAD_BUTTONS", "Face", "Panel", "lettered", "listed", "listed_text", "place", "rewrite", "show"]

# A saved notebook keeps the place of the buttons but not the buttons; JupyterLab would print an error there when it is opened again.
NO_DEAD_BUTTONS = "<style>.jp-OutputArea-output.jupyter-widgets { display: none }</style>"


def lettered(options: Sequence[str], number: int) -> str:
    """Option `number` (from 0) as it is called: `b) more`."""
    return f"{chr(97 + number)}) {options[number]}"


def listed(options: Sequence[str], mark: int | None = None, note: str = "") -> str:
    """The options as an HTML list; option number `mark` has the note behind it. The letters are text, for themes number lists anew."""
    notes = [f" <b>← {note}</b>" if number == mark else "" for number in range(len(options))]
    items = [f"<li>{html.escape(lettered(options, number))}{behind}</li>" for number, behind in enumerate(notes)]
    return f'<ul style="list-style: none">{"".join(items)}</ul>'


def listed_text(options: Sequence[str], mark: int | None = None, note: str = "") -> str:
    """`listed` as plain text, a line for each option."""
    notes = [f" ← {note}" if number == mark else "" for number in range(len(options))]
    return "\n".join(f"   {lettered(options, number)}{behind}" for number, behind in enumerate(notes))


@dataclass(frozen=True)
class Face:
    """What an output says, as plain text and as HTML."""

    text: str
    html: str


def show(face: Face) -> DisplayHandle:
    """Put the face among the cell's outputs; `rewrite` changes it there."""
    from IPython.display import display

    return display(_bundle(face), raw=True, display_id=True)


def rewrite(handle: DisplayHandle, face: Face) -> None:
    """Put another face where `show` put one."""
    handle.update(_bundle(face), raw=True)


def _bundle(face: Face) -> dict[str, str]:
    return {"text/plain": face.text, "text/html": face.html}


def place(widget: DOMWidget) -> None:
    """Put a widget among the cell's outputs: where it cannot be shown, nothing stands."""
    from IPython.display import display

    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    display({**data, "text/plain": ""}, raw=True)


class Panel:
    """The face of a question, a row of lettered buttons, and a line that answers a click.

    `face` makes the face from the choice so far, the number of an option or None; `choose` gets the choice of a click and returns the
    line, as plain text. `choice` and `line` are those of an earlier click.
    """

    def __init__(
        self,
        title: str,
        options: Sequence[str],
        face: Callable[[int | None], Face],
        choose: Callable[[int], str],
        *,
        choice: int | None = None,
        line: str = "",
    ):
        self._face = face
        self._choose = choose
        self.row = _row(title, options, choice)
        self.line = _line(line)
        self.row.observe(lambda change: self._click(change["new"]), names="value")

    def show(self) -> None:
        """Display the face and, as an output of their own, the buttons: where they cannot be shown, nothing stands."""
        import ipywidgets

        self._handle = show(self._live_face())
        self._box = ipywidgets.VBox([self.row, self.line], layout={"margin": "0 0 12px 0"})
        place(self._box)

    def say(self, text: str) -> None:
        """Put the text into the line."""
        self.line.value = html.escape(text)

    def close(self) -> None:
        """Take the buttons away."""
        for widget in (self._box, self.row, self.line):
            widget.close()

    def _click(self, choice: int) -> None:
        self.say(self._choose(choice))
        rewrite(self._handle, self._live_face())

    def _live_face(self) -> Face:
        face = self._face(self.row.value)
        return Face(face.text, face.html + NO_DEAD_BUTTONS)


def _row(title: str, options: Sequence[str], choice: int | None) -> ToggleButtons:
    import ipywidgets

    letters = [(chr(97 + number), number) for number in range(len(options))]
    style = {"button_width": "3em", "description_width": "initial"}
    return ipywidgets.ToggleButtons(description=title, options=letters, value=choice, tooltips=tuple(options), style=style)


def _line(text: str) -> HTML:
    import ipywidgets

    return ipywidgets.HTML(html.escape(text))
