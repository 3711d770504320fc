"""What a night costs with a store, beside reading and scoring the raw CSV of all days.

    python -m benchmarks.nightly 50M [--days 365] [--customers 100000] [--rounds 3] [--model MODEL]

Makes one CSV a day and one of all, takes all days but the last into a store, and then runs, whole
processes: ``score`` of the one file; ``ingest`` of the last day; ``score --store``; and ``nightly``, which
does both at once, finds the new file among all, and keeps what it reports. Before any figure is printed the
scores are compared. Every round begins with the store of the night before.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import polars as pl
import yaml

from benchmarks.compare import Runs, measured, once
from benchmarks.make_data import DATA, SIZES, chunk

HERE = Path(__file__).parent
CESCTL = [sys.executable, "-c", "from cesctl.cli import run; run()"]


def make(size: str, days: int, customers: int) -> tuple[Path, list[Path]]:
    """The CSV of all days, and one a day."""
    folder = DATA / f"nightly-{size}-{days}-{customers}"
    whole = folder / "whole.csv"
    parts = [folder / "days" / f"day-{n:04}.csv" for n in range(days)]
    if whole.exists():
        return whole, parts
    parts[0].parent.mkdir(parents=True, exist_ok=True)
    unfinished = whole.with_suffix(".part")
    with unfinished.open("wb") as out:
        for n, part in enumerate(parts):
            frame = chunk(n, days, SIZES[size] // days, customers, shuffled=False)
            frame.write_csv(part)
            frame.write_csv(out, include_header=n == 0)
    unfinished.rename(whole)
    return whole, parts


def said(name: str, runs: Runs, base: Runs) -> str:
    middle, whole = statistics.median(runs.seconds), statistics.median(base.seconds)
    busy, all_busy = statistics.median(runs.busy), statistics.median(base.busy)
    peak = statistics.median(runs.peak_mib)
    spread = f"{min(runs.seconds):.2f} … {max(runs.seconds):.2f}"
    return (
        f"| {name} | {middle:.2f} | {middle / whole:.1%} | {spread} "
        f"| {busy:.2f} | {busy / all_busy:.1%} | {peak:,.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", type=Path, default=HERE / "nightly.yaml")
    args = parser.parse_args()
    whole, parts = make(args.size, args.days, args.customers)
    model = ["-c", str(args.model), "--quiet"]
    with tempfile.TemporaryDirectory(dir=DATA) as folder:
        before, store = Path(folder) / "before.store", Path(folder) / "events.store"
        outs = {name: Path(folder) / f"{name}.parquet" for name in ("raw", "stored", "night")}
        cron = nightly(args.model, parts, Path(folder) / "cron")
        take = [*CESCTL, "ingest", *map(str, parts[:-1]), "--store", str(before), *model]
        seconds, _, peak = once(take)
        night = [*CESCTL, "score", "--store", str(before), *model]
        once(night)  # the night before
        size = sum(f.stat().st_size for f in before.rglob("*") if f.is_file())
        raw: list[Runs] = []
        new: list[Runs] = []
        scored: list[Runs] = []
        nights: list[Runs] = []
        for _ in range(args.rounds):
            shutil.rmtree(store, ignore_errors=True)
            shutil.copytree(before, store)
            shutil.rmtree(cron.parent / "events.store", ignore_errors=True)
            shutil.copytree(before, cron.parent / "events.store")
            output = ["-o", str(outs["stored"])]
            runs = measured(
                {
                    "raw": [*CESCTL, "score", str(whole), *model, "-o", str(outs["raw"])],
                    "ingest": [*CESCTL, "ingest", str(parts[-1]), "--store", str(store), *model],
                    "score": [*CESCTL, "score", "--store", str(store), *model, *output],
                    "nightly": [*CESCTL, "nightly", "-c", str(cron), "--quiet"],
                },
                1,
            )
            raw.append(runs["raw"])
            new.append(runs["ingest"])
            scored.append(runs["score"])
            nights.append(runs["nightly"])
        shutil.move(cron.parent / "scores.parquet", outs["night"])
        a, *others = (pl.read_parquet(out) for out in outs.values())
        if not all(a.equals(b) for b in others):
            raise SystemExit("the store gives other scores than the file")
    together = [
        Runs(
            [x.seconds[0] + y.seconds[0]],
            [x.busy[0] + y.busy[0]],
            [max(x.peak_mib[0], y.peak_mib[0])],
        )
        for x, y in zip(new, scored, strict=True)
    ]
    print(
        f"{args.size} rows, {args.days} days, {a.height:,} customers, all scores equal, "
        f"{args.rounds} rounds"
    )
    print(f"all days but one taken in: {seconds:.0f} s, {peak:,.0f} MiB, {size / 1e6:,.0f} MB")
    print("| | seconds (median) | of raw | spread | processor seconds | of raw | peak MiB |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    base = joined(raw)
    for name, own in (
        ("score of the raw CSV", base),
        ("ingest of one day", joined(new)),
        ("score --store", joined(scored)),
        ("the night: both", joined(together)),
        ("nightly: all of it", joined(nights)),
    ):
        print(said(name, own, base))


def nightly(model: Path, parts: list[Path], folder: Path) -> Path:
    """The model as cron has it: with its exports, its store and what it writes, columns in the same order."""
    own = yaml.safe_load(model.read_text("utf-8"))
    own["source"]["files"] = str(parts[0].parent / "*.csv")
    own["nightly"] = {"store": "events.store", "outputs": "scores.parquet"}
    folder.mkdir()
    path = folder / "cesctl.yaml"
    path.write_text(yaml.safe_dump(own, sort_keys=False), "utf-8")
    return path


def joined(runs: list[Runs]) -> Runs:
    return Runs(
        [r.seconds[0] for r in runs], [r.busy[0] for r in runs], [r.peak_mib[0] for r in runs]
    )


if __name__ == "__main__":
    main()
