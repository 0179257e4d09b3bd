"""Rules that change: an older page and newer memos, and figures that differ from year to year."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

from pocket_maker.corpus.dress import reply
from pocket_maker.corpus.families.grammar import Domain, Fact, Kind, another, domains, fact, subjects
from pocket_maker.corpus.families.passages import Passage, near_miss, prose
from pocket_maker.corpus.families.posing import DECLINE, TELL, pose
from pocket_maker.corpus.families.values import options
from pocket_maker.corpus.world import World, phrasings

__all__ = ["FAMILIES", "by_year", "dated"]

DATED_ASK = phrasings("dated", "dated_ask")
BEFORE_ASK = phrasings("dated", "before_ask")
NOW_ASK = phrasings("dated", "now_ask")
_PAGE = phrasings("dated", "page")
_MEMO = phrasings("dated", "memo")
_NEWS = phrasings("dated", "news")
_RULES = ("leave", "policy", "benefit", "venue", "club", "course", "line", "system", "meeting", "home")


@functools.cache
def _rules() -> tuple[Domain, ...]:
    """The domains whose facts can change, with no yes/no facts and none that are dates of the past."""
    drop = ("bool", "year")
    found = [replace(d, kinds=tuple(k for k in d.kinds if k.value not in drop and k.name not in ("reviewed", "reply"))) for d in domains() if d.name in _RULES]
    return tuple(found)


def _days(w: World, n: int) -> list[str]:
    """n dates in rising order, all in one notation."""
    style = w.number(0, 2)
    stamps = sorted(w.rng.sample(range(2015 * 336, 2025 * 336), n))
    out = []
    for stamp in stamps:
        year, month, day = stamp // 336, stamp % 336 // 28 + 1, stamp % 28 + 1
        name = options("month")[month - 1]
        out.append((f"{year}-{month:02}-{day:02}", f"{day} {name} {year}", f"{name} {day}, {year}")[style])
    return out


def _others(w: World, f: Fact, n: int) -> list[Fact]:
    """n facts that say nothing about the question on f: other kinds of its subject, or other subjects."""
    out: list[Fact] = []
    kinds: list[Kind] = [k for k in f.domain.kinds if k.group != f.kind.group]
    w.rng.shuffle(kinds)
    names = subjects(w, f.domain, n, apart=f.subject)
    for i in range(n):
        same = w.chance(0.5) and i < len(kinds) and f.subject not in names
        out.append(fact(w, f.domain, kinds[i % len(kinds)] if same else w.pick(f.domain.kinds), f.subject if same else names[i]))
    return out


@dataclass(frozen=True)
class _Story:
    """Dated texts, the rule before and now, and the day of the last change."""

    text: str
    old: Fact
    new: Fact
    day: str
    facts: tuple[Fact, ...]


def _story(w: World, changes: bool) -> _Story:
    domain = w.pick(_rules())
    old = fact(w, domain, w.pick(domain.kinds), subjects(w, domain, 1)[0])
    new = another(w, old) if changes else old
    around = _others(w, old, w.number(1, 3))
    held, rest = around[:-1], around[-1:]
    extra = bool(rest) and (not changes or w.chance(0.35))
    days = _days(w, 2 + (extra and changes))
    page = [old, *held]
    w.rng.shuffle(page)
    memos = ([new] if changes else []) + (rest if extra else [])
    w.rng.shuffle(memos)
    heads = (_MEMO, _PAGE) if w.chance(0.15) else (_PAGE, _MEMO)
    texts = [w.pick(heads[0]).format(d=days[0], t=prose(w, page))]
    texts += [w.pick(heads[1]).format(d=day, t=w.pick(_NEWS if f is new else ("{t}",)).format(t=f.sentence())) for day, f in zip(days[1:], memos)]
    day = days[1 + memos.index(new)] if changes else days[0]
    if w.chance(0.45):
        w.rng.shuffle(texts)
    facts = (old, *held, *(rest if extra else []))
    return _Story(w.pick(("\n\n", "\n", "\n\n")).join(texts), old, new, day, facts)


def dated(w: World, *, when: str | None = None, changes: bool | None = None, answerable: bool | None = None) -> list[dict]:
    """Dated texts: the newest rule answers; when="before" asks for the old one; memos about other things change nothing.

    "Handbook, 2021-02-01: Adults pay $5 ... Memo, 2023-04-09: Adults pay $8 ... What do adults pay?" -> "$8"
    """
    missing = w.chance(0.1) if answerable is None else not answerable
    when = when or ("now" if missing else w.pick(("now", "now", "now", "before")))
    changes = when == "before" or w.chance(0.7) if changes is None else changes
    s = _story(w, changes)
    asked = near_miss(w, Passage(s.text, s.facts, True)) if missing else s.old if when == "before" else s.new
    question = asked.question(w)
    if when == "before":
        question = w.say(BEFORE_ASK, q=question, d=s.day)
    elif changes and not missing and w.chance(0.35):
        question = w.say(NOW_ASK, q=question)
    told = missing or w.chance(0.25)
    instruction = "" if when == "before" or w.chance(0.5) else w.say(DATED_ASK)
    return [*pose(w, s.text, question, tell=w.say(TELL) if told else "", instruction=instruction), reply(DECLINE if missing else asked.answer)]


YEAR_ASK = phrasings("dated", "year_ask")
_YEARLY = phrasings("dated", "yearly")


@functools.cache
def _yearly() -> tuple[tuple[Domain, Kind], ...]:
    names = ("leave", "benefit", "venue", "club", "course", "line", "company", "town", "event", "home", "project")
    return tuple((d, k) for d in domains() if d.name in names for k in d.kinds if k.value in _YEARLY)


def by_year(w: World, *, answerable: bool | None = None) -> list[dict]:
    """The same fact for two or three years: the value of the year asked for, or a decline for a year not given.

    "2019: The fee is $5. 2020: The fee is $6. Say I don't know if it is missing. In 2021: what is the fee?" -> "I don't know."
    """
    domain, kind = w.pick(_yearly())
    subject = subjects(w, domain, 1)[0]
    years = w.rng.sample(range(2001, 2024), w.number(3, 4))
    missing = w.chance(0.25) if answerable is None else not answerable
    asked, listed = years[0], sorted(years[1:] if missing else years[:-1])
    facts = {y: fact(w, domain, kind, subject) for y in listed}
    mark = w.pick(("{y}: {t}", "Figures for {y}: {t}", "Year {y}: {t}", "[{y}] {t}", "{y} report: {t}", "As of {y}: {t}"))
    text = w.pick(("\n", " ", "\n")).join(mark.format(y=y, t=f.sentence()) for y, f in facts.items())
    told = missing or w.chance(0.3)
    question = w.say(YEAR_ASK, y=asked, q=w.entity(kind.questions).replace("{x}", subject))
    return [*pose(w, text, question, tell=w.say(TELL) if told else ""), reply(DECLINE if missing else facts[asked].answer)]


FAMILIES = {dated: 1.6, by_year: 0.5}
