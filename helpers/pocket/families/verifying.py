"""Numbers compared, and worked answers checked: right, or which step is wrong and what follows."""

from __future__ import annotations

from helpers.pocket.dress import ask, noisy, reply
from helpers.pocket.families.arithmetic import Chain, chain, lines_of, plain, value_of
from helpers.pocket.world import World

__all__ = ["FAMILIES", "LABEL_ASK", "PAIRS", "slip"]

CHECK_ASK = (
    "Is this worked answer right?", "Check this solution.", "Check the work below and correct it if needed.", "Find the mistake, if there is one.",
    "Verify each step.", "Is there an error in this working?", "Check your answer and fix it if it is wrong.", "Review this solution step by step.",
    "Look for mistakes in these steps.", "Please check my working.", "Did I make a mistake?", "Proofread this calculation.", "Mark this homework.",
    "A student wrote this. Check it.", "Go over the steps and correct any error.", "Is everything right here?", "Double-check this answer.",
    "Criticize this solution.", "Which step is wrong, if any?", "Can you verify this calculation?", "Examine the reasoning and repair it if needed.",
    "Does this working hold up?", "Tell me whether the steps are right; correct them if not.", "Audit this calculation.",
)
RIGHT_ASK = (
    "Is this worked answer right?", "Is everything right here?", "Check this solution.", "Is this solution correct?", "Are all the steps right?", "Grade this answer.",
    "Mark this homework.", "Is the working correct?", "Judge this solution.", "Are these steps correct?", "Is this calculation right?", "Assess this worked answer.",
    "Is the final answer right?", "Review the solution.", "Is the student's answer correct?", "Is this the right result?", "Verify the answer.",
    "Can this working be trusted?", "Evaluate this answer.", "Does this calculation come out right?", "Decide whether the answer is right.", "Score this solution.",
)
LABEL_ASK = (
    "Answer {good} or {bad}.", "Reply with {good} or {bad}.", "Say {good} or {bad}.", "One word: {good} or {bad}.", "Only answer {good} or {bad}.",
    "Your answer must be {good} or {bad}.", "Write {good} if it is right and {bad} if it is not.", "Respond with {good} or {bad} only.",
    "{good} or {bad}?", "Label it {good} or {bad}.", "Judge it: {good} or {bad}.", "Use one of two words, {good} or {bad}.",
    "If it is right write {good}, otherwise {bad}.", "Give a verdict: {good} or {bad}.", "Choose between {good} and {bad}.", "Just {good} or {bad}.",
    "Decide: {good} or {bad}.", "End with {good} or {bad}, nothing else.", "Return {good} or {bad}.", "The options are {good} and {bad}.",
)
PAIRS = (("correct", "wrong"), ("right", "wrong"), ("yes", "no"), ("true", "false"), ("correct", "incorrect"), ("pass", "fail"), ("ok", "error"))
CLAIM_ASK = (
    "I think {e} = {n}. Am I right?", "Is {e} equal to {n}?", "Is it true that {e} is {n}?", "My answer to {e} is {n}. Is that right?", "Does {e} make {n}?",
    "I got {n} for {e}. Correct?", "Someone says {e} = {n}. Check it.", "Check: {e} = {n}", "Verify that {e} = {n}.", "Can it be that {e} = {n}?",
    "The book says {e} = {n}. Is the book right?", "Is {n} the right answer to {e}?", "Confirm or correct: {e} = {n}", "Would you agree that {e} is {n}?",
    "My friend says that {e} comes to {n}. Is it so?", "Is this right? {e} = {n}", "Please check whether {e} gives {n}.", "Do you get {n} for {e} too?",
    "A model answered {n} to the question {e}. Is that correct?", "Test this claim: {e} = {n}.", "True or not: {e} = {n}?",
)


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


COMPARE = {
    "larger": ("Which is larger, {a} or {b}?", "Which number is bigger: {a} or {b}?", "Give the greater of {a} and {b}.", "Pick the larger number: {a}, {b}",
               "What is the maximum of {a} and {b}?", "Is {a} or {b} the higher number?", "Which is more, {a} or {b}?", "The larger of {a} and {b} is"),
    "smaller": ("Which is smaller, {a} or {b}?", "Which number is less: {a} or {b}?", "Give the smaller of {a} and {b}.", "Pick the lower number: {a}, {b}",
                "What is the minimum of {a} and {b}?", "Is {a} or {b} the lower number?", "Which is less, {a} or {b}?", "The smaller of {a} and {b} is"),
    "up": ("Sort these from smallest to largest: {l}", "Put {l} in ascending order.", "Order these numbers, lowest first: {l}", "Arrange {l} in increasing order.",
           "Sort ascending: {l}", "List {l} from low to high."),
    "down": ("Sort these from largest to smallest: {l}", "Put {l} in descending order.", "Order these numbers, highest first: {l}", "Arrange {l} in decreasing order.",
             "Sort descending: {l}", "List {l} from high to low."),
    "even": ("Is {a} even or odd?", "Even or odd: {a}?", "Tell me if {a} is even or odd.", "Say even or odd for {a}.", "Would you call {a} odd or even?",
             "The number {a}: odd or even?"),
    "between": ("Is {a} between {b} and {c}? Answer yes or no.", "Does {a} lie between {b} and {c}? Yes or no?", "Yes or no: is {a} between {b} and {c}?",
                "Is {a} in the range from {b} to {c}? Reply yes or no.", "Say yes if {a} is between {b} and {c}, otherwise no."),
    "most": ("Which is the largest of {l}?", "Find the maximum: {l}", "What is the highest number in {l}?", "Give the biggest of {l}.", "Pick the largest number in this list: {l}"),
    "least": ("Which is the smallest of {l}?", "Find the minimum: {l}", "What is the lowest number in {l}?", "Give the least of {l}.", "Pick the smallest number in this list: {l}"),
}
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
