"""Judging text: an answer against a reference, a claim against a passage, a message for safety."""

from __future__ import annotations

import functools
import json

from pocket_maker.corpus.dress import ask, reply
from pocket_maker.corpus.families.answers import Fact, another_value, fact, right_answer, wrong_answer
from pocket_maker.corpus.families.filling import table
from pocket_maker.corpus.families.messages import offensive_text
from pocket_maker.corpus.world import World, phrasings, words

__all__ = ["judge", "factuality", "safety", "JUDGE_ASK", "VERDICTS"]

JUDGE_ASK = words("judge_asks")
VERDICTS = tuple((good, bad) for good, bad, weight in (line.split("\t") for line in words("judge_verdicts")) for _ in range(int(weight)))
KEYS = phrasings("judging", "keys")
LINES = phrasings("judging", "lines")
CLAIM_ASK = phrasings("judging", "claim_ask")
CLAIM_PAIRS = (("supported", "not supported"),) * 4 + (("yes", "no"),) * 2 + (("true", "false"), ("supported", "unsupported"), ("SUPPORTED", "NOT SUPPORTED"), ("grounded", "not grounded"),
                                                                             ("faithful", "unfaithful"), ("confirmed", "unconfirmed"))
THREE_ASK = phrasings("judging", "three_ask")
SAFETY_ASK = phrasings("judging", "safety_ask")


@functools.cache
def _paraphrases() -> tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...]:
    """(question, reference, right answers, wrong answers)."""
    rows = (line.split("\t") for line in words("judge_paraphrases"))
    return tuple((q, ref, tuple(right.split("|")), tuple(wrong.split("|"))) for q, ref, right, wrong in rows)


def _case(w: World, right: bool) -> tuple[str, str, str]:
    """Question, reference and candidate."""
    if w.chance(0.25):
        question, reference, good, bad = w.entity(_paraphrases())
        return question, reference, w.pick((*good, reference) if right else bad)
    f = fact(w)
    reference = w.pick((f.value, f.value, f.value, f.say(f.value)))
    return f.question, reference, right_answer(w, f) if right else wrong_answer(w, f)


def _laid_out(w: World, case: tuple[str, str, str], gap: str) -> str:
    """The case in three labeled lines, in running text or as JSON."""
    names, style = w.entity("judge_names").split("\t"), w.rng.random()
    tags = [name.lower().replace(" ", "_").replace("'s", "") for name in names]
    if style < 0.12:
        return w.entity(table("judge_layouts")["prose"]).format(**dict(zip("qrc", case))).rstrip()
    if style < 0.16:
        return json.dumps(dict(zip(tags, case)), indent=w.pick((None, 2)))
    line = "{n}: {t}" if style < 0.6 else w.entity(table("judge_layouts")["line"] + LINES)
    lines = [line.format(n=n, N=n.upper(), g=g, t=t).rstrip() for n, g, t in zip(names, tags, case)]
    if w.chance(0.2):
        lines[1], lines[2] = lines[2], lines[1]
    return gap.join(lines)


def _verdict(w: World, request: str, label: str, first: str) -> tuple[str, str]:
    """The request and the answer, one in six as JSON."""
    if w.chance(0.84):
        return request, label
    key = w.pick(KEYS)
    return request + " " + w.entity("judge_json").format(k=key, a=first), json.dumps({key: label})


def judge(w: World, *, right: bool | None = None) -> list[dict]:
    """Question, reference and candidate answer -> right or wrong, in the words asked for.

    "Question: How many branches does Veltora have?\\nReference: 12\\nAnswer: twelve\\nOne word: right or wrong." -> "right"
    """
    right = w.chance(0.5) if right is None else right
    case = _case(w, right)
    good, bad = w.pick(VERDICTS)
    request, answer = _verdict(w, w.say(JUDGE_ASK, a=good, b=bad), good if right else bad, good)
    gap = w.pick(("\n", "\n", "\n", "\n\n"))
    body = _laid_out(w, case, gap)
    if w.chance(0.15):
        return [{"role": "system", "content": request}, {"role": "user", "content": body}, reply(answer)]
    opening = ask(w, request, noise=0)
    opening[-1]["content"] = f"{body}{gap}{request}" if w.chance(0.4) else f"{request}\n{gap}{body}"
    return [*opening, reply(answer)]


def _passage(w: World) -> tuple[list[Fact], str]:
    """Two to five facts and the passage that states them."""
    facts = [fact(w) for _ in range(w.pick((2, 2, 3, 3, 4, 5)))]
    return facts, w.pick((" ", " ", " ", "\n")).join(f.say(f.value, w.chance(0.3)) for f in facts)


def _unmentioned(w: World, facts: list[Fact]) -> str:
    """A claim that no fact decides: another relation of a known subject, or another subject."""
    other = fact(w)
    known = w.pick(facts)
    while other.statement.replace(other.subject, known.subject) in [f.statement for f in facts]:
        other = fact(w)
    claim = other.say(other.value, w.chance(0.5))
    return claim.replace(other.subject, known.subject) if w.chance(0.6) and other.kind in ("number", "city", "code", "color", "object") else claim


def factuality(w: World, *, side: str | None = None) -> list[dict]:
    """A passage and a claim -> supported or not; side: "supported", "contradicted" or "not mentioned".

    "Write yes if the passage says so, no if it does not.\\nPassage: ... Claim: ..." -> "no"
    """
    side = side or w.pick(("supported", "supported", "contradicted", "not mentioned"))
    facts, passage = _passage(w)
    f = w.pick(facts)
    if side == "not mentioned":
        claim = _unmentioned(w, facts)
    else:
        claim = f.say(f.value if side == "supported" else another_value(w, f), w.chance(0.6))
    if w.chance(0.15):
        request, answer = w.entity(THREE_ASK), side
    else:
        a, b = w.pick(CLAIM_PAIRS)
        request, answer = _verdict(w, w.say(CLAIM_ASK, a=a, b=b), a if side == "supported" else b, a)
    p, c = w.pick((("Passage", "Claim"), ("Text", "Claim"), ("Source", "Statement"), ("Passage", "Sentence"), ("Document", "Claim"), ("Context", "Answer")))
    body, gap = f"{p}: {passage}\n{c}: {claim}", w.pick(("\n", "\n\n"))
    opening = ask(w, request, noise=0)
    opening[-1]["content"] = f"{body}{gap}{request}" if w.chance(0.4) else f"{request}{gap}{body}"
    return [*opening, reply(answer)]


def safety(w: World, *, bad: bool | None = None) -> list[dict]:
    """A message, or a chat with a model's reply -> toxic or safe.

    "Guardrail. Output toxic or safe.\nUser: Thanks for the answer!" -> "safe"
    """
    bad = w.chance(0.5) if bad is None else bad
    a, b = w.pick((("toxic", "safe"), ("toxic", "safe"), ("toxic", "safe"), ("unsafe", "safe"), ("harmful", "harmless"), ("TOXIC", "SAFE"), ("toxic", "not toxic"), ("block", "pass")))
    request, answer = _verdict(w, w.say(SAFETY_ASK, a=a, b=b), a if bad else b, a)
    text = offensive_text(w, bad)
    if w.chance(0.25):
        text = f"User: {offensive_text(w, False)}\nAssistant: {text}"
    return [*ask(w, request, text, label=w.pick(("Message", "Reply", "Comment", "Output")), noise=0), reply(answer)]


FAMILIES = {judge: 2.0, factuality: 1.5, safety: 0.5}
