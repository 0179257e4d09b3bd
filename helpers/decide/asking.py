"""What a rung asks and whom: the prompts of a task, and the model that answers, which may be asked alone, tuned, and weighed."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.methods.method import Method
from helpers.methods.rag import Rag
from helpers.metrics import metric
from helpers.models.hosted import price
from helpers.models.local import Local
from helpers.models.remote import Remote
from helpers.models.reply import Settings
from helpers.prompts import as_text

if TYPE_CHECKING:
    from helpers.models import Model
    from helpers.runs import Solver
    from helpers.tasks import Task

__all__ = [
    "Wording", "wording", "reading_wording", "longest", "Opener", "nobody", "opener", "untunable", "weights_mb", "stays_here",
    "Bill", "bill",
]  # fmt: skip

Opener = Callable[[int], "Model | None"]  # what opens the model of a rung, for a batch size
WEIGHTS = (".safetensors", ".onnx", ".data", ".bin")

Wording = tuple[str, str]  # the bare prompt and the engineered one, each with {input}

READING = 'Answer the question using the text below. If the answer is not in the text, say "I don\'t know."\n\n{passages}\n\n{input}'


def wording(task: Task) -> Wording:
    """The two prompts of a task: those of its task.toml, else put together from its instruction, labels and metric.

    >>> from helpers.tasks import load_task
    >>> wording(load_task("abstracts"))[0]
    'Which models are named?\\n{input}'
    """
    bare, engineered = _put_together(task)
    return task.prompts.get("bare", bare), task.prompts.get("engineered", engineered)


def _put_together(task: Task) -> Wording:
    instruction = _instruction(task)
    entry = metric(task.metric)
    text = "{context}\n\n{input}" if "context" in task["train"].column_names else "{input}"
    if entry.needs_labels:
        labels = _choice(task.labels)
        last = entry.form.format(labels=labels)
        return f"{labels}?\n{text}", "\n".join(filter(None, [instruction or f"Is it {labels}?", "###", text, "###", last]))
    bare = f"{instruction.split('. ')[0]}\n{text}" if instruction else text
    return bare, "\n".join(filter(None, [instruction, "###", text, "###", entry.form]))


def reading_wording(task: Task) -> Wording:
    """The two prompts of a task with documents, closed book and with {passages}: those of its task.toml, else a usual one after the
    task's instruction."""
    reading = "\n\n".join(filter(None, [_instruction(task), READING]))
    return task.prompts.get("closed", "{input}"), task.prompts.get("reading", reading)


def longest(task: Task, model: Model, *, rows: int = 200) -> int:
    """Tokens that an answer may take: those of the longest target of train (its first `rows`), and a few more; 8 to 256."""
    targets = [row["target"] for row in list(task["train"])[:rows]]
    if metric(task.metric).spellings:
        targets = [target[0] if isinstance(target, list | tuple) else target for target in targets]
    longest = max((as_text(target) for target in targets), key=len, default="")
    return max(8, min(256, model.count_tokens(longest) + 4))


def _instruction(task: Task) -> str:
    """The instruction, with braces doubled, as a template needs them."""
    return task.instruction.replace("{", "{{").replace("}", "}}").strip()


def _choice(labels: tuple[str, ...]) -> str:
    """ "a, b or c", with braces doubled, as a template needs them."""
    *others, last = [label.replace("{", "{{").replace("}", "}}") for label in labels]
    return f"{', '.join(others)} or {last}" if others else last


def nobody(size: int) -> None:
    """For a method that asks no model."""


def opener(model: Model) -> Opener:
    """The model itself, except for a batch size of 1: then the same weights, one question at a time and without a cache."""
    return lambda size: model if size != 1 or model.parameters is None else _alone(model)


def _alone(model: Model) -> Model:
    """The provider is copied, not loaded anew: a model in memory has no folder to load from."""
    provider = copy.copy(model.provider)
    provider.batch_size = 1
    return type(model)(model.spec, model.name, provider, None)


def batches(model: Model | None) -> bool:
    """Whether it answers several questions at once, so that the seconds of one answer are a share of the batch's."""
    return model is not None and isinstance(model.provider, Local) and model.provider.batch_size > 1


def untunable(model: Model) -> str:
    """Why LoRA's rungs are left out for this model; "" if it can be tuned."""
    if model.parameters is None:
        return f"{model.name} is a hosted model: its weights are not here, so nothing here can tune or shrink them"
    if isinstance(model.provider, Local) and model.provider.adapter is not None:
        return f"{model.name} is an adapter already: merge it (tuning.read(folder).merge(new_folder)) and load what that wrote"
    if type(model.provider) is not Local:
        return (
            f"{model.name} has no folder of plain weights to tune: if it is in memory, "
            f'save it (module and tokenizer: save_pretrained(folder)) and load("hf:<folder>")'
        )
    return ""


def stays_here(model: Model | None) -> bool | None:
    """Whether what the model reads stays on this machine; None: unknown."""
    if model is None:
        return None
    return model.provider.here if isinstance(model.provider, Remote) else True


def weights_mb(model: Model | None) -> float:
    """Megabytes of the weight files behind a model, an adapter's with its base's; 0 for a hosted one, nan where nothing is known, as of a
    model that another program serves on this machine."""
    if model is None:
        return math.nan
    if isinstance(model.provider, Remote):
        return math.nan if model.provider.here else 0.0
    return sum(file.stat().st_size for file in _weight_files(model) if file.suffix in WEIGHTS) / 1e6 or math.nan


def _weight_files(model: Model) -> list[Path]:
    provider = model.provider
    if type(provider) is Local:
        return provider.folder.weights + (list(provider.adapter.path.glob("*.safetensors")) if provider.adapter else [])
    from helpers.shrink.shrunk import FromFiles

    return provider.files if isinstance(provider, FromFiles) else []


@dataclass(frozen=True)
class Bill:
    """What asking will take: calls that the cache cannot answer, their tokens (out: at most, without thoughts), and dollars (nan: no price
    is known). `kept`: calls that the cache answers."""

    calls: int
    kept: int
    tokens_in: int
    tokens_out: int
    dollars: float

    def __str__(self) -> str:
        dollars = "at a price that is not known here" if math.isnan(self.dollars) else f"about ${self.dollars:.2f} at most"
        kept = f" ({self.kept:,} more were answered before, and are kept)" if self.kept else ""
        return f"{self.calls:,} calls{kept}, {self.tokens_in:,} tokens in, at most {self.tokens_out:,} tokens out, {dollars}"


def bill(methods: Sequence[Solver], examples: Sequence[dict], model: Model) -> Bill:
    """What it takes to ask the model about the examples with each of the methods; methods that ask none cost nothing."""
    chats: list[list[dict]] = []
    room = 0
    total = 0
    for method in methods:
        asked = _conversations(method, examples)
        tokens = method.settings["max_tokens"] if asked else 0
        missing = model.unknown(asked, Settings(tokens, 0.0, 0, None)) if asked else []
        chats += [asked[at] for at in missing]
        room += tokens * len(missing)
        total += len(asked)
    tokens_in = sum(model.count_tokens(chat) for chat in chats)
    listed = price(model.name)
    dollars = (tokens_in * listed["in"] + room * listed["out"]) / 1e6 if listed else math.nan
    return Bill(len(chats), total - len(chats), tokens_in, room, dollars)


def _conversations(method: Solver, examples: Sequence[dict]) -> list[list[dict]]:
    """What the method shows its model for each example; [] if it asks none."""
    if isinstance(method, Rag):
        return method.messages(examples)
    return [method.messages(example) for example in examples] if isinstance(method, Method) else []
