"""The `ladder` command: which commands and options there are. `helpers.workbook.commands` does them."""

from __future__ import annotations

import argparse
import os
import pkgutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["main"]

# Commands with their own arguments: module:function(arguments), imported when called.
ELSEWHERE: dict[str, tuple[str, str]] = {
    "decide": ("helpers.decide.command:main", "the whole ladder on a file of yours: one screen, one page, a verdict"),
    "pocket": ("pocket_maker.cli:main", "make and measure the pocket model"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit code: 0, 1 when something failed, 2 when it could not be understood."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments and arguments[0] in ELSEWHERE:
        return _elsewhere(arguments[0], arguments[1:])
    try:
        options = _parser().parse_args(arguments)
        return options.do(options)
    except (ValueError, RuntimeError) as error:
        print(f"ladder: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output is gone, as in `ladder run | head`
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - so that the interpreter's own last flush has somewhere to go
        return 1
    except KeyboardInterrupt:
        print("ladder: interrupted; running it again does only what is missing", file=sys.stderr)
        return 130


def _elsewhere(command: str, arguments: Sequence[str]) -> int:
    try:
        command_main = pkgutil.resolve_name(ELSEWHERE[command][0])
    except ModuleNotFoundError as error:
        print(f"ladder {command}: {error}. Install the clone anew: pip install --no-deps -e .", file=sys.stderr)
        return 2
    return command_main(arguments) or 0


def _parser() -> argparse.ArgumentParser:
    from helpers.workbook import commands

    parser = argparse.ArgumentParser(prog="ladder", description="Learn with the lessons; run, check, refresh and cut them.")
    subparsers = parser.add_subparsers(required=True, metavar="command")
    _learners(subparsers)
    run = _command(subparsers, "run", commands.run, "execute lessons into outputs/: notebooks, and a site to read them", manual=True)
    run.add_argument("-p", dest="parameters", action="append", default=[], metavar="name=value", help="set a parameter (repeat for more)")
    run.add_argument("--solutions", action="store_true", help="run the solutions instead")
    run.add_argument("--out", type=Path, help="where to write (default: outputs/)")
    run.add_argument("--force", action="store_true", help="also run what has not changed")
    check = _command(
        subparsers, "check", commands.check, "house rules, drift, every solution executed and compared; lessons too, where some are named"
    )
    check.add_argument("--all", action="store_true", help="ruff and the unit tests first: what `make test` does")
    check.add_argument("--learners", action="store_true", help="execute the learners' versions of all lessons too")
    check.add_argument("--no-run", action="store_true", help="execute nothing: house rules and drift, in seconds")
    check.add_argument("--exact", action="store_true", help="no digit and no figure may differ from the committed outputs")
    check.add_argument("--recordings", action="store_true", help="the lessons that have recordings, each of whose replies is asked again")
    record = _command(subparsers, "record", commands.record, "run lessons live with a second model, and record its replies for everybody")
    record.add_argument("--model", default="smollm2", metavar="spec", help='"smollm2", "hf:..." or "openai:..." (default: smollm2)')
    record.add_argument("--fresh", action="store_true", help="ask for all replies, not only for those that are missing")
    record.add_argument("--yes", action="store_true", help="do not ask before a hosted model is paid")
    record.set_defaults(timeout=7200.0)
    refresh = _command(subparsers, "refresh", commands.refresh, "execute the committed lessons in place; say which outputs changed")
    exercises = _command(subparsers, "exercises", commands.exercises, "cut the lessons from their solutions", runs=False)
    exercises.add_argument("--check", action="store_true", help="change nothing; fail when a lesson has drifted")
    extras = subparsers.add_parser("extras", help="execute the notebooks of lessons/extra/ and compare, as make frameworks does")
    extras.add_argument("names", nargs="*", metavar="name", help="frameworks, served (default: all)")
    extras.add_argument("--refresh", action="store_true", help="write them back as they ran")
    extras.add_argument("--timeout", type=float, default=1200, metavar="S", help="seconds for one notebook (default: 1200)")
    extras.set_defaults(do=commands.extras)
    site = subparsers.add_parser("site", help="build the site from what has run", description="Build the site from what has run.")
    site.add_argument(
        "--publish-dir", type=Path, metavar="DIR", help="also a copy for others, for GitHub Pages: without progress and own runs"
    )
    site.add_argument("--lessons", type=Path, help="the folder of lessons (default: lessons/)")
    site.add_argument("--out", type=Path, help="where the runs lie (default: outputs/)")
    site.set_defaults(do=commands.site)
    linker = subparsers.add_parser("link", help="point badges and the Colab cell at a fork", description="Point badges at a fork.")
    linker.add_argument("repository", metavar="owner/name", help="the fork on GitHub")
    linker.add_argument("--branch", default="main", help="its branch (default: main)")
    linker.add_argument("--lessons", type=Path, help="the folder of lessons (default: lessons/)")
    linker.set_defaults(do=commands.link, numbers=())
    for command in (refresh, exercises, linker):
        command.add_argument("--force", action="store_true", help="also where a lesson has answers in it; a copy is kept beside it")
    for name, (_, text) in ELSEWHERE.items():
        subparsers.add_parser(name, help=text)
    return parser


def _learners(subparsers: Any) -> None:
    """The commands of those who learn."""
    from helpers.workbook import commands

    text = "copy the lessons into my/, where you work; say which copies are older than their lesson"
    start = subparsers.add_parser("start", help=text, description=f"{text}. What you wrote is never overwritten without a copy beside it.")
    which = "take the lesson as it is now, and keep your copy as .bak; without a number all that are older"
    start.add_argument("--renew", nargs="*", metavar="number", help=which)
    start.add_argument("--reset", metavar="NN.exercise", help="put the dots of one exercise back (00.core), and keep your copy as .bak")
    start.set_defaults(do=commands.start)
    progress = subparsers.add_parser("progress", help="predictions, exercises and quizzes so far, lesson by lesson")
    progress.set_defaults(do=commands.progress)
    for command in (start, progress):
        command.add_argument("--lessons", type=Path, help="the folder of lessons (default: lessons/)")


class Manual(argparse.Action):
    """`ladder run --help`: the options, and below them what the lessons have to set."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, *_: Any) -> None:
        from helpers.workbook.manual import manual
        from helpers.workbook.notebooks import find

        parser.print_help()
        print(f"\n{manual(find(folder=namespace.lessons))}")
        parser.exit()


def _command(
    subparsers: Any, name: str, do: Callable[[argparse.Namespace], int], text: str, *, runs: bool = True, manual: bool = False
) -> argparse.ArgumentParser:
    command = subparsers.add_parser(name, help=text, description=text, add_help=not manual)
    if manual:
        words = "show this, each lesson's parameters, and the environment variables"
        command.add_argument("-h", "--help", action=Manual, nargs=0, help=words)
    command.set_defaults(do=do)
    command.add_argument("numbers", nargs="*", metavar="number", help="lessons: 1, 01 or 00-03 (default: all)")
    command.add_argument("--lessons", type=Path, help="the folder of lessons (default: lessons/)")
    if runs:
        command.add_argument("--jobs", type=int, default=0, metavar="N", help="lessons at a time (default: by cores and memory)")
        command.add_argument("--timeout", type=float, default=600, metavar="S", help="seconds for one lesson (default: 600)")
    return command


if __name__ == "__main__":
    sys.exit(main())
