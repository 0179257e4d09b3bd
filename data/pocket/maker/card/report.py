"""The report card of the pocket model: everything in it is measured by one command, `ladder pocket card`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.storage import read_json
from pocket_maker.card import bits, embedder, families, lines, phenomena, speed, tasks
from pocket_maker.card.desk import Desk, open_desk
from pocket_maker.card.text import table

if TYPE_CHECKING:
    from pocket_maker.card.lines import Result

__all__ = ["write_card"]

CURVE = 12  # rows of the loss table
LOSSES = ("tokens", "training loss")  # the columns of a curve that does not name them
EARLY = 0.27  # the share of a run in which the held-out loss may still fall
SHAPE = {
    "hidden": "hidden_size", "layers": "num_hidden_layers", "heads": "num_attention_heads", "KV heads": "num_key_value_heads",
    "FFN": "intermediate_size", "vocabulary": "vocab_size", "context": "max_position_embeddings",
}  # fmt: skip
NOTES = {
    "Targets": "On entities and phrasings that training never saw. The interval is 95%: Wilson's for shares, a bootstrap for F1.\n"
    '"Met" means that the measured value reaches the target.',
    "Hand-written tasks": "The dev splits, not written by the corpus: the gap to the lines above is what the lessons are about.\n"
    "No test split is used. Reviews: the task's instruction and the review; facts: the question alone.",
    "Phenomena": "Each row asks the same held-out questions in two ways; two rows, of which that cannot be, set a gain on short sums\n"
    'against that on long ones, and questions without an answer against others. "Shows": the 95% interval of the difference lies\n'
    'above 0 and p is below 0.05. "Does not show": the interval reaches 0 and stays below 5 points. "Undetermined": neither.\n'
    "p is from the exact McNemar test (for the growth of the gain, a paired permutation test), corrected for the number of rows (Holm).",
    "Size and quality": "Linear weights rounded row by row to the nearest of 2^bits - 1 levels, in memory; the rest stays fp32.\n"
    "MB are computed: the bits of rounded weights, 2 bytes a row for its scale, 4 bytes for every other weight.\n"
    "A quarter each of facts, sentiment, reading and sums of 3 with steps; perplexity of held-out conversations.",
    "Embedder": "The first layers of such a model, tuned on questions and passages. Measured on written passages and questions that\n"
    "training never saw (`words/question_pairs.txt`), all passages in one pool. A passage has three questions that avoid its words,\n"
    "and three as people would ask. A word in common: one that begins with the same six letters, small words left out. In brackets\n"
    "the constant of reciprocal rank fusion: 5 is the best of 5, 20 and 60 on the training side's passages, 60 the usual one.",
    "Known weaknesses": "The five families with the lowest exact match on held-out samples, and the shortest wrong example of each.\n"
    "Families where several answers are right (marked open below) are left out.",
    "Families": "Exact match letter for letter, so a lower bound; perplexity of the assistant's tokens.",
}


def write_card(out: Path, *, model: str = "pocket", n: int = 200) -> str:
    """Measure the model and write its card to `out`; returns a short summary. It takes minutes, and shows a progress bar.

    model: "pocket" or "hf:<folder>"; n: examples a line. The same model, n and machine give the same card, but for the speed.
    """
    from tqdm import tqdm

    steps = len(lines.SOURCES) + len(tasks.TASKS) + phenomena.STEPS + len(bits.BITS) + families.steps() + 1
    desk = open_desk(model, n)
    with tqdm(total=steps, unit="step", disable=None) as bar:

        def step(title: str) -> None:
            bar.set_description(title)
            bar.update(1)

        desk.step = step
        text, summary = _card(desk)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8", newline="\n")
    return f"{out.name}: {summary}"


def _card(desk: Desk) -> tuple[str, str]:
    """The text of the card and its summary."""
    results, scores = lines.measure(desk), tasks.measure(desk)
    effects, rounded = phenomena.measure(desk, results), bits.measure(desk)
    effects.append(bits.effect(rounded))
    measured = families.measure(desk)
    desk.step("speed")
    parts = {
        "Targets": lines.section(results),
        "Hand-written tasks": tasks.section(scores),
        "Phenomena": phenomena.section(effects),
        "Size and quality": bits.section(rounded),
        **_embedder(desk.local.folder.path),
        "Known weaknesses": families.weaknesses(measured),
        "Speed and memory": speed.section(speed.in_a_process(desk.local.folder.path)),
        "Families": families.section(measured),
    }
    body = "\n\n".join(f"## {title}\n\n" + (f"{NOTES[title]}\n\n" if title in NOTES else "") + part for title, part in parts.items())
    shows = sum(verdict == "shows" for _, verdict in phenomena.verdicts(effects))
    return f"{_head(desk)}\n\n{body}\n", f"{_met(results)}; {shows} of {len(effects)} phenomena show{_failures(desk)}"


def _embedder(folder: Path) -> dict[str, str]:
    """The section on the embedder, where the model has one."""
    made = _training(folder / "embedder")
    return {"Embedder": embedder.section(embedder.measure(folder / "embedder"), made)} if made else {}


def _met(lines: dict[str, Result]) -> str:
    hoped = [result for result in lines.values() if result.met is not None]
    return f"{sum(result.met for result in hoped)} of {len(hoped)} targets met"


def _failures(desk: Desk) -> str:
    return f"; {len(desk.failed)} requests failed, such as: {desk.failed[0]}" if desk.failed else ""


def _head(desk: Desk) -> str:
    """Title, what the model is, and how it was trained."""
    folder, config = desk.local.folder.path, read_json(desk.local.folder.path / "config.json")
    weights = sorted(folder.glob("*.safetensors"))
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file() and file.suffix != ".md")
    shape = ", ".join(f"{name} {config[key]:,}" for name, key in SHAPE.items() if key in config)
    rows = [
        ("parameters", f"{desk.model.parameters:,}"),
        ("architecture", ", ".join(config.get("architectures") or [])),
        ("shape", shape),
        ("files", f"{size / 1e6:.1f} MB in all"),
        *((f"sha256 of {file.name}", f"`{hashlib.sha256(file.read_bytes()).hexdigest()}`") for file in weights),
        *_recipe(folder),
    ]
    note = f"Generated by `ladder pocket card`, n={desk.n} a line; do not edit.{_failures(desk).replace('; ', ' ')}"
    return f"# Report card: {desk.model.name}\n\n{note}\n\n## What it is\n\n{table(('', desk.model.name), rows)}{_curve(folder)}"


def _training(folder: Path) -> dict:
    file = folder / "training.json"
    return read_json(file) if file.exists() else {}


def _recipe(folder: Path) -> list[tuple[str, str]]:
    """Rows on the training; one that says so where nothing is known."""
    run = _training(folder)
    if not run:
        return [("training", "unknown: there is no training.json beside the weights")]
    preset = run.get("preset") or {}
    settings = ", ".join(f"{key} {value}" for key, value in preset.items() if key != "note")
    return [
        (
            "trained",
            f"{run.get('date', 'date unknown')}; {run.get('tokens', 0):,} tokens in {run.get('seconds', 0) / 60:,.0f} minutes; "
            f"{_starts(run)}{_where(run)}",
        ),
        ("seed", str(preset.get("seed", "unknown"))),
        ("recipe", settings or "unknown"),
    ]


def _starts(run: dict) -> str:
    stops = len(run.get("starts") or [0]) - 1
    return f"resumed {stops} time{'s' * (stops > 1)}" if stops else "in one go"


def _where(run: dict) -> str:
    device = f" on {run['device']}" if "device" in run else ""
    return device + (f"; corpus of {run['corpus']}" if "corpus" in run else "")


def _curve(folder: Path) -> str:
    """The loss curve in a dozen rows, each the mean of the steps logged since the row above, and what it proves."""
    run = _training(folder)
    points = run.get("curve") or []
    if not points:
        return ""
    names = run.get("curve_columns", LOSSES)[1:]
    edges = [round(len(points) * (i + 1) / CURVE) for i in range(CURVE)] if len(points) > CURVE else range(1, len(points) + 1)
    rows, before = [], 0
    for edge in edges:
        part = points[before:edge]
        rows.append((f"{part[-1][0] / 1e6:,.1f}", *(f"{_mean(part, column):.3f}" for column in range(1, len(names) + 1))))
        before = edge
    return "\n\n" + table(("tokens, millions", *names), rows) + _plateau(points)


def _mean(points: list[list[float]], column: int) -> float:
    return sum(point[column] for point in points) / len(points)


def _plateau(points: list[list[float]]) -> str:
    """Whether the held-out loss, the fourth column, still falls in the last part of the run; "" where it was not logged."""
    late = [point for point in points if point[0] > EARLY * points[-1][0]]
    if len(points[0]) < 4 or len(late) < 4:
        return ""
    first, second = late[: len(late) // 2], late[len(late) // 2 :]
    taught, held = ([f"{_mean(half, column):.3f}" for half in (first, second)] for column in (2, 3))
    text = (
        f"\n\nAfter {late[0][0] / 1e6:,.0f} million tokens, in two halves of the rest: the loss on training answers went from "
        f"{taught[0]} to {taught[1]}, on held-out answers from {held[0]} to {held[1]}."
    )
    still = _mean(second, 3) < 0.98 * _mean(first, 3)
    return text + ("" if still else " More training buys only memory of the corpus's own word lists: these weights are final.")
