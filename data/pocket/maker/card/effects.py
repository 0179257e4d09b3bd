"""The experiments behind the phenomena: each asks the same held-out questions in two ways and scores both.

An experiment returns rows (name, what a score is, scores without, scores with), one score an example.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from helpers.methods.calculator import calculate
from helpers.metrics.scores import json_valid
from pocket_maker.card.desk import Case, Desk, case, with_tools
from pocket_maker.card.scores import declined, made_up, number, says
from pocket_maker.card.tuning import lora
from pocket_maker.corpus.dress import ask
from pocket_maker.corpus.families.arithmetic import arithmetic, chain, plain, value_of
from pocket_maker.corpus.families.calculators import CALC_ASK, calculator_offer
from pocket_maker.corpus.families.critique import CRITIQUE_ASK
from pocket_maker.corpus.families.extraction import extract
from pocket_maker.corpus.families.facts_ask import DECLINE_ASK
from pocket_maker.corpus.families.in_context import LABELS_ASK, LAYOUTS
from pocket_maker.corpus.families.mappings import mapping
from pocket_maker.corpus.families.passages import near_miss, passage
from pocket_maker.corpus.families.posing import TELL, pose
from pocket_maker.corpus.families.problems import word_problem

if TYPE_CHECKING:
    from helpers.models import Reply
    from pocket_maker.corpus.world import World

__all__ = ["EXPERIMENTS"]

Rows = list[tuple[str, str, list[float], list[float]]]
SAMPLES = 9


def shots(desk: Desk) -> Rows:
    """The same new reviews under made-up labels, after 0, 1 and 6 of the same examples."""
    made = [_labeled(w) for w in desk.worlds("shots")]
    got = {k: desk.ask([show(k) for show, _ in made], max_tokens=24) for k in (0, 1, 6)}
    right = {k: [says(r.text, answer) for r, (_, answer) in zip(replies, made, strict=True)] for k, replies in got.items()}
    names = {0: "few-shot (6) over zero-shot, made-up labels", 1: "6 shots over 1, made-up labels"}
    return [(name, "right", right[k], right[6]) for k, name in names.items()]


def _labeled(w: World) -> tuple[Callable[[int], list[dict]], str]:
    """A function from a number of shots to a prompt, and the answer."""
    rule = mapping(w, "sentiment", "arbitrary")
    pairs = [rule.draw(label) for _ in range(3) for label in w.rng.sample(rule.labels, 2)]
    query, answer = rule.draw()
    labels = w.say(LABELS_ASK, l=", ".join(sorted(rule.labels)))
    before, between, gap = w.entity(LAYOUTS)
    space = "" if between.endswith("\n") else " "

    def show(k: int) -> list[dict]:
        lines = [f"{before}{x}{between}{space}{y}" for x, y in pairs[:k]] + [f"{before}{query}{between}"]
        return [{"role": "user", "content": f"{labels}\n\n{gap.join(lines)}".rstrip("\n")}]

    return show, answer


def self_consistency(desk: Desk) -> Rows:
    """Word problems with steps at temperature 1: one sample, and the vote of nine."""
    cases = [case(word_problem(w, terms=3 + i % 3, steps=True)) for i, w in enumerate(desk.worlds("vote"))]
    prompts = [c.messages for c in cases]
    samples = [[number(r.text) for r in desk.ask(prompts, max_tokens=160, temperature=1.0, seed=s)] for s in range(SAMPLES)]
    truth = [number(c.target) for c in cases]
    votes = [_vote([row[i] for row in samples]) for i in range(len(cases))]
    one, many = ([float(a == t) for a, t in zip(answers, truth, strict=True)] for answers in (samples[0], votes))
    return [(f"a vote of {SAMPLES} samples over one, word problems with steps", "right", one, many)]


def _vote(answers: list[str | None]) -> str | None:
    """The most frequent answer, the first of equals; a sample without a number has no vote."""
    counts = Counter(a for a in answers if a is not None)
    return counts.most_common(1)[0][0] if counts else None


def critique(desk: Desk) -> Rows:
    """The model's own direct answer, then a request to check it: right before and after."""
    out: Rows = []
    for name, family in {"sums": arithmetic, "word problems": word_problem}.items():
        cases = [(case(family(w, terms=2 + i % 2, steps=False)), w) for i, w in enumerate(desk.worlds(f"critique {name}"))]
        out.append((f"a critique turn over the draft, {name} answered at once", "right", *_criticized(desk, cases)))
    return out


