"""An adapter folder as peft writes it: found with its base, checked against it, and merged into its weights for speed."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places, storage
from helpers.models.packaged import NAMED, find, named
from helpers.models.reply import ModelError
from helpers.models.weights import Folder, header, quiet_peft, read_json, read_model, read_nf4, rounded

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from helpers.models.cache import Cache

__all__ = ["Adapter", "recall", "remember"]

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
NOTE = "tuned.json"
AGAIN = "write the adapter again"
PREFIX = "base_model.model."  # peft puts it before the name of each of the base's modules


@dataclass(frozen=True)
class Adapter:
    """An adapter: `config` is peft's, `note` (tuned.json, if there is one) says on which base it was trained, with a hash of that."""

    path: Path
    config: dict
    note: dict
    base: Path

    @staticmethod
    def read(path: Path, cache: Cache | None = None, *, base: Path | None = None) -> Adapter:
        """The adapter in a folder; `base`: where its base is, if that is known.

        ModelError: a file is missing or broken, its base is not here, or is not what it was trained on.
        """
        config = read_json(path / CONFIG, AGAIN)
        note = read_json(path / NOTE, AGAIN) if (path / NOTE).exists() else {}
        if not (path / WEIGHTS).exists():
            raise ModelError(f"no {WEIGHTS} in {path.name!r}: save it with safetensors (model.save_pretrained(folder))")
        header(path / WEIGHTS)
        spec = str(note.get("base") or config.get("base_model_name_or_path") or "")
        adapter = Adapter(path, config, note, base or _base(path, spec, str(note.get("base_sha256") or "")))
        adapter._check_hash(cache)
        return adapter

    @property
    def files(self) -> list[Path]:
        """What decides its answers, beside the base's files."""
        return [file for name in (CONFIG, WEIGHTS, NOTE) if (file := self.path / name).exists()]

    @cached_property
    def is_prompt(self) -> bool:
        return self.config.get("peft_type") == "PROMPT_TUNING"

    def soft(self, base: Folder) -> range:
        """Ids of a tuned prompt's virtual tokens, which become the last rows of the embedding; an empty range for any other adapter."""
        return range(base.vocabulary, base.vocabulary + (int(self.config["num_virtual_tokens"]) if self.is_prompt else 0))

    def merged(self, base: Folder, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
        """The base with the adapter in its weights, in the base's precision; sums are made in fp32.

        After QLoRA these are the weights it was trained on: rounded to NF4, and back. ModelError: the shapes do not fit.
        """
        four_bits = self.note.get("quantization") == "nf4"
        model = rounded(read_nf4(base, tokenizer)) if four_bits else read_model(base, tokenizer)
        kind = model.dtype
        model = model.float()
        self._check_shapes(model)
        return (self._with_prompt(model, base) if self.is_prompt else self._with_matrices(model)).to(kind).eval()

    def _with_matrices(self, model: PreTrainedModel) -> PreTrainedModel:
        try:
            with quiet_peft():
                from peft import PeftModel

                return PeftModel.from_pretrained(model, self.path).merge_and_unload()
        except Exception as error:  # peft says in many ways that an adapter does not fit
            raise ModelError(f"the adapter {self.path.name!r} cannot be merged ({type(error).__name__}: {error})") from error

    def _with_prompt(self, model: PreTrainedModel, base: Folder) -> PreTrainedModel:
        """The virtual tokens become real ones, which can be read but are never written."""
        import torch
        from safetensors.torch import load_file

        rows = load_file(self.path / WEIGHTS)["prompt_embeddings"]
        new = self.soft(base)
        model.resize_token_embeddings(new.stop, mean_resizing=False)
        with torch.no_grad():
            model.get_input_embeddings().weight[new.start :] = rows.to(model.device)
        model.generation_config.suppress_tokens = list(new)
        return model

    def _check_hash(self, cache: Cache | None) -> None:
        from helpers.models.cache import files_hash

        wanted = self.note.get("base_sha256")
        if wanted and files_hash(Folder(self.base).weights, cache) != wanted:
            raise ModelError(
                f"the adapter {self.path.name!r} was trained on other weights than {self._named()} holds now: "
                "train it again on these, or bring back the base it was trained on"
            )

    def _check_shapes(self, model: PreTrainedModel) -> None:
        shapes = {name: tuple(weight.shape) for name, weight in model.state_dict().items()}
        for name, shape in sorted(header(self.path / WEIGHTS).items()):
            part = re.fullmatch(rf"{re.escape(PREFIX)}(.+)\.lora_([AB])\.weight", name)
            if part is None and name != "prompt_embeddings":
                continue
            own_shape = shapes.get(f"{part[1]}.weight", ()) if part else tuple(model.get_input_embeddings().weight.shape)
            size = shape[0] if part and part[2] == "B" else shape[1]
            rows = int(self.config["num_virtual_tokens"]) if part is None else shape[0]
            if size not in own_shape or rows != shape[0]:
                where = f"{part[1] if part else 'the embedding'} is {own_shape or 'missing'}"
                raise ModelError(
                    f"the adapter {self.path.name!r} is for another base than {self._named()}: its {name} is {shape}, and {where}"
                )

    def _named(self) -> str:
        return repr(self.note.get("base") or self.base.name)


def _base(path: Path, spec: str, sha256: str) -> Path:
    """The base's folder, from what the adapter says: beside the adapter, else from where Python was started, else where it was trained."""
    if spec in NAMED:
        return named(spec)
    name = spec.removeprefix("hf:")
    if not name:
        raise ModelError(
            f'{path.name}/{CONFIG} does not say which base it is for: set base_model_name_or_path to "pocket", "smollm2" or a hub id'
        )
    beside = path.resolve().parent / Path(name).name
    if beside.is_dir():
        return beside
    if name.startswith(("/", "~")) or re.match(r"[A-Za-z]:[\\/]", name):
        raise ModelError(
            f"the adapter {path.name!r} names its base by a path of the machine it was made on; put that base, {Path(name).name!r}, "
            f"into the folder beside it, or set base_model_name_or_path in {CONFIG} to a hub id"
        )
    known = recall(sha256)
    if name.startswith(".") and not Path(name).is_dir() and known is None:
        raise ModelError(f"the base of the adapter {path.name!r}, {name!r}, is not here: put its folder beside the adapter's")
    base = find(name) if known is None or Path(name).is_dir() else known
    if (base / CONFIG).exists():
        raise ModelError(f"the base of {path.name!r}, {name!r}, is an adapter itself: merge that first (tuned.merge(folder))")
    return base


def remember(sha256: str, folder: Path) -> None:
    """Note where the base with these weights lies, in `.cache/bases.json`. That this fails is no error: it is a convenience."""
    known = _known()
    where = str(folder.resolve())
    if known.get(sha256) == where:
        return
    with contextlib.suppress(OSError):
        storage.write_json(places.cache("bases.json"), known | {sha256: where})


def recall(sha256: str) -> Path | None:
    """The folder noted for these weights, if it is still there; whether it still holds them is for the caller to check."""
    folder = _known().get(sha256)
    return Path(folder) if isinstance(folder, str) and Path(folder).is_dir() else None


def _known() -> dict:
    try:
        return storage.read_json(places.cache("bases.json"))
    except ValueError:
        return {}
