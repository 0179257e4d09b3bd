"""Sphinx's settings for the site; `helpers.workbook.site` calls it."""

from __future__ import annotations

import os
from typing import Any

project = "LLM Ladder"
extensions = ["myst_nb", "sphinx.ext.githubpages"]
html_theme = "sphinx_book_theme"
html_title = "LLM Ladder"
html_logo = "ladder.svg"
html_favicon = "ladder.svg"
html_static_path = ["."]
html_css_files = ["ladder.css"]
html_show_copyright = False
html_show_sphinx = False
html_context = {"default_mode": "auto"}
html_theme_options: dict[str, Any] = {
    "home_page_in_toc": True,
    "logo": {"text": "LLM Ladder"},
    "navbar_persistent": [],  # the search is at the side
}
if repository := os.environ.get("LADDER_REPOSITORY"):  # "owner/name", and its branch in another variable
    html_theme_options |= {
        "repository_url": f"https://github.com/{repository}",
        "repository_branch": os.environ["LADDER_BRANCH"],
        "use_repository_button": True,
        "launch_buttons": {
            "notebook_interface": "jupyterlab",
            "colab_url": "https://colab.research.google.com",
            "binderhub_url": "https://mybinder.org",
        },
    }
myst_heading_anchors = 2  # the words of the glossary
nb_execution_mode = "off"  # the lessons come executed
nb_ipywidgets_js = {}  # from a CDN otherwise; every widget has a static face
exclude_patterns = []
suppress_warnings = ["misc.highlighting_failure", "mystnb.unknown_mime_type", "toc.not_included"]


def setup(app: Any) -> None:
    app.connect("html-page-context", _for_reading_only, priority=900)


def _for_reading_only(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """The overview is made by a build: there is nothing to launch or to download."""
    if pagename == "index":
        buttons = context.get("header_buttons", [])
        context["header_buttons"] = [button for button in buttons if button.get("label") not in ("launch-buttons", "download-buttons")]
