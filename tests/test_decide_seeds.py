"""Several training seeds: what they differ by is in the intervals of the rung that trains, and of what it gains."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, t
from test_decide import right, run
from test_decide_command import ladder, moods
from test_decide_ladders import LABELED
from test_decide_ladders import moods as task
from tiny import tiny_causal

from helpers import places
from helpers.decide import climb, decide, rung, rungs_for
from helpers.decide.limits import Bar, Sums, read
from helpers.decide.seeds import Errors
from helpers.models import load


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(f"hf:{tiny_causal(tmp_path_factory.mktemp('models'), context=512)}", cache=False)


def seeded(*counts: int, n: int = 200):
    """A rung that trains, with so many of n examples right with each seed."""
    first, *others = (run("tuned", right(count, n)) for count in counts)
    return rung(first, repeats=others)


def test_the_variance_between_seeds_is_added_with_welchs_degrees_of_freedom():
    errors = Errors.of(np.array([0.03]), np.array([[0.58, 0.61, 0.64]]), 201)
    between = 0.0009 / 3  # the means' variance is 0.03², and there are three
    assert errors.size[0] == pytest.approx(math.sqrt(0.0009 + between))
    assert errors.freedom[0] == pytest.approx(0.0012**2 / (0.0009**2 / 200 + between**2 / 2))
    assert errors.reach(np.array([norm.ppf(0.975)]))[0] == pytest.approx(t.ppf(0.975, errors.freedom[0]))  # 2.044, not 1.960


def test_seeds_that_differ_by_nothing_change_no_limit_by_one_bit():
    scores = np.random.default_rng(0).random((1, 3, 90)).round(1)
    same = np.repeat(scores.mean(-1)[..., None], 3, -1)
    for plain in (True, False):
        once, thrice = (read(Sums.of(scores, seeds), Bar(0.5), plain=plain) for seeds in (None, same))
        for a, b in ((once.score, thrice.score), (once.gain, thrice.gain)):
            assert all(np.array_equal(getattr(a, part), getattr(b, part)) for part in ("value", "low", "high", "z"))


def test_seeds_that_differ_widely_make_a_wide_interval_and_the_mean_is_the_score():
    close, wide = (decide([seeded(*counts)]).table.iloc[0] for counts in ((119, 120, 121), (80, 120, 160)))
    assert close["score"] == wide["score"] == pytest.approx(0.6)
    assert close["high"] - close["low"] < 0.15 < 0.5 < wide["high"] - wide["low"]
    assert (wide["seeds"], wide["seed_low"], wide["seed_high"]) == (3, 0.4, 0.8)


def test_what_would_be_named_after_one_training_is_open_after_three_that_differ():
    bare = run("bare", right(100, 200), usd=0.0001)
    assert decide([bare, seeded(160)]).rung == "tuned"
    verdict = decide([bare, seeded(160, 110, 200)])
    assert (verdict.rung, verdict.undetermined) == (None, True)
    assert "tuned is the mean over 3 seeds, 0.55 to 1.00; its intervals hold what they differ by." in verdict.reasons
    assert "more training seeds" in verdict.reasons[-1]


def test_a_spread_that_two_rungs_share_is_not_in_their_difference():
    scores = np.stack([right(120, 200), right(122, 200)])[None].astype(float)
    together = np.array([[[0.5, 0.6, 0.7], [0.51, 0.61, 0.71]]])
    gain = read(Sums.of(scores, together), Bar(), plain=True).gain
    assert gain.high[0, 0, 1] == read(Sums.of(scores), Bar(), plain=True).gain.high[0, 0, 1]


def test_rungs_over_different_numbers_of_seeds_cannot_be_paired():
    other = replace(seeded(100, 101, 102), run=run("other", right(100, 200)))
    with pytest.raises(ValueError, match="different numbers of seeds, tuned over 2, other over 3: run each over the same"):
        decide([seeded(100, 110), other])


def test_a_seed_whose_replies_failed_leaves_the_test_incomplete():
    broken = rung(run("tuned", right(120, 200)), repeats=[run("tuned", [math.nan, *right(120, 199)])])
    assert "tuned is incomplete: 1 of 200 replies failed" in repr(decide([run("bare", right(100, 200)), broken]))


def test_each_seed_trains_anew_and_only_the_rungs_that_train_are_repeated(model, tmp_path):
    ladder = rungs_for(task(), model, seeds=2, epochs=1, folder=tmp_path, rank=2, batch=2)
    steps = tuple(step for step in ladder.steps if step.name in ("bare prompt", "LoRA", "LoRA + int8"))
    bare, *tuned = climb(replace(ladder, steps=steps), split="test")
    assert ([one.seeds for one in (bare, *tuned)], bare.repeats) == ([1, 2, 2], ())
    assert [one.run.look.number for one in (bare, *tuned)] == [1, 2, 4]
    weights = {step.again[0](64).fingerprint for step in steps[1:]} | {step.open(64).fingerprint for step in steps[1:]}
    assert len(weights) == 4


def test_one_seed_is_the_default_and_none_or_many_are_refused(model):
    assert all(step.again == () for step in rungs_for(task(), model).steps)
    for seeds in (0, 11, True, 2.0):
        with pytest.raises(ValueError, match=f"seeds={seeds!r}: it is how often to train, a whole number from 1 to 10"):
            rungs_for(task(), model, seeds=seeds)


def test_the_screen_and_the_page_say_what_the_seeds_had_and_after_one_what_is_not_known(tmp_path, capsys, model):
    typed = [moods(tmp_path), "--model", model.spec, "--train-rows", "6", "--limit", "6", "--shots", "1"]
    assert ladder(*typed, "--seeds", "2", "--out", tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert re.search(r"^LoRA .* 2: \d\.\d\d to \d\.\d\d ", said, re.MULTILINE)
    assert "over seeds" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "out" / "runs" / "LoRA, seed 1" / "run.json").exists()
    assert "looks, and" not in said  # the budget is a look a seed
    assert ladder(*typed, "--looks", "99") == 0
    alone = " ".join(capsys.readouterr().out.split())
    assert (
        f"{', '.join(LABELED[6:])}: trained once, so the intervals do not hold what another training run would change (--seeds 3)" in alone
    )
    assert "over seeds" not in alone
    assert len(list(places.outputs("decide").glob("*/runs/LoRA, seed*"))) == 0


def test_a_number_of_seeds_that_is_none_is_refused(capsys):
    assert ladder("my.csv", "--seeds", "11") == 2
    assert "argument --seeds: got '11'; it is how often to train, a whole number from 1 to 10" in capsys.readouterr().err
