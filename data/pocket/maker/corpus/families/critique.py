"""Looking again at a draft: name what is wrong with it in a sentence and write it right, or keep it when it is fine."""

from __future__ import annotations

import json
from typing import NamedTuple

from pocket_maker.corpus.dress import SYSTEMS, noisy, reply
from pocket_maker.corpus.families.answers import fact, wrong_value
from pocket_maker.corpus.families.filling import DAYS
from pocket_maker.corpus.families.mappings import mapping
from pocket_maker.corpus.families.reviews import review
from pocket_maker.corpus.world import World, phrasings

__all__ = ["critique", "rewrite", "Draft", "draft"]

CRITIQUE_ASK = phrasings("critique", "critique_ask")
DRAFT_ASK = phrasings("critique", "draft_ask")
FINE = phrasings("critique", "fine")
REWRITE_ASK = phrasings("critique", "rewrite_ask")
NOTES = phrasings("critique", "notes")
SLOTS = {"name": "p", "day": "d", "number": "n"}
NOTES_WITH = {what: tuple(note for note in NOTES if "{" + slot + "}" in note) for what, slot in SLOTS.items()}


class Draft(NamedTuple):
    """A task, a draft of its answer, the right answer, and the flaw in a sentence ("" when the draft is right)."""
    task: str
    draft: str
    answer: str
    flaw: str


def _one_word(w: World) -> Draft:
    """Asked for the bare answer, given a sentence."""
    f = fact(w, w.pick(("city", "day", "month", "color", "object", "number")))
    form = w.pick(("Answer with {k} only.", "Give {k} only.", "Write just {k}.", "Nothing but {k}, please.")).format(
        k={"city": "the city", "day": "the day", "month": "the month", "color": "the color", "object": "the thing", "number": "the number"}[f.kind])
    return Draft(f"{f.say(f.value)} {f.question} {form}", f.say(f.value, True), f.value, "The task asks for the bare answer, not for a sentence.")


def _wrong_fact(w: World) -> Draft:
    """Read the wrong value out of a text."""
    f, other = fact(w), fact(w)
    x = wrong_value(w, f)
    text = " ".join(w.rng.sample([f.say(f.value), other.say(other.value)], 2))
    return Draft(f"{text} {f.question}", f"{x}", f.value, f"The text says {f.value}, not {x}.")


def _sum(w: World) -> Draft:
    """A wrong sum or difference."""
    a, b = w.number(2, 60), w.number(2, 40)
    op, right = ("+", a + b) if a < b or w.chance(0.5) else ("-", a - b)
    wrong = right + w.pick((1, 2, 10, -1)) if right else 1
    ask = w.pick(("What is {e}?", "Compute {e}.", "{e} = ?", "How much is {e}?", "Calculate {e}.")).format(e=f"{a} {op} {b}")
    return Draft(ask, str(wrong), str(right), f"{a} {op} {b} is {right}, not {wrong}.")


def _missing(w: World) -> Draft:
    """A list with one entry left out."""
    make = w.pick((w.person, w.code, lambda: w.entity("cities"), lambda: w.entity("first_names")))
    found = list(dict.fromkeys(make() for _ in range(w.number(3, 5))))
    lost = w.pick(found)
    task = w.pick(("Write these in one line, separated by commas: {x}.", "List all of them with commas: {x}.", "Copy the list, with commas: {x}.")).format(x=" and ".join(found))
    return Draft(task, ", ".join(x for x in found if x != lost), ", ".join(found), f"{lost} is missing.")


def _capitals(w: World) -> Draft:
    """Asked for capitals, given small letters."""
    words_ = " ".join(w.entities("common_words", w.number(1, 4))) if w.chance(0.7) else w.nonce()
    task = w.pick(("Write in capitals: {x}", "Put this in capital letters: {x}", "Uppercase this: {x}", "Repeat in capitals: {x}")).format(x=words_)
    return Draft(task, words_ if w.chance(0.6) else words_.capitalize(), words_.upper(), "It is not in capitals.")


def _json(w: World) -> Draft:
    """Asked for JSON, given plain text."""
    key, value = w.pick((("name", w.person()), ("city", w.entity("cities")), ("code", w.code()), ("day", w.pick(DAYS))))
    carrier = w.pick(("The {k} is {v}.", "We noted the {k} {v}.", "{v} is the {k}.", "Please enter {v} as the {k}.")).format(k=key, v=value)
    task = w.pick(('Give the {k} as JSON with the key "{k}": {c}', 'Return {{"{k}": ...}} for this text: {c}', 'Extract the {k} in JSON under "{k}". {c}')).format(k=key, c=carrier)
    return Draft(task, value, json.dumps({key: value}, ensure_ascii=False), "The task asks for JSON.")


