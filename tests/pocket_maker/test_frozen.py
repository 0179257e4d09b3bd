"""What must not change when the maker is tidied: the conversations of a seed, and the files made from them."""

from __future__ import annotations

import hashlib
import json
import lzma
from itertools import islice
from pathlib import Path

import pytest

from helpers import places
from pocket_maker.corpus import rows, stream
from pocket_maker.corpus.world import phrasings, unescaped


@pytest.mark.parametrize(
    ("split", "n", "sha256"),
    [
        ("train", 20_000, "0b6853381e4e502e92ee6d63ed0de1561a7fe4d01e82e34f1ce761053bc09269"),
        ("held", 2_000, "922dfef4f2f27fa83929cf50e91126bb643a0f4b138f2929e8de6acc3e3edad3"),
    ],
)
def test_the_conversations_of_seed_0_are_those_that_pocket_was_trained_on(split: str, n: int, sha256: str) -> None:
    digest = hashlib.sha256()
    for row in islice(stream.stream(0, split), n):
        digest.update(json.dumps([row.family, row.messages], sort_keys=True).encode() + b"\n")
    assert digest.hexdigest() == sha256


def test_the_files_that_lessons_read_are_what_the_corpus_writes(tmp_path: Path) -> None:
    for write, committed in ((rows.write_healing, ("pocket", "healing.jsonl")), (rows.write_known, ("facts", "known.tsv"))):
        assert write(tmp_path / "made").read_bytes() == places.data(*committed).read_bytes()


def test_what_provenance_looks_up_is_what_the_final_mix_writes(tmp_path: Path) -> None:
    made, committed = rows.write_taught(tmp_path / "made"), places.data("pocket", "taught.jsonl.xz")
    assert lzma.decompress(made.read_bytes()) == lzma.decompress(committed.read_bytes())


def test_a_phrasing_may_hold_line_breaks_tabs_and_outer_spaces() -> None:
    assert [unescaped(text) for text in (r"a\nb", r"a\tb", r"\sa\s", r"\e", r"\\n", r"\#a")] == ["a\nb", "a\tb", " a ", "", r"\n", "#a"]


def test_a_table_with_keys_is_a_dict_and_one_without_is_a_tuple() -> None:
    assert "name" in phrasings("conversation_ask", "self_tell")
    assert isinstance(phrasings("verifying", "check_ask"), tuple)
