"""What stands on the disk: the file, files or folder that is meant, each with its kind and its bytes; and the folder of documents."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.files.table import first_few
from helpers.spelling import did_you_mean

__all__ = ["KINDS", "Source", "checked_kind", "find_documents", "find_sources", "is_file", "kind_of"]

KINDS = {
    ".csv": "CSV", ".tsv": "CSV", ".txt": "CSV", ".jsonl": "JSONL", ".ndjson": "JSONL", ".json": "JSON", ".parquet": "Parquet",
    ".xlsx": "Excel", ".xls": "Excel", ".ods": "Excel",
}  # fmt: skip
LARGEST = 1_000_000_000  # bytes; all of it is held in memory
_DATASET = ("dataset_dict.json", "dataset_info.json")  # what `save_to_disk` leaves in a folder
_ABOUT = (*_DATASET, "dataset_infos.json", "state.json")  # files about a data set, without rows
_PACKED = (".zip", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst")
_SPLIT = {
    "train": r"train(ing)?", "dev": r"dev|val(id|idation)?", "test": r"test(ing)?|eval",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One file (or saved data set, a folder): its path, kind, bytes, and the split that its name says, if it does."""

    path: Path
    kind: str
    data: bytes

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def split(self) -> str | None:
        return split_named(re.sub(r"\..*", "", self.name))


def split_named(text: str) -> str | None:
    """Which of train, dev and test a word of the text means: "validation" is dev.

    >>> split_named("my_train-00000-of-00001"), split_named("Validation"), split_named("training_day_notes"), split_named("latest")
    ('train', 'dev', 'train', None)
    """
    words = re.split(r"[^a-z]+", text.lower())
    return next((split for split, pattern in _SPLIT.items() if any(re.fullmatch(pattern, word) for word in words)), None)


def kind_of(path: str | Path) -> str | None:
    """The kind of file that a name says, packed (.gz) or not; None if it is no table.

    >>> kind_of("my.csv"), kind_of("my.jsonl.gz"), kind_of("notes.pdf")
    ('CSV', 'JSONL', None)
    """
    return KINDS.get(Path(str(path).lower().removesuffix(".gz")).suffix)


def find_sources(path: str | Path | Sequence[str | Path]) -> list[Source]:
    """The file, the files, those of a folder (not of folders in it), or the saved data set, each read once.

    FileNotFoundError: one is not there. ValueError: nothing to read in it, another kind of file, an empty or a huge one.
    """
    paths = [path] if isinstance(path, str | Path) else list(path)
    files = [file for item in paths for file in _files(Path(item).expanduser())]
    if not files:
        raise ValueError("no file was given: give a path, several, or a folder")
    return [_source(file) for file in files]


def is_file(where: str | Path) -> bool:
    """Whether a task is meant by its file: by the name's ending, or a folder of such files without a task.toml."""
    path = Path(where).expanduser()
    if path.is_dir():
        return not (path / "task.toml").exists() and (_is_saved(path) or bool(_tables(path)))
    return kind_of(path) is not None


def _files(path: Path) -> list[Path]:
    if not path.is_dir() or _is_saved(path):
        return [path]
    if tables := _tables(path):
        return tables
    raise ValueError(f"{path.name} is a folder without a file of rows ({', '.join(KINDS)}); a folder that is a task needs a task.toml")


def _tables(folder: Path) -> list[Path]:
    """The files of rows in a folder, or in `data` in it (a clone from the Hugging Face hub), sorted; texts (.txt) are documents there."""
    files = [file for file in folder.iterdir() if kind_of(file) and not file.name.startswith((".", "~$"))]
    tables = sorted(file for file in files if file.is_file() and file.suffix.lower() != ".txt" and file.name not in _ABOUT)
    return tables or (_tables(folder / "data") if (folder / "data").is_dir() else [])


def _is_saved(folder: Path) -> bool:
    return folder.is_dir() and any((folder / name).exists() for name in _DATASET)


