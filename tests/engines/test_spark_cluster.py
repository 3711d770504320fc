"""The command line on a real cluster of a master and two workers: the same scores, also when one is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.engines.cluster import Cluster, asked, cluster, free_port, until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("java")]
MODEL = """
events: {x: 1, y: {weight: 2, measure: days}, z: {measure: last, property: amount, weight: 0.1}}
compare: 7d
"""
# small pieces, so that there are many tasks
DRIVER = """
from cesctl.engines.spark import stretches
stretches.LEAST = stretches.MOST = 1 << 20
from cesctl.cli import run
run()
"""


@pytest.fixture
def two_workers(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path, 2) as made:
        yield made


def export(folder: Path, rows: int) -> Path:
    path = folder / "events.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("user_id,event,timestamp,amount\n")
        for n in range(rows):
            day, hour = n * 28 // rows + 1, n % 24
            who, what = f"user{n * 7919 % 4001}", "xyz"[n % 3]
            out.write(f"{who},{what},2026-10-{day:02}T{hour:02}:00:00Z,{n % 1000 / 10}\n")
    return path


def scoring(
    log: Path, *engine: str, inputs: Sequence[str] = (), **environment: str
) -> tuple[subprocess.Popen[str], Path]:
    """The command as a process, and the file it writes. ``inputs``: other words than the log's name."""
    model = log.parent / "model.yaml"
    model.write_text(MODEL)
    out = log.parent / f"{'-'.join(engine[:1])}.csv"
    words = [
        "score",
        *(inputs or [log.name]),
        "-c",
        str(model),
        "-q",
        "-o",
        str(out),
        "--engine",
        *engine,
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=log.parent,  # which is no folder of the executors'
        env=os.environ | environment,
    )
    return process, out


def said_by(process: subprocess.Popen[str]) -> str:
    """What a process that ends well says."""
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert errors == ""
    return said


def settings(**more: str) -> str:
    small = {"spark.executor.memory": "512m"} | more
    return " ".join([*(f"--conf {k}={v}" for k, v in small.items()), "pyspark-shell"])


def test_the_same_scores_when_a_worker_is_killed(two_workers: Cluster) -> None:
    """Of exports; and then of a store, on the worker that is left."""
    log = export(two_workers.folder, 500_000)
    plain, expected = scoring(log, "polars")
    shown = said_by(plain)
    port = free_port()
    run, found = scoring(
        log,
        *("spark", "--master", two_workers.url),
        PYSPARK_SUBMIT_ARGS=settings(**{"spark.ui.port": str(port)}),
    )

    def midway() -> bool:
        """Both workers have done something, and there is much left to do."""
        assert run.poll() is None, run.communicate()
        executors = asked(port, "executors") or []
        done = [e["completedTasks"] for e in executors if e["id"] != "driver"]
        return len(done) == 2 and min(done) >= 2

    until(midway)
    (reading,) = [s for s in asked(port, "stages") if s["stageId"] == 0]
    assert reading["status"] == "ACTIVE"
    assert reading["numCompleteTasks"] < reading["numTasks"]
    two_workers.kill(1)
    until(lambda: run.poll() is not None or _lost(port))
    assert run.poll() is None, "the run was over before Spark noticed the loss"
    assert said_by(run) == shown
    assert found.read_bytes() == expected.read_bytes()

    taken_in(log, two_workers.folder / "events.store")
    of_store = ("--store", "events.store")
    plain, expected = scoring(log, "polars", inputs=of_store)
    shown = said_by(plain)
    run, found = scoring(
        log,
        *("spark", "--master", two_workers.url),
        inputs=of_store,
        PYSPARK_SUBMIT_ARGS=settings(),
    )
    assert said_by(run) == shown
    assert found.read_bytes() == expected.read_bytes()


def taken_in(log: Path, store: Path) -> None:
    """The newer half of the events first, so that days have two files."""
    lines = log.read_text().splitlines(keepends=True)
    for n, rows in enumerate((lines[len(lines) // 3 :], lines[1 : len(lines) // 2])):
        part = log.parent / f"part{n}.csv"
        part.write_text("".join([lines[0], *rows]))
        words = ["ingest", part.name, "--store", str(store), "-c", "model.yaml", "-q"]
        subprocess.run([sys.executable, "-m", "cesctl", *words], cwd=log.parent, check=True)


def _lost(port: int) -> bool:
    executors = asked(port, "allexecutors") or []
    return any(e["id"] != "driver" and not e["isActive"] for e in executors)


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (
            getattr(sys, "_base_executable", sys.executable),
            "Error: the executor on {host} has no ",
        ),
        ("/no/such/python", "Error: Spark gave up: an executor has no Python at /no/such/python"),
    ],
)
def test_executors_without_cesctl(python: str, said: str, tmp_path: Path) -> None:
    import socket

    if python == sys.executable:
        pytest.skip(
            "the tests do not run in a virtual environment: there is no Python without cesctl"
        )
    run, _ = scoring(export(tmp_path, 100), "spark", "--master", "local[2]", PYSPARK_PYTHON=python)
    shown, errors = run.communicate(timeout=300)
    assert run.returncode == 2
    assert shown == ""
    assert errors.startswith(said.format(host=socket.gethostname()))
    assert "docs/spark.md" in errors
    assert len(errors.splitlines()) == 2
