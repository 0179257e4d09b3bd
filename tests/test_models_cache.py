"""Replies on disk: what is a new question, what survives, who may share."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest
from tiny import tiny_causal

from helpers.models import Reply, load
from helpers.models.cache import Cache, open_cache, reply_key
from helpers.models.messages import split_calls
from helpers.models.reply import ModelError, Settings

CALLS = ({"name": "f", "arguments": {"x": 1}},)
REPLY = Reply("hi", 3, 1, 0.5, float("nan"), tool_calls=CALLS, thought="Hm.", finish="stop", changes=("temperature=default",))
CHAT = [{"role": "user", "content": "hi"}]


def test_a_reply_comes_back_as_it_was_and_a_missing_key_does_not(tmp_path: Path) -> None:
    Cache(tmp_path / "r.sqlite").put({"k": REPLY})
    found = Cache(tmp_path / "r.sqlite").get(["k", "other"])
    assert repr(found) == repr({"k": REPLY})  # nan is not equal to itself


OLD = {"tokens_in": 3, "tokens_out": 1, "seconds": 0.5, "usd": 0.0, "cached": False, "error": None, "tool_calls": []}


def test_a_cache_from_before_thoughts_were_kept_still_answers_but_not_with_what_was_no_answer(tmp_path: Path) -> None:
    rows = {"good": "hi", "empty": "", "thought": "<think>Hm.</think>hi"}
    cache = Cache(tmp_path / "r.sqlite")
    with cache._db:
        cache._db.executemany("insert into replies values (?, ?, 0)", [(k, json.dumps({**OLD, "text": text})) for k, text in rows.items()])
    assert cache.get(list(rows)) == {"good": Reply("hi", 3, 1, 0.5, 0.0)}


def test_a_field_that_a_later_version_added_is_passed_over(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "r.sqlite")
    with cache._db:
        cache._db.execute("insert into replies values ('k', ?, 0)", [json.dumps({**OLD, "text": "hi", "mood": "good"})])
    assert cache.get(["k"])["k"].text == "hi"


def test_everything_that_matters_makes_another_key() -> None:
    keys = {
        reply_key("m", "w", CHAT, Settings()),
        reply_key("n", "w", CHAT, Settings()),
        reply_key("m", "v", CHAT, Settings()),
        reply_key("m", "w", [*CHAT, *CHAT], Settings()),
        reply_key("m", "w", CHAT, Settings(max_tokens=3)),
        reply_key("m", "w", CHAT, Settings(temperature=1.0)),
        reply_key("m", "w", CHAT, Settings(temperature=1.0, seed=1)),
        reply_key("m", "w", CHAT, Settings(tools=[{"type": "function"}])),
    }
    assert len(keys) == 8


def test_the_seed_of_a_greedy_reply_and_the_order_of_fields_do_not_matter() -> None:
    turned = [{"content": "hi", "role": "user"}]
    assert reply_key("m", "w", CHAT, Settings(seed=1)) == reply_key("m", "w", turned, Settings(seed=2))


def test_a_rerun_is_free_and_loads_no_weights_and_equal_questions_are_asked_once(tmp_path: Path) -> None:
    folder, file, seen = tiny_causal(tmp_path), tmp_path / "r.sqlite", []
    first = load(f"hf:{folder}", cache=file).ask_many(["a", "b", "a"], max_tokens=3)
    model = load(f"hf:{folder}", cache=file)
    again = model.ask_many(["a", "b", "a"], max_tokens=3, on_reply=lambda i, reply: seen.append((i, reply.cached)))
    assert [r.cached for r in first] == [False, False, True]
    assert sorted(seen) == [(0, True), (1, True), (2, True)]
    assert [replace(r, cached=False) for r in again[:2]] == first[:2]
    assert "model" not in vars(model.provider)


def test_other_weights_of_the_same_name_are_another_model(tmp_path: Path) -> None:
    file = tmp_path / "r.sqlite"
    one = load(f"hf:{tiny_causal(tmp_path)}", cache=file)
    before = one.fingerprint
    two = load(f"hf:{tiny_causal(tmp_path, seed=1)}", cache=file)
    assert (one.name, one.fingerprint) == (two.name, two.fingerprint)  # the files changed under the first as well
    assert before != two.fingerprint


@pytest.mark.parametrize("kept", [True, False])
def test_a_folder_retrained_under_a_loaded_model_does_not_lend_its_name_to_the_old_weights(tmp_path: Path, kept: bool) -> None:
    old = load(f"hf:{tiny_causal(tmp_path)}", cache=tmp_path / "r.sqlite" if kept else False)
    said, before = old.ask("a", max_tokens=8).text, load(f"hf:{tmp_path / 'causal'}", cache=False).fingerprint
    new = load(f"hf:{tiny_causal(tmp_path, seed=1)}", cache=tmp_path / "r.sqlite")
    assert (old.fingerprint, old.ask("b", max_tokens=8).cached) == (before, False)
    assert new.fingerprint != before
    assert not new.ask("b", max_tokens=8).cached
    assert (old.ask("a", max_tokens=8).text, new.ask("a", max_tokens=8).cached) == (said, False)


def test_a_template_is_part_of_the_model(tmp_path: Path) -> None:
    folder = tiny_causal(tmp_path)
    before = load(f"hf:{folder}", cache=False).fingerprint
    (folder / "chat_template.jinja").write_text("{{ messages[0].content }}")
    assert load(f"hf:{folder}", cache=False).fingerprint != before


def test_a_broken_file_is_moved_aside_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "r.sqlite"
    file.write_bytes(b"this is no database, but it may matter to someone" * 9)
    with pytest.warns(UserWarning, match=r"moved to r\.sqlite\.broken-"):
        cache = Cache(file)
    cache.put({"k": REPLY})
    (aside,) = tmp_path.glob("r.sqlite.broken-*")
    assert aside.read_bytes().startswith(b"this is no database")
    assert cache.get(["k"])


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "r.sqlite").mkdir()
    with pytest.raises(ModelError, match=r"cannot open the reply cache r\.sqlite.*LADDER_CACHE=off"):
        Cache(tmp_path / "r.sqlite")


def _write(file: Path, start: int) -> None:
    cache = Cache(file)
    for i in range(start, start + 50):
        cache.put({f"k{i}": REPLY})


def test_two_processes_may_share_one_file(tmp_path: Path) -> None:
    file, context = tmp_path / "r.sqlite", multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(file, start)) for start in (0, 50)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(Cache(file).get([f"k{i}" for i in range(100)])) == 100


def test_the_environment_moves_it_or_turns_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_cache(True).path.name == "replies.sqlite"
    monkeypatch.setenv("LADDER_CACHE", str(tmp_path / "own.sqlite"))
    assert open_cache(True).path == tmp_path / "own.sqlite"
    monkeypatch.setenv("LADDER_CACHE", "off")
    assert open_cache(True) is None
    assert open_cache(False) is None


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ('<|call|>{"name": "f", "arguments": {"x": 1}}', [{"name": "f", "arguments": {"x": 1}}]),
        ('<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call><tool_call>{"name": "g"}</tool_call>', ["f", "g"]),
        ("<|call|>{broken", []),
        ('<|call|>{"name": 3}', []),
        ("<|call|>__import__('os')", []),
        ("no call", []),
    ],
)
def test_tool_calls_are_read_as_json_or_left_in_the_text(text: str, calls: list) -> None:
    rest, found = split_calls(text)
    names = [call if isinstance(call, str) else call["name"] for call in calls]
    assert [call["name"] for call in found] == names
    assert rest == ("" if calls else text)
    assert json.dumps(found)
