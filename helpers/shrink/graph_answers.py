"""Answers from an ONNX graph: greedy (or sampled) decoding by hand, one call of onnxruntime a token."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from helpers.models.cache import files_hash
from helpers.models.local import Local
from helpers.models.reply import Reply, Settings
from helpers.models.weights import limit_of
from helpers.storage import read_json

if TYPE_CHECKING:
    import numpy
    from onnxruntime import InferenceSession
    from transformers import PreTrainedTokenizerBase

    from helpers.models.cache import Cache
    from helpers.models.decode import Noise

__all__ = ["Graph", "session", "decode"]

NEVER = -3.4028234663852886e38  # the smallest float32: added to a score, nothing is left of it


class Graph(Local):
    """A folder that `onnx` wrote, as a provider: prompts, limits and batches are `Local`'s, only the decoding is its own.

    Rows are padded on the left; one that has ended leaves the batch. What prompts have in common is computed for each of them.
    """

    def __init__(self, folder: Path, parameters: int, *, batch_size: int = 64) -> None:
        self.path = folder
        self.parameters = parameters
        self.batch_size = max(1, batch_size)
        self.adapter = None
        self.soft = range(0)
        self.seq2seq = False
        self.context = limit_of(read_json(folder / "config.json"), read_json(folder / "tokenizer_config.json").get("model_max_length") or 0)
        ends = read_json(folder / "generation_config.json").get("eos_token_id")
        self._ends = ends if isinstance(ends, list) else [ends]

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self.path)

    @cached_property
    def session(self) -> InferenceSession:
        return session(self.path / "model.onnx")

    @cached_property
    def model(self) -> SimpleNamespace:
        """What `Local` asks of a torch model: where it is, and which tokens end a reply."""
        ends = sorted({end for end in [*self._ends, self.tokenizer.eos_token_id] if end is not None})
        return SimpleNamespace(device=SimpleNamespace(type="cpu"), generation_config=SimpleNamespace(eos_token_id=ends))

    def identity(self, cache: Cache | None) -> str:
        return files_hash([path for path in self.path.iterdir() if path.is_file()], cache)

    def _ask(self, rows: list[list[int]], settings: Settings) -> list[Reply]:
        from helpers.models.decode import Noise

        start = time.perf_counter()
        noise = Noise(rows, seed=settings.seed, temperature=settings.temperature) if settings.temperature > 0 else None
        ends = self.model.generation_config.eos_token_id
        new = decode(self.session, rows, max_tokens=settings.max_tokens, ends=ends, noise=noise)
        seconds = (time.perf_counter() - start) / len(rows)
        return [self._reply(row, out, seconds) for row, out in zip(rows, new, strict=True)]


def session(file: Path) -> InferenceSession:
    """The graph, ready to run on as many threads as torch (or OMP_NUM_THREADS) uses, none of which spins while it waits."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    torch = sys.modules.get("torch")
    options.intra_op_num_threads = torch.get_num_threads() if torch else int(os.environ.get("OMP_NUM_THREADS") or 0)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def decode(
    graph: InferenceSession, rows: Sequence[list[int]], *, max_tokens: int, ends: Sequence[int], noise: Noise | None = None
) -> list[list[int]]:
    """The new tokens of each row, up to and with its end token: first the whole prompts, then one token of each row at a time."""
    import numpy as np

    written = [[] for _ in rows]
    alive = list(range(len(rows)))
    ids, real = _padded(rows)
    past = {old.name: np.zeros((len(rows), old.shape[1], 0, old.shape[3]), np.float32) for old in graph.get_inputs()[3:]}
    for _ in range(max_tokens):
        logits, *present = graph.run(None, {**_inputs(ids, real), **past})
        chosen = _chosen(logits, noise)
        for i, token in zip(alive, chosen.tolist(), strict=True):
            written[i].append(token)
        keep = np.flatnonzero(~np.isin(chosen, ends))
        if not len(keep):
            break
        if len(keep) < len(alive):
            alive = [alive[n] for n in keep]
            present = [tensor[keep] for tensor in present]
            if noise is not None:
                noise.keep(keep.tolist())
        ids = chosen[keep][:, None]
        real = np.pad(real[keep], ((0, 0), (0, 1)), constant_values=True)
        past = dict(zip(past, present, strict=True))
    return written


def _padded(rows: Sequence[list[int]]) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Ids and where they are real, (rows, longest), padded on the left."""
    import numpy as np

    longest = max(map(len, rows))
    ids = np.array([[0] * (longest - len(row)) + row for row in rows], dtype=np.int64)
    real = np.array([[False] * (longest - len(row)) + [True] * len(row) for row in rows])
    return ids, real


def _inputs(ids: numpy.ndarray, real: numpy.ndarray) -> dict[str, numpy.ndarray]:
    """The graph's inputs but the past: a token sees the real ones up to itself; positions count the real ones."""
    import numpy as np

    new = ids.shape[1]
    old = real.shape[1] - new
    visible = np.tri(new, old + new, old, dtype=bool)[None] & real[:, None, :]
    mask = np.where(visible, np.float32(0), np.float32(NEVER))[:, None]
    positions = np.maximum(np.cumsum(real, axis=1) - 1, 0)[:, old:]
    return {"ids": ids, "positions": positions.astype(np.int64), "mask": mask}


def _chosen(logits: numpy.ndarray, noise: Noise | None) -> numpy.ndarray:
    if noise is None:
        return logits.argmax(axis=-1)
    import torch

    return noise(None, torch.from_numpy(logits)).argmax(dim=-1).numpy()
