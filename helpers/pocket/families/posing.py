"""How a question about a text is put: instructions, ways to tell the model to decline, order and delimiters."""

from __future__ import annotations

from helpers.pocket.dress import SYSTEMS, noisy
from helpers.pocket.world import World

__all__ = ["DECLINE", "READ_ASK", "TELL", "pose", "sloppy"]

DECLINE = "I don't know."
READ_ASK = (
    "Answer the question using the text below.", "Read the passage and answer the question.", "Use the text to answer.", "Please answer from the passage.",
    "Answer the question based on the context.", "Here is a page from our files.", "Look at the text and answer the question that comes with it.",
    "Use only the information given.", "Find the answer in the document.", "Given the passage, answer the question.", "What does the text say about this?",
    "I have a question about this text.", "Answer briefly, from the text.", "Use the following information to answer the question.", "Reading comprehension.",
    "Could you look this up in the text for me?", "Answer with words from the text.", "Consult the page and reply.", "The answer is in the passage; find it.",
    "Based on the document, answer in a few words.", "Context and question follow.", "Use the notes to help me with my question.", "Please check the text and reply.",
    "Answer as shortly as you can, using the passage.", "Reply to the question with the help of the excerpt.", "From the text below, give me the answer.",
    "Tell me what the passage says.", "Answer the user's question from the context provided.", "Question answering over a text.", "Help me find something in this text.",
    "You will get a passage and a question.", "Kindly answer with reference to the text.", "I need a quick answer from this page.", "Extract the answer from the text.",
    "Study the text, then answer.", "Using the source below, answer the question.",
)
TELL = (
    'If you don\'t know the answer respond with "I don\'t know." Don\'t make anything up.', "If the answer is not in the text, say \"I don't know.\"",
    "If the passage does not say, answer: I don't know.", "Do not guess. If you are not sure, say I don't know.", "Say \"I don't know.\" when the text does not tell.",
    "If you cannot find the answer, reply \"I don't know.\"", "When the information is missing, admit that you don't know.", "Answer I don't know if it is not stated.",
    "Only use the text. If it is not there, write \"I don't know.\"", "Never invent an answer; say \"I don't know.\" instead.", "If unsure, respond with: I don't know.",
    "Should the answer be missing, just tell me you don't know.", "It is fine to say that you don't know.", "Don't make things up: if you do not know, say so.",
    "If there is no answer, say \"I don't know.\"", "Decline with \"I don't know.\" if the passage does not help.", "No guessing, please. \"I don't know.\" is a good answer too.",
    "Please be honest and say you don't know if you can't tell.", "If the text has no answer, reply with I don't know.", "You may answer \"I don't know.\"",
    "Where the context is silent, answer \"I don't know.\"", "Say that you don't know rather than guess.", "If it cannot be answered from the passage, output \"I don't know.\"",
    "Reply \"I don't know.\" to anything the text does not cover.", "Otherwise say \"I don't know.\"", "If you don't know, say you don't know.",
    "In case the answer isn't given, respond \"I don't know.\"", "Write \"I don't know.\" if the question can't be answered.", "Do not use outside knowledge; if needed, say I don't know.",
    "Stick to the facts you are given and say \"I don't know.\" when they are not enough.", "If you have no information on this, say I don't know.",
    "When in doubt, answer \"I don't know.\"", "An honest \"I don't know.\" is better than a wrong answer.", "If you do not know the answer, say: I don't know.",
    "Answer only if the page tells you; if not, \"I don't know.\"", "Never guess: where you lack the facts, the reply is \"I don't know.\"",
)
_LABELS = ("Passage", "Text", "Context", "Document", "Page", "Excerpt", "Source", "Information", "Notes", "Handbook", "Article", "Content", "Reference")
_FENCES = (("###\n", "\n###"), ('"""\n', '\n"""'), ("```\n", "\n```"), ("<text>\n", "\n</text>"), ("<context>\n", "\n</context>"), ("---\n", "\n---"),
           ("<document>\n", "\n</document>"), ("<<<\n", "\n>>>"), ('"', '"'), ("[", "]"))


def sloppy(w: World, question: str) -> str:
    """Now and then a question in lower case or without its mark; its names are never misspelled."""
    if not w.chance(0.1):
        return question
    return w.pick((question.rstrip("?"), question[0].lower() + question[1:], question.lower(), question + " "))


def _fenced(w: World, text: str) -> str:
    kind = w.number(0, 9)
    if kind < 3:
        return f"{w.pick(_LABELS)}: {text}"
    if kind < 5:
        return f"{w.pick(_LABELS)}:\n{text}"
    before, after = w.pick(_FENCES) if kind < 8 else ("", "")
    return before + text + after


def pose(w: World, text: str, question: str, *, tell: str = "", extra: str = "", instruction: str | None = None) -> list[dict]:
    """A system turn or none, then a user turn with a text and a question in one of many orders.

    tell: how to decline; extra: an asked-for format; instruction: None for one of READ_ASK or none at all.
    """
    if instruction is None:
        instruction = noisy(w, w.say(READ_ASK)) if w.chance(0.6) else ""
    question = sloppy(w, question)
    if w.chance(0.4):
        question = w.pick(("Question: ", "Question: ", "Q: ", "My question: ", "Question:\n")) + question
    system = w.pick(SYSTEMS) if w.chance(0.15) else ""
    if tell and w.chance(0.25):
        system, tell = f"{system} {tell}".strip(), ""
    if system and instruction and w.chance(0.3):
        system, instruction = f"{system} {instruction}", ""
    gap = w.pick(("\n\n", "\n\n", "\n"))
    head = [" ".join(p for p in (instruction, tell) if p)] if w.chance(0.6) else [instruction]
    tail = [tell] if tell and not (head and head[0].endswith(tell)) else []
    asked = w.pick((" ", "\n")).join(p for p in (question, extra, *tail) if p)
    order = (asked, _fenced(w, text)) if w.chance(0.25) else (_fenced(w, text), asked)
    content = gap.join(p for p in (*head, *order) if p)
    if order[1] == asked and not extra and not tail and w.chance(0.15):
        content += w.pick(("\nAnswer:", "\nA:", "\n\nAnswer:"))
    opening = [{"role": "system", "content": system}] if system else []
    return [*opening, {"role": "user", "content": content}]
