"""Tiny random models, made in-process: a Llama and a T5 with a byte-level BPE trained on a few sentences."""

from __future__ import annotations

from pathlib import Path

__all__ = ["tiny_causal", "tiny_seq2seq", "tiny_tokenizer", "CHAT"]

SPECIAL = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|call|>"]
CHAT = (
    "{% if tools %}<|system|>{{ tools | tojson }}<|end|>{% endif %}"
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}"
    "{% for c in m.tool_calls or [] %}<|call|>{{ c.function | tojson }}{% endfor %}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SENTENCES = [
    "the soup was cold and the waiter was rude", "a warm and funny film with a clever end", "what is 12 plus 30?",
    '{"name": "weather", "arguments": {"city": "Oslo"}}', "positive or negative, in one word", "I do not know.",
] * 5  # fmt: skip
SHAPE = {
    "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 128,
    "vocab_size": 384, "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": None, "tie_word_embeddings": False, "initializer_range": 0.25,
}  # fmt: skip


def tiny_tokenizer(template: str | None = CHAT, *, size: int = 384):
    """A byte-level BPE tokenizer of at most `size` entries, with the pocket model's special tokens first."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import PreTrainedTokenizerFast

    raw = ByteLevelBPETokenizer()
    raw.train_from_iterator(SENTENCES, vocab_size=size, special_tokens=SPECIAL, show_progress=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw._tokenizer, pad_token=SPECIAL[0], eos_token=SPECIAL[1], additional_special_tokens=SPECIAL[2:],
        model_input_names=["input_ids", "attention_mask"],
    )  # fmt: skip
    tokenizer.chat_template = template
    return tokenizer


def tiny_causal(folder: Path, *, template: str | None = CHAT, context: int = 256, seed: int = 0, **changes: int) -> Path:
    """A random Llama of 2 layers in `folder / "causal"`; `changes` go to its configuration."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(**{**SHAPE, "max_position_embeddings": context, **changes})
    return _save(LlamaForCausalLM(config), tiny_tokenizer(template), folder / "causal")


def tiny_seq2seq(folder: Path, *, seed: int = 0) -> Path:
    """A random T5 of 2 layers in `folder / "seq2seq"`, without a chat template."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(seed)
    config = T5Config(
        vocab_size=384, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
    )  # fmt: skip
    tokenizer = tiny_tokenizer(None)
    tokenizer.model_max_length = 256
    return _save(T5ForConditionalGeneration(config), tokenizer, folder / "seq2seq")


def _save(model: object, tokenizer: object, folder: Path) -> Path:
    from transformers.utils import logging

    logging.disable_progress_bar()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
