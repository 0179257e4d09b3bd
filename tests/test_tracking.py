"""Tracking: what goes into an archive, what stays out, and what comes back."""

from __future__ import annotations

import gzip
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from helpers import places, tracking
from helpers.runs import Run
from helpers.tracking import comet
from helpers.tracking.recovery import claim, running
from helpers.tracking.values import scrubber

TEMPLATE = {"name": "bare", "text": "Mood of: {input}", "system": "", "version": "3", "fingerprint": "f00"}
LOG_20 = """
from helpers import tracking
import time
tracker = tracking.start("doomed", project="p")
tracker.log_parameters({"rate": 0.1})
tracker.log_text("kept")
for step in range(20):
    tracker.log_metrics({"loss": 20 - step}, step=step)
time.sleep(60)
"""
LOG_ALL = """
import socket, sys
socket.gethostname = lambda: "sentinel-host"
sys.path.insert(0, "tests")
from test_tracking import run
from helpers import places, plots, tracking
import os, matplotlib
matplotlib.use("Agg")
with tracking.start("private") as tracker:
    tracker.log_run(run(reply="my key is " + os.environ["OPENAI_API_KEY"]))
    tracker.log_parameters({"api_key": "sentinel-argument", "folder": str(places.data("x")), "home": os.path.expanduser("~/x")})
    tracker.log_text(os.environ["COMET_API_KEY"], {"authorization": "sentinel-header"})
    tracker.log_figure("scores", plots.scores([run()]))
"""


def run(*, reply: str = "good", usd: float = 0.001, method: str = "bare") -> Run:
    """Two examples, the second of them wrong."""
    row = {"id": "01", "input": "a fine soup", "target": "good", "messages": [{"role": "user", "content": "Mood of: café"}]}
    row |= {"reply": reply, "answer": reply, "score": 1.0, "tokens_in": 7, "tokens_out": 2, "seconds": 0.1, "usd": usd, "cached": False}
    row |= {"error": None}
    other = {**row, "id": "02", "target": ["bad", "poor"], "score": 0.0, "tokens_in": 9, "error": "timeout after 3 tries"}
    return Run("moods", method, "pocket", "dev", "label", pd.DataFrame([row, other]), {"max_tokens": 4}, TEMPLATE, 1.5)


def files(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def uploads(archive: Path) -> list[tuple[str, dict]]:
    """Text and metadata of what was logged with log_text."""
    inside = files(archive)
    payloads = [json.loads(line)["payload"] for line in inside["messages.json"].decode().splitlines()]
    return [(inside[p["file_path"]].decode(), p["metadata"]) for p in payloads if p.get("upload_type") == "text-sample"]


def child(script: str, **environment: str) -> subprocess.Popen:
    names = {name: value for name, value in os.environ.items() if not name.startswith(("COMET", "PYTEST"))}
    return subprocess.Popen([sys.executable, "-W", "error", "-c", script], cwd=places.root(), env=names | environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


class Comet(BaseHTTPRequestHandler):
    """As much of Comet's server as its client needs; `bodies` holds what was sent."""

    status, bodies = 200, None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.bodies.append(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        if self.status == 0:
            return time.sleep(3)
        beats = {"is_alive_beat_duration_millis": 10_000, "gpu_monitor_interval_millis": 10_000}
        answer = json.dumps({"runId": "r", "project_id": "p", "msg": "ok", "version": "99.0.0", **beats}).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch):
    """A Comet server of our own; `server.status = 401` makes it refuse, 0 makes it silent."""
    handler = type("Handler", (Comet,), {"bodies": []})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setenv("COMET_URL_OVERRIDE", f"http://127.0.0.1:{http.server_port}/clientlib/")
    monkeypatch.setenv("COMET_API_KEY", "sentinel-comet-key")
    yield handler
    http.shutdown()
    http.server_close()


def test_a_run_comes_back_as_one_row():
    with tracking.start("bare prompt") as tracker:
        tracker.log_run(run())
    row = tracking.runs().iloc[0]
    assert (row["name"], row["project"], row["status"], row["archive"]) == ("bare prompt", "llm-ladder", "complete", tracker.path.name)
    assert (row["method"], row["template_version"], row["settings.max_tokens"], row["n"]) == ("bare", "3", 4, 2)
    assert (row["score"], row["tokens_in"], row["tokens_in_total"], row["unread"], row["failed"]) == (0.5, 8, 16, 1, 0)
    assert (row["usd_total"], row["usd_per_1000"], row["wall_seconds"]) == (pytest.approx(0.002), pytest.approx(1), 1.5)
    assert str(row["start"].tz) == "UTC"


def test_the_table_of_examples_comes_back_as_it_was():
    with tracking.start("t") as tracker:
        tracker.log_run(run(reply="café"))
    for archive in (tracker.path, tracker.path.name):
        pd.testing.assert_frame_equal(tracking.table(archive), run(reply="café").table)
    with pytest.raises(KeyError, match=r"no table 'answers' in .*; it has: examples"):
        tracking.table(tracker.path, "answers")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_a_damaged_archive_is_called_so_and_the_cure_is_named(tmp_path, content):
    (tmp_path / "night.zip").write_bytes(content)
    with pytest.raises(ValueError, match=r"night.zip is empty, cut or no archive of Comet's: tracking.recover\(\)"):
        tracking.table(tmp_path / "night.zip")


def test_an_archive_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match=r"no archive 'gone.zip': the column `archive` of tracking.runs\(\)"):
        tracking.table("gone.zip")


def test_a_file_of_the_same_name_does_not_take_the_place_of_a_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "examples.json").write_text("[]")
    with tracking.start("t") as tracker:
        tracker.log_run(run())
    assert len(tracking.table(tracker.path)) == 2


