"""The report card: each scorer with right and wrong replies, verdicts, and the card of a model that is always silent."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from tiny import tiny_causal

from helpers.methods.calculator import calculate
from helpers.models import ModelError, Reply
from pocket_maker.card import bits, effects, families, lines, report, speed
from pocket_maker.card import scores as score
from pocket_maker.card.desk import Case, case, open_desk
from pocket_maker.card.perplexity import perplexity
from pocket_maker.card.phenomena import Effect, verdicts
from pocket_maker.card.text import table
from pocket_maker.corpus import stream
from pocket_maker.corpus.chat import render
from pocket_maker.corpus.families.calculators import calculator
from pocket_maker.corpus.world import World

CITY = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]}
TOOLS = ({"type": "function", "function": {"name": "weather", "description": "", "parameters": CITY}},)


def reply(text: str = "", *calls: dict) -> Reply:
    return Reply(text, 1, 1, 0.0, 0.0, tool_calls=calls)


def call(name: str, **arguments: object) -> dict:
    return {"name": name, "arguments": arguments}


@pytest.mark.parametrize(("scorer", "target", "right", "wrong"), [
    (score.same, "Oslo", "The answer is Oslo.", "Bergen"),
    (score.same, '{"a": 1, "b": 2}', '{"b":2,"a":1}', '{"a": 1}'),
    (score.same, "[veltor]", "[veltor]", "[velto]"),
    (score.same, "@", "@", "#"),
    (score.last_number, "4 + 5 = 9. The answer is 9.", "5 + 4 = 9. The answer is 9.", "4 + 5 = 8. The answer is 8."),
    (score.last_number, "1000", "1,000.0", "no idea"),
    (score.only_number, "9", "9.", "4 + 5 = 9. The answer is 9."),
    (score.declines, "I don't know.", "I don\u2019t know.", "In 1987."),
    (score.valid_json, '["a"]', '["b", "c"]', "a, b"),
    (score.list_f1, '{"models": ["a"]}', '{"models": ["A"]}', '{"models": []}'),
])  # fmt: skip
def test_a_scorer_tells_a_right_reply_from_a_wrong_one(scorer, target, right, wrong) -> None:
    assert scorer(reply(right), Case([], target)) == 1.0
    assert scorer(reply(wrong), Case([], target)) == 0.0


@pytest.mark.parametrize(("got", "valid", "right"), [
    ((call("weather", city="Oslo"),), 1, 1),
    ((call("weather", city="Bergen"),), 1, 0),
    ((call("weather", city="Oslo", days="two"),), 0, 0),
    ((call("weather", city="Oslo", days=True),), 0, 0),
    ((call("weather", days=2),), 0, 0),
    ((call("weather", city="Oslo", hour=3),), 0, 0),
    ((call("forecast", city="Oslo"),), 0, 0),
    ((call("weather", city="Oslo"),) * 2, 0, 0),
    ((), 0, 0),
])  # fmt: skip
def test_a_call_is_valid_by_its_schema_and_right_by_its_arguments(got, valid, right) -> None:
    wanted = Case([], "", call("weather", city="Oslo"), TOOLS)
    assert (score.valid_call(reply("", *got), wanted), score.right_call(reply("", *got), wanted)) == (valid, right)


def test_silence_and_a_broken_call_are_not_the_same_as_no_call() -> None:
    texts = ("I have no tool for that.", "", '<|call|>{"name"')
    assert [score.no_call(reply(text), Case([], "")) for text in texts] == [1.0, 0.0, 0.0]


def test_a_case_reads_as_the_corpus_renders_it() -> None:
    conversation = calculator(World(3, "held"))
    one = case(conversation[:-3] + conversation[-3:-2])
    assert render(one.messages, generation_prompt=True) == render(conversation[:-3], generation_prompt=True)
    assert one.call["arguments"]
    assert one.tools


def test_the_calculator_computes_and_executes_nothing() -> None:
    assert (calculate("2 + 3 * (4 - 1)"), calculate(" -7 / 2 "), calculate("10/5")) == (11, -3.5, 2)
    for text in ("__import__('os').system('true')", "2 ** 9", "9" * 300, "1 +", "True", "'a' * 9"):
        with pytest.raises(ValueError, match="allowed are numbers"):
            calculate(text)
    with pytest.raises(ValueError, match="division by zero"):
        calculate("1 / 0")


@pytest.mark.parametrize(("wins", "losses", "n", "verdict"), [
    (40, 2, 200, "shows"), (0, 0, 200, "does not show"), (2, 40, 200, "does not show"), (6, 3, 40, "undetermined"),
])  # fmt: skip
def test_the_verdict_follows_from_the_interval(wins, losses, n, verdict) -> None:
    effect = Effect("x", "right", [0.0] * wins + [1.0] * (n - wins), [1.0] * (n - losses) + [0.0] * losses)
    assert (effect.wins, effect.losses, verdicts([effect])[0][1]) == (wins, losses, verdict)


def test_an_effect_that_is_no_longer_sure_among_many_is_undetermined() -> None:
    effect, none = Effect("x", "right", [0.0] * 8 + [1.0] * 42, [1.0] * 50), Effect("y", "right", [1.0] * 50, [1.0] * 50)
    assert verdicts([effect])[0][1] == "shows"
    p, verdict = verdicts([effect, *[none] * 9])[0]
    assert (p, verdict) == (pytest.approx(10 / 128), "undetermined")


def test_direct_sums_are_judged_by_their_distance_to_those_with_steps() -> None:
    direct = next(line for line in lines.LINES if line.name == "sum of 4, direct")
    steps = lines.Result(direct, [1.0] * 8 + [0.0] * 2, None)
    assert lines._met(direct, [1.0] * 6 + [0.0] * 4, {"sum of 4, steps": steps})
    assert not lines._met(direct, [1.0] * 7 + [0.0] * 3, {"sum of 4, steps": steps})


def test_the_same_sums_are_asked_with_and_without_steps() -> None:
    worlds = [World(5, "held") for _ in range(2)]
    steps, direct = (lines.SOURCES[name].make(w, 0) for name, w in zip(("sum 4 steps", "sum 4 direct"), worlds, strict=True))
    assert score.number(steps[-1]["content"]) == score.number(direct[-1]["content"])
    assert lines.SOURCES["sum 4 steps"].worlds == lines.SOURCES["sum 4 direct"].worlds


def test_a_vote_ignores_samples_without_a_number_and_keeps_the_first_of_equals() -> None:
    assert effects._vote([None, "7", "9", None, "9", "7"]) == "7"
    assert effects._vote([None, None]) is None


def test_the_calculator_result_goes_back_to_the_model() -> None:
    asked = effects._with_result([{"role": "user", "content": "?"}], reply("", call("calc", expression="40 + 2")))
    assert asked[-1] == {"role": "tool", "content": "42"}
    broken = effects._with_result([{"role": "user", "content": "?"}], reply("", call("calc", expression="forty")))
    assert "cannot compute" in broken[-1]["content"]


def test_a_bar_inside_a_cell_does_not_break_the_table() -> None:
    assert table(("a",), [("x|y\nz",)]).splitlines()[-1] == "| x\\|y z |"


def test_a_remote_model_has_no_card() -> None:
    with pytest.raises(ModelError, match="hf:<folder"):
        open_desk("openai:gpt", 200)


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model whose logits are all alike, and whose end is the first token: it always says nothing, at once."""
    from safetensors.torch import load_file, save_file

    folder = tiny_causal(tmp_path_factory.mktemp("silent"), context=2048)
    weights = load_file(folder / "model.safetensors")
    weights["lm_head.weight"] *= 0
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps(config | {"eos_token_id": [0, 1]}))
    curve = [[1000 * i, 8.0 / i] for i in range(1, 31)]
    training = {"preset": {"seed": 1, "hidden": 64}, "tokens": 30_000, "seconds": 120, "date": "2026-11-20", "curve": curve, "starts": [0]}
    (folder / "training.json").write_text(json.dumps(training))
    return folder


