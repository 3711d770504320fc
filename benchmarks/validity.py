"""What a backtest of 12 T costs, beside one score of the same log.

    python -m benchmarks.validity 10M --format csv [--rounds 3] [--model configs/saas.yaml]

Whole processes, each once a round; what counts is the ratio of the medians to ``score``, and the peak memory.
Before any figure is printed the scores of the last T must be those of ``score --as-of`` that T.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import polars as pl

from benchmarks.compare import answer_of, measured
from benchmarks.insight import arguments, command, table
from benchmarks.make_data import make, path_of

TIMES = ["--every", "3w", "--periods", "12"]
CASES = {
    "score": ["score"],
    "backtest of an event": ["backtest", "--outcome", "event:event_09", "--horizon", "30d", *TIMES],
    "backtest of a silence": ["backtest", "--outcome", "silent:30d", *TIMES],
}


def checked(pairs: pl.DataFrame, log: Path, model: Path, out: Path) -> int:
    """How many scores of the last T are those of ``score``; ends where one is not."""
    last = pairs["as_of"].max()
    assert isinstance(last, datetime)
    own = pairs.filter(pl.col("as_of") == last).select("customer", "score")
    measured({"score": command(["score", "--as-of", last.isoformat()], log, model, out)}, 1)
    scores = pl.read_parquet(out).select("customer", pl.col("score").alias("alone"))
    joined = own.join(scores, on="customer", how="left")
    if not joined["score"].equals(joined["alone"].alias("score")):
        raise SystemExit("backtest gives other scores")
    return joined.height


def main() -> None:
    args = arguments(__doc__)
    make(args.size, [args.format], shuffled=False)
    log = path_of(args.size, args.format)
    with tempfile.TemporaryDirectory() as folder:
        outs = {name: answer_of(folder, name) for name in CASES}
        commands = {n: command(words, log, args.model, outs[n]) for n, words in CASES.items()}
        runs = measured(commands, args.rounds)
        tested = {n: pl.read_parquet(out) for n, out in outs.items() if n != "score"}
        again = Path(folder) / "again.parquet"
        equal = sum(checked(pairs, log, args.model, again) for pairs in tested.values())
    print(f"{args.size} rows, {args.format}: {equal:,} scores of the last T equal", end=", ")
    print(", ".join(f"{pairs.height:,} pairs ({name})" for name, pairs in tested.items()), end=", ")
    print(f"{args.rounds} rounds")
    print(table(runs))


if __name__ == "__main__":
    main()
