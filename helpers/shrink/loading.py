"""From the files of a shrunk model back to one that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.models.cache import files_hash
from helpers.models.door import Model
from helpers.models.local import Memory
from helpers.shrink import packed

if TYPE_CHECKING:
    from pathlib import Path

    from torch.nn import Module, Parameter
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from helpers.shrink.packed import Coded
    from helpers.shrink.shrunk import Shrunk

__all__ = ["model", "open_packed", "FromFiles"]


class FromFiles(Memory):
    """A torch model read from files. Its fingerprint is theirs: in memory some libraries rearrange the weights as they answer."""

    def __init__(self, module: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, shrunk: Shrunk, *, batch_size: int) -> None:
        super().__init__(module, tokenizer, batch_size=batch_size)
        self.files = [shrunk.folder / name for name in shrunk.files]
        self.parameters = shrunk.parameters  # what the module counts includes scales

    def identity(self, cache: object | None) -> str:
        return files_hash(self.files, cache)


def model(shrunk: Shrunk, *, batch_size: int = 64) -> Model:
    """The model of a folder, without a reply cache: see `Shrunk.model`."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    if shrunk.kind == "onnx":
        from helpers.shrink.graph_answers import Graph

        return Model(f"shrunk:{shrunk.name}", shrunk.name, Graph(shrunk.folder, shrunk.parameters, batch_size=batch_size), None)
    from transformers import AutoTokenizer

    from helpers.shrink.normal_float import open_nf4

    module = open_nf4(shrunk.folder) if shrunk.kind == "nf4" else open_packed(shrunk.folder)
    provider = FromFiles(module, AutoTokenizer.from_pretrained(shrunk.folder), shrunk, batch_size=batch_size)
    return Model(f"shrunk:{shrunk.name}", shrunk.name, provider, None)


def open_packed(folder: Path) -> PreTrainedModel:
    """The torch model: int8 layers as they are, every other code looked up once, into float32.

    ValueError: the file does not hold all the parameters of this architecture.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, GenerationConfig

    config = AutoConfig.from_pretrained(folder)
    kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    module = kind.from_config(config, dtype=torch.float32)
    module.generation_config = GenerationConfig.from_pretrained(folder)
    coded, plain = packed.read(folder)
    weights = dict(module.named_parameters())
    if weights.keys() != coded.keys() | plain.keys():
        odd = sorted(weights.keys() ^ (coded.keys() | plain.keys()))
        raise ValueError(f"{packed.FILE} in {folder.name!r} does not fit its config.json: {', '.join(odd[:3])}; write the folder anew")
    with torch.no_grad():
        for name, tensor in plain.items():
            weights[name].copy_(tensor)
    for name, one in coded.items():
        _place(module, name, weights[name], one)
    return module.eval()


def _place(module: Module, name: str, weight: Parameter, one: Coded) -> None:
    """Into the module: as an int8 layer where the code is int8 and the layer linear, else as floats."""
    import torch

    layer_name = name.removesuffix(".weight")
    layer = module.get_submodule(layer_name)
    if one.kind == "int8" and isinstance(layer, torch.nn.Linear):
        from helpers.shrink.layers import Int8Linear

        module.set_submodule(layer_name, Int8Linear(one.parts["codes"], one.parts["scale"].float(), layer.bias))
    else:
        with torch.no_grad():
            weight.copy_(packed.decode(one))
