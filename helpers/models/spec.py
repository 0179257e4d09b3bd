"""What names a model ("pocket", "hf:<folder or hub id>", "openai:<name>@<base url>" and the like), and what stands behind a name on this
machine."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.models.hosted import price
from helpers.models.packaged import SMOLLM2, find, named
from helpers.models.reply import ModelError
from helpers.spelling import did_you_mean

if TYPE_CHECKING:
    from helpers.models.cache import Cache
    from helpers.models.local import Local

__all__ = ["Spec", "on_disk", "parse"]

OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Spec:
    """A spec in its parts. `kind` is "named" (pocket and the like), "hf" or "openai"; `name` is the name, folder, hub id or served model;
    `url` is the server's."""

    text: str
    kind: str
    name: str
    url: str = ""


def parse(spec: str, named: Sequence[str], *, what: str = "model") -> Spec:
    """A spec, read. `named` are the names that stand alone. A server that is not named is $OPENAI_BASE_URL, else OpenAI's.

    ModelError: it is none; the message lists what is allowed.

    >>> parse("openai:llama3@http://localhost:11434/v1/", ["pocket"])
    Spec(text='openai:llama3@http://localhost:11434/v1/', kind='openai', name='llama3', url='http://localhost:11434/v1')
    """
    text = str(spec)
    kind, _, rest = text.partition(":")
    if text in named:
        return Spec(text, "named", text)
    if kind == "hf" and rest:
        return Spec(text, kind, rest)
    if kind == "openai" and rest:
        name, url = re.fullmatch(r"(.+?)(?:@(https?://.*))?", rest, flags=re.DOTALL).groups()
        return Spec(text, kind, name, (url or os.environ.get("OPENAI_BASE_URL") or OPENAI).rstrip("/"))
    allowed = ", ".join([*(f'"{name}"' for name in named), '"hf:<folder or hub id>"', '"openai:<name>" or "openai:<name>@<base url>"'])
    raise ModelError(f"unknown {what} {text!r}; allowed: {allowed}{_meant(text, named)}")


def _meant(text: str, named: Sequence[str]) -> str:
    """The spec that was meant, in brackets: a hosted model, folder or hub id without its kind, or a mistyped name or kind."""
    _, _, rest = text.partition(":")
    if price(text):
        return f" (did you mean 'openai:{text}'?)"
    if re.fullmatch(r"[\w-][\w.-]*/[\w.-]+", text) or ("/" in text and Path(text).expanduser().is_dir()):
        return f" (did you mean 'hf:{text}'?)"
    kinds = [f"hf:{rest}", f"openai:{rest}"] if rest else []
    return did_you_mean(text, [*named, *kinds]) or f"; for example {named[0]!r}"


def on_disk(spec: Spec, *, batch_size: int, cache: Cache | None) -> tuple[str, str, Local]:
    """Name, description and provider of "pocket", "smollm2" or "hf:<folder or hub id>". ModelError: it is not here."""
    from helpers.models.local import Local

    if spec.kind == "named":
        about = SMOLLM2.about if spec.name == SMOLLM2.spec else spec.name
        return spec.name, about, Local(named(spec.name), batch_size=batch_size)
    name = Path(spec.name).expanduser().resolve().name
    provider = _in_folder(find(spec.name), batch_size=batch_size, cache=cache)
    tuned = provider.adapter is not None and provider.adapter.note.get("base") == SMOLLM2.spec
    return name, f"{name}, tuned from {SMOLLM2.about}" if tuned else name, provider


def _in_folder(folder: Path, *, batch_size: int, cache: Cache | None) -> Local:
    """A folder of weights, or of an adapter, which is merged into its base when the weights are first needed."""
    from helpers.models.adapter import Adapter
    from helpers.models.local import Local

    if not (folder / "adapter_config.json").exists():
        return Local(folder, batch_size=batch_size)
    adapter = Adapter.read(folder, cache)
    return Local(adapter.base, batch_size=batch_size, adapter=adapter)
