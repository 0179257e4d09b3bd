"""The openai provider, driven with the real openai client against a real server that fails by script."""

from __future__ import annotations

import math
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from servers import Server, completion

from helpers.models import ModelError, Reply, load, retry
from helpers.models.remote import price


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.01)
    monkeypatch.setattr("helpers.models.dialect._dialects", {})  # a port may come back
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "LADDER_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def at(server: Server, name: str = "m", **options: object):
    return load(f"openai:{name}@{server.url}", **{"cache": False, "timeout": 1.0, "retries": 2, **options})


FAULTS = ("429", "500", "503", "hang", "drop", "garbage", "page", "empty")


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_retried_and_the_example_answered(fault: str) -> None:
    with Server({"b": [fault]}) as server:
        replies = at(server).ask_many(["a", "b", "c"])
    assert [(r.text, r.error) for r in replies] == [("echo: a", None), ("echo: b", None), ("echo: c", None)]
    assert len(server.requests) == 4


def test_under_all_faults_at_once_every_example_ends_answered_or_failed_with_its_reason() -> None:
    forever = {f"always {fault}": [fault] * 9 for fault in FAULTS}
    with Server({**forever, **{f"once {fault}": [fault] for fault in FAULTS}}) as server:
        questions = [*forever, *(f"once {fault}" for fault in FAULTS), "plain"]
        replies = dict(zip(questions, at(server, concurrency=16).ask_many(questions), strict=True))
    reasons = dict.fromkeys(FAULTS, "") | {
        "429": "HTTP 429: scripted 429", "500": "HTTP 500: scripted 500", "503": "HTTP 503", "hang": "timeout", "drop": "connection failed",
        "garbage": "not valid JSON", "page": "not a chat completion", "empty": "has no choice",
    }  # fmt: skip
    for fault in FAULTS:
        failed = replies[f"always {fault}"]
        assert (failed.text, failed.tokens_out) == ("", 0)
        assert reasons[fault] in failed.error
        assert "tried 3 times" in failed.error
        assert replies[f"once {fault}"].text == f"echo: once {fault}"
    assert replies["plain"].error is None


def test_a_bad_request_is_not_retried_and_the_others_still_answer() -> None:
    with Server({"bad": ["400"] * 5}) as server:
        bad, good = at(server).ask_many(["bad", "good"])
    assert (bad.error, good.text, len(server.requests)) == ("HTTP 400: scripted 400", "echo: good", 2)


@pytest.mark.parametrize("status", ["401", "404"])
def test_a_wrong_key_or_model_ends_the_run_after_few_requests(status: str) -> None:
    questions = [f"q{i}" for i in range(40)]
    with Server({q: [status] * 5 for q in questions}) as server:
        replies = at(server, concurrency=2).ask_many(questions)
    assert {r.error for r in replies} == {f"HTTP {status}: scripted {status}"}
    assert len(server.requests) <= 4


def test_nobody_listening_is_said_once_for_each_and_quickly() -> None:
    with Server() as server:
        pass
    start = time.perf_counter()
    replies = load(f"openai:m@{server.url}", cache=False, retries=4).ask_many([f"q{i}" for i in range(50)])
    assert {r.error for r in replies} == {f"cannot connect to {server.url}: is the server running, and is the URL right?"}
    assert time.perf_counter() - start < 5


def test_retry_after_is_obeyed() -> None:
    with Server({"a": ["429"]}, retry_after="0.4") as server:
        start = time.perf_counter()
        assert at(server).ask("a").text == "echo: a"
    assert time.perf_counter() - start >= 0.4


def test_too_long_a_retry_after_is_not_waited_for() -> None:
    with Server({"a": ["429"]}, retry_after="3600") as server:
        assert at(server).ask("a").error == "HTTP 429: scripted 429"


def test_no_more_requests_at_once_than_asked_for() -> None:
    with Server(delay=0.02) as server:
        at(server, concurrency=3).ask_many([str(i) for i in range(12)])
    assert server.most_busy == 3


