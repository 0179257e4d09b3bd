"""`ladder pocket`: look at the corpus, search it for leaks, train the model, and write its report card."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

from helpers import places

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run `ladder pocket <command>`; returns the exit code."""
    parser = argparse.ArgumentParser(prog="ladder pocket", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("samples", help="print conversations of the corpus")
    show.add_argument("family", nargs="?", help="only this family")
    show.add_argument("-n", type=int, default=5)
    show.add_argument("--split", choices=["train", "held"], default="train")
    show.add_argument("--seed", type=int, default=0)
    count = commands.add_parser("stats", help="counts and token shares by family")
    count.add_argument("-n", type=int, default=20_000)
    seek = commands.add_parser("leaks", help="search the corpus for dev and test examples and their distinctive entities")
    seek.add_argument("-n", type=int, default=20_000, help="conversations to read")
    seek.add_argument("--seed", type=int, default=0)
    run = commands.add_parser("train", help="train, or go on from the last checkpoint")
    run.add_argument("--preset", default="hour", help="smoke, hour, day or gpu")
    run.add_argument("--tokens", type=float, help="train to this many tokens instead of the preset's")
    run.add_argument("--minutes", type=float, help="train for so long instead; starting and compiling do not count")
    run.add_argument("--folder", type=Path, help="where checkpoints go (default outputs/pocket/<preset>)")
    run.add_argument("--from", dest="start", type=Path, help="a finished model to go on from, such as data/pocket")
    run.add_argument("--install", action="store_true", help="copy the finished model to data/pocket")
    run.add_argument("--threads", type=int, default=0)
    tune = commands.add_parser("embedder", help="tune the embedder on the pocket model's first layers")
    tune.add_argument("--base", type=Path, default=places.data("pocket"))
    tune.add_argument("--out", type=Path, default=places.data("pocket", "embedder"))
    tune.add_argument("--steps", type=int, default=1500)
    tune.add_argument("--threads", type=int, default=0)
    commands.add_parser("rows", help="write the files that lessons need of the corpus: healing.jsonl, known.tsv, taught.jsonl.xz")
    card = commands.add_parser("card", help="measure the model and write its report card")
    card.add_argument("--model", default="pocket")
    card.add_argument("-n", type=int, default=200, help="examples a line")
    card.add_argument("--out", type=Path, default=places.data("pocket", "CARD.md"))
    args = parser.parse_args(argv)
    commands = {"samples": _samples, "stats": _stats, "leaks": _leaks, "train": _train, "embedder": _embedder, "rows": _rows, "card": _card}
    try:
        return commands[args.command](args)
    except (ValueError, RuntimeError, OSError) as error:
        print(f"ladder pocket: {error}", file=sys.stderr)
        return 2


def _samples(args: argparse.Namespace) -> int:
    from pocket_maker.corpus import stream

    w = stream.World(args.seed, args.split)
    by_name = {family.__name__: family for family in stream.families()}
    if args.family and args.family not in by_name:
        print(f"there is no family {args.family!r}; the families are: {', '.join(by_name)}")
        return 2
    for _ in range(args.n):
        row = stream.Row(args.family, by_name[args.family](w)) if args.family else stream.sample(w)
        print(f"--- {row.family}\n{stream.as_text(row)}\n")
    return 0


def _stats(args: argparse.Namespace) -> int:
    from tqdm import tqdm
    from transformers import PreTrainedTokenizerFast

    from pocket_maker.corpus import stream

    tokenizer = PreTrainedTokenizerFast.from_pretrained(places.data("pocket"))
    rows, tokens = Counter(), Counter()
    for row in tqdm(islice(stream.stream(0), args.n), total=args.n, unit="row"):
        rows[row.family] += 1
        tokens[row.family] += len(tokenizer(stream.as_text(row))["input_ids"])
    total = sum(tokens.values())
    print(f"{'family':22} {'rows':>7} {'tokens':>9} {'share':>7} {'tokens/row':>11}")
    for family, n in tokens.most_common():
        print(f"{family:22} {rows[family]:7} {n:9} {n / total:7.1%} {n / rows[family]:11.0f}")
    print(f"{'all':22} {sum(rows.values()):7} {total:9} {1:7.1%} {total / sum(rows.values()):11.0f}")
    return 0


def _leaks(args: argparse.Namespace) -> int:
    from pocket_maker.corpus import leaks

    sought = leaks.needles()
    found = [*leaks.in_source(sought), *leaks.in_stream(sought, args.n, seed=args.seed)]
    print("\n".join(map(str, found)) or f"no leak: {len(sought):,} texts and entities, {args.n:,} conversations and their sources")
    return int(bool(found))


def _train(args: argparse.Namespace) -> int:
    import os
    import shutil

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads make small models 15 times slower
    import torch

    from pocket_maker.train.recipe import PRESETS
    from pocket_maker.train.training import train

    if args.preset not in PRESETS:
        print(f"there is no preset {args.preset!r}; the presets are:")
        print("\n".join(f"  {name:6} {preset.tokens:>13,} tokens  {preset.note}" for name, preset in PRESETS.items()))
        return 2
    torch.set_num_threads(args.threads or os.cpu_count() or 1)
    folder = args.folder or places.outputs("pocket", args.preset)
    folder.mkdir(parents=True, exist_ok=True)
    state = train(folder, args.preset, tokens=args.tokens, minutes=args.minutes, start=args.start, report=_say)
    print(f"{state['tokens']:,} tokens in {state['seconds'] / 60:.1f} minutes; the model is in {folder / 'model'}")
    if args.install:
        shutil.copytree(folder / "model", places.data("pocket"), dirs_exist_ok=True)
        print(f"installed in {places.data('pocket')}; now: ladder pocket card")
    return 0


def _embedder(args: argparse.Namespace) -> int:
    import os

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    from tqdm import tqdm

    from pocket_maker.train.embedder import train_embedder

    torch.set_num_threads(args.threads or os.cpu_count() or 1)
    with tqdm(total=args.steps, unit="step") as bar:

        def report(row: dict) -> None:
            bar.set_postfix(loss=f"{row['loss']:.3f}")
            bar.update(row["step"] - bar.n)

        made = train_embedder(args.base, args.out, steps=args.steps, report=report)
    print(f"{made['pairs']:,} pairs in {made['seconds'] / 60:.1f} minutes; the embedder is in {args.out}; now: ladder pocket card")
    return 0


def _rows(args: argparse.Namespace) -> int:
    from pocket_maker.corpus import rows

    print(rows.write_healing(places.data("pocket", "healing.jsonl")))
    print(rows.write_known(places.data("facts", "known.tsv")))
    print(rows.write_taught(places.data("pocket", "taught.jsonl.xz")))
    return 0


def _say(row: dict) -> None:
    left = f"{row['left'] // 3600}:{row['left'] // 60 % 60:02}:{row['left'] % 60:02}"
    losses = "  ".join(f"{name} {value:.3f}" for name, value in row.items() if name.startswith("loss"))
    print(f"{row['tokens'] / 1e6:8.2f} M tokens  {losses}  {row['speed']:,} tokens/s  {left} left", flush=True)


def _card(args: argparse.Namespace) -> int:
    from pocket_maker.card.report import write_card

    print(write_card(args.out, model=args.model, n=args.n))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
