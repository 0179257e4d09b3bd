"""Tracking with Comet, offline first: log a run into an archive, read archives back, recover a killed run, upload later.

>>> with start("bare prompt") as tracker:            # doctest: +SKIP
...     tracker.log_run(run(method, task, model))
>>> runs()                                           # doctest: +SKIP
"""

from __future__ import annotations

from helpers.tracking.archives import compare, runs, table
from helpers.tracking.charts import control_chart
from helpers.tracking.recovery import recover
from helpers.tracking.tracker import Tracker, start

__all__ = ["start", "Tracker", "runs", "table", "compare", "recover", "control_chart"]
