"""A shrunk model: a folder of files that were really written, what they weigh, and a model that answers from them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.models.cache import files_hash
from helpers.models.door import Model, load
from helpers.models.local import Local, Memory
from helpers.models.weights import never_repack, quiet_peft
from helpers.shrink import packing
from helpers.shrink.graph_answers import Graph
from helpers.storage import read_json, write_json

if TYPE_CHECKING:
    from torch.nn import Module, Parameter
    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

    from helpers.models.cache import Cache
    from helpers.shrink.packing import Coded

    Base = str | Path | Model | tuple[Module, PreTrainedTokenizerBase]

__all__ = ["Shrunk", "finish", "module_of", "new_folder", "open_base", "read", "write_packed"]

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
        from transformers.utils import logging

        logging.disable_progress_bar()
        if self.kind == "onnx":
            provider = Graph(self.folder, self.parameters, batch_size=batch_size)
        else:
            provider = FromFiles(self, batch_size=batch_size)
        return Model(f"shrunk:{self.name}", self.name, provider, None)


def read(folder: str | Path) -> Shrunk:
    """What a technique wrote into a folder before. ValueError: nothing did.

    >>> read("outputs/shrink/palette-4").bytes  # doctest: +SKIP
    4332840
    """
    try:
        note = read_json(Path(folder) / NOTE)
        shrunk = Shrunk(folder=Path(folder), **{field: note[field] for field in ("name", "kind", "parameters")})
    except (ValueError, KeyError) as error:
        raise ValueError(f"no shrunk model in {str(folder)!r} ({type(error).__name__}); write one: palette('pocket', 4, folder)") from error
    if shrunk.kind not in KINDS:
        raise ValueError(f"{NOTE} names kind {shrunk.kind!r}; known are {', '.join(KINDS)}: it was written by another version")
    return shrunk


def module_of(model: Model) -> Module | None:
    """The torch module that answers for a model; None where there is none: behind a remote model or an ONNX graph."""
    provider = model.provider
    return provider.model if isinstance(provider, Local) and not isinstance(provider, Graph) else None


def open_base(base: Base) -> tuple[Module, PreTrainedTokenizerBase]:
    """The torch module and the tokenizer behind a spec ("pocket", "hf:..."), a local `Model`, or a (module, tokenizer) pair."""
    if isinstance(base, tuple) and len(base) == 2:
        return base
    model = base if isinstance(base, Model) else load(str(base), cache=False)
    module = module_of(model)
    if module is None:
        raise ValueError(f"{model!r} has no weights here to shrink; give 'pocket', 'hf:<folder>', or a (torch module, tokenizer) pair")
    return module, model.provider.tokenizer


def new_folder(folder: str | Path) -> Path:
    """The folder, empty. ValueError: it holds something that no technique of this package wrote."""
    path = Path(folder)
    if path.exists() and (not path.is_dir() or (any(path.iterdir()) and not (path / NOTE).exists())):
        raise ValueError(f"{str(path)!r} holds other files, and they would be lost: give a new folder, or one of a shrunk model")
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    write_json(path / NOTE, {})  # a killed write can be repeated, and `read` refuses it
    return path


def finish(folder: Path, name: str, kind: str, module: Module, tokenizer: PreTrainedTokenizerBase) -> Shrunk:
    """Write what is small: configuration, tokenizer and, last, the note by which `read` knows a whole folder."""
    if not (folder / "config.json").exists():
        module.config.save_pretrained(folder)
        module.generation_config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    note = {"name": name, "kind": kind, "parameters": module.num_parameters()}
    write_json(folder / NOTE, note, indent=None)
    for path in folder.iterdir():
        path.chmod(0o644)  # transformers writes weights that only their owner can read
    return Shrunk(folder=folder, **note)


def write_packed(folder: str | Path, name: str, module: Module, tokenizer: PreTrainedTokenizerBase, coded: Mapping[str, Coded]) -> Shrunk:
    """The whole folder of a model with these matrices coded, and all else in bfloat16."""
    path = new_folder(folder)
    packing.write(path, module, coded)
    return finish(path, name, "packed", module, tokenizer)


class FromFiles(Memory):
    """A torch model read from files. Its fingerprint is theirs: in memory some libraries rearrange the weights as they answer."""

    def __init__(self, shrunk: Shrunk, *, batch_size: int) -> None:
        from transformers import AutoTokenizer

        module = _open_nf4(shrunk.folder) if shrunk.kind == "nf4" else _open_packed(shrunk.folder)
        super().__init__(module, AutoTokenizer.from_pretrained(shrunk.folder), batch_size=batch_size)
        self.files = [shrunk.folder / name for name in shrunk.files]
        self.parameters = shrunk.parameters  # what the module counts includes scales

    def identity(self, cache: Cache | None) -> str:
        return files_hash(self.files, cache)


def _architecture(folder: Path) -> tuple[PretrainedConfig, type[PreTrainedModel]]:
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM

    config = AutoConfig.from_pretrained(folder)
    return config, AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM


def _open_nf4(folder: Path) -> PreTrainedModel:
    """The torch model. What is not 4-bit is float32, and so is every product, as in every other model here."""
    _, kind = _architecture(folder)
    with quiet_peft():
        model = kind.from_pretrained(folder).eval()
    never_repack(model)
    for parameter in model.parameters():
        if parameter.is_floating_point():
            parameter.data = parameter.data.float()
    return model


def _open_packed(folder: Path) -> PreTrainedModel:
    """The torch model: int8 layers as they are, every other code looked up once, into float32.

    ValueError: the file does not hold all the parameters of this architecture.
    """
    import torch
    from transformers import GenerationConfig

    config, kind = _architecture(folder)
    module = kind.from_config(config, dtype=torch.float32)
    module.generation_config = GenerationConfig.from_pretrained(folder)
    coded, plain = packing.read(folder)
    weights = dict(module.named_parameters())
    if odd := sorted(weights.keys() ^ (coded.keys() | plain.keys())):
        raise ValueError(f"{packing.FILE} in {folder.name!r} does not fit its config.json: {', '.join(odd[:3])}; write the folder anew")
    with torch.no_grad():
        for name, tensor in plain.items():
            weights[name].copy_(tensor)
        for name, code in coded.items():
            _place(module, name, weights[name], code)
    return module.eval()


def _place(module: Module, name: str, weight: Parameter, coded: Coded) -> None:
    """Into the module: as an int8 layer where the code is int8 and the layer linear, else as floats."""
    import torch

    layer = module.get_submodule(name.removesuffix(".weight"))
    if coded.kind == "int8" and isinstance(layer, torch.nn.Linear):
        from helpers.shrink.layers import Int8Linear

        quantized = Int8Linear(coded.parts["codes"], coded.parts["scale"].float(), layer.bias)
        module.set_submodule(name.removesuffix(".weight"), quantized)
    else:
        weight.copy_(packing.decode(coded))
