"""What `ladder decide` leaves behind: one page of HTML that needs nothing beside it, and loads nothing."""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.decide.figure import draw, draw_confusion
from helpers.decide.screen import cells, number, reading, title

if TYPE_CHECKING:
    import pandas
    from markupsafe import Markup
    from matplotlib.axes import Axes

    from helpers.decide.findings import Findings

__all__ = ["page"]

PAGE = Path(__file__).with_name("page.html")


def page(findings: Findings, *, flags: Callable[[str], str] = str) -> str:
    """The findings as one HTML page; its pictures are in it, and it loads nothing."""
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["flagged"] = _flagged
    classes = findings.classes(findings.rung) if findings.labeled else None
    return environment.from_string(PAGE.read_text(encoding="utf-8")).render(
        findings=findings,
        title=title(findings),
        reading=[(title, [flags(line) for line in lines]) for title, lines in reading(findings.task)],
        ladder=[cells(row, findings) for row in findings.table.to_dict("records")],
        figure=_picture(lambda: draw(findings.verdict)),
        confusion=_picture(lambda: draw_confusion(findings.confusion(findings.rung))) if findings.labeled else "",
        classes=[] if classes is None else _class_rows(classes),
        settled=bool(findings.verdict.rung),
        isnan=math.isnan,
    )


def _flagged(text: str) -> Markup:
    """A sentence whose flags are set as code, so that no line breaks inside one."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"(?<![\w-])(--[a-z][\w-]*(?: (?:hf|openai):[\w/-]+(?:\.[\w/-]+)*)?)", r"<code>\1</code>", str(escape(text))))


def _class_rows(table: pandas.DataFrame) -> list[list[str]]:
    rows = table.sort_values("targets", ascending=False, kind="stable").itertuples()
    return [[str(label), *(number(value) for value in row)] for label, *row in rows]


def _picture(paint: Callable[[], Axes]) -> str:
    """A figure as the address of a picture that holds its own bytes."""
    import matplotlib.pyplot as plt

    figure = paint().figure
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150, bbox_inches="tight")
    plt.close(figure)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
