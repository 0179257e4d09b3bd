"""The set-up check: everything is ok here, and each thing that is missing is named with its cure."""

import pytest

from helpers import places, setup


def test_everything_is_in_place_here():
    found = setup.check()
    assert list(found[found["state"] != "ok"].index) == []


def test_a_missing_package_is_named_with_the_line_that_installs_it(monkeypatch):
    monkeypatch.setattr(setup, "PACKAGES", ("no_such_package",))
    row = setup.check().loc["no_such_package"]
    assert row["state"] == "missing"
    assert row["fix"].startswith("pip install -c constraints.txt")


def test_a_missing_split_is_named(tmp_path, monkeypatch):
    (tmp_path / "data" / "mine").mkdir(parents=True)
    (tmp_path / "data" / "mine" / "task.toml").write_text("")
    monkeypatch.setattr(places, "root", lambda: tmp_path)
    assert setup.check().loc["tasks in data/", "state"] == "mine/train.jsonl, mine/dev.jsonl, mine/test.jsonl"


@pytest.mark.parametrize(("weights", "state"), [(b"other", "its checksum differs"), (None, "missing")])
def test_a_changed_or_missing_pocket_model_is_noticed(tmp_path, monkeypatch, weights, state):
    folder = tmp_path / "data" / "pocket"
    folder.mkdir(parents=True)
    if weights is not None:
        (folder / "model.safetensors").write_bytes(weights)
        (folder / "training.json").write_text('{"sha256": "0"}')
    monkeypatch.setattr(places, "root", lambda: tmp_path)
    assert setup.check().loc["pocket model", "state"] == state


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "outputs").write_text("a file where the folder should be")
    monkeypatch.setenv("LADDER_HOME", str(tmp_path))
    assert "LADDER_HOME" in setup.check().loc["outputs/ can be written", "fix"]
