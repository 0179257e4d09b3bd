"""A rung to take home: a folder with all that it needs, a short script that answers with it, and a test of the script."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import singledispatch
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.methods.baselines import Classical, Constant
from helpers.methods.coded import Pattern
from helpers.methods.method import Method
from helpers.methods.rag import Rag
from helpers.methods.shots import Nearest
from helpers.models.local import Local
from helpers.shrink.shrunk import FromFiles
from helpers.storage import write_json, write_rows, write_text

if TYPE_CHECKING:
    from helpers.decide.findings import Findings
    from helpers.decide.flags import Setting
    from helpers.decide.ladders import Ladder, Step
    from helpers.models import Model
    from helpers.tasks import Task

__all__ = ["check_folder", "reading", "write"]

ROWS = 5  # in the script's test
NOTE = "rung.json"
PACKAGES = ("llm-ladder", "torch", "transformers", "peft", "bitsandbytes", "scikit-learn", "bm25s", "openai")

HERE = Path(__file__).parent  # the script and its test, as they are written out
PANDAS = {"delimiter": "sep", "encoding": "encoding", "quotechar": "quotechar"}  # what from_file and pandas call it
PROMPT = 'prompt = (HERE / "prompt.txt").read_text(encoding="utf-8")'
READERS = {
    "CSV": ("read_csv(sys.argv[1], dtype=str, keep_default_na=False{options})", "rows.csv"),
    "JSONL": ("read_json(sys.argv[1], lines=True, dtype=False, convert_dates=False)", "rows.jsonl"),
    "Parquet": ("read_parquet(sys.argv[1])", "rows.parquet"),
}


def reading(file: Path, settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """What pandas must be told to read such a file: as `from_file` was; a separator that nobody named is that of the first line."""
    told = {theirs: settings[ours] for ours, theirs in PANDAS.items() if ours in settings}
    if "sep" in told or file.suffix.lower() not in (".csv", ".tsv"):
        return told
    with file.open(encoding=told.get("encoding", "utf-8"), errors="replace") as lines:
        first = lines.readline()
    separator = max(",;\t|", key=first.count)
    return told if separator == "," else {**told, "sep": separator}


def check_folder(folder: Path) -> None:
    """ValueError: the folder holds something that no export wrote."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / NOTE).exists())):
        raise ValueError(f"--export {folder}: it holds other files, which would be lost; give a new folder")


def write(findings: Findings, ladder: Ladder, name: str | None, folder: Path, *, options: Mapping[str, Setting]) -> str:
    """Write the rung of that name, else the named one, else the one to use meanwhile; returns which, and where its script is.

    options: what pandas must be told to read such a file. ValueError: there is no such rung.
    """
    step = _chosen(findings, ladder, name)
    run = next(rung.run for rung in findings.rungs if rung.name == step.name)
    fields = ["input", *(["context"] if "context" in ladder.task["test"].column_names else [])]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    setup = _method(step.method, ladder.task, folder)
    model = step.open(64)
    if model is not None:
        setup.append(f"model = {_model(model, folder)}")
    tried = run.scored_rows.head(ROWS).to_dict("records")
    rows = [{"asked": {field: row[field] for field in fields}, "target": row["target"], "answer": row["answer"]} for row in tried]
    write_rows(folder / "five_rows.jsonl", rows)
    write_text(folder / "test_answer.py", (HERE / "test_answer.txt").read_text(encoding="utf-8"))
    about = f"{step.name} for {ladder.task.name}. `ladder decide` measured {run.score} ({run.metric})."
    write_json(folder / NOTE, _note(findings, step, model) | {"score": repr(run.score), "metric": run.metric})
    script = write_text(folder / "answer.py", _script(about, step, setup, fields, ladder.task, options))
    return f"{step.name}: {script}"


def _chosen(findings: Findings, ladder: Ladder, name: str | None) -> Step:
    name = name or findings.verdict.rung or findings.verdict.meanwhile
    climbed = [rung.name for rung in findings.rungs]
    if name not in climbed:
        wrong = f"{name} was not measured" if name else "no rung will do"
        raise ValueError(f"{wrong}, so none was exported: name one with --rung, of {', '.join(map(repr, climbed))}")
    return next(step for step in ladder.steps if step.name == name)


@singledispatch
def _method(method: Method, task: Task, folder: Path) -> list[str]:
    """The lines of the script that put the method together, and the files that they read."""
    write_text(folder / "prompt.txt", method.template.text)
    if not method.shots:
        return [PROMPT, "method = methods.prompt(prompt)"]
    write_rows(folder / "shots.jsonl", method.shots)
    return [PROMPT, f"method = methods.few_shot(prompt, {_read('shots')})"]


