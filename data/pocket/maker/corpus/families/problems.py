"""Word problems: short stories with numbers, answered directly, with steps, by three experts, or checked."""

from __future__ import annotations

from functools import lru_cache

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.arithmetic import NUMBER_ASK, STEPS_ASK, Chain, chain, lines_of, misspelled, steps_of, tagged, value_of
from pocket_maker.corpus.world import World, phrasings, words

__all__ = ["FAMILIES", "story", "STORY_ASK"]

STORY_ASK = words("story_ask")
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@lru_cache(maxsize=1)
def scenes() -> dict[str, dict[str, tuple[str, ...]]]:
    """The sentences of words/scenes.txt by scene and kind."""
    out: dict[str, dict[str, list[str]]] = {}
    for line in words("scenes"):
        if line[0] == "@":
            here = out.setdefault(line[1:], {})
        else:
            here.setdefault(line[0], []).append(line[2:])
    return {name: {kind: tuple(texts) for kind, texts in kinds.items()} for name, kinds in out.items()}


SCENES = tuple(name for name in scenes() if name != "extra")


def _number(w: World, n: int) -> str:
    """A number in digits; a small one now and then as a word."""
    return NUMBERS[n] if n <= 12 and w.chance(0.12) else str(n)


def _cast(w: World) -> dict[str, str]:
    """Who and what a story is about."""
    p, q = w.entities("first_names", 2)
    return {"p": p, "q": q, "o": w.entity("objects"), "c": w.entity("cities")}


def _told(shapes: tuple[str, ...], opening: str) -> tuple[str, ...]:
    """The sentences that can follow an opening: one that names no owner leaves open who gains when two people are named."""
    fit = tuple(shape for shape in shapes if "{p}" in opening or not ("{p}" in shape and "{q}" in shape))
    return fit or shapes


def story(w: World, terms: int, *, distract: float = 0.2) -> tuple[str, Chain]:
    """A story that ends in a question, and the chain of numbers that answers it."""
    kinds, cast = scenes()[w.pick(SCENES)], _cast(w)
    c, used = chain(w, terms, low=2), set()
    opening = w.entity(kinds["o"])
    parts = [opening.format(n=_number(w, c[0]), **cast)]
    for op, n in c[1]:
        shapes = _told(kinds[op], opening)
        shape = w.entity(shapes)
        shape = w.entity(shapes) if shape in used else shape
        used.add(shape)
        sentence = shape.format(n=_number(w, n), **cast)
        if len(parts) > 1 and shape[:3] in ("{p}", "{q}", "{n}") and w.chance(0.2):
            parts[-1] = f"{parts[-1][:-1]}, and {sentence}"
        else:
            parts.append(sentence)
    if w.chance(distract):
        parts.insert(w.number(0, len(parts)), w.say(scenes()["extra"]["!"], n=w.number(2, 60), **cast))
    parts.append(w.say(kinds["?"], **cast))
    return " ".join(p[0].upper() + p[1:] for p in parts), c


def times_story(w: World) -> tuple[str, list[str], int]:
    """A story with one multiplication, its steps and its answer."""
    kinds, cast = scenes()[w.pick(SCENES)], _cast(w)
    first, a, b = w.number(2, 60), w.number(2, 9), w.number(2, 12)
    opening = w.entity(kinds["o"])
    more = w.say(_told(kinds["*"], opening), a=_number(w, a), b=b, **cast)
    parts = [opening.format(n=first, **cast), more, w.say(kinds["?"], **cast)]
    steps = [f"{a} x {b} = {a * b}.", f"{first} + {a * b} = {first + a * b}."]
    return " ".join(p[0].upper() + p[1:] for p in parts), steps, first + a * b


