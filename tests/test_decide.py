"""The verdict: which rung, why, and when nothing can be said yet."""

from __future__ import annotations

import math

import pytest
from scipy.stats import binomtest
from tiny import tiny_causal

from helpers.decide import Budget, Prices, decide, draw, rung
from helpers.models import load
from helpers.runs.record import Run, frame


@pytest.fixture
def key(monkeypatch):
    """Lets a hosted model be named; it is never asked."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_causal(tmp_path_factory.mktemp("models"))


def run(name: str, scores, *, usd=0.001, seconds=0.1, model="m", ids="e", tokens=(100, 10)) -> Run:
    costs = {"tokens_in": tokens[0], "tokens_out": tokens[1], "seconds": seconds, "usd": usd, "cached": False, "error": None}
    texts = {"messages": [], "reply": "", "answer": ""}
    rows = [{"id": f"{ids}{i}", "input": f"q{i}", "target": "a", **texts, "score": float(s), **costs} for i, s in enumerate(scores)]
    return Run("toy", name, model, "test", "label", frame(rows), {}, {}, 1.0)


def right(count: int, n: int = 100) -> list[int]:
    """The first `count` of n examples right: of two such rungs, the better one wins without a loss."""
    return [1] * count + [0] * (n - count)


def test_the_lowest_of_three_equal_rungs_is_named():
    verdict = decide([run(name, right(80, 400)) for name in ("a", "b", "c")])
    assert (verdict.rung, verdict.undetermined, verdict.more_examples, verdict.fallback) == ("a", False, None, None)
    assert "No higher rung is better than a by 0.05" in verdict.reasons[2]
    assert verdict.reasons[-1].startswith("Verdict: a. It is the cheapest rung that is good enough")


def test_a_rung_that_is_clearly_worse_is_passed_over_and_said_to_be():
    verdict = decide([run("bare", right(20)), run("tuned", right(90))])
    assert verdict.rung == "tuned"
    assert "bare is surely worse than tuned: that one gains +0.70 [+0.53, +0.84] (99.9%), 70 wins, 0 losses, n=100." in repr(verdict)


def close() -> list[Run]:
    """Two rungs with 12 wins and 6 losses on 100 examples."""
    low, high = right(60), right(60)
    low[0:4], high[60:68], high[10:16] = [0] * 4, [1] * 8, [0] * 6
    return [run("low", low), run("high", high, usd=0.004)]


def test_what_cannot_be_said_is_undetermined_with_a_number_and_a_rung_to_use_until_then():
    verdict = decide(close())
    assert (verdict.rung, verdict.undetermined, verdict.meanwhile, verdict.fallback) == (None, True, "low", "high")
    assert (verdict.said, verdict.risk) == ("undetermined", pytest.approx(0.2018, abs=1e-4))
    assert "Until then: low ($1 for 1,000 answers), the cheapest rung that is not out. The risk: high may be better by up to 0.20." in repr(
        verdict
    )
    assert "If that is too much: high ($4 for 1,000 answers) is known to do." in repr(verdict)
    assert 500 < verdict.more_examples < 10_000
    assert f"About {verdict.more_examples:,} further examples like these would probably settle it" in verdict.reasons[-1]


def test_a_rung_that_costs_more_and_scored_less_is_no_way_out():
    cheap = [1] * 34 + [0] * 14
    good = [0] * 2 + [1] * 42 + [0] * 4
    costly = [0] * 12 + [1] * 36
    verdict = decide([run("cheap", cheap), run("good", good, usd=0.002), run("costly", costly, usd=0.003)], good_enough=0.3)
    states = dict(zip(verdict.table["rung"], verdict.table["state"], strict=True))
    assert (states["costly"], verdict.said, verdict.fallback) == ("will do", "undetermined", None)
    assert "The highest score so far, 0.88, is that of good" in repr(verdict)


def test_a_file_that_cannot_settle_it_says_why_and_what_else_could():
    low, high = [0] * 150 + [1] * 450, [1] * 150 + [0] * 120 + [1] * 330  # 150 wins, 120 losses: a gain of the margin
    verdict = decide([run("low", low), run("high", high)])
    assert (verdict.undetermined, verdict.more_examples) == (True, None)
    assert "This file cannot settle it: for 600 examples the gain of high, +0.05, is too close to the margin of 0.05" in verdict.reasons[-1]
    assert verdict.reasons[-1].endswith("What could: a larger margin (0.15 would settle it today), or a rung that differs more.")
    runs = [run("a", right(90)), run("b", right(92))]
    assert "a lower bar (0.82 is surely met)" in decide(runs, good_enough=0.88, margin=0.2).reasons[-1]


def test_a_gain_that_is_real_and_below_the_margin_is_no_reason_to_climb():
    verdict = decide([run("small", right(900, 2000)), run("large", right(930, 2000), usd=1.0)])  # 30 wins, no loss: p < 0.001
    assert verdict.rung == "small"
    assert "What large gains is small but real: that one gains +0.01 [+0.01, +0.02], 30 wins, 0 losses, n=2000." in repr(verdict)


def test_of_rungs_that_will_do_the_cheapest_is_named_wherever_it_stands():
    runs = [run(name, right(80, 400), usd=usd) for name, usd in (("large", 0.02), ("unknown", math.nan), ("cheap", 0.001))]
    verdict = decide(runs)
    assert verdict.rung == "cheap"
    assert "from the cheapest up: cheap, large, unknown." in verdict.reasons[0]
    assert verdict.table["rung"].tolist() == ["large", "unknown", "cheap"]


def test_of_rungs_that_cost_the_same_the_smallest_is_named_and_then_the_first():
    sizes = {"plain": 26.0, "int8": 13.0, "served": math.nan, "again": 13.0}
    assert decide([rung(run(name, right(80, 400)), megabytes=size) for name, size in sizes.items()]).rung == "int8"


def test_good_enough_needs_the_whole_interval():
    runs = [run("a", right(90)), run("b", right(92))]
    assert decide(runs, good_enough=0.7, margin=0.2).rung == "a"
    assert decide(runs, good_enough=0.88, margin=0.2).undetermined  # 0.88 lies inside [0.83, 0.94]
    nothing = decide(runs, good_enough=0.99, margin=0.2)
    assert (nothing.rung, nothing.undetermined, nothing.said) == (None, False, "none")
    assert "no rung within the budget will do" in nothing.reasons[-1]


def test_the_quality_of_the_table_is_wilsons_interval():
    row, want = decide([run("a", right(70, 200))]).table.iloc[0], binomtest(70, 200).proportion_ci(method="wilson")
    assert (row["score"], row["low"], row["high"]) == pytest.approx((0.35, want.low, want.high))


def test_among_many_rungs_a_gain_must_be_surer_to_count():
    runs = [run("a", right(75, 300)), *(run(name, right(104, 300)) for name in "bcdefgh")]  # 29 wins, no loss
    assert decide(runs[:2]).rung == "b"
    eight = decide(runs)
    assert (eight.undetermined, eight.rung) == (True, None)
    assert "(99.99%)" in eight.reasons[2]


def test_a_rung_over_the_budget_is_out_and_the_others_are_judged_without_it():
    cheap, dear = run("cheap", right(40), usd=0.001), run("dear", right(95), usd=0.02)
    verdict = decide([cheap, dear], budget=Budget(dollars_per_1000=5))
    assert verdict.rung == "cheap"
    assert "dear is out: 1,000 answers cost $20, and the limit is $5." in verdict.reasons
    assert verdict.table["state"].tolist() == ["will do", "over budget"]
    assert decide([cheap, dear], budget=Budget(dollars_per_1000=20)).rung == "dear"


def test_latency_size_and_privacy_each_can_rule_a_rung_out():
    slow = rung(run("slow", right(50), seconds=0.4), megabytes=20, private=False)
    for budget, why in (
        (Budget(p95_ms=50), "95 of 100 answers take 400 ms, and the limit is 50 ms"),
        (Budget(megabytes=10), "its weights take 20 MB, and the limit is 10 MB"),
        (Budget(private=True), "its data leaves this machine"),
    ):
        verdict = decide([slow], budget=budget)
        assert verdict.rung is None
        assert f"slow is out: {why}." in verdict.reasons


def test_what_is_not_known_does_not_pass_for_free():
    unknown = run("hosted", right(90), usd=math.nan)
    assert "it is not known what 1,000 answers cost" in repr(decide([unknown], budget=Budget(dollars_per_1000=100)))
    assert "it is not known whether its data stays" in repr(decide([unknown], budget=Budget(private=True)))
    assert decide([unknown]).rung == "hosted"


def test_two_rungs_of_one_name_and_other_examples_are_refused():
    with pytest.raises(ValueError, match="two rungs are called 'a': give each method a name of its own"):
        decide([run("a", right(5)), run("a", right(6))])
    with pytest.raises(ValueError, match="cannot compare 'a' and 'b': 200 examples are in only one of the runs"):
        decide([run("a", right(5)), run("b", right(5), ids="f")])
    with pytest.raises(ValueError, match="decide needs one run at least"):
        decide([])


@pytest.mark.parametrize(
    ("options", "why"),
    [({"good_enough": 70}, "it is a mean score, from 0 to 1"), ({"margin": 0}, "above 0"), ({"alpha": 0.9}, "a share of errors")],
)
def test_a_bar_that_makes_no_sense_is_refused(options, why):
    with pytest.raises(ValueError, match=why):
        decide([run("a", right(5))], **options)
    with pytest.raises(ValueError, match="p95_ms=-1: a limit is a number, 0 or more"):
        Budget(p95_ms=-1)


def test_a_local_models_seconds_are_paid_by_the_hour():
    assert Prices(dollars_per_hour=3.6).per_1000(run("a", [1, 0], usd=0.0, seconds=0.5)) == pytest.approx(0.5)
    assert Prices().per_1000(run("a", [1, 0], usd=0.002)) == pytest.approx(2.0)


def test_token_prices_count_what_is_read_and_what_is_written():
    assert Prices(dollars_in=2, dollars_out=8).per_1000(run("a", [1], tokens=(300, 50), usd=0.0)) == pytest.approx(1.0)
    assert Prices.like("gpt-4.1") == Prices(dollars_in=2.0, dollars_out=8.0)
    with pytest.raises(ValueError, match="no price for 'gpt-0'"):
        Prices.like("gpt-0")
    with pytest.raises(ValueError, match="a token price has two sides"):
        Prices(dollars_in=1.0)


def test_a_hosted_model_costs_its_own_price_whatever_is_assumed_for_others():
    billed, unlisted = run("a", [1, 0], usd=0.0002), run("a", [1, 0], usd=math.nan)
    assert Prices.like("gpt-4.1").per_1000(billed) == pytest.approx(0.2)
    assert math.isnan(Prices.like("gpt-4.1").per_1000(unlisted))
    assert "hosted models as billed" in Prices.like("gpt-4.1").words


def test_a_rung_without_a_model_costs_nothing_and_keeps_its_data():
    trivial = rung(run("trivial", [1, 0], model="none", seconds=0, usd=0))
    assert (trivial.dollars_per_1000, trivial.p95_ms, trivial.megabytes, trivial.private) == (0, 0, 0, True)


def test_size_and_place_are_read_off_the_model(folder, key):
    local, hosted = rung(run("a", [1]), load(f"hf:{folder}")), rung(run("a", [1]), load("openai:m@https://x.invalid/v1"))
    size = (folder / "model.safetensors").stat().st_size / 1e6
    assert (local.megabytes, local.private) == (size, True)
    assert (hosted.megabytes, hosted.private) == (0.0, False)


def test_latency_is_that_of_questions_asked_one_at_a_time():
    alone = run("a", [1] * 60)
    alone.table["seconds"] = [0.001 * i for i in range(1, 61)]
    got = rung(run("a", [1] * 64, seconds=0.0001), timed=alone)
    assert (got.median_ms, got.p95_ms) == pytest.approx((30.5, 57.05))  # numpy's linear quantiles of 1..60


def test_six_answers_do_not_say_what_95_of_100_take():
    six = rung(run("a", right(90)), timed=run("a", [1] * 6, seconds=0.01))
    assert (six.median_ms, math.isnan(six.p95_ms)) == (pytest.approx(10), True)
    verdict = decide([six], budget=Budget(p95_ms=50))
    assert verdict.rung is None
    assert "it is not known what 95 of 100 answers take: that takes 59 answers or more, timed one at a time" in repr(verdict)
    assert decide([rung(run("a", right(90)), timed=run("a", [1] * 59, seconds=0.01))], budget=Budget(p95_ms=50)).rung == "a"


def test_the_figure_has_a_number_a_rung_and_marks_the_verdict():
    verdict = decide([rung(run("none", right(30), model="none")), run("a", right(90)), run("b", right(91), usd=0.5)], margin=0.2)
    ax = draw(verdict, title="x")
    texts = [text.get_text() for text in ax.texts]
    assert sorted(text for text in texts if len(text) == 1 or text == "costs 0") == ["1", "2", "3", "costs 0"]
    assert "2  a: will do" in texts
    assert any(text.startswith("ring: the verdict") for text in texts)
    assert (ax.get_xscale(), ax.get_xlabel()) == ("log", "US dollars for 1,000 answers, log scale")
    with pytest.raises(ValueError, match="no cost 'tokens'"):
        draw(verdict, x="tokens")


def test_the_face_in_a_notebook_is_escaped():
    face = decide([run("<b>", right(3))])._repr_html_()
    assert "&lt;b&gt;" in face
    assert "<b>" not in face.replace('<b style="color:', "")


def test_unread_answers_are_told_with_their_rung_and_have_a_column():
    few = run("few-shot", right(50))
    few.table["error"] = [None] * 55 + ["context too long"] * 45
    verdict = decide([run("bare", right(50)), few])
    assert "45 of 100 answers of few-shot could not be read and count as wrong: context too long." in verdict.reasons
    assert verdict.table["unread"].tolist() == [0, 45]
    assert "unread" not in decide([run("bare", right(50))]).table


def test_nothing_is_decided_while_a_rung_is_incomplete():
    part = run("few-shot", [math.nan] * 3 + right(90)[3:])
    part.table.loc[:2, "error"] = "timeout"
    verdict = decide([run("bare", right(90)), part, run("tuned", right(90))])
    assert (verdict.said, verdict.more_examples, verdict.fallback) == ("undetermined", None, None)
    assert "few-shot is incomplete: 3 of 100 replies failed (timeout)." in verdict.reasons
    assert verdict.reasons[-1].startswith("Verdict: undetermined, as the test is incomplete")
    assert verdict.table["state"].tolist() == ["cannot be said", "incomplete", "cannot be said"]
    ax = draw(verdict)
    assert [text.get_text() for text in ax.texts if len(text.get_text()) == 1] == ["1", "3"]


def test_an_incomplete_rung_over_the_budget_keeps_nobody_waiting():
    dear = run("dear", [math.nan, *right(90)[1:]], usd=1.0)
    assert decide([run("bare", right(90)), dear], budget=Budget(dollars_per_1000=10)).rung == "bare"


def test_a_rung_s_costs_are_those_of_the_replies_that_came(key):
    half = run("half", [math.nan, 1], usd=0.002, seconds=1.0)
    half.table.loc[0, ["usd", "seconds"]] = 0.0
    hosted = rung(half, load("openai:m@https://x.invalid/v1"))
    assert (hosted.dollars_per_1000, hosted.median_ms) == pytest.approx((2.0, 1000.0))


def test_a_share_of_a_batch_is_no_latency(folder):
    batched, alone = (load(f"hf:{folder}", batch_size=size) for size in (64, 1))
    quick = rung(run("local", [1] * 60, seconds=0.002), batched)
    assert "it is not known what 95 of 100 answers take" in repr(decide([quick], budget=Budget(p95_ms=50)))
    assert rung(run("local", [1] * 60, seconds=0.002), alone).p95_ms == pytest.approx(2)
    assert rung(run("local", [1]), batched, timed=run("local", [1], seconds=0.03)).median_ms == pytest.approx(30)


def test_the_size_of_a_model_that_is_served_on_this_machine_is_not_known():
    served = rung(run("served", [1]), load("openai:m@http://localhost:11434/v1"))
    assert (math.isnan(served.megabytes), served.private) == (True, True)
    assert decide([served], budget=Budget(megabytes=10)).rung is None


def test_the_figure_has_room_for_what_is_good_enough():
    assert draw(decide([run("a", right(10))], good_enough=0.9)).get_ylim()[1] > 0.9


def known(verdict) -> list[str]:
    return list(verdict.known.values())


def test_what_is_known_of_each_rung_never_contradicts_the_verdict():
    cheap, good, costly = [1] * 34 + [0] * 14, [0] * 2 + [1] * 42 + [0] * 4, [0] * 12 + [1] * 36
    verdict = decide([run("cheap", cheap), run("good", good, usd=0.002), run("costly", costly, usd=0.003)], good_enough=0.3)
    assert (verdict.said, known(verdict)[2]) == ("undetermined", "will do; open is the cheaper cheap")
    assert known(verdict)[0] == "open: good (and 1 more) may be better"
    settled = decide([run("low", right(10)), run("named", right(90)), run("again", right(90), usd=0.1)], good_enough=0.5)
    assert settled.rung == "named"
    assert known(settled)[:2] == ["out: below 0.5", "will do, and is the cheapest that does"]
    assert known(settled)[2] == "will do, and no cheaper than named"
    small = decide(
        [run("named", right(190, 200)), run("near", right(100, 200), usd=0.1), run("far", right(20, 200), usd=1)], good_enough=0.5
    )
    assert known(small)[1:] == ["open, and no cheaper than named", "out: below 0.5"]


def test_what_is_known_says_which_rung_is_better_and_whether_the_bar_is_met():
    assert known(decide([run("bare", right(20)), run("tuned", right(90))]))[0] == "out: tuned is better"
    assert known(decide([run("a", right(90)), run("b", right(92))], good_enough=0.88, margin=0.2))[0] == "open: perhaps below 0.88"
    assert known(decide([run("a", right(10)), run("b", right(12))], good_enough=0.9)) == ["out: below 0.9"] * 2
