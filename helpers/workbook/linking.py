"""Point the badges and the Colab set-up cell of all lessons at another repository, such as an instructor's fork."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.storage import write_text
from helpers.workbook.drift import exercises
from helpers.workbook.notebooks import clean, find

__all__ = ["link", "relinked"]


def relinked(text: str, repository: str, branch: str) -> str:
    """The text with every Colab, Binder and clone link leading to `repository` ("owner/name") at `branch`.

    >>> relinked("https://mybinder.org/v2/gh/a/b/main?urlpath=x", "me/fork", "2026")
    'https://mybinder.org/v2/gh/me/fork/2026?urlpath=x'
    """
    name = repository.split("/")[1]
    part = r"[\w.-]+"
    text = re.sub(rf"(colab\.research\.google\.com/github/){part}/{part}/blob/{part}/", rf"\g<1>{repository}/blob/{branch}/", text)
    text = re.sub(rf"(mybinder\.org/v2/gh/){part}/{part}/{part}", rf"\g<1>{repository}/{branch}", text)
    clone = rf"git clone -q (?:-b {part} )?https://github\.com/{part}/({part}) && bash \1/binder/colab"
    fork = f"git clone -q -b {branch} https://github.com/{repository} && bash {name}/binder/colab"
    found = re.search(clone, text)
    return re.sub(clone, fork, text).replace(f'sys.path.append("{found[1]}")', f'sys.path.append("{name}")') if found else text


def link(repository: str, *, branch: str = "main", folder: Path | None = None, force: bool = False) -> list[Path]:
    """Relink all solutions, cut the lessons from them, and return the files written.

    repository: "owner/name" on GitHub. A lesson with answers in it is left alone, unless `force` is set. Raises ValueError for
    what is no repository or branch.
    """
    if not re.fullmatch(r"[\w-]+/[\w.-]+", repository):
        raise ValueError(f"{repository!r} is not a repository: write owner/name, for instance ladder link jo/llm-ladder")
    if not re.fullmatch(r"[\w.-]+", branch):
        raise ValueError(f"{branch!r} is not a branch that badges can name: letters, digits, '.', '_' and '-' are allowed")
    written = []
    for solution in find(folder=folder, solutions=True):
        notebook = solution.read()
        for cell in notebook.cells:
            cell.source = relinked(cell.source, repository, branch)
        text = clean(notebook)
        if text != solution.path.read_text(encoding="utf-8"):
            write_text(solution.path, text)
            written.append(solution.path)
    return written + exercises(folder=folder, force=force)
