"""Second looks at word problems: three experts who share their steps, and answers verified."""

from __future__ import annotations

from helpers.pocket.dress import ask, reply
from helpers.pocket.families.arithmetic import chain, lines_of, plain, steps_of, value_of
from helpers.pocket.families.problems import story
from helpers.pocket.families.verifying import LABEL_ASK, PAIRS, slip
from helpers.pocket.world import World

__all__ = ["FAMILIES", "EXPERTS_ASK", "VERIFY_ASK"]

EXPERTS_ASK = (
    "Imagine three experts are answering this question. Each writes down one step of their thinking, then shares it with the group.",
    "Three experts solve this together. Each writes one step and shares it.", "Three experts work on this. One step each, then the answer.",
    "Let three experts answer this, one step at a time.", "Pretend to be three experts who take turns, one step each.", "Simulate three experts who share their steps.",
    "Three mathematicians discuss this problem. Each adds one step.", "Act as a panel of three experts. Every expert gives one step.",
    "Imagine three experts. They write down a step each and pass it on.", "Use three experts: each writes a step, then they agree on the answer.",
    "Three experts write down one step each, then share it. If one sees an error, they correct it.", "Answer as three experts who think step by step together.",
    "Suppose three experts answer this. Each says one step, the last gives the result.", "A team of three experts solves this step by step. Show their steps.",
    "Have three experts reason in turn until they have the answer.", "Three logical experts work it out together. Write what each says.",
    "Picture three experts at a table. Each contributes one step.", "Think like three experts who check each other. One step each.",
    "Let expert 1, expert 2 and expert 3 each write a step.", "Three experts are asked this. Note each expert's step, then the final answer.",
    "Write a short discussion of three experts who solve this, a step each.", "Role-play three experts, each with one step.",
)
VERIFY_ASK = (
    "Is the proposed answer right?", "Verify the answer.", "Check the answer to this problem.", "Someone answered this problem. Is the answer right?", "Check your answer.",
    "Look at the answer again. Is it right?", "Verify the result by working it out again.", "Does the answer fit the story?", "Test the proposed answer.",
    "Decide if the answer is correct.", "Reread the problem and check the answer.", "Is this answer correct?", "Please verify.", "Was this solved correctly?",
    "Confirm or correct the answer.", "Review the answer given.", "Check whether the number is right.", "Is the student's answer right?", "Can we trust this answer?",
    "Go over this answer once more.", "Double-check the answer below.",
)
REPAIR_ASK = (
    "If it is wrong, correct it.", "Work it out again and correct it if needed.", "Show the working.", "Recalculate, then give your verdict.", "Solve it again to see.",
    "Explain.", "Give your working and the right answer.", "Fix it if you must.", "Then state the right answer.", "Think step by step.",
)


def experts(w: World, *, terms: int | None = None) -> list[dict]:
    """Three experts, one step each, then the answer.

    "Three experts work on this. One step each, then the answer. 7 + 5 - 3"
    -> "Expert 1: 7 + 5 = 12.\\nExpert 2: 12 - 3 = 9.\\nExpert 3: I agree, it is 9.\\nThe answer is 9."
    """
    n = terms or w.pick((2, 3, 3, 4, 4, 5))
    text, c = story(w, n) if w.chance(0.7) else (w.pick(("What is {}?", "{}", "Compute {}.")), chain(w, n))
    text, total = text.format(plain(c)), value_of(c)
    lines = lines_of(c) + [f"I agree, it is {total}."] * max(0, 3 - len(lines_of(c)))
    said = [f"Expert {i % 3 + 1}: {line}" for i, line in enumerate(lines)]
    return [*ask(w, w.say(EXPERTS_ASK), text, label=w.pick(("Question", "Problem"))), reply("\n".join([*said, f"The answer is {total}."]))]


def self_verify(w: World, *, right: bool | None = None, label: bool | None = None) -> list[dict]:
    """A word problem with a proposed answer, checked by working it out again.

    "Mina has 12 apples. Tom takes 5. How many are left? Answer: 8. Check the answer." -> "12 - 5 = 7. The answer 8 is wrong. The answer is 7."
    """
    right = w.chance(0.5) if right is None else right
    label = w.chance(0.3) if label is None else label
    text, c = story(w, w.pick((2, 2, 3, 3, 4)))
    n = value_of(c) if right else slip(w, value_of(c))
    good, bad = w.pick(PAIRS)
    how = w.say(LABEL_ASK, good=good, bad=bad) if label else w.say(REPAIR_ASK)
    verdict = f"The answer {n} is correct." if right else f"The answer {n} is wrong. The answer is {value_of(c)}."
    draft = w.pick(("{}\nAnswer: {}", "Problem: {}\nProposed answer: {}", "{}\nStudent's answer: {}", "Question: {}\nAnswer: {}", "{} The answer given is {}."))
    answer = (good if right else bad) if label else " ".join([*lines_of(c), verdict])
    return [*ask(w, f"{w.say(VERIFY_ASK)} {how}", draft.format(text, n), label=w.pick(("Draft", "Text")), noise=0 if label else 0.1), reply(answer)]


BACK_ASK = (
    "Solve the problem, then verify the result by going backwards.", "Answer, then check your answer by undoing the steps.", "Compute it, then check it in reverse.",
    "Solve and then prove your answer by working backwards.", "Check your own answer by reversing each step.", "Find the answer and test it backwards.",
    "Do the sum, then undo it to check.", "Give the answer with a check in reverse.", "After solving, go back step by step to check.", "Solve, then verify backwards.",
    "Show the steps and a reverse check.", "Calculate, then confirm by the opposite operations.", "Work forwards, then backwards.", "Answer with a proof by reversing.",
    "Use the opposite operations to verify your answer.", "Give the answer, then walk back to the start.", "Prove the result by undoing it.", "Solve it and test the result in reverse.",
    "Check the result by starting from it.", "Run the sum forwards and backwards.",
)


def check_backwards(w: World) -> list[dict]:
    """A sum solved, then undone to check it.

    "Solve, then verify backwards. 7 + 5 - 3" -> "7 + 5 = 12. 12 - 3 = 9. The answer is 9. Check: 9 + 3 = 12. 12 - 5 = 7. Right."
    """
    c = chain(w, w.pick((2, 3, 3, 4)), low=1)
    back = (value_of(c), [("-" if op == "+" else "+", n) for op, n in reversed(c[1])])
    answer = " ".join([steps_of(c), "Check:", *lines_of(back), "Right."])
    return [*ask(w, w.say(BACK_ASK), plain(c), label="Sum"), reply(answer)]


FAMILIES = {experts: 0.6, self_verify: 0.8, check_backwards: 0.3}
