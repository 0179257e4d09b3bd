"""Templates: what fills them, and what is refused before a model is asked."""

from __future__ import annotations

import pytest

from helpers import places, prompts
from helpers.prompts import Template, tokens


def test_braces_in_the_data_survive():
    (message,) = Template("t", "Text: {input}").render({"input": "f{x} = {{y}} {input}"})
    assert message == {"role": "user", "content": "Text: f{x} = {{y}} {input}"}


def test_doubled_braces_in_the_template_become_single():
    (message,) = Template("t", 'Reply as {{"due": "..."}} for {input}').render({"input": "x"})
    assert message["content"] == 'Reply as {"due": "..."} for x'


def test_the_system_turn_comes_first_and_has_fields_too():
    messages = Template("t", "{input}", system="You are {role}.").render({"input": "hi", "role": "kind"})
    assert messages == [{"role": "system", "content": "You are kind."}, {"role": "user", "content": "hi"}]


def test_an_empty_system_turn_is_left_out():
    assert [m["role"] for m in Template("t", "{input}").render({"input": "hi"})] == ["user"]


@pytest.mark.parametrize("example", [{"input": "hi"}, {"input": "hi", "context": None}])
def test_a_missing_field_is_named_with_those_there_are(example):
    with pytest.raises(KeyError, match=r"'ask' needs the field 'context'; this example has: input\."):
        Template("ask", "{context} {input}").render(example)


@pytest.mark.parametrize("text", ['Reply as {"models": []}: {input}', "{input.__class__}", "{0}", "{}", "{input:>10}", "{input!r}"])
def test_a_field_that_is_no_plain_name_is_refused_when_the_template_is_made(text):
    with pytest.raises(ValueError, match=r"not a plain name: write \{name\}"):
        Template("t", text)


def test_a_lone_brace_is_refused_when_the_template_is_made():
    with pytest.raises(ValueError, match="brace without a partner"):
        Template("t", "a } b {input}")


def test_lists_stand_in_a_prompt_as_json():
    (message,) = Template("t", "{tags}").render({"tags": ["é", "b"]})
    assert message["content"] == '["é", "b"]'


def test_the_fingerprint_follows_the_text_and_not_the_name():
    a, b = Template("a", "{input}"), Template("b", "{input}", version="2")
    assert a.fingerprint == b.fingerprint != Template("a", "{input} ").fingerprint
    assert a.fingerprint != Template("a", "{input}", system="Be brief.").fingerprint


def test_fields_are_listed_once_in_order():
    assert Template("t", "{b} {a} {b}", system="{c}").fields == ("c", "b", "a")


def test_tokens_counts_the_rendered_messages():
    class Words:
        def count_tokens(self, messages):
            return sum(len(m["content"].split()) for m in messages)

    assert tokens(Template("t", "Say {input}", system="Be brief."), {"input": "a b c"}, Words()) == 6


def pool(tmp_path, text):
    (tmp_path / "pool.toml").write_text(text, encoding="utf-8")
    return prompts.read_pool(tmp_path / "pool.toml")


def test_a_pool_holds_its_prompts_under_their_names(tmp_path):
    assert [(t.name, t.text) for t in pool(tmp_path, '[prompts]\nshort = "Mood? {input}"')] == [("short", "Mood? {input}")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the pool pool.toml is empty"),
        ("[prompts]", "the pool pool.toml is empty"),
        ('[prompts]\na = "Mood of {input}"\nb = "Mood?"', r"'b' of pool.toml has no field \{input\} \(fields: none\)"),
        ('[prompts]\na = "Mood of {text}"', r"has no field \{input\} \(fields: text\)"),
        ("[prompts]\na = Mood", "pool.toml is no TOML"),
    ],
)
def test_a_pool_that_cannot_be_asked_is_refused_before_anything_is_asked(tmp_path, text, why):
    with pytest.raises(ValueError, match=why):
        pool(tmp_path, text)


def test_the_shipped_pool_has_twenty_different_prompts():
    shipped = prompts.read_pool(places.data("reviews", "prompts.toml"))
    assert len({template.fingerprint for template in shipped}) == 20
