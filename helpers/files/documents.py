"""The folder of documents that belongs to a file, for retrieval."""

from __future__ import annotations

from pathlib import Path

__all__ = ["find_documents"]


def find_documents(file: Path, given: str | Path | bool | None) -> tuple[Path | None, str]:
    """The folder and why: the one given, else `<name>_documents` or `documents` beside the file; `False` for none.

    ValueError: the folder that was given is not there, or holds no *.md or *.txt file.
    """
    if given is False:
        return None, "as you said"
    if given is None or given == "":
        return _beside(file)
    if given is True:
        raise ValueError(f"{file.name}: documents=True names no folder: give its path, or leave documents= out to look beside the file")
    folder = Path(given).expanduser()
    if not folder.is_dir() and not folder.is_absolute() and (file.parent / folder).is_dir():
        folder = file.parent / folder
    if not folder.is_dir():
        raise ValueError(
            f"documents={str(given)!r}: there is no such folder, here or beside {file.name}; give one that holds *.md or *.txt files"
        )
    if not (n := _pages(folder)):
        raise ValueError(f"documents={str(given)!r}: the folder holds no *.md or *.txt file; save the documents as text, one a file")
    return folder, f"{n} files, as you said"


def _beside(file: Path) -> tuple[Path | None, str]:
    """By the folder's exact name: on some systems `Documents`, a reader's own folder, would answer to `documents`."""
    names = (f"{file.stem}_documents", "documents")
    there = {entry.name: entry for entry in file.absolute().parent.iterdir() if entry.name in names and entry.is_dir()}
    for name in names:
        if name in there and (n := _pages(there[name])):
            return there[name], f"{n} files, found beside {file.name}; documents=False to leave them out"
    return None, f"no folder {names[0]} or {names[1]} with *.md or *.txt files beside {file.name}; give documents="


def _pages(folder: Path) -> int:
    from helpers.retrieval.pages import page_files

    return len(page_files(folder))
