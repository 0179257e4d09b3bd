"""Rows as they are trained on: the loss is on the answer alone, and what cannot be learned from is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from tiny import CHAT, tiny_causal, tiny_seq2seq

from helpers.methods.method import prompt
from helpers.methods.shots import few_shot
from helpers.models.local import Local
from helpers.prompts import Template
from helpers.tuning import to_chat_jsonl
from helpers.tuning.batches import loss_sum, padded, plan
from helpers.tuning.rows import Pair, encode

ROWS = [
    {"id": "r-1", "input": "the soup was cold", "target": "negative"},
    {"id": "r-2", "input": "a warm and funny film with a clever end", "target": "positive"},
]


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Local:
    return Local(tiny_causal(tmp_path_factory.mktemp("models")))


@pytest.fixture(scope="module")
def seq2seq(tmp_path_factory: pytest.TempPathFactory) -> Local:
    return Local(tiny_seq2seq(tmp_path_factory.mktemp("models")))


def text(local: Local, tokens: object) -> str:
    return local.tokenizer.decode(list(tokens))


def test_the_answer_is_the_target_with_its_end_and_the_rest_is_asked(causal: Local) -> None:
    pair = encode(ROWS, "Mood of: {input}", causal)[0]
    assert text(causal, pair.prompt) == "<|user|>Mood of: the soup was cold<|end|><|assistant|>"
    assert text(causal, pair.answer) == "negative<|end|>"
    assert list(pair.prompt) == causal._tokens([{"role": "user", "content": "Mood of: the soup was cold"}], None)


def test_a_method_is_rendered_with_its_shots_and_a_list_as_json(causal: Local) -> None:
    method = few_shot("{input}", [{"input": "fine", "target": "positive"}], system="Be brief.")
    pair = encode([{"input": "x", "target": ["BERT", "T5"]}], method, causal)[0]
    assert text(causal, pair.prompt).startswith("<|system|>Be brief.<|end|><|user|>fine<|end|><|assistant|>positive<|end|><|user|>x")
    assert text(causal, pair.answer) == '["BERT", "T5"]<|end|>'


def test_what_a_template_writes_after_the_end_token_is_not_learned(tmp_path: Path) -> None:
    local = Local(tiny_causal(tmp_path, template=CHAT.replace("<|end|>{% endfor %}", "<|end|>\n{% endfor %}")))
    assert text(local, encode(ROWS, None, local)[0].answer) == "negative<|end|>"


def test_without_a_chat_template_the_answer_follows_the_bare_prompt(tmp_path: Path) -> None:
    local = Local(tiny_causal(tmp_path, template=None))
    pair = encode(ROWS, "Mood of: {input} =", local)[0]
    assert (text(local, pair.prompt), text(local, pair.answer)) == ("Mood of: the soup was cold =", "negative<|end|>")


def test_the_encoder_never_sees_the_answer_and_padding_has_no_label(seq2seq: Local) -> None:
    pairs = encode(ROWS, "Mood of: {input}", seq2seq)
    batch = padded([Pair(pairs[0].prompt, pairs[0].answer[:2]), pairs[1]], pad=0, seq2seq=True)
    assert text(seq2seq, pairs[0].prompt) == "Mood of: the soup was cold"
    assert batch["input_ids"].shape[1] == max(len(p.prompt) for p in pairs)
    assert batch["labels"][0].tolist() == [*pairs[0].answer[:2], *[-100] * (len(pairs[1].answer) - 2)]
    assert batch["attention_mask"].sum(1).tolist() == [len(p.prompt) for p in pairs]


def test_the_prompt_and_padding_carry_no_loss(causal: Local) -> None:
    """No change of the logits before a prompt's token or padding changes the loss: their gradient is exactly 0."""
    pairs = encode(ROWS, "Mood of: {input}", causal)
    batch = padded(pairs, pad=0, seq2seq=False)
    kept = []
    model = causal.model
    hook = model.lm_head.register_forward_hook(lambda module, into, out: (out.retain_grad(), kept.append(out))[1])
    loss_sum(model, batch).backward()
    hook.remove()
    learned = (batch["labels"][:, 1:] != -100).any(0).nonzero().squeeze(1)
    for n, pair in enumerate(pairs):
        moved = {int(learned[i]) for i in kept[0].grad[n].abs().sum(-1).nonzero().squeeze(1)}
        assert moved == set(range(len(pair.prompt) - 1, pair.length - 1))


