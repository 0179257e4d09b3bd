"""What a reader of the ladder must know beside it: what was not read, too many looks, the luck of a training, what costs mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.decide.findings import Findings

__all__ = ["notes"]


def notes(findings: Findings) -> list[str]:
    """One sentence each."""
    skipped = findings.skipped
    reasons = dict.fromkeys(skipped.values())
    left_out = [f"left out {', '.join(name for name, why in skipped.items() if why == reason)}: {reason}" for reason in reasons]
    unread = "; ".join(f"{rung.name}: {findings.readable(rung)}" for rung in findings.hard_to_read)
    more = [note for note in (unread, *findings.warnings, _looks(findings), _seeds(findings)) if note]
    return [*left_out, *more, f"costs: {findings.prices}"]


def _looks(findings: Findings) -> str:
    runs = [run for rung in findings.rungs for run in (rung.run, *rung.repeats)]
    last = max((run.look for run in runs if run.look), key=lambda look: look.number, default=None)
    if last is None or not last.over:
        return ""
    return f"the test split has had {last.number} looks, and {last.budget} are honest (--looks): rely on fresh test rows instead"


def _seeds(findings: Findings) -> str:
    """What the intervals of the trained rungs hold of the luck of a training."""
    tuned = [rung for rung in findings.rungs if rung.name in findings.trained]
    if not tuned:
        return ""
    names = ", ".join(rung.name for rung in tuned)
    if tuned[0].repeats:
        return f"the replies and classes shown of {names} are those of the first of {tuned[0].seeds} seeds"
    return f"{names}: trained once, so the intervals do not hold what another training run would change (--seeds 3)"
