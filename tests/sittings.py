"""Solutions executed one after the other in one kernel, with parameters, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers import places, workbook
from helpers.workbook.running import environment

__all__ = ["Seen", "execute", "kernel"]


@dataclass(frozen=True)
class Seen:
    """What came of one lesson: the text that its cells put out, the error that stopped it, if one did, and the requests that it made."""

    text: str
    error: str
    requests: int = 0


@contextmanager
def kernel(home: Path) -> Iterator[KernelManager]:
    """A kernel whose outputs and caches lie in `home`."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=environment(2, {"LADDER_HOME": str(home)}), cwd=str(places.root() / "lessons"))
    try:
        yield manager
    finally:
        manager.shutdown_kernel(now=True)


def execute(manager: KernelManager, number: str, parameters: dict[str, str | int], *, last: str = "") -> Seen:
    """A solution, executed with these parameters, to its end or its first error. `last` is the code of one more cell."""
    (lesson,) = workbook.find([number], solutions=True)
    notebook, error = lesson.read(), ""
    at = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    lines = [f"{name} = {value!r}" for name, value in ({"tracker": "off"} | parameters).items()]
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell("\n".join(lines)))
    if last:
        notebook.cells.append(nbformat.v4.new_code_cell(last))
    client = NotebookClient(notebook, km=manager, timeout=120)
    try:
        client.execute()
    except CellExecutionError as stop:
        error = f"{stop.ename}: {stop.evalue}"
    finally:
        client.kc.stop_channels()
    return Seen(shown(notebook), error)


def shown(notebook: nbformat.NotebookNode) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)
