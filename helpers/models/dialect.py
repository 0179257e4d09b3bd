"""What a server takes and what it refuses: learned from its refusals, remembered for each model, said once."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from threading import Lock

from helpers.models.hosted import thinks
from helpers.models.messages import fold_system, to_openai
from helpers.models.reply import Settings
from helpers.models.response import message, read_failure

__all__ = ["Dialect", "Form", "dialect_of"]

OPENAI = "https://api.openai.com/"
REFUSAL = re.compile(
    r"(not|n't|no) support|unsupported|invalid param|unrecognized|unknown|not (permitted|allowed)|cannot find|deprecated|may only be", re.I
)
TOO_LONG = re.compile(r"too (large|long)|context (length|window)|maximum (context|length)", re.I)
NOT_ZERO = re.compile(r"must be|should be|positive|greater than", re.I)
NO_SYSTEM = re.compile(
    r"system role|not support 'system'|system \w+ (is|are) not|developer instruction is not|roles must alternate|only user.{0,30}roles",
    re.I,
)
NO_EMPTY_TURN = re.compile(r"assistant message|non-?empty|(be|is) empty", re.I)
SILENT = "(no answer)"  # not left out: many templates want the turns to alternate
SENTENCES = {
    "temperature": "{} takes no temperature: it answers at its own, so its replies may differ from run to run",
    "zero": "{} takes no temperature of 0: it is asked without one",
    "seed": "{} takes no seed: its samples cannot be repeated",
    "system": "{} knows no system turn: that text goes before the first question",
    "empty": f"{{}} takes no empty turn in a conversation: where an answer was empty, it reads {SILENT}",
    "thinks": "{} thinks before it answers: it may write {} tokens more than max_tokens for that (LADDER_THINKING_TOKENS)",
}


@dataclass(frozen=True)
class Form:
    """How a request is written. `without`: what is left out, of "temperature", "zero" (a temperature of 0), "seed", "system", "empty" (an
    assistant's turn without content) and "max_tokens" or "max_completion_tokens"; `thinks`: there is room for a thought."""

    limits: tuple[str, ...] = ("max_tokens", "max_completion_tokens")
    without: frozenset[str] = frozenset()
    thinks: bool = False

    @property
    def limit(self) -> str:
        """The name under which max_tokens goes out."""
        return next(name for name in self.limits if name not in self.without)

    def request(self, name: str, messages: list[dict], settings: Settings, room: int) -> dict:
        """What the client is called with."""
        turns = fold_system(messages) if "system" in self.without else messages
        turns = _filled(turns) if "empty" in self.without else turns
        more = {self.limit: settings.max_tokens + self.room(room)}
        if not self._default_temperature(settings):
            more["temperature"] = settings.temperature
        if settings.temperature > 0 and "seed" not in self.without:
            more["seed"] = settings.seed
        if settings.tools:
            more["tools"] = settings.tools
        return {"model": name, "messages": to_openai(turns), **more}

    def room(self, room: int) -> int:
        return room if self.thinks else 0

    def changes(self, messages: list[dict], settings: Settings, room: int) -> tuple[str, ...]:
        """In which settings the request differs from what was asked for, as `Reply.changes` holds them."""
        request = {
            "temperature=default": self._default_temperature(settings),
            "seed=default": settings.temperature > 0 and "seed" in self.without,
            "system=user": "system" in self.without and _has_system(messages),
            "empty=no answer": "empty" in self.without and any(map(_is_empty, messages)),
            f"max_tokens=+{room}": bool(self.room(room)),
        }
        return tuple(change for change, true in request.items() if true)

    def after(self, error: Exception, messages: list[dict], settings: Settings) -> Form | None:
        """The form to try next; None if the error is no refusal of how the request was written."""
        failure = read_failure(error)
        status = failure.status
        text = f"{failure.code} {message(error)}"
        about = str(failure.param or text)
        complaints = set()
        if status in (400, 422) and not TOO_LONG.search(text):
            names = [name for name in (self.limit, "temperature", "seed") if re.search(rf"\b{name}\b", about)]
            complaints.update(names if REFUSAL.search(text) else ())
            if "temperature" in names and not complaints and settings.temperature == 0 and NOT_ZERO.search(text):
                complaints.add("zero")
        if status in (400, 422, 500) and NO_SYSTEM.search(text) and _has_system(messages):
            complaints.add("system")
        if status in (400, 422, 500) and NO_EMPTY_TURN.search(text) and any(map(_is_empty, messages)):
            complaints.add("empty")
        without = self.without | complaints
        return None if without == self.without or without >= set(self.limits) else replace(self, without=without)

    def _default_temperature(self, settings: Settings) -> bool:
        return "temperature" in self.without or ("zero" in self.without and settings.temperature == 0)


class Dialect:
    """The form that one model at one server takes, shared by all threads, and what was said about it."""

    def __init__(self, url: str, name: str) -> None:
        limits = Form().limits
        self.form = Form(limits[::-1] if url.startswith(OPENAI) else limits, thinks=thinks(name))
        self.name = name
        self._spoken = set()
        self._lock = Lock()

    def adopt(self, form: Form) -> None:
        """Keeps what a form that worked leaves out."""
        with self._lock:
            self.form = replace(self.form, without=self.form.without | form.without, thinks=self.form.thinks or form.thinks)

    def news(self, room: int) -> list[str]:
        """What was learned since this was last asked, in words."""
        with self._lock:
            new = (self.form.without | ({"thinks"} if self.form.room(room) else set())) - self._spoken
            self._spoken |= new
        return [SENTENCES[what].format(self.name, room) for what in SENTENCES if what in new]


_dialects: dict[tuple[str, str], Dialect] = {}  # by base URL and name, for as long as this process lives
_lock = Lock()


def dialect_of(url: str, name: str) -> Dialect:
    """The dialect of a model at a server: the same for every `load` of it."""
    with _lock:
        return _dialects.setdefault((url, name), Dialect(url, name))


def _has_system(messages: list[dict]) -> bool:
    return any(turn["role"] == "system" for turn in messages)


def _filled(messages: list[dict]) -> list[dict]:
    """The same conversation with words in its empty turns, which keep their place."""
    return [{**turn, "content": SILENT} if _is_empty(turn) else turn for turn in messages]


def _is_empty(turn: dict) -> bool:
    """Whether an assistant's turn holds neither text nor a tool call, as after a reply that was empty."""
    return turn["role"] == "assistant" and not turn.get("tool_calls") and not str(turn.get("content") or "").strip()
