"""Local models: batches change nothing, limits are named, tool calls are data, samples are seeded."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from tiny import CHAT, tiny_causal, tiny_seq2seq

from helpers import places
from helpers.models import Model, ModelError, load
from helpers.models.decode import Noise, batches, decode
from helpers.models.growing import growing_cache, token_bytes
from helpers.models.messages import split_calls
from helpers.models.reply import Settings

QUESTIONS = [f"what is {i} plus {'12 ' * (i % 4)}?" for i in range(9)]
ROOM = "LADDER_THINKING_TOKENS"
LONG = "positive or negative, in one word: the waiter was rude and the soup was cold. "


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(f"hf:{tiny_causal(tmp_path_factory.mktemp('models'))}", cache=False, batch_size=4)


@pytest.fixture(scope="module")
def seq2seq(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(f"hf:{tiny_seq2seq(tmp_path_factory.mktemp('models'))}", cache=False)


def plain(model: Model, question: str, tokens: int) -> str:
    """What transformers' own generate answers, alone."""
    tokenizer, network = model.provider.tokenizer, model.provider.model
    text = tokenizer.apply_chat_template([{"role": "user", "content": question}], add_generation_prompt=True, tokenize=False)
    row = tokenizer(text, return_tensors="pt", add_special_tokens=False)
    out = network.generate(**row, max_new_tokens=tokens, do_sample=False)[0, row["input_ids"].shape[1] :]
    return tokenizer.decode(out, skip_special_tokens=True)


def test_a_batch_answers_as_plain_generate_does_alone_and_in_order(causal: Model) -> None:
    replies = causal.ask_many(QUESTIONS, max_tokens=20)
    assert [r.text for r in replies] == [plain(causal, q, 20) for q in QUESTIONS]
    assert len({r.text for r in replies}) > 1


def test_a_beginning_shared_by_the_batch_changes_nothing(causal: Model) -> None:
    questions = [LONG + q for q in QUESTIONS]
    assert [r.text for r in causal.ask_many(questions, max_tokens=20)] == [plain(causal, q, 20) for q in questions]


def test_prompts_that_wait_for_their_batch_take_a_few_bytes_a_token(causal: Model) -> None:
    chats = [[{"role": "user", "content": f"{i} " + 4 * LONG}] for i in range(300)]
    causal.ask(chats[0], max_tokens=1)  # what only the first question costs
    tracemalloc.start()
    answers = causal.provider.answer(chats, Settings(1))
    reply = next(answers)[0][1]  # all prompts are tokens by then
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answers.close()
    assert reply.tokens_in > 80
    assert held / (300 * reply.tokens_in) < 12  # a list of numbers takes 36


