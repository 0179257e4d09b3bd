"""Reranking: a slower judge looks at the few best hits and puts them in a new order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from helpers.fingerprints import code
from helpers.models import ModelError
from helpers.prompts import Template
from helpers.retrieval.hits import Hit, Retriever, checked, fingerprint_of, fingerprinted, ranked

if TYPE_CHECKING:
    from helpers.models import Model

__all__ = ["rerank", "Reranked", "QUESTION"]

Judge = Callable[[str, str], float]
QUESTION = Template("relevant", "Passage: {passage}\n\nQuestion: {question}\n\nDoes the passage answer the question? Reply with yes or no.")


def rerank(question: str, hits: Sequence[Hit], judge: Model | Judge, k: int | None = None, *, template: Template = QUESTION) -> list[Hit]:
    """The hits in the order of what the judge says of each, best first; equal ones keep their order. At most k of them.

    A judge is a function of (question, passage) that gives a number, or a model, which is asked the `template`: yes is 1, no is 0,
    anything else 0.5. Each hit costs a call. ModelError: a request that failed (ask again: answered ones come from the cache).

    >>> rerank("Where is the key?", hits, lambda question, passage: passage.count("key"))  # doctest: +SKIP
    """
    return _reordered([question], [list(hits)], judge, k, template)[0]


class Reranked:
    """A retriever whose `depth` best hits are put in a new order by a judge; see `rerank`."""

    def __init__(
        self, retriever: Retriever, judge: Model | Judge, *, depth: int = 10, template: Template = QUESTION, name: str = ""
    ) -> None:
        self.retriever, self.judge, self.depth, self.template = retriever, judge, depth, template
        self.name = name or f"{retriever.name}, reranked"

    @property
    def fingerprint(self) -> str:
        """Changes with the judge, what it is asked, the depth and the retriever."""
        judge = self.judge
        who = [judge.name, getattr(judge, "fingerprint", "")] if hasattr(judge, "ask_many") else code(judge)
        return fingerprinted(self, who, self.template.fingerprint, self.depth, fingerprint_of(self.retriever))

    def search(self, questions: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """At most k hits for each question, best first; the score is the judge's."""
        questions = checked(questions, k)
        return _reordered(questions, self.retriever.search(questions, max(k, self.depth)), self.judge, k, self.template)


def _reordered(questions: list[str], found: list[list[Hit]], judge: Model | Judge, k: int | None, template: Template) -> list[list[Hit]]:
    pairs = [(question, hit.chunk.passage) for question, hits in zip(questions, found, strict=True) for hit in hits]
    scores = iter(_ask(judge, pairs, template) if hasattr(judge, "ask_many") else [float(judge(*pair)) for pair in pairs])
    scored = [[(hit.chunk, next(scores)) for hit in hits] for hits in found]
    return [ranked(sorted(one, key=lambda pair: -pair[1])[:k]) for one in scored]


def _ask(model: Model, pairs: list[tuple[str, str]], template: Template) -> list[float]:
    chats = [template.render({"question": question, "passage": passage}) for question, passage in pairs]
    replies = model.ask_many(chats, max_tokens=4)
    failed = [reply.error for reply in replies if reply.error]
    if failed:
        raise ModelError(f"{len(failed)} of {len(replies)} judgments failed, the first: {failed[0]}")
    return [_yes(reply.text) for reply in replies]


def _yes(text: str) -> float:
    first = re.match(r"\W*(yes|no)\b", text.lower())
    return {"yes": 1.0, "no": 0.0}[first[1]] if first else 0.5
