"""The parts of a search over steps: propose the next one, judge it, count what is left, reach a target."""

from __future__ import annotations

from itertools import combinations

from helpers.pocket.dress import ask, reply
from helpers.pocket.families.arithmetic import chain, lines_of, plain, value_of
from helpers.pocket.families.verifying import slip
from helpers.pocket.world import World

__all__ = ["FAMILIES", "after", "pairs_of", "verdict_on"]

Step = tuple[int, str, int, int]  # 8 - 3 = 5 is (8, "-", 3, 5)

NEXT_ASK = (
    "What is the next step?", "Write the next step only.", "Give one next step.", "Continue with a single step.", "Propose the next step.", "What comes next?",
    "Do just one more step.", "Which step would you take next?", "Write one step and stop.", "Add the next line.", "Only the next step, please.",
    "Carry on by one step.", "Next step?", "Suggest the next step of the solution.", "Take the next step.", "State the single next step.",
    "What should be computed next?", "Give the following step and nothing more.", "Continue the working with one line.", "Write the step that follows.",
)
ONE_ASK = (
    "Propose one next step.", "Combine two of the numbers.", "Suggest one step toward the target.", "Give one possible next step.", "Which two numbers would you combine?",
    "Make one move.", "What is one possible step?", "Write one step with + or -.", "Choose two numbers and combine them.", "Take one step.",
    "Give a single step and the numbers left.", "Play one move of the numbers game.", "Try a step.", "Name one move.", "Do one operation.",
    "Add or subtract two of them.", "Use two numbers in one step.", "Make a step toward the target.", "Start with one step.", "What would you try first?",
)
THREE_ASK = (
    "Propose three possible next steps, one per line.", "Give three candidate steps.", "List three different next steps.", "What are three moves you could make?",
    "Suggest up to three next steps.", "Write three possible steps, each on its own line.", "Name three ways to combine two numbers.", "Offer three candidate moves.",
    "Brainstorm three next steps.", "Three possible next steps, please.", "Generate three candidate thoughts for the next step.", "Show three options for the next step.",
    "Think of three possible moves.", "Write down three steps you could try.", "Give me 3 possible next steps.", "List 3 candidate steps, one per line.",
    "Provide three alternatives for the next step.", "Come up with three moves.", "Propose 3 steps.", "Up to three candidate steps, one a line.",
)
HELD = ("Numbers: {l}\nTarget: {t}", "Numbers left: {l}. Target: {t}.", "You have {l}. Reach {t}.", "Left: {l}\nGoal: {t}", "Available numbers: {l}\nTarget number: {t}")


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


JUDGE_ASK = (
    "Can the target still be reached?", "Judge this state.", "Evaluate whether the target can be reached.", "How promising is this?", "Rate this state.",
    "Is the target reachable from here?", "Assess the numbers left.", "Decide how likely it is to reach the target.", "Give this state a rating.",
    "Evaluate this partial solution.", "What are the chances from here?", "Say how good this position is.", "Should we go on from here?", "Value this state.",
    "Look at the numbers left and judge.", "Will this work?", "Classify this state.", "Estimate if the target can be made.", "Is it worth going on?", "Grade this position.",
)
SCALE = ("Answer sure, likely or impossible.", "Say sure, likely or impossible.", "(sure / likely / impossible)", "Use one word: sure, likely or impossible.",
         "Reply sure if one step reaches it, impossible if it cannot be reached, likely otherwise.", "Choose from sure, likely and impossible.")
WORKED = ("Try the sums first.", "Show what you try.", "Check it with sums first.", "Work it out, then say the word.", "Think first.", "Let's think step by step.")


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


TARGET_ASK = (
    "Use two of the numbers {l} to make {t} with + or -.", "Which two of {l} give {t}? Use + or -.", "Make {t} from two of {l}.", "Reach {t} with two numbers out of {l}.",
    "From {l} choose two that add or subtract to {t}.", "Find a sum or difference of two of {l} that equals {t}.", "Target {t}, numbers {l}: write one expression.",
    "Get {t} by adding or subtracting two of these: {l}", "How can you make {t} from {l}? Use two numbers.", "Numbers: {l}. Make {t} with one + or -.",
    "Pick two numbers from {l} and combine them to {t}.", "With {l}, form {t}.", "Write an expression from two of {l} that is {t}.", "Can you make {t} out of two of {l}?",
    "Two of the numbers {l} make {t}. Which, and how?", "Combine two of {l} into {t}.", "I have {l}. Show me {t}.", "Hit the target {t} using two of {l}.",
    "Small puzzle: make {t} from two of {l}.", "Find two of {l} whose sum or difference is {t}.", "Solve the puzzle: numbers {l}, target {t}, two numbers only.",
)
NONE_ASK = ("If there is no way, say impossible.", "Say impossible if it cannot be done.", "Answer impossible if no pair works.", "If not, write impossible.")


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


LEFT_ASK = (
    "Which numbers are left?", "What is left after this step?", "List the numbers left.", "Give the remaining numbers.", "Update the numbers.", "What numbers remain?",
    "Write the numbers that are left.", "Which numbers can still be used?", "After the step, what remains?", "Show the new list of numbers.", "What do you have now?",
    "Cross out the used numbers and add the result.", "What is the new list?", "Name the numbers left over.", "Now which numbers do we have?",
    "Replace the two numbers by the result. What is the list?", "State what is left.", "Remaining numbers?", "Tell me the numbers that remain.", "What would be left?",
)


def countdown_left(w: World) -> list[dict]:
    """The numbers left once a step has used two of them.

    "Numbers: 3, 5, 8. Step: 3 + 5 = 8. Which numbers are left?" -> "8, 8"
    """
    numbers = [w.number(1, w.pick((9, 20, 50))) for _ in range(w.number(2, 5))]
    step = w.pick(pairs_of(numbers))
    text = w.pick(("Numbers: {}. Step: {}.", "Numbers: {}\nStep: {}", "You have {}. You take {}.", "From {} you make {}.", "Numbers left: {}\nNext step: {}"))
    return [*ask(w, w.say(LEFT_ASK), text.format(listed(numbers), shown(step)), label="Game"), reply(listed(after(numbers, step)))]


FAMILIES = {next_step: 1.2, evaluate_step: 0.8, make_target: 0.8, countdown_left: 0.4}
