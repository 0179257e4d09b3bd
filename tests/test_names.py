"""Names: what one writes after a dot is the module of that name."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from types import ModuleType

import helpers


def test_no_submodule_of_helpers_is_hidden_by_something_else_of_its_name() -> None:
    infos = pkgutil.walk_packages(helpers.__path__, "helpers.")
    names = [info.name for info in infos if not info.name.endswith("__main__")]
    for name in names:
        importlib.import_module(name)
    parents = {name: sys.modules[name.rpartition(".")[0]] for name in names}
    hidden = [name for name in names if not isinstance(getattr(parents[name], name.rpartition(".")[2]), ModuleType)]
    assert len(names) > 50
    assert hidden == []


def test_a_submodule_of_decide_and_of_retrieval_can_be_imported_under_a_short_name() -> None:
    import helpers.decide.prompting as prompting
    import helpers.decide.rungs as rungs
    import helpers.retrieval.reranking as reranking

    assert (rungs.rung.__name__, prompting.wording.__name__, reranking.rerank.__name__) == ("rung", "wording", "rerank")
