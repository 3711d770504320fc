"""An event store in an object store: everything that one in a folder does."""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cesctl.errors import InputError, OutputError
from cesctl.nightly import lock
from cesctl.nightly.lock import locked
from cesctl.pipeline.run import score
from cesctl.store import Store, cache
from cesctl.store.compact import compact
from cesctl.store.forget import forget
from cesctl.store.history import History
from cesctl.store.info import info
from cesctl.store.ingest import prepare, take_in
from cesctl.store.place import Place
from cesctl.store.verify import verify
from tests.cli import small
from tests.cloud import faults
from tests.store.makers import MODEL, model, record, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloud.buckets import S3


@pytest.fixture
def s3(s3_apart: S3) -> S3:
    return s3_apart


def exports(folder: Path, number: int, first: int = 0) -> list[str]:
    return [
        str(write(folder / f"{n}.csv", [record(n * 100 + k, 1 + n * 5) for k in range(12)]))
        for n in range(first, number)
    ]


def take(place: Place, files: list[str]) -> int:
    table, staged = prepare(files, model(), place)
    return take_in(staged, table).rows.accepted


def test_a_store_s_life(s3: S3, tmp_path: Path) -> None:
    url = f"{s3.root}/some/events.store"
    place = Place.of(url)
    files = exports(tmp_path, 9)
    assert take(place, files[:8]) == 96
    assert take(place, files) == 12
    assert take(place, files) == 0
    whole = score(files, model())
    for _ in range(2):
        assert_frame_equal(score(Store(url), model()).scores, whole.scores)
    assert any("/carried/" in key for key in s3.keys())  # noqa: SIM118 - a method of ours
    late = str(write(tmp_path / "late.csv", [record(5000, 1), record(0, 1), record(5001, 6)]))
    assert take(place, [late]) == 2
    assert verify(place).problems == []
    done = compact(place, keep_hours=0)
    assert (done.days, done.files) == (2, (11, 9))
    files.append(late)
    assert_frame_equal(score(Store(url), model()).scores, score(files, model()).scores)
    who = record(5000, 1)[0]
    assert forget(place, [who]).events[who] > 0
    assert who not in score(Store(url), model()).scores["customer"]
    parquet = [key for key in s3.keys() if key.endswith(".parquet")]  # noqa: SIM118 - a method of ours
    assert len(parquet) >= 9
    others = (pl.read_parquet(s3.get(key)) for key in parquet if "/carried/" not in key)
    assert all(who not in events["customer"] for events in others)
    kept = [cache.read(place, name) for name in cache.names(place, "")]
    assert kept
    assert all(e is not None and who not in e.frame["customer"] for e in kept)
    found = info(place)
    assert found.events == verify(place).events
    assert len(found.exports) == 10


