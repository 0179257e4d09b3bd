"""The pocket tokenizer: byte-level BPE over the corpus, digits one by one."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from pocket_maker.corpus import stream
from pocket_maker.corpus.chat import CHAT_TEMPLATE, SPECIAL_TOKENS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

__all__ = ["train_tokenizer"]

CONTEXT = 1024  # tokens


def train_tokenizer(*, vocab_size: int = 4096, rows: int = 40_000, seed: int = 7) -> PreTrainedTokenizerFast:
    """A tokenizer learned from `rows` conversations; ids 0 to 6 are the special tokens of `chat.py`."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    digits = pre_tokenizers.Digits(individual_digits=True)
    bpe.pre_tokenizer = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=list(SPECIAL_TOKENS), initial_alphabet=alphabet, min_frequency=20, show_progress=False
    )
    texts = (" ".join(str(m["content"]) for m in row.messages) for row in stream.stream(seed))
    bpe.train_from_iterator(itertools.islice(texts, rows), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        additional_special_tokens=list(SPECIAL_TOKENS[2:]),
        model_input_names=["input_ids", "attention_mask"],
        model_max_length=CONTEXT,
        chat_template=CHAT_TEMPLATE,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def save_tokenizer(tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write the tokenizer so that transformers 4.57 and 5 both load it: the class name is the old one."""
    import json

    tokenizer.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["tokenizer_class"] = "PreTrainedTokenizerFast"
    if "extra_special_tokens" in config:  # what transformers 5 calls them; 4.57 wants a mapping under that name
        config["additional_special_tokens"] = config.pop("extra_special_tokens")
    template = folder / "chat_template.jinja"
    if template.exists():  # transformers 5 writes the template beside; old versions look in the config
        config["chat_template"] = template.read_text(encoding="utf-8")
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
