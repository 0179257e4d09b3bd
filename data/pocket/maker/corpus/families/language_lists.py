"""Short instructions on a list: sort, reverse, pick, remove, add, count, number, join."""

from __future__ import annotations

from collections.abc import Callable

from pocket_maker.corpus.dress import reply
from pocket_maker.corpus.families.language import items_of, show
from pocket_maker.corpus.families.language_ask import LIST_ASK
from pocket_maker.corpus.world import World

__all__ = ["FAMILIES", "list_op"]

Job = tuple[dict[str, object], str, str]  # the slots of the instruction, the text, the answer
NTH = ("second", "third", "fourth", "fifth", "sixth")
LABELS = ("List", "Items", "The list", "Words", "Input", "Here is the list")
LAYOUTS = (", ", ", ", ", ", ", ", "; ", "\n", "\n", " | ", "\n- ", "\n* ")
MARKS = ("-", "+", "/", "&", "=", ">", "::", "->", "~", "#")


def _lay(items: list[str], layout: str) -> str:
    """The items with the layout between them; bullets also stand before the first."""
    return layout[1:] * (layout in ("\n- ", "\n* ")) + layout.join(items)


def _few(w: World, low: int = 3, high: int = 8) -> list[str]:
    return items_of(w, w.number(low, high))


def _reordered(change: Callable[[list[str]], list[str]]) -> Callable[[World], Job]:
    """A job whose answer is another list in the same layout."""
    def job(w: World) -> Job:
        items, layout = _few(w), w.pick(LAYOUTS)
        return {}, _lay(items, layout), _lay(change(items), layout)
    return job


def _picked(choose: Callable[[list[str]], str]) -> Callable[[World], Job]:
    """A job whose answer is one item or a number."""
    def job(w: World) -> Job:
        items = _few(w)
        return {}, _lay(items, w.pick(LAYOUTS)), choose(items)
    return job


def _extreme(pick: Callable) -> Callable[[World], Job]:
    """The longest or shortest item, where only one is."""
    def job(w: World) -> Job:
        n = w.number(3, 6)
        items = [w.nonce() for _ in range(n)] if w.chance(0.5) else w.entities(w.pick(("common_words", "first_names", "thing_nouns")), n)
        best = pick(items, key=len)
        items = [x for x in items if x == best or len(x) != len(best)]
        return {}, _lay(items, w.pick(LAYOUTS)), best
    return job


def _laid(before: str, layout: Callable[[list[str]], str]) -> Callable[[World], Job]:
    """A job that changes the layout; `before` says how the list comes: as lines or with commas."""
    def job(w: World) -> Job:
        items = _few(w, 2, 8)
        return {}, _lay(items, before if before == "\n" else w.pick((", ", ", ", "; ", "\n"))), layout(items)
    return job


def _numbers(change: Callable[[list[int]], list[int]]) -> Callable[[World], Job]:
    """A job on different numbers."""
    def job(w: World) -> Job:
        top, layout = w.pick((20, 99, 99, 999)), w.pick((", ", ", ", "; ", "\n", " "))
        numbers = w.rng.sample(range(top + 1), w.number(3, 7))
        return {}, _lay([str(n) for n in numbers], layout), _lay([str(n) for n in change(numbers)], layout)
    return job


def _nth(w: World) -> Job:
    items = _few(w)
    i = w.number(1, min(len(items) - 1, len(NTH)))
    return {"nth": NTH[i - 1]}, _lay(items, w.pick(LAYOUTS)), items[i]


def _first_n(w: World) -> Job:
    items, layout = _few(w, 4, 9), w.pick(LAYOUTS)
    n = w.number(2, len(items) - 1)
    return {"n": n if w.chance(0.5) else ("two", "three", "four", "five", "six", "seven", "eight")[n - 2]}, _lay(items, layout), _lay(items[:n], layout)


def _remove(w: World) -> Job:
    items, layout = _few(w), w.pick(LAYOUTS)
    gone = w.pick(items)
    return {"x": gone}, _lay(items, layout), _lay([x for x in items if x != gone], layout)


