"""Tools: call one from its schema, use what it returns, or see that none is needed."""

from __future__ import annotations

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.arithmetic import SUM_ASK, small
from pocket_maker.corpus.families.toolbox import NAMES, TOOLS, Offer, called, offer, request, result, value
from pocket_maker.corpus.world import World, words

__all__ = ["FAMILIES", "asked", "offers_of"]

NOTHING = "I have no tool for that."
OPENERS, CLOSERS = words("tools_openers"), words("tools_closers")  # before and after a request
ALIKE = words("tools_alike")  # never offered side by side, so that one tool at most fits a request
RIVALS = {name: frozenset(n for group in ALIKE if name in group.split() for n in group.split()) | {name} for name in NAMES}
TALK = tuple(tuple(line.split("\t")) for line in words("smalltalk"))


def asked(w: World, text: str) -> list[dict]:
    """The user's turn: the request alone, or with a word before or after it."""
    if w.chance(0.12):
        text = f"{w.say(OPENERS)} {text}"
    if w.chance(0.12):
        text += " " + w.say(CLOSERS)
    return ask(w, text, noise=0)


def offers_of(w: World, first: str, n: int) -> list[Offer]:
    """n offers in a random order, one of them of the tool `first`."""
    names, barred = [first], RIVALS[first] | {"web_search"}
    for _ in range(4 * n):
        other = w.entity(NAMES)
        if len(names) < n and other not in barred:
            names.append(other)
            barred |= RIVALS[other]
    return [offer(w, name) for name in names]


def _shown(w: World, offers: list[Offer]) -> dict:
    """The leading message that carries the schemas, shuffled."""
    return {"role": "tools", "content": [o.schema for o in w.rng.sample(offers, len(offers))]}


def tool_call(w: World, *, needed: bool | None = None, n_tools: int | None = None) -> list[dict]:
    """One request and one to four tools: the right call, or an answer without one.

    "What's the weather like in Velton?" -> <|call|>{"name": "get_weather", "arguments": {"city": "Velton"}}
    """
    needed = w.chance(0.75) if needed is None else needed
    n = n_tools or w.number(1, 4)
    offers = offers_of(w, w.entity(NAMES), n if needed else n + 1)
    if needed:
        text, given = request(w, offers[0])
        return [_shown(w, offers), *asked(w, text), called(offers[0], given)]
    if w.chance(0.5) and len(offers) > 1:
        text, _ = request(w, offers[0])
        return [_shown(w, offers[1:]), *asked(w, text), reply(NOTHING)]
    a, b = small(w, 9), small(w, 9)
    text, answer = w.entity(TALK) if w.chance(0.75) else (w.say(SUM_ASK, e=f"{a} + {b}"), str(a + b))
    return [_shown(w, offers[:n]), *asked(w, text), reply(answer)]


def tool_result(w: World) -> list[dict]:
    """A request, a call, the tool's JSON, and one sentence that answers with its values.

    {"temperature": 21, "sky": "windy"} -> "It is 21 degrees and windy in Velton."
    """
    offers = offers_of(w, w.entity(NAMES), w.pick((1, 1, 2, 3)))
    text, given = request(w, offers[0])
    back, answer = result(w, offers[0], given)
    return [_shown(w, offers), *asked(w, text), called(offers[0], given), back, reply(answer)]


JOINS = (*words("tools_joins"), "{a}\n{b}", "{a}\nThen {b}", "- {a}\n- {b}", "{a}\n\n{b}", "1. {a}\n2. {b}", "* {a}\n* {b}", "First this:\n{a}\nThen this:\n{b}", "Two things:\n{a}\n{b}",
         "{a}\nAlso:\n{b}", "a) {a}\nb) {b}", "{a}\n---\n{b}", "{a}\nAfter that:\n{b}")


def two_calls(w: World) -> list[dict]:
    """Two requests in one turn: call, result, second call, result, answer to both.

    "What time is it in Velton? Also: Timer, 9 minutes." -> two calls -> "It is 09:15 in Velton. Done, 9 minutes from now."
    """
    offers = offers_of(w, w.entity(NAMES), w.pick((1, 2, 2, 3)))
    pair = (offers[0], offers[w.number(0, len(offers) - 1)])
    asks = [request(w, o) for o in pair]
    turns, answers = [], []
    for o, (_, given) in zip(pair, asks):
        back, answer = result(w, o, given)
        turns += [called(o, given), back]
        answers.append(answer)
    return [_shown(w, offers), *asked(w, w.say(JOINS, a=asks[0][0], b=asks[1][0])), *turns, reply(" ".join(answers))]


THEN = words("tools_then")
SINGLE = tuple(name for name in NAMES if len([s for s in TOOLS[name].slots.values() if s[1]]) == 1)


def follow_up(w: World) -> list[dict]:
    """A second request that leans on the first: only the value changes.

    "How clean is the air in Velton?" -> call -> answer -> "And in Omsk?" -> <|call|>{"name": "air_quality", "arguments": {"city": "Omsk"}}
    """
    offers = offers_of(w, w.entity(SINGLE), w.pick((1, 1, 2, 3)))
    o = offers[0]
    text, given = request(w, o)
    back, answer = result(w, o, given)
    slot = next(s for s, (_, needed, _) in o.tool.slots.items() if needed)
    again = {**given, slot: value(w, o.tool.slots[slot][2])}
    second, sentence = result(w, o, again)
    turns = [called(o, given), back, reply(answer), {"role": "user", "content": w.say(THEN, v=again[slot])}, called(o, again)]
    return [_shown(w, offers), *asked(w, text), *turns, *([second, reply(sentence)] if w.chance(0.4) else [])]


FAMILIES = {tool_call: 2.0, tool_result: 1.0, two_calls: 0.4, follow_up: 0.4}
