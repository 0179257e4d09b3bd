"""How people really type: one instruction and one text, dressed in the many ways they arrive.

Every family says *what* is asked; `ask` decides how it looks: order, delimiters, a system prompt,
a stray typo, no capital. So the model learns the request, not one spelling of it.
"""

from __future__ import annotations

from pocket_maker.corpus.world import World

__all__ = ["ask", "reply", "noisy", "SYSTEMS"]

SYSTEMS = [
    "You are a helpful assistant.",
    "You are a careful assistant who answers briefly.",
    "Answer the user.",
    "You are an expert reader.",
    "You help people with short tasks.",
    "Be concise.",
    "You are a patient teacher.",
    "Follow the instructions exactly.",
    "You are a precise data annotator.",
    "You work in a support team.",
    "You are a friendly colleague.",
    "Reply with the answer only.",
    "You are a language model made for short answers.",
    "Be polite and to the point.",
    "You are an analyst.",
    "Do what the user asks.",
    "You assist the staff of a company.",
    "You are an editor.",
    "You are a research assistant.",
    "Think before you answer.",
    "You answer questions about text.",
    "You are an experienced reviewer.",
    "Keep to the format you are asked for.",
    "You are a small, honest model.",
]
_LABELS = ["Text", "Input", "Passage", "Message", "Content", "Document"]
_FENCES = [
    ("###\n", "\n###"), ('"""\n', '\n"""'), ("```\n", "\n```"), ("<text>\n", "\n</text>"), ("---\n", "\n---"), ('"', '"'), ("<<<", ">>>"),
]  # fmt: skip


def noisy(w: World, text: str, rate: float = 0.12) -> str:
    """With probability `rate`: lower case, a typo, doubled spaces or a missing full stop.

    Only for the asker's own words: never for a text whose strings are to be copied.
    """
    if not w.chance(rate):
        return text
    kind = w.number(0, 4)
    if kind == 0:
        return text.lower()
    if kind == 1:
        return text.replace(" ", "  ", 1)
    if kind == 2:
        return text.rstrip(".?")
    letters = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
    if not letters:
        return text
    i = w.pick(letters)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :] if kind == 3 else text[:i] + text[i + 1 :]


def _fence(w: World, text: str, label: str | None) -> str:
    """The text behind a label, between delimiters, or bare."""
    kind = w.number(0, 9)
    if kind < 4:
        return f"{label or w.pick(_LABELS)}: {text}"
    if kind < 7:
        before, after = w.pick(_FENCES)
        return before + text + after
    return f"{label or w.pick(_LABELS)}:\n{text}" if kind == 7 else text


def ask(
    w: World, instruction: str, text: str | None = None, *, label: str | None = None, system: str | None = None, noise: float = 0.12
) -> list[dict]:
    """The opening messages of a conversation: a system turn or none, then one user turn.

    instruction: the request in words; text: the material it is about, never changed;
    label: what the text is called ("Review"); system: a system prompt that matters (kept as it is).

    >>> ask(World(3), "Is this kind?", "Well done!", noise=0)[-1]["role"]
    'user'
    """
    instruction = noisy(w, instruction, noise)
    if text is None:
        content = instruction
    else:
        body, gap = _fence(w, text, label), w.pick(("\n", "\n", "\n\n", " "))
        content = f"{body}{gap}{instruction}" if w.chance(0.3) else f"{instruction}{gap}{body}"
    if system is None and w.chance(0.2):
        system = w.pick(SYSTEMS)
    opening = [{"role": "system", "content": system}] if system else []
    return [*opening, {"role": "user", "content": content}]


def reply(content: str, *, learn: bool = True) -> dict:
    """An assistant turn; learn=False for one that nobody could know, which is read and not learned."""
    return {"role": "assistant", "content": content} | ({} if learn else {"weight": 0})