def test_prompts_and_replies_are_logged_with_tokens_cost_template_and_target():
    with tracking.start("t") as tracker:
        tracker.log_run(run())
    (text, template), (first, about), (_, second) = uploads(tracker.path)
    assert (text, template["kind"], template["version"]) == ("Mood of: {input}", "template", "3")
    assert first == "[user]\nMood of: café\n\n[assistant]\ngood"
    assert about.items() >= {"id": "01", "target": "good", "tokens_in": 7, "tokens_out": 2, "usd": 0.001, "score": 1.0}.items()
    assert about.items() >= {"template_name": "bare", "template_version": "3", "method": "bare", "kind": "example"}.items()
    assert (second["target"], second["error"]) == (["bad", "poor"], "timeout after 3 tries")


def test_a_second_run_does_not_overwrite_the_first():
    with tracking.start("two") as tracker:
        tracker.log_run(run())
        tracker.log_run(run(method="few-shot"))
    row = tracking.runs().iloc[0]
    assert (row["method"], row["run2.method"], row["run2.score"]) == ("bare", "few-shot", 0.5)
    assert len(tracking.table(tracker.path, "run2.examples")) == 2


def test_an_unknown_cost_is_left_out():
    with tracking.start("t") as tracker:
        tracker.log_run(run(usd=float("nan")))
    assert not {"usd_total", "usd_per_1000"} & set(tracking.runs().columns)
    assert uploads(tracker.path)[1][1]["usd"] is None


def test_nothing_is_lost_when_a_long_queue_ends_at_once():
    with tracking.start("t") as tracker:
        for number in range(150):
            tracker.log_text(f"text {number}", {"number": number})
        tracker.log_metrics({"last": 1})
    assert [about["number"] for _, about in uploads(tracker.path)] == list(range(150))
    assert tracking.runs()["last"].tolist() == [1]


def test_keys_names_and_paths_stay_out_and_nothing_is_printed(tmp_path):
    import matplotlib

    home = tmp_path / "sentinel-user"
    home.mkdir()
    keys = {"COMET_API_KEY": "sentinel-comet-key", "OPENAI_API_KEY": "sentinel-openai-key"}
    who = {"HOME": str(home), "LOGNAME": "sentinel-user", "USER": "sentinel-user", "MPLCONFIGDIR": matplotlib.get_cachedir()}
    process = child(LOG_ALL, **keys, **who)
    assert process.communicate(timeout=120) == ("", "")
    inside = files(next(places.outputs("comet").glob("*.zip")))
    everything = b"\n".join([*(name.encode() for name in inside), *inside.values()])
    hidden = [
        b"sentinel",
        str(places.root()).encode(),
        str(Path.home()).encode() + b"/",
        sys.prefix.encode(),
        str(places.outputs()).encode(),
    ]
    hidden += [b"pip==", b"torch", b"site-packages", b"platform", b"hostname", b"python", b"test_tracking"]
    hidden += [socket.gethostname().encode()] if len(socket.gethostname()) > 5 else []
    assert [text for text in hidden if text in everything] == []
    assert b"my key is ***" in everything
    assert b"<svg" in everything
    assert not list(Path(tmp_path).glob("**/.cometml-runs"))


