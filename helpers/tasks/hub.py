"""Tasks from the Hugging Face hub: a data set of any shape as rows with our field names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.tasks.examples import check_columns, renamed

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

    from helpers.tasks.examples import Rows

__all__ = ["from_hub"]


def from_hub(where: str, columns: Mapping[str, str]) -> tuple[Path | None, dict, dict[str, Rows]]:
    """A data set by its id: its task.toml, if it has one; what its class names say of the task; its rows by split ("validation" is dev).

    FileNotFoundError: the hub did not give it. ValueError: `columns` names one that it has not.
    """
    loaded = _fetched(where)
    check_columns(where, [name for split in loaded.values() for name in split.column_names], columns)
    target = columns.get("target", "target")
    classes = next((getattr(split.features.get(target), "names", None) for split in loaded.values()), None)
    spec = {"metric": "label", "labels": list(classes)} if classes else {}
    return _toml(where), spec, {
        "dev" if split == "validation" else split: _rows(split, rows, columns, classes) for split, rows in loaded.items()
    }  # fmt: skip


def _fetched(where: str) -> DatasetDict:
    import datasets

    try:
        return datasets.load_dataset(where)
    except Exception as error:  # a dozen kinds: no network, no such repository, gated, a loading script
        raise FileNotFoundError(
            f"no folder {where!r} here, and the hub did not give it ({type(error).__name__}: {error}). "
            "Check the name and the network, or give a folder."
        ) from error


def _toml(where: str) -> Path | None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        return Path(hf_hub_download(where, "task.toml", repo_type="dataset"))
    except (OSError, EntryNotFoundError):
        return None


def _rows(split: str, rows: Dataset, columns: Mapping[str, str], classes: list[str] | None) -> Rows:
    """The rows that have a target, with our field names."""
    ours = []
    for number, theirs in enumerate(rows.to_list(), 1):
        row = {"id": f"{split}-{number}", **renamed(theirs, columns)}
        target = row.get("target")
        if classes and isinstance(target, int):
            target = classes[target] if target >= 0 else None
        elif isinstance(target, int | float):
            target = str(target)
        ours += [(number, row | {"id": str(row["id"]), "target": target})] if target is not None else []
    return ours
