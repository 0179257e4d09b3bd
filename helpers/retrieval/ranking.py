"""How good a ranking is: recall, MRR and nDCG, one row a question, so that stats can say how sure the mean is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log2
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["recall_at", "mrr", "ndcg_at", "evaluate"]

Relevant = Iterable[str] | Mapping[str, float]


def recall_at(ranking: Sequence[str], relevant: Relevant, k: int) -> float:
    """The share of the relevant ids that stand among the first k: |relevant ∩ first k| / |relevant|.

    Aggregation: mean over questions. The same as trec_eval's `recall` and ir-measures' `R@k`. Differs from the hit rate (1 if any
    relevant id was found), which many blogs call recall: they agree where each question has one relevant page.

    >>> recall_at(["a", "b", "c"], ["b", "x"], 2)
    0.5
    """
    gains = _gains(ranking, relevant, k)
    return sum(name in gains for name in ranking[:k]) / len(gains)


def mrr(ranking: Sequence[str], relevant: Relevant, k: int | None = None) -> float:
    """The reciprocal rank: 1/rank of the first relevant id, 0 if none stands among the first k (None: anywhere).

    Aggregation: mean over questions, which makes it the *mean* reciprocal rank. Voorhees 1999, TREC-8 question answering track.
    The same as trec_eval's `recip_rank` and ir-measures' `RR`. Blind to everything below the first relevant id.

    >>> mrr(["a", "b", "c"], ["b", "c"])
    0.5
    """
    gains = _gains(ranking, relevant, 1 if k is None else k)
    return next((1 / rank for rank, name in enumerate(ranking[:k], start=1) if name in gains), 0.0)


def ndcg_at(ranking: Sequence[str], relevant: Relevant, k: int) -> float:
    """Normalized discounted cumulative gain: DCG of the first k over the DCG of the best order. Järvelin and Kekäläinen 2002, TOIS 20.

    DCG = Σ gain/log2(rank + 1). A list of relevant ids gives each a gain of 1; a mapping gives its own. Aggregation: mean. The same as
    trec_eval's `ndcg_cut` and ir-measures' `nDCG@k`. Differs from the variant with 2^gain - 1 (Burges et al. 2005), which is the same
    for gains of 0 and 1; and from scikit-learn's `ndcg_score`, which takes scores and averages over ties.

    >>> round(ndcg_at(["a", "b"], ["b"], 2), 4)
    0.6309
    """
    gains = _gains(ranking, relevant, k)
    ideal = sorted(gains.values(), reverse=True)[:k]
    return _dcg(gains.get(name, 0.0) for name in ranking[:k]) / _dcg(ideal)


def evaluate(rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Relevant], ks: Sequence[int] = (1, 3, 10)) -> DataFrame:
    """One row a question: recall and nDCG at each k, and the reciprocal rank over the whole ranking (column "mrr").

    Both map a question's id to what the single measures take. `frame.mean()` is the summary, `stats.bootstrap(frame["mrr"])` its
    interval. ValueError: the questions differ (trec_eval averages over those that both name, which flatters a
    retriever that gave up on some); or a question has nothing relevant, so that recall has no meaning: leave it out of both.

    >>> evaluate({"q1": ["a", "b"]}, {"q1": ["b"]}, ks=[2]).round(2).to_dict("index")
    {'q1': {'recall@2': 1.0, 'mrr': 0.5, 'ndcg@2': 0.63}}
    """
    from pandas import DataFrame

    differ = sorted(rankings.keys() ^ relevant.keys(), key=str)
    if differ or not rankings:
        what = f"{len(differ)} stand on one side only, the first is {differ[0]!r}" if differ else "there are none"
        raise ValueError(f"rankings and relevant must name the same questions, at least one: {what}")
    rows = {name: _row(name, ranking, relevant[name], ks) for name, ranking in rankings.items()}
    return DataFrame.from_dict(rows, orient="index").rename_axis("question")


def _row(name: str, ranking: Sequence[str], relevant: Relevant, ks: Sequence[int]) -> dict[str, float]:
    try:
        recalls = {f"recall@{k}": recall_at(ranking, relevant, k) for k in ks}
        gains = {f"ndcg@{k}": ndcg_at(ranking, relevant, k) for k in ks}
        return {**recalls, "mrr": mrr(ranking, relevant), **gains}
    except ValueError as error:
        raise ValueError(f"question {name!r}: {error}") from error


def _gains(ranking: Sequence[str], relevant: Relevant, k: int) -> dict[str, float]:
    """The gain of each relevant id; an error where a measure would have no meaning."""
    for name, value in (("ranking", ranking), ("relevant", relevant)):
        if isinstance(value, str):
            raise ValueError(f"{name} must hold ids, as in ['p01', 'p02'], got one text: {value[:40]!r}")
    gains = relevant if isinstance(relevant, Mapping) else dict.fromkeys(relevant, 1.0)
    gains = {name: float(gain) for name, gain in gains.items() if gain > 0}
    if not gains:
        raise ValueError("nothing is relevant, so there is nothing to find: leave such a question out")
    if k < 1:
        raise ValueError(f"k={k}: look at 1 place or more")
    if len(set(ranking)) < len(ranking):
        raise ValueError(f"the ranking names an id twice, {list(ranking)[:10]!r}: keep the first of each, as page_ids(hits) does")
    return gains


def _dcg(gains: Iterable[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))
