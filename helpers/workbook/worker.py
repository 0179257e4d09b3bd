"""Execute one notebook in this process, which is started for it alone: `python -m helpers.workbook.worker '{"source": ...}'`.

What happens is told as JSON lines on standard output, for `helpers.workbook.execution` to read.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from helpers.workbook.own_prose import switch

__all__ = ["main"]


def main() -> int:
    """Execute the job given as JSON in the first argument; the last line written says how it ended."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    last: dict[str, Any] = {}
    outcome = _execute(json.loads(sys.argv[1]), last)
    _say(event="end", memory=_peak(), **{"cell": last.get("cell"), "line": last.get("line"), **outcome})
    return 0


def _end_with_parent() -> None:
    """Standard input closes when the command that started us is gone: then no one wants the result."""
    import psutil

    os.read(0, 1)
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    os._exit(1)


def _execute(job: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
    import nbformat
    import papermill
    from nbclient.exceptions import DeadKernelError

    notebook = nbformat.read(job["source"], as_version=4)
    source = job["source"]
    if switch(notebook, job.get("own", {})):
        source = job["target"]
        nbformat.write(notebook, source)
    positions = {cell.get("id"): number for number, cell in enumerate(notebook.cells, 1)}

    def started(cell: Any, cell_index: int, **_: Any) -> None:
        last.update(cell=positions.get(cell.get("id"), 0), line=first_line(cell.source))
        _say(event="cell", cells=len(notebook.cells), **last)

    try:
        settings = {"kernel_name": "python3", "cwd": job["folder"], "progress_bar": False}
        papermill.execute_notebook(source, job["target"], job["parameters"], on_cell_start=started, **settings)
    except papermill.PapermillExecutionError as error:
        row, line = failed_line(error.source, error.traceback, error.exec_count)
        return {"status": "failed", "row": row, "line": line, "error": f"{error.ename}: {_short(error.evalue)}"}
    except DeadKernelError:
        return {"status": "died", "error": "the kernel died: killed from outside, out of memory, or crashed"}
    except Exception as error:
        return {"status": "failed", "error": f"{type(error).__name__}: {_short(str(error))}"}
    return {"status": "passed"}


def first_line(source: str) -> str:
    """The first line of code that is neither blank nor a comment, for naming a cell."""
    lines = [line.strip() for line in source.split("\n") if line.strip()]
    return next((line for line in lines if not line.startswith("#")), lines[0] if lines else "")[:100]


def failed_line(source: str, traceback: Sequence[str], count: int) -> tuple[int, str]:
    """The number and the text of the line that failed: the innermost one of this cell that the traceback names, as IPython writes it.

    (0, the cell's first line) where it names none, and for a cell that opens with a magic (%%time), which counts lines anew.
    """
    rows = re.findall(rf"Cell In\[{count}\], line (\d+)", _plain("\n".join(traceback)))
    lines = source.split("\n")
    row = int(rows[-1]) if rows else 0
    if source.startswith("%%") or not 0 < row <= len(lines) or not lines[row - 1].strip():
        return 0, first_line(source)
    return row, lines[row - 1].strip()[:100]


def _plain(text: str) -> str:
    """The text without the terminal's colors."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def _short(text: str) -> str:
    return _plain(text).strip().split("\n")[0][:300]


def _peak() -> int | None:
    """The kernel's highest resident memory in bytes; None on Windows, which does not keep it."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _say(**event: Any) -> None:
    print(json.dumps(event), flush=True)


if __name__ == "__main__":
    sys.exit(main())
