"""Every family of the corpus on held-out samples: exact match, perplexity, and where the model is weakest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pocket_maker.card.desk import Case, Desk, case
from pocket_maker.card.perplexity import perplexity
from pocket_maker.card.text import interval, share, table
from pocket_maker.corpus import stream

if TYPE_CHECKING:
    from helpers.models import Reply
    from helpers.stats import Interval

__all__ = ["Weak", "measure", "section", "weaknesses"]

LONGEST = 256  # new tokens
OPEN = (  # families in which several answers are right, so that one letter for letter is a matter of luck
    "closed_book", "critique", "next_step", "paraphrase", "small_talk", "style", "synonym_antonym", "tool_result", "two_calls",
)  # fmt: skip


@dataclass(frozen=True)
class Weak:
    """One family: a score an example (1 if the reply is the expected one, letter for letter), perplexity, the shortest wrong example."""

    family: str
    scores: list[float]
    perplexity: float
    wrong: tuple[Case, str] | None

    @property
    def score(self) -> Interval:
        """Exact match and its 95% interval."""
        return interval(self.scores)


def steps() -> int:
    return len(stream.families())


def measure(desk: Desk) -> list[Weak]:
    """All families, each with a quarter of n examples, the weakest first (of equals, the one with the higher perplexity)."""
    return sorted(
        (_family(desk, family) for family in stream.families()), key=lambda weak: (weak.score.value, -weak.perplexity, weak.family)
    )


def _family(desk: Desk, family: stream.Family) -> Weak:
    desk.step(family.__name__)
    rows = [stream.Row(family.__name__, family(w)) for w in desk.worlds(family.__name__, max(4, desk.n // 4))]
    cases = [case(row.messages) for row in rows]
    longest = max(len(ids) for ids in desk.local.tokenizer([expected(one) for one in cases], add_special_tokens=False)["input_ids"])
    replies = desk.ask([one.messages for one in cases], max_tokens=min(LONGEST, longest + 8))
    got = [written(reply) for reply in replies]
    wrong = [(one, text) for one, text in zip(cases, got, strict=True) if text != expected(one)]
    scores = [float(text == expected(one)) for one, text in zip(cases, got, strict=True)]
    return Weak(family.__name__, scores, perplexity(desk.local, rows), min(wrong, key=lambda pair: len(shown(pair[0])), default=None))


def expected(one: Case) -> str:
    """What a reply should be: text, then the call as it is written."""
    return one.target.strip() + (_call(one.call["name"], one.call["arguments"]) if one.call else "")


def written(reply: Reply) -> str:
    """What a reply is, its calls written out."""
    return reply.text.strip() + "".join(_call(call["name"], call["arguments"]) for call in reply.tool_calls)


def _call(name: str, arguments: dict) -> str:
    return f'<|call|>{{"name": {json.dumps(name)}, "arguments": {json.dumps(arguments, ensure_ascii=False)}}}'


def shown(one: Case) -> str:
    """The prompt for a reader: the turns, long ones cut in the middle."""
    return "\n".join(f"{m['role']}: {_cut(str(m['content']) or '(a tool call)')}" for m in one.messages)


def _cut(text: str, size: int = 500) -> str:
    return text if len(text) <= size else f"{text[: size // 2]} [...] {text[-size // 2 :]}"


def weaknesses(found: list[Weak], *, n: int = 5) -> str:
    """The n weakest families with one answer each, and one wrong example of each."""
    lowest = [weak for weak in found if weak.family not in OPEN and weak.wrong][:n]
    return "\n\n".join(f"**{weak.family}**: {share(weak.score)}, n={weak.score.n}\n\n{_example(*weak.wrong)}" for weak in lowest) or "None."


def _example(one: Case, got: str) -> str:
    return f"~~~~text\n{shown(one)}\n\nexpected: {_cut(expected(one))}\ngot:      {_cut(got) or '(nothing)'}\n~~~~"


def section(found: list[Weak]) -> str:
    """All families: exact match and perplexity."""
    names = [weak.family + (" (open)" if weak.family in OPEN else "") for weak in found]
    rows = [(name, share(weak.score), weak.score.n, f"{weak.perplexity:.3f}") for name, weak in zip(names, found, strict=True)]
    return table(("family", "exact match [95%]", "n", "perplexity"), rows)
