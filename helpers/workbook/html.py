"""An executed notebook as one HTML file that reads without a network, and the page that lists them."""

from __future__ import annotations

import html
import json
import os
import re
import warnings
from pathlib import Path
from typing import Any

from helpers.workbook.files import write

__all__ = ["index", "page"]

# nbconvert's own page loads these from a CDN; the lessons keep a static face beside every widget, so nothing is lost.
OFFLINE = """{%- extends "lab/index.html.j2" -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
"""

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}.bad{color:#9c1c00;font-weight:600}small{color:#555}"""


def page(notebook: Any, target: Path, *, home: Path) -> str:
    """The notebook as HTML, to lie at `target`. Links to other lessons lead to their pages, links to files to the files."""
    from nbconvert import HTMLExporter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an image without alternative text, mostly
        exporter = HTMLExporter(raw_template=OFFLINE, embed_images=False)
        body, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": target.stem}})
    body = re.sub(r'<img\b[^>]*\bsrc="https?:[^>]*>', lambda found: _alternative(found[0]), body)
    return re.sub(r'(<a\b[^>]*\bhref=")([^"#:]+)((?:#[^"]*)?")', lambda found: _lead(found, target, home), body)


def _alternative(image: str) -> str:
    """What stands for an image that lies on a server: its alternative text."""
    text = re.search(r'\balt="([^"]*)"', image)
    return f"[{text[1]}]" if text else ""


def _lead(found: re.Match, target: Path, home: Path) -> str:
    link = found[2]
    if re.fullmatch(r"(solutions/)?\d\d_\w+\.ipynb", link):
        link = Path(link).with_suffix(".html").as_posix()
        link = f"../{link}" if link.startswith("solutions/") else link
    else:
        link = Path(os.path.relpath(home / link, target.parent)).as_posix()
    return found[1] + link + found[3]


def index(out: Path) -> Path:
    """Write `out/index.html` from the records beside the notebooks; return its path."""
    records = [(folder, path) for folder in ("lessons", "solutions") for path in sorted((out / folder).glob("[0-9][0-9]_*.json"))]
    rows = "\n".join(_row(folder, json.loads(path.read_text(encoding="utf-8"))) for folder, path in records)
    path = out / "index.html"
    write(
        path,
        f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>LLM Ladder: lessons that ran</title><style>{STYLE}</style></head><body>
<h1>LLM Ladder</h1>
<p>The lessons as they ran on this machine.</p>
<table><thead><tr><th>Lesson</th><th>How it went</th><th>Seconds</th><th>Memory</th><th>Files</th></tr></thead><tbody>
{rows}
</tbody></table></body></html>
""",
    )
    return path


def _row(folder: str, record: dict[str, Any]) -> str:
    stem = Path(record["notebook"]).with_suffix("").as_posix()
    good = record["status"] == "passed"
    how = "passed" if good else f'<span class="bad">{record["status"]}</span><br><small>{html.escape(record["error"])}</small>'
    memory = f"{record['memory'] / 1e6:.0f} MB" if record["memory"] else ""
    name = html.escape(record["name"].replace("_", " "))
    if not record["notebook"]:  # it ended before anything was written
        return f'<tr><td>{name}</td><td>{how}</td><td class="n">{record["seconds"]:.1f}</td><td></td><td></td></tr>'
    return (
        f'<tr><td><a href="{folder}/{stem}.html">{name}</a></td><td>{how}</td>'
        f'<td class="n">{record["seconds"]:.1f}</td><td class="n">{memory}</td>'
        f'<td><a href="{folder}/{stem}.ipynb">notebook</a></td></tr>'
    )
