"""Recordings: a lesson's model answers from a file; what is not in there is asked live, or the run stops and says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from servers import Server
from tiny import tiny_causal

from helpers import methods, places, runs, shrink, tuning
from helpers.models import Model, ModelError, load
from helpers.models.recordings import RECORD, Recording, conversation_key, place, read, read_part, weights
from helpers.models.replay import NOTES, STRICT
from helpers.models.replay import sample as drawn
from helpers.models.reply import Reply, Settings
from helpers.tasks import load_task
from helpers.workbook.asking_again import again, verdict

MODELS = places.models()  # the tests have a home of their own; a conversion of half a minute is not repeated there


@pytest.fixture(autouse=True)
def own_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder of recordings."""
    monkeypatch.setenv("LADDER_RECORDINGS", str(tmp_path / "recordings"))


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    return f"hf:{tiny_causal(tmp_path)}"


def about(model: Model, **changes: object) -> dict:
    named = {"name": model.name, "about": model.about, "fingerprint": weights(model), "context": model.context}
    return {**named, "parameters": model.parameters, "date": "2026-11-28", **changes}


def recorded(spec: str, texts: dict[str, str], **changes: object) -> Path:
    """A recording of lesson 01 in which the model replied so to these questions, asked with max_tokens=4."""
    replies = {
        conversation_key([{"role": "user", "content": ask}], Settings(4)): Reply(text, 3, 2, 0.5, 0.0) for ask, text in texts.items()
    }
    return Recording("01", about(load(spec, cache=False), **changes), replies).write(place("01", spec))


def order(monkeypatch: pytest.MonkeyPatch, spec: str, part: Path, *, fresh: bool = False) -> None:
    monkeypatch.setenv(RECORD, json.dumps({"lesson": "01", "spec": spec, "part": str(part), "fresh": fresh}))


def test_what_was_recorded_is_not_asked(tiny: str) -> None:
    recorded(tiny, {"Good soup?": "a recorded reply"})
    reply = load(tiny, recorded="01").ask("Good soup?", max_tokens=4)
    assert (reply.text, reply.tokens_in, reply.seconds) == ("a recorded reply", 3, 0.5)


