"""How long a run lasts, by tokens or by minutes, and the learning rate on the way."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from pocket_maker.train.recipe import Preset

__all__ = ["until", "progress", "seconds_left", "rate"]


def until(preset: Preset, *, tokens: float | None = None, minutes: float | None = None) -> Preset:
    """The preset with another end. ValueError: both are given, or what is given is no positive number.

    >>> until(Preset(1000), minutes=9.4).minutes
    9.4
    """
    if tokens is not None and minutes is not None:
        raise ValueError(f"a run ends by tokens or by minutes, not by both: got tokens {tokens:g} and minutes {minutes:g}; leave one out")
    for name, value in (("tokens", tokens), ("minutes", minutes)):
        if value is not None and not 0 < value < math.inf:
            raise ValueError(f"{name} must be a positive number, got {value:g}; leave it out for the preset's own end")
    if tokens is not None:
        return replace(preset, tokens=max(1, int(tokens)), minutes=None)
    return preset if minutes is None else replace(preset, minutes=minutes)


def progress(preset: Preset, state: dict[str, Any]) -> float:
    """The share of the run that lies behind `state`: of its minutes where it has any, else of its tokens; 1 or more at the end."""
    return state["seconds"] / (60 * preset.minutes) if preset.minutes else state["tokens"] / preset.tokens


def seconds_left(preset: Preset, state: dict[str, Any], speed: float) -> int:
    """Seconds to the end of the run, at `speed` tokens a second."""
    left = 60 * preset.minutes - state["seconds"] if preset.minutes else (preset.tokens - state["tokens"]) / speed
    return max(0, round(left))


def rate(preset: Preset, done: float, step: int) -> float:
    """The learning rate's share of its peak after `done` (0 to 1) of the run, in step `step` (from 0) since the start or the last resume.

    It rises over the preset's `warmup` steps, is level to its `level`, then falls in a line to its `floor`. Warmup-stable-decay: a stopped
    run can be prolonged without having decayed too early (Hu et al., 2024, arXiv:2404.06395).
    """
    decay = 1.0 if done < preset.level else max(preset.floor, (1 - done) / (1 - preset.level))
    return decay * min(1.0, (step + 1) / preset.warmup)
