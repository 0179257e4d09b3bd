"""What stands behind a spec that names a model on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from helpers.models.packaged import SMOLLM2, named

if TYPE_CHECKING:
    from helpers.models.cache import Cache
    from helpers.models.local import Local
    from helpers.models.spec import Spec

__all__ = ["on_disk"]


def on_disk(spec: Spec, *, batch_size: int, cache: Cache | None) -> tuple[str, str, Local]:
    """Name, description and provider of "pocket", "smollm2" or "hf:<folder or hub id>". ModelError: it is not here."""
    from helpers.models.local import Local
    from helpers.models.weights import find

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
