"""A task on the way: rows, targets, ids and dates together, put into splits that share no text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from helpers.files.cleaning import Rows, enough, picked_from, with_ids
from helpers.files.columns import Choice
from helpers.files.copies import contradictions, duplicates, joined, keys, near_copies
from helpers.files.dates import read_dates
from helpers.files.opening import split_named
from helpers.files.report import missed
from helpers.files.splitting import SHARES, sample, split_as_given, split_by_date, split_by_hash
from helpers.files.targets import Targets
from helpers.metrics.registry import metric, score
from helpers.tasks.examples import normal

__all__ = ["Draft", "drafted", "divided", "leakage"]

CONTEXTS = 10  # with so many different contexts or more, one context stays in one split


@dataclass(frozen=True)
class Draft:
    """Examples in the file's order: `rows`, and for each its target, id, date (seconds; none without a date column) and split."""

    rows: Rows
    targets: Targets
    texts: list[str]  # keys of input and context: alike where the texts are, see `copies.keys`
    ids: list[str] = field(default_factory=list)
    dates: list[float] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)

    def only(self, positions: Sequence[int], reason: str) -> Draft:
        """The examples at these positions; the others are left out for `reason`."""
        targets = replace(self.targets, values=picked_from(self.targets.values, positions))
        lists = [picked_from(cells, positions) for cells in (self.texts, self.ids, self.dates, self.splits)]
        return Draft(self.rows.only(positions, reason), targets, *lists)

    @property
    def strata(self) -> list[str]:
        """What the splits are balanced by: the labels, where the targets are labels."""
        return self.targets.values if metric(self.targets.metric).needs_labels else [""] * len(self.rows)

    def sizes(self) -> dict[str, int]:
        """Examples by split."""
        return {split: self.splits.count(split) for split in SHARES}


def drafted(rows: Rows, targets: Targets, chosen: Mapping[str, Choice], date_format: str | None) -> Draft:
    """Dates read, copies left out (the oldest stays), ids given. ValueError: too few different examples are left."""
    column = chosen["date"].column
    dates = read_dates(rows.table.name, column, rows.cells(column), rows.numbers, date_format)[0] if column else []
    texts = keys(rows.full_texts)
    draft = Draft(rows, targets, texts, dates=dates)
    order = sorted(range(len(rows)), key=dates.__getitem__) if dates else list(range(len(rows)))
    again = {order[at] for at, _ in duplicates([texts[p] for p in order], [targets.values[p] for p in order])}
    draft = draft.only([p for p in range(len(rows)) if p not in again], "copies of another row, target and all")
    return replace(draft, ids=with_ids(enough(draft.rows), chosen["id"]))


def divided(draft: Draft, chosen: Mapping[str, Choice], max_rows: int | None, seed: int) -> tuple[Draft, list[str]]:
    """The draft in splits (or of each split a sample), and in words how: by date, else by group, else by id, and what was missed.

    A text that two splits would share stays in the later.
    """
    units, contexts = _units(draft, chosen)
    draft = _apart(replace(draft, splits=_splits(draft, chosen, units, seed)))
    if max_rows is not None and max_rows < len(draft.rows):
        drawn = sample(draft.ids, draft.splits, draft.strata, max_rows, seed)
        draft = draft.only(drawn, f"not among the {max_rows:,} drawn (max_rows=)")
    how, why = _how(draft, chosen, contexts, seed)
    return draft, [how, *missed(draft.targets.values, draft.targets.labels, draft.splits, why)]


def _splits(draft: Draft, chosen: Mapping[str, Choice], units: Sequence[str], seed: int) -> list[str]:
    place = draft.rows.table.name
    if chosen["split"].column:
        own = [split_named(str(cell)) for cell in draft.rows.cells(chosen["split"].column)]
        return split_as_given(place, own, units, draft.strata, seed)
    return split_by_date(place, units, draft.dates) if draft.dates else split_by_hash(place, units, draft.strata, seed)


def leakage(draft: Draft, chosen: Mapping[str, Choice]) -> list[str]:
    """Sentences about what may make the scores too good, or caps them."""
    numbers = draft.rows.numbers
    sentences: list[str] = []
    twice = contradictions(draft.texts, draft.targets.values)
    if twice:
        sentences.append(f"{len(twice)} rows have the text of another row and a different target, such as rows {_pair(numbers, twice[0])}: "
                     "no method is right about both; they are kept, in one split")  # fmt: skip
    inside = {name: [p for p, split in enumerate(draft.splits) if split == name] for name in ("train", "test")}
    near = near_copies({name: [draft.rows.inputs[p] for p in places] for name, places in inside.items()})
    if near.pairs:
        test, train, cosine = near.pairs[0]
        sentences.append(f"{len(near.pairs)} of {near.looked} test rows looked at are nearly a train row (cosine of words 0.9 or more), "
                     f"such as rows {numbers[inside['test'][test]]} and {numbers[inside['train'][train]]} ({cosine:.2f}): "
                     "give group= if something says which rows belong together, or take one of each out")  # fmt: skip
    if metric(draft.targets.metric).needs_labels and (share := _share_naming_labels(draft)) > 0.5:
        sentences.append(
            f"in {share:.0%} of the inputs the right label stands as a word, and no other: take it out if no real input will have it"
        )
    if chosen["group"].column is None:
        sentences.append("not looked for: rows of one writer, document or day on both sides of a split; name such a column with group=")
    return sentences


