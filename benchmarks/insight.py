"""What the views of several T cost, beside one score of the same log.

    python -m benchmarks.insight 10M --format csv [--rounds 3] [--model configs/saas.yaml]

Whole processes, each once a round; what counts is the ratio of the medians to ``score``; that of processor
time is steadier where the machine is shared. The last scores of trend and movers must be those of score
before any figure is printed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.compare import HERE, Runs, answer_of, measured
from benchmarks.make_data import SIZES, make, path_of

CASES = {
    "score": ["score"],
    "trend, 12 periods": ["trend", "--periods", "12"],
    "movers": ["movers", "--from", "30d"],
    "segments by channel": ["segments", "--by", "channel"],
    "drivers": ["drivers"],
}
OF_CUSTOMERS = ("score", "trend, 12 periods", "movers")


def command(words: list[str], log: Path, model: Path, out: Path) -> list[str]:
    cesctl = [sys.executable, "-c", "from cesctl.cli import run; run()", words[0], str(log)]
    return [*cesctl, *words[1:], "-c", str(model), "-o", str(out), "--quiet"]


def last_scores(out: Path) -> pl.DataFrame:
    """One row per customer in order: customer, score."""
    frame = pl.read_parquet(out)
    score = "score" if "score" in frame.columns else "last"
    return frame.select("customer", pl.col(score).alias("score")).sort("customer")


def table(runs: dict[str, Runs]) -> str:
    base, busy_base = (statistics.median(of) for of in (runs["score"].seconds, runs["score"].busy))
    lines = ["| | seconds (median) | ratio | processor | ratio | peak MiB |"]
    lines.append("|---|--:|--:|--:|--:|--:|")
    for name, run in runs.items():
        middle, busy = statistics.median(run.seconds), statistics.median(run.busy)
        lines.append(
            f"| {name} | {middle:.2f} | {middle / base:.2f} | {busy:.2f} | {busy / busy_base:.2f} "
            f"| {statistics.median(run.peak_mib):,.0f} |"
        )
    return "\n".join(lines)


def arguments(description: str | None) -> argparse.Namespace:
    """What was asked for on the command line: size, format, rounds, model."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--format", default="csv", choices=["csv", "ndjson", "parquet"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", type=Path, default=HERE / "model.yaml")
    return parser.parse_args()


def main() -> None:
    args = arguments(__doc__)
    make(args.size, [args.format], shuffled=False)
    log = path_of(args.size, args.format)
    with tempfile.TemporaryDirectory() as folder:
        outs = {name: answer_of(folder, name) for name in CASES}
        commands = {n: command(words, log, args.model, outs[n]) for n, words in CASES.items()}
        runs = measured(commands, args.rounds)
        answers = {name: last_scores(outs[name]) for name in OF_CUSTOMERS}
    for name, got in answers.items():
        if not got.equals(answers["score"]):
            raise SystemExit(f'"{name}" gives other scores')
    customers = answers["score"].height
    print(f"{args.size} rows, {args.format}: {customers:,} customers, all scores equal", end=", ")
    print(f"{args.rounds} rounds")
    print(table(runs))


if __name__ == "__main__":
    main()
