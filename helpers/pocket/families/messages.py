"""Other labels: six emotions, offensive or not, the topic of a line, and the choice among lettered options."""

from __future__ import annotations

import json

from helpers.pocket.dress import ask, reply
from helpers.pocket.families.filling import fill, table, up
from helpers.pocket.families.reviews import review
from helpers.pocket.world import World

__all__ = ["emotion", "offensive", "topic", "choose", "is_about", "emotion_text", "offensive_text", "topic_line", "EMOTIONS", "TOPICS"]

EMOTIONS = ("joy", "sadness", "anger", "fear", "love", "surprise")
TOPICS = ("sports", "politics", "business", "science", "technology", "health", "weather", "travel", "food", "culture", "education", "crime",
          "environment", "traffic")
EMOTION_ASK = (
    "Which emotion does the message express? Labels: {l}.", "Classify the emotion: {l}.", "What does the writer feel? Choose from {l}.", "Emotion ({l})?",
    "Pick the emotion that fits best: {l}. One word.", "Label the message with one of these emotions: {l}.", "How does the person feel? Answer with one of: {l}.",
    "Name the emotion. Options: {l}.", "Read the message and tell me the main emotion. Use {l}.", "One of {l}: which emotion is it?",
    "Which of these feelings is it, {l}? Answer with the label only.", "Assign one emotion label ({l}).", "Decide which emotion is expressed. Possible labels: {l}.",
    "What is the dominant emotion? Answer in one word from this list: {l}.", "Detect the emotion in this text. Allowed answers: {l}.",
    "Please sort the message under one emotion: {l}.", "Emotion detection. Output exactly one of {l}.", "Tell me the feeling behind the message ({l}).",
    "You read messages and name the emotion: {l}. Which one is it here?", "From the list {l}, choose the emotion of the writer.", "The emotions are {l}. Which one do you find?",
    "Mark the text as {l}.", "Which label fits the mood: {l}?", "Choose the emotion. [{l}]",
)
OFFENSIVE_ASK = (
    "Is this message {a} or {b}?", "Label the message {a} or {b}.", "Classify: {a} or {b}?", "Decide whether the message is {a} or {b}. Label only.",
    "You moderate a forum. Is the post {a} or {b}?", "Answer {a} or {b}.", "Moderation label, {a} or {b}?", "Check the tone. Write {a} or {b}.",
    "Mark this comment as {a} or {b}.", "A rude insult is {a}; polite disagreement is {b}. Which is it?", "Would you call this {a} or {b}? One label.",
    "Does this break the rules of the forum? {a} if it insults somebody, {b} if not.", "Content check: {a} / {b}.", "Sort the message: {a} or {b}.",
    "Read the comment and reply with {a} or {b} only.", "Disagreeing or complaining is allowed; insulting people is not. Answer {a} or {b}.",
    "Please classify the following comment as {a} or {b}.", "Which label is right, {a} or {b}?", "Labels: {a}, {b}. Choose one for this chat message.",
    "Say {a} when the message attacks a person, otherwise {b}.", "Is the post below {a} or {b}? Answer with the label.", "Flag the message: {a} or {b}.",
)
OFFENSIVE_PAIRS = (("offensive", "not offensive"),) * 4 + (("toxic", "safe"), ("toxic", "not toxic"), ("rude", "fine"), ("remove", "keep"), ("block", "allow"),
                                                          ("insult", "ok"), ("abusive", "acceptable"), ("1", "0"), ("OFFENSIVE", "OK"), ("yes", "no"))
