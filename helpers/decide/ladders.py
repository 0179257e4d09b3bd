"""The rungs of a task, lowest first, from what the task is: what is asked, of which model, and why a rung is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.decide.wording import longest, reading_wording, wording

if TYPE_CHECKING:
    import pandas

    from helpers.models import Model
    from helpers.retrieval import Page
    from helpers.runs import Solver
    from helpers.tasks import Task
    from helpers.tuning import Tuned

__all__ = ["Step", "Ladder", "rungs_for"]

Opener = Callable[[int], "Model | None"]
DECLINES = "I don't know"
# tokens: in training at once, padding included, which keeps the memory near a gigabyte; one look at dev, which keeps it quick
TRAINING = {"tokens": 1024, "evaluations": 1, "dev_limit": 24, "progress": False}


@dataclass(frozen=True)
class Step:
    """A rung that has not been run: a method, what opens its model (for a batch size), and what it adds."""

    method: Solver
    open: Opener
    adds: str

    @property
    def name(self) -> str:
        return self.method.name


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
        out = [f"\nleft out: {name}: {why}" for name, why in self.skipped.items()]
        return f"{self.task.name}: {', '.join(step.name for step in self.steps)}" + "".join(out)


def rungs_for(
    task: Task,
    model: Model,
    *,
    shots: int = 3,
    epochs: int = 2,
    limit: int | None = None,
    folder: str | Path | None = None,
    **settings: object,
) -> Ladder:
    """The ladder that fits a task. With documents (a folder `pages` beside task.toml) and a metric of texts: closed book, whole page, RAG,
    RAG + LoRA. Else (also for label, set_f1, json) the trivial baseline, for labels a classical model, then a bare prompt, an engineered
    one, few-shot, retrieved few-shot, and LoRA, plain, in int8 and in NF4. LoRA's rungs need weights on this machine; for a hosted model
    they are left out, and `Ladder.skipped` says so.

    shots: solved examples in a prompt; epochs, limit (rows of train) and `settings`: of the LoRA training; folder: where tuned and
    shrunk weights go. Nothing is asked or trained before a rung is opened. ValueError: the task has no train split.
    """
    if "train" not in task.splits or not len(task["train"]):
        raise ValueError(f"task {task.name!r} has no train split: the baseline, the shots and LoRA learn from it; split its rows first")
    told = {**TRAINING, "epochs": epochs, "limit": limit, **settings}
    pages = [] if task.metric in ("label", "set_f1", "json") else _pages(task)  # of those no answer is looked up
    here = getattr(model, "parameters", None) is not None
    build = _reading if pages else _prompting
    steps, tuned = build(task, model, pages, shots, told, Path(folder) if folder else places.outputs("decide", task.name))
    kept = tuple(step for step in steps if here or "LoRA" not in step.name)
    why = f"{model.name} is a hosted model: its weights are not here, so nothing here can tune or shrink them"
    return Ladder(task, kept, {step.name: why for step in steps if step not in kept}, tuned if here else lambda: None)


def _prompting(task: Task, model: Model, pages: list[Page], shots: int, told: dict, folder: Path) -> tuple[list[Step], Callable]:
    from helpers.methods.baselines import classical
    from helpers.methods.method import few_shot, majority, prompt
    from helpers.methods.retrieved_shots import nearest

    bare, engineered = wording(task)
    train, room, asked = list(task["train"]), {"max_tokens": longest(task, model)}, _opener(model)
    steps = [Step(majority(train, name="trivial"), lambda size: None, "always the most frequent answer of train")]
    if task.metric == "label":
        steps += [Step(classical(train, name="classical"), lambda size: None, "word counts and a logistic regression, fitted on train")]
    solved = _varied(train, shots)
    steps += [
        Step(prompt(bare, name="bare prompt", **room), asked, "the question as one would first type it"),
        Step(prompt(engineered, name="engineered prompt", **room), asked, "a clear task, delimiters, an output format"),
        Step(few_shot(engineered, solved, name="few-shot", **room), asked, f"the same {_examples(len(solved))} in every prompt"),
        Step(nearest(engineered, train, k=shots, name="retrieved few-shot", **room), asked, f"the {_examples(shots, 'most similar ')}"),
    ]
    tuned, shrunk = _tuning(model, task, prompt(engineered, **room), told, folder)
    for name, adds in (("LoRA", "trained on train"), ("LoRA + int8", "8 bits a weight"), ("LoRA + NF4", "4 bits a weight")):
        steps.append(Step(prompt(engineered, name=name, **room), shrunk[name], adds))
    return steps, tuned


def _reading(task: Task, model: Model, pages: list[Page], shots: int, told: dict, folder: Path) -> tuple[list[Step], Callable]:
    from helpers.methods.method import majority, prompt
    from helpers.methods.rag import Rag
    from helpers.retrieval import Bm25, by_structure, by_tokens

    (closed, reading), room, asked = reading_wording(task), {"max_tokens": longest(task, model)}, _opener(model)
    whole = Bm25(by_tokens(pages, min(600, model.context // 2), 0), name="BM25, pages")
    chunks = by_structure(pages, 128)
    parts = Bm25([chunk for chunk in chunks if len(chunk.text.split()) > 12] or chunks)  # short documents are all kept
    rag = Rag(prompt(reading, name="RAG", **room), parts, k=min(shots, 2))
    rows = [{**row, "passages": rag.show(hits)} for row, hits in _found(task["train"], rag)]
    tuned, shrunk = _tuning(model, replace_train(task, rows), rag.ask, told, folder)
    return [
        Step(majority([{"target": DECLINES}], name="always declines"), lambda size: None, "says that it does not know, to everything"),
        Step(prompt(closed, name="closed book", **room), asked, "the question alone"),
        Step(Rag(prompt(reading, name="whole page", **room), whole, k=1), asked, "the page that shares most words with the question"),
        Step(rag, asked, f"the {rag.k} best passages"),
        Step(replace(rag, ask=replace(rag.ask, name="RAG + LoRA")), shrunk["LoRA"], "trained on such prompts from train"),
    ], tuned


def replace_train(task: Task, rows: list[dict]) -> Task:
    """The task with other train rows and no dev, which lacks their new field."""
    from datasets import Dataset, DatasetDict

    return replace(task, splits=DatasetDict({"train": Dataset.from_list(rows)}))


def _found(rows: object, rag: object) -> list[tuple[dict, list]]:
    rows = list(rows)
    return list(zip(rows, rag.retriever.search([row["input"] for row in rows], rag.k), strict=True))


def _tuning(model: Model, task: Task, template: object, told: dict, folder: Path) -> tuple[Callable, dict[str, Opener]]:
    """The training, run once when first needed, and what opens its model plain, in int8 and in NF4."""
    from helpers import shrink, tuning

    tuned = cache(lambda: tuning.lora(model, task, template=template, **told))
    int8, nf4 = (
        cache(lambda make=make, at=at: make(tuned().model(), folder / at)) for make, at in ((shrink.int8, "int8"), (shrink.nf4, "nf4"))
    )
    return tuned, {
        "LoRA": lambda size: tuned().model(batch_size=size),
        "LoRA + int8": lambda size: int8().model(batch_size=size),
        "LoRA + NF4": lambda size: nf4().model(batch_size=size),
    }


def _opener(model: Model) -> Opener:
    """The model itself for its own batch size, else one that is loaded anew from its spec, without a cache."""
    from helpers.models import load

    return lambda size: model if size != 1 or model.parameters is None else load(model.spec, batch_size=1, cache=False)


def _varied(rows: list[dict], count: int) -> list[dict]:
    """The first rows with different targets; more of the first ones where there are too few."""
    seen: dict[str, dict] = {}
    for row in rows:
        seen.setdefault(str(row["target"]), row)
    first = list(seen.values())[:count]
    return first + [row for row in rows if row not in first][: count - len(first)]


def _examples(count: int, which: str = "") -> str:
    """ "2 most similar solved examples", "most similar solved example"."""
    return f"{which}solved example" if count == 1 else f"{count} {which}solved examples"


def _pages(task: Task) -> list[Page]:
    from helpers.retrieval import read_pages

    where = getattr(task, "documents", None) or (task.folder / "pages" if task.folder else None)
    return read_pages(where) if where and Path(where).is_dir() else []
