"""Short instructions on strings: copy, change case, spell, count, quote; the lists are in `language_lists`.

Most strings are made up, because the skill is to handle text that was never seen: the answer is always computed.
"""

from __future__ import annotations

from collections.abc import Callable

from pocket_maker.corpus.dress import ask, noisy, reply
from pocket_maker.corpus.families.language_ask import REPEAT_ASK, STRING_ASK, TIMES_ASK
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "repeat_text", "string_op", "show", "items_of"]

TIMES = {2: ("two", "2"), 3: ("three", "3"), 4: ("four", "4")}
LABELS = ("Text", "Input", "Words", "Line", "Here it is", "The text")
OPENINGS = ("Please note:", "Reminder:", "Update:", "For the log:", "Hello team,", "Dear all,", "As agreed,", "FYI:")
SCENES = phrasings("language", "scenes")


def show(w: World, instruction: str, text: str, *, labels: tuple[str, ...] = LABELS, noise: float = 0.08) -> list[dict]:
    """The instruction and its material: on one line after a colon, or dressed by `ask`."""
    if "\n" not in text and w.chance(0.3):
        instruction = noisy(w, instruction, noise)
        return ask(w, f"{instruction} {text}" if instruction[-1] in "?:" else f"{instruction.rstrip('.')}: {text}", noise=0)
    return ask(w, instruction, text, label=w.pick(labels), noise=noise)


def _scene(w: World) -> str:
    """A plain sentence with names, numbers and codes in it."""
    text = w.entity(SCENES).format(p=w.entity("first_names"), q=w.person(), n=w.number(2, 99), h=w.number(1, 12), m=w.number(10, 59),
                                   o=w.entity("objects"), c=w.entity("cities"), d=w.entity("cities"), k=w.code())
    text = f"{w.pick(OPENINGS)} {text}" if w.chance(0.25) else text[0].upper() + text[1:]
    return text + w.pick((".", ".", ".", "!", ""))


def _word(w: World) -> str:
    """One word: made up, plain, a name or a code."""
    kind = w.number(0, 9)
    if kind < 4:
        return w.nonce()
    if kind < 6:
        return w.entity("common_words")
    return (w.code, w.camel, lambda: w.entity("first_names"), lambda: w.nonce().capitalize())[kind - 6]()


def items_of(w: World, n: int) -> list[str]:
    """n different items of one kind: plain words, made-up words, names, cities, codes or a mixture."""
    kind = w.number(0, 11)
    if kind < 5:
        return w.entities(("common_words", "common_words", "first_names", "cities", "objects")[kind], n)
    make: Callable[[], str] = (w.nonce, w.nonce, w.nonce, w.code, w.person, lambda: w.nonce().capitalize(), lambda: _word(w))[kind - 5]
    items = list(dict.fromkeys(make() for _ in range(n)))
    return items if len(items) == n else w.entities("common_words", n)


def _material(w: World) -> str:
    """Something to copy: words, codes, numbers, a list, a sentence or a few lines."""
    kind = w.number(0, 9)
    if kind < 2:
        return " ".join(_word(w) for _ in range(w.number(1, 9)))
    if kind < 4:
        return w.pick((" ", ", ", "; ", "\n", " / ")).join(w.code() for _ in range(w.number(1, 6)))
    if kind == 4:
        return ", ".join(items_of(w, w.number(2, 8)))
    if kind == 5:
        return w.pick((" ", ", ", "-")).join(str(w.number(0, w.pick((9, 99, 999, 9999)))) for _ in range(w.number(2, 9)))
    if kind < 9:
        return " ".join(_scene(w) for _ in range(w.pick((1, 1, 2, 3))))
    return "\n".join(_scene(w) for _ in range(w.number(2, 4)))


def repeat_text(w: World, *, times: int | None = None) -> list[dict]:
    """Copy a text exactly, now and then several times.

    times: how often (1 to 4).
    Example: Echo the following: Qv-7bX pelunor -> Qv-7bX pelunor
    """
    times = (w.number(2, 4) if w.chance(0.08) else 1) if times is None else times
    if times > 1:
        text = _word(w)
        return [*show(w, w.say(TIMES_ASK, n=w.pick(TIMES[times])), text), reply(" ".join([text] * times))]
    text = _material(w)
    return [*show(w, w.entity(REPEAT_ASK), text), reply(text)]


def _phrase(w: World) -> str:
    """Two to six words in lower case or as they come."""
    kind = w.number(0, 3)
    if kind == 0:
        return _scene(w).rstrip(".!")
    pool: Callable[[], str] = (w.nonce, lambda: w.entity("common_words"), lambda: _word(w))[kind - 1]
    return " ".join(pool() for _ in range(w.number(2, 6)))


def _plain(w: World) -> str:
    return w.nonce() if w.chance(0.6) else w.entity(("common_words", "first_names")[w.number(0, 1)])


def _title(text: str) -> str:
    return " ".join(part[:1].upper() + part[1:] for part in text.split(" "))


STRING_OPS: dict[str, tuple[Callable[[World], str], Callable[[str], str]]] = {
    "upper": (lambda w: _phrase(w) if w.chance(0.5) else _word(w), str.upper),
    "lower": (lambda w: (_scene(w) if w.chance(0.5) else _phrase(w)).upper() if w.chance(0.4) else w.code(), str.lower),
    "title": (_phrase, _title),
    "first": (_plain, lambda text: text[0]),
    "last": (_plain, lambda text: text[-1]),
    "spell_hyphen": (_plain, "-".join),
    "spell": (_plain, " ".join),
    "letters": (_plain, lambda text: str(len(text))),
    "backward": (_plain, lambda text: text[::-1]),
    "initials": (World.person, lambda text: "".join(part[0] for part in text.split())),
    "words": (_phrase, lambda text: str(len(text.split()))),
    "first_word": (_phrase, lambda text: text.split()[0]),
    "last_word": (_phrase, lambda text: text.split()[-1]),
    "flip": (_phrase, lambda text: " ".join(text.split()[::-1])),
    "underscore": (_phrase, lambda text: text.replace(" ", "_")),
    "dashes": (_phrase, lambda text: text.replace(" ", "-")),
    "spaces": (lambda w: _phrase(w).replace(" ", "_"), lambda text: text.replace("_", " ")),
    "quote": (_phrase, lambda text: f'"{text}"'),
    "bracket": (_phrase, lambda text: f"[{text}]"),
    "ending": (_phrase, lambda text: f"{text}!"),
}
_STRING_OPS = tuple(STRING_OPS)


def string_op(w: World, *, op: str | None = None) -> list[dict]:
    """One job on a word or phrase: case, letters, spelling, counting, quoting.

    op: a key of `STRING_OPS`.
    Example: Spell this with hyphens between the letters. Word: velta -> v-e-l-t-a
    """
    op = op or w.pick(_STRING_OPS)
    make, change = STRING_OPS[op]
    text = make(w)
    return [*show(w, w.entity(STRING_ASK[op]), text), reply(change(text))]


FAMILIES = {repeat_text: 2.5, string_op: 2.0}
