"""The finished model as a folder that plain transformers loads."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

__all__ = ["export"]

RECORD = ("preset", "tokens", "unique_tokens", "steps", "seconds", "device", "date", "curve", "curve_columns", "starts", "focus")


def export(model: LlamaForCausalLM, folder: Path, tokenizer: PreTrainedTokenizerFast, state: dict) -> None:
    """Config, tokenizer and bf16 safetensors, readable by all.

    Beside them training.json: how the model was made (`RECORD`; unique_tokens are those of batches drawn for the first time, curve is the
    losses by tokens, focus the mix of each start) and the sha256 of the weights.
    """
    import torch

    from pocket_maker.train.tokenizer import save_tokenizer

    folder.mkdir(parents=True, exist_ok=True)
    half = copy.deepcopy(model).to("cpu", torch.bfloat16)
    half.generation_config.update(eos_token_id=1, pad_token_id=0, do_sample=False)
    half.save_pretrained(folder)
    save_tokenizer(tokenizer, folder)
    made = {key: state.get(key) for key in RECORD}
    made["sha256"] = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    (folder / "training.json").write_text(json.dumps(made) + "\n", encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o644)
