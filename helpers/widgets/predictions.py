"""Predict, run, explain: a guess written down before the run, and what was measured beside it after."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers import progress
from helpers.widgets.panel import Face, Panel, lettered, listed, listed_text, rewrite, show

if TYPE_CHECKING:
    from IPython.display import DisplayHandle

__all__ = ["Explanation", "Prediction", "predict"]

Measured = Any  # a number, or what prints as one: an interval, a comparison of runs
MOST = 6
RIGHT = "#0072b2"  # Okabe and Ito's blue; a word says the same
WRONG = "#d55e00"  # their vermilion
_session: dict[str, Prediction] = {}


class Prediction:
    """A question with options, the guess at it, and, once `answer` was called, the right option.

    Shown in a notebook: the question, its options, and buttons where somebody can click. `choice` is the number of the guess (from 0),
    None before; `late` says that the answer already stood there when it was made.
    """

    def __init__(self, name: str, question: str, options: Sequence[str]):
        self.name = name
        self.question = question
        self.options = tuple(options)
        self.choice: int | None = None
        self.late = False
        self.right: int | None = None
        self.measured = ""
        self._panel: Panel | None = None
        self._explained: DisplayHandle | None = None

    def choose(self, choice: int) -> str:
        """Take the guess, rewrite the explanation where it is already shown, and return what to say about it."""
        self.choice = choice
        self.late = self.right is not None
        self._keep()
        if self._explained:
            rewrite(self._explained, Explanation(self).face())
        return self._line()

    def answer(self, right: str, measured: Measured) -> Explanation:
        """The explanation: `right`, the option that the outputs make right, and `measured`, the number it was computed from.

        ValueError: `right` is not one of the options.
        """
        if right not in self.options:
            raise ValueError(
                f"prediction {self.name!r}: the right answer {right!r} is not one of its options: {', '.join(map(repr, self.options))}. "
                "Compute one of these from the outputs, or add the option that is missing."
            )
        self.right = self.options.index(right)
        self.measured = str(measured).rstrip(".")
        self._keep()
        if self._panel:
            self._panel.say(self._line())
        return Explanation(self)

    def _keep(self) -> None:
        """Put the guess, if there is one, into the learner's record."""
        if self.choice is not None:
            right = None if self.right is None else self.choice == self.right
            progress.guessed(self.name, self.options[self.choice], right, self.late)

    def _line(self) -> str:
        if self.choice is None:
            return ""
        if self.right is None:
            return f"You say {lettered(self.options, self.choice)}. Now run the cells below."
        guess, right = (lettered(self.options, number) for number in (self.choice, self.right))
        return f"{guess}: right." if guess == right else f"{guess}: not right, it is {right}."

    def __repr__(self) -> str:
        return f"Predict. {self.question}\n{listed_text(self.options, self.choice, 'your guess')}"

    def _repr_html_(self) -> str:
        return f"<p><b>Predict.</b> {html.escape(self.question)}</p>{listed(self.options, self.choice, 'your guess')}"

    def _ipython_display_(self) -> None:
        if not progress.live():
            raise NotImplementedError  # IPython then shows the static face
        if self._panel:
            self._panel.close()
        self._panel = Panel("Your guess", self.options, self._face, self.choose, choice=self.choice, line=self._line())
        self._panel.show()

    def _face(self, choice: int | None) -> Face:
        return Face(repr(self), self._repr_html_())


@dataclass(frozen=True, repr=False)
class Explanation:
    """What was measured, and beside it the guess, if there is one. A click on the prediction's buttons rewrites it where it is shown."""

    prediction: Prediction

    def verdict(self) -> str:
        """The guess, what was measured, and the right option: `You said a) fewer. Measured: 7 against 5. Not right: it is b) more.`"""
        prediction = self.prediction
        right = lettered(prediction.options, prediction.right)
        if prediction.choice is None:
            return f"Measured: {prediction.measured}. The answer is {right}."
        late = ", after the run" if prediction.late else ""
        guess = f"You said {lettered(prediction.options, prediction.choice)}{late}. Measured: {prediction.measured}."
        return f"{guess} {'Right.' if prediction.choice == prediction.right else f'Not right: it is {right}.'}"

    def face(self) -> Face:
        prediction = self.prediction
        color = "currentColor" if prediction.choice is None else RIGHT if prediction.choice == prediction.right else WRONG
        style = f"border-left:4px solid {color};padding:.4em .8em"
        return Face(self.verdict(), f'<div style="{style}">{html.escape(self.verdict())}</div>')

    def __repr__(self) -> str:
        return self.face().text

    def _repr_html_(self) -> str:
        return self.face().html

    def _ipython_display_(self) -> None:
        if not progress.live():
            raise NotImplementedError  # IPython then shows the static face
        self.prediction._explained = show(self.face())


def predict(name: str, question: str, options: Sequence[str]) -> Prediction:
    """A question to answer before the next cell runs: end the cell on what this returns, and call its `answer` after the run.

    name: lesson and word, "01.role", as exercises are named. options: 2 to 6, all different, of which exactly one will be right.
    Called again in the same session with the same words, it is the same prediction, with its guess. ValueError: a bad name, no question,
    too few, too many or equal options.

    >>> guess = predict("00.even", "How many of 1, 2 and 3 are even?", ["none", "one", "more"])
    >>> guess
    Predict. How many of 1, 2 and 3 are even?
       a) none
       b) one
       c) more
    >>> guess.answer("one", "1 of 3")
    Measured: 1 of 3. The answer is b) one.
    """
    options = _checked(name, question, options)
    before = _session.get(name)
    if before is None or (before.question, before.options) != (question, options):
        _session[name] = Prediction(name, question, options)
    return _session[name]


def _checked(name: str, question: str, options: Sequence[str]) -> tuple[str, ...]:
    if not (isinstance(name, str) and re.fullmatch(r"\d\d\.\w+", name)):
        raise ValueError(f'a prediction is named by its lesson and a word, such as "01.role"; got {name!r}')
    if not (isinstance(question, str) and question.strip()):
        raise ValueError(f"prediction {name!r} has no question: predict(name, question, options); got {question!r}")
    if isinstance(options, str) or not all(isinstance(option, str) and option.strip() for option in options):
        raise ValueError(f'prediction {name!r}: options is a list of texts, such as ["fewer", "more"]; got {options!r}')
    if not 2 <= len(options) <= MOST or len(set(options)) < len(options):
        raise ValueError(f"prediction {name!r} needs 2 to {MOST} options, all different; got {list(options)!r}")
    return tuple(options)
