"""The one door to any model: `load("pocket")`, `load("hf:...")`, `load("openai:name@url")`."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is first imported: without it a busy machine is 15 times slower

from helpers.models.door import Model, load, wrap
from helpers.models.reply import ModelError, Reply

__all__ = ["load", "wrap", "Model", "Reply", "ModelError"]
