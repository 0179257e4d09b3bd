"""Style and role: the same content formal, casual, for a child, as a pirate; and an instruction in other words."""

from __future__ import annotations

from helpers.pocket.dress import ask, reply
from helpers.pocket.families.language import show
from helpers.pocket.families.language_summary import DAYS, MONTHS
from helpers.pocket.world import World

__all__ = ["FAMILIES", "style", "paraphrase", "STYLES", "INSTRUCTIONS"]

CLAUSES = (
    "the meeting on {t} is on {w}", "the {o} are in room {n}", "{p} is in {c} until {w}", "the train to {c} is late", "lunch is at {n} minutes past twelve", "the office in {c} is closed on {w}",
    "the {d} team is looking for {o}", "{q} is the new head of {d}", "the form for {t} is ready", "the price of {o} is now {n} euros", "the {o} from {c} are here", "the code for the door is {k}",
    "the party for {p} is in {m}", "there are {n} new {o} in the store", "the printer on floor {n} is broken", "{p} and {q} are on holiday", "the talk on {t} is full", "our {o} are sold out until {m}",
    "the deadline for {t} is in {m}", "the new tool is called {k}", "the parking lot in {c} is free on {w}", "the report by {q} is late", "we are out of {o}", "the bus to {c} is at gate {n}",
    "the course on {t} is full", "the keys are with {p}", "the rule on {t} is new", "the lights in {c} are off", "the shop is open until {n} minutes past six", "{p} is back in {m}",
)
STYLES: dict[str, tuple[str, tuple[str, ...]]] = {  # style -> how it is named, sentences with the clause c (C: first letter capital)
    "formal": ("formal", ("We would like to inform you that {c}.", "Please be advised that {c}.", "We hereby inform you that {c}.")),
    "casual": ("casual", ("Hey, just so you know, {c}!", "Hey, heads up: {c}!", "Hi there, {c}, okay?")),
    "child": ("for a child", ("Guess what? {C}! Isn't that something?", "Listen, little friend: {c}!")),
    "pirate": ("like a pirate", ("Arr, matey, {c}!", "Ahoy! {C}, arr!")),
    "polite": ("very polite", ("Excuse me, may I kindly mention that {c}? Thank you.", "If I may, I would like to mention that {c}. Thank you.")),
    "telegram": ("like a telegram", ("{U} STOP",)),
    "headline": ("like a headline", ("NEWS: {U}",)),
    "robot": ("like a robot", ("Beep. Information: {c}. Beep.", "Beep boop. {C}. Beep.")),
    "poet": ("like an old poet", ("O hear, dear friend, that {c}!", "O listen, gentle reader: {c}!")),
    "excited": ("excited", ("Wow, {c}!!!", "Amazing news: {c}!!!")),
    "sad": ("sad", ("Sigh. {C}. How sad.", "Alas, {c}. How sad.")),
    "question": ("as a question", ("Did you know that {c}?", "Have you heard that {c}?")),
}
STYLE_ASK = (
    "Rewrite this so that it sounds {s}.", "Say this so that it sounds {s}.", "Make this sound {s}.", "Rewrite in this style: {s}.", "Style: {s}. Rewrite the sentence.",
    "Please rephrase this. The style is {s}.", "Put this in another style: {s}.", "How would this be said, {s}?", "Change the style of the sentence: {s}.", "Write it {s}.",
    "I need this message, but {s}.", "Could you word this differently: {s}?", "Give me this {s}.", "Express this {s}.", "Turn this into something {s}.", "The same message, {s}, please.",
    "Word it {s}.", "Keep the content, change the style: {s}.", "Restyle: {s}.", "Same facts, new style ({s}).", "Tell it {s}.", "Phrase this {s}.",
)
ROLE_ASK = ("Pass on this message.", "Tell the team.", "Announce this.", "Say this in your way.", "Write a note about this.", "Share this news.", "Let everyone know.", "Tell them this.",
            "Put this in your words.", "Give this message to the others.", "Spread the word.", "Report this.")
