"""What is seen of a training: bars, curves in a notebook, Comet; and the command line."""

from __future__ import annotations

import json
import math
import sys
from base64 import b64decode
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from test_tuning_fit import DEV, QUICK, TRAIN, fit
from tiny import tiny_causal

from helpers import tracking, tuning
from helpers.methods.method import prompt
from helpers.tasks import Task, load_task
from helpers.tuning import fitting
from helpers.tuning.__main__ import main

SOLVER = prompt("{input}", max_tokens=4)


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_causal(tmp_path_factory.mktemp("models"))


@pytest.fixture
def task(tmp_path: Path) -> Task:
    folder = tmp_path / "moods"
    folder.mkdir()
    (folder / "task.toml").write_text('metric = "label"\nlabels = ["positive", "negative"]\nlicense = "CC0-1.0"\ninstruction = "?"\n')
    for split, rows in (("train", TRAIN), ("dev", DEV)):
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row | {"id": f"{split}-{n}"}) + "\n" for n, row in enumerate(rows)))
    return load_task(folder)


class Bar:
    """Stands for tqdm's."""

    def __init__(self, total: int, title: str, progress: bool) -> None:
        self.total, self.title, self.progress, self.n, self.said = total, title, progress, 0, ""

    def update(self, n: int) -> None:
        self.n += n

    def set_postfix(self, **said: object) -> None:
        self.said = said["loss"]

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *error: object) -> None: ...


