"""Provenance: which training conversations taught pocket a prompt or a reply.

Pocket was trained on conversations that this repository writes, so its habits can be looked up. The look-up sees a sample of 20,000
conversations, drawn with the mix that training used; training itself saw about a thousand times as many. So "not in this sample" is not
"never taught", and `Provenance.at_most` says how common a thing can still be.
"""

from __future__ import annotations

import html
import json
import lzma
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from helpers import places

__all__ = ["Conversation", "Provenance", "pocket_taught"]

RUN = 3  # words in a row


@dataclass(frozen=True)
class Conversation:
    """One training conversation: the corpus family that wrote it, and its messages (the first may be a system turn, or tools)."""

    family: str
    messages: tuple[dict, ...]

    @property
    def text(self) -> str:
        """Its turns, one a line: `user: What about this? …`."""
        return "\n".join(f"{message['role']}: {_words_of(message)}" for message in self.messages)


@dataclass(frozen=True)
class Provenance:
    """What the sample holds of a text. `nearest` comes first; `like` counts the conversations that hold all of it, `families` by family.

    `n` is the size of the sample. `at_most` is the largest share of all training conversations that fits what was counted (95%).
    """

    text: str
    nearest: tuple[Conversation, ...]
    families: dict[str, int]
    n: int

    @property
    def like(self) -> int:
        return sum(self.families.values())

    @property
    def at_most(self) -> float:
        """The upper end of the exact one-sided 95% interval of a share (Clopper and Pearson 1934); 3 in n where none was found."""
        from scipy.stats import beta

        return float(beta.ppf(0.95, self.like + 1, self.n - self.like))

    @property
    def summary(self) -> str:
        """In a sentence or two: how many are like it, in which families, or how rare it must be."""
        if self.like:
            named = ", ".join(f"{family} {count}" for family, count in self.families.items())
            return f"{self.like} of {self.n:,} sampled training conversations say {self.text!r} ({named})."
        return (
            f'None of {self.n:,} sampled training conversations says {self.text!r}. That is not "never taught": '
            f"up to 1 in {1 / self.at_most:,.0f} of all of them may. The nearest are below."
        )

    def __repr__(self) -> str:
        return "\n\n".join([self.summary, *(f"[{near.family}]\n{near.text}" for near in self.nearest)])

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary)}</p><ul>{''.join(map(_item, self.nearest))}</ul>"


def pocket_taught(text: str, *, show: int = 3) -> Provenance:
    """The training conversations that say a text, or say most of it: runs of three words in a row are compared, case and marks aside.

    Of conversations that share as many runs the shortest come first, at most one of each wording of the question. A look-up takes well
    under a second. ValueError: a text without a word.

    >>> pocket_taught("What about this?").like > 0
    True
    """
    runs = _runs(text)
    if not runs:
        raise ValueError(f"there is no word to look up in {text!r}")
    shared = [sum(run in words for run in runs) for words in _words()]
    like = [i for i, count in enumerate(shared) if count == len(runs)]
    families = Counter(_sample()[i].family for i in like)
    order = sorted((i for i, count in enumerate(shared) if count), key=lambda i: (-shared[i], len(_words()[i])))
    return Provenance(text, tuple(_sample()[i] for i in order[:show]), dict(families.most_common()), len(_sample()))


@cache
def _sample() -> tuple[Conversation, ...]:
    packed = places.data("pocket", "taught.jsonl.xz").read_bytes()
    rows = map(json.loads, lzma.decompress(packed).decode().splitlines())
    return tuple(Conversation(family, tuple(messages)) for family, messages in rows)


@cache
def _words() -> tuple[str, ...]:
    """The words of each conversation, lower case, single spaces between and around."""
    return tuple(_plain(conversation.text) for conversation in _sample())


def _runs(text: str) -> list[str]:
    words = _plain(text).split()
    size = min(RUN, len(words))
    return [f" {' '.join(words[i : i + size])} " for i in range(len(words) - size + 1)] if words else []


def _plain(text: str) -> str:
    words = re.findall(r"\w+", text.lower())
    return f" {' '.join(words)} "


def _item(conversation: Conversation) -> str:
    family = html.escape(conversation.family)
    text = html.escape(conversation.text)
    return f"<li><b>{family}</b><pre style='white-space: pre-wrap'>{text}</pre></li>"


def _words_of(message: dict) -> str:
    """What a turn says: its text, or its tool calls as JSON."""
    content = message.get("content") or message.get("tool_calls") or ""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
