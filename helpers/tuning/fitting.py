"""One call each: full fine-tuning, LoRA, prompt tuning, QLoRA."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.metrics import metric
from helpers.models.known import remember
from helpers.progress import bar
from helpers.tuning import states, tuned
from helpers.tuning.bases import Base, open_base, prepare
from helpers.tuning.crowd import Crowd
from helpers.tuning.loop import Job, train
from helpers.tuning.rows import Pair, encode
from helpers.tuning.settings import Settings, settings_for
from helpers.tuning.tuned import Tuned

if TYPE_CHECKING:
    from tqdm.std import tqdm

    from helpers.models import Model
    from helpers.tasks import Task
    from helpers.tracking import Tracker
    from helpers.tuning.rows import Ask

    Data = Task | Iterable[Mapping]

__all__ = ["fit", "full", "lora", "prompt_tuning", "qlora"]

REPORTS = 100  # a tracker gets at most about so many points of the loss curve


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
    **changes: object,
) -> Tuned:
    """Tune a model on a task's train split (its first `limit` rows), and keep the weights with the lowest loss on dev.

    data: a task, or rows with input and target (then `dev` gives the dev rows). template: what a row is asked with: a text with
    {fields}, a `Template` or a `Method`; None: the bare input. `changes`: see `Settings`. folder: None for one under outputs/tuning/
    that is named after all of this. A run that was killed goes on from its last checkpoint when it is called again, one that is
    finished is read; `fresh=True` starts again. live: called with each row of the curve; tracker: as `tracking.start` gives it.

    ValueError: rows that cannot be trained on, an unknown setting, a folder of another run. RuntimeError: the loss diverged.
    OSError: the disk is full; the checkpoint before stays whole.

    >>> fit("pocket", load_task("reviews"), template="Sentiment of: {input}", epochs=2)  # doctest: +SKIP
    lora on pocket: dev loss 1.210 before, 0.402 at step 50; 50 steps in 11.2 s (all steps done); ...
    """
    settings, base = settings_for(method, **changes), open_base(base)
    pairs, dev_pairs = _pairs(data, dev, template, base, settings.virtual if method == "prompt" else 0, limit, dev_limit)
    key = _key(method, settings, base, pairs, dev_pairs)
    folder = Path(folder) if folder else places.outputs("tuning", f"{method}-{key[:8]}")
    crowd = Crowd()
    if crowd.first:
        _clear(folder, key, fresh)
        remember(base.sha256, base.local.folder.path)
    crowd.wait()
    tracker, live, progress = (tracker, live, progress) if crowd.first else (None, None, False)
    if tracker is not None:
        about = {"method": method, "base": base.spec, "rows": len(pairs), "dev_rows": len(dev_pairs)}
        tracker.log_parameters({"tuning": asdict(settings) | about})
    if tuned.key_of(folder) != key:
        _train(_job(base, method, settings, pairs, dev_pairs, folder, key, crowd), base, method, tracker, progress, live)
    else:
        _again(tuned.read(folder), tracker, live)
    done = replace(tuned.read(folder), base_folder=base.local.folder.path)
    if tracker is not None:
        _keep(tracker, done)
    return done


def full(base: str | Path | Model, data: Data, **options: object) -> Tuned:
    """Train all weights. `options` as in `fit`."""
    return fit(base, data, method="full", **options)


def lora(base: str | Path | Model, data: Data, **options: object) -> Tuned:
    """Train two thin matrices beside each linear layer. Hu et al. 2021, arXiv:2106.09685. `options` as in `fit`."""
    return fit(base, data, method="lora", **options)


def prompt_tuning(base: str | Path | Model, data: Data, **options: object) -> Tuned:
    """Train a few virtual tokens before the prompt. Lester et al. 2021, arXiv:2104.08691. `options` as in `fit`."""
    return fit(base, data, method="prompt", **options)


def qlora(base: str | Path | Model, data: Data, **options: object) -> Tuned:
    """LoRA beside matrices in NF4, 4 bits a weight. Dettmers et al. 2023, arXiv:2305.14314. `options` as in `fit`."""
    return fit(base, data, method="qlora", **options)


def _pairs(
    data: Data, dev: Iterable[Mapping] | None, template: Ask, base: Base, room: int, limit: int | None, dev_limit: int | None
) -> tuple[list[Pair], list[Pair]]:
    """Train and dev rows as tokens."""
    labels, rows = (), data
    if data is None or isinstance(data, str | Path | Mapping):
        raise ValueError(f"data must be a task, as load_task(name) gives it, or rows with input and target; got {data!r:.80}")
    if hasattr(data, "splits"):
        labels = data.labels if metric(data.metric).needs_labels else ()
        rows, dev = data["train"], dev if dev is not None else data.splits.get("dev")
    for name, value in (("limit", limit), ("dev_limit", dev_limit)):
        if value is not None and value < 1:
            raise ValueError(f"{name}={value}: it is a number of rows, 1 or more, or None for all")
    sets = [list(rows)[:limit], list(dev)[:dev_limit] if dev is not None else []]
    return tuple(encode(part, template, base.local, labels=labels, room=room) if part or part is sets[0] else [] for part in sets)


def _key(method: str, settings: Settings, base: Base, pairs: list[Pair], dev: list[Pair]) -> str:
    """A hash over all that the result follows from."""
    told = asdict(settings) | {"keep": 0}
    rows = [[(pair.asked, pair.answer) for pair in part] for part in (pairs, dev)]
    return hashlib.sha256(json.dumps([method, told, base.sha256, rows]).encode()).hexdigest()


def _clear(folder: Path, key: str, fresh: bool) -> None:
    """Make sure that the folder is empty or holds this very run, killed anywhere. ValueError: it holds another, or other files."""
    there = {tuned.key_of(folder), tuned.key_of(folder / tuned.NEW), states.key_of(folder)} - {None}
    if fresh and there:
        shutil.rmtree(folder)
        there = set()
    if there - {key}:
        what = "another training run (other rows, settings or base), or a damaged one"
        raise ValueError(f"{folder.name!r} holds {what}: give another folder, or fresh=True")
    if not there and folder.exists() and any(file.name not in (states.NEW, tuned.NEW) for file in folder.iterdir()):
        raise ValueError(f"{folder.name!r} holds files that no training run wrote: give a new folder")
    folder.mkdir(parents=True, exist_ok=True)


def _job(base: Base, method: str, settings: Settings, pairs: list[Pair], dev: list[Pair], folder: Path, key: str, crowd: Crowd) -> Job:
    model = prepare(base, method, settings, pairs)
    return Job(pairs, dev, settings, folder, key, model, model.generation_config.pad_token_id, crowd=crowd)


def _train(job: Job, base: Base, method: str, tracker: Tracker | None, progress: bool, live: Callable[[dict], None] | None) -> None:
    """Train and write, telling whoever watches; of several processes the first alone writes."""
    with bar(len(job.train) * job.settings.epochs, f"{method} on {base.spec}", progress) as shown:
        job.report = lambda row: _tell(row, shown, tracker, live)
        train(job)
    if job.crowd.first:
        tuned.finish(job, base, method)
        states.drop(job.folder)
    job.crowd.wait()


def _again(done: Tuned, tracker: Tracker | None, live: Callable[[dict], None] | None) -> None:
    """Tell the curve of a finished run, as if it were trained now."""
    rows = done.curve.to_dict("records")
    for row in rows:
        stopped = done.stopped if row is rows[-1] else ""
        _tell(row | {"steps": rows[-1]["step"], "examples": 0, "left": math.nan, "stopped": stopped}, None, tracker, live)


def _keep(tracker: Tracker, done: Tuned) -> None:
    """What is known at the end: the whole curve as a table and a figure, and the totals."""
    from matplotlib.figure import Figure

    from helpers.tuning.curves import draw

    totals = {"seconds": done.seconds, "best_step": done.best_step, "trainable": done.trainable}
    tracker.log_metrics({f"tuning.{name}": value for name, value in totals.items()})
    tracker.log_table("tuning curve", done.curve)
    if tracker.mode != "off":
        figure = Figure(figsize=(6, 3), layout="constrained")  # not pyplot's: a notebook would show it a second time
        tracker.log_figure("tuning curve", draw(done.curve, ax=figure.subplots(), title=f"{done.method} on {done.base}"))


def _tell(row: dict, shown: tqdm | None, tracker: Tracker | None, live: Callable[[dict], None] | None) -> None:
    """One row of the curve to whoever watches."""
    if shown is not None:
        shown.update(row["examples"])
        shown.set_postfix(loss=f"{row['loss']:.3f}", refresh=False)
    if live:
        live(row)
    weighed = not math.isnan(row["dev_loss"])
    if tracker is not None and (weighed or row["step"] % max(1, row["steps"] // REPORTS) == 0):
        numbers = {name: row[name] for name in ("loss", "lr", "dev_loss") if not math.isnan(row[name])}
        tracker.log_metrics({f"tuning.{name}": value for name, value in numbers.items()}, step=row["step"])
