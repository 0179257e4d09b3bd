"""What real servers do, one trap a test: over HTTP, with the real openai client, against servers that do exactly that."""

from __future__ import annotations

import time
import warnings

import pytest
from real_servers import RealServer, gemini, gemma, mistral_on_vllm, ollama_thinker, openai_reasoner, refusal, response, tgi

from helpers.models import ModelError, load, retry
from helpers.models.hosted import price, thinks
from helpers.models.messages import split_thought, thinking_room

CHAT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi!"}]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.01)
    monkeypatch.setattr("helpers.models.dialect._dialects", {})
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "LADDER_API_KEY", "LADDER_THINKING_TOKENS"):
        monkeypatch.delenv(name, raising=False)


def at(server: RealServer, name: str = "m", *, url: str = "", **options: object):
    return load(f"openai:{name}@{url or server.url}", **{"cache": False, "timeout": 5.0, "retries": 1, "concurrency": 2, **options})


def always(answer: object, status: int = 200):
    return lambda body: (status, answer)


def without(name: str, text: str, **fields: object):
    """A server that refuses one parameter, with a text."""
    return lambda body: refusal(text, **fields) if name in body else (200, response("yes"))


# --- what the server refuses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{"param": "temperature", "code": "unsupported_value"}, {}])
def test_a_temperature_that_is_refused_is_left_out_remembered_and_said_once(fields: dict) -> None:
    act = without("temperature", "Unsupported value: 'temperature' does not support 0.0 with this model.", **fields)
    with RealServer(act) as server:
        with pytest.warns(UserWarning, match="m takes no temperature: it answers at its own, so its replies may differ") as notes:
            replies = at(server).ask_many([f"q{i}" for i in range(20)])
        later = at(server).ask("again")  # another load of the same model: nothing is refused, and nothing said, again
    assert {(r.text, r.error, r.changes) for r in [*replies, later]} == {("yes", None, ("temperature=default",))}
    assert (len(notes), sum("temperature" in body for body in server.requests)) == (1, 2)  # one for each that went out at once


def test_a_temperature_of_zero_alone_is_left_out_where_it_must_be_positive() -> None:
    with RealServer(tgi) as server:
        model = at(server)
        with pytest.warns(UserWarning, match="m takes no temperature of 0"):
            assert model.ask("a").changes == ("temperature=default",)
        assert (model.ask("a", temperature=0.7).changes, server.requests[-1]["temperature"]) == ((), 0.7)


def test_a_temperature_out_of_range_is_the_askers_error() -> None:
    with RealServer(without("temperature", "temperature must be between 0 and 2", param="temperature")) as server:
        assert at(server).ask("a", temperature=3.0).error == "HTTP 400: temperature must be between 0 and 2"
    assert len(server.requests) == 1


@pytest.mark.parametrize("fields", [{"param": "max_tokens", "code": "unsupported_parameter"}, {"code": "invalid_request_body"}])
def test_max_tokens_goes_out_under_its_other_name_to_any_host_that_asks_for_it(fields: dict) -> None:
    text = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    with RealServer(without("max_tokens", text, **fields)) as server:
        assert [r.text for r in at(server, concurrency=1).ask_many(["a", "b", "c"], max_tokens=9)] == ["yes"] * 3
    assert [body.get("max_completion_tokens") for body in server.requests] == [None, 9, 9, 9]


def test_a_prompt_that_is_too_long_is_not_taken_for_a_refused_name() -> None:
    text = "'max_tokens' or 'max_completion_tokens' is too large: 64. This model's maximum context length is 8 tokens, not supported."
    with RealServer(always(refusal(text, param="max_tokens")[1], 400)) as server:
        assert at(server).ask("a").error == f"HTTP 400: {text}"
    assert len(server.requests) == 1