ROLES = {
    "formal": ("Always write formally.", "You write formal letters.", "Use formal language.", "Formal style only.", "You are a formal writer.", "Your tone is formal.", "Stay formal at all times."), "casual": ("Write casually.", "You are relaxed and casual.", "Use casual language.", "You chat casually.", "Your tone is casual.", "Stay casual at all times."),
    "child": ("You talk to small children.", "Write for a child.", "Explain everything to a child."), "pirate": ("You are a pirate.", "Talk like a pirate.", "Answer as a pirate would.", "You speak like a pirate.", "Pirate style only.", "You are an old pirate on a ship."),
    "polite": ("You are extremely polite.", "Be very polite in all you write.", "Always be exceptionally polite.", "Choose the most polite words.", "Your tone is very polite.", "Very polite style only."), "telegram": ("You send telegrams.", "Write like a telegram.", "Answer as a telegram."),
    "headline": ("You write headlines.", "Write newspaper headlines.", "Answer as a headline.", "Use the style of a headline.", "Speak in headlines.", "Headline style only.", "You work for a newspaper and write headlines."), "robot": ("You are a robot.", "Talk like a robot.", "Answer as a robot would."),
    "poet": ("You are an old poet.", "Speak like an old poet.", "Answer as a poet would.", "You are a poet of old times.", "Be an old poet.", "Poetic style only.", "Sound like an old poet."), "excited": ("You are very excited.", "Write with great excitement.", "Be excited about everything.", "Your tone is excited.", "Sound very excited.", "Excited style only.", "Everything excites you."),
    "sad": ("You are sad about everything.", "Write in a sad tone.", "Sound sad.", "Your tone is sad.", "Sad style only.", "Everything makes you sad."), "question": ("Say everything as a question.", "You only speak in questions.", "Put everything as a question."),
}
# instructions with the same meaning: as a command, as a question, politely, in few words
INSTRUCTIONS: tuple[tuple[str, str, str, str], ...] = (
    ("Classify the {x} as {l} or {k}.", "Is the {x} {l} or {k}?", "Please classify the {x} as {l} or {k}.", "{x}: {l} or {k}?"),
    ("Label the {x} with {l} or {k}.", "Which label fits the {x}, {l} or {k}?", "Please label the {x} with {l} or {k}.", "Label: {l} or {k}?"),
    ("List the {a} named in the {x}.", "Which {a} are named in the {x}?", "Please list the {a} named in the {x}.", "All {a} in the {x}?"),
    ("Extract all {a} from the {x}.", "Which {a} does the {x} mention?", "Please extract all {a} from the {x}.", "{a} mentioned in the {x}?"),
    ("Count the {a} in the {x}.", "How many {a} are in the {x}?", "Please count the {a} in the {x}.", "Number of {a} in the {x}?"),
    ("Summarize the {x} in {n} sentences.", "What does the {x} say, in {n} sentences?", "Please summarize the {x} in {n} sentences.", "{x} in {n} sentences?"),
    ("Explain {t} to {p}.", "How would you explain {t} to {p}?", "Please explain {t} to {p}.", "{t}, for {p}?"),
    ("Translate the {x} into {g}.", "What is the {x} in {g}?", "Please translate the {x} into {g}.", "{x} into {g}?"),
    ("Name the owner of the {a}.", "Who is the owner of the {a}?", "Please name the owner of the {a}.", "Owner of the {a}?"),
    ("Find the word '{t}' in the {x}.", "Where in the {x} is the word '{t}'?", "Please find the word '{t}' in the {x}.", "'{t}' in the {x}?"),
    ("Sort the {a} by {h}.", "What is the order of the {a} by {h}?", "Please sort the {a} by {h}.", "{a} by {h}?"),
    ("Compare the {a} with the {b}.", "How do the {a} compare with the {b}?", "Please compare the {a} with the {b}.", "{a} against {b}?"),
    ("Tell me when {p} left {c}.", "When did {p} leave {c}?", "Please tell me when {p} left {c}.", "{p}: left {c} when?"),
    ("Remove the {a} from the {x}.", "Can you remove the {a} from the {x}?", "Please remove the {a} from the {x}.", "{x} without {a}?"),
    ("Write {n} lines about {t}.", "Can you write {n} lines about {t}?", "Please write {n} lines about {t}.", "{n} lines on {t}?"),
    ("Decide whether the {x} is {l}.", "Is the {x} {l}?", "Please decide whether the {x} is {l}.", "{x}: {l}?"),
    ("Give the price of {n} {a}.", "How much do {n} {a} cost?", "Please give the price of {n} {a}.", "Price of {n} {a}?"),
    ("Answer the question about {t}.", "What is the answer to the question about {t}?", "Please answer the question about {t}.", "Answer on {t}?"),
    ("Say who wrote the {x} about {t}.", "Who wrote the {x} about {t}?", "Please say who wrote the {x} about {t}.", "Author of the {x} about {t}?"),
    ("Convert the {x} to {f}.", "Can you convert the {x} to {f}?", "Please convert the {x} to {f}.", "{x} as {f}?"),
)
LABELS = (("positive", "negative"), ("urgent", "normal"), ("polite", "rude"), ("formal", "casual"), ("true", "false"), ("happy", "sad"), ("public", "private"),
          ("safe", "unsafe"), ("useful", "useless"), ("complete", "incomplete"), ("friendly", "offensive"), ("relevant", "irrelevant"))
