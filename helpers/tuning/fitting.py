"""One call each: full fine-tuning, LoRA, prompt tuning, QLoRA; and a learning curve, which makes one call a size."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import places
from helpers.models.adapter import remember
from helpers.progress import bar
from helpers.storage import digest
from helpers.tuning import states, tuned
from helpers.tuning.bases import Base, open_base, portable, prepare, spec_of
from helpers.tuning.batches import Crowd
from helpers.tuning.curves import draw, draw_learning, tell, to_archive
from helpers.tuning.loop import Job, train
from helpers.tuning.rows import Pair, encode_splits
from helpers.tuning.settings import Settings, settings_for
from helpers.tuning.tuned import Tuned

if TYPE_CHECKING:
    import pandas

    from helpers.methods.method import Method
    from helpers.models import Model
    from helpers.tasks import Task
    from helpers.tracking import Tracker
    from helpers.tuning.rows import Ask, Data

Option = Any  # of `fit`, by its name

__all__ = ["fit", "full", "learning_curve", "lora", "prompt_tuning", "qlora"]


def fit(
    base: str | Path | Model,
    data: Data,
    *,
    method: str = "lora",
    template: Ask = None,
    dev: Iterable[Mapping] | None = None,
    limit: int | None = None,
    dev_limit: int | None = 60,
    folder: str | Path | None = None,
    fresh: bool = False,
    tracker: Tracker | None = None,
    live: Callable[[dict], None] | None = None,
    progress: bool = True,
    **changes: float,
) -> Tuned:
    """Tune a model on a task's train split (its first `limit` rows), and keep the weights with the lowest loss on dev.

    data: a task, or rows with input and target (then `dev` gives the dev rows). template: what a row is asked with: a text with
    {fields}, a `Template` or a `Method`; None: the bare input. `changes`: see `Settings`. folder: None for one under outputs/tuning/
    that is named after all of this. A run that was killed goes on from its last checkpoint when it is called again, one that is
    finished is read; `fresh=True` starts again. live: called with each row of the curve; tracker: as `tracking.start` gives it.

    ValueError: rows that cannot be trained on, an unknown setting, a folder of another run. RuntimeError: the loss diverged.
    OSError: the disk is full; the checkpoint before stays whole.

    >>> fit("pocket", load_task("reviews"), template="Sentiment of: {input}", epochs=2)  # doctest: +SKIP
    lora on pocket: watched loss 1.210 before, 0.402 at step 50; 50 steps in 11.2 s (all steps done); ...
    """
    settings = settings_for(method, **changes)
    base = open_base(base)
    room = settings.virtual if method == "prompt" else 0
    pairs, dev_pairs = encode_splits(data, dev, template, base.local, room=room, limit=limit, dev_limit=dev_limit)
    key = _key(method, settings, base, pairs, dev_pairs)
    folder = Path(folder) if folder else places.outputs("tuning", f"{method}-{key[:8]}")
    crowd = Crowd()
    if crowd.first:
        states.clear(folder, key, fresh)
        remember(base.sha256, base.local.folder.path)
    else:
        tracker = live = None
        progress = False
    crowd.wait()
    if tracker is not None:
        about = {"method": method, "base": base.spec, "rows": len(pairs), "dev_rows": len(dev_pairs)}
        tracker.log_parameters({"tuning": asdict(settings) | about})
    if states.finished_key(folder) != key:
        model = prepare(base, method, settings, pairs)
        job = Job(pairs, dev_pairs, settings, folder, key, model, model.generation_config.pad_token_id, crowd=crowd)
        _train(job, base, method, tracker, progress, live)
    else:
        _tell_again(tuned.read(folder), tracker, live)
    result = replace(tuned.read(folder), base_folder=base.local.folder.path)
    if tracker is not None:
        _tell_totals(tracker, result)
    return result


def full(base: str | Path | Model, data: Data, **options: Option) -> Tuned:
    """Train all weights. `options` as in `fit`."""
    return fit(base, data, method="full", **options)


def lora(base: str | Path | Model, data: Data, **options: Option) -> Tuned:
    """Train two thin matrices beside each linear layer. Hu et al. 2021, arXiv:2106.09685. `options` as in `fit`."""
    return fit(base, data, method="lora", **options)


def prompt_tuning(base: str | Path | Model, data: Data, **options: Option) -> Tuned:
    """Train a few virtual tokens before the prompt. Lester et al. 2021, arXiv:2104.08691. `options` as in `fit`."""
    return fit(base, data, method="prompt", **options)


def qlora(base: str | Path | Model, data: Data, **options: Option) -> Tuned:
    """LoRA beside matrices in NF4, 4 bits a weight. Dettmers et al. 2023, arXiv:2305.14314. `options` as in `fit`."""
    return fit(base, data, method="qlora", **options)


def learning_curve(
    base: str | Path | Model,
    task: Task,
    solver: Method,
    sizes: Sequence[int],
    *,
    limit: int | None = None,
    folder: str | Path | None = None,
    tracker: Tracker | None = None,
    **options: Option,
) -> pandas.DataFrame:
    """The dev score against the number of training rows: one row a size (n, score, low, high, dev_loss, seconds); 0 is the base itself.

    solver: a `Method`, with which examples are asked in training and on dev (its first `limit`); n: rows that there were, if fewer than
    the size. folder: of all runs, each in one below it named by its
    size; options: as in `fit`.
    """
    import pandas as pd

    points = []
    for size in sorted({min(size, len(task["train"])) for size in sizes}):
        part = Path(folder) / str(size) if folder else None
        points.append(_point(base, task, solver, size, limit, part, options))
        if tracker is not None:
            tracker.log_metrics({f"learning.{name}": points[-1][name] for name in ("score", "low", "high")}, step=size)
    curve = pd.DataFrame(points)
    if tracker is not None:
        about = {"base": portable(spec_of(base)), "task": task.name, "solver": solver.name, **options}
        plain = {name: value for name, value in about.items() if isinstance(value, str | int | float)}
        tracker.log_parameters({"learning": plain | {"sizes": [int(n) for n in curve["n"]]}})
        to_archive(tracker, "learning curve", curve, draw_learning)
    return curve


def _point(base: str | Path | Model, task: Task, solver: Method, size: int, limit: int | None, folder: Path | None, options: dict) -> dict:
    from helpers import runs
    from helpers.models import load

    point = {"dev_loss": math.nan, "seconds": 0.0}
    if size:
        result = fit(base, task, template=solver, limit=size, folder=folder, **options)
        point = {"dev_loss": result.curve["dev_loss"].min(), "seconds": result.seconds}
    model = result.model() if size else load(spec_of(base), cache=False)
    summary = runs.run(solver, task, model, limit=limit, progress=False).summary()
    return {"n": size, **{name: summary[name] for name in ("score", "low", "high")}, **point}


def _key(method: str, settings: Settings, base: Base, pairs: list[Pair], dev: list[Pair]) -> str:
    """A hash over all that the result follows from."""
    rows = [[(pair.prompt, pair.answer) for pair in part] for part in (pairs, dev)]
    return digest(json.dumps([method, asdict(settings) | {"keep": 0}, base.sha256, rows]))


def _train(job: Job, base: Base, method: str, tracker: Tracker | None, progress: bool, live: Callable[[dict], None] | None) -> None:
    """Train and write, telling whoever watches; of several processes the first alone writes."""
    with bar(len(job.train) * job.settings.epochs, f"{method} on {base.spec}", progress) as shown:
        job.report = lambda row: tell(row, shown, tracker, live)
        train(job)
    if job.crowd.first:
        tuned.finish(job, base, method)
        states.drop(job.folder)
    job.crowd.wait()


def _tell_again(result: Tuned, tracker: Tracker | None, live: Callable[[dict], None] | None) -> None:
    """The curve of a finished run to whoever watches, as if it were trained now."""
    rows = result.curve.to_dict("records")
    for row in rows:
        stopped = result.stopped if row is rows[-1] else ""
        tell(row | {"steps": rows[-1]["step"], "examples": 0, "left": math.nan, "stopped": stopped}, None, tracker, live)


def _tell_totals(tracker: Tracker, result: Tuned) -> None:
    """What is known at the end: the totals, and the whole curve as a table and a figure."""
    totals = {"seconds": result.seconds, "best_step": result.best_step, "trainable": result.trainable}
    tracker.log_metrics({f"tuning.{name}": value for name, value in totals.items()})
    to_archive(tracker, "tuning curve", result.curve, draw, title=f"{result.method} on {result.base}")