def posed(w: World, text: str, how: str, *, label: str = "Problem") -> list[dict]:
    """The opening turn: the story alone or under an instruction, and how to answer."""
    if w.chance(0.45):
        content = f"{text}{w.pick((' ', chr(10), chr(10) * 2))}{how}".strip() if w.chance(0.85) else f"{how}\n{text}".strip()
        return ask(w, content, noise=0)
    return ask(w, f"{w.say(STORY_ASK)} {how}".strip(), text, label=w.pick((label, "Question", "Story")), noise=misspelled(how))


def word_problem(w: World, *, terms: int | None = None, steps: bool | None = None) -> list[dict]:
    """A story of gains and losses and its answer, directly or with steps.

    "Mina has 12 apples. Tom gives Mina 5 more. How many apples does Mina have now? Show your steps."
    -> "12 + 5 = 17. The answer is 17."
    """
    free, steps = steps is None, w.chance(0.6) if steps is None else steps
    how = w.say(STEPS_ASK) if steps else w.say(NUMBER_ASK) if w.chance(0.5) else ""
    if terms is None and w.chance(0.12):
        text, lines, n = times_story(w)
        answer = " ".join([*lines, f"The answer is {n}."])
    else:
        text, c = story(w, terms or w.pick((2, 2, 3, 3, 3, 4, 4, 5)))
        answer, n = steps_of(c), value_of(c)
    answer = answer if steps else str(n)
    if free and (steps or not how) and w.chance(0.12):
        how, answer = tagged(w, how, answer, n)
    return [*posed(w, text, how), reply(answer)]


HAS = phrasings("problems", "has")
RELATES = phrasings("problems", "relates")
WHO = phrasings("problems", "who")
FEWER = phrasings("problems", "fewer")
APART = phrasings("problems", "apart")
BOTH = phrasings("problems", "both")
HIS = phrasings("problems", "his")


def _compared(w: World, cast: dict) -> tuple[str, str, list[str]]:
    """Two people's counts: story with question, answer, steps."""
    a, b = w.rng.sample(range(2, w.pick((12, 30, 60, 99))), 2)
    most, least = (cast["p"], cast["q"]) if a > b else (cast["q"], cast["p"])
    kind = w.pick(("who", "fewer", "apart", "both"))
    question = w.say({"who": WHO, "fewer": FEWER, "apart": APART, "both": BOTH}[kind], m=most, l=least, **cast)
    op, n = ("+", a + b) if kind == "both" else ("-", abs(a - b))
    answer = most if kind == "who" else least if kind == "fewer" else str(n)
    first, second = (a, b) if op == "+" else (max(a, b), min(a, b))
    steps = [f"{first} is more than {second}."] if kind in ("who", "fewer") else [f"{first} {op} {second} = {n}."]
    return f"{w.say(HAS, a=a, b=b, **cast)} {question}", answer, steps


def story_question(w: World, *, steps: bool | None = None) -> list[dict]:
    """Two people's things compared: who has more, how many more, how many together.

    "Mina has 12 apples. Tom has 9 apples. Who has more apples?" -> "Mina"
    """
    steps, cast = w.chance(0.5) if steps is None else steps, _cast(w)
    if w.chance(0.55):
        text, answer, lines = _compared(w, cast)
    else:
        op, a = w.pick("+-"), w.number(4, w.pick((12, 40, 90)))
        b = w.number(2, a - 1) if op == "-" else w.number(2, 40)
        c: Chain = (a, [(op, b)])
        both = w.chance(0.5)
        text = f"{w.say(RELATES[op], a=a, b=b, **cast)} {w.say(BOTH if both else HIS, **cast)}"
        lines = [*lines_of(c), *([f"{a} + {value_of(c)} = {a + value_of(c)}."] if both else [])]
        answer = str(a + value_of(c) if both else value_of(c))
    how = w.say(STEPS_ASK) if steps else ""
    return [*posed(w, text, how), reply(" ".join([*lines, f"The answer is {answer}."]) if steps else answer)]


FAMILIES = {word_problem: 4.0, story_question: 1.2}