KINDS = ("people", "cities", "dates", "numbers", "products", "models", "teams", "prices", "names", "places", "countries", "companies", "tools", "books", "codes", "emotions")
LANGUAGES = ("French", "German", "Spanish", "Italian", "Polish", "Greek", "Turkish", "Japanese", "Dutch", "Danish", "Korean", "Hindi")
FORMATS = ("JSON", "CSV", "a table", "a list", "capital letters", "one sentence", "bullet points", "lower case", "Markdown", "plain text")
PARAPHRASE_ASK: tuple[tuple[str, ...], ...] = (
    ("Rewrite the instruction as a command.", "Turn this into a plain command.", "Make it an order.", "Say it as a direct instruction.", "Write the request as an imperative.", "Give it as a command."),
    ("Rewrite the instruction as a question.", "Turn this into a question.", "Ask it as a question.", "Phrase the request as a question.", "Make it a question.", "Write it as a question."),
    ("Rewrite the instruction politely.", "Make the request polite, with please.", "Add a please: make it polite.", "Ask for this politely.", "Be polite: rewrite the request.", "Turn it into a polite request.", "Please rewrite the instruction politely.", "Please make the request polite, with please."),
    ("Rewrite the instruction in as few words as possible.", "Make it very short.", "Shorten the request.", "Say it tersely.", "Cut it to a few words.", "Give a terse version of the request.", "Please rewrite the instruction in as few words as possible.", "Now make it very short."),
    ("Paraphrase the instruction.", "Write this instruction differently.", "Rewrite the instruction in other words.", "Say the same request in another way.", "Give another wording of this prompt.",
     "Rephrase the request.", "Write a new version of this prompt with the same meaning.", "How else could I ask this?", "Reword this instruction.", "Suggest another prompt that asks the same.",
     "Improve the wording of this prompt, but keep the meaning.", "Propose a different prompt for the same task.", "Now rewrite the instruction in other words.", "Kindly say the same request in another way."),
)
TEXTS = ("text", "review", "message", "passage", "letter", "abstract", "comment", "report", "note", "story", "sentence", "document", "memo", "list", "email", "article")


def _clause(w: World) -> str:
    return w.entity(CLAUSES).format(t=w.entity("topics"), w=w.pick(DAYS), o=w.entity("objects"), n=w.number(2, 40), p=w.entity("first_names"), q=w.person(), c=w.entity("cities"),
                                    d=w.entity("departments"), k=w.code(), m=w.pick(MONTHS))


def style(w: World, *, kind: str | None = None, role: bool | None = None) -> list[dict]:
    """A short message in another style, asked for in the user turn or set by the system turn.

    kind: a key of `STYLES`; role: the system turn sets the style.
    Example: Make this sound formal: The keys are with Ana. -> We would like to inform you that the keys are with Ana.
    """
    kind, clause = kind or w.pick(tuple(STYLES)), _clause(w)
    named, forms = STYLES[kind]
    big = clause[0].upper() + clause[1:]
    answer = w.pick(forms).format(c=clause, C=big, U=clause.upper())
    if role or (role is None and w.chance(0.35)):
        return [*ask(w, w.entity(ROLE_ASK), big + ".", system=w.entity(ROLES[kind])), reply(answer)]
    return [*show(w, w.say(STYLE_ASK, s=named), big + ".", labels=("Sentence", "Message", "Text", "Input")), reply(answer)]


def paraphrase(w: World, *, form: int | None = None) -> list[dict]:
    """An instruction in other words: as a command, a question, politely, in few words, or any other way.

    form: 0 command, 1 question, 2 polite, 3 terse, 4 any.
    Example: Turn this into a question: List the cities named in the note. -> Which cities are named in the note?
    """
    form = w.number(0, 4) if form is None else form
    first, second = w.pick(LABELS) if w.chance(0.6) else (w.nonce(), w.nonce())
    a, b = (w.pick(KINDS), w.entity("objects")) if w.chance(0.5) else w.entities("objects", 2)
    slots = {"x": w.entity(TEXTS), "a": a, "b": b, "n": w.number(2, 9), "p": w.entity("first_names"), "c": w.entity("cities"), "l": first, "k": second,
             "t": w.entity("topics"), "g": w.pick(LANGUAGES), "f": w.pick(FORMATS), "h": w.pick(("name", "price", "size", "date", "age", "weight", "color"))}
    versions = w.entity(INSTRUCTIONS)
    target = w.number(0, 2) if form == 4 else form
    source = w.pick([i for i in range(3) if i != target])
    given, answer = (text[0].upper() + text[1:] for text in (versions[source].format(**slots), versions[target].format(**slots)))
    return [*ask(w, w.entity(PARAPHRASE_ASK[form]), given, label=w.pick(("Instruction", "Prompt", "Request"))), reply(answer)]


FAMILIES = {style: 1.0, paraphrase: 0.8}