def test_the_loss_is_that_of_transformers_itself(causal: Local, seq2seq: Local) -> None:
    for local, kind in ((causal, False), (seq2seq, True)):
        pairs = encode(ROWS, "Mood of: {input}", local)
        batch = padded(pairs, pad=0, seq2seq=kind)
        ours = loss_sum(local.model, batch) / sum(len(p.answer) for p in pairs)
        assert torch.isclose(ours, local.model(**batch).loss, atol=1e-5)


def test_a_loss_in_bf16_on_a_processor_is_rounded_where_that_was_asked_for(causal: Local) -> None:
    batch = padded(encode(ROWS, "Mood of: {input}", causal), pad=0, seq2seq=False)
    exact = loss_sum(causal.model, batch).item()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = loss_sum(causal.model, batch).item()
    assert 0 < abs(rounded - exact) < 0.05 * exact


def test_rows_without_target_or_with_a_foreign_label_are_named_together(causal: Local) -> None:
    rows = [*ROWS, {"id": "r-3", "input": "x", "target": None}, {"input": "y", "target": "meh"}, {"id": "r-5", "target": "positive"}]
    with pytest.raises(ValueError, match="3 rows cannot be trained on") as told:
        encode(rows, "{input}", causal, labels=("positive", "negative"))
    assert [line.strip()[:24] for line in str(told.value).splitlines()[1:]] == [
        "row 3 (r-3): has no targ", "row 4: its target 'meh' ", "row 5 (r-5): template 't",
    ]  # fmt: skip


def test_a_row_longer_than_the_context_is_refused_with_both_numbers(causal: Local, seq2seq: Local) -> None:
    row = {"input": "x" * 254, "target": "positive"}
    whole = causal.tokenizer.encode(f"<|user|>{row['input']}<|end|><|assistant|>positive<|end|>")
    with pytest.raises(ValueError, match=rf"row 1: is {len(whole)} tokens long, and the context is 256; shorten it"):
        encode([row], None, causal)
    assert len(encode([row], None, seq2seq)) == 1  # the answer is not in the encoder
    with pytest.raises(ValueError, match=r"is 254 tokens \+ 20 of the tuned prompt long"):
        encode([row], None, seq2seq, room=20)


def test_no_row_and_an_odd_template_are_refused(causal: Local) -> None:
    with pytest.raises(ValueError, match="there is no row to train on"):
        encode([], None, causal)
    with pytest.raises(ValueError, match=r"template must be a text with {fields}.*got int"):
        encode(ROWS, 3, causal)


def test_a_plan_shows_every_row_once_an_epoch_in_batches_of_like_length() -> None:
    lengths = [(7 * i) % 50 for i in range(100)]
    steps = plan(lengths, batch=8, epochs=2, seed=1)
    first, second = steps[: len(steps) // 2], steps[len(steps) // 2 :]
    assert sorted(i for step in first for i in step) == sorted(i for step in second for i in step) == list(range(100))
    assert first != second
    spread = sum(max(lengths[i] for i in step) - min(lengths[i] for i in step) for step in first) / len(first)
    assert spread < 15
    assert plan(lengths, batch=8, epochs=2, seed=1) == steps != plan(lengths, batch=8, epochs=2, seed=2)


def test_the_export_is_the_hosted_chat_format(tmp_path: Path) -> None:
    method = prompt(Template("t", "Mood of: {input}", system="Be brief."))
    file = to_chat_jsonl([*ROWS, {"input": "Ćevapi?", "target": ["a"]}], method, tmp_path / "train.jsonl")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Mood of: the soup was cold"},
            {"role": "assistant", "content": "negative"},
        ]
    }
    assert lines[2]["messages"][-1]["content"] == '["a"]'
    assert "Ćevapi" in file.read_text(encoding="utf-8")


def test_the_export_refuses_a_row_without_target_and_leaves_the_file_alone(tmp_path: Path) -> None:
    file = to_chat_jsonl(ROWS, "{input}", tmp_path / "train.jsonl")
    before = file.read_bytes()
    with pytest.raises(ValueError, match=r"row 2 \(r-9\): has no target"):
        to_chat_jsonl([ROWS[0], {"id": "r-9", "input": "x", "target": " "}], "{input}", file)
    assert (file.read_bytes(), [f.name for f in tmp_path.iterdir()]) == (before, ["train.jsonl"])


def test_the_export_makes_its_folder_and_a_file_that_cannot_be_is_told(tmp_path: Path) -> None:
    assert to_chat_jsonl(ROWS, "{input}", tmp_path / "new" / "train.jsonl").exists()
    (tmp_path / "plain").write_text("a file")
    with pytest.raises(OSError, match=r"'train.jsonl' cannot be written \(.*make room, or give another file"):
        to_chat_jsonl(ROWS, "{input}", tmp_path / "plain" / "train.jsonl")
