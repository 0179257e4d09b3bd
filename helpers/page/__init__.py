"""An application around a model as one page on this machine: a question in; the answer, its route, sources and trace out.

The page holds no script, so nothing that a question or a model writes can become one. It listens on 127.0.0.1 and nowhere else. It has
no log-in: whoever is at this machine may ask as anybody.
"""

from __future__ import annotations

from helpers.page.application import Application, Shown, behind
from helpers.page.serving import served
from helpers.page.web import Limits, Page

__all__ = ["Application", "Limits", "Page", "Shown", "behind", "served"]
