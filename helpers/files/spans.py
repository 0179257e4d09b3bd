"""Pieces of a text that somebody marked, as doccano, spaCy and Label Studio write them; each becomes "LABEL: text"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from helpers.files.table import Cell, Table

__all__ = ["fits", "shape", "span_texts"]

_TEXTS = ("text", "data", "sentence", "content")  # the column that the pieces are of


def fits(table: Table) -> bool:
    """Whether some column holds lists of marked pieces: [start, end, label], or objects with start, end and label."""
    return bool(_columns(table)) and any(name in table.columns for name in _TEXTS)


def shape(table: Table) -> Table:
    """The table with "LABEL: text" in place of each piece; where it stands in the text does not count."""
    texts = [str(cell or "") for cell in next(table.columns[name] for name in _TEXTS if name in table.columns)]
    columns = dict(table.columns)
    for name in _columns(table):
        columns[name] = [span_texts(_parsed(cell), text) if cell is not None else None for cell, text in zip(table.columns[name], texts)]
    note = f'the marked pieces in {", ".join(_columns(table))} became "LABEL: text"; where they stand in the text does not count'
    return replace(table, columns=columns, notes=[*table.notes, note])


def span_texts(spans: Cell, text: str) -> list[str]:
    """The pieces as "LABEL: text", one for each label of a piece."""
    pieces = [_span(span) for span in spans if _is_span(span)] if isinstance(spans, list) else []
    return [f"{label}: {words or text[start:end]}" for start, end, labels, words in pieces for label in labels]


def _columns(table: Table) -> list[str]:
    parsed = {name: [_parsed(cell) for cell in cells if cell is not None] for name, cells in table.columns.items()}
    return [
        name for name, cells in parsed.items() if any(cells) and all(isinstance(cell, list) and all(map(_is_span, cell)) for cell in cells)
    ]


def _parsed(cell: Cell) -> Cell:
    """A list, also one written as JSON into a CSV field."""
    if isinstance(cell, str) and cell.startswith("["):
        try:
            return json.loads(cell)
        except ValueError:
            return cell
    return cell


def _is_span(span: Cell) -> bool:
    if isinstance(span, Mapping):
        return bool(span.keys() & {"label", "labels"}) and bool(span.keys() & {"start", "start_offset"})
    return isinstance(span, list) and [type(part) for part in span] == [int, int, str]


def _span(span: Mapping | list) -> tuple[int, int, list[str], str]:
    """Where a piece starts and ends, its labels, and its text where that is written beside them."""
    if isinstance(span, list):
        return span[0], span[1], [str(span[2])], ""
    labels = span.get("labels", span.get("label"))
    ends = int(span.get("end", span.get("end_offset", 0)))
    return (
        int(span.get("start", span.get("start_offset", 0))),
        ends,
        list(labels if isinstance(labels, list) else [labels]),
        span.get("text", ""),
    )
