"""The house rules of lessons, each a function that returns what breaks it. `ladder check` and the tests share them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from helpers.workbook.lifted import alternative_text
from helpers.workbook.notebooks import Lesson, code_cells, prose_cells, relative_links
from helpers.workbook.own_prose import kept
from helpers.workbook.rules_code import CODE_RULES
from helpers.workbook.rules_outputs import OUTPUT_RULES, asks

__all__ = ["RULES", "broken"]

Rule = Callable[[Lesson, Any], list[str]]
WORDS_A_CELL = 120
MOST_BYTES = 600_000
ROUNDS = (4, 7)


def broken(lesson: Lesson) -> list[str]:
    """Every house rule that the lesson breaks: `01_prompts: cell 7 has 31 lines of code, at most 25`."""
    notebook = lesson.read()
    return [f"{lesson.name}: {problem}" for rule in RULES for problem in rule(lesson, notebook)]


def title_cell(lesson: Lesson, notebook: Any) -> list[str]:
    """Cell 1: number and title, promise, three goals, needs, time and cost, Colab and Binder badges."""
    source = notebook.cells[0].source if notebook.cells and notebook.cells[0].cell_type == "markdown" else ""
    wanted = {
        f"opens with '# {lesson.number} · Title'": re.match(rf"# {lesson.number} · \S", source),
        "says 'You will be able to' and lists three goals": len(_goals(source, "You will be able to")) == 3,
        "names Needs, Time and Cost": all(re.search(rf"\b{word}\b", source) for word in ("Needs", "Time", "Cost")),
        "has a Colab badge for this lesson": re.search(rf"colab\.research\.google\.com/\S*{lesson.path.stem}\.ipynb", source),
        "has a Binder badge for this lesson": re.search(rf"mybinder\.org/\S*{lesson.path.stem}\.ipynb", source),
    }
    return [f"cell 1 must be prose that {what}" for what, holds in wanted.items() if not holds]


def setup_and_parameters(lesson: Lesson, notebook: Any) -> list[str]:
    """Cell 2 is the set-up, at most 6 lines; cell 3 is tagged `parameters` and comments every knob."""
    cells = [*notebook.cells[1:3], None, None]
    problems = []
    if cells[0] is None or cells[0].cell_type != "code":
        problems.append("cell 2 must be the set-up code")
    elif (lines := len(_lines(cells[0].source))) > 6:
        problems.append(f"cell 2, the set-up, has {lines} lines, at most 6")
    if cells[1] is None or "parameters" not in cells[1].metadata.get("tags", []):
        return [*problems, "cell 3 must be tagged 'parameters'"]
    bare = [line for line in _lines(cells[1].source) if re.match(r"\w+ *(:[^=]+)?=", line) and "#" not in line]
    return problems + [f"cell 3: the parameter `{line.strip()}` has no comment" for line in bare]


def rhythm(lesson: Lesson, notebook: Any) -> list[str]:
    """Four to seven rounds of Predict, Run, Explain: each Predict in prose is followed by a code cell, then by prose."""
    cells = notebook.cells
    problems = []
    rounds = [at for at, cell in enumerate(cells) if cell.cell_type == "markdown" and "**Predict" in cell.source]
    count = len(rounds) + sum(asks(cell) is not None for cell in cells)
    if not ROUNDS[0] <= count <= ROUNDS[1]:
        problems.append(f"{count} cells with '**Predict' or predict(…), between {ROUNDS[0]} and {ROUNDS[1]} are allowed")
    for at in rounds:
        if [cell.cell_type for cell in cells[at + 1 : at + 3]] != ["code", "markdown"]:
            problems.append(f"cell {at + 1}: a Predict must be followed by one code cell and its explanation")
    return problems


def close(lesson: Lesson, notebook: Any) -> list[str]:
    """The end: 'You can now' with the three goals, a quiz, how to rerun on a real model, dated sources."""
    prose = "\n\n".join(cell.source for number, cell in prose_cells(notebook) if number > 1)
    code = "\n".join(cell.source for _, cell in code_cells(notebook))
    wanted = {
        "'You can now' with three goals": len(_goals(prose, "You can now")) == 3,
        f'a quiz: quiz("{lesson.number}")': re.search(rf"quiz\([\"']{lesson.number}", code),
        f'an exercise: check("{lesson.number}.…", …)': re.search(rf"check\([\"']{lesson.number}\.", code),
        "'Sources' with a year": re.search(r"Sources\b.*?\b(19|20)\d\d\b", prose, re.DOTALL),
    }
    return [f"the lesson lacks {what}" for what, holds in wanted.items() if not holds]


def prose(lesson: Lesson, notebook: Any) -> list[str]:
    """A prose cell has at most 120 words, and so has what it keeps for a reader's own task; code blocks, tables and link targets do not
    count."""
    problems = []
    for number, cell in prose_cells(notebook):
        words = max(_words(text) for text in [cell.source, *kept(cell.source).values()])
        if words > WORDS_A_CELL:
            problems.append(f"cell {number} has {words} words, at most {WORDS_A_CELL}")
    return problems


def _words(source: str) -> int:
    text = re.sub(r"<!--.*?-->|```.*?```|^\|.*$|\]\([^)]*\)|<[^>]*>", " ", source, flags=re.DOTALL | re.MULTILINE)
    return len(re.findall(r"\w[\w'’.,-]*", text))


def links(lesson: Lesson, notebook: Any) -> list[str]:
    """Relative links lead to files; cell 1 links the lesson before and the lesson after, and no other."""
    targets = [(number, link) for number, cell in prose_cells(notebook) for link in relative_links(cell.source)]
    problems = [f"cell {number}: the link {link} leads to no file" for number, link in targets if not (lesson.path.parent / link).exists()]
    if notebook.cells:
        linked = {link for link in relative_links(notebook.cells[0].source) if re.fullmatch(r"\d\d_\w+\.ipynb", link)} - {lesson.path.name}
        if linked != _neighbors(lesson):
            want = ", ".join(sorted(_neighbors(lesson))) or "none"
            problems.append(f"cell 1 links lessons {', '.join(sorted(linked)) or 'none'}; the ones before and after are {want}")
    return problems


def described(lesson: Lesson, notebook: Any) -> list[str]:
    """A figure has an alternative text, for those who do not see it."""
    return [
        f"cell {number} draws a figure without an alternative text: end it on plots.show(ax, alt)"
        for number, cell in code_cells(notebook)
        if any("image/png" in output.get("data", {}) for output in cell.outputs) and len(alternative_text(cell)) < 40
    ]


def size(lesson: Lesson, notebook: Any) -> list[str]:
    """At most 600 KB."""
    size = lesson.path.stat().st_size
    return [f"{size // 1000} KB, at most {MOST_BYTES // 1000}"] if size > MOST_BYTES else []


def _neighbors(lesson: Lesson) -> set[str]:
    names = sorted(path.name for path in lesson.path.parent.glob("[0-9][0-9]_*.ipynb"))
    at = names.index(lesson.path.name)
    return set(names[max(0, at - 1) : at] + names[at + 1 : at + 2])


def _goals(source: str, heading: str) -> list[str]:
    after = source.partition(heading)[2]
    block = re.match(r"[^\n]*\n+((?:(?:[-*]|\d\.) [^\n]*(?:\n+ +[^\n]*)*\n*)+)", after)
    return re.findall(r"^(?:[-*]|\d\.) ", block[1], re.MULTILINE) if block else []


def _lines(source: str) -> list[str]:
    return [line for line in source.split("\n") if line.strip()]


LESSON_RULES: list[Rule] = [title_cell, setup_and_parameters, rhythm, close, prose, links, described, size]
RULES: list[Rule] = [*LESSON_RULES, *CODE_RULES, *OUTPUT_RULES]
