"""JSON objects inside of cells: the texts that the careful JSON reader gives, whatever the cell."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cesctl
from cesctl.errors import InputError
from cesctl.model.types import Source
from cesctl.sources import cells, jsonvalue, read
from tests.sources.writing import put

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PLAIN = Source(preset="plain", customer=("u",), event=("e",), timestamp=("t",))

KEYS = st.sampled_from(["a", "b", "$c d", "e.f", 'q"', "\\", "é", "x/y"])
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["1.10", "\ud800", '{"b":{"a":2.50}}', '"a":1.5']),
)
VALUES = st.recursive(
    LEAVES,
    lambda v: st.lists(v, max_size=2) | st.dictionaries(KEYS, v, max_size=4),
    max_leaves=8,
)
NO_OBJECTS = (
    "", "[1]", "{", '{"a":', '{"a":"x', 'y"}', '{"a":1},{"a":2}', '{"a":"}', '{","b":"c"}', "NaN",
    '{"a":1} x',
)  # fmt: skip
OBJECTS = (
    '{"a":1.10,"b":1e5,"b":2}', '{"a": 100000.0 , "b":-0}', '{"\\u0061":1,"a":2}', '{"x\\/y":"b"}',
    '{"a":12345678901234567890123}', '{"a":"\\u003cb\\u003e"}', '{"a":1.50}\n', '{"a":"\\u0000"}',
    '{"a":{"a":1.5,"b":"a"}}', '{"b":"\\"a\\":1.5","a":"x"}', '{"a":"tab\t"}', '{"a":NaN}',
    '{"\\u00e9":"x"}',
)  # fmt: skip
CELLS = st.one_of(
    st.builds(
        lambda v, escaped: json.dumps(v, ensure_ascii=escaped).encode("utf-8", "replace").decode(),
        st.dictionaries(KEYS, VALUES, max_size=5),
        st.booleans(),
    ),
    st.none(),
    st.text(max_size=5),
    st.sampled_from(NO_OBJECTS + OBJECTS),
)
WAYS = (
    (("a",), ("b",)),
    (("a", "b"), ("$c d",)),
    (("a",), ("a", "b")),
    (("e.f",), ("a", "a"), ('q"',), ("\\",), ("é",)),
    (("b", "a"), ("x/y",)),
)


@settings(deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=6), st.sampled_from(WAYS))
def test_a_cell_is_read_as_the_careful_reader_does(
    rows: list[str | None], ways: tuple[tuple[str, ...], ...]
) -> None:
    found = cells.reader(ways)(pl.Series("x", rows, dtype=pl.String)).struct.unnest().rows()
    assert found == [tuple(jsonvalue.inside(row, way) for way in ways) for row in rows]


def test_one_broken_cell_among_many_costs_only_itself() -> None:
    rows = [json.dumps({"a": f"v{n}"}) for n in range(5000)]
    rows[1234] = '{"a":"x'
    found = cells.reader((("a",),))(pl.Series("x", rows)).struct.field("0").to_list()
    assert found == [None if n == 1234 else f"v{n}" for n in range(5000)]


PROPERTIES = [
    '{"plan":"pro","n":1.10,"o":{"b":1,"a":[1,2.50]}}',
    '{"plan":"a\\"b\\\\c","n":5,"o":{"b":true}}',
    '{"plan":null}',
    "no JSON",
    "",
]
PATHS = ["p.plan", "p.n", "p.o", "p.o.b"]
EXPECTED = [
    ("pro", "1.10", '{"b":1,"a":[1,2.50]}', "1"),
    ('a"b\\c', "5", '{"b":true}', "true"),
    (None, None, None, None),
    (None, None, None, None),
    (None, None, None, None),
]


def as_csv() -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["u", "e", "t", "p"])
    writer.writerows([f"u{n}", "x", "2026-01-01", p] for n, p in enumerate(PROPERTIES))
    return out.getvalue().encode()


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("kind", ["csv", "parquet", "struct"])
def test_paths_lead_into_cells(tmp_path: Path, kind: str, careful: bool) -> None:
    path = put(tmp_path, "x", as_csv())
    names = PATHS
    if kind != "csv":
        frame = pl.read_csv(as_csv(), infer_schema=False)
        if kind == "struct":  # a text inside of a struct
            frame = frame.with_columns(pl.struct("p").alias("in")).drop("p")
            names = [f"in.{p}" for p in PATHS]
        frame.write_parquet(path)
    raw = read([path], PLAIN, properties=names)
    raw = raw.exact() if careful else raw
    assert raw.parts[0].frame.collect().select(names).rows() == EXPECTED
    assert set(names) - {names[2]} | {f"{names[2]}.a"} <= set(raw.columns())
    assert names[0].removesuffix(".plan") in raw.columns()  # one of its texts is no object


def test_paths_lead_into_the_cells_of_a_frame() -> None:
    frame = pl.read_csv(as_csv(), infer_schema=False)
    raw = read(frame, PLAIN, properties=PATHS)
    assert raw.parts[0].frame.collect().select(PATHS).rows() == EXPECTED


def test_a_key_beyond_the_sample_is_a_note_and_a_misspelt_column_is_an_error(
    tmp_path: Path,
) -> None:
    path = put(tmp_path, "x.csv", as_csv())
    raw = read([path], PLAIN, properties=["p.later"])
    assert raw.parts[0].frame.collect()["p.later"].null_count() == 5
    with pytest.raises(InputError, match=r'did you mean "p\.plan"'):
        read([path], PLAIN, properties=["P.plan"])


def test_files_with_and_without_the_column_are_read_together(tmp_path: Path) -> None:
    frame = pl.read_csv(as_csv(), infer_schema=False)
    frame.write_parquet(tmp_path / "1.parquet")
    frame.drop("p").write_parquet(tmp_path / "2.parquet")
    raw = read([tmp_path], PLAIN, properties=["p.plan"])
    found = pl.concat(p.frame for p in raw.parts).collect()["p.plan"]
    assert Counter(found.to_list()) == {None: 8, "pro": 1, 'a"b\\c': 1}


def test_amplitudes_warehouse_file(shared_data: Path) -> None:
    path = shared_data / "exports" / "amplitude" / "amplitude_event_data.csv"
    model = 'version: 1\nevents: {a: {event: "*", where: {user_properties.Cohort: Test A}, weight: 1}}\n'
    scores = cesctl.score([path], cesctl.parse_model(model), now=NOW).scores
    with path.open(encoding="utf-8-sig", newline="") as stream:
        once = {r["uuid"]: r for r in csv.DictReader(stream)}
    expected = Counter(
        r["user_id"]
        for r in once.values()
        if r["user_id"] and json.loads(r["user_properties"] or "{}").get("Cohort") == "Test A"
    )
    counted = dict(scores.select("customer", "a.measure").rows())
    assert {c: n for c, n in counted.items() if n} == expected


def test_what_a_column_holds_stands_in_its_place(tmp_path: Path) -> None:
    """Where all of its texts are objects; an empty one is an object too."""
    path = put(tmp_path, "x.csv", 'u,p,q,r,t\nu1,"{""a"":1}",{},,1\nu2,"{""b"":2}",{},x,2\n')
    file = read(
        [path], Source(preset="plain", customer=("u",), event=("u",), timestamp=("t",))
    ).files[0]
    assert file.paths == ("u", "p.a", "p.b", "q", "r", "t")
    assert file.may_have("q.later")
    assert not file.may_have("r.later")


def test_texts_of_json_that_only_look_like_objects_stay_columns(tmp_path: Path) -> None:
    path = put(tmp_path, "x.ndjson", '{"u":"{x","e":"{}","t":"1","p":"{\\"a\\":1}"}\n')
    raw = read([path], PLAIN)
    assert raw.columns() == ["u", "e", "t", "p.a"]