def test_perplexity_of_a_model_that_knows_nothing_is_its_vocabulary(silent: Path) -> None:
    local = open_desk(f"hf:{silent}", 2).local
    rows = [stream.sample(World(seed, "held")) for seed in range(3)]
    assert perplexity(local, rows) == pytest.approx(384, rel=1e-4)
    assert math.isnan(perplexity(local, []))


def test_rounding_leaves_few_levels_and_is_undone(silent: Path) -> None:
    model = open_desk(f"hf:{silent}", 2).local.model
    weight = model.model.layers[0].mlp.up_proj.weight
    before = weight.detach().clone()
    with bits.rounded(model, 2) as small:
        assert max(len(row.unique()) for row in weight) == 3
        assert weight.abs().amax(1).allclose(before.abs().amax(1))
    with bits.rounded(model, 32) as full:
        assert full == 4 * sum(p.numel() for p in model.parameters()) > small
    assert weight.equal(before)


@pytest.fixture(scope="module")
def written(silent: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The card of the silent model and its summary; fewer samples and families, for speed."""
    few = dict(list(stream.families().items())[:3])
    out = tmp_path_factory.mktemp("card") / "deep" / "CARD.md"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "families", lambda: few)
        patch.setattr(effects, "SAMPLES", 2)
        patch.setattr(speed, "NEW", 2)
        patch.setattr(speed, "SHORT", 4)
        patch.setattr(speed, "in_a_process", lambda folder: speed.measure(folder, repeats=1))
        summary = report.write_card(out, model=f"hf:{silent}", n=2)
    return out.read_text(encoding="utf-8"), summary


def test_the_card_has_every_section(written: tuple[str, str]) -> None:
    sections = re.findall(r"^## (.*)$", written[0], flags=re.MULTILINE)
    assert sections == ["What it is", "Targets", "Hand-written tasks", "Phenomena", "Size and quality", "Known weaknesses",
                        "Speed and memory", "Families"]  # fmt: skip
    assert all(f"| {line.name} |" in written[0] for line in lines.LINES)
    assert "sha256 of model.safetensors" in written[0]
    assert "30,000 tokens in 2 minutes" in written[0]
    assert "| LoRA on 4 abstracts over the better of two prompts |" in written[0]
    assert "requests failed" not in written[0]


def test_a_line_below_its_target_says_so(written: tuple[str, str]) -> None:
    row = next(line for line in written[0].splitlines() if line.startswith("| known facts |"))
    assert "0.0%" in row
    assert "**not met**" in row
    assert re.search(r"0 of 16 targets met; 0 of \d+ phenomena show", written[1])


def test_the_loss_curve_is_a_dozen_means(written: tuple[str, str]) -> None:
    rows = re.findall(r"^\| (0\.0) \| (\d\.\d{3}) \|$", written[0], flags=re.MULTILINE)
    assert len(rows) == 12
    assert rows[0][1] == "6.000"


def test_the_card_says_when_more_training_no_longer_helps_on_held_out_answers(tmp_path: Path) -> None:
    flat = [[tokens, 1.0, 0.1 - tokens / 1000, 0.3] for tokens in range(10, 100, 10)]
    (tmp_path / "training.json").write_text(json.dumps({"curve": flat, "curve_columns": ["tokens", "loss", "taught", "held out"]}))
    assert "| tokens, millions | loss | taught | held out |" in report._curve(tmp_path)
    assert "on held-out answers from 0.300 to 0.300. More training buys only memory" in report._curve(tmp_path)
    falling = [[*row[:3], 1 / row[0]] for row in flat]
    assert "buys only memory" not in report._plateau(falling)
    assert report._plateau([[tokens, 1.0] for tokens in range(9)]) == ""


def test_a_model_without_a_training_file_says_so(tmp_path: Path) -> None:
    assert "no training.json" in report._recipe(tmp_path)[0][1]
    assert report._curve(tmp_path) == ""


def test_the_weakest_families_come_with_the_shortest_wrong_example() -> None:
    cases = [Case([{"role": "user", "content": "x" * size}], "yes") for size in (9, 3)]
    weak = [families.Weak("react", [0.0, 1.0], 1.5, (cases[1], "no")), families.Weak("style", [0.0], 2.0, (cases[0], "no"))]
    text = families.weaknesses(weak)
    assert "user: xxx\n\nexpected: yes\ngot:      no" in text
    assert "style" not in text
