"""A map of clusters: a dot a text, to be clicked; and a figure and a table that say the same without a kernel."""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from helpers import plots, progress
from helpers.widgets.panel import NO_DEAD_BUTTONS, Face, place, show, table
from helpers.widgets.scripted import line, scripted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Cluster", "ClusterMap", "cluster_map"]

WIDTH, HEIGHT, EDGE = 560, 420, 16
COLORS = [color for name, color in plots.COLORS.items() if name != "gray"]
NOISE = (-1, "-1", "noise")


@dataclass(frozen=True)
class Cluster:
    """Rows that belong together: their places, and those of the bad ones. `mark` is its number on the map, "" for noise."""

    key: Hashable
    name: str
    mark: str
    color: str
    rows: tuple[int, ...]
    bad: tuple[int, ...]


class ClusterMap:
    """The map of some texts, in `clusters`. `chosen` holds the places (from 0) of what was clicked: all rows of a cluster, or one row."""

    def __init__(self, points: Sequence[tuple[float, float]], texts: Sequence[Any], clusters: Sequence[Cluster], judged: bool):
        self.points = points
        self.texts = texts
        self.clusters = clusters
        self.judged = judged
        self.chosen: tuple[int, ...] = ()

    def act(self, message: Mapping) -> None:
        """Take what was clicked."""
        rows = self.clusters[message["cluster"]].rows
        self.chosen = (message["point"],) if "point" in message else rows

    def view(self) -> dict[str, Any]:
        """What the script draws: the points in the drawing's own measure, their cluster, and whether they are bad."""
        spots = _scaled(self.points)
        of = {row: number for number, cluster in enumerate(self.clusters) for row in cluster.rows}
        bad = {row for cluster in self.clusters for row in cluster.bad}
        return {
            "width": WIDTH,
            "height": HEIGHT,
            "alt": self.alt(),
            "legend": ("✕ bad, ○ fine. " if self.judged else "") + "A number marks the middle of its cluster.",
            "points": [[x, y, of[row], int(row in bad)] for row, (x, y) in enumerate(spots)],
            "texts": [line(text, 400) for text in self.texts],
            "clusters": [self._drawn(cluster, spots) for cluster in self.clusters],
        }

    def _drawn(self, cluster: Cluster, spots: Sequence[tuple[float, float]]) -> dict[str, Any]:
        x, y = (median(axis) for axis in _axes([spots[row] for row in cluster.rows]))
        return {"name": cluster.name, "mark": cluster.mark, "color": cluster.color, "words": self._words(cluster), "x": x, "y": y}

    def figure(self) -> Axes:
        """The map as a figure."""
        from matplotlib import pyplot as plt

        ax = plt.subplots(figsize=(6.4, 4.8), layout="constrained")[1]
        for cluster in self.clusters:
            fine = [self.points[row] for row in sorted({*cluster.rows} - {*cluster.bad})]
            bad = [self.points[row] for row in cluster.bad]
            ax.scatter(*_axes(fine), s=22, facecolors="none", edgecolors=cluster.color, linewidths=0.9)
            ax.scatter(*_axes(bad), s=26, marker="x", color=cluster.color, linewidths=1.6)
            x, y = (median(axis) for axis in _axes([self.points[row] for row in cluster.rows]))
            halo = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.4}
            style = {"color": cluster.color, "fontsize": 12, "weight": "bold", "bbox": halo if cluster.mark else None}
            ax.annotate(cluster.mark, (x, y), ha="center", va="center", **style)
        ax.set(xticks=[], yticks=[], xlabel="crosses are bad, rings are fine" if self.judged else "")
        return ax

    def alt(self) -> str:
        """What the map shows, in words."""
        said = "; ".join(f"{cluster.name}: {self._words(cluster)}" for cluster in self.clusters[:8])
        return f"A map of {len(self.texts)} texts in {len(self.clusters)} groups, near ones alike. {said or 'It is empty'}."

    def __repr__(self) -> str:
        lines = [f"{cluster.mark or '-'} {cluster.name}: {self._words(cluster)}" for cluster in self.clusters]
        return "\n".join([f"Map of {len(self.texts)} texts.", *lines])

    def _repr_html_(self) -> str:
        words = ("on the map", "cluster", "rows", *(("bad", "share bad") if self.judged else ()), "a text")
        return table(words, [self._cells(cluster) for cluster in self.clusters])

    def _cells(self, cluster: Cluster) -> list[str]:
        bad = [str(len(cluster.bad)), f"{len(cluster.bad) / len(cluster.rows):.2f}"] if self.judged else []
        example = line(self.texts[(cluster.bad or cluster.rows)[0]], 80)
        return [cluster.mark or "-", cluster.name, str(len(cluster.rows)), *bad, example]

    def _words(self, cluster: Cluster) -> str:
        return f"{len(cluster.rows)} {'row' if len(cluster.rows) == 1 else 'rows'}" + (f", {len(cluster.bad)} bad" if self.judged else "")

    def _ipython_display_(self) -> None:
        if not progress.live():
            plots.show(self.figure(), self.alt())
            show(Face(repr(self), self._repr_html_()))
            return
        folded = f"<details><summary>The map as a picture and a table</summary>{self._picture()}{self._repr_html_()}</details>"
        show(Face(repr(self), folded + NO_DEAD_BUTTONS))
        place(scripted("map", self.view(), self.act))

    def _picture(self) -> str:
        from matplotlib import pyplot as plt

        file = io.BytesIO()
        figure = self.figure().figure
        figure.savefig(file, format="png", dpi=80)
        plt.close(figure)
        coded = base64.b64encode(file.getvalue()).decode()
        return f'<img style="max-width:100%" alt="{html.escape(self.alt())}" src="data:image/png;base64,{coded}">'


