"""Arithmetic, word problems, tools and agents: every conversation is well formed, right, and keeps held-out phrasings back."""

from __future__ import annotations

import importlib
import itertools
import json
import re

import pytest

from pocket_maker.corpus.chat import render
from pocket_maker.corpus.families import agents, arithmetic, calculators, chains, problems, searching, toolbox, tools, verifying
from pocket_maker.corpus.world import World, held_out

MODULES = ("arithmetic", "verifying", "searching", "problems", "experts", "tools", "calculators", "agents", "chains")
LOADED = [importlib.import_module(f"pocket_maker.corpus.families.{name}") for name in MODULES]
ALL = [family for module in LOADED for family in module.FAMILIES]
WITH_JSON = {"chain"}
FOLLOWS = {"system": "user", "user": "assistant", "tool": "assistant"}
STEP = re.compile(r"(?<![-+*/x] )(?<![\d.])(\d+) ([-+x*]) (\d+) = (\d+)(?![\d.]*\d)")
RESULT = {"+": int.__add__, "-": int.__sub__, "x": int.__mul__, "*": int.__mul__}


def samples(family, n: int = 300, split: str = "train", **knobs) -> list[list[dict]]:
    return [family(World(seed, split), **knobs) for seed in range(n)]


def asked(conversation: list[dict]) -> str:
    return "\n".join(m["content"] for m in conversation if m["role"] in ("system", "user"))


@pytest.mark.parametrize("split", ["train", "held"])
@pytest.mark.parametrize("family", ALL, ids=lambda f: f.__name__)
def test_every_conversation_is_well_formed(family, split):
    for conversation in samples(family, split=split):
        turns = conversation[1:] if conversation[0]["role"] == "tools" else conversation
        assert turns[-1]["role"] == "assistant"
        assert render(conversation).endswith("<|end|>")
        for before, after in itertools.pairwise(turns):
            assert after["role"] == ("tool" if before.get("tool_calls") else FOLLOWS.get(before["role"], "user"))
        text = " ".join(m["content"] for m in turns)
        assert not re.search(r"\{[a-z]\w*\}|\b(a a|the the|an an) ", text), text
        assert all(m["content"] or m.get("tool_calls") for m in turns)


@pytest.mark.parametrize("split", ["train", "held"])
@pytest.mark.parametrize("family", ALL, ids=lambda f: f.__name__)
def test_every_step_an_assistant_writes_is_true(family, split):
    for conversation in samples(family, split=split):
        for message in conversation:
            if message["role"] == "assistant":
                for a, op, b, c in STEP.findall(message["content"]):
                    assert RESULT[op](int(a), int(b)) == int(c), message["content"]


@pytest.mark.parametrize("family", ALL, ids=lambda f: f.__name__)
def test_the_same_seed_gives_the_same_conversation(family):
    assert samples(family, 20) == samples(family, 20)


def test_there_are_at_least_twenty_phrasings_of_everything():
    for module in LOADED:
        for name, value in vars(module).items():
            if name.endswith("_ASK") and isinstance(value, tuple):
                few = 4 if name in ("NONE_ASK", "TABLE_ASK", "SENTENCE_ASK") else 10 if name == "REPAIR_ASK" else 18
                assert len(set(value)) == len(value) >= few, f"{module.__name__}.{name}: {len(value)}"


@pytest.mark.parametrize("module", LOADED, ids=MODULES)
def test_training_never_shows_a_held_out_phrasing(module):
    lists = [v for n, v in vars(module).items() if n.endswith("_ASK") and isinstance(v, tuple)]
    held = {p for v in lists for p in v if held_out(p) and "{" not in p}
    shown = {p for v in lists for p in v if not held_out(p)}
    held = [p for p in held if not any(p.lower() in q.lower() for q in shown)]
    texts = "\n".join(asked(c) for family in module.FAMILIES for c in samples(family, 400))
    assert [p for p in held if re.search(rf"(?<![A-Za-z] ){re.escape(p)}", texts)] == []


