"""Looking after a store: info, verify, compact, forget."""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from cesctl.errors import InputError
from cesctl.pipeline.run import score
from cesctl.store import Store
from cesctl.store.compact import compact
from cesctl.store.forget import forget
from cesctl.store.history import History, Run, append
from cesctl.store.info import info
from cesctl.store.place import Place
from cesctl.store.table import Change, EventTable, data_files
from cesctl.store.verify import verify
from tests.store.makers import MODEL, model, record, take, write


@pytest.fixture
def store(tmp_path: Path) -> Path:
    made = tmp_path / "store"
    for n in range(4):
        rows = [record(n * 10 + k, 1 + k % 3, plan=f"p{k}") for k in range(10)]
        take(made, write(tmp_path / f"{n}.csv", [*rows, ("", "login", "2026-01-01", "", "")]))
    return made


def place(store: Path) -> Place:
    return Place.of(str(store))


def test_info(store: Path) -> None:
    found = info(place(store))
    assert (found.events, found.days, found.files) == (40, 3, 12)
    assert found.customers == len({record(n, 1)[0] for n in range(40)})
    assert [e.rows for e in found.exports] == [{"read": 11, "taken in": 10, "no customer": 1}] * 4
    assert found.properties == ["event", "id", "plan", "user"]
    assert found.first is not None
    assert found.first.isoformat() == "2026-01-01T00:00:00+00:00"


def test_verify_finds_what_is_wrong(store: Path) -> None:
    assert verify(place(store)).problems == []
    table = EventTable.open(place(store))
    files = data_files(table.files)
    path = store / "events" / files[0].path
    content = path.read_bytes()

    path.unlink()
    assert verify(place(store)).problems == [f"{files[0].path}: is not there"]
    path.write_bytes(content[:-20])
    assert "bytes where" in verify(place(store)).problems[0]
    path.write_bytes(b"\0" * len(content))
    assert "cannot be read" in verify(place(store)).problems[0]
    path.write_bytes(content)

    again = path.with_name("part-again.parquet")
    again.write_bytes(content)
    assert verify(place(store)).unused == 1
    twice = files[0].__class__(**{**vars(files[0]), "path": f"{path.parent.name}/{again.name}"})
    assert table.commit(Change(add=[twice]))
    problems = verify(place(store)).problems
    assert any("events where 10 were taken in" in p for p in problems)
    assert any("are there twice by their id" in p for p in problems)


def test_verify_finds_events_of_another_day(store: Path) -> None:
    table = EventTable.open(place(store))
    first = data_files(table.files)[0]
    path = store / "events" / first.path
    moved = pl.read_parquet(path).with_columns(pl.col("at") + pl.duration(days=40))
    moved.write_parquet(path)
    size = path.stat().st_size
    assert table.commit(Change(remove=[first]))
    assert table.commit(Change(add=[first.__class__(**{**vars(first), "bytes": size})]))
    assert any("events of other days" in p for p in verify(place(store)).problems)


def test_compact_puts_days_together(store: Path, tmp_path: Path) -> None:
    before = score(Store(str(store)), model()).scores
    done = compact(place(store))
    assert (done.days, done.files) == (3, (12, 3))
    assert done.removed == 0  # young
    assert verify(place(store)).unused == 12
    assert score(Store(str(store)), model()).scores.equals(before)
    assert verify(place(store)).problems == []
    assert compact(place(store), keep_hours=0).removed == 12
    assert verify(place(store)).unused == 0
    assert take(store, tmp_path / "0.csv").taken == []
    assert compact(place(store)).days == 0


def test_compact_removes_what_killed_runs_left_once_it_is_old(store: Path) -> None:
    day = next((store / "events").glob("day=*"))
    for name, age_h in (("part-young.parquet", 1), ("part-old.parquet", 48)):
        (day / name).write_bytes(b"x")
        then = time.time() - age_h * 3600
        os.utime(day / name, (then, then))
    assert compact(place(store)).removed == 1
    assert (day / "part-young.parquet").exists()


