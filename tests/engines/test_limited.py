"""The engine within a limit: when it puts events aside, what it refuses, and that nothing is left behind."""

from __future__ import annotations

import errno
import gzip
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cesctl import memory
from cesctl.engines import limited, needs
from cesctl.engines.limited import Counting, Limited
from cesctl.engines.spilled import Spill
from cesctl.errors import EngineError, OutputError, UsageError
from cesctl.model.load import parse_model
from cesctl.pipeline.log import open_log
from cesctl.pipeline.run import score
from cesctl.sources import Part, temporary
from tests.engines.in_turn import assert_same
from tests.engines.test_limited_agrees import MUCH, by_shares, put_aside
from tests.engines.test_spark_in_turn import MODEL, write

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COUNTS = parse_model("events: {x: 1, y: 2}\nas_of: 2026-11-01\n")


@pytest.fixture
def spills(monkeypatch: pytest.MonkeyPatch) -> list[Spill]:
    """Every sharing out that is made."""
    made: list[Spill] = []
    real = Spill.__init__

    def noted(spill: Spill, *args: Any) -> None:
        real(spill, *args)
        made.append(spill)

    monkeypatch.setattr(Spill, "__init__", noted)
    return made


def test_a_log_that_fits_is_counted_in_one_pass(tmp_path: Path, spills: list[Spill]) -> None:
    path = write(tmp_path / "a.parquet", range(300))
    assert_same(score([path], COUNTS, memory_limit="4GiB"), score([path], COUNTS))
    assert spills == []


