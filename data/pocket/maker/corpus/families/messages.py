"""Other labels: six emotions, offensive or not, the topic of a line, and the choice among lettered options."""

from __future__ import annotations

import json

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.filling import fill, table, up
from pocket_maker.corpus.families.reviews import review
from pocket_maker.corpus.world import World, phrasings

__all__ = ["emotion", "offensive", "topic", "choose", "is_about", "emotion_text", "offensive_text", "topic_line", "EMOTIONS", "TOPICS"]

EMOTIONS = ("joy", "sadness", "anger", "fear", "love", "surprise")
TOPICS = phrasings("messages", "topics")
_ASKS = table("message_asks")
JSON_ASK = _ASKS["json"]
OFFENSIVE_PAIRS = (("offensive", "not offensive"),) * 6 + (
    ("toxic", "safe"), ("toxic", "not toxic"), ("rude", "fine"), ("remove", "keep"), ("block", "allow"), ("insult", "ok"), ("abusive", "acceptable"),
    ("insulting", "harmless"), ("hide", "show"), ("reject", "approve"), ("BAD", "GOOD"), ("hostile", "civil"), ("offensive", "fine"), ("insulting", "polite"),
    ("OFFENSIVE", "OK"), ("1", "0"), ("1", "0"), ("yes", "no"), ("yes", "no"),
)
CHOOSE_ASK = phrasings("messages", "choose_ask")


def emotion_text(w: World, name: str) -> str:
    """A first-person message that shows one of EMOTIONS, with a neutral line now and then."""
    parts = [fill(w, w.entity(table("emotion_fragments")[name])) for _ in range(w.pick((1, 1, 1, 2, 2, 3)))]
    parts = list(dict.fromkeys(parts))
    if w.chance(0.3):
        parts.insert(w.pick((0, len(parts))), fill(w, w.entity("emotion_fillers")))
    text = " ".join(parts)
    return text.lower() if w.chance(0.08) else text


def offensive_text(w: World, bad: bool) -> str:
    """A message that insults somebody, or one that does not (disagreement, complaint, small talk)."""
    lists = table("offensive_words")
    lines = table("offensive_messages")["offensive" if bad else "fine"]
    parts = [fill(w, w.entity(lines), i=w.entity(lists["i"]), j=w.entity(lists["j"]), t=w.entity(lists["t"])) for _ in range(w.pick((1, 1, 2)))]
    if bad and w.chance(0.3):
        parts.insert(0, fill(w, w.entity(table("offensive_messages")["fine"]), t=w.entity(lists["t"])))
    text = " ".join(dict.fromkeys(up(p) for p in parts)).replace(" a i", " an i").replace(" a a", " an a").replace(" a ug", " an ug")
    return text.lower() if w.chance(0.08) else text


def topic_line(w: World, name: str) -> str:
    """A news-like line about one of TOPICS, with names of its own."""
    line = w.entity(table("topic_lines")[name])
    if "{p}" in line:
        line = line.replace("{p}", w.person())
    return fill(w, line, z=up(w.nonce()), z2=up(w.nonce()), c2=w.entity("cities"))


def _listed(w: World, labels: list[str]) -> str:
    """The labels as people list them."""
    if w.chance(0.5):
        return ", ".join(labels)
    return w.pick((" | ".join(labels), " / ".join(labels), "; ".join(labels), ", ".join(labels[:-1]) + " or " + labels[-1]))


def _out(w: World, request: str, label: str, key: str) -> tuple[str, str]:
    """The request and the answer, one in seven as JSON with the key."""
    if w.chance(0.86):
        return request, label
    return f"{request} {w.say(JSON_ASK, k=key)}", json.dumps({key: label})


def emotion(w: World, *, name: str | None = None) -> list[dict]:
    """A message and a list of emotions -> the emotion; name: one of EMOTIONS.

    "Classify the emotion: joy, fear, anger. My hands are trembling." -> "fear"
    """
    name = name or w.pick(EMOTIONS)
    others = [e for e in EMOTIONS if e != name]
    labels = [name, *w.rng.sample(others, 5 if w.chance(0.6) else w.number(1, 4))]
    w.rng.shuffle(labels)
    request, answer = _out(w, w.say(_ASKS["emotion"], l=_listed(w, labels)), name, "emotion")
    return [*ask(w, request, emotion_text(w, name), label=w.pick(("Message", "Text", "Post", "Message")), noise=0), reply(answer)]


def offensive(w: World, *, bad: bool | None = None) -> list[dict]:
    """A message -> one of two labels, such as offensive or not offensive; bad: it insults somebody.

    "Label the message toxic or safe.\\nI see it differently, but I understand your point." -> "safe"
    """
    bad = w.chance(0.5) if bad is None else bad
    pair = w.pick(OFFENSIVE_PAIRS)
    kind = {"yes": "offensive_yes", "1": "offensive_one"}.get(pair[0], "offensive")
    request = w.say(_ASKS[kind], a=pair[0], b=pair[1])
    request, answer = _out(w, request, pair[0] if bad else pair[1], "label")
    return [*ask(w, request, offensive_text(w, bad), label=w.pick(("Message", "Comment", "Post")), noise=0), reply(answer)]


def topic(w: World) -> list[dict]:
    """A news-like line and a list of topics -> the topic.

    "Topic (sports / food)?\\nThe recipe needs three eggs and a pinch of salt." -> "food"
    """
    labels = w.rng.sample(TOPICS, w.number(2, 6))
    name = w.pick(labels)
    style = w.pick((str, str, str, str.capitalize, str.upper))
    request, answer = _out(w, w.say(_ASKS["topic"], l=_listed(w, [style(x) for x in labels])), style(name), "topic")
    return [*ask(w, request, topic_line(w, name), noise=0), reply(answer)]


def choose(w: World) -> list[dict]:
    """A text, a question and lettered options -> the letter.

    "What is the text about?\\nA) food\\nB) sports\\nLetter only.\\nText: Let the dough rest." -> "A"
    """
    kind = w.pick(("sentiment", "topic", "emotion"))
    options = ["positive", "negative"] if kind == "sentiment" else w.rng.sample(TOPICS if kind == "topic" else EMOTIONS, w.number(2, 4))
    w.rng.shuffle(options)
    i = w.number(0, len(options) - 1)
    text = {"sentiment": lambda s: review(w, s).text, "topic": lambda s: topic_line(w, s), "emotion": lambda s: emotion_text(w, s)}[kind](options[i])
    style = w.pick(("{}) {}", "{}. {}", "({}) {}", "{}: {}"))
    lettered = w.pick(("\n", "\n", "  ")).join(style.format("ABCD"[j], o) for j, o in enumerate(options))
    return [*ask(w, w.say(CHOOSE_ASK, q=w.entity(_ASKS["question_" + kind]), o=lettered), text, noise=0), reply("ABCD"[i])]


def is_about(w: World, *, yes: bool | None = None) -> list[dict]:
    """A line and a topic -> yes or no.

    "About food? (yes/no)\\nThe tram derailed at a junction." -> "no"
    """
    yes = w.chance(0.5) if yes is None else yes
    asked, other = w.rng.sample(TOPICS, 2)
    return [*ask(w, w.say(_ASKS["about"], t=asked), topic_line(w, asked if yes else other), noise=0), reply("yes" if yes else "no")]


FAMILIES = {emotion: 1.2, offensive: 1.0, topic: 1.0, choose: 0.7, is_about: 0.5}
