"""A run that is killed leaves the store as it was before it or as it is after it; the next puts all right."""

from __future__ import annotations

import csv
import multiprocessing
import random
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from filelock import FileLock
from polars.testing import assert_frame_equal

from cesctl.model import load_model
from cesctl.model.types import Model
from cesctl.pipeline.run import score
from cesctl.store import Store
from cesctl.store.compact import compact
from cesctl.store.history import History
from cesctl.store.place import Place
from cesctl.store.table import EventTable
from cesctl.store.verify import verify
from tests.effort import tries
from tests.store.killed_run import run
from tests.store.makers import MODEL, Record, record, take, write

KILLS = tries(200)
JOBS = ("ingest", "ingest", "score", "nightly", "nightly")
NIGHTLY = """
nightly: {store: events.store, outputs: [scores.csv], at_risk_outputs: [risk.csv], horizon: 90d}
"""


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., ForkServerProcess]:
    """Starts a run in a process of its own, which has loaded all that it needs."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.store.killed_run"])
    monkeypatch.chdir(tmp_path)

    def started(job: str, file: Path) -> ForkServerProcess:
        child = processes.Process(target=run, args=(job, str(tmp_path), str(file)))
        child.start()
        return child

    return started


def test_killed_at_any_moment_nothing_is_lost_or_counted_twice(
    tmp_path: Path, start: Callable[..., ForkServerProcess]
) -> None:
    dice = random.Random(20261122)
    store, number, killed = tmp_path / "events.store", 0, 0
    (tmp_path / "cesctl.yaml").write_text(
        MODEL.replace("id: id}", "id: id, files: e/*.csv}") + NIGHTLY
    )
    model = load_model(tmp_path / "cesctl.yaml")
    records: list[Record] = []
    longest = dict.fromkeys(JOBS, 1.0)
    while killed < KILLS:
        number += 1
        new = some_records(number, dice, records)
        before, after = len({r[3] for r in records}), len({r[3] for r in [*records, *new]})
        records += new
        file = write(tmp_path / "e" / f"{number}.csv", new)
        for _ in range(6):
            job = dice.choice(JOBS)
            begun = time.monotonic()
            child = start(job, file)
            child.join(timeout=dice.random() * longest[job])
            child.kill()
            child.join()
            killed += child.exitcode == -9
            if child.exitcode == 0:  # it was done: from now on sooner
                longest[job] = time.monotonic() - begun
            assert child.exitcode in {-9, 0}
            assert events(store) in {before, after}
            check_outputs(tmp_path)
        take(store, file, by=model, horizon_days=90)
        assert events(store) == after
        if number % 8 == 0:
            assert_whole(store, model)
            compact(Place.of(str(store)), keep_hours=0)
    assert_whole(store, model)


def some_records(number: int, dice: random.Random, before: list[Record]) -> list[Record]:
    """A day's export: new records, late ones, and some that were sent before."""
    new = [record(number * 100 + n, number + 60) for n in range(40)]
    late = [record(number * 100 + 50 + n, dice.randrange(1, number + 60)) for n in range(3)]
    return new + late + dice.sample(before, min(len(before), 20))


def events(store: Path) -> int:
    if not (store / "events" / "_delta_log").exists():
        return 0
    return int(EventTable.open(Place.of(str(store))).files["rows"].sum())


def check_outputs(folder: Path) -> None:
    """Whole files or none, and a lock that nobody holds."""
    for name in ("scores.csv", "risk.csv"):
        if (folder / name).exists():
            text = (folder / name).read_text()
            assert text.endswith("\n")
            rows = list(csv.reader(text.splitlines()))
            assert {len(row) for row in rows} == {len(rows[0])}
    if (folder / "events.store").exists():
        with FileLock(folder / "events.store" / ".nightly.lock", timeout=5):
            pass


def assert_whole(store: Path, model: Model) -> None:
    """The store gives what the files give, read as they are; what was reported can be read."""
    place = Place.of(str(store))
    assert verify(place).problems == []
    whole, kept = score([], model), score(Store(str(store)), model)
    assert kept.as_of == whole.as_of
    assert_frame_equal(kept.scores, whole.scores)
    past = History(place)
    for one in past.runs():
        assert past.scores(one).height == one.customers
