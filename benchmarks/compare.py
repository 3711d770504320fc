"""cesctl beside hand-written polars, DuckDB and pandas: the same work, whole processes, one run.

    python benchmarks/compare.py 10M --format csv [--as-of latest] [--rounds 5] [--without pandas]

What counts is the median of the rounds and its ratio to the hand-written query. Before any figure is printed
the answers are compared: the same customers with the same score, number of events and last event.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from benchmarks.make_data import SIZES, make, path_of

HERE = Path(__file__).parent
CONTENDERS = {
    "cesctl": None,
    "polars by hand": "by_hand.py",
    "DuckDB, every row trusted": "duck.py",
    "DuckDB, rows checked": "duck_checked.py",
    "pandas": "panda.py",
    "floor (only reads)": "floor.py",
}


@dataclass
class Runs:
    seconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)  # processor seconds, all threads together
    peak_mib: list[float] = field(default_factory=list)


def command(name: str, log: Path, form: str, as_of: str, out: Path) -> list[str]:
    script = CONTENDERS[name]
    if script is not None:
        return [sys.executable, str(HERE / "contenders" / script), str(log), form, as_of, str(out)]
    model = HERE / "model.yaml"
    when = ["--as-of", "latest"] if as_of == "latest" else []
    cesctl = [sys.executable, "-c", "from cesctl.cli import run; run()", "score", str(log)]
    return [*cesctl, "-c", str(model), *when, "-o", str(out), "--quiet"]


def once(words: list[str]) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak memory (MiB) of one whole process."""
    start = time.perf_counter()
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"failed with {child.returncode}: {' '.join(words)}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measured(commands: Mapping[str, list[str]], rounds: int) -> dict[str, Runs]:
    """Each command once a round, so that a machine's moods meet all alike."""
    runs = {name: Runs() for name in commands}
    for _ in range(rounds):
        for name, words in commands.items():
            seconds, busy, peak = once(words)
            runs[name].seconds.append(seconds)
            runs[name].busy.append(busy)
            runs[name].peak_mib.append(peak)
    return runs


def answer_of(folder: str, name: str) -> Path:
    return Path(folder) / f"{re.sub('[^a-zA-Z]', '', name)}.parquet"


def answer(out: Path) -> pl.DataFrame:
    """One row per customer in order: customer, score, events, last_event_at."""
    frame = pl.read_parquet(out)
    frame = frame.rename({"user_id": "customer"}, strict=False)
    return frame.select(
        pl.col("customer").cast(pl.String),
        pl.col("score").cast(pl.Float64),
        pl.col("events").cast(pl.Int64),
        pl.col("last_event_at").dt.epoch("us"),
    ).sort("customer")


def table(runs: dict[str, Runs]) -> str:
    base = statistics.median(runs["polars by hand"].seconds)
    lines = ["| | seconds (median) | ratio | spread | peak MiB |", "|---|--:|--:|--:|--:|"]
    for name, r in runs.items():
        middle = statistics.median(r.seconds)
        spread = f"{min(r.seconds):.2f} … {max(r.seconds):.2f}"
        peak = statistics.median(r.peak_mib)
        lines.append(f"| {name} | {middle:.2f} | {middle / base:.2f} | {spread} | {peak:,.0f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--format", default="csv", choices=["csv", "ndjson", "parquet"])
    parser.add_argument("--as-of", default="fixed", choices=["fixed", "latest"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shuffled", action="store_true")
    parser.add_argument("--without", action="append", default=[], choices=list(CONTENDERS))
    args = parser.parse_args()
    make(args.size, [args.format], shuffled=args.shuffled)
    log = path_of(args.size, args.format, shuffled=args.shuffled)
    chosen = [name for name in CONTENDERS if name not in args.without]
    with tempfile.TemporaryDirectory() as folder:
        outs = {name: answer_of(folder, name) for name in chosen}
        commands = {n: command(n, log, args.format, args.as_of, out) for n, out in outs.items()}
        runs = measured(commands, args.rounds)
        answers = {name: answer(out) for name, out in outs.items() if not name.startswith("floor")}
    for name, got in answers.items():
        if not got.equals(answers["polars by hand"]):
            raise SystemExit(f"{name} gives another answer than polars by hand")
    some = answers["polars by hand"]
    print(
        f"{args.size} rows, {args.format}, as_of {args.as_of}{', shuffled' * args.shuffled}:",
        end=" ",
    )
    print(f"{some.height:,} customers, all answers equal, {args.rounds} rounds")
    print(table(runs))


if __name__ == "__main__":
    main()
