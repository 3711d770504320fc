"""Arrays of keys and values, counted in GA4's real files with SQL."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import cesctl
from cesctl.model.types import Source
from cesctl.sources import read
from tests.sources.writing import put

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PLAIN = Source(preset="plain", customer=("u",), event=("e",), timestamp=("t",))
GA4 = Source(preset="ga4")
TABLE = "ga4_events_sampled.snappy.parquet"
JSON = "derived_bq_json_export.ndjson.gz"

PARAMS = ("event_params.ga_session_id", "event_params.page_title", "event_params.tax")


def sql(query: str) -> list[Any]:
    return duckdb.execute(query).fetchall()


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("name", [TABLE, JSON])
@pytest.mark.parametrize("path", PARAMS)
def test_ga4s_parameters(shared_data: Path, name: str, path: str, careful: bool) -> None:
    folder = shared_data / "exports" / "ga4"
    raw = read([folder / name], GA4, properties=[path], text_properties=[])
    raw = raw.exact() if careful else raw
    found = raw.parts[0].frame.collect()[path].drop_nulls()
    rows = 2000 if name == JSON else 10**9
    key = path.split(".")[1]
    expected = sql(
        f"""select coalesce(p.value.string_value, p.value.int_value::text,
            p.value.double_value::text) as t from (select unnest(event_params) as p
        from (from '{folder / TABLE}' limit {rows})) where p.key = '{key}' and t is not null"""
    )
    texts = [v for (v,) in expected]
    assert len(found) == len(texts) > 0
    if key == "page_title":
        assert sorted(found) == sorted(texts)
    else:
        assert sorted(map(float, found)) == sorted(map(float, texts))
    assert path in raw.columns()


@pytest.mark.parametrize("name", [TABLE, JSON])
def test_a_model_counts_sessions(shared_data: Path, name: str) -> None:
    folder = shared_data / "exports" / "ga4"
    model = cesctl.parse_model(
        "version: 1\nevents: {s: {event: session_start, measure: distinct, "
        "property: event_params.ga_session_id, weight: 1}}\n"
    )
    scores = cesctl.score([folder / name], model, now=NOW).scores
    rows = 2000 if name == JSON else 10**9
    expected = sql(
        f"""select user_pseudo_id, count(distinct list_filter(event_params,
            lambda p: p.key = 'ga_session_id')[1].value.int_value)
        from (from '{folder / TABLE}' limit {rows}) where event_name = 'session_start' group by 1"""
    )
    counted = scores.select("customer", "s.measure").filter(pl.col("s.measure") > 0).rows()
    assert sorted(counted) == sorted(expected)


RECORD = {
    "u": "1",
    "e": "x",
    "t": "2026-01-01",
    "p": [
        {"key": "s", "value": {"string_value": 'a"b\\'}},
        {"key": "i", "value": {"int_value": "12345678901234567890"}},
        {"key": "i", "value": {"int_value": "2"}},
        {"key": "d", "value": {"double_value": 1.5, "set_timestamp_micros": "1"}},
        {"key": "none", "value": {}},
        {"key": "it's", "value": {"int_value": 7}},
    ],
    "in": {"p": [{"key": "deep", "value": {"string_value": "x"}}]},
}
PATHS = ["p.s", "p.i", "p.d", "p.none", "p.it's", "p.other", "in.p.deep"]
TEXTS = ('a"b\\', "12345678901234567890", "1.5", None, "7", None, "x")


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("kind", ["ndjson", "json", "wrapper", "parquet", "frame"])
def test_values_by_key(tmp_path: Path, kind: str, careful: bool) -> None:
    other = RECORD | {"p": [], "in": {}}
    records = [RECORD, other, RECORD | {"p": None}]
    text = {"json": json.dumps(records), "wrapper": json.dumps({"data": records})}.get(kind)
    given = put(tmp_path, "x", text or "".join(json.dumps(r) + "\n" for r in records))
    if kind in ("parquet", "frame"):
        value = pl.Struct(
            {"string_value": pl.String, "int_value": pl.String, "double_value": pl.Float64}
        )
        array = pl.List(pl.Struct({"key": pl.String, "value": value}))
        schema = dict.fromkeys("ute", pl.String) | {"p": array, "in": pl.Struct({"p": array})}
        rows = json.loads(json.dumps(records).replace('"int_value": 7', '"int_value": "7"'))
        frame = pl.DataFrame(rows, schema=schema)
        frame.write_parquet(given)
    raw = read(
        frame if kind == "frame" else [given], PLAIN, properties=PATHS, text_properties=["p.s"]
    )
    raw = raw.exact() if careful else raw
    found = raw.parts[0].frame.collect().select(PATHS).rows()
    assert Counter(found) == {TEXTS: 1, (None,) * 7: 1, (*[None] * 6, "x"): 1}
    assert {*PATHS} - {"p.other"} <= set(raw.columns())


DOTTED = {"key": "a.b", "value": {"string_value": "dotted"}}
TEXT = {"key": "a", "value": {"string_value": '{"b": "in text", "c": "in text"}'}}


@pytest.mark.parametrize("kind", ["ndjson", "json", "csv", "parquet", "frame"])
def test_a_key_may_have_dots(tmp_path: Path, kind: str) -> None:
    """It goes before a path that leads on into the text of a shorter key."""
    records = [RECORD | {"p": [TEXT, DOTTED], "in": {"p": [DOTTED]}}, RECORD]
    frame = pl.DataFrame(records, schema=["u", "e", "t"], strict=False)
    array = pl.List(pl.Struct({"key": pl.String, "value": pl.Struct({"string_value": pl.String})}))
    inside = pl.Series("in", [{"p": [DOTTED]}, {"p": []}], dtype=pl.Struct({"p": array}))
    frame = frame.with_columns(inside)
    if kind == "ndjson":
        given = put(tmp_path, "x", "".join(json.dumps(r) + "\n" for r in records))
    elif kind == "json":
        given = put(tmp_path, "x", json.dumps(records))
    elif kind == "csv":
        texts = pl.Series("in", [json.dumps(r["in"]) for r in records])
        given = put(tmp_path, "x", frame.with_columns(texts).write_csv())
    else:
        given = tmp_path / "x"
        frame.write_parquet(given)
    paths = ["in.p.a.b"] + ["p.a.b", "p.a.c"] * ("json" in kind)
    raw = read(frame if kind == "frame" else [given], PLAIN, properties=paths)
    found = raw.parts[0].frame.collect().select(paths).rows()
    first = ("dotted", "dotted", "in text")[: len(paths)]
    assert Counter(found) == {first: 1, (None,) * len(paths): 1}


def test_the_fast_reader_reads_them(tmp_path: Path) -> None:
    """Not by way of the careful one."""
    path = put(tmp_path, "x.ndjson", json.dumps(RECORD) + "\n")
    raw = read([path], PLAIN, properties=["p.i"], text_properties=[])
    assert not raw.parts[0].careful
    assert raw.parts[0].keyed == {("p",), ("in", "p")}
    assert raw.parts[0].frame.collect()["p.i"].to_list() == [TEXTS[1]]


def test_an_array_may_also_be_read_whole(tmp_path: Path) -> None:
    path = put(tmp_path, "x.ndjson", json.dumps(RECORD) + "\n")
    for paths in (["p"], ["p", "p.s"]):
        raw = read([path], PLAIN, properties=paths)
        found = raw.parts[0].frame.collect()["p"].item()
        assert json.loads(found) == RECORD["p"]


def test_a_key_beyond_the_sample_of_a_typed_array(shared_data: Path) -> None:
    """No user has a property in the file; its type says all the same that one may."""
    path = shared_data / "exports" / "ga4" / TABLE
    raw = read([path], GA4, properties=["user_properties.plan"])
    assert raw.parts[0].frame.collect()["user_properties.plan"].null_count() > 0