def test_a_reasoning_model_of_openai_is_asked_as_it_wants_and_gets_room_to_think() -> None:
    with (
        RealServer(openai_reasoner) as server,
        pytest.warns(UserWarning, match="m takes no temperature|m thinks .* write 2048 tokens more"),
    ):
        first, second = at(server, concurrency=1).ask_many(["a", "b"], max_tokens=8)
    assert (first.text, first.error, first.tokens_out, first.finish) == ("positive", None, 130, "stop")
    assert second.changes == ("temperature=default", "max_tokens=+2048")
    assert [body.get("max_completion_tokens") for body in server.requests] == [None, 8, 8, 2056, 2056]


def test_a_seed_that_is_refused_in_a_list_of_errors_is_left_out() -> None:
    with RealServer(gemini) as server, pytest.warns(UserWarning, match="m takes no seed"):
        reply = at(server).ask("a", temperature=1.0, seed=3)
    assert (reply.text, reply.changes) == ("yes", ("seed=default",))
    assert (reply.tokens_in, reply.tokens_out) == (21, 61)  # thoughts are in the total only


@pytest.mark.parametrize("answer", [
    (400, {"object": "error", "message": "System role not supported", "code": 400}),  # vLLM
    (500, {"error": {"code": 500, "message": "System role not supported"}}),  # llama.cpp, SGLang
    refusal("Unsupported value: 'messages[0].role' does not support 'system' with this model.", param="messages[0].role"),  # o1-mini
    (400, [{"error": {"code": 400, "message": "Developer instruction is not enabled for models/gemma-3-1b-it"}}]),  # Gemini
    refusal("Conversation roles must alternate user/assistant/user/assistant/..."),  # Mistral
])  # fmt: skip
def test_a_system_turn_that_is_refused_opens_the_first_question(answer: tuple[int, object]) -> None:
    with RealServer(lambda body: answer if body["messages"][0]["role"] == "system" else gemma(body)) as server:
        with pytest.warns(UserWarning, match="m knows no system turn: that text goes before the first question") as notes:
            replies = at(server, retries=0).ask_many([CHAT, [*CHAT, {"role": "assistant", "content": "Hi."}, CHAT[1]]])
        plain = at(server).ask("Hi!")
    assert [(r.text, r.error, r.changes) for r in replies] == [("echo: Be brief.\n\nHi!", None, ("system=user",))] * 2
    assert (plain.text, plain.changes, len(notes)) == ("echo: Hi!", (), 1)


QUIET = [CHAT[1], {"role": "assistant", "content": ""}, {"role": "user", "content": "Hello?"}]


def test_an_empty_answer_that_is_refused_in_a_conversation_gets_words_and_keeps_its_place() -> None:
    with RealServer(mistral_on_vllm) as server:
        with pytest.warns(UserWarning, match=r"m takes no empty turn in a conversation: where an answer was empty, it reads \(no") as notes:
            replies = at(server, concurrency=1).ask_many([QUIET, [*QUIET, {"role": "assistant", "content": None}, CHAT[1]]])
        plain = at(server).ask(CHAT)
    assert [(r.text, r.error, r.changes) for r in replies] == [("yes", None, ("empty=no answer",))] * 2
    assert (plain.changes, len(notes)) == ((), 1)
    sent = [turn["content"] for body in server.requests[1:] for turn in body["messages"] if turn["role"] == "assistant"]
    assert sent == ["(no answer)"] * 3


@pytest.mark.parametrize("text", [
    "Assistant message must have either content or tool_calls, but not none.",  # Mistral
    "Assistant message must contain either 'content' or 'tool_calls'!",  # llama.cpp
    "messages.1: all messages must have non-empty content except for the optional final assistant message",  # Anthropic
])  # fmt: skip
def test_other_servers_say_otherwise_that_an_empty_turn_is_refused(text: str) -> None:
    def act(body: dict) -> tuple[int, object]:
        return (200, response("yes")) if body["messages"][1]["content"] else refusal(text)

    with RealServer(act) as server, pytest.warns(UserWarning, match="m takes no empty turn"):
        assert at(server).ask(QUIET).text == "yes"
    assert len(server.requests) == 2


