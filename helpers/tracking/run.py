"""How a run is logged: parameters, template, metrics, one text an example, the table of examples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.runs import Run
    from helpers.tracking.tracker import Tracker

__all__ = ["log_run"]

_ABOUT = ("id", "target", "answer", "score", "tokens_in", "tokens_out", "seconds", "usd", "cached", "error")


def log_run(tracker: Tracker, run: Run, prefix: str = "") -> None:
    """Log the run; `prefix` begins the names of its parameters, metrics and table."""
    tracker.log_parameters({prefix + name: value for name, value in _parameters(run).items()})
    tracker.log_metrics({prefix + name: value for name, value in _metrics(run).items()})
    about = {"run": prefix.rstrip("."), "method": run.method, "model": run.model, "task": run.task, "split": run.split}
    about = {name: value for name, value in about.items() if value}
    if run.template:
        tracker.log_text(run.template["text"], {"kind": "template", **about, **run.template})
    for text, row in _texts(run):
        tracker.log_text(text, {"kind": "example", **about, **row})
    tracker.log_table(prefix + "examples", run.table)


def _parameters(run: Run) -> dict:
    template = {f"template_{name}": value for name, value in run.template.items()}
    head = {"task": run.task, "method": run.method, "model": run.model, "split": run.split, "metric": run.metric, "n": len(run.table)}
    recorded = {"recorded": run.recorded} if run.recorded else {}
    return {**head, **recorded, **template, "settings": run.settings}


def _metrics(run: Run) -> dict[str, float]:
    """The summary's numbers, and totals; a cost that is not known is left out."""
    summary = {name: value for name, value in run.summary().items() if name not in ("method", "model", "split", "n", "recorded")}
    totals = {f"{name}_total": run.table[name].sum(skipna=False) for name in ("tokens_in", "tokens_out", "usd")}
    numbers = {**summary, **totals, "wall_seconds": run.seconds}
    return {name: value for name, value in numbers.items() if not math.isnan(value)}


def _texts(run: Run) -> Iterator[tuple[str, dict]]:
    """Prompt and reply of each example, with its row of the table and the template behind it."""
    template = {f"template_{name}": run.template[name] for name in ("name", "version", "fingerprint") if name in run.template}
    for number, row in enumerate(run.table.to_dict("records")):
        turns = [*row["messages"], {"role": "assistant", "content": row["reply"]}]
        yield "\n\n".join(map(_turn, turns)), {"example": number, **{name: row[name] for name in _ABOUT}, **template}


def _turn(message: Mapping) -> str:
    calls = "".join(f"\n{call['function']}" for call in message.get("tool_calls") or [])
    return f"[{message['role']}]\n{message.get('content') or ''}{calls}"