def test_the_bar_counts_every_example_once_an_epoch(causal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """16 rows in batches of 7, 7 and 2: a bar that counted 7 for each step would pass its end, and show no time left."""
    bars = []
    monkeypatch.setattr(fitting, "bar", lambda *told: bars.append(Bar(*told)) or bars[-1])
    done = fit(causal, tmp_path / "run", batch=7)
    assert (bars[0].n, bars[0].total, bars[0].title) == (48, 48, "lora on hf:./causal")
    assert bars[0].said == f"{done.curve['loss'].iloc[-1]:.3f}"


def test_time_left_falls_to_nothing(causal: Path, tmp_path: Path) -> None:
    rows = []
    fit(causal, tmp_path / "run", live=rows.append)
    assert math.isnan(rows[0]["left"])
    assert rows[1]["left"] > 0 == rows[-1]["left"]
    assert [row["step"] for row in rows] == list(range(7))


def test_a_curve_grows_in_the_notebook_in_one_picture() -> None:
    code = """
import math, sys
from helpers.tuning import Live
loss = Live(seconds=0)
for step in range(4):
    loss({"step": step, "steps": 3, "loss": 3 / step if step else math.nan, "dev_loss": 2.0 - step / 4, "left": 3.0 - step})
(loss.title, "matplotlib.pyplot" in sys.modules)
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    picture, result = notebook.cells[0].outputs
    assert picture.data["text/plain"].startswith("<IPython")
    assert b64decode(picture.data["image/png"]).startswith(b"\x89PNG")
    assert result.data["text/plain"] == "('step 3 of 3', False)"


def test_the_picture_names_the_rows_that_were_watched() -> None:
    live = tuning.Live(watched="watch")
    for step, loss in enumerate((2.0, 0.5, 0.7)):
        live({"step": step, "steps": 2, "loss": 1.0, "dev_loss": loss})
    assert live.alt == "The loss of each training step, and that of watch: 2.00 at first, lowest with 0.50 at step 1."
    labels = [text.get_text() for text in tuning.draw(pd.DataFrame(live.rows), watched="watch").get_legend().get_texts()]
    assert labels == ["training, one batch a step", "watch", "best, kept"]


def test_a_live_curve_begins_anew_with_another_run(causal: Path, tmp_path: Path) -> None:
    live = tuning.Live()
    fit(causal, tmp_path / "one", live=live)
    done = fit(causal, tmp_path / "two", epochs=1, live=live)
    assert [row["step"] for row in live.rows] == list(done.curve["step"])
    assert live.title == "step 2 of 2"


def test_a_finished_run_draws_its_whole_curve_at_its_end(causal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = type("Kernel", (), {"get_parent": lambda self, channel: {}})()
    monkeypatch.setitem(sys.modules, "IPython", type("IPython", (), {"get_ipython": lambda: type("Shell", (), {"kernel": kernel})}))
    drawn = []
    monkeypatch.setattr(tuning.Live, "_draw", lambda self: drawn.append(self.title))
    for _ in range(2):
        drawn.clear()
        fit(causal, tmp_path / "run", live=tuning.Live(seconds=1e6))
        assert drawn == ["step 0 of 6", "step 6 of 6"]


def test_the_curve_is_drawn_with_units_and_its_best_point(causal: Path, tmp_path: Path) -> None:
    done = fit(causal, tmp_path / "run")
    ax = tuning.draw(done.curve, title="a loss")
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left")) == ("steps", "loss (nats a token)", "a loss")
    ring = next(line for line in ax.lines if line.get_label() == "best, kept")
    assert ring.get_xdata()[0] == done.best_step


def test_the_archive_holds_settings_points_curve_and_figure(causal: Path, tmp_path: Path) -> None:
    for name in ("first", "again"):  # the second time the run is only read
        with tracking.start(name) as tracker:
            done = fit(causal, tmp_path / "run", tracker=tracker)
        kept = tracking.runs().iloc[-1]
        assert (kept["name"], kept["tuning.method"], kept["tuning.rank"], kept["tuning.rows"]) == (name, "lora", 4, 16)
        assert kept["tuning.dev_loss"] == pytest.approx(done.curve["dev_loss"].iloc[-1])
        assert kept["tuning.best_step"] == done.best_step
        table = tracking.table(kept["archive"], "tuning curve")
        assert (table["loss"].iloc[1:] - done.curve["loss"].iloc[1:]).abs().max() < 1e-9
        assert {(point["step"], point["name"]) for point in points(tracker.path)} >= {(n, "tuning.loss") for n in range(1, 7)}


def points(archive: Path) -> list[dict]:
    import zipfile

    with zipfile.ZipFile(archive) as packed:
        told = [json.loads(line) for line in packed.read("messages.json").decode().splitlines()]
        assert any(message["payload"].get("upload_type") == "visualization" for message in told)
    found = [message["payload"]["metric"] for message in told if message["type"] == "metric_msg"]
    return [{"step": point["step"], "name": point["metricName"]} for point in found]


def test_a_learning_curve_has_a_score_with_an_interval_for_each_size(causal: Path, task: Task, tmp_path: Path) -> None:
    with tracking.start("sizes") as tracker:
        curve = tuning.learning_curve(
            causal, task, SOLVER, [8, 0, 500], folder=tmp_path / "run", tracker=tracker, **QUICK
        )  # fmt: skip
    assert list(curve["n"]) == [0, 8, 16]  # 16 rows are all there are
    assert ((curve["low"] <= curve["score"]) & (curve["score"] <= curve["high"])).all()
    assert curve["dev_loss"].iloc[2] == tuning.read(tmp_path / "run" / "16").curve["dev_loss"].min()
    kept = tracking.runs().iloc[-1]
    assert (kept["learning.sizes"], kept["learning.score"]) == ("[0, 8, 16]", curve["score"].iloc[-1])
    assert tracking.table(kept["archive"], "learning curve")["score"].tolist() == curve["score"].tolist()


def test_a_learning_curve_is_drawn_with_intervals_and_the_base() -> None:
    curve = pd.DataFrame({"n": [0, 50], "score": [0.5, 0.8], "low": [0.4, 0.7], "high": [0.6, 0.9]})
    ax = tuning.draw_learning(curve)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("training rows", "score")
    assert ax.containers[0].lines[2][0].get_segments()[1].tolist() == [[50.0, pytest.approx(0.7)], [50.0, pytest.approx(0.9)]]
    assert "not tuned: 0.50" in [text.get_text() for text in ax.get_legend().get_texts()]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["tuning", *map(str, arguments)])
    return main()


def test_the_command_line_tunes_and_tells_comet(
    causal: Path, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    arguments = [f"hf:{causal}", tmp_path / "moods", "--template", "Mood of: {input}", "--folder", tmp_path / "run", "--limit", 8]
    assert run(monkeypatch, *arguments, "--set", "epochs=1", "lr=1e-3") == 0
    done = tuning.read(tmp_path / "run")
    assert capsys.readouterr().out.startswith(f"{done!r}; 1 process; in ")
    assert (done.settings["lr"], len(done.curve)) == (1e-3, 2)
    kept = tracking.runs().iloc[-1]
    assert (kept["name"], kept["status"], kept["tuning.rows"]) == ("lora on hf:./causal", "complete", 8)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--set", "lr=fast"], "--set lr=fast: it is NAME=NUMBER, as lr=1e-3"),
        (["--set", "speed=1"], "no setting 'speed'; there are lr"),
        (["--template", "{text}"], "16 rows cannot be trained on"),
    ],
)
def test_the_command_line_says_what_is_wrong_in_one_message(
    causal: Path, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, more: list[str], said: str
) -> None:
    assert run(monkeypatch, f"hf:{causal}", tmp_path / "moods", "--tracking", "off", *more) == 1
    err = capsys.readouterr().err
    assert err.startswith(said)
    assert "Traceback" not in err
