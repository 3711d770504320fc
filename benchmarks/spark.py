"""The same log scored by polars and by Spark on one core and on two: the same work, whole processes, one run.

    python -m benchmarks.spark 10M [--format csv] [--rounds 3] [--model benchmarks/model.yaml]

What counts is the ratio of the medians to polars. Each is also run on a log of 100k rows, which takes what
starting takes. A Spark of one machine shows what Spark itself costs, and how the work is shared out; not what
more machines give. Processor time and memory are of all processes of a run; of a task: the largest Python
worker. Before a figure is printed the scores are compared, all columns of them. Reads /proc, so Linux only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from benchmarks.compare import HERE
from benchmarks.make_data import SIZES, make, path_of

ENGINES = {
    "polars": ["polars"],
    "Spark, local[1]": ["spark", "--master", "local[1]"],
    "Spark, local[2]": ["spark", "--master", "local[2]"],
}
LOOK_S = 0.1


SMALL = "100k"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass
class Runs:
    seconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)
    task_mib: list[float] = field(default_factory=list)
    start_s: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    busy_s: float
    mib: float
    is_task: bool


class Watch(threading.Thread):
    """Looks at a process and all below it until told otherwise."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.over = threading.Event()
        self.peak = self.task = 0.0
        self.busy: dict[int, float] = {}

    def run(self) -> None:
        while not self.over.wait(LOOK_S):
            found = family(self.pid)
            self.peak = max(self.peak, sum(p.mib for p in found))
            self.task = max([self.task, *(p.mib for p in found if p.is_task)])
            self.busy.update({p.pid: p.busy_s for p in found})


def family(root: int) -> list[Process]:
    """A process and all below it."""
    found = [p for f in Path("/proc").iterdir() if f.name.isdigit() and (p := process(int(f.name)))]
    below = {root}
    for one in sorted(found, key=lambda p: p.pid):
        if one.parent in below:
            below.add(one.pid)
    return [p for p in found if p.pid in below]


def process(pid: int) -> Process | None:
    folder = Path("/proc") / str(pid)
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        words = (folder / "cmdline").read_text()
    except OSError:  # it has ended
        return None
    busy = (int(fields[11]) + int(fields[12])) * TICK_S
    return Process(pid, int(fields[1]), busy, int(fields[21]) * PAGE_MIB, "pyspark.daemon" in words)


def once(words: list[str]) -> tuple[float, Watch]:
    """Seconds of one whole process, and what was seen of it."""
    start = time.perf_counter()
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    watch = Watch(child.pid)
    watch.start()
    status = child.wait()
    seconds = time.perf_counter() - start
    watch.over.set()
    watch.join()
    if status:
        raise SystemExit(f"failed with {status}: {' '.join(words)}")
    return seconds, watch


def table(runs: dict[str, Runs]) -> str:
    base = statistics.median(runs["polars"].seconds)
    busy_base = statistics.median(runs["polars"].busy)
    head = [
        "engine",
        "seconds (median)",
        "ratio",
        "processor",
        "ratio",
        "of 100k rows",
        "peak MiB, all",
    ]
    lines = ["| " + " | ".join([*head, "of a task"]) + " |", "|---" + "|--:" * 7 + "|"]
    for name, run in runs.items():
        middle, busy = statistics.median(run.seconds), statistics.median(run.busy)
        cells = [name, f"{middle:.1f}", f"{middle / base:.2f}", f"{busy:.1f}"]
        cells += [f"{busy / busy_base:.2f}", f"{statistics.median(run.start_s):.1f}"]
        cells += [f"{max(run.peak_mib):,.0f}", f"{max(run.task_mib):,.0f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def command(engine: list[str], log: Path, model: Path, out: Path) -> list[str]:
    cesctl = [sys.executable, "-c", "from cesctl.cli import run; run()", "score", str(log)]
    return [*cesctl, "-c", str(model), "-o", str(out), "--quiet", "--engine", *engine]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--format", default="csv", choices=["csv", "ndjson", "parquet"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", type=Path, default=HERE / "model.yaml")
    args = parser.parse_args()
    for size in (SMALL, args.size):
        make(size, [args.format])
    small, log = path_of(SMALL, args.format), path_of(args.size, args.format)
    runs = {name: Runs() for name in ENGINES}
    with tempfile.TemporaryDirectory() as folder:
        outs = {name: Path(folder) / f"{n}.parquet" for n, name in enumerate(ENGINES)}
        for _ in range(args.rounds):
            for name, engine in ENGINES.items():
                run = runs[name]
                seconds, _ = once(command(engine, small, args.model, outs[name]))
                run.start_s.append(seconds)
                seconds, watch = once(command(engine, log, args.model, outs[name]))
                run.seconds.append(seconds)
                run.busy.append(sum(watch.busy.values()))
                run.peak_mib.append(watch.peak)
                run.task_mib.append(watch.task)
        answers = {name: pl.read_parquet(out) for name, out in outs.items()}
    for name, scores in answers.items():
        if not scores.equals(answers["polars"]):
            raise SystemExit(f"{name} gives other scores than polars")
    customers = answers["polars"].height
    print(f"{args.size} rows, {args.format}: {customers:,} customers, all columns equal", end=", ")
    print(f"{args.rounds} rounds")
    print(table(runs))


if __name__ == "__main__":
    main()
