"""Names pulled out of texts: as JSON, as a list, the first, how many; most of the names were never seen before."""

from __future__ import annotations

import json
from collections.abc import Callable

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.filling import table
from pocket_maker.corpus.families.naming import GENRES, text_with
from pocket_maker.corpus.world import World

__all__ = ["EXTRACT_ASK", "FAMILIES", "KINDS", "extract"]

_ASKS = table("extract_phrases", several=False)
EXTRACT_ASK, JSON_ASK, EMPTY_ASK, OBJECT_ASK, FIRST_ASK, COUNT_ASK = (_ASKS[name] for name in ("extract", "json", "empty", "object", "first", "count"))
KINDS = table("extract_kinds", several=False)  # how each kind of name is asked for


def _numbered(names: list[str]) -> str:
    return "\n".join(f"{i}. {name}" for i, name in enumerate(names, 1))


def _spoken(names: list[str]) -> str:
    if not names:
        return "The text mentions none."
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"The text mentions {listed}" + ("" if listed.endswith(".") else ".")


_TEXT: dict[str, tuple[tuple[str, ...], Callable[[list[str]], str]]] = {
    "comma": (_ASKS["comma"], ", ".join), "lines": (_ASKS["lines"], "\n".join), "numbered": (_ASKS["number"], _numbered),
}


def _json(w: World, names: list[str], label: str) -> tuple[str, str]:
    """The format asked for in words, and the answer: a JSON list or an object with one key."""
    if w.chance(0.2):
        key = w.pick((label.split()[-1], label.replace(" ", "_"), "names", "items", "result", w.nonce()))
        return w.say(OBJECT_ASK, key=key), json.dumps({key: names}, ensure_ascii=False)
    shape = w.say(JSON_ASK)
    answer = json.dumps(names, ensure_ascii=False)
    if w.chance(0.3):
        empty = w.pick(("[]", "[]", '["NA"]', '["none"]', '[""]', '["N/A"]'))
        return f"{shape} {w.say(EMPTY_ASK, e=empty)}", answer if names else empty
    return shape, answer


def _shaped(w: World, names: list[str], label: str, fmt: str | None) -> tuple[str, str]:
    """An instruction with its asked-for format, and the answer in that format."""
    kind = w.pick(("json",) * 9 + ("comma", "comma", "lines", "numbered", "plain", "plain", "first", "count")) if fmt is None else fmt
    if kind == "text":
        kind = w.pick(("comma", "lines", "numbered", "plain"))
    if kind == "first":
        return w.say(FIRST_ASK, k=label), names[0] if names else "none"
    if kind == "count":
        return w.say(COUNT_ASK, k=label), str(len(names))
    instruction = w.say(EXTRACT_ASK, k=label)
    if kind == "plain":
        return instruction, _spoken(names)
    if kind == "json":
        shape, answer = _json(w, names, label)
    else:
        asks, join = _TEXT[kind]
        shape, answer = w.say(asks), join(names) if names else "none"
        if not names and w.chance(0.6):
            shape = f"{shape} {w.say(EMPTY_ASK, e='none')}"
    return f"{instruction} {shape}", answer


def extract(w: World, *, fmt: str | None = None, kind: str | None = None, empty: bool | None = None) -> list[dict]:
    """All names of one kind in a text; fmt "json", "text", "comma", "lines", "numbered", "plain", "first" or "count".

    "We compare Zelta-2b with the NARVOX baseline. List all models in the text. Return a JSON list." -> '["Zelta-2b", "NARVOX"]'
    """
    empty = w.chance(0.1) if empty is None else empty
    genre = w.pick(("model",) * 6 + ("office", "office", "orders", "lab", "travel", "news")) if kind is None else w.pick([g for g in GENRES if kind in GENRES[g]])
    kind = kind or w.pick(GENRES[genre])
    text = text_with(w, genre, kind, size=w.pick((1, 1, 2, 2, 3, 3, 4, 5, 6)), empty=empty)
    label = w.entity(KINDS[kind])
    instruction, answer = _shaped(w, text.names.get(kind, []), label, fmt)
    if w.chance(0.15):
        return [*ask(w, w.pick(("Here is the text.", "Text follows.", "Next one.", "Go.", "Please do this one.")), text.text, system=instruction, noise=0), reply(answer)]
    plain = answer.startswith("The text mentions")  # a system prompt might ask for something barer
    noise = 0 if answer[:1] in ("[", "{") else 0.05  # a key of the JSON, misspelled, could not be given
    return [*ask(w, instruction, text.text, noise=noise, system="" if plain else None), reply(answer)]


FAMILIES = {extract: 3.0}
