"""Learning from the prompt alone: few-shot mappings in many layouts, and patterns to continue."""

from __future__ import annotations

import json

from pocket_maker.corpus.dress import SYSTEMS, reply
from pocket_maker.corpus.families.filling import table
from pocket_maker.corpus.families.mappings import CLASSES, Mapping, mapping
from pocket_maker.corpus.world import World, phrasings

__all__ = ["few_shot", "pattern", "FEW_SHOT_ASK", "PATTERN_ASK"]

FEW_SHOT_ASK, LABELS_ASK = (table("few_shot_frames")[place] for place in ("ask", "labels"))
LAYOUTS = phrasings("in_context", "layouts")
PATTERN_ASK = phrasings("in_context", "pattern_ask")


def few_shot(w: World, *, shots: int | None = None, kind: str | None = None, labels: str | None = None) -> list[dict]:
    """Examples of a rule, then a new input -> its output under the same rule.

    shots: 0 to 8; kind: a key of mappings.KINDS; labels: "arbitrary", "real" or "swapped" (classifications). With fewer shots than labels the
    labels are listed; with none and no knob set, the rule is said in words.

    "I loved the soup. -> foo\\nNever again. -> bar\\nThe waiter was rude. ->" -> "bar"
    """
    n = shots if shots is not None else w.pick((0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6, 7, 8))
    if n == 0 and shots is None:
        labels = "real"
        kind = kind or w.pick((*CLASSES, "string", "words", "relation", "name"))
    rule = mapping(w, kind, labels)
    while n == 0 and shots is None and not rule.task:
        rule = mapping(w, kind, labels)
    return _show(w, rule, *_draw(w, rule, n))


def _draw(w: World, rule: Mapping, n: int) -> tuple[list[tuple[str, str]], tuple[str, str]]:
    """n different shots that cover the labels where they can, and a new query whose answer they determine."""
    if rule.kind == "lookup":
        found = list(dict.fromkeys(rule.draw() for _ in range(max(n, 1))))
        return found, w.pick(found)
    wanted = _cover(w, rule.labels, n) if rule.labels else []
    found: list[tuple[str, str]] = []
    for i in range(n):
        pair = rule.draw(wanted[i]) if rule.labels else rule.draw()
        if pair[0] not in (p[0] for p in found):
            found.append(pair)
    shown = [p[0] for p in found]
    known = list(dict.fromkeys(p[1] for p in found))
    for _ in range(9):
        query = rule.draw(w.pick(known)) if rule.labels and len(rule.labels) > 2 and known else rule.draw()
        if query[0] not in shown:
            break
    return found, query


def _cover(w: World, labels: tuple[str, ...], n: int) -> list[str]:
    """n labels in random order, each of them there if n allows."""
    wanted = [*w.rng.sample(labels, min(n, len(labels))), *(w.pick(labels) for _ in range(n - len(labels)))]
    w.rng.shuffle(wanted)
    return wanted


def _intro(w: World, rule: Mapping, shots: list[tuple[str, str]]) -> str:
    """What stands before the examples: nothing, a request, the rule in words, the labels."""
    missing = len({y for _, y in shots}) < len(rule.labels)
    parts = []
    if rule.task and (not shots or w.chance(0.3)):
        parts.append(rule.task)
    elif w.chance(0.6):
        parts.append(w.entity(FEW_SHOT_ASK))
    if rule.labels and (missing or w.chance(0.25)):
        listed = list(rule.labels)
        w.rng.shuffle(listed)
        parts.append(w.say(LABELS_ASK, l=w.pick((", ", " / ", " or ") if len(listed) == 2 else (", ", " | ")).join(listed)))
    return " ".join(parts)


