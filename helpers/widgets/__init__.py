"""Things to click, each with a static face that reads the same without a kernel."""

from __future__ import annotations

from helpers.widgets.predictions import Prediction, predict
from helpers.widgets.recall import Question, Quiz, quiz

__all__ = ["Prediction", "Question", "Quiz", "predict", "quiz"]