def _insert(end: bool) -> Callable[[World], Job]:
    def job(w: World) -> Job:
        (new, *items), layout = _few(w), w.pick(LAYOUTS)
        return {"x": new}, _lay(items, layout), _lay([*items, new] if end else [new, *items], layout)
    return job


def _replace(w: World) -> Job:
    (new, *items), layout = _few(w, 4), w.pick(LAYOUTS)
    old = w.pick(items)
    return {"x": old, "y": new}, _lay(items, layout), _lay([new if x == old else x for x in items], layout)


def _contains(w: World) -> Job:
    new, *items = _few(w, 4, 9)
    inside = w.chance(0.5)
    return {"x": w.pick(items) if inside else new}, _lay(items, w.pick(LAYOUTS)), "yes" if inside else "no"


def _neighbor(step: int) -> Callable[[World], Job]:
    def job(w: World) -> Job:
        items = _few(w)
        i = w.number(0, len(items) - 2) + (step < 0)
        return {"x": items[i]}, _lay(items, w.pick(LAYOUTS)), items[i + step]
    return job


def _position(w: World) -> Job:
    items = _few(w)
    i = w.number(0, len(items) - 1)
    return {"x": items[i]}, _lay(items, w.pick(LAYOUTS)), str(i + 1)


def _phrase(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def _join(w: World) -> Job:
    items, mark = _few(w, 2, 6), w.pick(MARKS)
    return {"x": mark}, _lay(items, w.pick((", ", ", ", "\n"))), mark.join(items)


def _unique(w: World) -> Job:
    items, layout = _few(w, 3, 6), w.pick(LAYOUTS)
    doubled = [*items, *(w.pick(items) for _ in range(w.number(1, 3)))]
    w.rng.shuffle(doubled)
    return {}, _lay(doubled, layout), _lay(list(dict.fromkeys(doubled)), layout)


def _starting(w: World) -> Job:
    items, layout = _few(w, 4, 8), w.pick((", ", ", ", "\n"))
    letter = w.pick(items)[0]
    return {"x": letter}, _lay(items, layout), _lay([x for x in items if x[0].lower() == letter.lower()], layout)


LIST_JOBS: dict[str, Callable[[World], Job]] = {
    "sort": _reordered(lambda items: sorted(items, key=str.lower)),
    "reverse": _reordered(lambda items: items[::-1]),
    "longest": _extreme(max),
    "shortest": _extreme(min),
    "first": _picked(lambda items: items[0]),
    "last": _picked(lambda items: items[-1]),
    "nth": _nth,
    "count": _picked(lambda items: str(len(items))),
    "remove": _remove,
    "add": _insert(True),
    "prepend": _insert(False),
    "replace": _replace,
    "contains": _contains,
    "after": _neighbor(1),
    "before": _neighbor(-1),
    "position": _position,
    "number": _laid("", lambda items: "\n".join(f"{i}. {x}" for i, x in enumerate(items, 1))),
    "bullets": _laid("", lambda items: "\n".join(f"- {x}" for x in items)),
    "lines": _laid(",", "\n".join),
    "commas": _laid("\n", ", ".join),
    "and": _laid("", _phrase),
    "join": _join,
    "unique": _unique,
    "starting": _starting,
    "ascending": _numbers(sorted),
    "descending": _numbers(lambda numbers: sorted(numbers, reverse=True)),
    "largest": _numbers(lambda numbers: [max(numbers)]),
    "smallest": _numbers(lambda numbers: [min(numbers)]),
    "first_n": _first_n,
}
_LIST_OPS = tuple(LIST_JOBS)


def list_op(w: World, *, op: str | None = None) -> list[dict]:
    """One job on a list; it keeps the layout it came in unless another is asked for.

    op: a key of `LIST_JOBS`.
    Example: Take plum out of the list: fig, plum, pear -> fig, pear
    """
    op = op or w.pick(_LIST_OPS)
    slots, text, answer = LIST_JOBS[op](w)
    return [*show(w, w.say(LIST_ASK[op], **slots), text, labels=LABELS, noise=0 if slots else 0.08), reply(answer)]


FAMILIES = {list_op: 3.0}
