"""Records that are there twice: which are told apart, and that nothing is told by chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cesctl.model import parse_model
from cesctl.pipeline import duplicates, log
from cesctl.pipeline.log import open_log
from cesctl.pipeline.normalise import DUPLICATE
from cesctl.pipeline.run import score
from cesctl.result import Result

ID = "events: {x: 1, y: 10}\nsource: {id: key}"


def frame(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    columns = ["key", "user_id", "event", "timestamp"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def scored(data: Any, text: str = ID) -> Result:
    return score(data, parse_model(text))


def test_a_log_without_copies_is_read_once(readings: list[int]) -> None:
    text = f"{ID}\nas_of: 2026-11-01"
    once = frame(("1", "a", "x", "2026-10-01"), ("2", "a", "x", "2026-10-01"))
    assert scored(once, text).rows.duplicate == 0
    assert len(readings) == 1
    assert scored(pl.concat([once, once]), text).rows.duplicate == 2
    assert len(readings) == 3


def test_rows_that_are_no_events_are_no_copies(readings: list[int]) -> None:
    data = frame(
        ("1", "a", "x", "2026-10-01"),
        ("1", "", "x", "2026-10-01"),
        ("1", "a", "x", "soon"),
        (None, "a", "x", "2026-10-01"),
        ("", "a", "x", "2026-10-01"),
        (" ", "a", "x", "2026-10-01"),
    )
    result = scored(data, f"{ID}\nas_of: 2026-11-01")
    assert (result.rows.accepted, result.rows.duplicate) == (4, 0)
    assert len(readings) == 1  # and do not cost a second reading


def test_ids_alike_but_for_blanks_are_alike() -> None:
    data = frame(("1", "a", "x", "2026-10-01"), (" 1\t", "a", "x", "2026-10-01"))
    assert scored(data).rows.duplicate == 1


def test_a_hash_alone_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all hashes meet, all rows are compared in full, and the answers are the same."""
    data = frame(
        ("1", "a", "x", "2026-10-02"),
        ("2", "a", "x", "2026-10-01"),
        ("1", "a", "y", "2026-10-01"),
        ("3", "b", "y", "2026-10-01"),
        (None, "b", "y", "2026-10-01"),
    )
    before = scored(data)
    meets = duplicates.with_hash

    def meeting(*args: Any) -> pl.LazyFrame:
        hashed = meets(*args)
        return hashed.with_columns(
            pl.when(pl.col(duplicates.HASH).is_not_null())
            .then(pl.lit(7, pl.UInt64))
            .alias(duplicates.HASH)
        )

    monkeypatch.setattr(log, "with_hash", meeting)
    after = scored(data)
    assert after.rows == before.rows
    assert after.scores.equals(before.scores)
    assert before.rows.duplicate == 1
    assert before.scores.select("customer", "score").rows() == [("b", 20), ("a", 11)]


def test_every_collect_tells_the_same() -> None:
    """Nothing is remembered from one to the next."""
    data = frame(*[("1", "a", "x", "2026-10-01")] * 3, ("2", "a", "x", "2026-10-01"))
    events = open_log(data, parse_model(ID)).events()
    for _ in range(2):
        marked = events.collect()
        assert (marked["reason"] == DUPLICATE).sum() == 2
        assert marked.columns == ["customer", "event", "at", "reason"]
    assert events.head(2).collect().height == 2
    assert events.select("at").collect().height == 4


def test_an_id_of_several_columns() -> None:
    """Those that are the event's name or time count as read, so two ways to write a time are one."""
    rows = [
        {"event": "x", "properties": {"distinct_id": c, "time": t, "$insert_id": i}}
        for i, c, t in [
            ("1", "a", "1760000000"),
            ("1", "a", "1760000000"),
            ("1", "b", "1760000000"),
            ("1", "a", "1760000001"),
            ("2", "a", "1760000000"),
        ]
    ]
    result = score(pl.DataFrame(rows), parse_model("events: {x: 1}"))
    assert (result.rows.accepted, result.rows.duplicate) == (4, 1)


def test_files_of_several_layouts(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("key,user_id,event,timestamp\n1,a,x,2026-10-01\n")
    (tmp_path / "2.csv").write_text("user_id,event,timestamp,key,z\na,x,2026-10-01,1,2\n")
    result = scored([tmp_path])
    assert (result.rows.accepted, result.rows.duplicate) == (1, 1)


def test_the_time_of_an_id_is_the_instant(tmp_path: Path) -> None:
    head = "event,time,$insert_id,distinct_id\n"
    for n, time in enumerate(
        ("2026-10-01 10:00:00", "2026-10-01T10:00:00Z", "2026-10-01T12:00:00+02:00")
    ):
        (tmp_path / f"{n}.csv").write_text(f"{head}x,{time},i1,u1\n")
    rows = score([tmp_path], parse_model("events: {x: 1}")).rows
    assert (rows.accepted, rows.duplicate) == (1, 2)


@pytest.mark.parametrize("by", ["id: key", "deduplicate: exact"])
def test_it_is_always_the_first_files_copy_that_stays(tmp_path: Path, by: str) -> None:
    rows = "".join(f"{n},c{n % 7},x,2026-10-01\n" for n in range(3000))
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text(f"key,user_id,event,timestamp\n{rows}")
    text = f"events: {{x: {{weight: 1, where: {{key: {{exists: true}}}}}}}}\nsource: {{{by}}}"
    for _ in range(4):
        found = score([tmp_path], parse_model(text)).file_rows
        assert [r.accepted for r in found.values()] == [3000, 0, 0]