def test_forget_erases_from_every_file(store: Path, tmp_path: Path) -> None:
    score(Store(str(store)), model())
    compact(place(store))  # the old files stay for a day
    who = record(3, 1)[0]
    number = sum(record(n, 1)[0] == who for n in range(40))
    done = forget(place(store), [who, "nobody"])
    assert done.events == {who: number}
    found = score(Store(str(store)), model()).scores["customer"].to_list()
    assert who not in found
    for path in store.rglob("*"):
        if path.is_file():
            text = path.read_bytes()  # in digests it may stand by chance
            assert not re.search(rb"[^0-9a-f]%b[^0-9a-f]" % who.encode(), text), path
            if path.suffix == ".parquet" and "events" in path.parts:
                assert who not in pl.read_parquet(path)["customer"].to_list()
    assert verify(place(store)).problems == []
    assert take(store, tmp_path / "0.csv").taken == []
    assert forget(place(store), [who]).events == {}


def reported(store: Path, *, as_of: str | None = None) -> Run:
    found = score(Store(str(store)), model(MODEL.replace("plan: plan", "plan: user")), as_of=as_of)
    return append(place(store), found, made_at=datetime(2026, 5, 1, tzinfo=UTC))


def test_forget_erases_from_what_was_reported_whatever_column_has_it(store: Path) -> None:
    who = record(3, 1)[0]
    run = reported(store)
    before = History(place(store)).scores(run)
    assert who in before["plan"]
    done = forget(place(store), [who])
    assert done.reported == 1
    after = History(place(store)).scores(run)
    assert after.equals(before.filter(pl.col("customer") != who))
    other = record(4, 1)[0]
    frame = after.with_columns(pl.lit(other).alias("plan"))
    buffer = BytesIO()
    metadata = pl.read_parquet_metadata(store / "history" / run.file)
    frame.write_parquet(buffer, metadata={"cesctl": metadata["cesctl"]})
    (store / "history" / run.file).write_bytes(buffer.getvalue())
    forget(place(store), [other])
    left = History(place(store)).scores(run)
    assert left["customer"].to_list() == [c for c in after["customer"] if c != other]
    assert left["plan"].null_count() == left.height


def test_damaged_history_does_not_keep_forgetting_from_the_rest(store: Path) -> None:
    run = reported(store)
    good = reported(store, as_of="2026-01-02")
    (store / "history" / run.file).write_bytes(b"x")
    (store / "history" / "NOTES.txt").write_text("x")
    who = record(3, 1)[0]
    with pytest.raises(InputError, match=r"is damaged(.|\n)*remove it"):
        forget(place(store), [who])
    assert who not in History(place(store)).scores(good)["customer"]
    assert who not in score(Store(str(store)), model()).scores["customer"]
    used = {f.path for f in data_files(EventTable.open(place(store)).files)}
    for path in (store / "events").rglob("*.parquet"):
        kept = path.relative_to(store / "events").as_posix() in used
        assert kept
    (store / "history" / run.file).unlink()
    assert forget(place(store), [who]).events == {}


def test_half_written_files_of_killed_runs_go_once_they_are_old(store: Path) -> None:
    (store / "carried").mkdir()
    for name, age_h in ((".young.part", 1), (".old.part", 48)):
        path = store / "carried" / name
        path.write_bytes(b"x")
        then = time.time() - age_h * 3600
        os.utime(path, (then, then))
    assert compact(place(store)).removed == 1 + 0
    assert [p.name for p in (store / "carried").iterdir()] == [".young.part"]


def test_damaged_file_of_an_export_is_told(store: Path) -> None:
    (store / "exports" / "notes.txt").write_text("x")
    assert verify(place(store)).problems == []
    next(iter((store / "exports").glob("0*.json"))).write_text("{")
    for job in (verify, info):
        with pytest.raises(InputError, match="a file in its folder exports is damaged"):
            job(place(store))


def test_statistics_hold_no_customer(store: Path) -> None:
    """What is written in the log of commits stays there, whoever is forgotten."""
    for path in (store / "events" / "_delta_log").iterdir():
        if path.is_file():
            assert not re.search(rb"[^0-9a-f]c[0-9]{2}[^0-9a-f]", path.read_bytes())
