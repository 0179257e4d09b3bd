"""The chat template and its plain-Python twin give the same text."""

from __future__ import annotations

import json

import jinja2
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from pocket_maker.corpus.chat import CHAT_TEMPLATE, SPECIAL_TOKENS, render, tool_listing

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current weather in a city.",
        "parameters": {
            "type": "object",
            "required": ["city", "unit"],
            "properties": {
                "city": {"type": "string", "description": "The city's name"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer"},
                "hours": {"type": "array", "items": {"type": "integer"}},
                "items": {"type": "array"},
                "note": {"type": ["string", "null"]},
                "any": {},
            },
        },
    },
}
BARE = {"name": "noop", "description": "Does nothing <yet>."}
NO_WORDS = {"type": "function", "function": {"name": "stop", "parameters": {"type": "object", "properties": {}}}}


def call(arguments: object, content: object = "") -> dict:
    return {
        "role": "assistant",
        "content": content,
        "tool_calls": [{"type": "function", "function": {"name": "get_weather", "arguments": arguments}}],
    }


HI, BYE = {"role": "user", "content": 'Hi "there" <b>é</b>\n'}, {"role": "assistant", "content": "Bye."}
SYSTEM, RESULT = {"role": "system", "content": "Be brief."}, {"role": "tool", "content": '{"temperature": 3}'}
CONVERSATIONS = [
    [HI],
    [HI, BYE],
    [SYSTEM, HI],
    [SYSTEM, HI, BYE, HI],
    [{"role": "system", "content": ""}, HI],
    [HI, call({"city": 'Oslo\'s "old" town', "days": 2, "ok": True, "x": None}), RESULT, BYE],
    [HI, call('{"city":"Oslo"}', None), RESULT, BYE],
    [SYSTEM, HI, call({}, "Let me look."), RESULT, call({"city": "Zürich"}), RESULT, BYE],
    [{"role": "user", "content": [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]}, BYE],
    [
        HI,
        {"role": "assistant", "content": "", "tool_calls": [*call({"city": "A"})["tool_calls"], *call({"city": "B"})["tool_calls"]]},
        RESULT,
    ],
]
TOOLS = [None, [WEATHER], [WEATHER, BARE, NO_WORDS]]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    letters = {token: i for i, token in enumerate([*SPECIAL_TOKENS, *sorted(pre_tokenizers.ByteLevel.alphabet())])}
    inner = Tokenizer(models.BPE(vocab=letters, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        chat_template=CHAT_TEMPLATE,
        extra_special_tokens=SPECIAL_TOKENS[2:],
        pad_token="<|pad|>",
        eos_token="<|end|>",
    )


def plain(messages: list[dict], tools: list[dict] | None, prompt: bool) -> str:
    """The template in jinja2's own default environment, its generation marks removed and its JSON left as it is."""
    env = jinja2.Environment()
    env.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    text = CHAT_TEMPLATE.replace("{%- generation -%}", "").replace("{%- endgeneration -%}", "")
    return env.from_string(text).render(messages=messages, tools=tools, add_generation_prompt=prompt)


@pytest.mark.parametrize("tools", TOOLS)
@pytest.mark.parametrize("messages", CONVERSATIONS)
@pytest.mark.parametrize("prompt", [False, True])
def test_template_and_render_give_the_same_text(tokenizer, messages, tools, prompt):
    ours = render(messages, tools, prompt)
    assert tokenizer.apply_chat_template(messages, tools=tools, tokenize=False, add_generation_prompt=prompt) == ours
    assert plain(messages, tools, prompt) == ours


def test_a_conversation_reads_as_the_contract_says():
    text = render([SYSTEM, HI, call({"city": "Oslo"}, "Wait. "), RESULT, BYE], [WEATHER])
    listing = text.split("\n\n")[1].split("<|end|>")[0].splitlines()
    line = (
        '- get_weather(city: string, unit: "celsius" | "fahrenheit", days: integer = optional, hours: list of integer = optional, '
        "items: list of any = optional, note: string | null = optional, any: any = optional): Current weather in a city."
    )
    assert listing == ["You can call these tools:", line, "To call one, answer with <|call|> and JSON. Call a tool only when it is needed."]
    assert text.endswith(
        '<|assistant|>Wait. <|call|>{"name": "get_weather", "arguments": {"city": "Oslo"}}<|end|>'
        '<|tool|>{"temperature": 3}<|end|><|assistant|>Bye.<|end|>'
    )


def test_the_generation_mask_covers_the_assistant_and_its_end_only(tokenizer):
    out = tokenizer.apply_chat_template(
        [SYSTEM, HI, call({"city": "Oslo"}), RESULT, BYE],
        tools=[WEATHER],
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    kept = [i for i, m in zip(out["input_ids"], out["assistant_masks"]) if m]
    assert tokenizer.decode(kept) == '<|call|>{"name": "get_weather", "arguments": {"city": "Oslo"}}<|end|>Bye.<|end|>'


def test_a_leading_tools_message_is_the_tools_argument():
    assert render([{"role": "tools", "content": [BARE]}, SYSTEM, HI]) == render([SYSTEM, HI], [BARE])


def test_no_tools_leave_no_listing():
    assert "tools" not in render([HI, BYE], [])
    assert tool_listing([BARE]).splitlines()[1] == "- noop(): Does nothing <yet>."