def test_tokens_and_dollars_come_from_usage_and_the_price_list() -> None:
    with Server({"a": [completion("x", tokens=(1000, 500))]}) as server:
        reply = at(server, "gpt-4o-mini").ask("a")
        known = price("gpt-4o-mini")
        assert (reply.tokens_in, reply.tokens_out) == (1000, 500)
        assert reply.usd == pytest.approx((1000 * known["in"] + 500 * known["out"]) / 1e6)
        assert at(server, "llama3").ask("a").usd == 0.0


def test_an_unlisted_hosted_model_costs_nan_not_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    provider = load("openai:new-model@https://example.invalid/v1", cache=False).provider
    assert math.isnan(provider._usd(10, 10))


def test_tool_calls_come_as_data_and_go_out_with_ids() -> None:
    calls = [{"id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}]
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    asked = {"type": "function", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}
    said = {"role": "assistant", "content": "", "tool_calls": [asked]}
    with Server({"a": [completion("", tool_calls=calls)]}) as server:
        model = at(server)
        assert model.ask("a", tools=tools).tool_calls == ({"name": "weather", "arguments": {"city": "Oslo"}},)
        model.ask([{"role": "user", "content": "a"}, said, {"role": "tool", "content": "rain"}])
    sent = server.requests[-1]["messages"]
    assert sent[2]["tool_call_id"] == sent[1]["tool_calls"][0]["id"]
    assert sent[1]["tool_calls"][0]["function"]["arguments"] == '{"city": "Oslo"}'
    assert server.requests[0]["tools"] == tools


def test_the_calls_of_a_reply_go_back_as_they_came() -> None:
    texts = ['{"city": "Oslo"}', "{broken"]
    calls = [{"id": f"c{n}", "type": "function", "function": {"name": "weather", "arguments": text}} for n, text in enumerate(texts)]
    with Server({"a": [completion("", tool_calls=calls)]}) as server:
        model = at(server)
        turns = [{"role": "assistant", "content": "", "tool_calls": model.ask("a").tool_calls}]
        turns += [{"role": "tool", "content": "rain"}, {"role": "tool", "content": "not JSON"}]
        assert model.ask([{"role": "user", "content": "a"}, *turns]).error is None
    said, *results = server.requests[-1]["messages"][1:]
    assert [call["function"]["arguments"] for call in said["tool_calls"]] == texts
    assert [call["id"] for call in said["tool_calls"]] == [result["tool_call_id"] for result in results]


def test_a_reply_without_calls_sends_no_empty_list_of_them() -> None:
    with Server() as server:
        reply = at(server).ask("a")
        turn = {"role": "assistant", "content": reply.text, "tool_calls": reply.tool_calls}
        at(server).ask([{"role": "user", "content": "a"}, turn, {"role": "user", "content": "b"}])
    assert "tool_calls" not in server.requests[-1]["messages"][1]


def test_a_missing_key_is_named() -> None:
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        load("openai:gpt-4o-mini")


def test_a_key_in_the_base_url_is_refused() -> None:
    with pytest.raises(ModelError, match="plain"):
        load("openai:m@http://user:secret@localhost:1/v1")


def test_neither_key_nor_header_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_API_KEY", "very-secret-1234\r\n")  # as from a file with Windows line ends
    with Server({"b": ["leak"]}) as server:
        replies = at(server, cache=tmp_path / "r.sqlite").ask_many(["a", "b"])
    assert server.headers[0]["authorization"] == "Bearer very-secret-1234"
    assert all(b"secret" not in file.read_bytes() for file in tmp_path.iterdir())
    assert replies[1].error == "HTTP 400: cannot use Bearer <key>"


@pytest.mark.parametrize("key", ["gsk_ключ1234", "two words", "one\nline", "tab\there"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ModelError, match="OPENAI_API_KEY cannot be a key: it holds a blank") as refused:
        load("openai:gpt-4o-mini")
    assert key not in str(refused.value)


def test_a_server_on_this_machine_does_not_get_the_key_of_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real")
    with Server() as server:
        at(server).ask("a")
    assert server.headers[0]["authorization"] == "Bearer none"


def test_a_key_does_not_travel_unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real")
    with pytest.raises(ModelError, match=r"http://example\.invalid/v1 is not encrypted.*use https://, or set OPENAI_API_KEY=none"):
        load("openai:m@http://example.invalid/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    assert load("openai:m@http://example.invalid/v1", cache=False).name == "m"


@pytest.mark.parametrize(("spec", "meant"), [
    ("llama3@localhost:11434/v1", "llama3@http://localhost:11434/v1"), ("llama3@localhost", "llama3@http://localhost"),
    ("m@127.0.0.1:8000", "m@http://127.0.0.1:8000"), ("m@api.groq.com/openai/v1", "m@https://api.groq.com/openai/v1"),
    ("m@ftp://host/v1", "m@https://host/v1"),
])  # fmt: skip
def test_a_server_without_its_scheme_is_not_taken_for_a_name(spec: str, meant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real")
    with pytest.raises(ModelError, match=f"write openai:{meant}$"):
        load(f"openai:{spec}")


def test_a_name_may_hold_an_at_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real")
    for name in ("@cf/meta/llama-3", "workers-ai/@cf/meta/llama-3", "claude@20240620"):
        assert load(f"openai:{name}@https://example.invalid/v1", cache=False).name == name


@pytest.mark.parametrize(("finish", "why"), [
    ("length", "cut at max_tokens=16 before any text: raise it"), ("content_filter", "the server's content filter left no text"),
])  # fmt: skip
def test_a_reply_cut_before_any_text_failed_and_is_neither_kept_nor_tried_again(finish: str, why: str, tmp_path: Path) -> None:
    cut = completion("", tokens=(1000, 16))
    cut["choices"][0]["finish_reason"] = finish
    with Server({"a": [cut]}) as server:
        model = at(server, "gpt-4o-mini", cache=tmp_path / "r.sqlite")
        first = model.ask("a", max_tokens=16)
        assert (first.text, first.tokens_in, first.tokens_out, len(server.requests)) == ("", 1000, 16, 1)
        assert first.error.startswith(why)
        assert first.final
        assert first.usd > 0
        assert model.ask("a", max_tokens=16).text == "echo: a"


def test_a_request_that_cannot_be_made_is_not_called_a_bad_response() -> None:
    with Server() as server:
        reply = at(server).ask("\ud800")
    assert reply.error.startswith("UnicodeEncodeError")
    assert "tried" not in reply.error


def test_failed_replies_are_asked_again_and_answered_ones_are_free(tmp_path: Path) -> None:
    with Server({"b": ["400"]}) as server:
        model = at(server, cache=tmp_path / "r.sqlite")
        first, second = model.ask_many(["a", "b"]), model.ask_many(["a", "b"])
        assert [r.cached for r in second] == [True, False]
        assert (first[1].error is None, second[1].text, len(server.requests)) == (False, "echo: b", 3)
        assert isinstance(second[0], Reply)


SCRIPT = """
import sys
from helpers.models import load
model = load(sys.argv[1], cache=sys.argv[2], concurrency=2)
print(sum(reply.error is None for reply in model.ask_many([f"q{i}" for i in range(40)])))
"""


def test_after_kill_9_half_way_the_rerun_pays_only_for_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "r.sqlite"
    with Server(delay=0.03) as server:
        command = [sys.executable, "-c", SCRIPT, f"openai:m@{server.url}", str(file)]
        process = subprocess.Popen(command, cwd=Path(__file__).parent.parent, env={**os.environ, "PYTHONPATH": ""})
        deadline = time.monotonic() + 30
        while len(server.requests) < 20 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        time.sleep(0.1)
        before, kept = len(server.requests), _rows(file)
        done = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "40"
        assert 20 <= before < 40
        assert before - kept <= 6  # at most what was under way
        assert len(server.requests) - before == 40 - kept


def _rows(file: Path) -> int:
    db = sqlite3.connect(file)
    try:
        return db.execute("select count(*) from replies").fetchone()[0]
    finally:
        db.close()