def test_rows_that_end_leave_and_the_others_go_on(causal: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    network, rows = causal.provider.model, [causal.provider._tokens([{"role": "user", "content": q}], None) for q in QUESTIONS]
    whole = decode(network, rows, max_tokens=24)
    end = whole[0][8]
    monkeypatch.setattr(network.generation_config, "eos_token_id", [1, end])
    assert decode(network, rows, max_tokens=24) == [row[: row.index(end) + 1] if end in row else row for row in whole]


def test_a_cache_with_room_gives_the_logits_of_the_librarys_own_to_the_last_bit(causal: Model) -> None:
    import torch
    from transformers import DynamicCache

    network, steps = causal.provider.model, torch.randint(5, 300, (4, 80), generator=torch.Generator().manual_seed(0)).split(1, dim=1)
    caches = [DynamicCache(config=network.config), growing_cache(network.config)]
    with torch.inference_mode():
        for number, step in enumerate(steps):
            plain, growing = (network(step[: 4 - number // 50], past_key_values=each, use_cache=True).logits for each in caches)
            assert torch.equal(plain, growing)
            if number == 49:  # a row leaves
                for each in caches:
                    each.batch_select_indices(torch.tensor([0, 1, 2]))
    assert caches[1].get_seq_length() == 80
    assert token_bytes(network) * 80 * 3 == sum(layer.keys.nbytes + layer.values.nbytes for layer in caches[1].layers)


def test_a_model_without_a_configuration_keeps_to_the_batches_of_what_it_reads() -> None:
    from types import SimpleNamespace

    from helpers.models.local import KEPT, TOKENS

    assert KEPT // token_bytes(SimpleNamespace()) < TOKENS["cpu"]  # an ONNX graph is one


def test_a_sliding_window_model_answers_in_a_batch_as_alone(tmp_path: Path) -> None:
    import torch
    from tiny import SHAPE, tiny_tokenizer
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(0)
    MistralForCausalLM(MistralConfig(**SHAPE, sliding_window=8)).save_pretrained(tmp_path)
    tiny_tokenizer().save_pretrained(tmp_path)
    model = load(f"hf:{tmp_path}", cache=False)
    many = model.ask_many([LONG + q for q in QUESTIONS], max_tokens=12)
    assert [r.text for r in many] == [model.ask(LONG + q, max_tokens=12).text for q in QUESTIONS]


def test_an_encoder_decoder_answers_in_a_batch_as_alone(seq2seq: Model) -> None:
    many = seq2seq.ask_many(QUESTIONS, max_tokens=12)
    assert [r.text for r in many] == [seq2seq.ask(q, max_tokens=12).text for q in QUESTIONS]
    assert seq2seq.ask("the film " * 200).error.startswith("context too long")


def test_a_sample_follows_from_seed_and_question_not_from_its_neighbors(causal: Model) -> None:
    many = causal.ask_many(QUESTIONS, max_tokens=16, temperature=1.0, seed=3)
    alone = [causal.ask(q, max_tokens=16, temperature=1.0, seed=3) for q in QUESTIONS]
    other = causal.ask_many(QUESTIONS, max_tokens=16, temperature=1.0, seed=4)
    assert [r.text for r in many] == [r.text for r in alone]
    assert [r.text for r in many] != [r.text for r in other]


def test_sampling_draws_from_the_softmax_at_that_temperature() -> None:
    import torch

    logits = torch.tensor([1.0, 0.0, -1.0])
    rows = [[i] for i in range(4000)]
    drawn = Noise(rows, seed=0, temperature=2.0)(None, logits.expand(4000, 3)).argmax(-1)
    expected = torch.softmax(logits / 2.0, -1)
    assert torch.bincount(drawn, minlength=3).div(4000).sub(expected).abs().max() < 0.03


def test_too_long_a_context_is_an_error_of_that_example_alone(causal: Model) -> None:
    long, short = causal.ask_many(["x " * 400, "hi"], max_tokens=8)
    tokens = causal.count_tokens("x " * 400)
    assert long.error == f"context too long: {tokens} tokens + max_tokens=8 exceed the limit of 256 tokens; shorten the prompt"
    assert (long.text, long.final, short.error, short.final, short.tokens_out) == ("", True, None, False, 8)


def test_tokens_in_are_those_of_the_rendered_conversation(causal: Model) -> None:
    assert causal.ask("hi", max_tokens=2).tokens_in == causal.count_tokens("hi") == len("hi") + 3  # user, end, assistant


NO_SYSTEM = "{% for m in messages if m.role == 'system' %}{{ raise_exception('no system') }}{% endfor %}" + CHAT


def test_a_template_without_a_system_role_gets_it_in_the_first_question(tmp_path: Path) -> None:
    model = load(f"hf:{tiny_causal(tmp_path, template=NO_SYSTEM)}", cache=False)
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    assert model.provider._rendered(chat, None) == "<|user|>Be brief.\n\nhi<|end|><|assistant|>"
    late = [{"role": "assistant", "content": "Yes?"}, chat[1], chat[0]]
    assert model.provider._rendered(late, None) == "<|assistant|>Yes?<|end|><|user|>Be brief.\n\nhi<|end|><|assistant|>"


def test_a_system_turn_that_moved_is_said_and_stands_in_the_reply(tmp_path: Path) -> None:
    model = load(f"hf:{tiny_causal(tmp_path, template=NO_SYSTEM)}", cache=False)
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    with pytest.warns(UserWarning, match="the model's chat template knows no system turn: that text goes before the first question"):
        moved, plain = model.ask_many([chat, "hi"], max_tokens=2)
    assert (moved.changes, plain.changes, moved.error) == (("system=user",), (), None)


def test_a_conversation_the_template_refuses_is_an_error_of_that_example(tmp_path: Path) -> None:
    picky = "{% if messages[0].role != 'user' %}{{ raise_exception('roles must alternate') }}{% endif %}" + CHAT
    model = load(f"hf:{tiny_causal(tmp_path, template=picky)}", cache=False)
    refused, fine = model.ask_many([[{"role": "assistant", "content": "hi"}], "hi"], max_tokens=2)
    assert "roles must alternate" in refused.error
    assert fine.error is None


def test_without_a_template_the_contents_are_the_prompt(tmp_path: Path) -> None:
    model = load(f"hf:{tiny_causal(tmp_path, template=None)}", cache=False)
    row = model.provider._tokens([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}], None)
    assert model.provider.tokenizer.decode(row) == "Be brief.\nhi"
    assert model.ask("hi", max_tokens=2).tokens_out == 2


def test_a_tool_call_in_the_reply_is_parsed(causal: Model) -> None:
    out = causal.provider.tokenizer.encode('Let me see. <|call|>{"name": "weather", "arguments": {"city": "Oslo"}}<|end|>')
    reply = causal.provider._reply([1], out, 0.0)
    assert (reply.text, reply.tool_calls) == ("Let me see. ", ({"name": "weather", "arguments": {"city": "Oslo"}},))


def weather(call: dict) -> list[dict]:
    """A conversation in which the assistant has called a tool."""
    turn = {"role": "assistant", "content": "", "tool_calls": (call,)}
    return [{"role": "user", "content": "Rain?"}, turn, {"role": "tool", "content": "yes"}]


@pytest.mark.parametrize("template", ["own", "pocket"])
def test_the_call_of_a_reply_and_openais_are_written_alike_into_a_prompt(causal: Model, template: str) -> None:
    model = causal if template == "own" else load("pocket", cache=False)
    call = {"name": "weather", "arguments": {"city": "Oslo"}}
    shapes = [call, {"function": call}, {"id": "1", "type": "function", "function": {**call, "arguments": '{"city":"Oslo"}'}}]
    texts = {model.provider._rendered(weather(shape), None) for shape in shapes}
    assert len(texts) == 1
    assert '<|call|>{"name": "weather", "arguments": {"city": "Oslo"}}<|end|>' in texts.pop()


def test_the_pocket_models_own_call_goes_round_and_is_read_again() -> None:
    provider = load("pocket", cache=False).provider
    said = [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": 'Wait.<|call|>{"name": "f", "arguments": {"x": "ü"}}'}]
    text, calls = split_calls(said[1]["content"])
    again = [said[0], {"role": "assistant", "content": text, "tool_calls": calls}]
    assert provider._tokens(again, None) == provider._tokens(said, None)


def test_what_is_no_tool_call_is_told_the_two_shapes(causal: Model) -> None:
    for call in ({"function": {}}, {"name": 3}, "weather", {"name": "f", "arguments": [1]}):
        assert 'a tool call is {"name": ..., "arguments": {...}}' in causal.ask(weather(call)).error


THINKING = CHAT.replace("<|assistant|>{% endif %}", "<|assistant|><think>\n{% endif %}")


@pytest.fixture(scope="module")
def thinker(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model whose template opens a thought."""
    return load(f"hf:{tiny_causal(tmp_path_factory.mktemp('models'), template=THINKING, context=4096)}", cache=False)


@pytest.mark.parametrize(("text", "parts"), [
    ("<think>Two and two.</think>\n\n4<|end|>", ("4", "Two and two.", "stop")), ("4<|end|>", ("4", "", "stop")), ("4", ("4", "", "length")),
    ('<think>a <|call|></think><|call|>{"name": "add", "arguments": {}}<|end|>', ("", "a <|call|>", "tool_calls")),
    ("<think>a</think>4<|tool|><|end|>", ("4", "a", "stop")),
])  # fmt: skip
def test_a_thought_is_cut_from_the_answer_and_counted(causal: Model, text: str, parts: tuple[str, str, str]) -> None:
    out = causal.provider.tokenizer.encode(text)
    reply = causal.provider._reply([1], out, 0.0)
    assert (reply.text, reply.thought, reply.finish, reply.tokens_out, reply.error) == (*parts, len(out), None)


def test_a_thought_that_the_prompt_opened_ends_where_its_end_stands(thinker: Model) -> None:
    provider = thinker.provider
    row = provider._tokens([{"role": "user", "content": "hi"}], None)
    ended, cut = (provider._reply(row, provider.tokenizer.encode(text), 0.0) for text in ("Hmm.</think>4<|end|>", "Hmm, 4 or"))
    assert (ended.text, ended.thought, ended.error) == ("4", "Hmm.", None)
    assert (cut.text, cut.thought, cut.finish) == ("", "Hmm, 4 or", "length")
    assert cut.error == f"cut at {cut.tokens_out} tokens in the middle of its thought: raise max_tokens, or set {ROOM} to more than 2048"


def test_a_model_whose_template_opens_a_thought_gets_room_for_it(thinker: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOM, "30")
    with pytest.warns(UserWarning, match=r"may think before it answers: it can write 30 tokens more than max_tokens"):
        reply = thinker.ask("hi", max_tokens=4)
    assert (reply.tokens_out > 4, reply.changes) == (True, ("max_tokens=+30",))
    with pytest.raises(ModelError, match=rf"max_tokens=4096 \({ROOM} among them\) exceed the limit of 4096"):
        thinker.provider._fitting([{"role": "user", "content": "hi"}], Settings(max_tokens=4096))


def test_batches_keep_to_rows_and_tokens_longest_first() -> None:
    assert list(batches([5, 9, 1, 8], rows=2, tokens=100, extra=1)) == [[1, 3], [0, 2]]
    assert list(batches([5, 9, 1, 8], rows=9, tokens=20, extra=1)) == [[1, 3], [0, 2]]
    assert list(batches([500], rows=9, tokens=20, extra=1)) == [[0]]
    assert list(batches([5, 9, 1, 8], rows=9, tokens=20, extra=9, kept=36)) == [[1, 3], [0, 2]]
    assert list(batches([5, 9, 1, 8], rows=9, tokens=20, extra=9, kept=35)) == [[1], [3, 0], [2]]


def test_size_and_context_are_known_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    import subprocess
    import sys

    folder = tiny_causal(tmp_path)
    from transformers import AutoModelForCausalLM

    weights = AutoModelForCausalLM.from_pretrained(folder).num_parameters()
    code = (
        "import sys, time; t = time.perf_counter(); from helpers.models import load; s = time.perf_counter() - t;"
        f"m = load('hf:{folder}', cache=False); print(m.parameters, m.context, 'torch' in sys.modules, s < 0.3)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent)
    assert done.stdout.split() == [str(weights), "256", "False", "True"]


def test_a_missing_folder_and_an_unknown_spec_say_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"no such folder: './nothing'"):
        load("hf:./nothing")
    with pytest.raises(ModelError, match=r'unknown model \'gpt-5o\'; allowed: "pocket"'):
        load("gpt-5o")
    monkeypatch.setattr(places, "root", lambda: Path("nowhere"))
    with pytest.raises(ModelError, match=r"the pocket model is missing"):
        load("pocket")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match=r"no hub model 'nobody/nothing'.*HF_HUB_OFFLINE"):
        load("hf:nobody/nothing")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("pokcet", "pocket"), ("gpt-4o-mini", "openai:gpt-4o-mini"), ("Qwen/Qwen2.5-0.5B", "hf:Qwen/Qwen2.5-0.5B"), ("opnai:x", "openai:x")],
)
def test_a_mistyped_model_is_told_with_the_one_that_was_meant(typed: str, meant: str) -> None:
    with pytest.raises(ModelError, match=rf"unknown model '{typed}'.*\(did you mean '{meant}'\?\)"):
        load(typed)


def test_without_a_network_a_hub_model_says_that_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FileNotFoundError("not in the cache") from ConnectionError("Name or service not known")

    monkeypatch.setattr("huggingface_hub.snapshot_download", fail)
    with pytest.raises(ModelError, match=r"no hub model 'nobody/nothing' \(.*the network is missing. Connect and run it again\)"):
        load("hf:nobody/nothing")


def test_broken_files_are_named(tmp_path: Path) -> None:
    folder = tiny_causal(tmp_path)
    (folder / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{cut")
    with pytest.raises(ModelError, match=r"causal/model\.safetensors is no safetensors file"):
        load(f"hf:{folder}")
    (folder / "config.json").write_text(json.dumps({})[:1])
    with pytest.raises(ModelError, match=r"causal/config\.json cannot be read"):
        load(f"hf:{folder}")


@pytest.mark.parametrize(("settings", "said"), [({"max_tokens": 0}, "max_tokens=0"), ({"temperature": -1}, "temperature=-1")])
def test_impossible_settings_are_refused(causal: Model, settings: dict, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        causal.ask("hi", **settings)


def test_what_is_no_conversation_is_refused(causal: Model) -> None:
    with pytest.raises(ModelError, match="a conversation is a string or a list"):
        causal.ask([{"content": "no role"}])
