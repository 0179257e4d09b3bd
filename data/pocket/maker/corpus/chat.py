"""How a conversation becomes the text a pocket model reads: roles, tools and tool calls.

`CHAT_TEMPLATE` (Jinja, for `apply_chat_template`) and `render` (plain Python, for training) give the same string.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

__all__ = ["SPECIAL_TOKENS", "CHAT_TEMPLATE", "render", "tool_listing"]

SPECIAL_TOKENS = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|call|>"]
FIRST_LINE = "You can call these tools:"
LAST_LINE = "To call one, answer with <|call|> and JSON. Call a tool only when it is needed."

CHAT_TEMPLATE = """\
{%- macro kind(schema) -%}
    {%- if 'enum' in schema -%}
        {%- for value in schema.enum -%}{{ ' | ' if not loop.first }}{{ value | tojson }}{%- endfor -%}
    {%- elif 'type' not in schema -%}any
    {%- elif schema.type is not string -%}{{ schema.type | join(' | ') }}
    {%- elif schema.type == 'array' -%}list of {{ kind(schema['items']) if 'items' in schema else 'any' }}
    {%- else -%}{{ schema.type }}
    {%- endif -%}
{%- endmacro -%}
{%- macro listing(tools) -%}
    {{- 'FIRST_LINE\\n' -}}
    {%- for tool in tools -%}
        {%- set f = tool.function if tool.function is defined else tool -%}
        {%- set p = f.parameters or {} -%}
        {%- set needed = p.required or [] -%}
        {{- '- ' ~ f.name ~ '(' -}}
        {%- for name, schema in (p.properties or {}).items() -%}
            {{- (', ' if not loop.first else '') ~ name ~ ': ' ~ kind(schema) ~ ('' if name in needed else ' = optional') -}}
        {%- endfor -%}
        {{- '): ' ~ (f.description or '') ~ '\\n' -}}
    {%- endfor -%}
    {{- 'LAST_LINE' -}}
{%- endmacro -%}
{%- macro text(content) -%}
    {%- if content is string -%}{{ content }}
    {%- elif content -%}{%- for part in content -%}{{ part.text }}{%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
{%- if tools and messages and messages[0].role == 'system' -%}
    {%- set given = text(messages[0].content) -%}
    {{- '<|system|>' ~ given ~ ('\\n\\n' if given else '') ~ listing(tools) ~ '<|end|>' -}}
    {%- set messages = messages[1:] -%}
{%- elif tools -%}
    {{- '<|system|>' ~ listing(tools) ~ '<|end|>' -}}
{%- endif -%}
{%- for message in messages -%}
    {{- '<|' ~ message.role ~ '|>' -}}
    {%- if message.role == 'assistant' -%}
        {%- generation -%}
        {{- text(message.content) -}}
        {%- for call in (message.tool_calls or []) -%}
            {%- set f = call.function if call.function is defined else call -%}
            {{- '<|call|>{"name": ' ~ (f.name | tojson) ~ ', "arguments": ' -}}
            {{- (f.arguments if f.arguments is string else f.arguments | tojson) ~ '}' -}}
        {%- endfor -%}
        {{- '<|end|>' -}}
        {%- endgeneration -%}
    {%- else -%}
        {{- text(message.content) ~ '<|end|>' -}}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}
""".replace("FIRST_LINE", FIRST_LINE).replace("LAST_LINE", LAST_LINE)


def _json(value: object) -> str:
    """JSON as transformers' own `tojson` writes it."""
    return json.dumps(value, ensure_ascii=False)


def _kind(schema: Mapping) -> str:
    """The type of one parameter in words: 'string', '"a" | "b"', 'list of integer'."""
    if "enum" in schema:
        return " | ".join(map(_json, schema["enum"]))
    kind = schema.get("type", "any")
    if not isinstance(kind, str):
        return " | ".join(kind)
    return f"list of {_kind(schema['items']) if 'items' in schema else 'any'}" if kind == "array" else kind


def _signature(tool: Mapping) -> str:
    """One line of the listing."""
    f = tool.get("function", tool)
    parameters = f.get("parameters") or {}
    needed = parameters.get("required") or ()
    slots = ", ".join(
        f"{name}: {_kind(schema)}{'' if name in needed else ' = optional'}" for name, schema in (parameters.get("properties") or {}).items()
    )
    return f"- {f['name']}({slots}): {f.get('description') or ''}"


def tool_listing(tools: Sequence[Mapping]) -> str:
    """OpenAI function schemas as the compact text the model reads, one tool a line.

    >>> print(tool_listing([{"type": "function", "function": {"name": "ring", "description": "Rings a bell.", "parameters": {
    ...     "type": "object", "properties": {"times": {"type": "integer"}}, "required": ["times"]}}}]).splitlines()[1])
    - ring(times: integer): Rings a bell.
    """
    return "\n".join([FIRST_LINE, *map(_signature, tools), LAST_LINE])


def _text(content: object) -> str:
    """The text of a message: a string, None, or OpenAI content parts."""
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content) if content else ""


def _call(call: Mapping) -> str:
    """One tool call; arguments may be a dict or a JSON string."""
    f = call.get("function", call)
    arguments = f["arguments"]
    return f'<|call|>{{"name": {_json(f["name"])}, "arguments": {arguments if isinstance(arguments, str) else _json(arguments)}}}'


def render(messages: Sequence[Mapping], tools: Sequence[Mapping] | None = None, generation_prompt: bool = False) -> str:
    """The text of a conversation, as `tokenizer.apply_chat_template(messages, tools=tools)` writes it.

    messages: OpenAI-style; a leading `{"role": "tools", "content": [schemas]}` counts as `tools`.

    >>> render([{"role": "user", "content": "Hi"}], generation_prompt=True)
    '<|user|>Hi<|end|><|assistant|>'
    """
    if messages and messages[0]["role"] == "tools":
        tools, messages = messages[0]["content"], messages[1:]
    out: list[str] = []
    if tools:
        given = _text(messages[0].get("content")) if messages and messages[0]["role"] == "system" else None
        messages = messages if given is None else messages[1:]
        out.append(f"<|system|>{given}\n\n{tool_listing(tools)}<|end|>" if given else f"<|system|>{tool_listing(tools)}<|end|>")
    for message in messages:
        calls = message.get("tool_calls") if message["role"] == "assistant" else None
        body = _text(message.get("content"))
        out.append(f"<|{message['role']}|>{body}{''.join(map(_call, calls)) if calls else ''}<|end|>")
    return "".join(out) + ("<|assistant|>" if generation_prompt else "")