def test_an_empty_turn_stays_as_it_is_where_it_is_taken_and_a_tool_call_is_none() -> None:
    call = {"role": "assistant", "content": "", "tool_calls": [{"name": "now", "arguments": {}}]}
    called = [CHAT[1], call, {"role": "tool", "content": "9"}]
    with RealServer(always(response("yes"))) as server:
        assert [reply.changes for reply in at(server).ask_many([QUIET, called])] == [(), ()]
    assert [body["messages"][1]["content"] for body in server.requests] == ["", ""]
    with RealServer(always(refusal("Invalid assistant message")[1], 400)) as server:
        assert at(server).ask(called).error == "HTTP 400: Invalid assistant message"
    assert len(server.requests) == 1


def test_a_refusal_that_leaving_out_does_not_mend_is_told_and_not_remembered() -> None:
    with RealServer(always(refusal("temperature and weather are not supported topics")[1], 400)) as server:
        assert at(server).ask("a").error == "HTTP 400: temperature and weather are not supported topics"
        at(server).ask("b")
    assert ["temperature" in body for body in server.requests] == [True, False, True, False]


# --- thoughts ----------------------------------------------------------------------------------------------------------


def test_a_thought_without_an_answer_is_asked_again_with_room_and_paid_for() -> None:
    with RealServer(ollama_thinker) as server, pytest.warns(UserWarning, match="thinks before it answers"):
        reply = at(server, "gpt-4o-mini").ask("a", max_tokens=8)
    assert (reply.text, reply.thought, reply.tokens_out) == ("positive", "The user asks for a label.", 60)
    assert reply.usd == pytest.approx((2 * 7 * price("gpt-4o-mini")["in"] + 68 * price("gpt-4o-mini")["out"]) / 1e6)


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
@pytest.mark.parametrize(("finish", "why"), [("stop", "the model only thought and gave no answer"), ("length", "cut at 2112 tokens")])
def test_a_model_that_only_thinks_failed_and_the_error_says_what_to_raise(field: str, finish: str, why: str) -> None:
    with RealServer(always(response("", finish=finish, **{field: "Hmm."}))) as server, pytest.warns(UserWarning, match="thinks"):
        reply = at(server).ask("a")
    assert reply.error.startswith(why)
    assert reply.error.endswith(": raise max_tokens, or set LADDER_THINKING_TOKENS to more than 2048")
    assert (reply.text, reply.thought, reply.tokens_out) == ("", "Hmm.", 3)


