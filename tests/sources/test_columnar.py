"""Parquet and frames: every type as text, paths into structs, timestamps as they are."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from cesctl.model.types import Source
from cesctl.sources import Raw, read

SOURCE = Source(customer=("u",), event=("e",), timestamp=("t",))
NAIVE = datetime(2026, 1, 2, 3, 4, 5, 60)  # noqa: DTZ001 - files hold such
BASE: dict[str, Any] = {"u": ["a", "b"], "e": ["x", "y"], "t": [1, 2]}


def as_file(folder: Path, frame: pl.DataFrame) -> Path:
    path = folder / "x.parquet"
    frame.write_parquet(path)
    return path


def inputs(folder: Path, frame: pl.DataFrame, *properties: str) -> list[Raw]:
    every = [as_file(folder, frame), frame, frame.lazy(), [frame]]
    return [read(i, SOURCE, properties=properties) for i in every]


@pytest.mark.parametrize(
    ("values", "dtype", "texts"),
    [
        ([7, -7], pl.Int8, ["7", "-7"]),
        ([2**63, None], pl.UInt64, ["9223372036854775808", None]),
        ([17850.0, 0.1], pl.Float64, ["17850", "0.1"]),
        ([-0.0, 1e14], pl.Float64, ["0", "100000000000000"]),
        ([1e15, 123456789.5], pl.Float64, ["1000000000000000", "123456789.5"]),
        ([float("nan"), None], pl.Float64, [None, None]),
        ([0.1, 3.0], pl.Float32, ["0.1", "3"]),
        ([True, False], pl.Boolean, ["true", "false"]),
        (["pro", None], pl.Categorical, ["pro", None]),
        (["pro", "free"], pl.Enum(["free", "pro"]), ["pro", "free"]),
        ([Decimal("1.10"), Decimal(-3)], pl.Decimal(10, 2), ["1.10", "-3.00"]),
        ([date(2026, 1, 2), None], pl.Date, ["2026-01-02", None]),
        ([NAIVE, None], pl.Datetime("us"), ["2026-01-02T03:04:05.000060", None]),
        (
            [datetime(2026, 1, 2, tzinfo=UTC), None],
            pl.Datetime("ms", "Europe/Berlin"),
            ["2026-01-02T00:00:00.000Z", None],
        ),
        ([time(1, 2, 3), None], pl.Time, ["01:02:03", None]),
        ([timedelta(days=1), None], pl.Duration("us"), ["P1D", None]),
        ([b"text", b"\xff\x00"], pl.Binary, ["text", "ff00"]),
        ([[1, 2], None], pl.List(pl.Int64), ["[1,2]", None]),
        ([['a"b', None], []], pl.List(pl.String), ['["a\\"b",null]', "[]"]),
        ([None, None], pl.Null, [None, None]),
    ],
)  # fmt: skip
def test_types_as_text(tmp_path: Path, values: list[Any], dtype: Any, texts: list[str]) -> None:
    frame = pl.DataFrame({**BASE, "p": pl.Series(values, dtype=dtype)})
    for raw in inputs(tmp_path, frame, "p"):
        got = raw.parts[0].frame.collect()["p"]
        assert got.dtype == pl.String
        assert got.to_list() == texts


def test_structs(tmp_path: Path) -> None:
    frame = pl.DataFrame({**BASE, "p": [{"a": {"b": 1.0}, "c": "x"}, None], "p.c": ["lit", "eral"]})
    for raw in inputs(tmp_path, frame, "p.a.b", "p.c", "p"):
        got = raw.parts[0].frame.collect()
        assert got["p.a.b"].to_list() == ["1", None]
        assert got["p.c"].to_list() == ["lit", "eral"]  # a literal column wins over a path
        assert got["p"].to_list() == ['{"a":{"b":1.0},"c":"x"}', None]
        assert raw.columns() == ["u", "e", "t", "p.a.b", "p.c"]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2], pl.Int64),
        ([1.5, None], pl.Float64),
        ([NAIVE, None], pl.Datetime("ns")),
        ([datetime(2026, 1, 2, tzinfo=UTC), None], pl.Datetime("ms", "Asia/Tokyo")),
        ([date(2026, 1, 2), None], pl.Date),
    ],
)
def test_timestamps_keep_their_type(tmp_path: Path, values: list[Any], dtype: Any) -> None:
    column = pl.Series("t", values, dtype=dtype)
    for raw in inputs(tmp_path, pl.DataFrame({**BASE, "t": column})):
        assert raw.parts[0].frame.collect()["t"].equals(column)
        assert raw.parts[0].sample_times == []
        assert len(raw.parts[0].tail_sample()) == 1


def test_timestamps_of_text(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {**BASE, "t": pl.Series(["2026-02-01", "2026-01-01"], dtype=pl.Categorical)}
    )
    for raw in inputs(tmp_path, frame):
        assert raw.parts[0].frame.collect()["t"].to_list() == ["2026-02-01", "2026-01-01"]
        assert max(raw.parts[0].tail_sample()) == "2026-02-01"


def test_uuids_and_old_timestamps(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    name = uuid.UUID("12345678-1234-5678-1234-567812345678")
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (select '{name}'::uuid as u, 'x' as e, timestamp '2026-01-02' as t,
                {{'id': '{name}'::uuid}} as nested) to '{path}' (format parquet)"""
        )
    frame = read([path], SOURCE, properties=["nested.id"]).parts[0].frame.collect()
    assert frame["u"].to_list() == [str(name)]
    assert frame["nested.id"].to_list() == [str(name)]


def test_int96(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"u": ["a"], "e": ["x"], "t": pa.array([NAIVE], pa.timestamp("ns"))})
    pq.write_table(table, tmp_path / "x", use_deprecated_int96_timestamps=True)
    frame = read([tmp_path / "x"], SOURCE).parts[0].frame.collect()
    assert frame["t"].to_list() == [NAIVE]


def test_several_frames_and_files_together(tmp_path: Path) -> None:
    frame = pl.DataFrame(BASE)
    raw = read([frame, as_file(tmp_path, frame), frame.lazy()], SOURCE)
    assert [f.name for f in raw.files][1:] == ["DataFrame", "LazyFrame 2"]
    assert [p.frame.collect().height for p in raw.parts] == [2, 2, 2]
    assert [len(p.files) for p in raw.per_file()] == [1, 1, 1]
