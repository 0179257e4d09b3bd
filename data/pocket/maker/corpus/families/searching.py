"""The parts of a search over steps: propose the next one, judge it, count what is left, reach a target."""

from __future__ import annotations

from itertools import combinations

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.arithmetic import chain, lines_of, plain, value_of
from pocket_maker.corpus.families.verifying import slip
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "after", "pairs_of", "verdict_on"]

Step = tuple[int, str, int, int]  # 8 - 3 = 5 is (8, "-", 3, 5)

NEXT_ASK = phrasings("searching", "next_ask")
ONE_ASK = phrasings("searching", "one_ask")
THREE_ASK = phrasings("searching", "three_ask")
HELD = phrasings("searching", "held")


def pairs_of(numbers: list[int]) -> list[Step]:
    """Every sum and difference of two of the numbers, in order: sums first come first."""
    out: list[Step] = []
    for a, b in combinations(numbers, 2):
        out += [(a, "+", b, a + b), (max(a, b), "-", min(a, b), abs(a - b))]
    return out


def after(numbers: list[int], step: Step) -> list[int]:
    """The numbers left once a step is taken: the others in order, then the result."""
    left = list(numbers)
    left.remove(step[0])
    left.remove(step[2])
    return [*left, step[3]]


def shown(step: Step) -> str:
    """'8 - 3 = 5'"""
    return f"{step[0]} {step[1]} {step[2]} = {step[3]}"


def listed(numbers: list[int]) -> str:
    """'3, 5, 8'"""
    return ", ".join(map(str, numbers))


def _game(w: World, n: int) -> tuple[list[int], int]:
    """n numbers and a target that some line of steps reaches."""
    numbers = [w.number(1, w.pick((9, 12, 20))) for _ in range(n)]
    left = numbers
    while len(left) > 1:
        left = after(left, w.pick(pairs_of(left)))
    return numbers, left[0]


def next_step(w: World, *, kind: str | None = None) -> list[dict]:
    """The next single step of a sum, or one or three candidate steps of the numbers game.

    "7 + 5 - 3. So far: 7 + 5 = 12. What is the next step?" -> "12 - 3 = 9."
    """
    kind = kind or w.pick(("chain", "chain", "one", "three"))
    if kind == "chain":
        c = chain(w, w.pick((2, 3, 3, 4, 4, 5)), low=1)
        lines = [*lines_of(c), f"The answer is {value_of(c)}."]
        done = w.number(0, len(lines) - 1)
        so_far = w.pick((" ", "\n")).join(lines[:done]) or "none"
        text = w.pick(("{}\nSteps so far: {}", "Problem: {}\nSo far: {}", "Sum: {}. Done so far: {}", "Question: {}\nSteps: {}")).format(plain(c), so_far)
        return [*ask(w, w.say(NEXT_ASK), text, label="Working"), reply(lines[done])]
    numbers, target = _game(w, w.pick((2, 3, 3, 4)) if kind == "one" else w.pick((3, 3, 4)))
    steps = pairs_of(numbers)
    hits = [s for s in steps if len(numbers) == 2 and s[3] == target]
    chosen = (hits or w.rng.sample(steps, 1))[:1] if kind == "one" else _distinct(w, steps)
    text = w.pick(HELD).format(l=listed(numbers), t=target)
    answer = "\n".join(f"{shown(s)} (left: {listed(after(numbers, s))})" for s in chosen)
    return [*ask(w, w.say(ONE_ASK if kind == "one" else THREE_ASK), text, label="Game"), reply(answer)]


def _distinct(w: World, steps: list[Step]) -> list[Step]:
    """Three different steps (fewer if there are no three) in a random order."""
    kinds = sorted(set(steps))
    return w.rng.sample(kinds, min(3, len(kinds)))


JUDGE_ASK = phrasings("searching", "judge_ask")
SCALE = phrasings("searching", "scale")
WORKED = phrasings("searching", "worked")


def verdict_on(numbers: list[int], target: int) -> str:
    """'sure' if at most one step reaches the target, 'impossible' if one step was all and misses, or the target is above the sum, else 'likely'."""
    if len(numbers) > 2:
        return "likely" if target <= sum(numbers) else "impossible"
    return "sure" if target in [s[3] for s in pairs_of(numbers)] + (numbers if len(numbers) == 1 else []) else "impossible"


def evaluate_step(w: World, *, kind: str | None = None) -> list[dict]:
    """Is a state of the numbers game sure, likely or impossible? Is a step right?

    "Numbers: 3, 8. Target: 5. Answer sure, likely or impossible." -> "sure"
    """
    n = w.pick((1, 2, 2, 2, 2, 3, 3))
    numbers, target = _game(w, n)
    target = target if w.chance(0.5) else slip(w, target) if n < 3 else sum(numbers) + w.number(1, 30)
    if (kind or w.pick(("plain", "worked"))) == "plain":
        how, tried = w.say(SCALE), ""
    else:
        how = f"{w.say(SCALE)} {w.say(WORKED)}"
        tried = "" if n == 1 else " ".join(f"{shown(s)}." for s in pairs_of(numbers)) + " " if n == 2 else f"{' + '.join(map(str, numbers))} = {sum(numbers)}. "
    text = w.pick(HELD).format(l=listed(numbers), t=target)
    return [*ask(w, f"{w.say(JUDGE_ASK)} {how}", text, label="State"), reply(tried + verdict_on(numbers, target))]


TARGET_ASK = phrasings("searching", "target_ask")
NONE_ASK = phrasings("searching", "none_ask")


def make_target(w: World, *, steps: bool | None = None) -> list[dict]:
    """Two of a few numbers that add or subtract to a target.

    "Use two of the numbers 3, 9, 14 to make 17 with + or -." -> "3 + 14 = 17"
    """
    steps = w.chance(0.4) if steps is None else steps
    numbers = w.rng.sample(range(1, w.pick((10, 15, 20, 30))), w.pick((2, 3, 3, 3, 4)))
    options = pairs_of(numbers)
    open_end = w.chance(0.3)
    target = slip(w, w.pick(options)[3]) if open_end and w.chance(0.6) else w.pick(options)[3]
    at = next((i for i, s in enumerate(options) if s[3] == target), None)
    how = " ".join(filter(None, (w.say(NONE_ASK) if open_end else "", w.say(WORKED) if steps else "")))
    answer = "impossible" if at is None else shown(options[at])
    if steps:
        tried = [f"{shown(s)}." for s in options[: len(options) if at is None else at + 1]]
        answer = " ".join([*tried, "So impossible." if at is None else f"So {answer}."])
    return [*ask(w, f"{w.say(TARGET_ASK, l=listed(numbers), t=target)} {how}".strip(), noise=0.05), reply(answer)]


LEFT_ASK = phrasings("searching", "left_ask")


def countdown_left(w: World) -> list[dict]:
    """The numbers left once a step has used two of them.

    "Numbers: 3, 5, 8. Step: 3 + 5 = 8. Which numbers are left?" -> "8, 8"
    """
    numbers = [w.number(1, w.pick((9, 20, 50))) for _ in range(w.number(2, 5))]
    step = w.pick(pairs_of(numbers))
    text = w.pick(("Numbers: {}. Step: {}.", "Numbers: {}\nStep: {}", "You have {}. You take {}.", "From {} you make {}.", "Numbers left: {}\nNext step: {}"))
    return [*ask(w, w.say(LEFT_ASK), text.format(listed(numbers), shown(step)), label="Game"), reply(listed(after(numbers, step)))]


FAMILIES = {next_step: 1.2, evaluate_step: 0.8, make_target: 0.8, countdown_left: 0.4}