def test_the_rest_is_asked_live_and_said(tiny: str, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_PROGRESS", "on")
    recorded(tiny, {"Good soup?": "a recorded reply"})
    asked = ["Bad soup?", "Good soup?", "No soup?"]
    replies = load(tiny, recorded="01", cache=False).ask_many(asked, max_tokens=4)
    live = load(tiny, cache=False).ask_many(asked, max_tokens=4)
    assert [reply.text for reply in replies] == [live[0].text, "a recorded reply", live[2].text]
    assert "2 replies of hf:" in capsys.readouterr().err


def test_other_settings_are_another_conversation() -> None:
    chat = [{"role": "user", "content": "Soup?"}]
    keys = {conversation_key(chat, settings) for settings in (Settings(4), Settings(5), Settings(4, 0.7), Settings(4, 0.7, 1))}
    assert len(keys) == 4
    assert conversation_key(chat, Settings(4, 0.0, 0)) == conversation_key(chat, Settings(4, 0.0, 1))


def test_a_model_that_is_not_at_hand_answers_from_its_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    spec = "openai:gpt-4o-mini"
    head = {
        "name": "gpt-4o-mini",
        "about": "gpt-4o-mini",
        "fingerprint": "gpt-4o-mini",
        "context": 128_000,
        "parameters": None,
        "date": "2026-11-28",
    }
    key = conversation_key([{"role": "user", "content": "Soup?"}], Settings(4))
    Recording("01", head, {key: Reply("Soup.", 5, 2, 0.4, 0.001)}).write(place("01", spec))
    model = load(spec, recorded="01")
    assert (model.ask("Soup?", max_tokens=4).text, model.recorded) == ("Soup.", "2026-11-28")
    with pytest.raises(
        ModelError, match=r"1 replies of openai:gpt-4o-mini .*OPENAI_API_KEY.*`ladder record 01 --model openai:gpt-4o-mini`"
    ):
        model.ask("Bread?", max_tokens=4)


def test_under_the_tests_a_missing_reply_is_an_error(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(tiny, {"Good soup?": "a recorded reply"})
    monkeypatch.setenv(STRICT, "1")
    with pytest.raises(ModelError, match=r"not in the recording of lesson 01: 1 replies .*`ladder record 01"):
        load(tiny, recorded="01").ask("Bad soup?", max_tokens=4)


def test_a_recording_of_other_weights_is_refused(tiny: str) -> None:
    recorded(tiny, {"Good soup?": "a recorded reply"}, fingerprint="0" * 64)
    with pytest.raises(ModelError, match=r"other weights of .*--fresh"):
        load(tiny, recorded="01")


def test_a_damaged_recording_says_what_mends_it(tiny: str) -> None:
    path = recorded(tiny, {"Good soup?": "a recorded reply"})
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(ModelError, match=r"is damaged .*git checkout data/recordings"):
        load(tiny, recorded="01")


def test_without_a_recording_the_model_is_asked(tiny: str) -> None:
    model = load(tiny, recorded="01", cache=False)
    assert (model.recorded, model.ask("Soup?", max_tokens=4).tokens_out > 0) == ("", True)


def test_a_recording_is_sorted_and_comes_back_as_it_was(tiny: str) -> None:
    path = recorded(tiny, {"b": "zwei", "a": "eins", "c": "drei\u2028vier"})
    lines = path.read_text(encoding="utf-8").split("\n")[1:-1]
    assert lines == sorted(lines)
    assert len(lines) == 3
    recording = read("01", tiny)
    assert recording.write(path).read_text(encoding="utf-8").split("\n")[1:-1] == lines
    assert {reply.text for reply in recording.replies.values()} == {"eins", "zwei", "drei\u2028vier"}


def test_a_file_name_holds_neither_server_nor_path(tmp_path: Path, tiny: str) -> None:
    assert place("01", "openai:org/Llama-3@https://a.example/v1").name == "openai-org-llama-3.jsonl"
    assert place("01", tiny).name == "hf-causal.jsonl"
    with pytest.raises(ModelError, match="number of a lesson"):
        place("../etc", "smollm2")


def test_recording_writes_each_reply_as_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = tmp_path / "part.jsonl"
    with Server() as server:
        spec = f"openai:echo@{server.url}"
        order(monkeypatch, spec, part)
        load(spec, recorded="01").ask_many(["one", "two", "one"])
        with part.open("a", encoding="utf-8") as file:
            file.write('{"key": "half a li')  # as a kill leaves it
        replies = load(spec, recorded="01").ask_many(["one", "two", "three"])
        asked = sorted(request["messages"][-1]["content"] for request in server.requests)
    assert asked == ["one", "three", "two"]
    assert [reply.text for reply in replies] == ["echo: one", "echo: two", "echo: three"]
    assert len(read_part(part)) == 3


def test_recording_afresh_asks_again(tmp_path: Path, tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(tiny, {"Good soup?": "a recorded reply"})
    order(monkeypatch, tiny, tmp_path / "more.jsonl")
    assert load(tiny, recorded="01").ask("Good soup?", max_tokens=4).text == "a recorded reply"
    order(monkeypatch, tiny, tmp_path / "fresh.jsonl", fresh=True)
    assert load(tiny, recorded="01").ask("Good soup?", max_tokens=4).text != "a recorded reply"


def test_a_failed_reply_is_not_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = tmp_path / "part.jsonl"
    with Server({"one": ["500"] * 9}) as server:
        spec = f"openai:echo@{server.url}"
        order(monkeypatch, spec, part)
        replies = load(spec, recorded="01", retries=1).ask_many(["one", "two"])
    assert [bool(reply.error) for reply in replies] == [True, False]
    assert [reply.text for reply in read_part(part).values()] == ["echo: two"]


def test_another_model_of_the_same_lesson_is_not_recorded(tmp_path: Path, tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    order(monkeypatch, "smollm2", tmp_path / "part.jsonl")
    load(tiny, recorded="01").ask("Good soup?", max_tokens=4)
    assert not (tmp_path / "part.jsonl").exists()


def test_what_a_lesson_asks_is_noted_for_the_check(tmp_path: Path, tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(tiny, {"a": "1", "b": "2", "c": "3"})
    monkeypatch.setenv(NOTES, json.dumps({"folder": str(tmp_path), "sample": 2}))
    load(tiny, recorded="01").ask_many(["a", "b", "c"], max_tokens=4)
    [notes] = tmp_path.glob("01-*.jsonl")
    rows = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    assert (len(rows), sum("messages" in row for row in rows)) == (3, 2)


def test_a_run_says_that_it_was_recorded(tiny: str) -> None:
    task = load_task("reviews")
    method = methods.prompt("{input}", name="bare", max_tokens=4)
    keys = [conversation_key(method.messages(row), Settings(4)) for row in task["dev"].to_list()[:2]]
    Recording("01", about(load(tiny)), {key: Reply("positive", 3, 1, 0.5, 0.0) for key in keys}).write(place("01", tiny))
    run = runs.run(method, task, load(tiny, recorded="01"), limit=2)
    assert "recorded 2026-11-28" in repr(run)
    assert (run.summary()["recorded"], run.summary()["seconds"]) == ("2026-11-28", 0.5)


@pytest.fixture
def sample(tmp_path: Path, tiny: str, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Records true replies of the tiny model, lets `change` spoil them, replays all, and returns what asking again says."""

    def make(change: Callable[[Recording], Recording], asked: int = 30) -> list:
        model, questions = load(tiny, cache=False), [f"question {n}" for n in range(30)]
        texts = dict(zip(questions, model.ask_many(questions, max_tokens=4), strict=True))
        replies = {conversation_key([{"role": "user", "content": ask}], Settings(4)): reply for ask, reply in texts.items()}
        change(Recording("01", about(model), replies)).write(place("01", tiny))
        (tmp_path / "notes").mkdir()
        monkeypatch.setenv(NOTES, json.dumps({"folder": str(tmp_path / "notes"), "sample": 20}))
        load(tiny, recorded="01").ask_many(questions[:asked], max_tokens=4)
        return again(tmp_path / "notes")

    return make


def spoiled(count: int) -> Callable[[Recording], Recording]:
    """Another text in `count` of the replies that are asked again."""

    def change(recording: Recording) -> Recording:
        keys = sorted(drawn(recording, 20))[:count]
        other = {key: Reply("not what it said", 1, 1, 0.1, 0.0) for key in keys}
        return Recording(recording.lesson, recording.about, {**recording.replies, **other})

    return change


@pytest.mark.parametrize(("wrong", "holds"), [(0, True), (1, True), (2, False), (4, False)])
def test_one_in_twenty_may_differ(sample: Callable, wrong: int, holds: bool) -> None:
    [result] = sample(spoiled(wrong))
    assert (result.asked, len(result.differing)) == (20, wrong)
    assert (verdict([result]) == []) is holds
    assert all("recorded 'not what it said', now" in line for line in result.differing)


def test_a_reply_that_no_lesson_asks_for_breaks_the_recording(sample: Callable) -> None:
    [result] = sample(lambda recording: recording, asked=28)
    assert "asks no more for 2 of its 30 replies; ladder record 01" in result.broken[0]


def test_a_rounded_model_has_replies_of_its_own_in_the_same_recording(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = [{"role": "user", "content": "Soup?"}]
    keys = [conversation_key(chat, Settings(4), change) for change in (None, {"bits": 2, "group": 0})]
    texts = dict(zip(keys, ("plain", "rounded"), strict=True))
    replies = {key: Reply(text, 3, 1, 0.5, 0.0) for key, text in texts.items()}
    Recording("01", about(load(tiny)), replies).write(place("01", tiny))
    model = load(tiny, recorded="01")
    assert [one.ask("Soup?", max_tokens=4).text for one in (model, shrink.rounded(model, 2))] == ["plain", "rounded"]
    monkeypatch.setenv(STRICT, "1")
    with pytest.raises(ModelError, match="not in the recording of lesson 01: 1 replies"):
        shrink.rounded(model, 3).ask("Soup?", max_tokens=4)


def test_the_replies_of_a_rounded_model_are_recorded_and_asked_again(tmp_path: Path, tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    order(monkeypatch, tiny, tmp_path / "part.jsonl")
    live = shrink.rounded(load(tiny, cache=False), 2).ask("Soup?", max_tokens=4).text
    assert shrink.rounded(load(tiny, recorded="01"), 2).ask("Soup?", max_tokens=4).text == live
    monkeypatch.delenv(RECORD)
    [(key, reply)] = read_part(tmp_path / "part.jsonl").items()
    spoilt = {key: reply, conversation_key([{"role": "user", "content": "Bread?"}], Settings(4), {"bits": 2, "group": 0}): reply}
    Recording("01", about(load(tiny)), spoilt).write(place("01", tiny))
    (tmp_path / "notes").mkdir()
    monkeypatch.setenv(NOTES, json.dumps({"folder": str(tmp_path / "notes"), "sample": 20}))
    shrink.rounded(load(tiny, recorded="01"), 2).ask_many(["Soup?", "Bread?"], max_tokens=4)
    [result] = again(tmp_path / "notes")
    assert (result.asked, len(result.differing), reply.text) == (2, 1, live)


SHIPPED = places.data("recordings")


def test_the_shipped_recordings_hold_no_path_and_fit_in_fifteen_megabytes() -> None:
    files = [file for file in SHIPPED.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 15e6
    texts = [file.read_text(encoding="utf-8") for file in files if file.suffix in (".json", ".jsonl")]
    assert [text[:80] for text in texts if "/home/" in text or "/tmp/" in text or re.search(r"\bsk-", text)] == []  # not "Mask-"


def test_the_shipped_adapter_answers_as_it_was_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_RECORDINGS", str(SHIPPED))
    monkeypatch.setenv("LADDER_MODELS", str(MODELS))
    done, recorded_dev = tuning.read_recorded("13/abstracts-smollm2"), tuning.recorded_run("13/abstracts-smollm2", "dev")
    assert (done.base, done.settings["rank"], len(recorded_dev.table)) == ("smollm2", 8, 80)
    if not (MODELS / "smollm2-135m-instruct-fp16-b179c952" / "sizes.json").exists():
        pytest.skip("SmolLM2 is not converted here: ladder run 01 -p model=smollm2 does that")
    rows = recorded_dev.table.head(6)
    replies = done.model().ask_many(list(rows["messages"]), max_tokens=48)
    assert sum(reply.text == then for reply, then in zip(replies, rows["reply"], strict=True)) >= 5