def test_a_sum_is_answered_with_its_value():
    for terms in (2, 3, 6):
        for c in samples(arithmetic.arithmetic, 100, terms=terms, steps=False):
            text = re.sub(" +", " ", re.sub(r"(and then )?\b(plus|minus|take away)\b", lambda m: "+" if m[2] == "plus" else "-", asked(c)))
            e = re.search(r"\d+(?: ?[-+] ?\d+)+", text)
            if not e and re.search("[a-z] [0-9]+ [a-z]", text):
                continue  # a typo in "plus"
            numbers = [int(n) for n in re.findall(r"[-+]?\d+", e[0].replace(" ", ""))]
            assert len(numbers) == terms, text
            assert int(re.findall(r"\d+", c[-1]["content"])[-1]) == sum(numbers)
            assert "The answer" not in c[-1]["content"]


def test_partial_results_stay_between_0_and_199():
    for seed in range(500):
        c = arithmetic.chain(World(seed), 6)
        assert all(0 <= arithmetic.value_of((c[0], c[1][:k])) <= 199 for k in range(6))
    assert arithmetic.steps_of((7, [("+", 5), ("-", 3)])) == "7 + 5 = 12. 12 - 3 = 9. The answer is 9."


def test_steps_are_asked_for_when_they_are_given_and_only_then():
    with_steps, without = (samples(problems.word_problem, 200, terms=3, steps=steps) for steps in (True, False))
    assert sum(any(s.lower() in asked(c).lower() for s in arithmetic.STEPS_ASK) for c in with_steps) > 180  # a misspelled call is not found
    bare = [asked(c).lower() for c in without if not any(s.lower() in asked(c).lower() for s in arithmetic.NUMBER_ASK)]
    assert [text for text in bare if any(s.lower() in text for s in arithmetic.STEPS_ASK)] == []  # "Don't explain." is no call for steps
    for c in with_steps:
        assert re.fullmatch(r"\d+ [-+] \d+ = \d+\. \d+ [-+] \d+ = (\d+)\. The answer is \1\.", c[-1]["content"])


def test_a_result_stands_behind_the_tag_that_was_asked_for():
    how, answer = arithmetic.tagged(World(1), "Think aloud.", "7 + 5 = 12. The answer is 12.", 12)
    tag = answer.removeprefix("7 + 5 = 12. ").removesuffix(" 12")
    assert tag in arithmetic.TAGS
    assert tag in how
    assert arithmetic.tagged(World(1), "", "12", 12)[1] == f"{tag} 12"


def test_a_story_without_an_owner_has_no_gain_between_two_people():
    between = ("{p} gives {q} {n} {o}.", "{n} more {o} arrive.")
    assert problems._told(between, "There are {n} {o} at the counter.") == between[1:]
    assert problems._told(between, "{p} has {n} {o}.") == between


def test_a_tag_that_has_to_be_copied_is_never_misspelled():
    assert arithmetic.misspelled("End with ANSWER") == 0 < arithmetic.misspelled("Think aloud.")


def test_a_story_names_the_numbers_of_its_chain_in_order():
    for seed in range(300):
        text, c = problems.story(World(seed), 4, distract=0)
        words = {word: str(i) for i, word in enumerate(problems.NUMBERS)}
        numbers = [words.get(t, t) for t in re.findall(r"\d+|[a-z]+", text.lower())]
        numbers = [int(t) for t in numbers if t.isdigit()]
        mine = {c[0], *(m for _, m in c[1])}
        assert next(n for n in numbers if n in mine) == c[0], text
        assert mine <= set(numbers), text
        assert text[-1] in "?.", text


def test_a_wrong_worked_answer_is_found_at_its_step():
    for c in samples(verifying.check_work, 200, terms=4, right=False, label=False):
        step = int(re.match(r"Step (\d) is wrong\.", c[-1]["content"])[1])
        wrong = [(i, RESULT[op](int(a), int(b)) != int(n)) for i, (a, op, b, n) in enumerate(STEP.findall(c[-2]["content"]), 1)]
        assert [i for i, bad in wrong if bad] == [step]


def test_a_target_is_reached_or_said_to_be_impossible():
    for c in samples(searching.make_target, 300, steps=False):
        numbers = list(map(int, re.findall(r"\d+", asked(c))))
        found = re.fullmatch(r"(\d+) [-+] (\d+) = (\d+)", c[-1]["content"])
        assert {int(n) for n in found.groups()} <= set(numbers) if found else c[-1]["content"] == "impossible"


