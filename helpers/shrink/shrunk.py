"""A shrunk model: a folder of files that were really written, what they weigh, and a model that answers from them."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch.nn import Module
    from transformers import PreTrainedTokenizerBase

    from helpers.models import Model

    Base = str | Path | Model | tuple[Module, PreTrainedTokenizerBase]

__all__ = ["Shrunk", "read", "open_base", "new_folder", "finish"]

NOTE = "shrunk.json"
WEIGHTS = (".safetensors", ".onnx", ".data")
KINDS = ("packed", "nf4", "onnx")


@dataclass(frozen=True)
class Shrunk:
    """One technique applied to one model. `kind` says how the files are read: "packed" (ours), "nf4" or "onnx"."""

    name: str
    folder: Path
    kind: str
    parameters: int

    @property
    def bytes(self) -> int:
        """Bytes on disk of the files that hold weights, with codebooks, scales and masks; the tokenizer, the same for all, is left out."""
        return sum(size for name, size in self.files.items() if name.endswith(WEIGHTS))

    @property
    def files(self) -> dict[str, int]:
        """Bytes of every file of the folder, the largest first."""
        sizes = {path.name: path.stat().st_size for path in self.folder.iterdir() if path.is_file()}
        return dict(sorted(sizes.items(), key=lambda item: -item[1]))

    def model(self, *, batch_size: int = 64) -> Model:
        """The model, read from the files anew and without a reply cache, ready for `helpers.runs.run`."""
        from helpers.shrink import loading

        return loading.model(self, batch_size=batch_size)


def read(folder: str | Path) -> Shrunk:
    """What a technique wrote into a folder before. ValueError: nothing did.

    >>> read("outputs/shrink/palette-4").bytes  # doctest: +SKIP
    4332840
    """
    note = Path(folder) / NOTE
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        name, kind, parameters = said["name"], said["kind"], said["parameters"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"no shrunk model in {str(folder)!r} ({type(error).__name__}); write one: palette('pocket', 4, folder)") from error
    if kind not in KINDS:
        raise ValueError(f"{note.name} names kind {kind!r}; known are {', '.join(KINDS)}: it was written by another version")
    return Shrunk(name, Path(folder), kind, parameters)


def open_base(base: Base) -> tuple[Module, PreTrainedTokenizerBase]:
    """The torch module and the tokenizer behind a spec ("pocket", "hf:..."), a local `Model`, or a (module, tokenizer) pair."""
    from helpers.models import Model, load

    if isinstance(base, tuple) and len(base) == 2:
        return base
    model = base if isinstance(base, Model) else load(str(base), cache=False)
    provider = model._provider
    module = getattr(provider, "model", None)
    if not hasattr(module, "named_parameters"):
        raise ValueError(f"{model!r} has no weights here to shrink; give 'pocket', 'hf:<folder>', or a (torch module, tokenizer) pair")
    return module, provider.tokenizer


def new_folder(folder: str | Path) -> Path:
    """The folder, empty. ValueError: it holds something that no technique of this package wrote."""
    path = Path(folder)
    if path.exists() and (not path.is_dir() or (any(path.iterdir()) and not (path / NOTE).exists())):
        raise ValueError(f"{str(path)!r} holds other files, and they would be lost: give a new folder, or one of a shrunk model")
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    (path / NOTE).write_text("{}\n", encoding="utf-8")  # a killed write can be repeated, and `read` refuses it
    return path


def finish(folder: Path, name: str, kind: str, module: Module, tokenizer: PreTrainedTokenizerBase) -> Shrunk:
    """Write what is small: configuration, tokenizer and, last, the note by which `read` knows a whole folder."""
    if not (folder / "config.json").exists():
        module.config.save_pretrained(folder)
        module.generation_config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    note = {"name": name, "kind": kind, "parameters": module.num_parameters()}
    (folder / NOTE).write_text(json.dumps(note) + "\n", encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o644)  # transformers writes weights that only their owner can read
    return Shrunk(folder=folder, **note)
