"""The limit itself: what a whole process of the command line takes at its highest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from cesctl.memory import format_size

ROWS, CUSTOMERS = 6_000_000, 60_000
LIMIT = 1 << 30
MODEL = """events:
  pages: {event: view, measure: distinct, property: page, weight: 1}
  days: {event: view, measure: days, weight: 1, window: 60d}
  views: {event: view, weight: 1, half_life: 7d}
as_of: 2026-07-01
compare: 7d
"""
STATUS = Path("/proc/self/status")
# Asked by the process itself at its end: what the system tells of a child begins with its parent's peak.
RUN = """
import os, re, sys
def told(code, end=os._exit):
    with open("/proc/self/status") as status, open(os.environ["PEAK"], "w") as out:
        out.write(re.search(r"VmHWM:\\s*(\\d+) kB", status.read())[1])
    end(code)
os._exit = told
from cesctl.cli import run
run()
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not STATUS.exists(), reason="no one tells a process's peak here"),
]


def log(folder: Path) -> Path:
    """A log in order of time, so that every customer is all over it."""
    n = pl.col("n")
    rows = pl.select(n=pl.int_range(ROWS)).select(
        user_id=pl.format("user{}", n.hash(1) % CUSTOMERS),
        event=pl.lit("view"),
        timestamp=pl.datetime(2026, 1, 1) + pl.duration(seconds=n * 3),
        page=pl.format("/page/{}", n.hash(2) % ROWS),
    )
    rows.write_parquet(folder / "log.parquet", row_group_size=200_000)
    (folder / "model.yaml").write_text(MODEL)
    return folder / "log.parquet"


def peak(path: Path, out: Path, *more: str) -> int:
    """Bytes."""
    words = [sys.executable, "-c", RUN, "score", str(path), "--quiet"]
    words += ["-c", str(path.parent / "model.yaml"), "-o", str(out), *more]
    told = path.parent / "peak.txt"
    environment = os.environ | {"TMPDIR": str(path.parent), "PEAK": str(told)}
    subprocess.run(words, env=environment, check=True, timeout=300)
    return int(told.read_text()) * 1024


def test_a_run_keeps_to_its_limit(tmp_path: Path) -> None:
    """One that takes more where it may."""
    path = log(tmp_path)
    free = peak(path, tmp_path / "free.parquet")
    kept = peak(path, tmp_path / "kept.parquet", "--memory-limit", f"{LIMIT}B")
    assert kept <= LIMIT < free, f"{format_size(kept)} of {format_size(free)}"
    one, other = (pl.read_parquet(tmp_path / f"{n}.parquet") for n in ("free", "kept"))
    assert one.equals(other)
    assert one.height == CUSTOMERS
