"""Which values a parameter of a lesson takes: by its name where the tables at the end have it, else by its default's type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from helpers.prompts import Json
from helpers.spelling import did_you_mean
from helpers.tasks import SPLITS
from helpers.tracking.tracker import MODES

__all__ = ["LOOKED_UP", "RANGES", "Kind", "like"]

Kind = Callable[[Json], str]  # from a value to what is allowed in its place, "" where it is fine


def choice(*names: str) -> Kind:
    """One of some names."""
    listed = f"{', '.join(map(repr, names[:-1]))} or {names[-1]!r}"

    def kind(value: Json) -> str:
        return "" if value in names else f"it must be {listed}{did_you_mean(str(value), names)}"

    return kind


def number(words: str, fits: Callable[[float], bool] = lambda value: True, *, whole: bool = False, none: bool = False) -> Kind:
    """A number, or None where that is allowed. `words` say which numbers fit."""

    def kind(value: Json) -> str:
        right = isinstance(value, int if whole else int | float) and not isinstance(value, bool) and fits(value)
        return "" if right or (none and value is None) else f"it must be {words}"

    return kind


def text(value: Json) -> str:
    """A text; a number or the like becomes one between quotes."""
    return "" if isinstance(value, str) else f"it must be a text; if {value} is one, write '\"{value}\"'"


def truth(value: Json) -> str:
    """True or False."""
    return "" if isinstance(value, bool) else "it must be True or False"


def anything(value: Json) -> str:
    """Whatever it is."""
    return ""


def like(default: Json) -> Kind:
    """A value of a default's type; anything where the default is None, a list or the like."""
    if isinstance(default, bool):
        return truth
    if isinstance(default, int):
        return number("a whole number", whole=True)
    if isinstance(default, float):
        return number("a number")
    return text if isinstance(default, str) else anything


Lookup = Callable[[str], str]  # the same for a text that names something


def model(value: str) -> str:
    """What `models.load` takes; a folder must be there, a hub and a server are not asked."""
    from helpers.models.packaged import NAMED

    return _refusal(_check_model, value, NAMED, "model")


def second(value: str) -> str:
    """A model beside the first, or "none"."""
    from helpers.models.packaged import NAMED

    return _refusal(_check_model, value, (*NAMED, "none"), "model")


def embedder(value: str) -> str:
    """What `retrieval.load_embedder` takes."""
    from helpers.retrieval.embedders import NAMED

    return _refusal(_check_model, value, NAMED, "embedder")


def task(value: str) -> str:
    """What `tasks.load_task` takes; a file or folder must be there, the hub is not asked."""
    from helpers.tasks.loading import check_place

    return _refusal(check_place, value)


def price(value: str) -> str:
    """A hosted model that prices.toml lists."""
    from helpers.decide import Prices

    return _refusal(Prices.like, value)


def _check_model(spec: str, named: Sequence[str], what: str) -> None:
    from helpers.models.packaged import local_folder
    from helpers.models.spec import parse

    parsed = parse(spec, named, what=what)
    if parsed.kind == "hf":
        local_folder(parsed.name)


def _refusal(check: Callable[..., Any], *arguments: str | Sequence[str]) -> str:
    """The message of the error that a check raises; "" where it raises none."""
    try:
        check(*arguments)
    except (ValueError, OSError) as error:
        return str(error)
    return ""


# A parameter of one of these names takes the same values in every lesson. Any other takes values of its default's type.
LOOKED_UP: dict[str, Lookup] = {
    "model": model, "second": second, "third": second, "embedder": embedder, "beside": embedder, "task": task, "price": price,
}  # fmt: skip
RANGES: dict[str, Kind] = {
    "split": choice(*SPLITS),
    "final": choice("dev", "test"),
    "tracker": choice(*MODES),
    "maps": choice("tsne", "umap"),
    "limit": number("a whole number of 1 or more, or None for all", lambda value: value >= 1, whole=True, none=True),
    "good_enough": number("a mean score from 0 to 1, or None for any", lambda value: 0 <= value <= 1, none=True),
    "margin": number("a difference of scores, above 0 and at most 1", lambda value: 0 < value <= 1),
    "laptop_gb": number("a number above 0", lambda value: value > 0),
}
