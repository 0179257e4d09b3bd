"""How much memory this process has taken."""

from __future__ import annotations

from pathlib import Path

__all__ = ["peak_mb"]


def peak_mb() -> float:
    """Peak resident memory of this process so far in MB; nan where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():  # not ru_maxrss: on Linux that remembers the parent's peak
        return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
