"""An executed notebook as one HTML file that reads without a network."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import Any

__all__ = ["page"]

# nbconvert's own page loads these from a CDN; the lessons keep a static face beside every widget, so nothing is lost. It also drops the
# text that a figure carries for those who do not see it.
OFFLINE = """{%- extends "lab/index.html.j2" -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block data_png scoped -%}
{%- set alt = output | get_metadata("alt", "image/png") -%}
{%- if alt -%}{{ super() | replace("<img ", '<img alt="' ~ (alt | escape) ~ '" ') }}{%- else -%}{{ super() }}{%- endif -%}
{%- endblock -%}
"""


def page(notebook: Any, target: Path, *, home: Path) -> str:
    """The notebook as HTML, to lie at `target`. Links to other lessons lead to their pages, links to files to the files."""
    from nbconvert import HTMLExporter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an image without alternative text, mostly
        exporter = HTMLExporter(raw_template=OFFLINE, embed_images=False)
        body, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": target.stem}})
    body = re.sub(r'<img\b[^>]*\bsrc="https?:[^>]*>', lambda match: _alternative(match[0]), body)
    return re.sub(r'(<a\b[^>]*\bhref=")([^"#:]+)((?:#[^"]*)?")', lambda match: _lead(match, target, home), body)


def _alternative(image: str) -> str:
    """What stands for an image that lies on a server: its alternative text."""
    text = re.search(r'\balt="([^"]*)"', image)
    return f"[{text[1]}]" if text else ""


def _lead(match: re.Match, target: Path, home: Path) -> str:
    link = match[2]
    if re.fullmatch(r"(solutions/)?\d\d_\w+\.ipynb", link):
        link = Path(link).with_suffix(".html").as_posix()
        link = f"../{link}" if link.startswith("solutions/") else link
    else:
        link = Path(os.path.relpath(home / link, target.parent)).as_posix()
    return match[1] + link + match[3]