def _show(w: World, rule: Mapping, shots: list[tuple[str, str]], query: tuple[str, str]) -> list[dict]:
    """The conversation: one block of text, chat turns, or JSON lines."""
    intro, style = _intro(w, rule, shots), w.rng.random()
    if style < 0.25:
        return _turns(w, intro, rule, shots, query)
    if style < 0.33:
        names = w.pick((("input", "output"), ("text", "label"), ("x", "y"), ("question", "answer")))
        block = "\n".join([*(json.dumps(dict(zip(names, s)), ensure_ascii=False) for s in shots), json.dumps({names[0]: query[0]}, ensure_ascii=False)])
        return _say(w, intro, block, json.dumps({names[1]: query[1]}, ensure_ascii=False) if shots else query[1])
    before, between, gap = w.entity(LAYOUTS)
    space = "" if between.endswith("\n") else " "
    block = gap.join([*(f"{before}{x}{between}{space}{y}" for x, y in shots), f"{before}{query[0]}{between}"])
    return _say(w, intro, block.rstrip("\n"), query[1])


def _say(w: World, intro: str, block: str, answer: str) -> list[dict]:
    """One user turn, the intro before, in a system turn, or after the examples."""
    place = w.rng.random()
    if intro and place < 0.15:
        return [{"role": "system", "content": intro}, {"role": "user", "content": block}, reply(answer)]
    system = [{"role": "system", "content": w.pick(SYSTEMS)}] if w.chance(0.15) else []
    text = block if not intro else f"{intro}{w.pick((chr(10), chr(10) * 2))}{block}"
    return [*system, {"role": "user", "content": text}, reply(answer)]


def _turns(w: World, intro: str, rule: Mapping, shots: list[tuple[str, str]], query: tuple[str, str]) -> list[dict]:
    """The examples as earlier turns of the chat, the intro as a system turn, before the first input, or before each one."""
    each = w.pick(("", "", "", "Text: ", "Input: ", "Review: ", "Message: ")) if not intro else ""
    place = w.pick(("system", "first", "each")) if intro else ""
    turns = [{"role": "system", "content": intro}] if place == "system" else []
    for i, (x, y) in enumerate([*shots, query]):
        head = f"{intro}\n" if place == "each" or (place == "first" and i == 0) else each
        known = not rule.labels or (x, y) == query or any(t["content"] == y for t in turns)
        turns += [{"role": "user", "content": head + x}, reply(y, learn=known)]
    return turns


def pattern(w: World) -> list[dict]:
    """A sequence -> its next element.

    "Continue the sequence: red blue red blue red" -> "blue"
    """
    make = w.pick((w.nonce, lambda: w.entity("common_words"), lambda: str(w.number(0, 99)), lambda: w.pick("abcdefghijklmnopqrstuvwxyz"), w.code))
    kind, glue = w.pick(("cycle", "cycle", "cycle", "count", "letters", "double", "same")), w.pick((" ", ", ", " - ", "; "))
    if kind in ("cycle", "double"):
        period = list(dict.fromkeys(make() for _ in range(w.number(2, 4))))
        period = [x for x in period for _ in range(2)] if kind == "double" else period
        row = (period * 5)[: len(period) * 2 + w.number(0, len(period))]
        following = period[len(row) % len(period)]
    elif kind == "count":
        start, step = w.number(0, 40), w.pick((1, 1, 1, 2, 2, 5, 10, -1, 3))
        start = start + 10 if step < 0 else start
        row, following = [str(start + step * i) for i in range(5)], str(start + step * 5)
    elif kind == "letters":
        start, n = w.number(0, 19), w.number(3, 6)
        alphabet = w.pick(("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        row, following = list(alphabet[start: start + n]), alphabet[start + n]
    else:
        row = [make()] * w.number(3, 6)
        following = row[0]
    system = [{"role": "system", "content": w.pick(SYSTEMS)}] if w.chance(0.2) else []
    return [*system, {"role": "user", "content": w.say(PATTERN_ASK, s=glue.join(row))}, reply(following)]


FAMILIES = {few_shot: 7.0, pattern: 0.4}