@pytest.mark.parametrize("name", ["qwq:32b", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"])
def test_a_model_known_to_think_has_room_from_the_start(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_THINKING_TOKENS", "500")
    with RealServer(ollama_thinker) as server, pytest.warns(UserWarning, match=f"{name} thinks before it answers: it may write 500"):
        assert at(server, name).ask("a", max_tokens=8).changes == ("max_tokens=+500",)
    assert [body["max_tokens"] for body in server.requests] == [508]


def test_no_room_is_made_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_THINKING_TOKENS", "0")
    with RealServer(ollama_thinker) as server:
        reply = at(server).ask("a", max_tokens=8)
    assert (reply.error.split(":")[0], reply.changes, len(server.requests)) == ("the model only thought and gave no answer", (), 1)


def test_a_setting_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LADDER_THINKING_TOKENS", "many")
    with pytest.raises(ModelError, match="LADDER_THINKING_TOKENS='many': it is a number of tokens, 0 or more, like 2048"):
        thinking_room()


def test_a_model_that_thinks_gets_more_time() -> None:
    def slow(body: dict) -> tuple[int, object]:
        time.sleep(0.5)
        return 200, response("yes")

    with RealServer(slow) as server, pytest.warns(UserWarning, match="thinks"):
        patient, hasty = (at(server, name, timeout=0.2, retries=0).ask("a") for name in ("qwq", "m"))
    assert (patient.text, hasty.error) == ("yes", "timeout: no answer in time")


@pytest.mark.parametrize(("text", "parts"), [
    ("<think>\nTwo and two.\n</think>\n\n4", ("4", "Two and two.", True)), ("[THINK]a[/THINK]4", ("4", "a", True)),
    ("<think>\n\n</think>\n\n4", ("4", "", True)), ("Two and two.</think>4", ("4", "Two and two.", True)),
    ("<think>Two and", ("", "Two and", False)), ("Write <think> and </think>.", ("Write <think> and </think>.", "", True)),
    (" 4\n", (" 4\n", "", True)),
])  # fmt: skip
def test_a_thought_in_the_text_is_cut_from_the_answer(text: str, parts: tuple) -> None:
    assert split_thought(text) == parts
    with warnings.catch_warnings(), RealServer(always(response(text, tokens=50))) as server:
        warnings.simplefilter("ignore")
        reply = at(server).ask("a")
    assert (reply.text, reply.thought, reply.tokens_out) == (parts[0], parts[1], 50)
    assert (reply.error is None) == parts[2]


# --- other shapes of a response ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("usage", [{"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, {}])
@pytest.mark.parametrize("content", [None, ""])
def test_no_content_and_no_token_is_an_error(content: str | None, usage: dict) -> None:
    with RealServer(always(response(content, usage=usage))) as server:
        reply = at(server).ask("a")
    assert (reply.text, reply.error.split(":")[0]) == ("", "an empty answer")


def test_an_answer_of_one_end_token_may_be_empty() -> None:
    with RealServer(always(response("", tokens=1))) as server:
        assert at(server).ask("a").error is None


@pytest.mark.parametrize("parts", [
    [{"type": "text", "text": "posi"}, {"type": "text", "text": "tive"}],
    [{"type": "thinking", "thinking": [{"type": "text", "text": "Hmm."}]}, {"type": "text", "text": "positive"}], ["positive"],
])  # fmt: skip
def test_content_in_parts_is_their_text(parts: list) -> None:
    with warnings.catch_warnings(), RealServer(always(response(parts))) as server:
        warnings.simplefilter("ignore")
        reply = at(server).ask("a")
    assert (reply.text, reply.error, reply.thought) == ("positive", None, "Hmm." if "thinking" in parts[0] else "")


def test_a_missing_usage_finish_and_refusal_are_no_failure() -> None:
    with RealServer(always({"choices": [{"message": {"content": None, "refusal": "I cannot."}, "finish_reason": None}]})) as server:
        reply = at(server).ask("a")
    assert (reply.text, reply.error, reply.finish, reply.tokens_out) == ("I cannot.", None, "", 3)


def test_arguments_of_a_tool_call_may_come_as_an_object() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}
    with RealServer(always(response(None, finish="tool_calls", tool_calls=[call]))) as server:
        reply = at(server).ask("a")
    assert (reply.tool_calls, reply.finish, reply.error) == (({"name": "weather", "arguments": {"city": "Oslo"}},), "tool_calls", None)


UPSTREAM = {"message": "Provider returned error", "code": 502, "metadata": {"raw": "Too busy"}}


@pytest.mark.parametrize("answer", [
    {"id": "gen-1", "error": UPSTREAM}, {"choices": None, "usage": None, "error": UPSTREAM},
    {"choices": [{"message": {"content": ""}, "finish_reason": "error", "error": UPSTREAM}]},
])  # fmt: skip
def test_an_error_that_comes_with_status_200_is_tried_again_and_told(answer: dict) -> None:
    with RealServer(always(answer)) as server:
        reply = at(server).ask("a")
    assert reply.error == "an error instead of an answer: Provider returned error Too busy (tried 2 times)"
    assert len(server.requests) == 2


def test_a_bad_request_that_comes_with_status_200_is_not_tried_again() -> None:
    with RealServer(always({"error": {"message": "m is not a valid model ID", "code": 400}})) as server:
        assert at(server).ask("a").error == "an error instead of an answer: m is not a valid model ID"
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [{"choices": ["x"]}, {"choices": {"0": 1}}, {"choices": [{}]}])
def test_choices_of_another_shape_are_no_choice(answer: dict) -> None:
    with RealServer(always(answer)) as server:
        assert at(server).ask("a").error == "the response has no choice (tried 2 times)"


# --- base URLs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["/chat/completions", "/chat/completions/", "/"])
def test_a_base_url_that_goes_too_far_is_mended(ending: str) -> None:
    with RealServer(always(response("yes"))) as server:
        model = at(server, url=server.url + ending)
        assert (model.ask("a").text, model.fingerprint) == ("yes", server.url)


@pytest.mark.parametrize("lost", [
    (404, {"detail": "Not Found"}), (404, "404 page not found"), (405, {"detail": "Method Not Allowed"}),  # vLLM, Ollama, a web page
    (200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}), (200, "<html>"),  # LM Studio, Open WebUI
])  # fmt: skip
def test_a_base_url_that_lacks_v1_is_told_so(lost: tuple[int, object]) -> None:
    with RealServer(always(response("yes")), lost=lost) as server:
        errors = {r.error for r in at(server, url=server.root, retries=0).ask_many(["a"] * 20)}
    assert all(f"; does the base URL lack /v1? Try {server.root}/v1" in error for error in errors)
    assert len(server.requests) == 0  # none came to the right place


