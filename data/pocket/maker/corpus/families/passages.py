"""Passages built of facts: prose, headings, lists and small tables, and questions they answer or nearly answer."""

from __future__ import annotations

from dataclasses import dataclass

from pocket_maker.corpus.families.grammar import Domain, Fact, Kind, another, domains, fact, opener, subjects
from pocket_maker.corpus.world import World, phrasings

__all__ = ["Passage", "near_miss", "passage", "prose", "claim"]

_FILLERS = phrasings("passages", "fillers")
_TITLES = phrasings("passages", "titles")


@dataclass(frozen=True)
class Passage:
    """A text, the facts it states, and whether it is made of full sentences."""

    text: str
    facts: tuple[Fact, ...]
    prose: bool

    @property
    def subjects(self) -> tuple[str, ...]:
        """What the passage is about, in order of first mention."""
        return tuple(dict.fromkeys(f.subject for f in self.facts))


def _choose(w: World, domain: Domain, subject: str, n: int) -> list[Fact]:
    """n facts on a subject, no two of which answer the same question."""
    kinds, used = list(domain.kinds), set()
    w.rng.shuffle(kinds)
    out = []
    for kind in kinds:
        if len(out) < n and kind.group not in used:
            used.add(kind.group)
            out.append(fact(w, domain, kind, subject))
    return out


def prose(w: World, facts: list[Fact], *, fillers: int = 0) -> str:
    """The sentences of the facts in order, later mentions of a subject shortened, fillers between."""
    items: list[Fact | str] = list(facts)
    for _ in range(fillers):
        items.insert(w.number(0, len(items)), w.pick(facts[0].domain.fillers) if w.chance(0.4) else w.entity(_FILLERS))
    parts: list[str] = []
    before = None
    for item in items:
        if isinstance(item, str):
            if item not in parts:
                parts.append(item)
        elif parts and before and w.chance(0.12) and not item.template.startswith("{v"):
            parts[-1] = f"{parts[-1][:-1]}, and {item.sentence(opener=' ')[1:]}"
        else:
            short = item.subject == before and w.chance(0.5)
            parts.append(item.sentence(short=short, opener=opener(w, item.template) if parts and not short else ""))
        before = None if isinstance(item, str) else item.subject
    return w.pick((" ", " ", " ", "\n")).join(parts)


def _list(w: World, facts: list[Fact]) -> str:
    """Bullets, or label: value lines under the name of each subject."""
    if w.chance(0.5):
        mark = w.pick(("- ", "* ", "• "))
        return "\n".join(mark + f.sentence() for f in facts)
    lines, before = [], None
    for f in facts:
        if f.subject != before:
            lines.append(w.pick(("", "## ", "")) + f.subject)
            before = f.subject
        lines.append(f"{f.kind.label}: {f.answer.rstrip('.') if f.kind.value == 'bool' else f.value}")
    return "\n".join(lines)


def _table(w: World, domain: Domain, apart: str) -> Passage:
    """Subjects down, two or three kinds of facts across."""
    kinds = [f.kind for f in _choose(w, domain, "", w.number(2, 3))]
    names = subjects(w, domain, w.number(2, 4), apart=apart)
    facts = [plain(fact(w, domain, kind, name)) for name in names for kind in kinds]
    head = w.pick(("Item", "Name", domain.name.capitalize()))
    bar = w.pick((" | ", " | ", "\t", "; "))
    rows = [bar.join((head, *(k.label for k in kinds)))]
    rows += [bar.join((name, *(f.value.rstrip(".") if f.kind.value == "bool" else f.value for f in facts if f.subject == name))) for name in names]
    return Passage("\n".join(rows), tuple(facts), False)


def plain(f: Fact) -> Fact:
    """The fact with a wording that shows the bare value, for lists and tables."""
    return Fact(f.kind, f.domain, f.subject, f.value, f.template if f.kind.value == "bool" else "For {x}: {v}.")


def passage(w: World, *, domain: Domain | None = None, size: int | None = None, layout: str | None = None, apart: str = "") -> Passage:
    """A passage of `size` facts (one to eight); layout "prose", "list" or "table"; its subjects do not occur in `apart`.

    >>> passage(World(1), size=3, layout="prose").prose
    True
    """
    domain = domain or w.pick(domains())
    layout = layout or w.pick(("prose",) * 7 + ("list", "list", "table"))
    if layout == "table":
        return _table(w, domain, apart)
    size = size or w.pick((1, 2, 2, 3, 3, 4, 4, 5, 6, 7))
    names = subjects(w, domain, 1 if size < 2 else w.pick((1, 2, 2, 3)) if size > 2 else w.pick((1, 2)), apart=apart)
    facts = [f for name in names for f in _choose(w, domain, name, max(1, size // len(names)))]
    if w.chance(0.2):
        w.rng.shuffle(facts)
    if layout == "list":
        text = _list(w, facts)
        if ": " in text and not text.startswith(("-", "*", "•")):
            facts = [plain(f) for f in facts]
    else:
        text = prose(w, facts, fillers=w.pick((0, 0, 0, 1, 1, 2)))
    if w.chance(0.25):
        title = w.entity(_TITLES).replace("{x}", names[0])
        text = f"{w.pick(('# ', '', '', '== '))}{title[0].upper() + title[1:] if domain.subject in ('leave', 'topic') else title}\n{text}"
    return Passage(text, tuple(facts), layout == "prose")


def near_miss(w: World, p: Passage) -> Fact:
    """A fact that the passage does not state: its subject under another kind, or its kind for another subject."""
    f = w.pick(p.facts)
    known = {g.kind.group for g in p.facts if g.subject == f.subject}
    others: list[Kind] = [k for k in f.domain.kinds if k.group not in known]
    if others and w.chance(0.6):
        seen = [k for k in others if any(g.kind.name == k.name for g in p.facts)]
        return fact(w, f.domain, w.pick(seen) if seen and w.chance(0.5) else w.pick(others), f.subject)
    if w.chance(0.12):
        domain = w.pick([d for d in domains() if d.name != f.domain.name])
        return fact(w, domain, w.pick(domain.kinds), subjects(w, domain, 1, apart=p.text)[0])
    return fact(w, f.domain, f.kind, subjects(w, f.domain, 1, apart=p.text)[0])


def claim(w: World, f: Fact, true: bool) -> str:
    """A sentence that states the fact in some wording, or the same with a wrong value."""
    if f.kind.value == "bool":
        yes = (f.value == "Yes.") == true
        return Fact(f.kind, f.domain, f.subject, f.value, w.entity(f.kind.sentences if yes else f.kind.negatives)).sentence()
    return (Fact(f.kind, f.domain, f.subject, f.value, w.entity(f.kind.sentences)) if true else another(w, f)).sentence()
