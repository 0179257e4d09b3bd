"""Tasks from a name, a folder and the hub."""

from __future__ import annotations

import json

import datasets
import pytest
from servers import Server

from helpers import places
from helpers.models.hub import quickly
from helpers.tasks import load_task
from helpers.tasks.task import LOOKS

TOML = 'name = "moods"\nmetric = "label"\nlabels = ["good", "bad"]\ninstruction = "Good or bad?"\nlooks = 2\nlicense = "CC0-1.0"\n'
SPLITS = {"train": ["One.", "Two."], "dev": ["Three."], "test": ["Four."]}


def make(folder, *, toml: str = TOML, **splits):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "task.toml").write_text(toml, encoding="utf-8")
    for split, inputs in {**SPLITS, **splits}.items():
        rows = [text if isinstance(text, dict) else {"id": f"{split}{i}", "input": text, "target": "good"} for i, text in enumerate(inputs)]
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def test_a_folder_becomes_a_task_with_its_splits(tmp_path):
    task = load_task(make(tmp_path / "moods"))
    assert isinstance(task.splits, datasets.DatasetDict)
    assert task["train"].to_list()[1] == {"id": "train1", "input": "Two.", "target": "good"}
    assert (task.metric, task.labels, task.looks, task.license, task.folder) == ("label", ("good", "bad"), 2, "CC0-1.0", tmp_path / "moods")
    assert repr(task) == "moods: label (good, bad); 2 train, 1 dev, 1 test examples"


def test_nothing_is_written_while_a_task_is_read(tmp_path):
    before = set(make(tmp_path / "moods").rglob("*"))
    task = load_task(str(tmp_path / "moods"))
    assert task["dev"].cache_files == []
    assert set((tmp_path / "moods").rglob("*")) == before


def test_a_name_is_looked_up_in_data(tmp_path, monkeypatch):
    make(tmp_path / "data" / "moods")
    monkeypatch.setattr(places, "root", lambda: tmp_path)
    assert load_task("moods").folder == tmp_path / "data" / "moods"
    with pytest.raises(FileNotFoundError, match=r"no task 'modes' \(did you mean 'moods'\?\): give a name in data/ \(moods\), a"):
        load_task("modes")


def test_a_field_that_only_later_lines_have_is_kept(tmp_path):
    rows = [{"id": "x", "input": "X.", "target": "bad"}, {"id": "y", "input": "Y.", "target": "bad", "date": "2026"}]
    assert load_task(make(tmp_path, dev=rows))["dev"]["date"] == [None, "2026"]


def test_lists_of_targets_may_be_empty(tmp_path):
    rows = [{"id": "x", "input": "X.", "target": []}, {"id": "y", "input": "Y.", "target": ["BERT"]}]
    last = [{"id": "z", "input": "Z.", "target": []}]
    task = load_task(make(tmp_path, toml='metric = "set_f1"', train=rows[:1], dev=rows[1:], test=last))
    assert (task["dev"]["target"], task["test"]["target"], task.looks) == ([["BERT"]], [[]], LOOKS)


def test_an_unknown_split_is_told_what_there_is(tmp_path):
    with pytest.raises(KeyError, match="task 'moods' has no split 'validation'; it has train, dev, test"):
        load_task(make(tmp_path))["validation"]


def test_all_problems_are_told_at_once(tmp_path):
    bad = [{"id": "x", "input": "one", "target": "god"}, {"input": "X."}]
    with pytest.raises(ValueError, match="has 4 problems:\n") as caught:
        load_task(make(tmp_path / "moods", dev=bad))
    told = str(caught.value).splitlines()[1:]
    assert [line.split(": ")[0].strip() for line in told] == [
        "dev.jsonl, line 1, field 'target'", "dev.jsonl, line 2, field 'id'", "dev.jsonl, line 2, field 'target'",
        "dev.jsonl, line 1, field 'input'",
    ]  # fmt: skip


def test_no_more_than_ten_problems_are_shown(tmp_path):
    with pytest.raises(ValueError, match=r"has 30 problems \(the first 10 are shown\)") as caught:
        load_task(make(tmp_path, dev=[{"id": f"x{i}", "input": f"X{i}", "target": i} for i in range(30)]))
    assert len(str(caught.value).splitlines()) == 11


@pytest.mark.parametrize(("toml", "problem"), [
    (TOML + 'lables = ["x"]', r"task\.toml, field 'lables': is unknown; known are labels, prompts, name, metric"),
    (TOML.replace('"label"', '"f1"'), r"field 'metric': must be one of label, exact, set_f1, json, rouge_1, .*, bleu, got 'f1'"),
    ('name = "x"', r"field 'metric': must be one of .*, got None"),
    ("", r"field 'metric': must be one of .*, got None"),
    (TOML.replace("looks = 2", 'looks = "2"'), r"field 'looks': must be int, got '2'"),
    (TOML.replace('["good", "bad"]', '["good", "Good"]'), r"field 'labels': metric 'label' needs two or more labels, all different"),
    (TOML.replace('["good", "bad"]', "[1, 2]"), r"field 'labels': must be a list of texts"),
    ("metric =\n" + TOML, r"task\.toml: broken TOML: .*line 1"),
])  # fmt: skip
def test_a_wrong_task_toml_is_told_with_its_field(tmp_path, toml, problem):
    with pytest.raises(ValueError, match=problem):
        load_task(make(tmp_path, toml=toml))


