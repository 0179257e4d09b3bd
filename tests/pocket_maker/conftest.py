"""What the tests of training share: a folder with a small tokenizer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small tokenizer, made once."""
    import torch

    from pocket_maker.train.tokenizer import save_tokenizer, train_tokenizer

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("school")
    save_tokenizer(train_tokenizer(vocab_size=512, rows=500), folder)
    return folder


@pytest.fixture
def folder(school: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(school, tmp_path / "run"))
