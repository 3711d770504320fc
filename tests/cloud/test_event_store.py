"""An event store in an object store: everything that one in a folder does."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cesctl.errors import OutputError
from cesctl.nightly import lock
from cesctl.nightly.lock import locked
from cesctl.pipeline.run import score
from cesctl.store import Store
from cesctl.store.compact import compact
from cesctl.store.forget import forget
from cesctl.store.history import History
from cesctl.store.info import info
from cesctl.store.ingest import prepare, take_in
from cesctl.store.place import Place
from cesctl.store.verify import verify
from tests.cli import small
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
    assert all(who not in pl.read_parquet(s3.get(key))["customer"] for key in parquet)
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


def test_no_such_bucket(s3: S3, tmp_path: Path) -> None:
    (file,) = exports(tmp_path, 1)
    for args in (("ingest", file), ("store", "info"), ("score",)):
        more = ["-c", str(tmp_path / "m.yaml")] if args[0] == "score" else []
        (tmp_path / "m.yaml").write_text(MODEL)
        done = small.call(*args, "--store", "s3://nowhere-to-be-found/x", *more)
        assert done.exit_code in {3, 4}, (args, done.stderr)
        assert "Traceback" not in done.stderr
    assert s3.keys() == []
