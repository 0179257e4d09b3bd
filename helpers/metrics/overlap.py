"""Overlap: scores for free text by the words that an answer shares with one or several references, from 0 to 1.

They measure wording, not truth: "The fee is 5 dollars" against "The fee is 9 dollars" shares four words of five.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rouge_score.rouge_scorer import RougeScorer
    from sacrebleu.metrics import BLEU

__all__ = ["rouge_1", "rouge_2", "rouge_l", "bleu", "corpus_bleu"]

References = str | Sequence[str]


def rouge_l(answer: str, target: References, *, stem: bool = False) -> float:
    """ROUGE-L: F1 of the longest common subsequence of words, 2·LCS / (|A| + |T|), the best over the references.

    Words in the same order count, with anything between them. Aggregation: mean over examples. Differs from "rougeLsum" of the
    same package, which goes line by line (what papers on long summaries report), and from Lin's script, which weighs recall.
    The trap is how `rouge-score` reads words: text in lower case, in which everything but a-z and 0-9 is a space. "Zürich" is
    "z" and "rich", "1,000" is "1" and "000", "-5" is "5", and an answer in Greek or Chinese scores 0. "delays" is not "delay"
    unless `stem` asks for Porter's stemmer. Raises ValueError for a target without a word.
    Source: Lin 2004, aclanthology.org/W04-1013; pypi.org/project/rouge-score.

    >>> round(rouge_l("The fee is 5 dollars.", ["It costs money", "The fee is 9 dollars"]), 2)
    0.8
    """
    return _rouge("rougeL", answer, target, stem)


def rouge_1(answer: str, target: References, *, stem: bool = False) -> float:
    """ROUGE-1: F1 of the words in common, 2·shared / (|A| + |T|), whatever their order; the best over the references.

    A word counts as often as both have it. Aggregation: mean. Differs from `rouge_l`, which asks for the order too, and from
    SQuAD's token F1, which drops articles and keeps letters such as ü. Words and source: see `rouge_l`.

    >>> rouge_1("dog bites man", "man bites dog"), round(rouge_l("dog bites man", "man bites dog"), 2)
    (1.0, 0.33)
    """
    return _rouge("rouge1", answer, target, stem)


def rouge_2(answer: str, target: References, *, stem: bool = False) -> float:
    """ROUGE-2: F1 of the pairs of neighboring words in common, 2·shared / (pairs of A + pairs of T); the best over the references.

    Aggregation: mean. Differs from `rouge_1` in that order matters; near 0 for a free paraphrase. A reference of one word has no
    pair and is refused: no answer could match it. Words and source: see `rouge_l`.

    >>> rouge_2("the fee is five dollars", "the fee is nine dollars")
    0.5
    """
    return _rouge("rouge2", answer, target, stem)


def bleu(answer: str, target: References) -> float:
    """Sentence BLEU: the geometric mean of the precisions of 1- to 4-grams, times min(1, e^(1 - |T|/|A|)) for a short answer.

    By sacrebleu, with its own defaults for sentences: the 13a tokenizer, case kept, orders without a match smoothed (1/2, 1/4 ...
    of a match: Chen and Cherry 2014, method 3), and only orders that the answer is long enough for, so a right answer of two words
    gets 1. Several references are pooled; the one nearest in length sets the penalty. Aggregation: mean over examples, which is
    *not* the BLEU of papers: see `corpus_bleu`. Differs from NLTK's sentence_bleu, which neither tokenizes nor smooths by itself.
    Source: Papineni et al. 2002, aclanthology.org/P02-1040; Post 2018, arXiv:1804.08771.

    >>> bleu("the fee is 5 dollars", "the fee is 5 dollars"), round(bleu("the fee", "the fee is 5 dollars"), 2)
    (1.0, 0.22)
    """
    score = _bleu(effective_order=True).sentence_score(answer, _references(target, "a text that is not blank", _filled)).score
    return min(1.0, score / 100)


def corpus_bleu(answers: Sequence[str], references: Sequence[References]) -> float:
    """Corpus BLEU by sacrebleu, as papers report it (there times 100): n-grams are counted over all answers, then divided once.

    references[i] is the reference of answers[i], or several. Differs from the mean of `bleu`: long answers weigh more, and one
    answer without a 4-gram in common does no harm. It has no score per example, so no paired test and no `Run.score`.
    Raises ValueError if there is not one entry of references an answer. Source: Post 2018, arXiv:1804.08771.

    >>> round(corpus_bleu(["the fee is 5 dollars", "no"], ["the fee is 5 dollars", ["yes", "no"]]), 6)
    1.0
    """
    if len(answers) != len(references) or not answers:
        raise ValueError(
            f"corpus_bleu needs answers, and for each an entry of references; got {len(answers)} answers and {len(references)} entries"
        )
    listed = [_references(target, "a text that is not blank", _filled) for target in references]
    streams = [[texts[i] if i < len(texts) else None for texts in listed] for i in range(max(map(len, listed)))]  # None: it has no more
    return min(1.0, _bleu(effective_order=False).corpus_score(list(answers), streams).score / 100)


def _rouge(kind: str, answer: str, target: References, stem: bool) -> float:
    least = 2 if kind == "rouge2" else 1
    needed = "two words or more" if kind == "rouge2" else "a word"
    wanted = _references(target, f"{needed} of a-z or 0-9", lambda text: len(re.findall(r"[a-z0-9]+", text.lower())) >= least)
    return float(_rouge_scorer(kind, stem).score_multi(wanted, answer)[kind].fmeasure)


def _references(target: References, needed: str, good: Callable[[str], bool]) -> list[str]:
    """The references as a list. ValueError: there is none, or one against which no answer could score."""
    listed = [target] if isinstance(target, str) else target
    if not listed or not isinstance(listed, list | tuple) or not all(isinstance(text, str) and good(text) for text in listed):
        raise ValueError(f"a target for this metric must be a text or a list of texts, each with {needed}; got {target!r}")
    return list(listed)


def _filled(text: str) -> bool:
    return bool(text.strip())


@functools.cache
def _rouge_scorer(kind: str, stem: bool) -> RougeScorer:
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError as error:
        raise ImportError("ROUGE needs the package rouge-score: pip install rouge-score==0.1.2") from error
    return RougeScorer([kind], use_stemmer=stem)


@functools.cache
def _bleu(*, effective_order: bool) -> BLEU:
    try:
        from sacrebleu.metrics import BLEU
    except ImportError as error:
        raise ImportError("BLEU needs the package sacrebleu: pip install sacrebleu==2.6.0") from error
    return BLEU(effective_order=effective_order)