def _apart(draft: Draft) -> Draft:
    """The draft without the rows whose text is also in a later split. ValueError: a split is then empty."""
    rank = {name: number for number, name in enumerate(SHARES)}
    last: dict[str, int] = {}
    for text, name in zip(draft.texts, draft.splits):
        last[text] = max(rank[name], last.get(text, 0))
    in_last = [p for p, name in enumerate(draft.splits) if rank[name] == last[draft.texts[p]]]
    draft = draft.only(in_last, "leakage: its text is also in a later split, with another target")
    empty = [name for name, n in draft.sizes().items() if not n]
    if empty:
        raise ValueError(
            f"{draft.rows.table.name}: nothing is left for {', '.join(empty)}: too many rows say the same; add others, or give group=False"
        )
    return draft


def _units(draft: Draft, chosen: Mapping[str, Choice]) -> tuple[list[str], bool]:
    """What each row belongs to: its group, else the rows with its text (or its context), under the least of their ids. And whether
    contexts count."""
    column = chosen["group"].column
    if column:
        cells = zip(draft.rows.cells(column), draft.ids)
        return [f"group:{cell}" if cell is not None else name for cell, name in cells], False
    contexts = keys(draft.rows.contexts) if len(set(draft.rows.contexts)) >= CONTEXTS else [""] * len(draft.rows)
    tops = joined(draft.texts, contexts)
    least: dict[int, str] = {}
    for top, name in zip(tops, draft.ids):
        least[top] = min(name, least.get(top, name))
    return [least[top] for top in tops], any(contexts)


def _how(draft: Draft, chosen: Mapping[str, Choice], contexts: bool, seed: int) -> tuple[str, str]:
    """How the rows were split, and what kept some of them together."""
    if chosen["split"].column:
        return _own(draft, chosen["split"].column), "the file has its own splits"
    group = chosen["group"].column
    together = ", each context in one split" if contexts else ""
    if draft.dates:
        together = ", groups whole and by their newest row (group=False: by date alone)" if group else together
        why = "dates decide, and groups stay whole" if group else "dates decide, and days stay whole"
        return f"by date={chosen['date'].column!r}{together}, the newest in test: {_spans(draft)}", why
    by = "" if not metric(draft.targets.metric).needs_labels else ", as evenly by label as groups allow" if group else ", label by label"
    if group:
        return f"by a hash of the group {group!r}{by}; some groups may move when rows are added (seed={seed})", "groups stay whole"
    why = "rows of one context stay together" if contexts else _cause(draft)
    return f"by a hash of the id{together}{by}; rows next to a cut may move when rows are added (seed={seed})", why


def _own(draft: Draft, column: str) -> str:
    new = "" if "dev" in map(split_named, map(str, draft.rows.cells(column))) else "; dev, which it lacks, is drawn from train"
    return f"as the file's own splits say, split={column!r}{new} (split=False: new ones)"


def _cause(draft: Draft) -> str:
    """Why rows without a group may miss their share: copies of a text stay together; else each label wants a row in every split."""
    if len(set(map(normal, draft.rows.inputs))) < len(draft.rows):
        return "rows of one text stay together"
    return "each label of three rows or more has one in every split" if metric(draft.targets.metric).needs_labels else ""


def _spans(draft: Draft) -> str:
    """The first and the last day of each split."""
    spans: list[str] = []
    for name in SHARES:
        days = [date for date, split in zip(draft.dates, draft.splits) if split == name]
        first, last = (datetime.fromtimestamp(moment, UTC).date().isoformat() for moment in (min(days), max(days)))
        spans.append(f"{name} {first} to {last}")
    return ", ".join(spans)


def _share_naming_labels(draft: Draft) -> float:
    """The share of (some) inputs that name their own label and no other."""
    some = range(0, len(draft.rows), max(1, len(draft.rows) // 500))
    return sum(score(draft.targets.metric, draft.rows.inputs[p], draft.targets.values[p], draft.targets.labels) for p in some) / len(some)


def _pair(numbers: Sequence[int], pair: tuple[int, int]) -> str:
    return f"{numbers[pair[1]]} and {numbers[pair[0]]}"