@_method.register(Nearest)
def _(method: Nearest, task: Task, folder: Path) -> list[str]:
    write_text(folder / "prompt.txt", method.template.text)
    write_rows(folder / "train.jsonl", method.pool)
    return [PROMPT, f"method = methods.nearest(prompt, {_read('train')}, k={method.k})"]


@_method.register(Rag)
def _(method: Rag, task: Task, folder: Path) -> list[str]:
    write_text(folder / "prompt.txt", method.template.text)
    write_rows(folder / "chunks.jsonl", map(asdict, method.retriever.chunks))
    index = f"index = retrieval.Bm25([retrieval.Chunk(**chunk) for chunk in {_read('chunks')}])"
    return [PROMPT, index, f"method = methods.Rag(methods.prompt(prompt), index, k={method.k})"]


@_method.register(Constant)
def _(method: Constant, task: Task, folder: Path) -> list[str]:
    return [f'method = methods.majority([{{"target": {method.text!r}}}])']


@_method.register(Pattern)
def _(method: Pattern, task: Task, folder: Path) -> list[str]:
    return [f"method = methods.Pattern({method.regex!r}, {method.of_lists})"]


@_method.register(Classical)
def _(method: Classical, task: Task, folder: Path) -> list[str]:
    write_rows(folder / "train.jsonl", task["train"])
    return [f"method = methods.classical({_read('train')})"]


def _read(name: str) -> str:
    return f'storage.read_rows(HERE / "{name}.jsonl")'


def _model(model: Model, folder: Path) -> str:
    """The expression that opens the model; an adapter and shrunk weights are copied into the folder."""
    provider = model.provider
    if isinstance(provider, FromFiles):
        shutil.copytree(provider.files[0].parent, folder / "weights")
        return 'shrink.read(HERE / "weights").model()'
    if isinstance(provider, Local) and provider.adapter is not None:
        shutil.copytree(provider.adapter.path, folder / "adapter", ignore=shutil.ignore_patterns("checkpoint*"))
        return 'tuning.read(HERE / "adapter").model()'
    return f"models.load({model.spec!r})"


def _script(about: str, step: Step, setup: Iterable[str], fields: list[str], task: Task, options: Mapping[str, Setting]) -> str:
    code = "\n".join(setup)
    kind = task.report.kind if task.report else "JSONL"
    reader, file = READERS.get(kind, READERS["CSV"])
    rooms = [room for room in ("methods", "models", "retrieval", "shrink", "storage", "tuning") if f"{room}." in code]
    return (
        (HERE / "answer.txt")
        .read_text(encoding="utf-8")
        .format(
            about=about,
            file=file,
            version=version("llm-ladder"),
            rooms=", ".join(rooms),
            setup=code,
            fields=" and ".join(f'"{field}"' for field in fields),
            answer=_answer(step),
            reader=reader.format(options="".join(f", {name}={value!r}" for name, value in options.items())),
            row=_row(fields, task),
            names=fields,
        )
    )


def _answer(step: Step) -> str:
    if not step.asks:
        return "return [answer.text for answer in method.solve(rows)]"
    messages = "method.messages(rows)" if isinstance(step.method, Rag) else "[method.messages(row) for row in rows]"
    asked = f"replies = model.ask_many({messages}, max_tokens={step.method.settings['max_tokens']})"
    return f'{asked}\n    return [f"({{reply.error}})" if reply.error else reply.text.strip() for reply in replies]'


def _row(fields: list[str], task: Task) -> str:
    """How a row of the file becomes what is asked."""
    columns = {field: task.report.columns[field].column if task.report else field for field in fields}
    cells = [f'"{field}": ' + (f"{column!r}.format_map(row)" if "{" in column else f"row[{column!r}]") for field, column in columns.items()]
    return "{" + ", ".join(cells) + "}"


def _note(findings: Findings, step: Step, model: Model | None) -> dict:
    """What rung.json says: the rung, its model, the verdict, and the versions it was measured with."""
    about = {"rung": step.name, "adds": step.adds, "task": findings.task.name, "labels": list(findings.task.labels)}
    asked = {
        "model": model and model.spec,
        "fingerprint": model and model.fingerprint,
        "settings": dict(getattr(step.method, "settings", {})),
    }
    versions = {"python": platform.python_version()} | {package: version(package) for package in PACKAGES}
    return about | asked | {"verdict": findings.verdict.said, "versions": versions}
