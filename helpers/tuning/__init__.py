"""Tuning: one call each for full fine-tuning, LoRA, prompt tuning and QLoRA, of causal and encoder-decoder models.

>>> tuned = lora("pocket", load_task("reviews"), template=method)          # doctest: +SKIP
>>> runs.run(method, load_task("reviews"), tuned.model())                  # doctest: +SKIP
"""

from __future__ import annotations

import helpers.models  # noqa: F401  (before torch: it sets how threads wait)
from helpers.tuning import distilling, students
from helpers.tuning.bases import open_base
from helpers.tuning.curves import Live, draw, draw_learning
from helpers.tuning.fitting import fit, full, learning_curve, lora, prompt_tuning, qlora
from helpers.tuning.recorded import read_recorded, read_trainings, record, recorded_run
from helpers.tuning.rows import to_chat_jsonl
from helpers.tuning.tuned import Tuned, read

__all__ = [
    "fit", "full", "lora", "prompt_tuning", "qlora", "Tuned", "read", "open_base",
    "record", "read_recorded", "read_trainings", "recorded_run", "Live", "draw", "draw_learning", "learning_curve", "to_chat_jsonl",
    "distilling", "students",
]  # fmt: skip