def test_a_wrong_model_is_not_blamed_on_the_url() -> None:
    with RealServer(always({"error": "model 'm' not found"}, 404), route="/chat/completions") as server:
        assert at(server, url=server.root).ask("a").error == "HTTP 404: model 'm' not found"
        assert at(server).ask("a").error == "HTTP 404: Not Found"  # has its /v1


# --- servers that fail all ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "why"), [(400, "HTTP 400: no"), (500, "HTTP 500: no (tried 2 times)")])
def test_when_the_first_requests_all_fail_alike_the_rest_is_not_sent(status: int, why: str) -> None:
    with RealServer(always({"error": {"message": "no"}}, status)) as server:
        replies = at(server, concurrency=4).ask_many([f"q{i}" for i in range(200)])
    assert len(server.requests) <= 2 * 8
    assert {r.error for r in replies} <= {why, f"{why}; the first 4 requests all failed so, and the rest were not sent"}


def test_one_answer_is_enough_to_go_on() -> None:
    with RealServer(lambda b: (200, response("yes")) if b["messages"][0]["content"] == "q0" else refusal("no")) as server:
        replies = at(server, concurrency=1).ask_many([f"q{i}" for i in range(20)])
    assert (len(server.requests), [r.error for r in replies]) == (20, [None, *["HTTP 400: no"] * 19])


def test_an_account_without_money_ends_the_run() -> None:
    with RealServer(always({"error": {"message": "Insufficient credits", "code": 402}}, 402)) as server:
        replies = at(server).ask_many([f"q{i}" for i in range(50)])
    assert {r.error for r in replies} == {"HTTP 402: Insufficient credits"}
    assert len(server.requests) <= 4


def test_a_server_without_encryption_is_told_from_none() -> None:
    with RealServer(always(response("yes"))) as server:
        secure = server.url.replace("http:", "https:")
        error = at(server, url=secure, retries=0).ask_many(["a"] * 9)[-1].error
    assert error.endswith("does it speak http:// only, or is its certificate not trusted?")


# --- what is known of a model ------------------------------------------------------------------------------------------


def test_who_thinks_is_known_by_how_the_name_begins() -> None:
    assert [thinks(name) for name in ("o3-mini", "openai/gpt-5-mini", "gpt-oss:20b")] == [True] * 3
    assert [thinks(name) for name in ("gpt-4o", "llama3", "solo1")] == [False] * 3