def _source(path: Path) -> Source:
    if _is_saved(path):
        return Source(path, "data set", b"".join(file.read_bytes() for file in sorted(path.rglob("*.arrow"))))
    kind = checked_kind(path)
    data = path.read_bytes()
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise ValueError(f"{path.name} is empty: it needs a line of column names, such as input,target, and one line an example")
    return Source(path, kind, data)


def unpacked(source: Source) -> bytes:
    """The bytes of a file, without the gzip around them. ValueError: it is named .gz and is no whole gzip file."""
    if not source.name.lower().endswith(".gz"):
        return source.data
    try:
        return gzip.decompress(source.data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{source.name} is no whole gzip file ({error}): pack it again, or give it unpacked, without .gz") from None


def checked_kind(path: Path) -> str:
    """The kind of a file that is there, of a known kind, and not too large."""
    if not path.exists():
        raise FileNotFoundError(_missing(path))
    kind = kind_of(path)
    if kind is None:
        ending = path.suffix or "no ending"
        cure = "unpack it" if ending.lower() in _PACKED else "save it as CSV (UTF-8)"
        raise ValueError(f"{path.name}: the name must end in one of {', '.join(KINDS)} (or .gz), got {ending!r}; {cure}")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} has {path.stat().st_size / 1e9:.1f} GB, and at most 1 GB is read: take a sample of its rows")
    return kind


def _missing(path: Path) -> str:
    """What is said of a file that is not there: those that are, or how a data set of the hub becomes one."""
    name = path.as_posix()
    if re.fullmatch(r"[\w-]+/[\w.-]+", name) and kind_of(path) is None and not path.parent.exists():
        save = f"from datasets import load_dataset; load_dataset('{name}').save_to_disk('{path.name}')"
        return (
            f'no file {name!r} here; if it is a data set of the Hugging Face hub, save it first: python -c "{save}", then name {path.name}'
        )
    near = sorted(file.name for file in path.parent.glob("*") if kind_of(file)) if path.parent.is_dir() else []
    others = f"there are {first_few(near)}" if near else "no file of rows is there"
    return f"no file {path.name!r} in {path.absolute().parent}; {others}{did_you_mean(path.name, near)}"


def find_documents(file: Path, wish: str | Path | bool | None) -> tuple[Path | None, str]:
    """The folder and why: the one given, else `<name>_documents` or `documents` beside the file; `False` for none.

    ValueError: the folder that was given is not there, or holds no *.md or *.txt file.
    """
    if wish is False:
        return None, "as you said"
    if wish is None or wish == "":
        return _beside(file)
    if wish is True:
        raise ValueError(f"{file.name}: documents=True names no folder: give its path, or leave documents= out to look beside the file")
    folder = Path(wish).expanduser()
    if not folder.is_dir() and not folder.is_absolute() and (file.parent / folder).is_dir():
        folder = file.parent / folder
    if not folder.is_dir():
        raise ValueError(
            f"documents={str(wish)!r}: there is no such folder, here or beside {file.name}; give one that holds *.md or *.txt files"
        )
    if not (n := _pages(folder)):
        raise ValueError(f"documents={str(wish)!r}: the folder holds no *.md or *.txt file; save the documents as text, one a file")
    return folder, f"{n} files, as you said"


def _beside(file: Path) -> tuple[Path | None, str]:
    """By the folder's exact name: on some systems `Documents`, a reader's own folder, would answer to `documents`."""
    names = (f"{file.stem}_documents", "documents")
    folders = {entry.name: entry for entry in file.absolute().parent.iterdir() if entry.name in names and entry.is_dir()}
    for name in names:
        if name in folders and (n := _pages(folders[name])):
            return folders[name], f"{n} files, found beside {file.name}; documents=False to leave them out"
    return None, f"no folder {names[0]} or {names[1]} with *.md or *.txt files beside {file.name}; give documents="


def _pages(folder: Path) -> int:
    from helpers.retrieval.pages import page_files

    return len(page_files(folder))
