"""Numbers compared, and worked answers checked: right, or which step is wrong and what follows."""

from __future__ import annotations

from pocket_maker.corpus.dress import ask, noisy, reply
from pocket_maker.corpus.families.arithmetic import Chain, chain, lines_of, plain, value_of
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "LABEL_ASK", "PAIRS", "slip"]

CHECK_ASK = phrasings("verifying", "check_ask")
RIGHT_ASK = phrasings("verifying", "right_ask")
LABEL_ASK = phrasings("verifying", "label_ask")
PAIRS = phrasings("verifying", "pairs")
CLAIM_ASK = phrasings("verifying", "claim_ask")


def slip(w: World, n: int) -> int:
    """A wrong number near n, never negative."""
    off = w.pick((1, 1, 2, 10, 3, 9, 20))
    return n - off if n >= off and w.chance(0.5) else n + off


def _spoiled(w: World, c: Chain) -> tuple[list[str], int, Chain]:
    """Steps with one wrong result carried on, the place of the wrong step, and the chain from there."""
    for _ in range(8):
        at = w.number(0, len(c[1]) - 1)
        before = value_of((c[0], c[1][:at]))
        wrong = slip(w, value_of((c[0], c[1][: at + 1])))
        rest = (wrong, c[1][at + 1:])
        if all(value_of((wrong, rest[1][:k])) >= 0 for k in range(len(rest[1]) + 1)):
            break
    else:
        at, before = len(c[1]) - 1, value_of((c[0], c[1][:-1]))
        wrong, rest = value_of(c) + 1, (value_of(c) + 1, [])
    op, n = c[1][at]
    lines = [*lines_of((c[0], c[1][:at])), f"{before} {op} {n} = {wrong}.", *lines_of(rest)]
    return [*lines, f"The answer is {value_of(rest)}."], at, (before, c[1][at:])


def check_work(w: World, *, terms: int | None = None, right: bool | None = None, label: bool | None = None) -> list[dict]:
    """A worked sum with or without one wrong step: a verdict, and the repair.

    "Check this solution. 7 + 5 - 3. 7 + 5 = 12. 12 - 3 = 8. The answer is 8."
    -> "Step 2 is wrong. 12 - 3 = 9. The answer is 9."
    """
    right = w.chance(0.45) if right is None else right
    label = w.chance(0.35) if label is None else label
    c = chain(w, terms or w.pick((2, 3, 3, 3, 4, 4, 5)), low=1)
    lines, at, again = ([*lines_of(c), f"The answer is {value_of(c)}."], 0, c) if right else _spoiled(w, c)
    good, bad = w.pick(PAIRS)
    instruction = f"{w.say(RIGHT_ASK)} {w.say(LABEL_ASK, good=good, bad=bad)}" if label else w.say(CHECK_ASK)
    if label:
        answer = good if right else bad
    else:
        answer = "Correct." if right else " ".join([f"Step {at + 1} is wrong.", *lines_of(again), f"The answer is {value_of(c)}."])
    gap = w.pick((" ", "\n"))
    problem = w.pick((f"{plain(c)}:{gap}", f"Question: {plain(c)}\nAnswer: ", f"Problem: {plain(c)}\nSolution:{gap}", f"What is {plain(c)}?{gap}"))
    return [*ask(w, instruction, problem + gap.join(lines), label="Work", noise=0 if label else 0.12), reply(answer)]


def check_claim(w: World, *, right: bool | None = None) -> list[dict]:
    """A claimed result, checked by working it out.

    "I think 7 + 5 = 13. Am I right?" -> "7 + 5 = 12. No, it is 12."
    """
    right = w.chance(0.5) if right is None else right
    c = chain(w, w.pick((2, 2, 3, 3, 4)), low=1)
    n = value_of(c) if right else slip(w, value_of(c))
    verdict = "Yes, that is right." if right else f"No, it is {value_of(c)}."
    return [*ask(w, w.say(CLAIM_ASK, e=plain(c), n=n), noise=0.05), reply(" ".join([*lines_of(c), verdict]))]


COMPARE = phrasings("verifying", "compare")
KINDS = tuple(COMPARE)


def _compared(kind: str, a: int, b: int, c: int, many: list[int]) -> str:
    """The answer to each kind of comparison."""
    if kind in ("up", "down"):
        return ", ".join(map(str, sorted(many, reverse=kind == "down")))
    if kind in ("most", "least"):
        return str(max(many) if kind == "most" else min(many))
    if kind in ("larger", "smaller"):
        return str(max(a, b) if kind == "larger" else min(a, b))
    return ("odd" if a % 2 else "even") if kind == "even" else ("yes" if b < a < c else "no")


def compare(w: World, *, kind: str | None = None) -> list[dict]:
    """Which number is larger, an order, even or odd, between or not.

    "Which is larger, 48 or 84?" -> "84"
    """
    kind = kind or w.pick(KINDS)
    top = w.pick((20, 100, 100, 200, 1000))
    many = w.rng.sample(range(top), w.number(3, 5))
    a, b, c = many[0], min(many[1:]), max(many[1:])
    if kind in ("larger", "smaller"):
        b = many[1]
    text = w.say(COMPARE[kind], a=a, b=b, c=c, l=", ".join(map(str, many)))
    return [*ask(w, noisy(w, text, 0.03), noise=0), reply(_compared(kind, a, b, c, many))]


FAMILIES = {check_work: 1.6, check_claim: 0.8, compare: 0.7}
