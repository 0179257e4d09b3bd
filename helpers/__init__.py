"""The small package that the lessons build on. Importing it loads nothing heavy."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
