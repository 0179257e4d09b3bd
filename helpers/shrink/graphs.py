"""ONNX: the model as a graph of operations in one file, which onnxruntime executes without torch."""

from __future__ import annotations

import copy
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.shrink.graph_answers import session
from helpers.shrink.shrunk import finish, new_folder, open_base

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    from helpers.shrink.shrunk import Base, Shrunk

__all__ = ["onnx"]

FILE = "model.onnx"
OPSET = 17
NEAR = 1e-3  # the largest difference of logits, relative to the largest logit, that a right graph may show


def onnx(base: Base, folder: str | Path, *, int8: bool = False) -> Shrunk:
    """The graph of one step of a causal model, with its keys and values so far as inputs and outputs; weights float32.

    Inputs: ids and positions (batch, new), mask (batch, 1, new, all) that is added to the attention scores, past_0 ... (batch, heads,
    old, size), a key and a value for each layer. Outputs: logits (batch, vocabulary) of the last token, present_0 ... (all tokens).
    `int8` rounds the weights of matrix products column by column, and the embedding; the products are then of integers, as the other
    factor is rounded too, by the largest number in its whole batch: so a reply may depend, a little, on its neighbors.
    A tied embedding is stored twice, once to be looked up and once, turned, to multiply with. Files up to 2 GB.
    ValueError: an encoder-decoder or sliding-window model, or a graph whose logits are not torch's.

    >>> onnx("pocket", "outputs/shrink/onnx").model().ask("What is the capital of France?").text  # doctest: +SKIP
    'Paris'
    """
    module, tokenizer = open_base(base)
    _can_export(module)
    with tempfile.TemporaryDirectory() as scratch, _quiet():
        file = Path(scratch, FILE)
        _export(module, file)
        if int8:
            file = _to_int8(file, Path(scratch, f"int8-{FILE}"))
        path = new_folder(folder)
        shutil.move(file, path / FILE)
    return finish(path, "ONNX int8" if int8 else "ONNX", "onnx", module, tokenizer)


def _can_export(module: PreTrainedModel) -> None:
    from transformers import DynamicCache

    kinds = {type(layer).__name__ for layer in DynamicCache(config=module.config).layers}
    if module.config.is_encoder_decoder or kinds != {"DynamicLayer"}:
        layers = ", ".join(sorted(kinds)) or "none"
        raise ValueError(f"{type(module).__name__} is not a causal model with a plain cache (found: {layers}); only those are exported")


def _export(module: PreTrainedModel, file: Path) -> None:
    """Trace one step on the CPU, in float32 and with attention written out, and compare the graph with torch."""
    import torch

    from helpers.shrink.layers import Step

    model = copy.deepcopy(module).to("cpu", torch.float32).eval()
    model.set_attn_implementation("eager")
    step = Step(model)
    example = _example(model, batch=2, old=4, new=3)
    tensors = range(len(example) - 3)
    inputs = {"ids": {0: "batch", 1: "new"}, "positions": {0: "batch", 1: "new"}, "mask": {0: "batch", 2: "new", 3: "all"}}
    inputs |= {f"past_{i}": {0: "batch", 2: "old"} for i in tensors}
    outputs = {"logits": {0: "batch"}} | {f"present_{i}": {0: "batch", 2: "all"} for i in tensors}
    names = {"input_names": list(inputs), "output_names": list(outputs), "dynamic_axes": inputs | outputs}
    with torch.no_grad():
        torch.onnx.export(step, example, str(file), **names, dynamo=False, opset_version=OPSET)
        _compare(step, file, list(inputs), _example(model, batch=3, old=5, new=2))


def _example(model: PreTrainedModel, *, batch: int, old: int, new: int) -> tuple[torch.Tensor, ...]:
    """Inputs of one step, with random tokens and a random past."""
    import torch
    from transformers import DynamicCache

    random = torch.Generator().manual_seed(0)
    ids = torch.randint(model.config.vocab_size, (batch, new), generator=random)
    cache = DynamicCache(config=model.config)
    model(input_ids=torch.randint(model.config.vocab_size, (batch, old), generator=random), past_key_values=cache, use_cache=True)
    mask = torch.full((new, old + new), torch.finfo(torch.float32).min).triu(old + 1).expand(batch, 1, -1, -1).contiguous()
    positions = torch.arange(old, old + new).expand(batch, -1).contiguous()
    return ids, positions, mask, *(tensor for layer in cache.layers for tensor in (layer.keys, layer.values))


def _compare(step: torch.nn.Module, file: Path, inputs: list[str], example: tuple[torch.Tensor, ...]) -> None:
    expected = step(*example)[0].numpy()
    logits = session(file).run(["logits"], {name: tensor.numpy() for name, tensor in zip(inputs, example, strict=True)})[0]
    off = abs(logits - expected).max() / abs(expected).max()
    if not off <= NEAR:
        raise ValueError(f"the exported graph gives other logits than torch (off by {off:.2g} of the largest): this model cannot be traced")


def _to_int8(file: Path, target: Path) -> Path:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(file, target, op_types_to_quantize=["MatMul", "Gather"], per_channel=True, weight_type=QuantType.QInt8)
    return target


@contextmanager
def _quiet() -> Iterator[None]:
    """The tracer warns of every constant, torch of its newer exporter (ten times slower here), the quantizer of a step it can skip."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