def _criticized(desk: Desk, cases: list[tuple[Case, World]]) -> tuple[list[float], list[float]]:
    drafts = desk.ask([c.messages for c, _ in cases], max_tokens=48)
    again = [
        [*c.messages, {"role": "assistant", "content": draft.text}, {"role": "user", "content": w.entity(CRITIQUE_ASK)}]
        for (c, w), draft in zip(cases, drafts, strict=True)
    ]
    finals = [number(r.text) or number(d.text) for r, d in zip(desk.ask(again, max_tokens=96), drafts, strict=True)]
    truth = [number(c.target) for c, _ in cases]
    before = [float(number(d.text) == t) for d, t in zip(drafts, truth, strict=True)]
    return before, [float(a == t) for a, t in zip(finals, truth, strict=True)]


def passages(desk: Desk) -> Rows:
    """Questions with and without their text; and, for what the text lacks, told to decline or not."""
    open_, closed, told, untold, there, answers = [], [], [], [], [], []
    for w in desk.worlds("passages"):
        p = passage(w)
        f, missing, tell = w.pick(p.facts), near_miss(w, p), w.say(TELL)
        open_.append(pose(w, p.text, f.question(w)))
        closed.append(ask(w, f.question(w), noise=0))
        told.append(pose(w, p.text, missing.question(w), tell=tell))
        untold.append(pose(w, p.text, missing.question(w)))
        there.append(pose(w, p.text, f.question(w), tell=tell))
        answers.append(f.answer)
    replies = [desk.ask(prompts, max_tokens=48) for prompts in (open_, closed, told, untold, there)]
    right = [[says(r.text, a) for r, a in zip(row, answers, strict=True)] for row in replies[:2]]
    no = [[float(declined(r.text)) for r in row] for row in replies[2:]]
    return [
        ("reading the passage over closed book", "right", right[1], right[0]),
        ("declining what the passage lacks: told to over not told", "declined", no[1], no[0]),
        ("declining, told to: what the passage lacks over what it has", "declined", no[2], no[0]),
    ]


def hallucination(desk: Desk) -> Rows:
    """The facts task's dev questions on events after the cutoff and private matters: wrong and confident, told to decline or not."""
    from helpers.tasks import load_task

    rows = [row for row in load_task("facts")["dev"] if row["kind"] != "known"][: desk.n]
    worlds = desk.worlds("hallucination", len(rows))
    told = [ask(w, f"{row['input']} {w.entity(DECLINE_ASK)}", noise=0) for w, row in zip(worlds, rows, strict=True)]
    bare = [[{"role": "user", "content": row["input"]}] for row in rows]
    replies = [desk.ask(prompts) for prompts in (told, bare)]
    wrong = [[float(made_up(reply.text, row["target"])) for reply, row in zip(some, rows, strict=True)] for some in replies]
    return [("hallucination: not told to decline over told", "wrong and confident", *wrong)]


def json_asked(desk: Desk) -> Rows:
    """The same extraction with and without a request for JSON."""
    asked = [[case(extract(w, fmt=fmt)).messages for w in desk.worlds("json asked")] for fmt in ("plain", "json")]
    valid = [[json_valid(r.text) for r in desk.ask(prompts, max_tokens=224)] for prompts in asked]
    return [("JSON asked for over not asked for", "valid JSON", *valid)]


def calculator(desk: Desk) -> Rows:
    """Sums of four and five terms, alone and with a calculator that really computes."""
    alone, tooled, truth = [], [], []
    for i, w in enumerate(desk.worlds("calculator")):
        c = chain(w, 4 + i % 2)
        question, (schema, _, _) = ask(w, w.say(CALC_ASK, e=plain(c)), noise=0), calculator_offer(w)
        alone.append(question)
        tooled.append(with_tools(question, [schema]))
        truth.append(str(value_of(c)))
    calls = desk.ask(tooled, max_tokens=96)
    after = desk.ask([_with_result(prompt, reply) for prompt, reply in zip(tooled, calls, strict=True)])
    finals = [b if a.tool_calls else a for a, b in zip(calls, after, strict=True)]
    right = [[float(number(r.text) == t) for r, t in zip(replies, truth, strict=True)] for replies in (desk.ask(alone), finals)]
    return [("calling a calculator over computing alone, sums of 4 and 5", "right", *right)]


def _with_result(prompt: list[dict], reply: Reply) -> list[dict]:
    """The conversation after the call: what the calculator returns, or its error; without a call the prompt as it was."""
    if not reply.tool_calls:
        return prompt
    call = reply.tool_calls[0]
    try:
        result = str(calculate(" ".join(str(value) for value in call["arguments"].values())))
    except ValueError as error:
        result = str(error)
    called = {"role": "assistant", "content": reply.text, "tool_calls": [{"type": "function", "function": call}]}
    return [*prompt, called, {"role": "tool", "content": result}]


EXPERIMENTS: dict[str, Callable[[Desk], Rows]] = {
    "few-shot": shots, "self-consistency": self_consistency, "critique": critique, "passages": passages, "hallucination": hallucination,
    "JSON": json_asked, "calculator": calculator, "LoRA": lora,
}  # fmt: skip
