"""Conversations about a list that changes turn by turn, and about a passage given at the start."""

from __future__ import annotations

from collections.abc import Callable

from pocket_maker.corpus.dress import ask, noisy, reply
from pocket_maker.corpus.families.language import items_of
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "list_talk", "passage_talk"]

START_ASK = phrasings("conversation_lists", "start_ask")
STEPS = phrasings("conversation_lists", "steps")
_STEP_KINDS = tuple(STEPS)
PASSAGES = phrasings("conversation_lists", "passages")
VALUES: dict[str, Callable[[World], str]] = {
    "city": lambda w: w.entity("cities"), "team": lambda w: w.entity("departments"), "item": lambda w: f"{w.number(2, 60)} {w.entity('objects')}", "code": World.code,
    "boss": World.person, "year": lambda w: str(w.number(1985, 2023)),
}
READ_ASK = phrasings("conversation_lists", "read_ask")
NEXT_ASK = phrasings("conversation_lists", "next_ask")


def _user(w: World, text: str, noise: float = 0.0) -> dict:
    return {"role": "user", "content": noisy(w, text, noise)}


def _step(w: World, kind: str, items: list[str], spare: list[str]) -> tuple[dict[str, str], str]:
    """Does one thing to the list (in place); the slots of the request and the answer."""
    if kind == "add":
        items.append(new := spare.pop())
        return {"x": new}, ", ".join(items)
    if kind in ("remove", "swap"):
        i = w.number(0, len(items) - 1)
        old, items[i:i + 1] = items[i], [spare.pop()] if kind == "swap" else []
        return {"x": old, "y": items[i] if kind == "swap" else ""}, ", ".join(items)
    if kind == "has":
        inside = w.chance(0.5)
        return {"x": w.pick(items if inside else spare)}, "yes" if inside else "no"
    if kind in ("count", "first", "last"):
        return {}, {"count": str(len(items)), "first": items[0], "last": items[-1]}[kind]
    if kind == "sort":
        items.sort(key=str.lower)
    return {}, ("\n" if kind == "lines" else ", ").join(items)


def list_talk(w: World, *, steps: int | None = None) -> list[dict]:
    """A list is given, then changed and asked about over one to five turns.

    steps: how many requests after the list.
    Example: Here is my list: pears, nuts -> pears, nuts / Add figs. -> pears, nuts, figs / How many are there now? -> 3
    """
    steps, pool = steps or w.pick((1, 2, 2, 3, 3, 4, 5)), items_of(w, 16)
    size = w.number(2, 6)
    items, spare = pool[:size], pool[size:]
    messages = ask(w, w.say(START_ASK, x=", ".join(items)), noise=0)
    messages.append(reply(", ".join(items)))
    for _ in range(steps):
        kind = w.pick(_STEP_KINDS)
        if kind == "remove" and len(items) < 2:
            kind = "add"
        slots, answer = _step(w, kind, items, spare)
        messages += [_user(w, w.say(STEPS[kind], **slots)), reply(answer)]
    return messages


def _passage(w: World, people: list[str], keys: list[str]) -> tuple[str, dict[tuple[str, str], str]]:
    """Two or three people, some facts about each, in any order."""
    facts = {(p, key): VALUES[key](w) for p in people for key in keys}
    order = list(facts)
    if w.chance(0.6):
        w.rng.shuffle(order)
    return w.pick((" ", " ", "\n")).join(_big(w.say(PASSAGES[key][0], p=p, v=facts[p, key])) for p, key in order), facts


def _big(text: str) -> str:
    return text[0].upper() + text[1:]


def passage_talk(w: World, *, turns: int | None = None) -> list[dict]:
    """Questions about people in a passage; later ones lean on the question before ("And Ben?").

    turns: how many questions.
    Example: (passage) Where does Ana live? -> Oslo / And Ben? -> Lima
    """
    turns = turns or w.pick((1, 2, 2, 3, 4))
    people = w.entities("first_names", w.number(2, 3))
    keys = w.rng.sample(tuple(VALUES), w.number(1, 3))
    text, facts = _passage(w, people, keys)
    person, key = w.pick(people), w.pick(keys)
    question = w.say(PASSAGES[key][1], p=person)
    opening, label = w.entity(READ_ASK) if w.chance(0.5) else "", w.pick(("Text", "Passage", "Notes"))
    messages = ask(w, opening or question, text, label=label)
    if opening:
        messages += [reply(w.pick(("Okay.", "I have read it.", "Done."))), _user(w, question, 0.08)]
    messages.append(reply(facts[person, key]))
    for _ in range(turns - 1):
        person = w.pick([p for p in people if p != person])
        again = w.chance(0.7)
        key = key if again else w.pick(keys)
        asked = w.say(NEXT_ASK if again else PASSAGES[key][1], p=person)
        messages += [_user(w, asked), reply(facts[person, key])]
    return messages


FAMILIES = {list_talk: 1.2, passage_talk: 1.5}
