"""Replies on disk: a rerun is free, a kill loses nothing that was answered, two processes may share one file. And the hashes behind it."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
import warnings
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from helpers import places
from helpers.models.reply import ModelError, Reply, Settings
from helpers.storage import file_digest

if TYPE_CHECKING:
    from torch.nn import Module
    from transformers import PreTrainedTokenizerBase

__all__ = ["Cache", "open_cache", "reply_key", "file_hash", "files_hash", "tensors_hash"]

SCHEMA = """
create table if not exists replies (key text primary key, reply text not null, at real not null) without rowid;
create table if not exists files (stamp text primary key, sha256 text not null) without rowid;
"""


def reply_key(name: str, identity: str, messages: list[dict], settings: Settings) -> str:
    """SHA-256 over everything a reply follows from; the seed counts only when the temperature is above 0."""
    sampled = {"seed": settings.seed} if settings.temperature > 0 else {}
    what = [name, identity, messages, settings.tools, settings.max_tokens, settings.temperature, sampled, *settings.extras()]
    return hashlib.sha256(json.dumps(what, sort_keys=True, ensure_ascii=True, default=str).encode()).hexdigest()


def open_cache(setting: bool | str | Path) -> Cache | None:
    """The cache that `load(cache=...)` names: a file, none for False, `$LADDER_CACHE` or the repository's own for True."""
    if setting is False:
        return None
    path = os.environ.get("LADDER_CACHE", "") if setting is True else str(setting)
    if path.lower() == "off":
        return None
    return Cache(Path(path).expanduser() if path else places.cache("replies.sqlite"))


class Cache:
    """A SQLite file with one row a reply. It holds keys (hashes) and replies: no request, no header, no API key."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._lock = Lock()
        try:
            self._db = self._open()
        except sqlite3.OperationalError as error:
            raise ModelError(f"cannot open the reply cache {self.path.name} ({error}); set LADDER_CACHE=off or =<file>") from error
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            self._db = self._open()
        weakref.finalize(self, self._db.close)

    def get(self, keys: list[str]) -> dict[str, Reply]:
        """The replies that are there, by key."""
        replies: dict[str, Reply] = {}
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            rows = self._run(f"select key, reply from replies where key in ({','.join('?' * len(some))})", some)
            replies.update((key, reply) for key, text in rows if (reply := _reply(text)) is not None)
        return replies

    def put(self, replies: dict[str, Reply]) -> None:
        """Keeps replies, all or none; on return they survive a kill of this process."""
        rows = [(key, json.dumps(asdict(reply)), time.time()) for key, reply in replies.items()]
        with self._lock, self._db:
            self._db.executemany("insert or replace into replies values (?, ?, ?)", rows)

    def file_hash(self, path: Path) -> str:
        """SHA-256 of a file's content, remembered for as long as its place, size and time of change stay the same."""
        at = path.stat()
        stamp = hashlib.sha256(f"{path.resolve()}|{at.st_size}|{at.st_mtime_ns}".encode()).hexdigest()
        known = self._run("select sha256 from files where stamp = ?", [stamp])
        if known:
            return known[0][0]
        digest = file_digest(path)
        with self._lock, self._db:
            self._db.execute("insert or replace into files values (?, ?)", (stamp, digest))
        return digest

    def _run(self, query: str, values: list[str]) -> list[tuple]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=30, check_same_thread=False)
        try:
            self._share(db)
            db.execute("pragma synchronous=normal")
            db.executescript(SCHEMA)
            if (verdict := db.execute("pragma quick_check(1)").fetchone()[0]) != "ok":
                raise sqlite3.DatabaseError(verdict)
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _share(self, db: sqlite3.Connection) -> None:
        """Let several processes read and write; a file that two of them make at once is locked for a moment, and no timeout helps there."""
        for wait in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6):
            try:
                db.execute("pragma journal_mode=wal")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                time.sleep(wait)
        db.execute("pragma journal_mode=wal")

    def _set_aside(self, error: Exception) -> None:
        aside = f"{self.path.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}"
        for ending in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + ending)
            if part.exists():
                part.rename(self.path.with_name(aside + ending))
        warnings.warn(f"the reply cache was broken ({error}); it was moved to {aside} and a new one started", stacklevel=4)


def files_hash(files: Iterable[Path], cache: Cache | None = None) -> str:
    """One SHA-256 over the names and contents of some files."""
    each = [(path.name, file_hash(path, cache)) for path in sorted(files)]
    return hashlib.sha256(json.dumps(each).encode()).hexdigest()


def file_hash(path: Path, cache: Cache | None = None) -> str:
    """SHA-256 of a file's content; a cache remembers it."""
    return cache.file_hash(path) if cache else file_digest(path)


def _reply(text: str) -> Reply | None:
    """A row as a reply; None for one from before thoughts were told from answers that holds no answer, so that it is asked again."""
    row = json.loads(text)
    names = {field.name for field in fields(Reply)}
    says = row["text"].strip() and not row["text"].lstrip().startswith("<think>")
    if "thought" not in row and not says and not row["tool_calls"]:
        return None
    return Reply(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items() if name in names})


def tensors_hash(module: Module, tokenizer: PreTrainedTokenizerBase) -> str:
    """SHA-256 that changes with any weight, buffer, setting or token."""
    digest = hashlib.sha256()
    settings = [module.config.to_dict(), module.generation_config.to_dict(), tokenizer.get_vocab(), str(tokenizer.chat_template)]
    digest.update(json.dumps(settings, sort_keys=True, default=str).encode())
    for name, value in module.state_dict().items():
        digest.update(name.encode())
        for part in _bytes(value):
            digest.update(part)
    return digest.hexdigest()


def _bytes(value: Any) -> Iterator[bytes]:
    """The content of a tensor, of a tensor made of tensors (quanto, torchao), or of a packed pair (torch.ao)."""
    import torch

    if isinstance(value, list | tuple):
        for part in value:
            yield from _bytes(part)
    elif hasattr(value, "__tensor_flatten__"):
        names, context = value.__tensor_flatten__()
        yield str(context).encode()
        for name in names:
            yield from _bytes(getattr(value, name))
    elif isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        value = value.int_repr() if value.is_quantized else value
        yield f"{value.dtype}{tuple(value.shape)}".encode()
        yield value.contiguous().flatten().view(torch.uint8).numpy().tobytes()
    else:
        yield repr(value).encode()
