"""What tuning leaves: a folder with an adapter or a whole model, how it was made, and a model that answers from it."""

from __future__ import annotations

import math
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.models.reply import ModelError
from helpers.storage import read_json, write_json
from helpers.tuning import states
from helpers.tuning.bases import Base, portable
from helpers.tuning.loop import COLUMNS

if TYPE_CHECKING:
    import pandas
    from transformers import PreTrainedTokenizerBase

    from helpers.models import Model
    from helpers.models.local import Local
    from helpers.tuning.loop import Job

__all__ = ["Tuned", "read", "finish"]

NOTE = "tuned.json"  # how an adapter is to be read


@dataclass(frozen=True, eq=False, repr=False)
class Tuned:
    """A finished training run. `curve` has a row a step (step, loss, dev_loss, lr), step 0 being the base; `trainable` and `parameters`
    are counts; `best_step` is the step whose weights were kept, `stopped` why it ended, `settings` what it was told."""

    folder: Path
    method: str
    base: str
    curve: pandas.DataFrame
    seconds: float
    trainable: int
    parameters: int
    best_step: int
    stopped: str
    settings: dict
    base_folder: Path | None = None

    def __repr__(self) -> str:
        dev = self.curve["dev_loss"].dropna()
        learned = f"watched loss {dev.iloc[0]:.3f} before, {dev.min():.3f} at step {self.best_step}" if len(dev) else "no dev rows"
        steps = f"{int(self.curve['step'].max())} steps in {self.seconds:.1f} s ({self.stopped})"
        return f"{self.method} on {self.base}: {learned}; {steps}; {self.trainable:,} of {self.parameters:,} parameters trained"

    @property
    def bytes(self) -> int:
        """Bytes of the weights that were written: what it takes to keep this beside its base."""
        return sum(file.stat().st_size for file in self.folder.glob("*.safetensors"))

    def model(self, *, batch_size: int = 64, cache: bool | str | Path = False) -> Model:
        """The tuned model, an adapter merged into its base, ready for `helpers.runs.run`; weights are read at the first question."""
        from helpers.models.adapter import Adapter
        from helpers.models.cache import open_cache
        from helpers.models.door import Model
        from helpers.models.local import Local

        replies = open_cache(cache)
        adapter = None if self.method == "full" else Adapter.read(self.folder, replies, base=self.base_folder)
        local = Local(adapter.base if adapter else self.folder, batch_size=batch_size, adapter=adapter)
        return Model(portable(f"hf:{self.folder}"), self.folder.name, local, replies)

    def merge(self, folder: str | Path) -> Path:
        """Write a whole model that needs no adapter, as any other tool can load it. ValueError: the folder is not empty."""
        folder = Path(folder)
        if folder.exists() and any(folder.iterdir()):
            raise ValueError(f"{folder.name!r} is not empty, and its files would be mixed with the merged model's: give a new folder")
        local = self.model().provider
        tokenizer = _with_soft_tokens(local) if local.soft else local.tokenizer
        local.model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        _readable(folder)
        return folder


def read(folder: str | Path) -> Tuned:
    """A finished run, from its folder. ValueError: there is none, or it was not finished."""
    import pandas as pd

    folder = Path(folder)
    try:
        note = read_json(folder / NOTE)
        record = read_json(folder / states.RECORD)
        curve = pd.DataFrame([[math.nan if x is None else x for x in row] for row in record.pop("curve")], columns=list(COLUMNS))
        record.pop("key")
        return Tuned(folder, note["method"], note["base"], curve, **record)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"no finished training in {folder.name!r} ({type(error).__name__}); run it (again): it resumes") from error


def finish(job: Job, base: Base, method: str) -> None:
    """Write the weights, then the notes that make the folder a finished one. OSError: it cannot be written; the checkpoint stays."""
    from safetensors import SafetensorError

    new = job.folder / states.FINISHED
    try:
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        _weights(job, base, method, new)
        bits = {"quantization": "nf4"} if method == "qlora" else {}
        write_json(new / NOTE, {"method": method, "base": base.spec, "base_sha256": base.sha256, **bits})
        write_json(new / states.RECORD, _record(job) | {"parameters": base.local.parameters})
        _readable(new)
        for file in sorted(new.iterdir(), key=lambda file: file.name == states.RECORD):
            os.replace(file, job.folder / file.name)
        new.rmdir()
    except (OSError, SafetensorError) as error:
        shutil.rmtree(new, ignore_errors=True)
        raise OSError(
            f"the tuned weights cannot be written into {job.folder.name!r} ({error}); make room and run the same again"
        ) from error


def _weights(job: Job, base: Base, method: str, new: Path) -> None:
    if method == "full":
        job.model.save_pretrained(new)
        for file in base.local.folder.files:
            if file not in base.local.folder.weights and not (new / file.name).exists():
                shutil.copyfile(file, new / file.name)
        return
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    weights = get_peft_model_state_dict(job.model, save_embedding_layers=False)
    save_file({name: p.detach().cpu().contiguous() for name, p in weights.items()}, new / "adapter_model.safetensors")
    job.model.peft_config["default"].save_pretrained(new)
    config = read_json(new / "adapter_config.json")
    name = base.spec if base.spec == "pocket" else base.spec.removeprefix("hf:")  # peft puts a machine path here
    if isinstance(config.get("target_modules"), list):  # a set: in order, so that the same training writes the same file
        config["target_modules"].sort()
    write_json(new / "adapter_config.json", config | {"base_model_name_or_path": name, "inference_mode": True})


def _record(job: Job) -> dict:
    state = job.state
    trainable = sum(p.numel() for p in job.model.parameters() if p.requires_grad)
    curve = [[None if isinstance(x, float) and not math.isfinite(x) else x for x in row] for row in state["curve"]]
    return {
        "key": job.key, "curve": curve, "seconds": state["seconds"], "best_step": state["best_step"], "stopped": state["stopped"],
        "trainable": trainable, "settings": asdict(job.settings),
    }  # fmt: skip


def _with_soft_tokens(local: Local) -> PreTrainedTokenizerBase:
    """The tokenizer with a tuned prompt's virtual tokens as words, which its chat template puts before every conversation.

    Their embeddings move to the ids that the tokenizer gives the words: some models have more rows than words.
    """
    import torch

    tokenizer = local.tokenizer
    model = local.model
    old = local.soft
    if not tokenizer.chat_template:
        raise ModelError(
            "a tuned prompt is merged only into a model with a chat template, which then begins with it; use the adapter folder"
        )
    words = [f"<|soft-{n}|>" for n in range(len(old))]
    new = range(len(tokenizer), len(tokenizer) + len(old))
    tokenizer.add_tokens(words, special_tokens=True)
    tokenizer.chat_template = f"{{{{- '{''.join(words)}' -}}}}{tokenizer.chat_template}"
    rows = model.get_input_embeddings().weight.detach()[old.start : old.stop].clone()
    model.resize_token_embeddings(max(old.start, new.stop), mean_resizing=False)
    with torch.no_grad():
        model.get_input_embeddings().weight[new.start : new.stop] = rows
    model.generation_config.suppress_tokens = list(new)
    return tokenizer


def _readable(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o644)  # transformers writes weights that only their owner can read
