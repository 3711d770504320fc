"""A store's log in shares: every row that is needed is in one of them, and in no other."""

from __future__ import annotations

import pickle
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from cesctl.errors import UsageError
from cesctl.model.types import Model
from cesctl.store import Store, shares
from cesctl.store.log import StoreLog
from cesctl.store.shares import Share, common, events_of, text_bytes
from tests.store.makers import MODEL, model, record, take, write

NOW = datetime(2030, 1, 1, tzinfo=UTC)
EXACT = MODEL.replace("id: id", "deduplicate: exact")


def opened(store: Path, by: Model | None = None) -> StoreLog:
    return Store(str(store)).log(by or model(), as_of="latest", clock=NOW)


def needed(log: StoreLog) -> StoreLog:
    at = log.newest_guess()
    assert at is not None
    found = log.needed([at], occurrences=False)
    assert isinstance(found, StoreLog)
    return found


def a_store(folder: Path, days: int = 12, each: int = 6, by: Model | None = None) -> Path:
    rows = [record(d * 100 + n, d) for d in range(1, days + 1) for n in range(each)]
    take(folder / "store", write(folder / "a.csv", rows), by=by)
    return folder / "store"


def all_events(log: StoreLog, size: int) -> pl.DataFrame:
    sent = pickle.loads(pickle.dumps(common(log)))
    made = pickle.loads(pickle.dumps(list(shares.shares(log, size))))
    return pl.concat([events_of(sent, share).collect() for share in made])


def days(share: Share) -> list[date]:
    return share.files["day"].to_list()


@pytest.mark.parametrize("size", [1, 700, 3000, 10**9])
@pytest.mark.parametrize("text", [MODEL, EXACT])
def test_every_row_is_in_one_share(
    size: int, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "GROUP", 4)
    by = model(text)
    log = opened(a_store(tmp_path, by=by), by)
    whole = pl.concat([log.records(part, n) for part, n in log.placed_parts()]).collect()
    found = all_events(log, size)
    assert found.sort(pl.all()).equals(whole.sort(pl.all()))
    assert found.height == 72


def test_small_files_go_together_and_large_ones_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "AS_TEXT", 0)  # files so small are mostly their own description
    monkeypatch.setattr(shares, "GROUP", 10)
    large = [record(10_000 + n, 6) for n in range(65)]
    store = a_store(tmp_path, days=5)
    take(store, write(tmp_path / "b.csv", [*large, record(9, 7)]))
    log = opened(store)
    found = list(shares.shares(log, 64 * 20))
    of_day = [[d.day for d in days(share)] for share in found]
    assert of_day == [[1, 2, 3], [4, 5], [6], [6], [6], [6], [7]]
    pieces = [(0, 20), (20, 20), (40, 20), (60, 5)]
    assert [share.piece for share in found] == [None, None, *pieces, None]
    assert text_bytes(log) == 64 * (5 * 6 + 66)


def test_days_that_are_not_needed_are_not_named(tmp_path: Path) -> None:
    log = needed(opened(a_store(tmp_path, days=80)))
    assert log.carry is not None
    found = list(shares.shares(log, 64 * 20))
    carried = [s.rows for s in found if s.rows is not None]
    named = [d for s in found for d in days(s)]
    assert (named[0], len(named)) == (log.carry.start, len(set(named)))
    assert named[0] > date(2026, 1, 2)
    assert pl.concat(carried).equals(log.carry.rows)
    assert max(rows.height for rows in carried) <= 20
    every = pl.concat([log.records(part, n) for part, n in log.placed_parts()]).drop("file:")
    assert all_events(log, 999).sort(pl.all()).equals(every.collect().sort(pl.all()))


def test_a_store_without_events_has_one_share_without_rows(tmp_path: Path) -> None:
    take(tmp_path / "store", write(tmp_path / "a.csv", [("", "x", "2026-01-01", "1", "")]))
    log = opened(tmp_path / "store")
    (share,) = shares.shares(log, 100)
    assert events_of(common(log), share).collect().is_empty()
    assert text_bytes(log) == 0


def test_who_reads_a_share_needs_nothing_of_delta(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(a_store(tmp_path))
    data = pickle.dumps((common(log), list(shares.shares(log, 10**9))))
    for name in ("deltalake", "deltalake.exceptions", "obstore"):
        monkeypatch.setitem(sys.modules, name, None)
    sent, (share,) = pickle.loads(data)
    assert events_of(sent, share).collect().height == 72
    with pytest.raises(UsageError, match="needs deltalake"):
        opened(tmp_path / "store")


def test_what_is_sent_has_no_rows_and_no_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "wJalrSECRETsecretSECRETsecret"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", secret)
    from cesctl.store.bucket import Bucket

    log = opened(a_store(tmp_path))
    log.table.place = Bucket.of("s3://somewhere/store")
    assert log.table.place.options is not None
    data = pickle.dumps((common(log), list(shares.shares(log, 10**9))))
    assert b"s3://somewhere/store" in data
    assert secret.encode() not in data
    assert b"part-" not in pickle.dumps(common(log))
