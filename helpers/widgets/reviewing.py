"""Review the rows of a labeling queue one by one, with keys or buttons; each decision is saved as it is made."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from helpers import progress
from helpers.widgets.panel import NO_DEAD_BUTTONS, Face, place, rewrite, show
from helpers.widgets.scripted import line, scripted

if TYPE_CHECKING:
    from helpers.curation import Decision, Queue

__all__ = ["Review", "review"]

PAUSE = 300.0  # seconds: a longer look at one row counts as a break
LISTED = 8  # rows in the static face
WORDS = {"": "open", "keep": "kept", "change": "changed", "unsure": "unsure"}
STEPS = {"back": -1, "forward": 1}


class Review:
    """A queue in front of a reviewer. `position` is the place of the row that is shown, from 0."""

    def __init__(self, queue: Queue):
        self.queue = queue
        self.position = queue.next_open() or 0
        self._since = monotonic()
        self._handle = None

    def act(self, message: Mapping) -> dict:
        """Do what a key or a button asks for, and return what is to be shown then. A message about another row does nothing: it is late."""
        said = ""
        if self.queue.rows and message.get("id") == self._id():
            try:
                said = self._do(message["act"], message.get("value"))
            except (ValueError, OSError) as error:
                said = f"Not saved: {error}"
        if self._handle and message.get("act") not in STEPS:
            rewrite(self._handle, self._live_face())
        return self.view(said)

    def view(self, said: str = "") -> dict[str, Any]:
        """What the script shows: the row, what stands about it, and how far the queue is."""
        counts = self.queue.counts()
        common = {"labels": self.queue.labels, "rows": counts.rows, "done": counts.done, "counts": str(counts), "said": said}
        if not self.queue.rows:
            return {**common, "id": "", "where": "No rows to review", **dict.fromkeys(_EMPTY, "")}
        row = self.queue.rows[self.position]
        state = self.queue.state(row["id"])
        return {
            **common,
            "id": row["id"],
            "where": f"Row {self.position + 1} of {counts.rows}",
            "text": line(row["input"]),
            "context": " · ".join(f"{field}: {line(row[field], 200)}" for field in row if field not in ("id", "input", "target")),
            "proposed": _label(row["target"]),
            "standing": _standing(state),
            "draft": _label(state.label),
            "note": state.note,
            "pressed": f"={state.label}" if state.decision == "change" and self.queue.labels else state.decision,
        }

    def _id(self) -> str:
        return self.queue.rows[self.position]["id"]

    def _do(self, act: str, value: Any) -> str:
        if act in STEPS:
            self._go((self.position + STEPS[act]) % len(self.queue.rows))
            return ""
        if act == "undo":
            return self._undo()
        if act == "note":
            self.queue.note(self._id(), value)
            return "Note saved."
        return self._decide(act, value)

    def _decide(self, act: str, value: Any) -> str:
        target = self.queue.rows[self.position]["target"]
        label = _parsed(value, target) if act in ("label", "change") else None
        decision = act if act in ("keep", "unsure") else "keep" if label == target else "change"
        seconds = round(min(monotonic() - self._since, PAUSE), 1)
        state = self.queue.decide(self._id(), decision, label if decision == "change" else None, seconds=seconds)
        said = f"Row {self.position + 1}{_standing(state)}"
        following = self.queue.next_open(self.position + 1)
        if following is None:
            return f"{said}. All rows are reviewed."
        self._go(following)
        return f"{said}."

    def _undo(self) -> str:
        id = self.queue.undo()
        if id is None:
            return "Nothing to take back."
        self._go(next(number for number, row in enumerate(self.queue.rows) if row["id"] == id))
        return f"Taken back: the last step, about row {self.position + 1}."

    def _go(self, position: int) -> None:
        self.position = position
        self._since = monotonic()

    def __repr__(self) -> str:
        rows, more = self._listed()
        cells = [f"{number}. [{standing}] {label}: {text}" for number, (text, label, standing, _) in enumerate(rows, 1)]
        return "\n".join([f"Review. {self.queue.counts()}.", *cells, *more])

    def _repr_html_(self) -> str:
        return f"<p><b>Review.</b> {html.escape(str(self.queue.counts()))}.</p>{self._table()}"

    def _ipython_display_(self) -> None:
        if not progress.live():
            raise NotImplementedError  # IPython then shows the static face
        self._since = monotonic()
        self._handle = show(self._live_face())
        place(scripted("reviewing", self.view(), self.act))

    def _live_face(self) -> Face:
        said = html.escape(str(self.queue.counts()))
        return Face(repr(self), f"<details><summary><b>Review.</b> {said}</summary>{self._table()}</details>{NO_DEAD_BUTTONS}")

    def _listed(self) -> tuple[list[tuple[str, str, str, str]], list[str]]:
        """Text, proposed label, what stands, and note of a few rows, reviewed ones first; and how many there are more."""
        pairs = [(row, self.queue.state(row["id"])) for row in self.queue.rows]
        pairs.sort(key=lambda pair: not pair[1].decision)
        rows = [
            (line(row["input"], 80), _label(row["target"]), _standing(state).strip(" ,") or "open", state.note)
            for row, state in pairs[:LISTED]
        ]
        return rows, [f"and {len(pairs) - LISTED} more"] if len(pairs) > LISTED else []

    def _table(self) -> str:
        rows, more = self._listed()
        head = "".join(f"<th>{word}</th>" for word in ("text", "proposed label", "reviewed", "note"))
        body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{''.join(f'<p>{words}</p>' for words in more)}"


_EMPTY = ("text", "context", "proposed", "standing", "draft", "note", "pressed")


def _label(value: Any) -> str:
    return "none" if value is None else line(value)


def _standing(state: Decision) -> str:
    """What was decided, as it goes on behind the label."""
    to = f" to {_label(state.label)}" if state.decision == "change" else ""
    return f", {WORDS[state.decision]}{to}" if state.decision else ""


def _parsed(value: str, target: Any) -> Any:
    """What was typed or chosen as a label: JSON where the proposed label is no text. ValueError: it is not JSON."""
    if isinstance(target, str) or target is None:
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f'{value!r} is no JSON; write the label like the proposed one, such as ["a", "b"]') from error


def review(queue: Queue) -> Review:
    """A queue to review: end the cell on what this returns. Keys: k keep, 1 to 9 choose a label, u unsure, z undo, n note, ← and → move.

    queue: what `curation.queue` made. Without labels to choose from, c opens a line for another label.
    """
    return Review(queue)