def test_one_that_does_not_is_shared_out(
    tmp_path: Path, spills: list[Spill], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the estimates alone: of a row so large that a hundred fill the room."""
    path = write(tmp_path / "a.parquet", range(3000))
    limit = 4 << 30
    monkeypatch.setattr(needs, "a_row", lambda *_: limit // 100)
    assert_same(score([path], COUNTS, memory_limit=limit), score([path], COUNTS))
    assert spills
    assert spills[0].buckets > 30  # half of the room is for what was counted before
    assert not any(s.folder.exists() for s in spills)


def test_the_files_are_read_once(
    tmp_path: Path, spills: list[Spill], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where T must be found first, counting begins with what was put aside."""
    model = parse_model("events: {x: 1}\n")
    path = write(tmp_path / "a.parquet", range(300))
    engine = by_shares(monkeypatch, 1000)
    read: list[object] = []
    real = limited._stretches

    def noted(part: Part) -> Iterator[tuple[Part, int]]:
        read.append(part)
        return real(part)

    monkeypatch.setattr(limited, "_stretches", noted)
    assert_same(score([path], model, engine=engine), score([path], model))
    assert len(read) == len(spills) == 1


def test_a_limit_too_small_says_the_least(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", range(30))
    with pytest.raises(
        UsageError, match=r"a memory limit of 10 MiB is too small; it takes at least"
    ):
        score([path], COUNTS, memory_limit="10MiB")
    with pytest.raises(UsageError) as told:
        score([path], COUNTS, memory_limit=1)
    least = str(told.value).rpartition("least ")[2]
    assert_same(score([path], COUNTS, memory_limit="8GiB"), score([path], COUNTS))
    assert memory.parse_size(least.replace(",", "")) > limited.LEAST


def test_a_group_of_rows_too_large_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.parquet", range(30))
    monkeypatch.setattr("cesctl.sources.columnar.largest_group", lambda *_: 3 << 30)
    with pytest.raises(UsageError, match=r'group of rows of ".*a.parquet" alone has 3.0 GiB'):
        score([path], COUNTS, memory_limit="4GiB")


def test_too_many_customers_to_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.csv", range(300))
    monkeypatch.setattr(needs, "a_customer", lambda *_: 1 << 30)
    with pytest.raises(
        UsageError, match=r"too small to score about 17 customers; it takes about 17"
    ):
        score([path], COUNTS, memory_limit="4GiB")


def busy(path: Path) -> Path:
    """A log of which one customer has nearly all events."""
    rows = [("robot" if n % 20 else f"u{n}", "x", f"2026-10-{n % 28 + 1:02}") for n in range(2000)]
    frame = pl.DataFrame(rows, schema=["user_id", "event", "timestamp"], orient="row")
    frame.write_parquet(path)
    return path


def test_a_customer_that_does_not_fit_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = busy(tmp_path / "a.parquet")
    real = needs.of_one_customer
    engine = by_shares(monkeypatch, 500)
    monkeypatch.setattr(needs, "of_one_customer", lambda *asked: real(*asked) << 40)
    with pytest.raises(EngineError, match='customer "robot" has 1,900 events, which must be seen'):
        score([path], parse_model(MODEL), engine=engine)
    assert_same(score([path], COUNTS, engine=engine), score([path], COUNTS))  # sums are kept only
    engine.close()
    assert put_aside() == []


def test_a_customer_with_most_events_is_counted_where_that_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the number of T: a state is kept once, not once a row."""
    path = busy(tmp_path / "a.parquet")
    real = needs.of_one_customer
    engine = by_shares(monkeypatch, 500)
    monkeypatch.setattr(needs, "of_one_customer", real)
    assert_same(score([path], parse_model(MODEL), engine=engine), score([path], parse_model(MODEL)))


def test_a_share_too_large_is_shared_out_again(
    tmp_path: Path, spills: list[Spill], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.csv", range(1000))
    engine = by_shares(monkeypatch, 100)
    monkeypatch.setattr(needs, "rows_in", lambda _: 10)  # an estimate that errs
    assert_same(score([path], parse_model(MODEL), engine=engine), score([path], parse_model(MODEL)))
    assert len(spills) > 1


@pytest.mark.parametrize("stage", ["_read", "_smaller"])
def test_nothing_is_left_when_it_breaks_off(
    stage: str, tmp_path: Path, spills: list[Spill], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.csv", range(300))
    by_shares(monkeypatch, 20)
    real = getattr(Counting, stage)

    def interrupted(*args: Any) -> Any:
        real(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(Counting, stage, interrupted)
    with pytest.raises(KeyboardInterrupt):
        score([path], parse_model(MODEL), memory_limit=MUCH)
    assert spills
    assert not any(s.folder.exists() for s in spills)
    assert put_aside() == []


def test_a_full_disk_is_told(
    tmp_path: Path, spills: list[Spill], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.csv", range(300))
    engine = by_shares(monkeypatch, 20)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pl.DataFrame, "write_ipc", full)
    with pytest.raises(OutputError, match="no room to put events aside in"):
        score([path], COUNTS, engine=engine)
    assert not any(s.folder.exists() for s in spills)


def test_a_store_and_frames(tmp_path: Path) -> None:
    from cesctl.store import Store
    from tests.store.test_store_against_files import take

    model = parse_model("events: {x: {weight: 1, half_life: 3d}, y: {measure: days, weight: 1}}\n")
    path = write(tmp_path / "a.csv", range(900))
    take(tmp_path / "store", [str(path)], model)
    store = Store(str(tmp_path / "store"))
    for inputs in (store, pl.read_csv(path), pl.scan_csv(path)):
        with pytest.MonkeyPatch.context() as patch:
            engine = by_shares(patch, 70)
            found = score(inputs, model, engine=engine)
        assert_same(found, score(inputs, model))


def test_rows_of_a_log(tmp_path: Path) -> None:
    """Exactly where it is known, else no fewer than there are, but not many times as many."""
    for name in ("a.parquet", "a.csv", "a.ndjson"):
        log = open_log([write(tmp_path / name, range(3000))], COUNTS)
        rows = needs.rows_in(log)
        assert rows == 3000 if name == "a.parquet" else 0.9 * 3000 < rows < 1.5 * 3000
    assert needs.rows_in(open_log(pl.read_csv(tmp_path / "a.csv"), COUNTS)) == 3000


def test_rows_of_text_whose_beginning_is_unlike_the_rest(tmp_path: Path) -> None:
    long = "".join(f"u,{'x' * 2000},2026-10-01\n" for _ in range(1000))
    short = "u,x,2026-10-01\n" * 400_000
    text = ("user_id,event,timestamp\n" + long + short).encode()
    (tmp_path / "a.csv").write_bytes(text)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text, 1))
    for name in ("a.csv", "a.csv.gz"):
        rows = needs.rows_in(open_log([tmp_path / name], COUNTS))
        assert 0.9 * 401_000 < rows < 100 * 401_000, name


def test_rows_of_text_that_was_packed_very_well(tmp_path: Path) -> None:
    """A hundred times smaller, of which nothing but its beginning tells."""
    text = ("user_id,event,timestamp\n" + "u,x,2026-10-01\n" * 3_000_000).encode()
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text))
    (tmp_path / "a.csv.zst").write_bytes(zstd.compress(text))
    for name in ("a.csv.gz", "a.csv.zst"):
        assert (tmp_path / name).stat().st_size * 50 < len(text)
        assert needs.rows_in(open_log([tmp_path / name], COUNTS)) >= 3_000_000, name


def test_one_row_longer_than_what_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"user_id,event,timestamp\n{'u' * 5_000_000},x,2026-10-01")
    assert 1 <= needs.rows_in(open_log([tmp_path / "a.csv"], COUNTS)) < 1000


def test_an_id_that_is_on_very_many_rows_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What tells copies apart must be compared, however often."""
    model = parse_model("events: {x: 1}\nsource: {id: key, deduplicate: id}\nas_of: 2026-11-01\n")
    rows = [(f"u{n}", "x", f"2026-10-{n % 28 + 1:02}", f"k{n // 3}") for n in range(1200)]
    columns = ["user_id", "event", "timestamp", "key"]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    frame.write_csv(tmp_path / "a.csv")
    engine = by_shares(monkeypatch, 40)
    found = score([tmp_path / "a.csv"], model, engine=engine)
    assert found.rows.duplicate == 800
    assert_same(found, score([tmp_path / "a.csv"], model))
    frame.with_columns(key=pl.lit("same")).write_csv(tmp_path / "b.csv")
    assert_same(
        score([tmp_path / "b.csv"], model, engine=engine), score([tmp_path / "b.csv"], model)
    )
    monkeypatch.setattr(needs, "of_copies", lambda *_: MUCH)
    with pytest.raises(EngineError, match=r"one record is there 1,200 times(.|\n)*source's id"):
        score([tmp_path / "b.csv"], model, engine=engine)


def test_copies_of_one_customer_take_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are there, not those that could be."""
    path = busy(tmp_path / "a.parquet")
    model = parse_model("events: {x: 1}\nsource: {deduplicate: exact}\nas_of: 2026-11-01\n")
    none = tmp_path / "b.parquet"
    rows = pl.read_parquet(path).with_columns(
        timestamp=pl.datetime(2026, 10, 1) + pl.duration(seconds=pl.int_range(pl.len()))
    )
    rows.write_parquet(none)
    engine = by_shares(monkeypatch, 500)
    monkeypatch.setattr(needs, "of_copies", lambda *_: MUCH // 2000)
    assert_same(score([none], model, engine=engine), score([none], model))
    with pytest.raises(EngineError, match='customer "robot" has 1,900 events'):
        score([path], model, engine=engine)


def test_silent_customers_of_the_roster_are_scored_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.csv", range(300))
    own = score([path], COUNTS).scores["customer"].to_list()
    silent = [f"silent{n}" for n in range(50)]
    pl.DataFrame({"customer": [*own, *silent]}).write_csv(tmp_path / "roster.csv")
    text = (
        f"events: {{x: 1, y: 2}}\nas_of: 2026-11-01\ncustomers: {{file: {tmp_path}/roster.csv}}\n"
    )
    monkeypatch.setattr(needs, "a_customer", lambda *_: 100 << 20)
    with pytest.raises(UsageError, match=f"too small to score about {len(own) + 50} customers"):
        score([path], parse_model(text), memory_limit="4GiB")
    assert_same(
        score([path], parse_model(text), memory_limit="16GiB"), score([path], parse_model(text))
    )


def test_what_must_be_seen_together_takes_more(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from cesctl.engines.base import Asked

    one, two = (Asked([datetime(2026, 1, 1, tzinfo=UTC)] * n) for n in (1, 2))
    days = parse_model(MODEL)
    assert needs.a_row(COUNTS, one) < needs.a_row(days, one) < needs.a_row(days, two)
    assert needs.of_one_customer(COUNTS, one) == 0
    assert 0 < needs.of_one_customer(days, one) < needs.of_one_customer(days, two)
    twice = parse_model(MODEL + "source: {id: key}\n")
    path = write(tmp_path / "a.csv", range(30))
    assert needs.of_copies(open_log([path], twice)) > needs.of_copies(open_log([path], days)) == 0


def test_the_engine_alone(
    tmp_path: Path, spills: list[Spill], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = by_shares(monkeypatch, 20)
    score([write(tmp_path / "a.csv", range(300))], COUNTS, engine=engine)
    assert any(s.folder.exists() for s in spills)
    engine.close()
    assert not any(s.folder.exists() for s in spills)
    assert isinstance(engine, Limited)
    assert put_aside() == []
    assert temporary.folder().exists()