def cluster_map(
    xy: Sequence[Sequence[float]],
    clusters: Sequence[Hashable],
    texts: Sequence[Any],
    bad: Sequence[bool] | None = None,
    *,
    names: Mapping[Hashable, str] | None = None,
) -> ClusterMap:
    """A map to click: end the cell on what this returns. A click on a dot, or on a cluster's button, shows the texts.

    xy: two numbers a text, as of t-SNE; clusters: which one each belongs to, -1 for noise; bad: whether its answer is; names: what a
    cluster is called. ValueError: not one of each for each text, or a place that is no pair of numbers.
    """
    xy, clusters, texts = (list(each.to_numpy() if hasattr(each, "to_numpy") else each) for each in (xy, clusters, texts))
    marks = [False] * len(texts) if bad is None else [bool(mark) for mark in bad]
    lengths = {"xy": len(xy), "clusters": len(clusters), "texts": len(texts), "bad": len(marks)}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"a map needs one of each for each text; got {', '.join(f'{count} {name}' for name, count in lengths.items())}")
    points = [tuple(float(value) for value in pair) for pair in xy]
    for row, point in enumerate(points):
        if len(point) != 2 or not all(map(math.isfinite, point)):
            raise ValueError(f"xy[{row}] is {point}: a place on the map is two finite numbers")
    return ClusterMap(points, texts, _clusters(clusters, marks, names or {}), bad is not None)


def _clusters(keys: Sequence[Hashable], bad: Sequence[bool], names: Mapping[Hashable, str]) -> list[Cluster]:
    """The clusters in the order of their keys, noise last."""
    keys = [key.item() if hasattr(key, "item") else key for key in keys]  # of an array
    order = sorted(set(keys), key=lambda key: (key in NOISE, isinstance(key, str), key))
    made = []
    for number, key in enumerate(order):
        rows = tuple(row for row, other in enumerate(keys) if other == key)
        noise = key in NOISE
        name = str(names.get(key, "noise" if noise else key if isinstance(key, str) else f"cluster {key}"))
        color = plots.COLORS["gray"] if noise else COLORS[number % len(COLORS)]
        mark = "" if noise else str(number + 1 if isinstance(key, str) else key)
        made.append(Cluster(key, name, mark, color, rows, tuple(row for row in rows if bad[row])))
    return made


def _axes(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _scaled(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points in the drawing's own measure: y goes down there."""
    if not points:
        return []
    xs, ys = _axes(points)
    wide, high = max(xs) - min(xs) or 1, max(ys) - min(ys) or 1
    across, down = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    return [(round(EDGE + (x - min(xs)) / wide * across, 1), round(EDGE + (max(ys) - y) / high * down, 1)) for x, y in points]
