"""Runs: every example a row, whatever happens to it."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from types import SimpleNamespace

import datasets
import pandas as pd
import pytest
from servers import Server

from helpers import places, runs
from helpers.methods.baselines import majority
from helpers.methods.method import Answer, prompt
from helpers.methods.shots import few_shot
from helpers.models import ModelError, Reply, load
from helpers.stats import wilson
from helpers.tasks import Task
from helpers.tasks.task import RUN_COLUMNS

TEXTS = ["good film", "bad film", "good soup", "bad soup", "odd soup"]
SHOT = [{"input": "good song", "target": "good"}]


@dataclass
class Fake:
    """Says the first word of the last turn; fails where the text holds `breaks`."""

    cache = None
    recorded = ""

    name: str = "fake"
    spec: str = "fake:1"
    breaks: str = "nothing"
    usd: float = 0.001
    calls: int = 0
    final: bool = False

    def ask_many(self, conversations, *, on_reply=None, **settings):
        self.calls += 1
        replies = [self._reply(c[-1]["content"], settings.get("max_tokens", 1)) for c in conversations]
        for i in reversed(range(len(replies))):
            if on_reply:
                on_reply(i, replies[i])
        return replies

    def _reply(self, text, tokens):
        if self.breaks in text:
            return Reply("", tokens_in=0, tokens_out=0, seconds=0.1, usd=0.0, error="timeout after 3 tries", final=self.final)
        return Reply(text.split()[0], tokens_in=len(text), tokens_out=tokens, seconds=0.1, usd=self.usd, cached=True)


def task(metric: str = "label", **changes) -> Task:
    rows = [{"id": f"e{i}", "input": text, "target": text.split()[0] if i < 4 else "bad"} for i, text in enumerate(TEXTS)]
    rows = changes.pop("rows", rows)
    splits = datasets.DatasetDict({split: datasets.Dataset.from_list(rows) for split in ("dev", "test")})
    return Task("moods", metric, ("good", "bad"), "", splits, None, changes.pop("looks", 2), "CC0-1.0")


def test_a_run_has_one_row_an_example_in_order():
    run = runs.run(prompt("{input}", name="bare", max_tokens=3), task(), Fake())
    assert list(run.table.columns) == list(RUN_COLUMNS)
    assert run.table["id"].tolist() == ["e0", "e1", "e2", "e3", "e4"]
    assert run.table["score"].tolist() == [1, 1, 1, 1, 0]
    assert run.table.loc[0, "messages"] == [{"role": "user", "content": "good film"}]
    assert (run.score, run.settings, run.template["text"], run.look) == (wilson(4, 5), {"max_tokens": 3}, "{input}", None)
    assert repr(run) == "bare on moods/dev with fake: 0.80 [0.38, 0.96], n=5"


def broken(breaks: str, split: str = "dev", **changes):
    """An incomplete run: the replies to texts that hold `breaks` failed."""
    with pytest.warns(UserWarning, match="replies failed .*; incomplete: run it again"):
        return runs.run(prompt("{input}", name="bare", max_tokens=3), task(**changes), Fake(breaks=breaks), split=split)


def test_a_run_with_failed_replies_is_incomplete_and_has_no_score():
    run = broken("good")
    assert run.table["error"].tolist() == ["timeout after 3 tries", None, "timeout after 3 tries", None, None]
    assert run.table["score"].isna().tolist() == [True, False, True, False, False]
    assert (run.complete, run.failed, run.unread, math.isnan(run.score.value), run.score.n) == (False, 2, 0, True, 5)
    assert repr(run) == ("bare on moods/dev with fake: no score, 2 of 5 replies failed (timeout after 3 tries); incomplete: run it again")


def test_an_incomplete_run_counts_no_look():
    assert broken("odd", split="test").look is None
    assert not places.outputs("looks.jsonl").exists()


def test_a_group_with_failed_replies_has_no_score_and_the_others_have():
    by = broken("odd").by("target")
    assert (math.isnan(by.loc["bad", "score"]), by.loc["bad", "failed"]) == (True, 1)
    assert (by.loc["good", "score"], by.loc["good", "failed"]) == (1, 0)


def test_a_comparison_with_an_incomplete_run_says_so_and_counts_nothing():
    whole, part = runs.run(prompt("{input}", name="whole"), task(), Fake()), broken("odd")
    pair = runs.compare(whole, part)
    assert repr(pair) == "bare - whole: no comparison, 1 of 5 replies of bare failed: run again, then compare"
    assert (math.isnan(pair.p), math.isnan(pair.difference.value), pair.wins, pair.losses, pair.ties) == (True, True, 0, 0, 0)
    assert runs.table([whole, part])[["score", "gain"]].iloc[1].isna().all()


def test_a_run_in_which_all_fail_stops_with_the_cause_and_counts_no_look():
    with pytest.raises(
        ModelError, match=r"no reply from fake: timeout after 3 tries \(all 5 requests of 'bare' failed; nothing was scored\)"
    ):
        runs.run(prompt("{input}", name="bare"), task(), Fake(breaks=" "), split="test")
    assert not places.outputs("looks.jsonl").exists()


def test_a_server_that_fails_from_the_start_is_given_up_after_the_first_few():
    rows = [{"id": f"e{i}", "input": f"good {i}", "target": "good"} for i in range(40)]
    with Server(answer=lambda text: "500") as server:
        model = load(f"openai:m@{server.url}", cache=False, retries=0, concurrency=2)
        with pytest.raises(ModelError, match=r"no reply from m: HTTP 500: scripted 500 \(all first 8 requests of 'bare'"):
            runs.run(prompt("{input}", name="bare"), task(rows=rows), model)
    assert 4 <= len(server.requests) <= 10


def test_running_again_asks_only_for_the_replies_that_failed_and_then_counts_the_look(tmp_path):
    with Server({"odd soup": ["400"]}, answer=lambda text: text.split()[0]) as server:
        model = load(f"openai:m@{server.url}", cache=tmp_path / "replies.sqlite")
        with pytest.warns(
            UserWarning, match=r"1 of 5 replies failed \(HTTP 400: scripted 400\).*run it again, which asks only for the rest"
        ):
            first = runs.run(prompt("{input}"), task(), model, split="test")
        server.requests.clear()
        again = runs.run(prompt("{input}"), task(), model, split="test")
    assert [body["messages"][-1]["content"] for body in server.requests] == ["odd soup"]
    assert (first.look, again.look.number, again.score) == (None, 1, wilson(4, 5))


def test_a_prompt_that_the_model_can_never_take_is_wrong_and_not_failed():
    run = runs.run(prompt("{input}"), task(), Fake(breaks="odd", final=True))
    assert (run.complete, run.unread, run.score) == (True, 1, wilson(4, 5))
    assert repr(run).endswith("n=5, 1 unread: timeout after 3 tries")


def test_a_reply_that_cannot_be_read_is_a_row_as_well():
    run = runs.run(prompt("{input}", answer=lambda text: {"good": "good"}[text]), task(), Fake())
    assert run.table["score"].tolist() == [1, 0, 1, 0, 0]
    assert (run.unread, run.complete) == (3, True)
    assert run.table["error"][1] == "the reply could not be read: KeyError: 'bad'"
    assert run.table["reply"][1] == "bad"


def test_an_empty_set_as_target_does_not_reward_a_failure():
    rows = [{"id": "e", "input": "good", "target": []}, {"id": "f", "input": "bad", "target": ["bad"]}]
    assert runs.run(prompt("{input}"), task("set_f1", rows=rows), Fake(breaks="good", final=True)).table["score"][0] == 0


def test_a_model_that_can_take_no_prompt_at_all_stops_the_run():
    with pytest.raises(ModelError, match=r"no reply from fake: timeout after 3 tries \(all 5 requests"):
        runs.run(prompt("{input}"), task(), Fake(breaks="", final=True))


def test_a_missing_field_is_an_error_before_any_call():
    model = Fake()
    with pytest.raises(ValueError, match=r"cannot ask about example 'e0' \(no model was called\): template 'q' needs the field 'page'"):
        runs.run(prompt("{page}", name="q"), task(), model)
    assert model.calls == 0


def test_a_target_that_cannot_be_scored_is_an_error_before_any_call():
    model = Fake()
    with pytest.raises(ValueError, match="task 'moods', example 'e1' cannot be scored: the target 'fair' is not one of the labels"):
        runs.run(prompt("{input}"), task(rows=[{"id": f"e{i}", "input": "x", "target": t} for i, t in enumerate(["good", "fair"])]), model)
    assert model.calls == 0


def test_blocks_of_examples_give_the_table_of_one(monkeypatch):
    whole = runs.run(prompt("{input}", max_tokens=3), task(), Fake())
    model = Fake()
    monkeypatch.setattr("helpers.runs.evaluation.BLOCK", 2)
    blocks = runs.run(prompt("{input}", max_tokens=3), task(), model)
    pd.testing.assert_frame_equal(blocks.table, whole.table)
    assert (model.calls, blocks.score) == (3, whole.score)


def test_a_bad_example_of_a_later_block_costs_no_call(monkeypatch):
    monkeypatch.setattr("helpers.runs.evaluation.BLOCK", 2)
    model = Fake()
    with pytest.raises(ValueError, match="example 'e4' is one of the shots"):
        runs.run(few_shot("{input}", [{"input": TEXTS[4], "target": "bad"}], max_tokens=3), task(), model)
    assert model.calls == 0


def test_a_method_that_loses_an_answer_is_named():
    method = SimpleNamespace(name="lossy", solve=lambda examples, model, on_answer: [Answer("good")])
    with pytest.raises(ValueError, match=r"method 'lossy' gave 1 answers to 5 examples: solve\(\) gives one each"):
        runs.run(method, task(), Fake())


def vote(*replies):
    return SimpleNamespace(name="vote", solve=lambda examples, model, on_answer: [Answer("good", replies)] * len(examples))


def test_several_replies_are_summed():
    good, fresh = Fake()._reply("good", 2), replace(Fake()._reply("good", 2), cached=False)
    row = runs.run(vote(good, good, fresh), task(), Fake()).table.iloc[0]
    assert (row["score"], row["tokens_out"], row["usd"], row["cached"], row["error"]) == (1, 6, 0.003, False, None)


def test_one_failure_among_several_replies_leaves_the_example_without_a_score():
    good, bad = Fake()._reply("good", 2), Fake(breaks="g")._reply("good", 2)
    with pytest.raises(ModelError, match="all 5 requests of 'vote' failed"):
        runs.run(vote(good, good, bad), task(), Fake())


def test_the_trivial_baseline_needs_no_model():
    run = runs.run(majority(task()["dev"]), task(), None)
    assert (run.model, run.score.value, run.table["cached"].any(), run.summary()["usd_per_1000"]) == ("none", 0.6, False, 0)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_takes_the_first_examples_and_none_is_refused(limit):
    assert runs.run(prompt("{input}"), task(), Fake(), limit=2).table["id"].tolist() == ["e0", "e1"]
    with pytest.raises(ValueError, match=f"limit={limit}: it is the number of examples"):
        runs.run(prompt("{input}"), task(), Fake(), limit=limit)


def test_the_summary_has_means_and_counts():
    got = broken("odd").summary()
    assert {k: got[k] for k in ("method", "model", "split", "n", "failed", "unread", "cached")} == {
        "method": "bare", "model": "fake", "split": "dev", "n": 5, "failed": 1, "unread": 0, "cached": 4,
    }  # fmt: skip
    assert (got["tokens_in"], got["tokens_out"], got["seconds"], got["usd_per_1000"]) == pytest.approx((8.5, 3, 0.1, 1))


def test_a_price_that_is_unknown_stays_unknown():
    assert math.isnan(runs.run(prompt("{input}"), task(), Fake(usd=math.nan)).summary()["usd_per_1000"])


def test_a_test_split_counts_looks_and_warns_past_the_budget():
    first, again = (runs.run(prompt("{input}"), task(looks=1), Fake(), split="test") for _ in range(2))
    assert (str(first.look), str(again.look)) == ("look 1 of 1", "look 1 of 1, had before")
    with pytest.warns(UserWarning, match="This is look 2 at the test split of 'moods', and its budget is 1: the score is no longer"):
        over = runs.run(few_shot("{input}", SHOT), task(looks=1), Fake(), split="test")
    assert (over.look.number, over.score.n) == (2, 5)


def test_other_data_under_the_same_name_has_a_budget_of_its_own():
    other = task(looks=1, rows=[{"id": "e0", "input": "good tea", "target": "good"}])
    looks = [runs.run(prompt("{input}"), which, Fake(), split="test").look for which in (task(looks=1), other, task(looks=1))]
    assert [str(look) for look in looks] == ["look 1 of 1", "look 1 of 1", "look 1 of 1, had before"]


def test_a_run_with_a_limit_is_a_look_at_the_same_data():
    looks = [runs.run(prompt("{input}"), task(), Fake(), split="test", limit=limit).look for limit in (2, None, 2)]
    assert [str(look) for look in looks] == ["look 1 of 2", "look 2 of 2", "look 1 of 2, had before"]


def test_the_same_data_in_another_order_shares_its_budget():
    rows = [{"id": name, "input": name, "target": "good"} for name in "ab"]
    looks = [runs.run(prompt("{input}"), task(rows=order), Fake(), split="test").look for order in (rows, rows[::-1])]
    assert [look.number for look in looks] == [1, 2]


def test_the_dev_split_and_a_run_that_broke_cost_no_look():
    runs.run(prompt("{input}"), task(), Fake())
    with pytest.raises(ValueError, match="needs the field 'page'"):
        runs.run(prompt("{page}"), task(), Fake(), split="test")
    assert not places.outputs("looks.jsonl").exists()


@pytest.mark.filterwarnings("ignore:This is look")
def test_a_saved_run_is_read_back_the_same(tmp_path):
    run = runs.run(few_shot("{input} – é", SHOT, name="f"), task(looks=0), Fake(breaks="odd", final=True, usd=math.nan), split="test")
    back = runs.read(run.save(tmp_path / "deep" / "run"))
    pd.testing.assert_frame_equal(back.table, run.table)
    assert repr(back) == repr(run)
    assert (back.settings, back.template, back.seconds, back.look) == (run.settings, run.template, run.seconds, run.look)


def test_a_saved_incomplete_run_is_still_incomplete(tmp_path):
    run = broken("odd")
    back = runs.read(run.save(tmp_path))
    pd.testing.assert_frame_equal(back.table, run.table)
    assert repr(back) == repr(run)


def test_reading_where_no_run_is_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no saved run in .*: it has no run\.json"):
        runs.read(tmp_path)


def test_the_ladder_table_shows_what_each_rung_gains_over_the_one_above():
    ladder = [runs.run(method, task(), Fake()) for method in (majority(task()["dev"]), prompt("{input}", name="bare"))]
    got = runs.table(ladder)
    assert got["method"].tolist() == ["majority", "bare"]
    assert math.isnan(got["gain"][0])
    assert got["gain"][1] == pytest.approx(0.2)
    assert got["gain_low"][1] < 0.2 < got["gain_high"][1]
    assert math.isnan(runs.table([ladder[0], runs.run(prompt("{input}"), task(), Fake(), split="test")])["gain"][1])


def test_the_ladder_table_refuses_different_samples():
    both = [runs.run(prompt("{input}"), task(), Fake(), limit=limit) for limit in (2, 3)]
    with pytest.raises(ValueError, match="1 examples are in only one of the runs"):
        runs.table(both)


def test_nothing_is_written_to_stderr_where_nobody_watches(capfd):
    runs.run(prompt("{input}"), task(), Fake())
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("setting", "shown"), [("", True), ("off", False)])
def test_a_terminal_sees_a_bar_unless_it_is_off(setting, shown):
    import termios

    code = "from helpers.progress import bar\nwith bar(3, 'bare on moods/dev') as shown:\n shown.update(3)"
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    subprocess.run([sys.executable, "-c", code], stderr=slave, cwd=places.root(), env=os.environ | {"LADDER_PROGRESS": setting}, check=True)
    os.write(slave, b"\n")  # so that there is something to read
    assert (b"bare on moods/dev" in os.read(master, 10_000)) == shown
    os.close(slave)
    os.close(master)


KILLED = """
import sys
from helpers import runs
from helpers.models import load
from helpers.tasks import load_task
from helpers.methods.method import prompt
url, folder = sys.argv[1:]
run = runs.run(prompt("{input}", name="bare"), load_task(folder), load("openai:m@" + url, concurrency=4), split="test")
print(len(run.table), run.failed, run.summary()["cached"], run.score.value, run.look)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_after_kill_9_half_way_the_rerun_pays_only_for_the_rest(tmp_path):
    (tmp_path / "task.toml").write_text('metric = "exact"')
    rows = [{"id": f"e{i}", "input": f"text{i}", "target": f"echo: text{i}"} for i in range(40)]
    (tmp_path / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    cache = tmp_path / "replies.sqlite"
    with Server({f"text{i}": ["hang"] for i in range(20, 40)}) as server:
        command = [sys.executable, "-c", KILLED, server.url, str(tmp_path)]
        options = {"cwd": places.root(), "env": os.environ | {"LADDER_CACHE": str(cache)}, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, **options) as process:
            _wait(lambda: len(server.requests) == 24 and _kept(cache) == 20)
            process.kill()
        assert process.returncode == -signal.SIGKILL
        server.script.clear()
        server.requests.clear()
        again = subprocess.run(command, **options, check=True)
        assert again.stdout == "40 0 20 1.0 look 1 of 20\n"
        assert sorted(body["messages"][-1]["content"] for body in server.requests) == sorted(row["input"] for row in rows[20:])


def _kept(cache) -> int:
    with contextlib.closing(sqlite3.connect(cache)) as db:
        return db.execute("select count(*) from replies").fetchone()[0]


def _wait(done, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


def test_a_limit_above_the_split_takes_the_whole_split():
    assert len(runs.run(prompt("{input}"), task(), Fake(), limit=9).table) == 5


def test_a_reply_that_can_never_come_does_not_spoil_the_answer_of_the_others():
    good, never = Fake()._reply("good", 2), Fake(breaks="g", final=True)._reply("good", 2)
    row = runs.run(vote(good, never), task(), Fake()).table.iloc[0]
    assert (row["answer"], row["score"], row["error"]) == ("good", 1, None)


def test_of_several_replies_the_last_is_shown():
    replies = (Fake()._reply(word, 2) for word in ("first", "last"))
    assert set(runs.run(vote(*replies), task(), Fake()).table["reply"]) == {"last"}


def test_a_run_on_train_costs_no_look():
    moods = task()
    moods.splits["train"] = moods.splits["dev"]
    assert runs.run(prompt("{input}"), moods, Fake(), split="train").look is None
    assert not places.outputs("looks.jsonl").exists()


def test_a_rung_gains_over_the_one_above_it_and_not_over_the_first():
    bare = runs.run(prompt("{input}", name="bare"), task(), Fake())
    gains = runs.table([runs.run(majority(task()["dev"]), task(), None), bare, bare])["gain"]
    assert gains.tolist()[1:] == pytest.approx([0.2, 0.0])  # 3, 4 and 4 of 5 are right


def test_an_answer_with_an_error_is_wrong_whatever_its_text():
    answer = Answer("good", (Fake()._reply("good", 2),), error="torn")
    method = SimpleNamespace(name="torn", solve=lambda examples, model, on_answer: [answer] * len(examples))
    assert set(runs.run(method, task(), Fake()).table["score"]) == {0.0}
