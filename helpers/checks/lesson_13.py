"""Checks of lesson 13."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.exercises import Miss

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

__all__ = ["warmup", "core", "stretch"]

ROWS = 384  # FLAN-T5-small: 6 heads of 64 numbers
COLUMNS = 512
RANK = 8
EXAMPLES = [
    {"input": "my bus left without me", "target": "anger"},
    {"input": "the dog came home", "target": "joy at last"},
]
PAD = "<pad>"
END = "</s>"
IGNORED = -100


def warmup(size: int) -> str:
    """How many numbers LoRA trains beside one matrix: rank x (rows + columns)."""
    want = RANK * (ROWS + COLUMNS)
    usual = {
        ROWS * COLUMNS: "that is the matrix itself, which stays frozen: A and B are what is trained",
        RANK * ROWS * COLUMNS: "A and B are two thin matrices side by side, so their sizes add up; they do not multiply",
        RANK * ROWS: "that is B alone; A has one row of numbers for each of the 8 ranks as well",
        RANK * COLUMNS: "that is A alone; B has one column of numbers for each of the 8 ranks as well",
        ROWS + COLUMNS: "that is rank 1: a rank of 8 has eight such pairs",
    }
    if isinstance(size, bool) or not isinstance(size, int | float) or size != want:
        why = usual.get(size) if isinstance(size, int) else None
        why = why or f"A is {RANK} × {COLUMNS} and B is {ROWS} × {RANK}: add the two"
        raise Miss(size, "the count of numbers in A and B together", why)
    return f"{want:,} beside {ROWS * COLUMNS:,}: {want / (ROWS * COLUMNS):.1%} of the matrix."


def core(rows_for: Callable[[Sequence[Mapping], PreTrainedTokenizerFast], Mapping]) -> str:
    """A function (examples, tokenizer) -> batch whose encoder never sees the answer, and whose padding is not learned from."""
    if not callable(rows_for):
        raise Miss(type(rows_for).__name__, "a function of examples and tokenizer", "put the corrected function's name there")
    tokenizer = _tokenizer()
    batch = _batch(rows_for, EXAMPLES, tokenizer)
    _check_encoder(rows_for, batch, tokenizer)
    _check_labels(batch, tokenizer)
    return "The encoder reads the message and nothing of the answer; the decoder learns the answer up to its end, and no padding."


def stretch(answers: float) -> str:
    """After how many answers a training of 6 dollars has paid: 160 tokens at 0.15 against 20 at 0.30, per million."""
    long = 160 * 0.15 / 1e6
    short = 20 * 0.30 / 1e6
    training = 6.0
    want = training / (long - short)
    usual = {
        training / (140 * 0.15 / 1e6): "a token of the tuned model has a price of its own, and it is twice as high",
        training / long: "the tuned model's own 20 tokens have to be paid too",
        training / (140 * 0.30 / 1e6): "the long prompt's tokens go to the base model, at the lower price",
        want / 1e6: "prices are per million tokens",
        want / 1e3: "that is in thousands of answers: give the number of answers",
    }
    if isinstance(answers, bool) or not isinstance(answers, int | float):
        raise Miss(type(answers).__name__, "a number of answers", "divide what training costs by what each answer saves")
    if abs(answers - want) > 0.005 * want:
        why = next((why for value, why in usual.items() if abs(answers - value) <= 0.005 * value), None)
        raise Miss(f"{answers:,.10g}", "training cost / saving per answer", why or "each answer saves 160 × 0.15 - 20 × 0.30 millionths")
    return f"After about {want:,.0f} answers. Three quarters of the price saved, although seven eighths of the tokens are gone."


def _tokenizer() -> PreTrainedTokenizerFast:
    """One token a word, with T5's end token after each text; its padding is not token 0, as some models have it."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    texts = [text for example in EXAMPLES for text in (example["input"], example["target"])]
    words = dict.fromkeys(" ".join(texts).split())
    vocabulary = {word: n for n, word in enumerate(["<unk>", END, PAD, *words])}
    raw = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.Whitespace()
    raw.post_processor = processors.TemplateProcessing(single=f"$A {END}", special_tokens=[(END, vocabulary[END])])
    return PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="<unk>", pad_token=PAD, eos_token=END)


def _batch(rows_for: Callable, examples: Sequence[Mapping], tokenizer: PreTrainedTokenizerFast) -> dict[str, list[list[int]]]:
    """What the learner's function returns, as lists."""
    batch = rows_for([dict(example) for example in examples], tokenizer)
    missing = [name for name in ("input_ids", "attention_mask", "labels") if name not in (batch if batch is not None else ())]
    if missing:
        raise Miss(f"a batch without {', '.join(missing)}", "input_ids, attention_mask and labels", "return the batch at the end")
    return {name: [list(map(int, row)) for row in batch[name]] for name in ("input_ids", "attention_mask", "labels")}


def _check_encoder(rows_for: Callable, batch: Mapping, tokenizer: PreTrainedTokenizerFast) -> None:
    other = _batch(rows_for, [example | {"target": "left"} for example in EXAMPLES], tokenizer)
    read = [tokenizer.decode(row, skip_special_tokens=True) for row in batch["input_ids"]]
    if other["input_ids"] != batch["input_ids"] or any(example["target"] in text for example, text in zip(EXAMPLES, read)):
        leak = "the encoder reads the answer: the loss falls to nearly nothing, and without the answer the model knows nothing"
        raise Miss(f"the encoder reads {read[0]!r}", "the message without the answer", leak)
    lost = [example["input"] for example, text in zip(EXAMPLES, read) if example["input"] not in text]
    if lost:
        raise Miss(f"the encoder reads {read[0]!r}", f"the message: {lost[0]!r}", "the encoder's text must hold the whole message")
    for row, mask in zip(batch["input_ids"], batch["attention_mask"]):
        if mask != [int(token != tokenizer.pad_token_id) for token in row]:
            raise Miss(mask, "1 at words and 0 at padding", "the encoder should not read padding: keep the tokenizer's attention_mask")


def _check_labels(batch: Mapping, tokenizer: PreTrainedTokenizerFast) -> None:
    for example, row in zip(EXAMPLES, batch["labels"]):
        want = tokenizer(example["target"])["input_ids"]
        learned = [token for token in row if token != IGNORED]
        if tokenizer.pad_token_id in learned:
            here = f"(it is token tokenizer.pad_token_id, {tokenizer.pad_token_id} here)"
            why = f"the loss counts the padding {here}, and the model learns to write it"
            raise Miss(row, f"{IGNORED} where the labels are padded", why)
        if learned != want or row[: len(want)] != want:
            raise Miss(row, f"{want} first, then only {IGNORED}", "the answer and its end token are what is learned: mask padding alone")