def test_states_are_judged_by_hand_worked_rules():
    states = {"sure": ([5], [3, 8], [1, 4]), "impossible": ([4], [3, 9], [1, 1, 1]), "likely": ([1, 2, 9], [5, 5, 5])}
    assert {verdict: {searching.verdict_on(n, 5) for n in numbers} for verdict, numbers in states.items()} == {v: {v} for v in states}
    assert searching.after([3, 5, 8], (3, "+", 5, 8)) == [8, 8]


def test_calls_follow_their_schema_and_copy_the_users_words():
    for c in samples(tools.tool_call, 300, needed=True, n_tools=3):
        schemas = {t["function"]["name"]: t["function"]["parameters"] for t in c[0]["content"]}
        call = c[-1]["tool_calls"][0]["function"]
        schema = schemas[call["name"]]
        assert set(schema["required"]) <= set(call["arguments"]) <= set(schema["properties"])
        for name, value in call["arguments"].items():
            kind = schema["properties"][name]
            assert {"string": str, "integer": int, "boolean": bool, "number": float}[kind["type"]] is type(value)
            assert value in kind.get("enum", [value])
            assert isinstance(value, bool) or "enum" in kind or str(value) in asked(c)


def test_no_tool_is_called_when_none_is_needed():
    assert all(c[-1]["content"] and "tool_calls" not in c[-1] for c in samples(tools.tool_call, 200, needed=False))


def test_rival_tools_never_stand_side_by_side():
    where = {name: tool for tool, t in toolbox.TOOLS.items() for name in t.names}
    assert set(" ".join(tools.ALIKE).split()) <= set(toolbox.NAMES)
    assert len(toolbox.NAMES) >= 60
    assert len(where) == sum(len(t.names) for t in toolbox.TOOLS.values()), "two tools share a name"
    for seed in range(200):
        offers = tools.offers_of(World(seed), "get_weather", 4)
        assert "get_forecast" not in {toolbox.NAMES[list(toolbox.TOOLS.values()).index(o.tool)] for o in offers}


def test_every_tool_keeps_requests_for_training_and_its_templates_fit_its_slots():
    for name, tool in toolbox.TOOLS.items():
        assert any(not held_out(a) for a in tool.asks), name
        needed = {s for s, (_, must, _) in tool.slots.items() if must}
        for text in tool.asks:
            slots = {s.partition("=")[0] for _, s in toolbox.parsed(text) if s}
            assert needed <= slots <= set(tool.slots), (name, text)
        assert all({s for _, s in toolbox.parsed(a) if s} <= {*tool.slots, *(f for f, _ in tool.fields)} for a in tool.answers), name
        assert any({s for _, s in toolbox.parsed(a) if s} <= {*needed, *(f for f, _ in tool.fields)} for a in tool.answers), name


def test_the_calculator_keeps_precedence():
    assert calculators.value_of_expression("37 * 14 - 3") == 515
    assert calculators.value_of_expression("5 + 6 * 2 - 8 / 4") == 15


def test_an_agent_finishes_with_what_it_observed():
    for c in samples(agents.react, 100, kind="gap", turns=True):
        seen = [int(re.findall(r"\d+", m["content"])[0]) for m in c if m["content"].startswith("Observation")]
        assert seen[0] - seen[1] == seen[2]
        assert c[-1]["content"].endswith(f"Finish[{seen[2]}]")


def test_the_first_link_of_a_chain_answers_in_json_of_the_asked_keys():
    for c in samples(chains.chain, 200, stage="read"):
        values = json.loads(c[-1]["content"])
        assert all(str(v) in asked(c) for v in values.values() if v is not None)
        assert all(k in asked(c) for k in values)


def test_one_row_only_fits_the_second_link():
    for c in samples(chains.chain, 300, stage="pick"):
        assert c[-1]["content"] == "none" or asked(c).count(c[-1]["content"]) == 1


def test_in_training_many_tools_have_made_up_names_and_on_the_held_out_side_none():
    name = toolbox.NAMES[0]
    shown = {split: [toolbox.offer(World(seed, split), name).name for seed in range(200)] for split in ("train", "held")}
    real = {n.replace("_", "").lower() for n in toolbox.TOOLS[name].names}
    made_up = {split: sum(n.replace("_", "").lower() not in real for n in names) for split, names in shown.items()}
    assert made_up["held"] == 0
    assert 40 < made_up["train"] < 120
