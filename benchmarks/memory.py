"""What a limit of memory costs: the same Parquet scored with ``--memory-limit`` and without.

    python -m benchmarks.memory 200M [--customers 100000] [--limit 4GiB] [--rounds 1] [--model MODEL]
        [--only-limited]

Whole processes, each once a round. Before any figure is printed all columns of the scores are compared; a run
whose peak is above its limit ends with an error. ``--only-limited`` is for machines on which the log does not
fit: then answers are compared with those of twice the limit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.compare import HERE, Runs, measured
from benchmarks.make_data import CHUNK, DATA, SIZES, chunk, write_parquet
from cesctl.memory import UNITS, parse_size

CESCTL = [sys.executable, "-c", "from cesctl.cli import run; run()"]


def make(size: str, customers: int) -> Path:
    """A year of events in one file, in order of time, a million rows a group."""
    path = DATA / f"memory-{size}-{customers}.parquet"
    if path.exists():
        return path
    DATA.mkdir(exist_ok=True)
    chunks = max(1, SIZES[size] // CHUNK)
    rows = SIZES[size] // chunks
    unfinished = path.with_suffix(".part")
    frames = (chunk(n, chunks, rows, customers, shuffled=False) for n in range(chunks))
    write_parquet(frames, unfinished)
    unfinished.rename(path)
    return path


def table(runs: dict[str, Runs]) -> str:
    base = next(iter(runs.values()))
    lines = [
        "| | seconds (median) | ratio | processor | ratio | peak MiB |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, r in runs.items():
        middle, busy = statistics.median(r.seconds), statistics.median(r.busy)
        cells = [name, f"{middle:.1f}", f"{middle / statistics.median(base.seconds):.2f}"]
        cells += [f"{busy:.1f}", f"{busy / statistics.median(base.busy):.2f}"]
        lines.append("| " + " | ".join([*cells, f"{max(r.peak_mib):,.0f}"]) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--limit", default="4GiB")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--model", type=Path, default=HERE / "nightly.yaml")
    parser.add_argument("--only-limited", action="store_true")
    args = parser.parse_args()
    log = make(args.size, args.customers)
    limit = parse_size(args.limit)
    beside = ["--memory-limit", f"{2 * limit}B"] if args.only_limited else []
    ways = {
        "twice the limit" if beside else "no limit": beside,
        f"--memory-limit {args.limit}": ["--memory-limit", args.limit],
    }
    with tempfile.TemporaryDirectory(dir=DATA) as folder:
        os.environ["TMPDIR"] = folder  # beside the log, where there is room
        outs = [Path(folder) / f"{n}.parquet" for n in range(len(ways))]
        words = [*CESCTL, "score", str(log), "-c", str(args.model), "--quiet"]
        commands = {
            name: [*words, "-o", str(out), *more]
            for (name, more), out in zip(ways.items(), outs, strict=True)
        }
        runs = measured(commands, args.rounds)
        one, other = (pl.read_parquet(out) for out in outs)
    if not one.equals(other):
        raise SystemExit("within the limit there are other scores")
    print(f"{args.size} rows: {one.height:,} customers, all columns equal, {args.rounds} rounds")
    print(table(runs))
    peak = max(runs[f"--memory-limit {args.limit}"].peak_mib)
    if peak * UNITS["MIB"] > limit:
        raise SystemExit(f"the peak of {peak:,.0f} MiB is above the limit")


if __name__ == "__main__":
    main()