def test_a_task_toml_in_another_encoding_is_told_with_its_line(tmp_path):
    make(tmp_path)
    (tmp_path / "task.toml").write_bytes((TOML + 'description = "café"').encode("latin-1"))
    with pytest.raises(ValueError, match=r"task\.toml, line 7: is not UTF-8"):
        load_task(tmp_path)


def test_a_folder_without_task_or_splits_is_told_what_is_missing(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ValueError, match=r"(?s)task\.toml: is missing.*, test\.jsonl: one or more must be there; .* has notes\.txt"):
        load_task(tmp_path)


def test_a_folder_whose_name_looks_like_a_hub_id_is_a_folder(tmp_path, monkeypatch):
    make(tmp_path / "owner" / "moods")
    monkeypatch.chdir(tmp_path)
    assert load_task("owner/moods").name == "moods"


def on_hub(monkeypatch, splits: dict, toml: str | None = None, folder=None):
    def download(*_, **__):
        if toml is None:
            raise FileNotFoundError("404")
        (folder / "task.toml").write_text(toml)
        return str(folder / "task.toml")

    monkeypatch.setattr(datasets, "load_dataset", lambda where: datasets.DatasetDict(splits))
    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)


def test_a_hub_data_set_of_another_shape_is_put_into_ours(monkeypatch):
    features = datasets.Features({"sentence": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])})
    splits = {
        split: datasets.Dataset.from_dict({"sentence": [f"{split} 0", f"{split} 1"], "label": labels}, features=features)
        for split, labels in {"train": [0, 1], "validation": [1, 0], "test": [-1, -1], "extra": [0, 0]}.items()
    }
    on_hub(monkeypatch, splits)
    task = load_task("owner/moods", columns={"input": "sentence", "target": "label"}, instruction="Good or bad?", looks=3)
    assert task["dev"].to_list()[0] == {"id": "validation-1", "input": "validation 0", "target": "good"}
    assert (list(task.splits), task.metric, task.labels, task.folder, task.looks) == (["train", "dev"], "label", ("bad", "good"), None, 3)


def test_a_task_folder_on_the_hub_keeps_its_task_toml(monkeypatch, tmp_path):
    rows = datasets.Dataset.from_list([{"id": "a", "input": "One.", "target": "good"}])
    on_hub(monkeypatch, {"validation": rows}, TOML, tmp_path)
    assert repr(load_task("owner/moods")) == "moods: label (good, bad); 1 dev examples"


def test_rows_from_the_hub_are_checked_as_well(monkeypatch):
    rows = datasets.Dataset.from_list([{"text": "One.", "target": "good"}])
    on_hub(monkeypatch, {"test": rows})
    with pytest.raises(ValueError, match="split test, line 1, field 'input': is missing; the line has id, text, target"):
        load_task("owner/moods", metric="exact")


def test_a_hub_that_does_not_answer_is_told_with_the_cure(monkeypatch):
    def fail(where):
        raise ConnectionError("no network")

    monkeypatch.setattr(datasets, "load_dataset", fail)
    with pytest.raises(FileNotFoundError, match=r"no folder 'owner/moods' here, and the hub did not give it \(.*: the network is missing"):
        load_task("owner/moods")


def test_a_column_that_is_not_in_a_folder_is_told_with_those_that_are(tmp_path):
    make(tmp_path)
    with pytest.raises(ValueError, match=r"no column 'nonsense' for columns=\{'input': 'nonsense'\}; there are 'id', 'input', 'target'"):
        load_task(tmp_path, columns={"input": "nonsense"})
    with pytest.raises(ValueError, match=r"task 'reviews' has no column 'imput' .*\(did you mean 'input'\?\)"):
        load_task("reviews", columns={"input": "imput"})


def test_a_folder_of_another_shape_is_put_into_ours(tmp_path):
    make(tmp_path)
    for file in tmp_path.glob("*.jsonl"):
        file.write_text(file.read_text().replace('"input"', '"sentence"'))
    assert set(load_task(tmp_path, columns={"input": "sentence"})["dev"].column_names) == {"id", "input", "target"}


def test_a_column_that_a_hub_data_set_has_not_is_told_with_those_that_it_has(monkeypatch):
    on_hub(monkeypatch, {"test": datasets.Dataset.from_list([{"sentence": "One.", "target": "good"}])})
    with pytest.raises(ValueError, match=r"no column 'sentense' .*\(did you mean 'sentence'\?\); there are 'sentence', 'target'"):
        load_task("owner/moods", columns={"input": "sentense"}, metric="exact")


def test_a_misspelled_role_of_a_file_is_told_the_roles(tmp_path):
    (tmp_path / "my.csv").write_text("text,label\n")
    with pytest.raises(ValueError, match=r"my\.csv: columns= has 'imput' \(did you mean 'input'\?\); a file's columns are input, target"):
        load_task(tmp_path / "my.csv", columns={"imput": "text"})


def test_a_hub_that_nobody_can_reach_is_told_at_once_and_left_as_it_was(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("time.sleep", asked.append)  # what tries again waits in between
    with pytest.raises(
        FileNotFoundError, match=r"no folder 'owner/none-such' here, and .* the hub cannot be reached: the network is missing"
    ):
        load_task("owner/none-such")
    assert (asked, datasets.config.HF_HUB_OFFLINE) == ([], False)


def test_a_hub_that_answers_is_asked(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", False)
    with Server(answer=str) as server:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", server.url)
        with quickly():
            assert datasets.config.HF_HUB_OFFLINE is False