def _label(w: World) -> Draft:
    """The wrong label for a review."""
    found = review(w, size=w.pick((1, 2)))
    wrong = "negative" if found.side == "positive" else "positive"
    feeling = "likes" if found.side == "positive" else "does not like"
    task = w.pick(("Is this review positive or negative? One word. {t}", "Label as positive or negative: {t}", "{t} Positive or negative? Give the label.")).format(t=found.text)
    return Draft(task, wrong, found.side, f"The writer {feeling} it, so {wrong} is wrong.")


def _copied(w: World) -> Draft:
    """A code copied with a slip."""
    f = fact(w, "code")
    x = wrong_value(w, f)
    task = w.pick(("Copy the code exactly: {v}", "Repeat: {v}", "Write down {v}", "{s} What is the code or name in this sentence?")).format(v=f.value, s=f.say(f.value))
    return Draft(task, x, f.value, f"{x} is not the same as {f.value}.")


def _order(w: World) -> Draft:
    """A string job from the list rules, done with the wrong rule."""
    rule = mapping(w, "words")
    text, right = rule.draw()
    if not rule.task or right == text:
        return _sum(w)
    return Draft(f"{rule.task} {text}", text, right, "The draft only repeats the input.")


_MAKERS = (_one_word, _wrong_fact, _wrong_fact, _sum, _sum, _missing, _missing, _capitals, _json, _label, _label, _copied, _order)


def draft(w: World, right: bool | None = None) -> Draft:
    """A task with a flawed draft, or (right) with one that needs no change."""
    made = w.pick(_MAKERS)(w)
    right = w.chance(0.35) if right is None else right
    return made._replace(draft=made.answer, flaw="") if right else made


def _final(w: World, d: Draft) -> str:
    """The critique and the answer, on two lines or on one."""
    return (d.flaw or w.pick(FINE)) + w.pick(("\n", "\n", " ")) + d.answer


def critique(w: World, *, right: bool | None = None, turns: bool | None = None) -> list[dict]:
    """A draft answer -> its flaw in one sentence and the right answer; right: the draft is right already; turns: as a conversation.

    "Task: What is 14 + 9?\\nDraft: 24\\nCritique and rewrite." -> "14 + 9 is 23, not 24.\\n23"
    """
    d, turns = draft(w, right), w.chance(0.65) if turns is None else turns
    opening = [{"role": "system", "content": w.pick(SYSTEMS)}] if w.chance(0.2) else []
    if not turns:
        return [*opening, {"role": "user", "content": w.say(DRAFT_ASK, q=d.task, d=d.draft)}, reply(_final(w, d))]
    first = {**reply(d.draft), "weight": 0} if d.flaw else reply(d.draft)
    return [*opening, {"role": "user", "content": d.task}, first, {"role": "user", "content": noisy(w, w.entity(CRITIQUE_ASK))}, reply(_final(w, d))]


def _note(w: World, what: str) -> tuple[str, dict[str, str]]:
    """A short note that has what is to be changed, and its slots."""
    slots = {"x": w.entity("objects"), "p": w.entity("first_names"), "d": w.pick(DAYS), "n": str(w.number(2, 60))}
    return w.pick(NOTES_WITH.get(what, NOTES)).format(**slots), slots


def rewrite(w: World, *, what: str | None = None) -> list[dict]:
    """One property of a note changed and the rest kept; what: a key of REWRITE_ASK.

    "Ask Ana for 5 pens.\\nChange the number to 7." -> "Ask Ana for 7 pens."
    """
    what = what or w.pick(tuple(REWRITE_ASK))
    text, slots = _note(w, what)
    old = slots[SLOTS.get(what, "p")]
    new = {"name": w.entity("first_names"), "day": w.pick(DAYS), "number": str(w.number(2, 60))}.get(what, "")
    if what in ("first", "thanks") or w.chance(0.3):
        text += f" {w.pick(('It matters.', 'Take your time.', 'There is no rush.', 'We are waiting.', 'Use the blue form.', 'Do it first.'))}"
    request = w.say(REWRITE_ASK[what], n=new, o=old)
    content = w.pick(("{r}\n{t}", "{t}\n{r}", "{r} {t}", "Text: {t}\n{r}", "{r}\nText: {t}", "\"{t}\"\n{r}")).format(r=request, t=text)
    return [{"role": "user", "content": content}, reply(_changed(what, text, old, new))]


def _changed(what: str, text: str, old: str, new: str) -> str:
    """The note with its one change."""
    first = text.split(". ")[0].rstrip(".")
    return {"upper": text.upper(), "lower": text.lower(), "please": "Please " + text[0].lower() + text[1:], "exclaim": text.rstrip(".") + "!", "first": first + ".",
            "quote": f'"{text}"', "thanks": text + " Thank you."}.get(what) or text.replace(old, new, 1)


FAMILIES = {critique: 2.0, rewrite: 0.8}
