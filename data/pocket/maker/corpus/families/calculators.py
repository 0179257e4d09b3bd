"""Sums for a calculator: too hard to do in the head, so the tool is called and its result used."""

from __future__ import annotations

from pocket_maker.corpus.dress import reply
from pocket_maker.corpus.families.arithmetic import chain, plain, small
from pocket_maker.corpus.families.toolbox import NAMES
from pocket_maker.corpus.families.tools import asked, offers_of
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "calculator_offer", "value_of_expression"]

CALC = phrasings("calculators", "calc")
CALC_ABOUT = phrasings("calculators", "calc_about")
CALC_ASK = phrasings("calculators", "calc_ask")
CALC_STORY = phrasings("calculators", "calc_story")


def calculator_offer(w: World) -> tuple[dict, str, str]:
    """A calculator's schema, its name and the name of its parameter."""
    name, slot = w.entity(CALC)
    parameters = {"type": "object", "properties": {slot: {"type": "string"}}, "required": [slot]}
    return {"type": "function", "function": {"name": name, "description": w.pick(CALC_ABOUT), "parameters": parameters}}, name, slot


def _hard_sum(w: World) -> tuple[str, str]:
    """A sum as the user writes it, and the expression to compute."""
    kind = w.number(0, 4)
    if kind == 0:
        e = plain(chain(w, w.number(3, 6)))
    elif kind < 3:
        op = w.pick(("*", "*", "+", "-", "x", "times", "plus", "minus"))
        a, b = w.number(20, w.pick((99, 999, 9999))), w.number(2, w.pick((99, 999)))
        return f"{max(a, b)} {op} {min(a, b)}", f"{max(a, b)} {({'x': '*', 'times': '*', 'plus': '+', 'minus': '-'}).get(op, op)} {min(a, b)}"
    elif kind == 3:
        e = f"{w.number(2, 99)} * {w.number(2, 99)} {w.pick('+-')} {small(w)}"
    else:
        b = w.number(2, 60)
        e = f"{b * w.number(2, 200)} / {b}"
    return e, e


def value_of_expression(e: str) -> int | float:
    """The value of an expression made here; whole results as whole numbers."""
    first, *rest = e.split(" ")
    terms = [float(first)]
    for op, n in zip(rest[::2], map(float, rest[1::2])):
        if op in "*/":
            terms[-1] = terms[-1] * n if op == "*" else terms[-1] / n
        else:
            terms.append(n if op == "+" else -n)
    v = round(sum(terms), 2)
    return int(v) if v == int(v) else v


def calculator(w: World) -> list[dict]:
    """A sum too hard for the head: call the calculator, then use its result.

    "How much is 347 * 28?" -> <|call|>{"name": "calculator", "arguments": {"expression": "347 * 28"}} -> "347 * 28 = 9716."
    """
    schema, name, slot = calculator_offer(w)
    if w.chance(0.35):
        text, e = w.entity(CALC_STORY)
        a, b = w.number(30, w.pick((99, 999, 5000))), w.number(2, w.pick((29, 29, 99)))
        a, b = max(a, b), min(a, b)
        text = text.format(a=a, b=b, o=w.entity("objects"), p=w.entity("first_names"))
        e = e.format(a=a, b=b)
    else:
        shown, e = _hard_sum(w)
        text = w.say(CALC_ASK, e=shown)
    others = [o.schema for o in offers_of(w, w.entity(NAMES), w.pick((1, 2)))] if w.chance(0.5) else []
    tools = w.rng.sample([schema, *others], len(others) + 1)
    call = {"type": "function", "function": {"name": name, "arguments": {slot: e}}}
    v = value_of_expression(e)
    return [{"role": "tools", "content": tools}, *asked(w, text), {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "content": str(v) if w.chance(0.6) else f'{{"result": {v}}}'}, reply(f"{e} = {v}.")]


FAMILIES = {calculator: 1.2}
