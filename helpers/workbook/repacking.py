"""`python -m helpers.workbook.repacking`: what an evaluation between two steps does to QLoRA's gradients, for lesson 14.

Only a processor with AVX512-BF16 shows the fault: there bitsandbytes 0.50 lays NF4 weights out anew at the first evaluation, for a product
that autograd cannot go back through. What it does to `pocket` is recorded once, so that the lesson says the same everywhere.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections import defaultdict
from typing import TYPE_CHECKING

import helpers.models  # noqa: F401  (before torch: it sets how threads wait)
from helpers import places
from helpers.models.weights import never_repack, quiet_peft, read_nf4
from helpers.storage import write_json
from helpers.tasks import load_task
from helpers.tuning.bases import Base, open_base
from helpers.tuning.batches import loss_sum, padded
from helpers.tuning.rows import encode

if TYPE_CHECKING:
    import torch

    Gradients = dict[int, torch.Tensor]

__all__ = ["compared", "with_adapter"]


def with_adapter(base: Base, *, safe: bool) -> torch.nn.Module:
    """The base in NF4 with LoRA beside all its matrices, B filled at random so that every gradient is there; safe: `never_repack`."""
    import torch

    model = read_nf4(base.local.folder, base.local.tokenizer).requires_grad_(False)
    if safe:
        never_repack(model)
    torch.manual_seed(0)
    with quiet_peft():
        from peft import LoraConfig, get_peft_model

        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules="all-linear"))
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.02)
    return model


def gradients(model: torch.nn.Module, batch: dict) -> tuple[float, Gradients]:
    """The loss of a training step, and the gradient of each layer's adapters as one long vector."""
    import torch

    model.zero_grad(set_to_none=True)
    loss = loss_sum(model.train(), batch)
    loss.backward()
    layers = defaultdict(list)
    for name, weight in model.named_parameters():
        if weight.requires_grad and (layer := re.search(r"layers\.(\d+)\.", name)):
            layers[int(layer[1])].append(weight.grad.flatten())
    return loss.item(), {layer: torch.cat(parts) for layer, parts in layers.items()}


def compared(rows: int = 8, *, safe: bool = False) -> dict:
    """Per layer the cosine of the true gradient and that after an evaluation of a model that may repack; the loss before and after."""
    import torch

    base = open_base("pocket")
    pairs = encode(load_task("reviews")["train"].to_list()[:rows], None, base.local)
    batch = padded(pairs, pad=0, seq2seq=False)
    loss, true = gradients(with_adapter(base, safe=True), batch)
    faulty = with_adapter(base, safe=safe).eval()
    with torch.no_grad():
        loss_sum(faulty, batch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of it, once a process
        later, wrong = gradients(faulty, batch)
    cosine = {str(layer): round(float(torch.cosine_similarity(true[layer], wrong[layer], dim=0)), 4) for layer in sorted(true)}
    return {"loss": [round(loss, 4), round(later, 4)], "cosine": cosine}


def main() -> int:
    found = compared()
    if min(found["cosine"].values()) > 0.999:
        sys.stderr.write("this processor has no AVX512-BF16: the fault does not show here, and nothing is written\n")
        return 1
    sys.stdout.write(f"{write_json(places.recordings('14', 'repack.json'), found)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
