"""A run that is killed leaves the store as it was before it or as it is after it; the next puts all right."""

from __future__ import annotations

import multiprocessing
import random
import time
from pathlib import Path

from polars.testing import assert_frame_equal

from cesctl.pipeline.run import score
from cesctl.store import Store
from cesctl.store.place import Place
from cesctl.store.verify import verify
from tests.effort import tries
from tests.store.makers import Record, model, record, take, write

KILLS = tries(200)
LONGEST_S = 0.6  # of a run, about


def test_killed_at_any_moment_nothing_is_lost_or_counted_twice(tmp_path: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.store.killed_run"])
    from tests.store.killed_run import run

    dice = random.Random(20261122)
    store, killed, every = tmp_path / "store", 0, 0
    records: list[Record] = []
    files: list[Path] = []
    number = 0
    while killed < KILLS:
        number += 1
        new = some_records(number, dice, records)
        records += new
        files.append(write(tmp_path / f"export{number}.csv", new))
        before = events(store)
        for _ in range(dice.randrange(1, 4)):
            job = "ingest" if dice.random() < 0.8 else "score"
            child = processes.Process(target=run, args=(job, str(store), str(files[-1])))
            child.start()
            time.sleep(dice.random() * LONGEST_S)
            child.kill()
            child.join()
            killed += child.exitcode == -9
            every += 1
            now = verify(Place.of(str(store))) if (store / "events").exists() else None
            assert now is None or now.problems == []
        after = take(store, files[-1])
        assert after.taken or after.passed[0].why.startswith("in the store already")
        assert events(store) == len({r[3] for r in records})
        assert events(store) > before
        if number % 10 == 0:
            assert_same(store, files)
        assert every < 20 * KILLS, "the runs end before they can be killed"
    assert_same(store, files)


def some_records(number: int, dice: random.Random, before: list[Record]) -> list[Record]:
    """A day's export: new records, late ones, and some that were sent before."""
    new = [record(number * 100 + n, number + 60) for n in range(40)]
    late = [record(number * 100 + 50 + n, dice.randrange(1, number + 60)) for n in range(3)]
    return new + late + dice.sample(before, min(len(before), 20))


def events(store: Path) -> int:
    return verify(Place.of(str(store))).events if (store / "events").exists() else 0


def assert_same(store: Path, files: list[Path]) -> None:
    """The store gives what the files give, read as they are."""
    whole = score([str(f) for f in files], model())
    kept = score(Store(str(store)), model())
    assert kept.as_of == whole.as_of
    assert_frame_equal(kept.scores, whole.scores)
