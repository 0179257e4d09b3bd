"""Sums, with and without steps: the skill on which reasoning is measured.

A chain such as 7 + 5 - 3 keeps every result between 0 and 199; `chain` and `steps_of` serve the word problems too.
"""

from __future__ import annotations

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.filling import table
from pocket_maker.corpus.world import World

__all__ = ["FAMILIES", "chain", "steps_of", "value_of", "tagged", "STEPS_ASK", "NUMBER_ASK"]

Chain = tuple[int, list[tuple[str, int]]]  # the first number, then signed terms

_ASKS = table("sum_asks")
SUM_ASK, TEXT_ASK, STEPS_ASK, NUMBER_ASK, SENTENCE_ASK = (_ASKS[place] for place in ("sum", "text", "steps", "number", "sentence"))
FORM_ASK, DRILL_ASK, TIMES_ASK, TABLE_ASK = (_ASKS[place] for place in ("form", "drill", "times", "table"))
TAGS = ("Answer:", "Result:", "####", "Final answer:", "Total:", "=>", "ANSWER", "A:", "Solution:", "->")
WORDS = {"+": ("plus", "plus", "and then plus"), "-": ("minus", "minus", "take away")}


def small(w: World, top: int = 99) -> int:
    """A number from 0 to `top`, small ones more often."""
    return w.number(0, min(top, w.pick((9, 9, 20, 20, 20, 50, 50, 99))))


def chain(w: World, terms: int, *, low: int = 0) -> Chain:
    """A first number and `terms - 1` signed ones (none below `low`), every partial result in 0..199."""
    total = first = max(low, small(w))
    rest: list[tuple[str, int]] = []
    for _ in range(terms - 1):
        n = max(low, small(w))
        minus = total >= low and (total + n > 199 or w.chance(0.45))
        n = w.number(low, total) if minus and n > total else n
        total += -n if minus else n
        rest.append(("-" if minus else "+", n))
    return first, rest


def value_of(c: Chain) -> int:
    """What a chain comes to."""
    return c[0] + sum(n if op == "+" else -n for op, n in c[1])


def lines_of(c: Chain) -> list[str]:
    """The steps of a chain: ['7 + 5 = 12.', '12 - 3 = 9.']."""
    total, out = c[0], []
    for op, n in c[1]:
        after = total + n if op == "+" else total - n
        out.append(f"{total} {op} {n} = {after}.")
        total = after
    return out


def steps_of(c: Chain) -> str:
    """'7 + 5 = 12. 12 - 3 = 9. The answer is 9.'"""
    return " ".join([*lines_of(c), f"The answer is {value_of(c)}."])


def plain(c: Chain) -> str:
    """'7 + 5 - 3'"""
    return " ".join([str(c[0]), *(f"{op} {n}" for op, n in c[1])])


def spoken(w: World, c: Chain) -> str:
    """The chain as it may be typed: 7+5-3, 7 plus 5 minus 3, 7 + 5 - 3."""
    kind = w.number(0, 7)
    if kind == 0:
        return plain(c).replace(" ", "")
    if kind == 1:
        return " ".join([str(c[0]), *(f"{w.pick(WORDS[op])} {n}" for op, n in c[1])])
    return plain(c)


def pose(w: World, inline: str | None, text: str, how: str, label: str = "Sum") -> list[dict]:
    """The opening turn: the sum inside the sentence or below it, `how` to answer after it, before it or in the system turn."""
    system = None
    place = w.number(0, 11) if how else 1
    if place == 0:
        system, how = how, ""
    inside = inline is not None and w.chance(0.65)
    if inside:
        content = f"{how} {inline}" if how and (place == 2 or inline[-1].isalpha()) else f"{inline}{w.pick((' ', ' ', chr(10)))}{how}".strip()
        return ask(w, content, system=system, noise=misspelled(how, 0.08))
    return ask(w, f"{w.say(TEXT_ASK)} {how}".strip(), text, label=label, system=system, noise=misspelled(how))


