"""Routing: which part of an application a question goes to, by rules, by its nearest labeled questions, or by a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

    from helpers.models import Model
    from helpers.retrieval import Embedder

__all__ = ["Router", "by_model", "by_neighbors", "by_rules", "confusion"]

Router = Callable[[Sequence[str]], list[str]]  # from questions to the route of each


def by_rules(rules: Mapping[str, str], otherwise: str) -> Router:
    """The first route whose regular expression stands in the question; case does not matter.

    >>> by_rules({"order": r"\\bLF-\\d+"}, "handbook")(["Where is LF-12?", "Where do I park?"])
    ['order', 'handbook']
    """
    patterns = {route: re.compile(pattern, re.IGNORECASE) for route, pattern in rules.items()}

    def route(questions: Sequence[str]) -> list[str]:
        return [next((name for name, pattern in patterns.items() if pattern.search(text)), otherwise) for text in questions]

    return route


def by_neighbors(embedder: Embedder, labeled: Sequence[Mapping], *, k: int = 3) -> Router:
    """The route that most of the k nearest labeled questions have; among equals that of the nearest. `labeled` has input and route.

    Where the nearest has the same words, it is passed over once, so the labeled questions may be routed too (leave one out).
    ValueError: fewer than k + 1.
    """
    from helpers.retrieval import Chunk, NumpyIndex

    if k < 1 or len(labeled) <= k:
        raise ValueError(f"k={k} neighbors need k >= 1 and more than k labeled questions, got {len(labeled)}")
    index = NumpyIndex(embedder, [Chunk(f"{i}#0", str(i), "", row["input"]) for i, row in enumerate(labeled)])

    def route(questions: Sequence[str]) -> list[str]:
        found = index.search(list(questions), k + 1) if questions else []
        starts = [int(hits[0].chunk.text == text) for text, hits in zip(questions, found, strict=True)]
        others = [hits[start : start + k] for start, hits in zip(starts, found, strict=True)]
        votes = [Counter(labeled[int(hit.chunk.page)]["route"] for hit in hits) for hits in others]
        return [vote.most_common(1)[0][0] for vote in votes]

    return route


def by_model(model: Model, template: str, routes: Sequence[str], otherwise: str, **settings: int) -> Router:
    """The route that a model finds likeliest after the template with {input}; a served model writes it, and the first one named counts.

    Where a reply fails or names none, it is `otherwise`.
    """
    options = {"options": list(routes)} if model.parameters else {"max_tokens": 8, **settings}
    named = re.compile("|".join(rf"\b{re.escape(route)}\b" for route in routes), re.IGNORECASE)
    spelled = {route.lower(): route for route in routes}

    def route(questions: Sequence[str]) -> list[str]:
        replies = model.ask_many([template.replace("{input}", text) for text in questions], **options) if questions else []
        matches = [None if reply.error else named.search(reply.text) for reply in replies]
        return [spelled[match[0].lower()] if match else otherwise for match in matches]

    return route


def confusion(right: Sequence[str], chosen: Sequence[str]) -> pandas.DataFrame:
    """How often each right route (rows) was given each route (columns); the diagonal is what went where it belongs.

    >>> confusion(["a", "a", "b"], ["a", "b", "b"]).to_numpy().tolist()
    [[1, 1], [0, 1]]
    """
    import pandas as pd

    if len(right) != len(chosen):
        raise ValueError(f"a router is judged question by question, got {len(chosen)} choices for {len(right)} questions")
    names = sorted({*right, *chosen})
    table = pd.crosstab(pd.Series(list(right), name="right"), pd.Series(list(chosen), name="chosen"))
    return table.reindex(index=names, columns=names, fill_value=0)
