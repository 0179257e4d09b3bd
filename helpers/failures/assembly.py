"""From the columns of whatever source to the one form of records: which column is what, ids, scores, times, vectors, gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.failures.embeddings import CURE, Vectors, as_column
from helpers.failures.times import read_times
from helpers.files.columns import plain
from helpers.files.table import Cell, Table, filled, first_few
from helpers.progress import bar
from helpers.prompts import as_text
from helpers.spelling import did_you_mean

if TYPE_CHECKING:
    import numpy
    import pandas

    from helpers.retrieval import Embedder

__all__ = ["NAMES", "Wish", "assemble", "no_column", "score_of"]

NAMES = {  # in the order in which they are looked for; dots, spaces and capitals do not count
    "id": "id uid uuid record_id example_id context.span_id span_id context.trace_id trace_id",
    "prompt": "prompt input question query user_input user_message request instruction attributes.input.value input.value",
    "response": "response reply output completion answer generation model_output attributes.output.value output.value",
    "target": "target expected expected_output reference gold ground_truth label",
    "score": "score feedback user_feedback thumbs rating",
    "time": "time timestamp created_at start_time datetime date",
    "conversation": "conversation conversation_id session_id session thread_id attributes.session.id session.id",
}
WORDS = {
    "👍": 1.0, "up": 1.0, "thumbs_up": 1.0, "good": 1.0, "correct": 1.0, "yes": 1.0, "true": 1.0, "positive": 1.0,
    "👎": 0.0, "down": 0.0, "thumbs_down": 0.0, "bad": 0.0, "incorrect": 0.0, "no": 0.0, "false": 0.0, "negative": 0.0,
}  # fmt: skip
Wish = str | bool | None


def assemble(
    table: Table, vectors: Vectors | None, wishes: Mapping[str, Wish], *, zone: str | None = None, missing: str = "refuse",
    embed: Embedder | None = None,
) -> pandas.DataFrame:  # fmt: skip
    """The one form of records, from columns and the vectors that belong to them."""
    import pandas as pd

    if missing not in ("refuse", "drop"):
        raise ValueError(f"missing={missing!r}: choose 'refuse' (an error names the rows) or 'drop'")
    chosen = _chosen(table, wishes)
    cells = {role: filled(table.columns[column]) if column else [None] * len(table) for role, column in chosen.items()}
    times, note = read_times(table.name, str(chosen["time"]), cells["time"], table.rows, zone)
    columns = {
        "id": _ids(table, chosen["id"], cells["id"]),
        "prompt": [None if cell is None else as_text(cell) for cell in cells["prompt"]],
        "response": ["" if cell is None else as_text(cell) for cell in cells["response"]],
        **({"target": cells["target"]} if chosen["target"] else {}),
        "score": _scores(table, chosen["score"], cells["score"]),
        "time": times,
        "conversation": [None if cell is None else as_text(cell) for cell in cells["conversation"]],
    }
    own = [name for name in table.columns if name not in chosen.values()]
    columns |= {f"file_{name}" if name in columns or name == "embedding" else name: table.columns[name] for name in own}
    frame = pd.DataFrame(columns).astype(dict.fromkeys(("id", "prompt", "response", "conversation"), "str"))
    hint = "each span became a record of its own; from_spans makes one record of a trace" if "context.trace_id" in table.columns else ""
    frame.attrs["notes"] = [*table.notes, *filter(None, (note, hint))]
    return _with_vectors(table, frame, vectors, missing, embed)


def _with_vectors(table: Table, frame: pandas.DataFrame, vectors: Vectors | None, missing: str, embed: Embedder | None) -> pandas.DataFrame:
    """The records with their embeddings, without the rows that lack a prompt or a vector, if they may be left out."""
    import numpy as np

    there = np.asarray(vectors.lengths, dtype=bool) if vectors and any(vectors.lengths) else None
    whole = frame["prompt"].notna().to_numpy(copy=True)
    _refuse_gaps(table, "prompt", whole, missing, "fill them, name another column with prompt=")
    if there is not None:
        _refuse_gaps(table, "embedding", there, missing, CURE)
        whole &= there
    matrix = vectors.checked(table.rows) if there is not None else None
    if not whole.all():
        left_out = [str(row) for row, stays in zip(table.rows, whole) if not stays]
        frame = frame[whole].reset_index(drop=True)
        frame.attrs["notes"].append(f"{len(left_out)} rows without a prompt or a vector were left out: {first_few(left_out)}")
        matrix = matrix if matrix is None else matrix[whole[there]]
    matrix = _embedded(embed, list(frame["prompt"])) if embed else matrix
    if matrix is not None:
        frame.insert(frame.columns.get_loc("time"), "embedding", as_column(matrix))
    return frame


def _refuse_gaps(table: Table, what: str, there: numpy.ndarray, missing: str, cure: str) -> None:
    gaps = [str(row) for row, present in zip(table.rows, there) if not present]
    if len(gaps) == len(table) or (gaps and missing == "refuse"):
        raise ValueError(
            f"{table.name}: {len(gaps)} of {len(table)} rows have no {what}: rows {first_few(gaps)}; each needs one to be placed among "
            f'the others: {cure}, or leave these rows out with missing="drop"'
        )


def _embedded(embed: Embedder, prompts: list[str]) -> numpy.ndarray:
    import numpy as np

    parts = []
    with bar(len(prompts), f"embedding with {embed.name}") as shown:
        for start in range(0, len(prompts), 1_000):
            parts.append(embed.embed(prompts[start : start + 1_000]))
            shown.update(len(parts[-1]))
    return np.concatenate(parts)


def _chosen(table: Table, wishes: Mapping[str, Wish]) -> dict[str, str | None]:
    """The column of each role: the one that was named, else the first of NAMES that holds something. ValueError: it is not there."""
    chosen = {role: wish if isinstance(wish, str) else None for role, wish in wishes.items() if wish is not None}
    for role, column in chosen.items():
        if column and column not in table.columns:
            raise ValueError(no_column(table, role, column))
    for role, words in NAMES.items():
        if role not in chosen:
            free = [c for c, cells in table.columns.items() if c not in chosen.values() and any(cell is not None for cell in cells)]
            by_name = {plain(column): column for column in reversed(free)}
            chosen[role] = next((by_name[plain(word)] for word in words.split() if plain(word) in by_name), None)
        if chosen[role] is None and role in ("prompt", "response"):
            raise ValueError(no_column(table, role, None))
    return chosen


def no_column(table: Table, role: str, column: str | None) -> str:
    there = ", ".join(map(repr, table.columns))
    if column:
        return f"{table.name} has no column {column!r} for {role}={did_you_mean(column, table.columns)}; there are {there}"
    cure = "these are spans: use from_spans" if "scopeSpans" in table.columns else f'name it, {role}="..."'
    return f"{table.name}: no column looks like the {role}; there are {there}: {cure}"


def _ids(table: Table, column: str | None, cells: Sequence[Cell]) -> list[str]:
    """The ids as texts; of a row without one its number. ValueError: two rows have the same."""
    ids = [f"row-{row}" if cell is None else as_text(cell) for row, cell in zip(table.rows, cells)]
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if twice:
        shown = [f"{name!r} in rows {', '.join(str(row) for row, each in zip(table.rows, ids) if each == name)}" for name in twice[:3]]
        raise ValueError(
            f"{table.name}: {len(twice)} of the ids in {column!r} stand on several rows: {first_few(shown, '; ')}; each row needs its "
            "own: make them different, name another column with id=, or give id=False to number the rows"
        )
    return ids


def _scores(table: Table, column: str | None, cells: Sequence[Cell]) -> list[float]:
    """Numbers, and words such as "up" and "down" as 1 and 0; nan for nothing. ValueError: something else, with its row."""
    scores = [score_of(cell) for cell in cells]
    odd = [f"row {row}: {str(cell)[:30]!r}" for row, cell, score in zip(table.rows, cells, scores) if score is None]
    if odd:
        words = ", ".join(word for word in WORDS if word.isascii())
        raise ValueError(
            f"{table.name}: {len(odd)} values of {column!r} are no score: {first_few(odd)}; a score is a number, or one of {words}: "
            "correct them, name another column with score=, or give score=False"
        )
    return scores


def score_of(cell: Cell) -> float | None:
    if cell is None:
        return float("nan")
    try:
        return WORDS[plain(cell)] if isinstance(cell, str) and plain(cell) in WORDS else float(WORDS.get(cell, cell))
    except (TypeError, ValueError):
        return None