def misspelled(how: str, rate: float = 0.12) -> float:
    """How often a request is misspelled: never where a tag has to be copied from it."""
    return 0 if any(tag in how for tag in TAGS) else rate


def tagged(w: World, how: str, answer: str, total: int) -> tuple[str, str]:
    """The same request and answer, the result now asked for and given behind a tag such as 'Answer:'."""
    tag = w.pick(TAGS)
    body = answer.removesuffix(f"The answer is {total}.") if answer != str(total) else ""
    return f"{how} {w.say(FORM_ASK, t=tag)}".strip(), f"{body}{tag} {total}"


def arithmetic(w: World, *, terms: int | None = None, steps: bool | None = None) -> list[dict]:
    """One sum of two to six numbers, directly or with steps.

    "What is 7 + 5 - 3? Let's think step by step." -> "7 + 5 = 12. 12 - 3 = 9. The answer is 9."
    """
    c = chain(w, terms or w.pick((2, 2, 3, 3, 3, 4, 4, 5, 6)))
    free, steps = steps is None, w.chance(0.6) if steps is None else steps
    kind = "steps" if steps else w.pick(("number", "number", "bare", "bare", "sentence"))
    how = w.say({"steps": STEPS_ASK, "number": NUMBER_ASK, "sentence": SENTENCE_ASK, "bare": ("",)}[kind])
    e = spoken(w, c)
    answer = {"steps": steps_of(c), "sentence": f"{plain(c)} is {value_of(c)}."}.get(kind, str(value_of(c)))
    if free and kind in ("steps", "bare") and w.chance(0.12):
        how, answer = tagged(w, how, answer, value_of(c))
    return [*pose(w, w.say(SUM_ASK, e=e), e, how), reply(answer)]


def pair(w: World) -> Chain:
    """A sum of two numbers; now and then one like the later steps of a long sum, such as 153 - 47."""
    if w.chance(0.6):
        return chain(w, 2)
    first, n = w.number(10, 199), small(w)
    return (first, [("-", min(n, first))]) if first + n > 199 or w.chance(0.5) else (first, [("+", n)])


def drill(w: World) -> list[dict]:
    """Eight to twelve sums in a row, each copied with its answer.

    "Work these out.\\n7 + 5\\n12 - 3 ..." -> "7 + 5 = 12\\n12 - 3 = 9 ..."
    """
    sums = [pair(w) for _ in range(w.number(8, 12))]
    tail = w.pick(("", "", " =", " = ?"))
    text = "\n".join(plain(c) + tail for c in sums)
    answer = "\n".join(f"{plain(c)} = {value_of(c)}" for c in sums)
    return [*ask(w, w.say(DRILL_ASK), text, label="Sums"), reply(answer)]


def multiply(w: World, *, steps: bool | None = None) -> list[dict]:
    """Times tables to 12, plainly, as additions, or as a table.

    "What is 4 x 6? Show your steps." -> "6 + 6 = 12. 12 + 6 = 18. 18 + 6 = 24. The answer is 24."
    """
    a, b = w.number(1, 12), w.number(1, 12)
    if steps is None and w.chance(0.2):
        rows = "\n".join(f"{a} x {i} = {a * i}" for i in range(1, b + 1))
        return [*ask(w, w.say(TABLE_ASK, a=a, b=b)), reply(rows)]
    steps = w.chance(0.35) if steps is None else steps
    how = w.say(STEPS_ASK) if steps else w.say(NUMBER_ASK) if w.chance(0.4) else ""
    few, many = max(1, min(a, b)), max(a, b)
    answer = steps_of((many, [("+", many)] * (few - 1))) if steps else str(a * b)
    said = w.say(TIMES_ASK, a=a, b=b, x=w.pick(("x", "x", "*", "times")))
    return [*ask(w, (f"{how} {said}" if said[-1].isalpha() else f"{said} {how}").strip(), noise=0.05), reply(answer)]


FAMILIES = {arithmetic: 4.0, drill: 2.0, multiply: 0.8}
