"""Retrieval-augmented generation: look passages up, put them into the prompt, answer; and where the answers fail.

Lewis et al. 2020, "Retrieval-augmented generation for knowledge-intensive NLP tasks", arXiv:2005.11401.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.metrics.abstention import declined
from helpers.retrieval.hits import checked, fingerprint_of, fingerprinted, ranked
from helpers.storage import short

if TYPE_CHECKING:
    import pandas

    from helpers.methods.method import Answer, Method, OnAnswer
    from helpers.models import Model
    from helpers.prompts import Template
    from helpers.retrieval import Chunk, Hit
    from helpers.retrieval.hits import Retriever
    from helpers.runs import Run

__all__ = ["Rag", "Gold", "show", "outcomes", "OUTCOMES"]

OUTCOMES = ("right", "not retrieved", "retrieved and not read", "not declined", "no page needed, missed")


def show(hits: Sequence[Hit]) -> str:
    """The hits as they stand in a prompt: each chunk with its date before it, blank lines between.

    >>> from helpers.retrieval import Chunk, Hit
    >>> show([Hit(Chunk("p1#0", "p1", "Pay", "On the 28th.", "2024-09-01"), 1.0, 1)])
    '[2024-09-01] Pay\\nOn the 28th.'
    """
    texts = [f"[{hit.chunk.date}] {hit.chunk.passage}" if hit.chunk.date else hit.chunk.passage for hit in hits]
    return "\n\n".join(texts) or "(nothing was found)"


@dataclass(frozen=True)
class Rag:
    """A method that looks things up: what it finds for an example stands where its prompt says {passages}.

    `ask` is the prompt, as `methods.prompt` makes it, with the fields {passages} and {input}; `retriever` is anything with a
    `search`; `k` is how many chunks are asked for; `show` makes one text of the hits, and may reorder, date or leave out.

    >>> from helpers.retrieval import Bm25, Chunk
    >>> from helpers.methods.method import prompt
    >>> index = Bm25([Chunk("p1#0", "p1", "Pay", "On the 28th.")])
    >>> Rag(prompt("{passages}\\n\\n{input}"), index).messages([{"input": "When is my pay due?"}])[0][0]["content"]
    'Pay\\nOn the 28th.\\n\\nWhen is my pay due?'
    """

    ask: Method
    retriever: Retriever
    k: int = 3
    show: Callable[[Sequence[Hit]], str] = show

    @property
    def name(self) -> str:
        return self.ask.name

    @property
    def template(self) -> Template:
        return self.ask.template

    @property
    def settings(self) -> dict:
        """Those of the prompt, with the retriever's name and k."""
        return {**self.ask.settings, "retriever": self.retriever.name, "k": self.k}

    @property
    def fingerprint(self) -> str:
        """Twelve characters that change with anything that can change an answer: prompt, retriever, its chunks, k, how hits are shown."""
        shown = replace(self.ask, answer=self.show).fingerprint  # a function's fingerprint is known where prompts are
        return short(json.dumps([self.ask.fingerprint, shown, self.k, fingerprint_of(self.retriever)]))

    def solve(self, examples: Sequence[Mapping], model: Model, on_answer: OnAnswer | None = None) -> list[Answer]:
        """One answer an example, in order; every search is done before the first call. Raises as `Method.solve` does."""
        return self.ask.solve(self._filled(examples), model, on_answer)

    def messages(self, examples: Sequence[Mapping]) -> list[list[dict]]:
        """What the model is shown for each example; no model is asked."""
        return [self.ask.messages(example) for example in self._filled(examples)]

    def _filled(self, examples: Sequence[Mapping]) -> list[dict]:
        results = self.retriever.search([example["input"] for example in examples], self.k)
        return [{**example, "passages": self.show(hits)} for example, hits in zip(examples, results, strict=True)]


class Gold:
    """A retriever that cheats: it finds the chunks that hold an example's evidence, in the order of the evidence, whatever k is.

    It says how good answers would be if search were perfect. For an example without evidence it gives the best hit of `otherwise`.
    ValueError: evidence that stands in no chunk, because it was cut apart. KeyError: a question of none of the examples.
    """

    def __init__(self, examples: Sequence[Mapping], chunks: Sequence[Chunk], otherwise: Retriever, *, name: str = "gold") -> None:
        self.name = name
        self.chunks = list(chunks)
        self.retrievers = (otherwise,)
        self._found = {example["input"]: self._holding(example["evidence"]) for example in examples}

    def search(self, questions: Sequence[str], k: int = 1) -> list[list[Hit]]:
        """The chunks with the evidence of each question."""
        return [self._found[question] or self.retrievers[0].search([question], 1)[0] for question in checked(questions, k)]

    @property
    def fingerprint(self) -> str:
        """Changes with the chunks found for each question, and with the other retriever."""
        chosen = [(question, [hit.chunk.fingerprint for hit in hits]) for question, hits in self._found.items()]
        return fingerprinted(self, chosen, fingerprint_of(self.retrievers[0]))

    def _holding(self, evidence: Sequence[str]) -> list[Hit]:
        chunks = []
        for sentence in evidence:
            holding = [chunk for chunk in self.chunks if sentence in chunk.text]
            if not holding:
                raise ValueError(f"the evidence {sentence[:60]!r} stands whole in none of {len(self.chunks)} chunks: cut larger ones")
            chunks += [holding[0]] if holding[0] not in chunks else []
        return ranked([(chunk, 1.0) for chunk in chunks])


def outcomes(run: Run | pandas.DataFrame) -> pandas.Series:
    """What became of each question of a run over a task with `evidence`, as the handbook has it: one of `OUTCOMES` a row.

    right: score 1. not retrieved: evidence is missing from the prompt. retrieved and not read: it is there, and the answer is wrong or
    declined. not declined: the question has no answer and got one. no page needed, missed: it has no evidence, and an answer.
    For a question whose answer a memo changed (`old`), the memo, listed first, is evidence enough. One whose reply failed has no
    outcome (nan). Raises KeyError for a missing column.
    """
    import pandas as pd

    table = run if isinstance(run, pd.DataFrame) else run.table
    lacking = [name for name in ("messages", "score", "target", "evidence", "old") if name not in table]
    if lacking:
        raise KeyError(f"no column {', '.join(lacking)} in this run: outcomes needs a task with evidence, such as the handbook")
    names = [_outcome(row) for row in table.to_dict("records")]
    return pd.Series(pd.Categorical(names, categories=OUTCOMES), index=table.index, name="outcome")


def _outcome(row: Mapping) -> str | None:
    if math.isnan(row["score"]):
        return None
    if row["score"] == 1:
        return "right"
    if not len(row["evidence"]):
        return "not declined" if declined(row["target"][0]) else "no page needed, missed"
    needed = row["evidence"][:1] if row["old"] else row["evidence"]
    shown = "\n".join(turn["content"] for turn in row["messages"])
    return "retrieved and not read" if all(sentence in shown for sentence in needed) else "not retrieved"
