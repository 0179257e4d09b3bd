"""Templates: an instruction with a name, a version and {fields} that an example fills."""

from __future__ import annotations

import json
import string
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.storage import short

if TYPE_CHECKING:
    from helpers.models import Model

__all__ = ["Json", "Template", "as_text", "read_pool", "tokens"]

Json = str | int | float | bool | None | list | tuple | dict  # a value as JSON has it


@dataclass(frozen=True)
class Template:
    """A user turn with {fields}, and perhaps a system turn; `{{` and `}}` stand for literal braces.

    Braces in the data are left alone: only the template is parsed.

    >>> Template("bare", "Sentiment of: {input}").render({"input": "Fine {really}."})
    [{'role': 'user', 'content': 'Sentiment of: Fine {really}.'}]
    """

    name: str
    text: str
    system: str = ""
    version: str = "1"

    def __post_init__(self) -> None:
        for part in (self.text, self.system):
            _check(self.name, part)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that an example must have, in order of appearance.

        >>> Template("ask", "{context} {input}").fields
        ('context', 'input')
        """
        names = [field for part in (self.system, self.text) for _, field in _pieces(part) if field is not None]
        return tuple(dict.fromkeys(names))

    @property
    def fingerprint(self) -> str:
        """Twelve characters that change whenever the text or the system turn does."""
        return short(json.dumps([self.system, self.text]))

    def render(self, example: Mapping) -> list[dict]:
        """The messages for one example. KeyError: a field that the example lacks, or that is None there."""
        for field in self.fields:
            if example.get(field) is None:
                have = ", ".join(key for key, value in example.items() if value is not None)
                raise KeyError(
                    f"template {self.name!r} needs the field {field!r}; this example has: {have}. "
                    "Write {{ and }} around text that is not a field."
                )
        system = [{"role": "system", "content": _fill(self.system, example)}] if self.system else []
        return [*system, {"role": "user", "content": _fill(self.text, example)}]


def as_text(value: Json) -> str:
    """A field's value as it stands in a prompt: text as it is, lists and tables as JSON.

    >>> as_text(["BERT", "T5"])
    '["BERT", "T5"]'
    """
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def tokens(template: Template, example: Mapping, model: Model) -> int:
    """How many tokens the model reads for one example: what the prompt costs before a word is answered."""
    return model.count_tokens(template.render(example))


def read_pool(file: Path | str) -> list[Template]:
    """The prompts of a pool: a TOML file with a table [prompts] of name = "text with {input}".

    ValueError: the file is no TOML, holds no prompt, or one that never shows the example.
    """
    file = Path(file)
    try:
        texts = tomllib.loads(file.read_text(encoding="utf-8")).get("prompts", {})
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f'{file.name} is no TOML ({error}): a line is name = "text with {{input}}", under [prompts]') from None
    if not texts:
        raise ValueError(f'the pool {file.name} is empty: give it a table [prompts] with lines name = "text with {{input}}"')
    pool = [Template(name, text) for name, text in texts.items()]
    for template in pool:
        if "input" not in template.fields:
            have = ", ".join(template.fields) or "none"
            why = "every example would get the same prompt: write {input} where its text goes"
            raise ValueError(f"prompt {template.name!r} of {file.name} has no field {{input}} (fields: {have}); {why}")
    return pool


def _pieces(part: str) -> Iterator[tuple[str, str | None]]:
    """The literal texts of a template, each with the field that follows it."""
    for literal, field, _, _ in string.Formatter().parse(part):
        yield literal, field


def _fill(part: str, example: Mapping) -> str:
    return "".join(literal + ("" if field is None else as_text(example[field])) for literal, field in _pieces(part))


def _check(name: str, part: str) -> None:
    """Only plain {names}: no attributes, no format codes, no JSON that was meant literally."""
    if not isinstance(part, str):
        raise TypeError(f"template {name!r}: the text must be a string, got {type(part).__name__}")
    cure = "write {name} for a field of the example, and {{ and }} for literal braces (JSON in a prompt needs them)."
    try:
        pieces = list(string.Formatter().parse(part))
    except ValueError as error:
        raise ValueError(f"template {name!r} has a brace without a partner ({error}): {cure}") from None
    for _, field, code, conversion in pieces:
        if field is not None and (not field.isidentifier() or code or conversion):
            got = textwrap.shorten("{" + field + (":" + code if code else "") + "}", 60, placeholder=" ...")
            raise ValueError(f"template {name!r} has the field {got}, which is not a plain name: {cure}")
