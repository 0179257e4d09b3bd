"""A base model made ready for training: all its weights, small matrices beside them (LoRA), a few virtual tokens, or 4 bits below."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.models.packaged import NAMED
from helpers.models.reply import ModelError
from helpers.models.weights import never_repack, quiet_peft, read_nf4

if TYPE_CHECKING:
    import torch
    from peft import PeftConfig
    from transformers import PreTrainedModel

    from helpers.models import Model
    from helpers.models.local import Local
    from helpers.tuning.rows import Pair
    from helpers.tuning.settings import Settings

__all__ = ["Base", "check_unpacked", "open_base", "portable", "prepare", "spec_of"]


@dataclass(frozen=True)
class Base:
    """What is tuned: `spec` as an adapter may keep it (no machine path), and the provider that reads its files."""

    spec: str
    local: Local

    @cached_property
    def sha256(self) -> str:
        """A hash over the weights, by which an adapter knows its base again."""
        from helpers.models.cache import files_hash

        return files_hash(self.local.folder.weights)


def open_base(base: str | Path | Model) -> Base:
    """The base behind "pocket", "smollm2", "hf:<folder or hub id>", a folder, or a loaded model.

    ModelError: it is remote, in memory, shrunk, or an adapter itself.
    """
    from helpers.models import Model, load
    from helpers.models.local import Local

    model = base if isinstance(base, Model) else load(spec_of(base), cache=False)
    local = model.provider
    spec = model.spec
    if not isinstance(local, Local):
        raise ModelError(f"{spec!r} cannot be tuned here: its weights are not on this machine; a hosted model is tuned by its host")
    if type(local) is not Local:
        raise ModelError(
            f"{spec!r} is in memory or shrunk, and tuning reads its base from a folder of plain weights: write one with "
            "module.save_pretrained(folder) and tokenizer.save_pretrained(folder), then tune 'hf:<folder>'"
        )
    if local.adapter is not None:
        raise ModelError(f"{spec!r} is an adapter: merge it first (tuning.read(folder).merge(new_folder)), then tune what that wrote")
    return Base(portable(spec), local)


def spec_of(base: str | Path | Model) -> str:
    """How `load` names a base.

    >>> spec_of(Path("models/mine"))
    'hf:models/mine'
    """
    if isinstance(base, str):
        return base
    return f"hf:{base}" if isinstance(base, Path) else base.spec


def portable(spec: str) -> str:
    """A spec without a machine path: a folder below the current one or the repository by its way from here, any other by its name."""
    folder = Path(spec.removeprefix("hf:")).expanduser()
    if spec in NAMED or not folder.is_dir():
        return spec
    folder = folder.resolve()
    here = Path.cwd()
    if folder.is_relative_to(here):
        return f"hf:./{folder.relative_to(here).as_posix()}"
    if folder.is_relative_to(places.root()) and here.is_relative_to(places.root()):
        return f"hf:{Path(os.path.relpath(folder)).as_posix()}"
    return f"hf:./{folder.name}"


def prepare(base: Base, method: str, settings: Settings, pairs: list[Pair]) -> PreTrainedModel:
    """The model with what is trained set to require gradients, everything else frozen; what is new is drawn by the seed."""
    import torch

    from helpers.models.weights import read_model

    read = read_nf4 if method == "qlora" else read_model
    model = read(base.local.folder, base.local.tokenizer)
    torch.manual_seed(settings.seed)
    if method == "full":
        return model.float().requires_grad_(True)
    if method == "qlora":
        never_repack(model)
    model.requires_grad_(False)
    with quiet_peft():
        from peft import get_peft_model

        model = get_peft_model(model, _config(method, settings, base.local.seq2seq))
    if method == "prompt":
        _begin_with_words(model, base, pairs, settings)
    return model


def _config(method: str, settings: Settings, seq2seq: bool) -> PeftConfig:
    from peft import LoraConfig, PromptTuningConfig

    kind = "SEQ_2_SEQ_LM" if seq2seq else "CAUSAL_LM"
    if method == "prompt":  # Lester et al. 2021, arXiv:2104.08691
        return PromptTuningConfig(task_type=kind, num_virtual_tokens=settings.virtual, num_transformer_submodules=1)
    # Hu et al. 2021, arXiv:2106.09685; on all linear layers: Dettmers et al. 2023, arXiv:2305.14314
    return LoraConfig(
        task_type=kind, r=settings.rank, lora_alpha=settings.alpha, lora_dropout=settings.dropout, target_modules="all-linear"
    )  # fmt: skip


def _begin_with_words(model: PreTrainedModel, base: Base, pairs: list[Pair], settings: Settings) -> None:
    """Let virtual tokens begin as words of the training prompts and answers: noise of another size than the embeddings' learns slowly."""
    import torch

    words = sorted({token for pair in pairs for token in (*pair.prompt, *pair.answer)})
    draw = torch.Generator().manual_seed(settings.seed)
    chosen = torch.tensor(words)[torch.randint(len(words), (settings.virtual,), generator=draw)]
    embeddings = model.get_base_model().get_input_embeddings().weight
    with torch.no_grad():
        model.prompt_encoder["default"].embedding.weight.copy_(embeddings[chosen.to(embeddings.device)])


def check_unpacked(model: torch.nn.Module) -> None:
    """RuntimeError: some NF4 weight has been repacked after all, so its gradients would be wrong."""
    for name, weight in model.named_parameters():
        state = getattr(weight, "quant_state", None)  # of bitsandbytes' 4-bit weights only
        if getattr(state, "packing_format_for_cpu", False):
            raise RuntimeError(
                f"the 4-bit weight of {name.removesuffix('.weight')} was repacked by an evaluation, and training on would use wrong "
                "gradients: load the model again, and evaluate it only through helpers.tuning"
            )
