"""What the scripts for a GPU share: they stop at once where there is none; `--tiny` tries a script on any machine, in seconds."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["device", "options", "peak", "tiny_model"]


def options(about: str | None, extra: Sequence[tuple[str, type, object, str]] = ()) -> argparse.Namespace:
    """`--tiny`, and whole numbers or decimals as (name, type, default, help)."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true", help="a few rows and a tiny model, on a CPU too: does the script work?")
    for name, kind, default, text in extra:
        parser.add_argument(f"--{name}", type=kind, default=default, help=f"{text} (default: {default})")
    return parser.parse_args()


def device(tiny: bool) -> str:
    """The name of the GPU; "cpu" for a tiny try without one. SystemExit: there is none, and what then helps."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    if tiny:
        return "cpu"
    sys.exit(
        f"no CUDA GPU here (torch {torch.__version__}, torch.cuda.is_available() is False): install the CUDA build of torch on a machine "
        "that has one (make TORCH_INDEX=), or say --tiny to try this script on the CPU"
    )


def peak() -> int:
    """The peak of the GPU's memory that torch took, in MB; 0 without a GPU. Counted anew from here on."""
    import torch

    if not torch.cuda.is_available():
        return 0
    most = torch.cuda.max_memory_allocated() / 1e6
    torch.cuda.reset_peak_memory_stats()
    return round(most)


def tiny_model(folder: Path) -> str:
    """A random Llama of 2 layers, as `load` names it."""
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    from tiny import tiny_causal

    return f"hf:{tiny_causal(folder, context=1024)}"