def test_a_killed_run_is_recovered_and_uploads(server, monkeypatch, caplog):
    process = child(LOG_20)
    folder, until = places.outputs("comet"), time.monotonic() + 120
    while time.monotonic() < until and not any(
        '"metricValue":1,' in log.read_text() for log in folder.glob("unfinished/*/*/messages.json")
    ):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert tracking.runs()["status"].tolist() == ["unreadable"]
    with next(folder.glob("unfinished/*/*/messages.json")).open("a") as log:
        log.write('{"payload":{"metric":{"metr')
    (archive,) = tracking.recover()
    row = tracking.runs().iloc[0]
    assert (row["name"], row["project"], row["status"], row["rate"], row["loss"]) == ("doomed", "p", "recovered", 0.1, 1)
    assert not list(folder.glob("unfinished/*"))
    assert tracking.recover() == []

    from comet_ml.scripts import comet_upload

    monkeypatch.setattr(logging.getLogger("comet_ml"), "handlers", [caplog.handler])
    comet_name, verb, file = tracking.Tracker("doomed", "p", "offline", path=archive).upload_hint.split()
    assert (comet_name, verb, file) == ("comet", "upload", f"outputs/comet/{archive.name}")
    monkeypatch.chdir(os.environ["LADDER_HOME"])
    comet_upload.main([file])
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []
    sent = b"\n".join(server.bodies).decode(errors="replace")
    assert sent.count('"loss"') == 20
    assert "kept" in sent


def test_recovery_drops_what_was_cut_and_leaves_a_live_run_alone():
    with tracking.start("live") as tracker:
        tracker.log_metrics({"x": 1})
        assert tracking.recover() == []
        assert tracking.runs()["status"].tolist() == ["running"]
    dead = places.outputs("comet", "unfinished", "k")
    (dead / "tmp1").mkdir(parents=True)
    (dead / "owner.json").write_text('{"key": "k", "name": "dead", "project": "p", "start": 5, "pid": 1, "since": 0}')
    gone = '{"type": "file_upload", "payload": {"file_path": "gone", "upload_type": "dataframe"}}\n'
    (dead / "tmp1" / "messages.json").write_text(gone + '{"type": "metric_msg", "payload": {"metric": {"metricName": "x", "metr')
    (archive,) = tracking.recover()
    assert (archive.name, len(files(archive)["messages.json"].splitlines())) == ("k.zip", 2)
    assert tracking.runs()[["name", "status"]].values.tolist() == [["dead", "recovered"], ["live", "complete"]]


@pytest.mark.parametrize("torn", ['{"key": "k", "na', "", "5"])
def test_a_log_whose_owner_file_is_torn_is_recovered_under_its_folders_name(torn):
    dead = places.outputs("comet", "unfinished", "k")
    (dead / "tmp1").mkdir(parents=True)
    (dead / "owner.json").write_text(torn)
    (dead / "tmp1" / "messages.json").write_text('{"type": "metric_msg", "payload": {"metric": {"metricName": "x", "metricValue": 3}}}\n')
    (archive,) = tracking.recover()
    assert (archive.name, dead.exists()) == ("k.zip", False)
    assert tracking.runs()[["name", "status", "x"]].values.tolist() == [["k", "recovered", 3]]


def test_recovery_removes_no_files_that_it_did_not_pack():
    left, empty = (places.outputs("comet", "unfinished", key) for key in "ab")
    for dead in (left, empty):
        (dead / "tmp1").mkdir(parents=True)
        (dead / "owner.json").write_text("{}")
    (left / "tmp1" / "figure.svg").write_text("<svg")
    assert tracking.recover() == []
    assert (left.exists(), empty.exists()) == (True, False)


def test_a_run_that_is_just_starting_is_not_recovered(monkeypatch):
    folder, pid = places.outputs("comet"), os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: tracking.recover(folder) or pid)  # in the middle of `claim`
    workshop = claim(folder, "k", "t", "p")
    assert running(workshop)
    assert [file.name for file in workshop.iterdir()] == ["owner.json"]


