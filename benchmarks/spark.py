"""The same log scored by polars and by Spark on one core and on two: the same work, whole processes, one run.

    python -m benchmarks.spark 10M [--format csv] [--rounds 3] [--window none] [--cluster] [--start]

What counts is the ratio of the medians to polars. ``--format store``: an event store, made of the CSV before;
one run before the first has made what is carried over from days that are not read. ``--window none``: the
model's windows are all of history, so that all days are read. ``--cluster``: also standalone clusters of one
and of two workers, each of one core, on loopback; driver and workers share this machine. ``--start``: each is
also run once on a log of 100k rows, which takes what starting takes. A Spark of one machine shows what Spark
itself costs, and how the work is shared out; not what more machines give. Processor time and memory are of
all processes of a run; of a task: the largest Python worker. Before a figure is printed the scores are
compared, all columns of them. Reads /proc, so Linux only.
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
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from benchmarks.compare import HERE
from benchmarks.make_data import DATA, SIZES, make, path_of
from tests.engines.cluster import cluster

CESCTL = [sys.executable, "-c", "from cesctl.cli import run; run()"]
ENGINES = {
    "polars": ["polars"],
    "Spark, local[1]": ["spark", "--master", "local[1]"],
    "Spark, local[2]": ["spark", "--master", "local[2]"],
}
LOOK_S = 0.1
ONE_CORE = "--conf spark.executor.memory=512m pyspark-shell"

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
    """Looks at some processes and all below them until told otherwise."""

    def __init__(self, pids: Iterable[int]) -> None:
        super().__init__(daemon=True)
        self.pids = set(pids)
        self.before = {p.pid: p.busy_s for p in family(self.pids)}
        self.over = threading.Event()
        self.peak = self.task = 0.0
        self.busy: dict[int, float] = {}

    def run(self) -> None:
        while not self.over.wait(LOOK_S):
            found = family(self.pids)
            self.peak = max(self.peak, sum(p.mib for p in found))
            self.task = max([self.task, *(p.mib for p in found if p.is_task)])
            self.busy.update({p.pid: p.busy_s - self.before.get(p.pid, 0.0) for p in found})


def family(roots: set[int]) -> list[Process]:
    """Some processes and all below them."""
    found = [p for f in Path("/proc").iterdir() if f.name.isdigit() and (p := process(int(f.name)))]
    below = set(roots)
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


def once(words: list[str], workers: Iterable[int] = ()) -> tuple[float, Watch]:
    """Seconds of one whole process, and what was seen of it and of the workers of its cluster."""
    start = time.perf_counter()
    child = subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        env=os.environ | ({"PYSPARK_SUBMIT_ARGS": ONE_CORE} if workers else {}),
    )
    watch = Watch([child.pid, *workers])
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
        cells += [f"{busy / busy_base:.2f}", f"{run.start_s[0]:.1f}" if run.start_s else ""]
        cells += [f"{max(run.peak_mib):,.0f}", f"{max(run.task_mib):,.0f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


@dataclass(frozen=True)
class Contender:
    """``workers``: the processes of its cluster that are there all the time."""

    engine: list[str]
    workers: tuple[int, ...] = ()


def contenders(stack: ExitStack, *, clusters: bool) -> dict[str, Contender]:
    found = {name: Contender(engine) for name, engine in ENGINES.items()}
    for workers in (1, 2) if clusters else ():
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=DATA)))
        made = stack.enter_context(cluster(folder, workers))
        name = f"cluster, {workers} worker{'s' * (workers > 1)}"
        pids = tuple(w.pid for w in made.workers)
        found[name] = Contender(["spark", "--master", made.url], pids)
    return found


def log_of(size: str, form: str, model: Path) -> list[str]:
    """The words that name a log of that size, which is made where it is not there."""
    make(size, ["csv" if form == "store" else form])
    if form != "store":
        return [str(path_of(size, form))]
    store = DATA / f"store-{size}"
    if not store.exists():
        words = ["ingest", str(path_of(size, "csv")), "--store", str(store), "-c", str(model), "-q"]
        subprocess.run([*CESCTL, *words], check=True)
    return ["--store", str(store)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--format", default="csv", choices=["csv", "ndjson", "parquet", "store"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", type=Path, default=HERE / "model.yaml")
    parser.add_argument("--window", help="goes before the model's")
    parser.add_argument("--cluster", action="store_true")
    parser.add_argument("--start", action="store_true")
    parser.add_argument(
        "--without", default="", help="contenders that are left out, with / between"
    )
    args = parser.parse_args()
    scored = ["-c", str(args.model), "--quiet"]
    scored += ["--window", args.window] if args.window else []
    sizes = [SMALL, args.size] if args.start else [args.size]
    logs = {size: log_of(size, args.format, args.model) for size in sizes}
    runs: dict[str, Runs] = {}
    answers: dict[str, pl.DataFrame] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        every = contenders(stack, clusters=args.cluster)
        for name in filter(None, args.without.split("/")):
            del every[name]

        def run(name: str, size: str) -> tuple[float, Watch]:
            out = folder / f"{name}.parquet"
            words = [*CESCTL, "score", *logs[size], *scored, "-o", str(out)]
            found = once([*words, "--engine", *every[name].engine], every[name].workers)
            answers[name] = pl.read_parquet(out, glob=False)
            said = (
                f"{size}, {name}: {found[0]:.1f} s, processor {sum(found[1].busy.values()):.1f} s"
            )
            print(said, file=sys.stderr, flush=True)  # of a run that breaks off this is left
            return found

        for size in logs:
            run("polars", size)  # the files are at hand, and what is carried over is there
        for name in every:
            runs[name] = Runs(start_s=[run(name, SMALL)[0]] if args.start else [])
        for _ in range(args.rounds):
            for name in every:
                seconds, watch = run(name, args.size)
                runs[name].seconds.append(seconds)
                runs[name].busy.append(sum(watch.busy.values()))
                runs[name].peak_mib.append(watch.peak)
                runs[name].task_mib.append(watch.task)
    for name, scores in answers.items():
        if not scores.equals(answers["polars"]):
            raise SystemExit(f"{name} gives other scores than polars")
    customers = answers["polars"].height
    print(f"{args.size} rows, {args.format}: {customers:,} customers, all columns equal", end=", ")
    print(f"{args.rounds} round{'s' * (args.rounds > 1)}")
    print(table(runs))


if __name__ == "__main__":
    main()
