"""Sums, with and without steps: the skill on which reasoning is measured.

A chain such as 7 + 5 - 3 keeps every result between 0 and 199; `chain` and `steps_of` serve the word problems too.
"""

from __future__ import annotations

from helpers.pocket.dress import ask, reply
from helpers.pocket.world import World

__all__ = ["FAMILIES", "chain", "steps_of", "value_of", "tagged", "STEPS_ASK", "NUMBER_ASK"]

Chain = tuple[int, list[tuple[str, int]]]  # the first number, then signed terms

SUM_ASK = (
    "What is {e}?", "Work out {e}.", "Compute {e}.", "Calculate {e}.", "{e} = ?", "{e} =", "How much is {e}?", "What does {e} come to?", "Please calculate {e}.", "Find the value of {e}.", "Solve: {e}", "Evaluate {e}.", "What's {e}?", "Can you work out {e} for me?",
    "I need the result of {e}.", "Tell me what {e} is.", "What do you get for {e}?", "Give me the result of {e}.", "Add this up: {e}",
    "Quick sum: {e}", "{e}", "What is the result of {e}?", "Could you compute {e}, please?", "Determine {e}.", "What number is {e}?",
)
TEXT_ASK = (
    "Work out this sum.", "Calculate the result.", "Solve the following.", "What is the result?", "Compute this expression.",
    "Evaluate the expression below.", "Find the answer.", "What does this come to?", "Please solve this.", "Answer this arithmetic question.",
    "Do the sum.", "Can you work this out?", "Give the value of the expression.", "Determine the result.", "Solve this calculation for me.",
    "What is the value?", "I need the total of this.", "Here is a sum to solve.", "Reckon this up.", "Tell me the result of this sum.",
)
STEPS_ASK = (
    "Let's think step by step.", "Think step by step.", "Show your steps.", "Work step by step.", "Show your work.", "Explain each step.",
    "Go one step at a time.", "Take it step by step.", "Show how you get there.", "Write down every step.", "Reason step by step, then answer.",
    "Show the working.", "Do it in small steps.", "Think it through before you answer.", "Break it into steps.", "Solve it step by step.",
    "Let's work this out step by step to be sure.", "First show your reasoning, then the answer.", "Give each intermediate result.",
    "Explain your reasoning.", "Think carefully, one step after another.", "Walk me through it.", "Show all the steps and then the answer.",
    "Think aloud.", "Please reason through it first.", "Write your reasoning before the answer.", "Use a chain of thought.",
)
NUMBER_ASK = (
    "Answer with the number only.", "Only the number.", "Just give the number.", "Reply with one number.", "Give only the result.",
    "No explanation, only the number.", "Answer with a single number.", "Number only, please.", "Do not show steps.", "Just the answer.",
    "Don't explain.", "Answer immediately.", "Give the final number and nothing else.", "Write only the result.", "No steps.",
    "Respond with the number alone.", "The answer must be one number.", "Keep it to the number.", "Output just the number.",
    "Answer directly.", "Give me only the final answer.", "Return only a number.",
)
SENTENCE_ASK = ("Answer in a sentence.", "Answer in a full sentence.", "Write the answer as a sentence.", "Reply with one short sentence.", "Use a whole sentence.",
                "Give me the result in one sentence.", "Put the result into words, in one sentence.")
FORM_ASK = (
    "End with {t} and the number.", "Write the result after {t}", "Finish with a line that starts with {t}", "The last line must be {t} and the result.", "Give the result as {t} number.",
    "Put {t} before the final number.", "Use the form {t} followed by the number.", "Conclude with {t} and the result.", "Mark the final answer with {t}", "Begin the last line with {t}",
    "State the result in the format {t} N.", "Close with {t} N.", "Report it as {t} N.", "Format the final number as {t} N.", "The final answer goes after {t}", "Answer in the format {t} N.",
    "Your last words should be {t} and the number.", "At the end write {t} and the number.", "Let the result follow {t}", "Tag the result with {t}",
)
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
        content = f"{how} {inline}" if place == 2 and how else f"{inline}{w.pick((' ', ' ', chr(10)))}{how}".strip()
        return ask(w, content, system=system, noise=0.08)
    return ask(w, f"{w.say(TEXT_ASK)} {how}".strip(), text, label=label, system=system)


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


DRILL_ASK = (
    "Work these out.", "Answer each sum.", "Solve all of these.", "Fill in the results.", "Calculate every line.", "Here is a list of sums. Solve each one.",
    "Complete the drill.", "Give the result of each line.", "Please do these sums.", "Copy each sum with its answer.", "Find all the answers.",
    "What is each of these?", "Compute each line.", "Practice: answer all of them.", "Finish these sums.", "Do all the sums below.",
    "Let's practice some arithmetic.", "Arithmetic drill!", "Can you solve these sums?", "Write each sum with its result.", "Time for mental arithmetic.",
    "Add or subtract, line by line.", "Evaluate each expression.", "One sum a line. Solve them.",
)


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


TIMES_ASK = (
    "What is {a} {x} {b}?", "{a} {x} {b} =", "Calculate {a} {x} {b}.", "How much is {a} {x} {b}?", "Multiply {a} by {b}.", "Work out {a} {x} {b}.",
    "What's {a} {x} {b}?", "{a} {x} {b} = ?", "Compute {a} {x} {b}.", "What is the product of {a} and {b}?", "Find {a} {x} {b}.", "Evaluate {a} {x} {b}.",
    "Tell me {a} {x} {b}.", "Times tables: {a} {x} {b}", "What do {a} groups of {b} make?", "How many are {a} times {b}?", "Give the product: {a} {x} {b}",
    "Please multiply {a} and {b}.", "Can you do {a} {x} {b}?", "{a} {x} {b}", "What do you get when you multiply {a} by {b}?", "Solve {a} {x} {b}.",
)
TABLE_ASK = (
    "Write the table of {a} from 1 to {b}.", "Give the {a} times table up to {b}.", "List the multiples: {a} x 1 to {a} x {b}.",
    "Recite the table of {a}, up to {b}.", "Show {a} x 1 up to {a} x {b}, one per line.", "Multiplication table for {a}, 1 to {b}.",
)


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
    return [*ask(w, f"{w.say(TIMES_ASK, a=a, b=b, x=w.pick(('x', 'x', '*', 'times')))} {how}".strip(), noise=0.05), reply(answer)]


FAMILIES = {arithmetic: 4.0, drill: 2.0, multiply: 0.8}
