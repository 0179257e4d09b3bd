"""`ladder decide my.csv`: what it shows of a file, what it can be told, what it asks before it pays, and what it writes to take home."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from servers import Server
from tiny import tiny_causal

from helpers import cli, files, places
from helpers.decide import command, flags
from helpers.models import load
from helpers.models.remote import Remote

KINDS = {"password": "access", "invoice": "billing", "crash": "bug"}
ENDS = ("soon", "again", "please", "today", "for Anna", "for Bo", "in May", "in June", "twice", "since noon")


def moods(folder: Path, *, rows: int = 60, copies: int = 0, header: str = "message,queue") -> Path:
    """A file of short messages in three queues."""
    texts = [(f"my {word} is lost {ENDS[i % 10]}, case {i}", queue) for i in range(rows // 3) for word, queue in KINDS.items()]
    file = folder / "mail.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        out.write(header + "\n")
        csv.writer(out).writerows([*texts, *texts[:copies]])
    return file


def right(text: str) -> str:
    """What a good model answers: the queue of the last message."""
    words = [word for word in re.findall(r"\w+", text) if word in KINDS]
    return f"Queue: {KINDS[words[-1]]}"


def ladder(*arguments: str | Path) -> int:
    return cli.main(["decide", *map(str, arguments)])


def spec(server: Server) -> str:
    return f"openai:stub@{server.url}"


def hosted(monkeypatch) -> None:
    """The stub counts as a server elsewhere."""
    monkeypatch.setattr("helpers.decide.asking.stays_here", lambda model: model is None or not isinstance(model.provider, Remote))


def test_one_screen_says_what_was_read_the_ladder_the_replies_the_verdict_and_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "110")
    file = moods(tmp_path, copies=4)
    with Server(answer=right) as server:
        assert ladder(file, "--model", spec(server), "--target", "queue") == 0
    said, progress = capsys.readouterr()
    for part in (
        "64 rows, 60 used",
        "--target 'queue';",
        "copies of another row, target and all: 4 rows (61, 62, 63, 64)",
        "access 20 (10 + 4 + 6)",
        "always 'access' is right in 33% of the rows",
        "good enough is 0.38: always the same answer has 0.33, and the margin is 0.05",
        "five replies of each rung  wanted: access",
        "+ Queue: access",
        "precision",
        "left out LoRA, LoRA + int8, LoRA + NF4: stub is a hosted model",
        "Next ",
    ):
        assert part in said
    assert len(re.findall("^Verdict ", said, re.MULTILINE)) == 1
    assert re.findall(r"^\[\d/6\] ([\w -]+): \d", progress, re.MULTILINE) == [
        "trivial", "classical", "bare prompt", "engineered prompt", "few-shot", "retrieved few-shot",
    ]  # fmt: skip
    assert max(map(len, said.splitlines())) <= 140


def test_the_page_holds_its_pictures_and_loads_nothing(tmp_path):
    with Server(answer=right) as server:
        assert ladder(moods(tmp_path), "--model", spec(server), "--out", tmp_path / "out") == 0
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'src="(?!data:image/png;base64,)|<link|<script|url\(', page) == []
    assert page.count('src="data:image/png;base64,') == 2  # the ladder, and which label got which answer
    assert page.count("Verdict:") == 1
    assert page.count('<th scope="row">retrieved few-shot</th>') == 1 + 5
    assert "Queue: access" in page
    assert sorted(folder.name for folder in (tmp_path / "out" / "runs").iterdir())[0] == "bare prompt"


def test_what_a_file_says_cannot_be_code_on_the_page(tmp_path):
    with Server(answer="<script>alert(1)</script>".format) as server:
        assert ladder(moods(tmp_path), "--model", spec(server), "--limit", "6", "--out", tmp_path / "out") == 0
    assert "<script" not in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_a_model_that_never_says_a_label_is_told_so(tmp_path, capsys):
    with Server(answer=lambda text: "I am only a model.") as server:
        assert ladder(moods(tmp_path), "--model", spec(server), "--good-enough", "1", "--margin", "0.5") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "0 of 18 replies were one of your labels" in said
    assert "18 of 18" in said


def test_two_runs_write_two_folders_beside_the_course(tmp_path, capsys):
    for _ in range(2):
        with Server(answer=right) as server:
            assert ladder(moods(tmp_path), "--model", spec(server), "--limit", "3") == 0
    pages = sorted(places.outputs("decide").glob("mail-*/index.html"))
    assert len(pages) == 2
    assert not places.outputs("index.html").exists()


def test_what_a_file_can_be_told_is_a_flag_of_the_same_name(monkeypatch, tmp_path):
    def from_file(path: str, *, target: str | None = None, group: str | bool | None = None, wanted: int | None = None) -> None: ...

    monkeypatch.setattr(files, "from_file", from_file)
    options = flags.parser().parse_args(["my.csv", "--target", "queue", "--group", "none", "--wanted", "3"])
    assert flags.file_settings(options) == {"target": "queue", "group": False, "wanted": 3}
    assert flags.as_flags("give wanted=, or target='x'") == "give --wanted, or --target 'x'"


@pytest.mark.parametrize(
    ("typed", "settings"),
    [
        (["--input", "title", "--input", "body"], {"input": ["title", "body"]}),
        (["--input", r"{title}\n{body}"], {"input": "{title}\n{body}"}),
        (["--delimiter", r"\t", "--encoding", "cp1252"], {"delimiter": "\t", "encoding": "cp1252"}),
        (["--labels", "yes"], {"labels": ["yes"]}),
        (["--documents", "none", "--seed", "-1"], {"documents": False, "seed": -1}),
    ],
)
def test_flags_reach_the_file_as_it_takes_them(typed, settings):
    assert flags.file_settings(flags.parser().parse_args(["my.csv", *typed])) == settings


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (["--good-enough", "high"], "argument --good-enough: got 'high'; it is a number from 0 to 1, such as 0.8"),
        (["--limit", "0"], "argument --limit: got '0'; it is a whole number, 1 or more, such as 20"),
        (["--max-cost", "-1"], "argument --max-cost: got '-1'; it is dollars, 0 or more, such as 1.50"),
        (["--goodenough", "1"], "there is no flag --goodenough; did you mean --good-enough?"),
        (["--target", "quene"], "mail.csv has no column 'quene' for --target (did you mean 'queue'?); there are 'message', 'queue'"),
        (["--delimiter", ";;"], "--delimiter ';;' must be one character"),
        (["--model", "openai:gpt-4o-mini"], "set OPENAI_API_KEY in the environment"),
        (["--price", "gold"], "argument --price: got 'gold'; it is a model in helpers/models/prices.toml"),
        (["--prompt", "nowhere.txt"], "--prompt nowhere.txt: there is no such file"),
        (["--export", "."], "--export .: it holds other files, which would be lost; give a new folder"),
    ],
)
def test_an_error_is_one_line_with_what_to_type_instead(tmp_path, monkeypatch, capsys, typed, line):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert ladder(moods(tmp_path), *typed) == 2
    error = capsys.readouterr().err
    assert error.startswith("ladder decide: ")
    assert line in error
    assert error.count("\n") == 1


def test_a_file_that_is_not_there_and_none_at_all_are_told(tmp_path, capsys):
    moods(tmp_path)
    assert ladder(tmp_path / "mial.csv") == 2
    assert "there are mail.csv" in capsys.readouterr().err
    assert ladder() == 2
    assert capsys.readouterr().err == "ladder decide: no file was named: ladder decide my.csv\n"


def test_a_server_that_is_down_ends_it_with_one_reason(tmp_path, capsys):
    assert ladder(moods(tmp_path), "--model", "openai:m@http://127.0.0.1:9/v1") == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("ladder decide: no reply from m: cannot connect")


def test_a_hosted_model_is_paid_only_after_a_yes(tmp_path, monkeypatch, capsys):
    hosted(monkeypatch)
    file = moods(tmp_path)
    with Server(answer=right) as server:
        monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
        assert ladder(file, "--model", spec(server)) == 2
        assert "say --yes, or take fewer rows with --limit 50" in capsys.readouterr().err
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda question: "n")
        assert ladder(file, "--model", spec(server)) == 1
        assert "stub is asked about 18 rows by 4 rungs: 72 calls" in capsys.readouterr().out
        assert server.requests == []
        assert ladder(file, "--model", spec(server), "--yes") == 0
        assert len(server.requests) == 72
        assert ladder(file, "--model", spec(server)) == 0  # all is kept: nothing is left to pay, and nobody is asked
        assert "0 calls (72 more were answered before, and are kept)" in capsys.readouterr().out


def test_private_asks_no_model_elsewhere(tmp_path, monkeypatch, capsys):
    hosted(monkeypatch)
    with Server(answer=right) as server:
        assert ladder(moods(tmp_path), "--model", spec(server), "--private") == 0
        assert server.requests == []
    said = " ".join(capsys.readouterr().out.split())
    assert "few-shot, retrieved few-shot: its data would leave this machine for stub" in said
    assert "no data leaves this machine" in (next(places.outputs("decide").glob("*/index.html"))).read_text(encoding="utf-8")


def test_a_prompt_of_ones_own_takes_the_place_of_the_engineered_one(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("Which queue, my friend? {input}\n", encoding="utf-8")
    (tmp_path / "bad.txt").write_text("Which queue?", encoding="utf-8")
    with Server(answer=right) as server:
        assert ladder(moods(tmp_path), "--model", spec(server), "--prompt", tmp_path / "mine.txt", "--limit", "3") == 0
        asked = [request["messages"][-1]["content"] for request in server.requests]
    assert sum(text.startswith("Which queue, my friend? my ") for text in asked) == 9
    assert ladder(moods(tmp_path), "--prompt", tmp_path / "bad.txt") == 2
    assert "--prompt bad.txt lacks {input}; it needs {input}" in capsys.readouterr().err


def test_a_run_that_was_killed_asks_only_for_the_rest(tmp_path):
    file = moods(tmp_path, rows=90)
    environment = {**os.environ, "PYTHONPATH": str(places.root())}
    with Server(answer=right, delay=0.05) as server:
        typed = [sys.executable, "-m", "helpers.cli", "decide", str(file), "--model", spec(server)]
        first = subprocess.Popen(typed, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 60
        while len(server.requests) < 40 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        before = len(server.requests)
        again = subprocess.run(typed, env=environment, capture_output=True, text=True, timeout=120)
        asked = [json.dumps(request["messages"]) for request in server.requests]
    assert again.returncode == 0, again.stderr
    assert 40 <= before < 108
    assert len(set(asked)) == 108  # 27 test rows, 4 prompts
    assert len(asked) <= 108 + 8  # those that were on their way


def exported(tmp_path, capsys, *arguments: str) -> Path:
    folder = tmp_path / "home taken"
    assert ladder(moods(tmp_path), *arguments, "--export", folder) == 0, capsys.readouterr().err
    assert str(folder / "answer.py") in capsys.readouterr().out
    return folder


def python(folder: Path, *typed: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(places.root())}
    done = subprocess.run([sys.executable, *typed], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("rung", ["trivial", "classical", "engineered prompt", "few-shot", "retrieved few-shot"])
def test_the_test_of_an_exported_rung_passes(tmp_path, capsys, rung):
    with Server(answer=right) as server:
        folder = exported(tmp_path, capsys, "--model", spec(server), "--rung", rung)
        assert "1 passed" in python(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_answer.py")
    note = json.loads((folder / "rung.json").read_text(encoding="utf-8"))
    assert (note["rung"], note["metric"]) == (rung, "label")
    assert note["versions"]["llm-ladder"]
    assert len((folder / "five_rows.jsonl").read_text(encoding="utf-8").splitlines()) == 5


def test_an_exported_script_answers_one_text_and_a_file_as_it_was_read(tmp_path, capsys):
    file = tmp_path / "mail.csv"
    with Server(answer=right) as server:
        moods(tmp_path)
        file.write_text(file.read_text(encoding="utf-8").replace(", case", " case").replace('"', "").replace(",", ";"), encoding="utf-8")
        assert ladder(file, "--model", spec(server), "--rung", "few-shot", "--export", tmp_path / "taken") == 0, capsys.readouterr().err
        rows = list(csv.DictReader(python(tmp_path / "taken", "answer.py", str(file)).splitlines()))
        assert python(tmp_path / "taken", "answer.py", "my invoice is lost again") == "Queue: billing\n"
    assert [*rows[0]] == ["message", "queue", "answer"]
    assert [row["answer"] for row in rows] == [f"Queue: {row['queue']}" for row in rows]


def test_the_test_of_an_exported_adapter_passes(tmp_path, capsys):
    model = f"hf:{tiny_causal(tmp_path, context=512)}"
    folder = exported(tmp_path, capsys, "--model", model, "--train-rows", "6", "--limit", "6", "--shots", "1", "--rung", "LoRA")
    assert (folder / "adapter" / "adapter_model.safetensors").exists()
    assert "1 passed" in python(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_answer.py")


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (["--rung", "best", "--export", "new"], "there is no rung 'best' for --rung; there are 'trivial', 'classical', 'bare prompt'"),
        (["--rung", "few-shot"], "--rung 'few-shot' says which rung to export, and not where to: add --export my_rung"),
    ],
)
def test_a_rung_to_export_is_checked_before_anything_is_asked(tmp_path, capsys, typed, line):
    with Server(answer=right) as server:
        assert ladder(moods(tmp_path), "--model", spec(server), *typed) == 2
        assert server.requests == []
    assert line in capsys.readouterr().err


def test_replies_that_failed_leave_it_open_and_running_it_again_asks_only_for_them(tmp_path, capsys):
    file = moods(tmp_path)
    down = True
    with Server(answer=lambda text: "400" if down and "in May" in text.splitlines()[-1] else right(text)) as server:
        assert ladder(file, "--model", spec(server)) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert "Verdict undetermined, as the test is incomplete" in said
        assert "Next Run the same command again: it asks only for the replies that failed." in said
        failed = 72 - len({json.dumps(request["messages"]) for request in server.requests if "in May" not in str(request)})
        down = False
        before = len(server.requests)
        assert ladder(file, "--model", spec(server)) == 0
        assert 0 < len(server.requests) - before <= failed
    assert "incomplete" not in capsys.readouterr().out


def test_the_next_step_follows_from_the_verdict(tmp_path):
    with Server(answer=right) as server:
        options = flags.parser().parse_args([str(moods(tmp_path)), "--model", spec(server)])
        options.typed = "ladder decide mail.csv"
        model = load(options.model)
        task = command._task(options)
        found = command._findings(command._ladder(task, model, options), model, options)

    def first(**verdict: object) -> str:
        return replace(found, verdict=replace(found.verdict, **verdict)).next_steps[0]

    assert first(rung="few-shot", undetermined=False) == "Take few-shot home: ladder decide mail.csv --export my_few-shot"
    exported = replace(found, exported=Path("my_rung"), verdict=replace(found.verdict, rung="few-shot", undetermined=False)).next_steps[0]
    assert exported.startswith('Ask what was exported: python my_rung/answer.py "a text"')
    more = first(rung=None, undetermined=True, more_examples=90, meanwhile="few-shot")
    assert more.startswith("Label about 300 more rows like these (90 of them become test rows)")  # 18 of the 60 rows are test
    assert first(rung=None, undetermined=True, more_examples=None, meanwhile="trivial").startswith("Ask for less, as more than 10,000")
    assert "--good-enough 0.82 is surely met" in first(rung=None, undetermined=False, meanwhile=None)
    assert "Try a larger model" in replace(found, verdict=replace(found.verdict, rung=None)).next_steps[1]


def test_help_names_every_flag_and_needs_no_torch():
    code = "import sys; from helpers import cli; cli.main(['decide', '--help']); assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=places.root(), timeout=60)
    assert done.returncode == 0, done.stderr
    assert all(f"--{name}" in done.stdout for name in ("target", "private", "good-enough", "max-rows", "export"))
    assert command.__doc__
