"""Dense practice: one instruction or one text, then many short answers in a row, so that most of a row is learned from."""

from __future__ import annotations

import json

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.answers import fact, right_answer, wrong_answer
from pocket_maker.corpus.families.extraction import EXTRACT_ASK, KINDS
from pocket_maker.corpus.families.extraction import JSON_ASK as LIST_ASK
from pocket_maker.corpus.families.judging import JUDGE_ASK, VERDICTS
from pocket_maker.corpus.families.mappings import mapping
from pocket_maker.corpus.families.naming import GENRES, text_with
from pocket_maker.corpus.families.passages import near_miss, passage
from pocket_maker.corpus.families.posing import DECLINE, TELL, pose, sloppy
from pocket_maker.corpus.world import World

__all__ = ["FAMILIES"]

HEADS = ("", "", "Text: ", "Input: ", "Review: ", "Message: ", "Next: ", "Case: ", "Item: ")


def label_drill(w: World, *, items: int | None = None) -> list[dict]:
    """Texts and made-up labels, turn after turn: which label means what follows from the answers before.

    "The soup was cold." -> "foo", "Lovely staff." -> "bar", "Never again." -> "foo", ...
    """
    rule = mapping(w, w.pick(("sentiment", "sentiment", "sentiment", "emotion", "topic", "offensive", "category")), w.pick(("arbitrary", "arbitrary", "swapped")))
    head, turns = w.pick(HEADS), []
    for _ in range(items or w.number(7, 11)):
        x, y = rule.draw()
        turns += [{"role": "user", "content": head + x}, reply(y, learn=any(t["content"] == y for t in turns))]
    return turns


def lookup_drill(w: World, *, items: int | None = None) -> list[dict]:
    """A made-up dictionary asked again and again: whatever was said before has to be said again, letter for letter.

    "Input: KAVO-7" -> "melts", ..., "Input: KAVO-7" -> "melts"
    """
    rule, head, turns = mapping(w, w.pick(("lookup", "lookup", "extract", "string"))), w.pick(HEADS), []
    for _ in range(items or w.number(6, 10)):
        x, y = rule.draw()
        known = any(t["content"] == head + x for t in turns) if rule.kind == "lookup" else bool(turns)
        turns += [{"role": "user", "content": head + x}, reply(y, learn=known)]
    return turns


def reading_drill(w: World, *, questions: int | None = None) -> list[dict]:
    """One text and four to seven questions on it, some of which it does not answer.

    "Milo Tan sits in room B12. ... Where does Milo Tan sit?" -> "room B12", "Who is his boss?" -> "I don't know.", ...
    """
    p = passage(w, size=w.number(3, 6))
    turns: list[dict] = []
    for i in range(questions or w.number(4, 7)):
        missing = w.chance(0.3)
        f = near_miss(w, p) if missing else w.pick(p.facts)
        question = f.question(w)
        asked = pose(w, p.text, question, tell=w.say(TELL)) if i == 0 else [{"role": "user", "content": sloppy(w, question)}]
        turns += [*asked, reply(DECLINE if missing else f.answer)]
    return turns


def judge_drill(w: World, *, answers: int | None = None) -> list[dict]:
    """One way of grading, then many answers to grade.

    "Question: How many branches has Veltora? Reference: 12 Answer: twelve" -> "right", "... Answer: 13" -> "wrong", ...
    """
    good, bad = w.pick(VERDICTS)
    request, turns = w.say(JUDGE_ASK, a=good, b=bad), []
    f = fact(w)
    for i in range(answers or w.number(4, 7)):
        f = f if i and w.chance(0.5) else fact(w)
        right = w.chance(0.5)
        body = f"Question: {f.question}\nReference: {f.value}\nAnswer: {right_answer(w, f) if right else wrong_answer(w, f)}".rstrip()
        turns += [*(ask(w, f"{request}\n\n{body}", noise=0) if i == 0 else [{"role": "user", "content": body}]), reply(good if right else bad)]
    return turns


def extract_drill(w: World, *, texts: int | None = None) -> list[dict]:
    """One kind of name asked for once, then several short texts.

    "List all models as JSON. We compare Zelta-2b with NARVOX." -> '["Zelta-2b", "NARVOX"]', ...
    """
    genre = w.pick(("model", "model", "model", "office", "orders", "lab", "travel", "news"))
    kind = w.pick(GENRES[genre])
    request, turns = f"{w.say(EXTRACT_ASK, k=w.entity(KINDS[kind]))} {w.say(LIST_ASK)}", []
    for i in range(texts or w.number(3, 5)):
        text = text_with(w, genre, kind, size=w.pick((1, 1, 1, 2)), empty=w.chance(0.1))
        turns += [*(ask(w, request, text.text, noise=0) if i == 0 else [{"role": "user", "content": text.text}]), reply(json.dumps(text.names.get(kind, []), ensure_ascii=False))]
    return turns


FAMILIES = {label_drill: 2.0, lookup_drill: 1.0, reading_drill: 3.0, judge_drill: 1.5, extract_drill: 1.5}