def test_a_damaged_archive_is_a_row_and_not_an_error():
    with tracking.start("whole") as tracker:
        tracker.log_metrics({"x": 1})
    folder, whole = tracker.path.parent, tracker.path.read_bytes()
    damaged = {"a": b"", "b": b"no zip", "c": whole[: len(whole) // 2], "d": whole[:60] + b"\0" * 40 + whole[100:]}
    for name, content in damaged.items():
        (folder / f"{name}.zip").write_bytes(content)
    with zipfile.ZipFile(folder / "e.zip", "w") as packed:
        packed.writestr("experiment.json", '{"project_name": "p", "start_time": "soon"}')
        packed.writestr("messages.json", "[1]\n")
    found = tracking.runs()
    assert found["status"].tolist() == [*["unreadable"] * 5, "complete"]
    assert found["archive"].tolist()[:5] == ["a.zip", "b.zip", "c.zip", "d.zip", "e.zip"]


def test_no_archives_make_an_empty_table():
    assert tracking.runs().columns.tolist() == ["name", "project", "start", "status", "archive"]
    assert len(tracking.runs()) == 0
    assert tracking.recover() == []


def test_a_name_that_is_taken_is_told_apart():
    with tracking.start("t") as tracker:
        tracker.log_parameters({"name": "x", "size": 3})
        tracker.log_metrics({"size": 4})
    row = tracking.runs().iloc[0]
    assert (row["name"], row["parameter: name"], row["size"], row["metric: size"]) == ("t", "x", 3, 4)


def test_compare_shows_only_what_differs_in_the_latest_runs():
    for name, score in (("a", 0.1), ("a", 0.2), ("b", 0.4)):
        with tracking.start(name) as tracker:
            tracker.log_parameters({"task": "moods"})
            tracker.log_metrics({"score": score})
    view = tracking.compare(["b", "a"])
    assert (view.columns.tolist(), view.index.tolist(), view.loc["score"].tolist()) == (["b", "a"], ["score"], [0.4, 0.2])
    with pytest.raises(KeyError, match="no run named 'c'; there are: a, b"):
        tracking.compare(["a", "c"])


def test_off_keeps_the_interface_and_writes_nothing(monkeypatch):
    monkeypatch.setenv("LADDER_TRACKING", "off")
    with tracking.start("t") as tracker:
        tracker.log_run(run())
        tracker.log_metrics({"x": 1})
        tracker.log_figure("f", None)
    assert (tracker.mode, tracker.path, tracker.upload_hint, tracker.note) == ("off", None, "", "")
    assert not places.outputs().exists()


def test_an_unknown_mode_is_named():
    with pytest.raises(ValueError, match="tracking mode 'on': it is one of offline, online, off"):
        tracking.start("t", mode="on")


def test_without_a_key_a_run_asked_to_be_online_goes_offline(monkeypatch, tmp_path):
    monkeypatch.delenv("COMET_API_KEY", raising=False)
    monkeypatch.setenv("COMET_CONFIG", str(tmp_path / "none"))
    with tracking.start("t", mode="online") as tracker:
        tracker.log_metrics({"x": 1})
    assert (tracker.mode, tracker.note) == ("offline", "offline instead: COMET_API_KEY is not set")
    assert tracking.runs()["x"].tolist() == [1]


@pytest.mark.parametrize(("status", "reason"), [(401, "refused COMET_API_KEY"), (503, "answered with error 503"), (0, "did not answer")])
def test_a_server_that_does_not_serve_costs_a_moment(server, monkeypatch, status, reason):
    monkeypatch.setattr(comet, "PATIENCE", 0.5)
    server.status = status
    started = time.monotonic()
    with tracking.start("t", mode="online") as tracker:
        tracker.log_metrics({"x": 1})
    assert (tracker.mode, time.monotonic() - started < 10) == ("offline", True)
    assert reason in tracker.note
    assert "sentinel" not in repr(tracker)


def test_an_unreachable_server_costs_a_moment(monkeypatch):
    monkeypatch.setenv("COMET_URL_OVERRIDE", "http://127.0.0.1:9/clientlib/")
    monkeypatch.setenv("COMET_API_KEY", "sentinel-comet-key")
    with tracking.start("t", mode="online") as tracker:
        tracker.log_metrics({"x": 1})
    assert tracker.note == "offline instead: 127.0.0.1:9 did not answer within 4 seconds"


def test_online_sends_the_run_and_not_who_made_it(server, monkeypatch, capfd):
    monkeypatch.setenv("LOGNAME", "sentinel-user")
    with tracking.start("t", mode="online") as tracker:
        tracker.log_run(run())
    assert (tracker.mode, tracker.path, tracker.note, len(tracking.runs())) == ("online", None, "", 0)
    sent = b"\n".join(server.bodies)
    assert all(text in sent for text in (b"tokens_in_total", b"template_version", "Mood of: café".encode()))
    assert not [text for text in (b"sentinel-user", socket.gethostname().encode(), str(places.root()).encode()) if text in sent]
    assert capfd.readouterr() == ("", "")


def test_a_failed_block_is_marked_and_a_new_start_ends_the_run_before():
    with pytest.raises(ZeroDivisionError, match="division"), tracking.start("broken"):
        1 / 0  # noqa: B018
    first = tracking.start("first")
    with tracking.start("second"), pytest.raises(RuntimeError, match="the run 'first' has ended"):
        first.log_metrics({"x": 1})
    assert tracking.runs()[["name", "status"]].values.tolist() == [["broken", "failed"], ["first", "complete"], ["second", "complete"]]


def test_a_metric_must_be_a_number():
    import numpy as np

    with tracking.start("t") as tracker:
        tracker.log_metrics({"x": np.float32(0.5), "y": np.int64(3), "z": True, "nan": float("nan")})
        with pytest.raises(TypeError, match="metric 'score' must be a number, got 'high'"):
            tracker.log_metrics({"score": "high"})
    assert tracking.runs()[["x", "y", "z"]].values.tolist() == [[0.5, 3, 1]]
    assert tracking.runs()["nan"].isna().all()


def test_the_scrubber_knows_keys_and_folders_but_not_words(monkeypatch):
    monkeypatch.setenv("MY_API_KEY", "0123456789\r")
    monkeypatch.setenv("HOME", "/house/ann")
    scrub = scrubber()
    assert scrub(["a 0123456789 b", {"api_key": "abcdefghij", "tokens_in": 3}]) == ["a *** b", {"api_key": "***", "tokens_in": 3}]
    assert scrub(f"{places.root()}/data and /house/ann/x and /house/anna and ann") == "./data and ~/x and /house/anna and ann"


def test_of_two_keys_that_begin_alike_nothing_is_left(monkeypatch):
    monkeypatch.setenv("A_API_KEY", "abcdefgh12")
    monkeypatch.setenv("B_API_KEY", "abcdefgh12SECRETTAIL")
    assert scrubber()("a abcdefgh12SECRETTAIL b abcdefgh12 c") == "a *** b *** c"


def test_the_order_of_the_environment_does_not_matter(monkeypatch):
    monkeypatch.setattr("os.environ", {"B_TOKEN": "abcdefgh12SECRETTAIL", "A_TOKEN": "abcdefgh12", "HOME": "/house/ann"})
    forward = scrubber()("abcdefgh12SECRETTAIL")
    monkeypatch.setattr("os.environ", {"A_TOKEN": "abcdefgh12", "B_TOKEN": "abcdefgh12SECRETTAIL", "HOME": "/house/ann"})
    assert forward == scrubber()("abcdefgh12SECRETTAIL") == "***"


def test_a_secret_of_eight_characters_is_one_and_a_word_of_seven_is_not(monkeypatch):
    monkeypatch.setenv("my_token", "abcdefgh")
    monkeypatch.setenv("A_TOKEN", "shorter")
    scrub = scrubber()
    assert scrub("abcdefgh shorter") == "*** shorter"
    assert scrub({"Password": "ABCDEFGH", "secret": "SHORTER"}) == {"Password": "***", "secret": "SHORTER"}


def test_of_two_folders_one_inside_the_other_the_scrubber_names_the_inner(monkeypatch):
    monkeypatch.setenv("HOME", str(places.root().parent))
    assert scrubber()(f"{places.root()}/data and {places.root().parent}/x") == "./data and ~/x"


def test_the_scrubber_takes_a_folder_out_of_a_key_of_a_mapping_and_leaves_its_neighbor(monkeypatch):
    monkeypatch.setenv("HOME", "/house/ann")
    assert scrubber()({"/house/ann/x": "/house/ann-lee/x"}) == {"~/x": "/house/ann-lee/x"}


def test_a_home_folder_at_the_very_top_hides_no_slash_from_the_scrubber(monkeypatch):
    monkeypatch.setenv("HOME", "/")
    assert scrubber()("a / b") == "a / b"
