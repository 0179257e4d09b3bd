"""What lessons need of the corpus, as files: so that a lesson and its checks never import the maker."""

from __future__ import annotations

import json
import lzma
from itertools import islice
from pathlib import Path

from pocket_maker.corpus.families.facts import known_fact
from pocket_maker.corpus.stream import final_mix, stream, writer_seed
from pocket_maker.corpus.world import World, words

__all__ = ["write_healing", "write_known", "write_taught"]

HEALING, SEED = 400, 14  # conversations that lesson 15 heals a cut model on, and the seed they are drawn with
TAUGHT, FINAL_SEED = 20_000, 11  # conversations that lessons look things up in; the seed of the training that made the shipped weights


def write_healing(path: Path) -> Path:
    """Conversations about known facts, one JSON list of messages a line."""
    world = World(seed=SEED)
    lines = [json.dumps(known_fact(world), ensure_ascii=False) for _ in range(HEALING)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_known(path: Path) -> Path:
    """The facts that pocket was taught: subject and answer, a tab between them."""
    facts = [line.split("\t")[1:] for line in words("facts_known")]
    path.write_text("".join(f"{subject}\t{answer}\n" for subject, answer in facts), encoding="utf-8")
    return path


def write_taught(path: Path) -> Path:
    """The beginning of what pocket read, as its training's first writer wrote it: an xz-packed JSON line [family, messages] for each."""
    rows = islice(stream(writer_seed(FINAL_SEED, 0), focus=final_mix()), TAUGHT)
    lines = (json.dumps([row.family, row.messages], ensure_ascii=False, separators=(",", ":")) for row in rows)
    path.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9))
    return path
