"""What a library costs before it has done anything: the packages it needs, their size, its import, and whom it would call."""

from __future__ import annotations

import importlib
import ipaddress
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from typing import Any
from unittest.mock import patch

__all__ = ["needed", "megabytes", "import_seconds", "load_jsonschema", "loopback_only"]


def needed(name: str) -> set[str]:
    """The packages that a package needs to run here, itself included, and those that they need; extras only where one asks for them.

    ModuleNotFoundError: it is not installed.

    >>> sorted(needed("jinja2"))
    ['jinja2', 'markupsafe']
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    seen: dict[tuple[str, frozenset[str]], None] = {}
    waiting = [Requirement(name)]
    while waiting:
        want = waiting.pop()
        key = (canonicalize_name(want.name), frozenset(want.extras))
        if key in seen:
            continue
        seen[key] = None
        lines = map(Requirement, distribution(want.name).requires or [])
        wanted = ["", *want.extras]
        waiting += [line for line in lines if line.marker is None or any(line.marker.evaluate({"extra": extra}) for extra in wanted)]
    return {package for package, _ in seen}


def megabytes(names: Iterable[str]) -> float:
    """How much room some packages take: the files that they brought, without the bytecode that Python adds."""
    files = [file.locate() for name in names for file in distribution(name).files or [] if file.suffix != ".pyc"]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def import_seconds(imports: str, *, times: int = 3) -> float:
    """The median time of some import statements, each time in a Python of its own. ImportError: they fail.

    >>> import_seconds("import json, decimal") < 5
    True
    """
    code = f"import time\nstart = time.perf_counter()\n{imports}\nprint(time.perf_counter() - start)"
    done = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False) for _ in range(times)]
    failed = next((run.stderr.strip().splitlines()[-1:] for run in done if run.returncode), None)
    if failed is not None:
        raise ImportError(f"{imports!r} cannot be imported: {' '.join(failed)}")
    return statistics.median(float(run.stdout.split()[-1]) for run in done)


def load_jsonschema() -> None:
    """Import jsonschema, which nbformat, Comet and Chroma need, without its optional check of international web addresses.

    That check builds a grammar at its import, for 1.9 of 2.1 seconds.
    """
    if "jsonschema" in sys.modules or "rfc3987_syntax" in sys.modules:
        return
    sys.modules["rfc3987_syntax"] = None  # an import that fails, which jsonschema allows for
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules["rfc3987_syntax"]


@contextmanager
def loopback_only() -> Iterator[list[str]]:
    """While the block runs, Python's sockets reach this machine only; yields a list of the other addresses that were tried.

    What is tried gets an OSError before a packet or a question for a name leaves. Libraries that open sockets in C, such as grpc, go
    around it.
    """
    tried: list[str] = []

    def refuse(host: Any, port: Any) -> None:
        if not _is_here(host):
            tried.append(f"{host}:{port}")
            raise OSError(f"{host}:{port} is not on this machine, and only this machine may be reached now")

    def guarded(real: Any) -> Any:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                refuse(*address[:2])
            return real(self, address)

        return connect

    def look_up(host: Any, port: Any, *rest: Any, real: Any = socket.getaddrinfo, **options: Any) -> Any:
        refuse(host, port)
        return real(host, port, *rest, **options)

    methods = {name: guarded(getattr(socket.socket, name)) for name in ("connect", "connect_ex")}
    with patch.multiple(socket.socket, **methods), patch.object(socket, "getaddrinfo", look_up):
        yield tried


def _is_here(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
