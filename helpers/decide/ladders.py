"""The rungs of a task, lowest first, from what the task is; why a rung is left out; and the climb: all on the same examples."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places, runs
from helpers.decide.asking import Opener, nobody, untunable
from helpers.decide.catalog import ENTRIES, Entry, Material, Setting
from helpers.decide.rungs import Prices, Rung, rung
from helpers.metrics import metric
from helpers.models.weights import give_back

if TYPE_CHECKING:
    import pandas

    from helpers.models import Model
    from helpers.retrieval import Page
    from helpers.runs import Solver
    from helpers.tasks import Task
    from helpers.tuning import Tuned

__all__ = ["Step", "Ladder", "rungs_for", "climb"]

# tokens: in training at once, padding included, which keeps the memory near a gigabyte; one look at dev, which keeps it quick
SEEDS = 10  # at most; each trains again
TRAINING = {"tokens": 1024, "evaluations": 1, "dev_limit": 24, "progress": False}


@dataclass(frozen=True)
class Step:
    """A rung that has not been run: a method, what opens its model (for a batch size), and what it adds. trains: its weights are tuned;
    again: what opens its model trained with each further seed."""

    method: Solver
    open: Opener
    adds: str
    trains: bool = False
    again: tuple[Opener, ...] = ()

    @property
    def name(self) -> str:
        return self.method.name

    @property
    def asks(self) -> bool:
        """Whether it asks a model."""
        return self.open is not nobody


@dataclass(frozen=True, eq=False, repr=False)
class Ladder:
    """The rungs of a task, lowest first; `skipped` names each that is left out, with the reason. `tuned()` is the training behind
    the LoRA rungs (None where there are none); it runs at the first call."""

    task: Task
    steps: tuple[Step, ...]
    skipped: dict[str, str]
    tuned: Callable[[], Tuned | None]

    @property
    def table(self) -> pandas.DataFrame:
        """One row a rung: its name and what it adds."""
        import pandas as pd

        return pd.DataFrame([{"rung": step.name, "what it adds": step.adds} for step in self.steps])

    def _repr_html_(self) -> str:
        import html

        return self.table.to_html(index=False) + "".join(
            f"<p>left out: <b>{html.escape(name)}</b>, because {html.escape(why)}</p>" for name, why in self.skipped.items()
        )

    def __repr__(self) -> str:
        skipped = [f"\nleft out: {name}: {why}" for name, why in self.skipped.items()]
        return f"{self.task.name}: {', '.join(step.name for step in self.steps)}" + "".join(skipped)


def rungs_for(
    task: Task,
    model: Model,
    *,
    shots: int = 3,
    epochs: int = 2,
    seeds: int = 1,
    limit: int | None = None,
    folder: str | Path | None = None,
    **settings: Setting,
) -> Ladder:
    """The ladder that fits a task. With documents (a folder `pages` beside task.toml) and a metric of texts: closed book, whole page, RAG,
    RAG + LoRA. Else (also for label, set_f1, json) the trivial baseline, for labels a classical model, the task's regular expression if it
    has one, then a bare prompt, an engineered one, few-shot, retrieved few-shot, and LoRA, plain, in int8 and in NF4. LoRA's rungs need a
    folder of plain weights; for a hosted model, an adapter, and one in memory (`models.wrap`) they are left out, and `Ladder.skipped` says
    why.

    shots: solved examples in a prompt; epochs, limit (rows of train) and `settings`: of the LoRA training; seeds: how often to train, each
    time with another seed, 1 to 10 (what they differ by is then in the rung's intervals); folder: where tuned and shrunk weights go.
    Nothing is asked or trained before a rung is opened. ValueError: the task has no train split; `seeds` is out of range.
    """
    if isinstance(seeds, bool) or not isinstance(seeds, int) or not 1 <= seeds <= SEEDS:
        raise ValueError(f"seeds={seeds!r}: it is how often to train, a whole number from 1 to {SEEDS}")
    if "train" not in task.splits or not len(task["train"]):
        raise ValueError(f"task {task.name!r} has no train split: the baseline, the shots and LoRA learn from it; split its rows first")
    training = {**TRAINING, "epochs": epochs, "limit": limit, **settings}
    pages = _pages(task) if metric(task.metric).looked_up else []
    material = Material(task, model, pages, shots, training, Path(folder) if folder else places.outputs("decide", task.name))
    others = [material.with_seed(material.training.get("seed", 0) + number) for number in range(1, seeds)]
    why = untunable(model)
    fitting = [entry for entry in ENTRIES if entry.documents is bool(pages) and _suits(entry, task)]
    steps = tuple(_step(entry, material, others) for entry in fitting if not (entry.weights and why))
    skipped = {entry.name: why for entry in fitting if entry.weights and why}
    return Ladder(task, steps, skipped, (lambda: None) if why else lambda: material.tuned)


def _suits(entry: Entry, task: Task) -> bool:
    """Whether the task has what the rung needs: labels, a pattern."""
    return (not entry.labels or metric(task.metric).needs_labels) and (not entry.pattern or bool(task.pattern))


def _step(entry: Entry, material: Material, others: Sequence[Material]) -> Step:
    words = {"solved": _examples(len(material.solved)), "similar": _examples(material.shots, "most similar ")}
    k = min(material.shots, 2)
    adds = entry.adds.format(**words, passages="best passage" if k == 1 else f"{k} best passages")
    again = tuple(entry.build(other, entry.name)[1] for other in others) if entry.weights else ()
    return Step(*entry.build(material, entry.name), adds, entry.weights, again)


def _examples(count: int, which: str = "") -> str:
    """ "2 most similar solved examples", "most similar solved example"."""
    return f"{which}solved example" if count == 1 else f"{count} {which}solved examples"


def _pages(task: Task) -> list[Page]:
    from helpers.retrieval import read_pages

    folder = task.documents or (task.folder / "pages" if task.folder else None)
    return read_pages(folder) if folder and folder.is_dir() else []


def climb(
    ladder: Ladder,
    *,
    split: str = "dev",
    limit: int | None = None,
    alone: bool = False,
    timed: Sequence[Rung] = (),
    prices: Prices | None = None,
) -> list[Rung]:
    """All rungs through the same `runs.run`, on the same examples of a split; on a test split each rung is a look, and each seed of one.

    alone: a local model is asked one question at a time, which is slower, and what a waiting person meets: a batch answers more
    questions a second, but each waits for all. timed: rungs whose latencies were measured so; they are taken over by name.
    ValueError: `timed` has a name that is none of the ladder's.

    >>> tried = climb(ladder, split="dev", limit=20, alone=True)  # doctest: +SKIP
    >>> rungs = climb(ladder, split="test", timed=tried)  # doctest: +SKIP
    """
    names = [step.name for step in ladder.steps]
    if unknown := [tried.name for tried in timed if tried.name not in names]:
        raise ValueError(f"timed has {', '.join(map(repr, unknown))}, and the ladder has {', '.join(names)}: give rungs of the same names")
    waits = {tried.name: tried.run for tried in timed if not math.isnan(tried.median_ms)}
    rungs = []
    for step in ladder.steps:
        model = _opened(step.open, alone)
        run = runs.run(step.method, ladder.task, model, split=split, limit=limit)
        repeats = [runs.run(step.method, ladder.task, _opened(other, alone), split=split, limit=limit) for other in step.again]
        rungs.append(rung(run, model, prices=prices, timed=waits.get(step.name), repeats=repeats))
        del model
        give_back(collect=step.trains)  # the rungs that train nothing share one model
    return rungs


def _opened(opener: Opener, alone: bool) -> Model | None:
    model = opener(1 if alone else 64)
    if alone and model is not None and model.parameters is not None:
        model.ask("Hello.", max_tokens=1)  # reads the weights, which is no part of an answer
    return model
