"""Files whole or not at all, JSON with a reason, and the hash that names things."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from helpers.storage import digest, latest_checkpoint, put_checkpoint, read_json, short, write_json, write_text


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_text(tmp_path / "a.txt", "old")

    def full(self: Path, target: Path) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        write_text(file, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert file.read_text() == "old"


def test_what_was_written_as_json_is_read_again(tmp_path: Path) -> None:
    assert read_json(write_json(tmp_path / "new" / "a.json", {"é": [1, None]})) == {"é": [1, None]}


@pytest.mark.parametrize(
    ("text", "why"), [("{", "cannot be read .JSONDecodeError."), ("[1]", "holds a list, not a dict"), (None, "FileNotFoundError")]
)
def test_json_that_is_missing_broken_or_of_another_kind_is_named(tmp_path: Path, text: str | None, why: str) -> None:
    if text is not None:
        (tmp_path / "a.json").write_text(text)
    with pytest.raises(ValueError, match=rf"{tmp_path.name}/a\.json .*{why}"):
        read_json(tmp_path / "a.json")


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": Path}) == digest({"b": Path, "a": 1}) != digest({"a": 2, "b": Path})
    assert short("é") == hashlib.sha256("é".encode()).hexdigest()[:12]


def test_a_checkpoint_is_replaced_in_one_move(tmp_path: Path) -> None:
    for step in ("1", "2"):
        write_text(tmp_path / "checkpoint.new" / "state.json", step)
        put_checkpoint(tmp_path)
    assert latest_checkpoint(tmp_path) == tmp_path / "checkpoint"
    assert (tmp_path / "checkpoint" / "state.json").read_text() == "2"
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_the_checkpoint_before_counts_when_a_kill_fell_between_the_two_moves(tmp_path: Path) -> None:
    write_text(tmp_path / "checkpoint.old" / "state.json", "1")
    write_text(tmp_path / "checkpoint.new" / "weights", "half")
    assert latest_checkpoint(tmp_path) == tmp_path / "checkpoint.old"