def test_two_runs_at_once(s3: S3, tmp_path: Path) -> None:
    place = Place.of(f"{s3.root}/store")
    files = exports(tmp_path, 3)
    take(place, files[:1])
    prepared = [prepare([f], model(), place) for f in (files[1], files[1], files[2])]
    taken: list[int] = []
    threads = [
        threading.Thread(target=lambda t=t, s=s: taken.append(take_in(s, t).rows.accepted))
        for t, s in prepared
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 24
    assert verify(place).problems == []


def test_nights(s3: S3, tmp_path: Path) -> None:
    for n in range(2):
        s3.put(
            f"in/{n}.csv",
            write(tmp_path / "x.csv", [record(n * 9 + k, 1 + n) for k in range(9)]).read_text(),
        )
    config = tmp_path / "cesctl.yaml"
    text = MODEL.replace("id: id}", f'id: id, files: "{s3.root}/in/*.csv"}}')
    config.write_text(
        f'{text}nightly: {{store: "{s3.root}/store", outputs: "{s3.root}/out/scores.csv"}}\n'
    )
    first = small.call("nightly", "-c", str(config), "--summary")
    assert first.exit_code == 0, first.stderr
    summary = json.loads(first.stdout)
    assert summary["rows"]["accepted"] == 18
    assert s3.get("out/scores.csv").startswith(b"customer,")
    assert json.loads(small.call("nightly", "-c", str(config), "--summary").stdout)["exports"] == []
    assert len(History(Place.of(f"{s3.root}/store")).runs()) == 1
    assert not any("lock" in key for key in s3.keys())  # noqa: SIM118 - a method of ours
    with locked(Place.of(f"{s3.root}/store")):
        held = small.call("nightly", "-c", str(config), "--summary")
    assert held.exit_code == 4
    assert "another nightly run is at work" in held.stderr


def test_a_lock_that_nobody_renews_is_taken_over(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place.of(f"{s3.root}/store")
    s3.put("store/.nightly.lock", b"of a run that died")
    with pytest.raises(OutputError, match="another nightly run"), locked(place):
        pass
    monkeypatch.setattr(lock, "DEAD", timedelta(seconds=-1))
    with locked(place):
        assert s3.get("store/.nightly.lock") != b"of a run that died"
    assert s3.keys() == []


def test_a_lock_is_renewed(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "RENEWED", timedelta(seconds=0.05))
    with locked(Place.of(f"{s3.root}/store")):
        before = s3.get("store/.nightly.lock")
        for _ in range(200):
            threading.Event().wait(0.05)
            if s3.get("store/.nightly.lock") != before:
                break
        assert s3.get("store/.nightly.lock") != before
    assert s3.keys() == []


def test_a_commit_whose_answer_is_lost_is_found(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client makes it again, which the store refuses, as it is there already."""
    url = f"{s3.root}/store"
    files = exports(tmp_path, 3)
    with faults_apart(s3.endpoint, None) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy)
        assert [take(Place.of(url), [file]) for file in files] == [12, 12, 12]
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint)
    found = verify(Place.of(url))
    assert (found.problems, found.events, found.unused) == ([], 36, 0)


@pytest.mark.slow
def test_a_store_that_fails_now_and_then(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers are lost, also those to commits that were made; nothing is lost or there twice for it."""
    files = exports(tmp_path, 4)
    for seed in range(3):
        with faults_apart(s3.endpoint, seed) as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL", url)
            place = Place.of(f"{s3.root}/store{seed}")
            for file in files:
                for _ in range(20):
                    with suppress(InputError, OutputError):
                        take(place, [file])
                        break
        monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint)
        found = verify(place)
        assert found.problems == []
        assert found.events == 48
        kept = score(Store(place.name), model()).scores
        assert_frame_equal(kept, score(files, model()).scores)


@contextmanager
def faults_apart(server: str, seed: int | None) -> Iterator[str]:
    """A proxy that fails now and then, or, without a seed, loses the first answer to each commit, in a
    process of its own; its URL.
    """
    processes = multiprocessing.get_context("spawn")
    told = processes.Queue()
    proxy = processes.Process(target=_failing, args=(server, seed, told), daemon=True)
    proxy.start()
    try:
        yield told.get(timeout=60)
    finally:
        proxy.kill()
        proxy.join()


def _failing(server: str, seed: int | None, told: Any) -> None:
    plan = _losing_commits(set()) if seed is None else faults.now_and_then(seed, 0.15)
    with faults.faulty(server, plan) as running:
        told.put(running.url)
        threading.Event().wait()


def _losing_commits(lost: set[str]) -> faults.Plan:
    def plan(request: faults.Request) -> faults.Fault | None:
        commit = request.method == "PUT" and "/_delta_log/" in request.path
        if not commit or request.path in lost:
            return None
        lost.add(request.path)
        return faults.Fault(answer_lost=True)

    return plan


def test_no_such_bucket(s3: S3, tmp_path: Path) -> None:
    (file,) = exports(tmp_path, 1)
    for args in (("ingest", file), ("store", "info"), ("score",)):
        more = ["-c", str(tmp_path / "m.yaml")] if args[0] == "score" else []
        (tmp_path / "m.yaml").write_text(MODEL)
        done = small.call(*args, "--store", "s3://nowhere-to-be-found/x", *more)
        assert done.exit_code in {3, 4}, (args, done.stderr)
        assert "Traceback" not in done.stderr
    assert s3.keys() == []
