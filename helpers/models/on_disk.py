"""What stands behind a spec that names a model on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.models.reply import ModelError

if TYPE_CHECKING:
    from helpers.models.cache import Cache
    from helpers.models.local import Local

__all__ = ["NAMED", "named", "on_disk"]

NAMED = ("pocket", "smollm2")


def on_disk(spec: str, *, batch_size: int, cache: Cache | None) -> tuple[str, str, Local]:
    """Name, description and provider of "pocket", "smollm2" or "hf:<folder or hub id>". ModelError: it is not here."""
    from helpers.models.local import Local
    from helpers.models.packaged import SMOLLM2
    from helpers.models.weights import find

    if spec in NAMED:
        about = SMOLLM2.about if spec == SMOLLM2.spec else spec
        return spec, about, Local(named(spec), batch_size=batch_size)
    rest = spec.removeprefix("hf:")
    name, provider = Path(rest).expanduser().resolve().name, _in_folder(find(rest), batch_size=batch_size, cache=cache)
    tuned = provider.adapter is not None and provider.adapter.note.get("base") == SMOLLM2.spec
    return name, f"{name}, tuned from {SMOLLM2.about}" if tuned else name, provider


def named(spec: str) -> Path:
    """The folder of a model that has a name of its own."""
    from helpers.models.packaged import smollm2

    if spec == "smollm2":
        return smollm2()
    if not places.data("pocket", "config.json").exists():
        raise ModelError("the pocket model is missing: data/pocket holds no config.json; `git checkout data/pocket` brings it back")
    return places.data("pocket")


def _in_folder(folder: Path, *, batch_size: int, cache: Cache | None) -> Local:
    """A folder of weights, or of an adapter, which is merged into its base when the weights are first needed."""
    from helpers.models.adapter import Adapter
    from helpers.models.local import Local

    if not (folder / "adapter_config.json").exists():
        return Local(folder, batch_size=batch_size)
    adapter = Adapter.read(folder, cache)
    return Local(adapter.base, batch_size=batch_size, adapter=adapter)
