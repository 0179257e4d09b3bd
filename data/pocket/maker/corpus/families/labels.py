"""Sentiment, the labels a review gets: a clear task and form give an exact label, a vague one a loose reply."""

from __future__ import annotations

import json
from collections.abc import Callable

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.filling import table, up
from pocket_maker.corpus.families.reviews import Review, neutral, review
from pocket_maker.corpus.world import World, phrasings

__all__ = ["sentiment", "sentiment_drill", "more_reviews", "LABEL_PAIRS", "INSTRUCTIONS"]

INSTRUCTIONS = "sentiment_instructions"
FORMS = ("exact",) * 9 + ("question",) * 2 + ("happy", "yes", "yes", "no", "map", "map", "json", "json", "three") + ("vague",) * 3
LABEL_PAIRS = ((("positive", "negative"),) * 14 + (("Positive", "Negative"),) * 3 + (("POSITIVE", "NEGATIVE"),) * 3 + (
    ("good", "bad"), ("good", "bad"), ("happy", "unhappy"), ("satisfied", "dissatisfied"), ("pos", "neg"), ("favorable", "unfavorable"), ("praise", "complaint"),
    ("pleased", "displeased"), ("liked", "disliked"), ("GOOD", "BAD"), ("thumbs up", "thumbs down"), ("content", "discontent"), ("approving", "critical")))
CODES = phrasings("labels", "codes")
KEYS = ("sentiment", "sentiment", "label", "polarity", "answer", "class", "result", "opinion", "tone", "verdict")
ROLES, NOTES, MORE = (table("sentiment_frames")[place] for place in ("role", "note", "more"))
NAMES = phrasings("labels", "names")


def _labels(w: World, form: str) -> tuple[str, str]:
    """The two labels, in words or, for a map, in codes or nonce words."""
    if form != "map":
        return w.pick(LABEL_PAIRS) if form == "exact" else ("positive", "negative")
    if w.chance(0.3):
        a, b = w.nonce(), w.nonce()
        return (a, b) if a != b else ("A", "B")
    return w.entity(CODES)


def _instruction(w: World, form: str, pair: tuple[str, str], key: str) -> str:
    """The request; in every second exact one the labels change places where that is safe."""
    template = w.entity(table(INSTRUCTIONS)[form])
    if form == "exact" and w.chance(0.5) and template.count("{a}") == 1 and "{a}:" not in template:
        return template.format(a=pair[1], b=pair[0], k=key)
    return template.format(a=pair[0], b=pair[1], k=key)


def _answer(w: World, form: str, found: Review, pair: tuple[str, str], key: str) -> str:
    """What the asked-for form makes of the side."""
    good = found.side == "positive"
    if form in ("exact", "map"):
        return pair[0] if good else pair[1]
    if form in ("yes", "no"):
        return "yes" if good == (form == "yes") else "no"
    if form == "json":
        return json.dumps({key: found.side})
    if form == "three":
        return found.side
    x = found.focus or "the " + found.thing
    return w.pick(table("sentiment_replies")[f"{form}-{found.side}"]).format(x=x, X=up(x))


def sentiment(w: World, *, side: str | None = None, form: str | None = None, kind: str | None = None, size: int | None = None) -> list[dict]:
    """A review and a request about it, from vague to exact.

    side: "positive" or "negative"; form: "exact", "question", "happy", "yes", "no", "map", "json", "three" or "vague"; kind and size: of the review.

    "Label this review positive or negative.\\nReview: It stopped working after two days." -> "negative"
    """
    form = form or w.pick(FORMS)
    pair, key = _labels(w, form), w.pick(KEYS)
    found = neutral(w) if form == "three" and side is None and w.chance(0.33) else review(w, side, kind=kind, size=size)
    request = _instruction(w, form, pair, key)
    if form not in ("vague", "question", "happy") and w.chance(0.12):
        request += " " + w.entity(NOTES)
    role = w.entity(ROLES) if w.chance(0.25) else None
    if role and w.chance(0.4):
        request, role = f"{role} {request}", None
    if form in ("exact", "map", "json", "three", "yes") and w.chance(0.1):
        turns = [{"role": "system", "content": f"{role or w.entity(ROLES)} {request}"}, {"role": "user", "content": found.text}]
    elif form == "vague" and w.chance(0.15):
        turns = ask(w, found.text, system=role, noise=0)
    else:
        turns = ask(w, request, found.text, label=w.pick(NAMES), system=role, noise=0.08 if pair == ("positive", "negative") and form != "json" else 0)
    turns.append(reply(_answer(w, form, found, pair, key)))
    return more_reviews(w, turns, lambda r: _answer(w, form, r, pair, key)) if side is None and w.chance(0.1) else turns


def more_reviews(w: World, turns: list[dict], answer: Callable[[Review], str]) -> list[dict]:
    """The conversation with one to three more reviews, each answered in the same way."""
    for _ in range(w.number(1, 3)):
        found = review(w, size=w.pick((1, 1, 2)))
        user = found.text if w.chance(0.4) else f"{w.entity(MORE)}{w.pick((' ', chr(10)))}{found.text}"
        turns += [{"role": "user", "content": user}, reply(answer(found))]
    return turns


def sentiment_drill(w: World, *, reviews: int | None = None) -> list[dict]:
    """One instruction, then many short reviews in a row, each answered with its label: dense practice.

    reviews: how many (5 to 9 if not given).

    "Label each review positive or negative.\nReview: The soup was cold." -> "negative", "Lovely staff." -> "positive", ...
    """
    pair, found = ("positive", "negative") if w.chance(0.7) else w.pick(LABEL_PAIRS), review(w, size=w.pick((1, 1, 2)))
    request = _instruction(w, "exact", pair, w.pick(KEYS))
    if w.chance(0.3):
        turns = [{"role": "system", "content": request}, {"role": "user", "content": found.text}]
    else:
        turns = ask(w, request, found.text, label=w.pick(NAMES), noise=0)
    turns.append(reply(_answer(w, "exact", found, pair, "")))
    for _ in range((reviews or w.number(5, 9)) - 1):
        found = review(w, size=w.pick((1, 1, 1, 2, 3)))
        turns += [{"role": "user", "content": found.text}, reply(_answer(w, "exact", found, pair, ""))]
    return turns


FAMILIES = {sentiment: 8.0, sentiment_drill: 1.5}
