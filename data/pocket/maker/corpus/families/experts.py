"""Second looks at word problems: three experts who share their steps, and answers verified."""

from __future__ import annotations

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.arithmetic import chain, lines_of, plain, steps_of, value_of
from pocket_maker.corpus.families.problems import story
from pocket_maker.corpus.families.verifying import LABEL_ASK, PAIRS, slip
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "EXPERTS_ASK", "VERIFY_ASK"]

EXPERTS_ASK = phrasings("experts", "experts_ask")
VERIFY_ASK = phrasings("experts", "verify_ask")
REPAIR_ASK = phrasings("experts", "repair_ask")


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


BACK_ASK = phrasings("experts", "back_ask")


def check_backwards(w: World) -> list[dict]:
    """A sum solved, then undone to check it.

    "Solve, then verify backwards. 7 + 5 - 3" -> "7 + 5 = 12. 12 - 3 = 9. The answer is 9. Check: 9 + 3 = 12. 12 - 5 = 7. Right."
    """
    c = chain(w, w.pick((2, 3, 3, 4)), low=1)
    back = (value_of(c), [("-" if op == "+" else "+", n) for op, n in reversed(c[1])])
    answer = " ".join([steps_of(c), "Check:", *lines_of(back), "Right."])
    return [*ask(w, w.say(BACK_ASK), plain(c), label="Sum"), reply(answer)]


FAMILIES = {experts: 0.6, self_verify: 0.8, check_backwards: 0.3}
