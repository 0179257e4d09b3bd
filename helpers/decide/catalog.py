"""Every rung that a ladder may have, one entry each: what it is called, what it adds, what it needs, and how it is built.

A new method becomes a rung of `ladder decide` and lesson 17 by an entry here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.decide.asking import Opener, longest, nobody, opener, reading_wording, wording
from helpers.methods.baselines import classical, majority
from helpers.methods.coded import Pattern
from helpers.methods.method import Method, prompt
from helpers.methods.rag import Rag
from helpers.methods.shots import few_shot, nearest
from helpers.metrics import metric

if TYPE_CHECKING:
    from helpers.models import Model
    from helpers.retrieval import Page
    from helpers.runs import Solver
    from helpers.shrink import Shrunk
    from helpers.tasks import Task
    from helpers.tuning import Tuned

__all__ = ["ENTRIES", "Entry", "Material"]

Setting = float | bool | None  # of a training; `tuning.fit` has the names
DECLINES = "I don't know"
HEAD = re.compile(r"\W*(?:date|from|to|by|author)\W*:.*", re.IGNORECASE)  # a line of a page's head


@dataclass(frozen=True, eq=False)
class Material:
    """What rungs are built from: the task, the model, its pages if it has any, and how to train. Each part is made once, when asked for."""

    task: Task
    model: Model
    pages: list[Page]
    shots: int
    training: Mapping[str, Setting]
    folder: Path

    def with_seed(self, seed: int) -> Material:
        """The same, trained with another seed; nothing is shared that depends on it."""
        return replace(self, training={**self.training, "seed": seed}, folder=self.folder / f"seed-{seed}")

    @cached_property
    def train(self) -> list[dict]:
        return list(self.task["train"])

    @cached_property
    def room(self) -> dict[str, int]:
        return {"max_tokens": longest(self.task, self.model)}

    @cached_property
    def untuned(self) -> Opener:
        return opener(self.model)

    @cached_property
    def solved(self) -> list[dict]:
        """Solved examples for every prompt: the first with different targets; more of the first ones where there are too few."""
        by_target: dict[str, dict] = {}
        for row in self.train:
            by_target.setdefault(str(row["target"]), row)
        first = list(by_target.values())[: self.shots]
        return first + [row for row in self.train if row not in first][: self.shots - len(first)]

    @cached_property
    def rag(self) -> Rag:
        """The prompt with the best passages."""
        from helpers.retrieval import Bm25, by_structure

        chunks = by_structure(self.pages, 128)
        telling = [chunk for chunk in chunks if not _only_head(chunk.text)]
        return Rag(prompt(reading_wording(self.task)[1], name="RAG", **self.room), Bm25(telling or chunks), k=min(self.shots, 2))

    @cached_property
    def whole_page(self) -> Rag:
        """The prompt with one page, or as much of it as fits."""
        from helpers.retrieval import Bm25, by_tokens

        pages = Bm25(by_tokens(self.pages, min(600, self.model.context // 2), 0), name="BM25, pages")
        return Rag(prompt(reading_wording(self.task)[1], name="whole page", **self.room), pages, k=1)

    @cached_property
    def tuned(self) -> Tuned:
        """LoRA on train, asked as the best prompt asks; with pages, each row has its passages."""
        from helpers import tuning

        if not self.pages:
            return tuning.lora(self.model, self.task, template=prompt(wording(self.task)[1], **self.room), **self.training)
        hits = self.rag.retriever.search([row["input"] for row in self.train], self.rag.k)
        rows = [{**row, "passages": self.rag.show(passages)} for row, passages in zip(self.train, hits, strict=True)]
        return tuning.lora(self.model, _with_train(self.task, rows), template=self.rag.ask, **self.training)

    @cached_property
    def int8(self) -> Shrunk:
        from helpers import shrink

        return shrink.int8(self.tuned.model(), self.folder / "int8")

    @cached_property
    def nf4(self) -> Shrunk:
        from helpers import shrink

        return shrink.nf4(self.tuned.model(), self.folder / "nf4")


def _only_head(text: str) -> bool:
    """Whether a chunk says only when a page was written and by whom, which answers nothing; a short chunk may answer much."""
    return all(HEAD.fullmatch(line) for line in text.splitlines() if line.strip())


def _with_train(task: Task, rows: list[dict]) -> Task:
    """The task with other train rows and no dev, which lacks their new field."""
    from datasets import Dataset, DatasetDict

    return replace(task, splits=DatasetDict({"train": Dataset.from_list(rows)}))


@dataclass(frozen=True)
class Entry:
    """One rung. `build` gives its method and what opens its model; `adds` may name {solved}, {similar} and {passages}.

    documents: it is for tasks with documents to look things up in, else for those without. labels: it needs a task with labels. pattern: it
    needs one with a regular expression.
    weights: it needs the model's weights on this machine.
    """

    name: str
    adds: str
    build: Callable[[Material, str], tuple[Solver, Opener]]
    documents: bool = field(default=False, kw_only=True)
    labels: bool = field(default=False, kw_only=True)
    pattern: bool = field(default=False, kw_only=True)
    weights: bool = field(default=False, kw_only=True)


def _matching(material: Material, name: str) -> Pattern:
    return Pattern(material.task.pattern, metric(material.task.metric).of_lists, name)


def _prompted(material: Material, name: str, text: str) -> Method:
    return prompt(text, name=name, **material.room)


def _engineered(material: Material, name: str) -> Method:
    return _prompted(material, name, wording(material.task)[1])


def _shots(material: Material, name: str) -> Method:
    return few_shot(wording(material.task)[1], material.solved, name=name, **material.room)


def _nearest(material: Material, name: str) -> Method:
    return nearest(wording(material.task)[1], material.train, k=material.shots, name=name, **material.room)


def _tuned_rag(material: Material, name: str) -> Rag:
    return replace(material.rag, ask=replace(material.rag.ask, name=name))


ENTRIES = (
    Entry("trivial", "always the most frequent answer of train", lambda m, name: (majority(m.train, name=name), nobody)),
    Entry("classical", "word counts and a logistic regression, fitted on train",
          lambda m, name: (classical(m.train, name=name), nobody), labels=True),
    Entry("regular expression", "what a pattern finds, without a model",
          lambda m, name: (_matching(m, name), nobody), pattern=True),
    Entry("bare prompt", "the question as one would first type it", lambda m, name: (_prompted(m, name, wording(m.task)[0]), m.untuned)),
    Entry("engineered prompt", "a clear task, delimiters, an output format", lambda m, name: (_engineered(m, name), m.untuned)),
    Entry("few-shot", "the same {solved} in every prompt", lambda m, name: (_shots(m, name), m.untuned)),
    Entry("retrieved few-shot", "the {similar}", lambda m, name: (_nearest(m, name), m.untuned)),
    Entry("LoRA", "trained on train", lambda m, name: (_engineered(m, name), lambda size: m.tuned.model(batch_size=size)), weights=True),
    Entry("LoRA + int8", "8 bits a weight",
          lambda m, name: (_engineered(m, name), lambda size: m.int8.model(batch_size=size)), weights=True),
    Entry("LoRA + NF4", "4 bits a weight",
          lambda m, name: (_engineered(m, name), lambda size: m.nf4.model(batch_size=size)), weights=True),
    Entry("always declines", "says that it does not know, to everything",
          lambda m, name: (majority([{"target": DECLINES}], name=name), nobody), documents=True),
    Entry("closed book", "the question alone",
          lambda m, name: (_prompted(m, name, reading_wording(m.task)[0]), m.untuned), documents=True),
    Entry("whole page", "the page that shares most words with the question", lambda m, name: (m.whole_page, m.untuned), documents=True),
    Entry("RAG", "the {passages}", lambda m, name: (m.rag, m.untuned), documents=True),
    Entry("RAG + LoRA", "trained on such prompts from train",
          lambda m, name: (_tuned_rag(m, name), lambda size: m.tuned.model(batch_size=size)), documents=True, weights=True),
)  # fmt: skip
