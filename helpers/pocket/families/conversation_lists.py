"""Conversations about a list that changes turn by turn, and about a passage given at the start."""

from __future__ import annotations

from collections.abc import Callable

from helpers.pocket.dress import ask, noisy, reply
from helpers.pocket.families.language import items_of
from helpers.pocket.world import World

__all__ = ["FAMILIES", "list_talk", "passage_talk"]

START_ASK = (
    "Keep this list in mind: {x}", "Here is my list: {x}", "My shopping list: {x}", "Remember these: {x}", "I have the following items: {x}", "Let's start a list: {x}", "Please note this list: {x}",
    "This is what I have so far: {x}", "The list is: {x}", "I need {x}.", "Write down: {x}", "We start with {x}.", "Store this list for me: {x}", "Take note of these: {x}", "On my list are {x}.",
    "I packed {x}.", "These are on the list: {x}", "Our list has {x}.", "List: {x}", "Note the following: {x}", "I will give you a list: {x}", "Begin with these: {x}",
)
STEPS: dict[str, tuple[str, ...]] = {
    "add": ("Add {x}.", "Also {x}.", "Put {x} on it too.", "And {x}, please.", "I forgot {x}, add it.", "Append {x}.", "One more: {x}.", "Please include {x}."),
    "remove": ("Remove {x}.", "Take {x} off.", "No {x}, please.", "I don't need {x} any more.", "Delete {x}.", "Drop {x}.", "Cross out {x}.", "Leave out {x}."),
    "swap": ("Replace {x} with {y}.", "Change {x} to {y}.", "Instead of {x}, put {y}.", "Swap {x} for {y}.", "Not {x}, I meant {y}.", "{y} instead of {x}, please.", "Go ahead and replace {x} with {y}.", "Now change {x} to {y}."),
    "count": ("How many are there now?", "How many items are on the list?", "Count them.", "What is the number of items now?", "How long is the list?", "How many do I have?"),
    "first": ("What is the first one?", "Which item comes first?", "Name the first item.", "What stands at the top of the list?", "The first one?", "With what does the list begin?", "Please tell me: what is the first one?", "Say, which item comes first?"),
    "last": ("What is the last one?", "Which item comes last?", "Name the last item.", "What stands at the end of the list?", "The last one?", "With what does the list end?", "Say, what is the last one?", "So, which item comes last?"),
    "has": ("Is {x} on the list?", "Do I have {x}?", "Did I mention {x}?", "Does the list have {x}?", "Is {x} there?", "Can you find {x} on my list?"),
    "show": ("Show me the list.", "What is on the list now?", "Read the list to me.", "The whole list, please.", "Give me the list again.", "Which items do I have now?"),
    "lines": ("Show the list, one item per line.", "The list, each item on its own line.", "Write the list with line breaks.", "Print the list, a line for each.", "List them line by line.",
              "Now one per line."),
    "sort": ("Show the list in alphabetical order.", "Sort the list.", "Put the list in alphabetical order.", "The list from A to Z, please.", "Alphabetical order, please.", "Order it by the alphabet."),
}
_STEP_KINDS = tuple(STEPS)
PASSAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # sentences about a person p and a value v, questions about p
    "city": (("{p} lives in {v}.", "{p} has a home in {v}.", "The home of {p} is in {v}.", "{v} is where {p} lives."),
             ("Where does {p} live?", "In which city does {p} live?", "Which city is the home of {p}?", "Where is the home of {p}?", "Say, where does {p} live?", "Say, in which city does {p} live?")),
    "team": (("{p} is in the {v} team.", "{p} works for the {v} team.", "The {v} team hired {p}.", "{p} joined the {v} team."),
             ("Which team is {p} in?", "In which team is {p}?", "For which team does {p} work?", "What is the team of {p}?", "And which team is {p} in?", "So, in which team is {p}?")),
    "item": (("{p} bought {v}.", "{p} came home with {v}.", "At the market {p} got {v}.", "{p} paid for {v}.", "{p} came back with {v}.", "{p} has bought {v}.", "{p} ordered {v}.", "{p} took home {v}."),
             ("What did {p} buy?", "What did {p} get?", "Which things did {p} pay for?", "What did {p} come home with?")),
    "code": (("The badge of {p} has the code {v}.", "{p} uses badge {v}.", "{p} was given badge {v}.", "Badge {v} belongs to {p}."),
             ("Which badge does {p} have?", "What is the badge code of {p}?", "What badge does {p} use?", "Name the badge of {p}.", "Well, which badge does {p} have?", "Okay, what is the badge code of {p}?")),
    "boss": (("{p} reports to {v}.", "The manager of {p} is {v}.", "{v} manages {p}.", "{p} has a manager, {v}.", "{v} is in charge of {p}.", "{p} is managed by {v}.", "The boss of {p} is {v}."),
             ("Who manages {p}?", "To whom does {p} report?", "Who is the manager of {p}?", "Name the manager of {p}.")),
    "year": (("{p} started in {v}.", "{p} was hired in {v}.", "In {v}, {p} joined the company.", "The first year of {p} was {v}.", "{p} joined us in {v}.", "{p} was hired during {v}.", "{p} was hired in the year {v}.", "{p} has been here since {v}.", "{p} came to us in {v}."),
             ("When did {p} start?", "In which year was {p} hired?", "When did {p} join?", "What was the first year of {p}?", "Say, when did {p} start?", "Now, what was the first year of {p}?")),
}
VALUES: dict[str, Callable[[World], str]] = {
    "city": lambda w: w.entity("cities"), "team": lambda w: w.entity("departments"), "item": lambda w: f"{w.number(2, 60)} {w.entity('objects')}", "code": World.code,
    "boss": World.person, "year": lambda w: str(w.number(1985, 2023)),
}
READ_ASK = (
    "Read this.", "Here is a text.", "Please read the text.", "I have some questions about this text.", "Look at this.", "Use this text for my questions.", "Read the following carefully.",
    "A short text:", "Take a look at the passage.", "Answer my questions about this.", "This is about some colleagues.", "Read this first.", "Let us talk about this text.", "Have a look.",
    "I'll ask you about this text.", "Here are some facts.", "Study this.", "Read it, then answer.", "Some notes:", "Notes for you.", "Please go through this.",
)
NEXT_ASK = ("And {p}?", "What about {p}?", "And for {p}?", "The same about {p}?", "How about {p}?", "And in the case of {p}?", "Now {p}.", "Same question for {p}.")


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
