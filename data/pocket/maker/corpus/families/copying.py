"""Exact copying: a part between markers, a line, a word beside another, the string that fits a description."""

from __future__ import annotations

from collections.abc import Callable

from pocket_maker.corpus.dress import reply
from pocket_maker.corpus.families.naming import model_name
from pocket_maker.corpus.families.passages import passage
from pocket_maker.corpus.families.values import VALUES
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "copy_span", "keywords", "repeat"]

REPEAT_ASK = phrasings("copying", "repeat_ask")
SPAN_ASK = phrasings("copying", "span_ask")
LINE_ASK = phrasings("copying", "line_ask")
BESIDE_ASK = phrasings("copying", "beside_ask")
KEY_ASK = phrasings("copying", "key_ask")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_MARKS = phrasings("copying", "marks")
_STRINGS: tuple[Callable[[World], str], ...] = (
    World.nonce, World.code, World.camel, World.person, model_name, VALUES["email"], VALUES["money"], VALUES["date"], VALUES["room"], VALUES["company"], VALUES["job"], VALUES["address"],
    VALUES["title"], VALUES["phone"], lambda w: w.entity("topics"), lambda w: w.entity("objects"), lambda w: str(w.number(0, 9999)),
)


def _put(w: World, instruction: str, text: str) -> list[dict]:
    """The instruction and the text, clearly parted: what is to be copied has sharp edges."""
    before, after = w.pick((("", ""), ("", ""), ("Text:\n", ""), ("###\n", "\n###"), ('"""\n', '\n"""'), ("```\n", "\n```"), ("<text>\n", "\n</text>"), ("---\n", "\n---")))
    if "\n" not in text and w.chance(0.3):
        before, after = w.pick((('"', '"'), ("Text: ", ""), ("<text>", "</text>"), ("Input: ", "")))
    gap = w.pick(("\n", "\n\n"))
    content = f"{before}{text}{after}{gap}{instruction}" if before and w.chance(0.3) else f"{instruction}{gap}{before}{text}{after}"
    return [{"role": "user", "content": content}]


def _line(w: World) -> str:
    return " ".join(w.pick(_STRINGS)(w) for _ in range(w.number(1, 4)))


def repeat(w: World) -> list[dict]:
    """A text of never-seen strings, given back as it is.

    "Repeat exactly: Zelta-2b room B12 qorvan" -> "Zelta-2b room B12 qorvan"
    """
    text = w.pick((" ", " ", ", ")).join(w.pick(_STRINGS)(w) for _ in range(w.number(1, 7)))
    if w.chance(0.15):
        text = passage(w, size=w.number(1, 2), layout="prose").text
    if "\n" not in text and w.chance(0.35):
        return [{"role": "user", "content": f"{w.say(REPEAT_ASK).rstrip('.')}: {text}"}, reply(text)]
    return [*_put(w, w.say(REPEAT_ASK), text), reply(text)]


def copy_span(w: World, *, kind: str | None = None) -> list[dict]:
    """A part of a text copied exactly; kind "marked", "line" or "beside".

    "Repeat exactly the part between << and >>. ab <<Qv-7 zel>> cd" -> "Qv-7 zel"
    """
    kind = kind or w.pick(("marked", "line", "beside"))
    if kind == "marked":
        a, b = w.pick(_MARKS)
        span, gap = _line(w), w.pick(("", " "))
        text = f"{_line(w)} {a}{gap or ' ' * a.isalpha()}{span}{gap or ' ' * a.isalpha()}{b} {_line(w)}"
        return [*_put(w, w.say(SPAN_ASK, a=a, b=b), text), reply(span)]
    if kind == "line":
        lines = [_line(w) for _ in range(w.number(3, 7))]
        n = w.number(1, len(lines))
        instruction = w.say(LINE_ASK, n=n, o="last" if n == len(lines) and w.chance(0.4) else _ORDINALS[n - 1])
        return [*_put(w, instruction, "\n".join(lines)), reply(lines[n - 1])]
    items = list(dict.fromkeys(w.pick((w.nonce, w.camel, w.nonce))() for _ in range(w.number(4, 9))))
    at = w.number(1, len(items) - 2) if len(items) > 2 else 0
    side = w.pick(("after", "before"))
    instruction = w.say(BESIDE_ASK, s=side, x=w.pick(('"{}"', "{}", "'{}'")).format(items[at]))
    return [*_put(w, instruction, " ".join(items)), reply(items[at + 1 if side == "after" else at - 1])]


def _condition(w: World, item: str, others: list[str]) -> str | None:
    """Words that only this item fits."""
    tests: list[tuple[str, Callable[[str], bool]]] = [
        (f'starts with "{item[:2]}"', lambda s: s.startswith(item[:2])), (f'ends in "{item[-2:]}"', lambda s: s.endswith(item[-2:])),
        (f'contains "{item[1:4]}"', lambda s: item[1:4] in s), (f'starts with the letter {item[0]}', lambda s: s[0].lower() == item[0].lower()),
        ("contains a digit", lambda s: any(c.isdigit() for c in s)), ("contains a hyphen", lambda s: "-" in s), ("contains a space", lambda s: " " in s),
        ("is all in capitals", str.isupper), ("contains an @ sign", lambda s: "@" in s), ("is the longest", lambda s: len(s) >= len(item)), ("is the shortest", lambda s: len(s) <= len(item)),
    ]
    fitting = [words for words, test in tests if test(item) and not any(test(other) for other in others)]
    return w.pick(fitting) if fitting else None


def keywords(w: World) -> list[dict]:
    """The one string of a list that starts, ends or is written in a certain way.

    "qorvan, Zelta-2b, TUMA. Which of these contains a digit?" -> "Zelta-2b"
    """
    condition = None
    while condition is None:
        items = list(dict.fromkeys(w.pick(_STRINGS[:8])(w) for _ in range(w.number(3, 7))))
        at = w.number(0, len(items) - 1)
        condition = _condition(w, items[at], items[:at] + items[at + 1:])
    text = w.pick(("\n", "; ", " | ", "\n- ")).join(["", *items]).strip("; |") if w.chance(0.5) else "\n".join(items)
    return [*_put(w, w.say(KEY_ASK, c=condition), text), reply(items[at])]


FAMILIES = {repeat: 1.0, copy_span: 1.0, keywords: 0.7}