TOPIC_ASK = (
    "What is the topic? Choose from: {l}.", "Classify the line as {l}.", "Topic ({l})?", "Which section does this belong to: {l}?", "Label the text with one topic: {l}.",
    "Pick one topic from {l}.", "Sort this news item under {l}.", "Which of these is it about: {l}? One word.", "Topics: {l}. Which one fits?",
    "Assign one category ({l}).", "The newspaper has these sections: {l}. Where does the line go?", "Name the category. Options: {l}.",
    "Read the sentence and choose the topic among {l}.", "Answer with one of these labels: {l}.", "Tag the headline: {l}.", "Put it in the right box: {l}.",
    "Categories: {l}. Give the category only.", "Decide on the subject. Possible subjects: {l}.", "Which label describes the text best: {l}?",
    "News desk: {l}. Which desk gets this?", "Please classify this sentence into one of the following: {l}.", "Is this {l}? Pick one.",
)
CHOOSE_ASK = (
    "{q}\n{o}\nAnswer with the letter.", "{q} Choose one.\n{o}\nLetter only.", "Multiple choice. {q}\n{o}", "{q}\n{o}\nWhich option is right? Give the letter.",
    "Pick the right option.\n{q}\n{o}", "Read the text and choose a letter. {q}\n{o}", "{q}\n{o}\nReply with a single letter.", "Question: {q}\nOptions:\n{o}\nAnswer:",
    "Select the correct letter: {q}\n{o}", "{q}\nOptions:\n{o}\nOne letter, please.", "Choose the letter that fits. {q}\n{o}", "{q}\n\n{o}\n\nYour answer (letter):",
    "Tick one.\n{q}\n{o}", "Which letter? {q}\n{o}", "Test question: {q}\n{o}\nRespond with the letter of the right option.", "{o}\n{q} Answer with a letter from above.",
    "Answer the quiz question with a letter. {q}\n{o}", "{q} Give only the letter.\n{o}", "What is correct? {q}\n{o}", "Solve: {q}\n{o}\n(letter)",
)
ABOUT_ASK = (
    "Is this text about {t}? Answer yes or no.", "Does the line deal with {t}? yes or no", "Is {t} the topic? Reply yes or no.", "Say yes if this is about {t}, otherwise no.",
    "About {t}? (yes/no)", "Would this go in the {t} section? Answer yes or no.", "Check whether the text is about {t}. Yes or no only, in lower case.",
    "Is the subject {t}? Write yes or no.", "Answer yes or no: is this {t} news?", "Yes or no: does it concern {t}?", "Does this sentence belong to {t}? Say yes or no.",
    "I collect news on {t}. Is this one for me? yes or no", "Tell me yes or no: {t}?", "Is this item related to {t}? Answer with yes or no.",
    "Filter for {t}: answer yes to keep, no to drop.", "Would a reader interested in {t} look here? yes/no", "Decide yes or no. Is it about {t}?",
    "Does {t} come up as the main topic? Answer yes or no.", "Topic check, {t}: yes or no?", "Is the following about {t} or not? Answer yes or no.",
)
QUESTIONS = {"sentiment": ("What does the customer think?", "How did the customer like it?", "What is the verdict?"),
             "topic": ("What is the text about?", "Which topic is it?", "Where in the newspaper would it stand?"),
             "emotion": ("What does the writer feel?", "Which emotion is it?", "How is the person feeling?")}


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
    form = w.pick(('Answer as JSON: {{"{k}": ...}}.', 'Reply with a JSON object with the key "{k}".', 'Output JSON like {{"{k}": "..."}}.', 'As JSON, key "{k}".'))
    return f"{request} {form.format(k=key)}", json.dumps({key: label})


def emotion(w: World, *, name: str | None = None) -> list[dict]:
    """A message and a list of emotions -> the emotion; name: one of EMOTIONS.

    "Classify the emotion: joy, fear, anger. My hands are trembling." -> "fear"
    """
    name = name or w.pick(EMOTIONS)
    others = [e for e in EMOTIONS if e != name]
    labels = [name, *w.rng.sample(others, 5 if w.chance(0.6) else w.number(1, 4))]
    w.rng.shuffle(labels)
    request, answer = _out(w, w.say(EMOTION_ASK, l=_listed(w, labels)), name, "emotion")
    return [*ask(w, request, emotion_text(w, name), label=w.pick(("Message", "Text", "Post", "Message")), noise=0), reply(answer)]


def offensive(w: World, *, bad: bool | None = None) -> list[dict]:
    """A message -> one of two labels, such as offensive or not offensive; bad: it insults somebody.

    "Label the message toxic or safe.\\nI see it differently, but I understand your point." -> "safe"
    """
    bad = w.chance(0.5) if bad is None else bad
    pair = w.pick(OFFENSIVE_PAIRS)
    request = "Is the message offensive? Answer yes or no." if pair[0] == "yes" else w.say(OFFENSIVE_ASK, a=pair[0], b=pair[1])
    if pair[0] == "1":
        request = "Answer 1 if the message is offensive and 0 if it is not."
    request, answer = _out(w, request, pair[0] if bad else pair[1], "label")
    return [*ask(w, request, offensive_text(w, bad), label=w.pick(("Message", "Comment", "Post")), noise=0), reply(answer)]


def topic(w: World) -> list[dict]:
    """A news-like line and a list of topics -> the topic.

    "Topic (sports / food)?\\nThe recipe needs three eggs and a pinch of salt." -> "food"
    """
    labels = w.rng.sample(TOPICS, w.number(2, 6))
    name = w.pick(labels)
    style = w.pick((str, str, str, str.capitalize, str.upper))
    request, answer = _out(w, w.say(TOPIC_ASK, l=_listed(w, [style(x) for x in labels])), style(name), "topic")
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
    return [*ask(w, w.say(CHOOSE_ASK, q=w.entity(QUESTIONS[kind]), o=lettered), text, noise=0), reply("ABCD"[i])]


def is_about(w: World, *, yes: bool | None = None) -> list[dict]:
    """A line and a topic -> yes or no.

    "About food? (yes/no)\\nThe tram derailed at a junction." -> "no"
    """
    yes = w.chance(0.5) if yes is None else yes
    asked, other = w.rng.sample(TOPICS, 2)
    return [*ask(w, w.say(ABOUT_ASK, t=asked), topic_line(w, asked if yes else other), noise=0), reply("yes" if yes else "no")]


FAMILIES = {emotion: 1.2, offensive: 1.0, topic: 1.0, choose: 0.7, is_about: 0.5}
