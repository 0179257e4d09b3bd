"""The recipe of the pocket model: its shape, and presets by time and device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pocket_maker.corpus.stream import final_mix

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

__all__ = ["Preset", "PRESETS", "TARGETS", "build"]


@dataclass(frozen=True)
class Preset:
    """One way to train. Sizes are in tokens; `micro` is what goes through the model at once."""

    tokens: int
    step: int = 8192
    micro: int = 4096
    hidden: int = 256
    layers: int = 6
    heads: int = 4
    ffn: int = 704
    vocab: int = 4096
    matrix_lr: float = 0.015  # Muon, on weight matrices
    other_lr: float = 3e-3  # AdamW, on embeddings and norms
    workers: int = 0  # processes that write the corpus
    seed: int = 1
    focus: tuple[tuple[str, float], ...] = ()  # families drawn so many times as often
    pieces: float = 0.0  # drills on random pieces of the vocabulary, for each conversation of the corpus
    warmup: int = 100  # steps in which the learning rate rises, after each start
    level: float = 0.65  # share of the run to which it then stays level
    floor: float = 0.03  # share of its peak to which it falls at the end
    minutes: float | None = None  # the run ends after so many, and not by tokens
    gpu: bool = False  # every token weighted in one graph, Muon batched by shape, a held-out loss
    tokenizer: str | None = None  # a folder in data/ that has it; without one it is learned from the corpus
    note: str = ""


# what the report card has targets for, and the copying beneath it, more often than the rest
TARGETS = tuple((name, times) for times, names in (
    (4.0, "judge known_fact tool_call grounded emotion arithmetic sentiment_drill"),
    (3.0, "extract quiz sentiment label_drill"),
    (2.5, "few_shot lookup_drill judge_drill extract_drill reading_drill word_problem copy_span repeat"),
    (1.8, "repeat_text reading multi_passage offensive dated dated_event"),
    (1.0, "drill factuality record invoice synonym_antonym"),
    (0.25, "calculator list_op remember passage_talk list_talk two_calls chain table_lookup record_format by_year"),
    (0.25, "look_back follow_up style voice string_op tool_result critique react two_hop check_work yes_no summary"),
    (0.25, "relevance self_verify correction next_step injection experts story_question topic json_edit keywords"),
    (0.25, "evaluate_step choose date_format check_claim common_knowledge name_format rewrite make_target multiply"),
    (0.25, "check_backwards safety paraphrase plan countdown_left compare is_about pattern small_talk closed_book"),
    (0.25, "inflect"),
) for name in names.split())  # fmt: skip

PRESETS = {
    "smoke": Preset(60_000, step=2048, micro=2048, hidden=64, layers=2, ffn=128, vocab=512, note="a minute on any machine: does it run?"),
    "hour": Preset(
        20_000_000, focus=(("sentiment", 2.0), ("sentiment_drill", 22.0), ("known_fact", 2.0), ("dated_event", 2.0), ("quiz", 14.0)),
        note="70 minutes on two CPU cores; too little for all families, so it leans on what lessons 00 and 01 ask",
    ),
    "day": Preset(150_000_000, focus=TARGETS, pieces=0.15, workers=1, note="four hours on two idle CPU cores; resume as often as needed"),
    "gpu": Preset(
        1_454_000_000, step=131_072, micro=65_536, layers=8, matrix_lr=0.02, workers=14, seed=11, focus=final_mix(), pieces=0.15,
        warmup=200, level=0.62, floor=0.02, gpu=True, tokenizer="pocket", note="ten minutes on one H100: made the weights in data/pocket",
    ),
}  # fmt: skip


def build(preset: Preset, *, seed: int | None = None) -> LlamaForCausalLM:
    """A Llama of the preset's shape with random weights: fp32, tied embeddings, 1,024 tokens of context."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(preset.seed if seed is None else seed)
    config = LlamaConfig(
        hidden_size=preset.hidden,
        num_hidden_layers=preset.layers,
        num_attention_heads=preset.heads,
        num_key_value_heads=preset.heads // 2,
        intermediate_size=preset.ffn,
        vocab_size=preset.vocab,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=0,
    )
    # compiled eager attention is the faster one on CPU at these lengths; a GPU has its own kernels
    attention = _unmasked() if preset.gpu else "sdpa" if torch.cuda.is_available() else "eager"
    return LlamaForCausalLM._from_config(config, attn_implementation=attention)


def _unmasked() -> str:
    """The name of causal attention without a mask: compiled, transformers writes one out, and a GPU then has no fast kernel."""
    from transformers import AttentionInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    AttentionInterface.register("unmasked", sdpa_attention_forward)  # transformers makes no mask for a name that it does not know
    return "unmasked"
