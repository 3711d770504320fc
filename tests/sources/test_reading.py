"""Whatever a table is written as, the same texts are read."""

from __future__ import annotations

import csv
import json
import string
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cesctl.errors import InputError
from cesctl.model.types import Source
from cesctl.sources import Raw, read
from tests.effort import tries
from tests.sources import writing
from tests.sources.writing import EVENTS, put

COLUMNS = ("user_id", "event", "timestamp", "plan")
Writer = Callable[[dict[str, list[str | None]]], bytes]
WRITERS: dict[str, Writer] = {
    "csv": writing.as_csv,
    "tsv": lambda t: writing.as_csv(t, "\t"),
    "semicolons": lambda t: writing.as_csv(t, ";"),
    "bars": lambda t: writing.as_csv(t, "|"),
    "csv crlf": lambda t: writing.as_csv(t, end="\r\n"),
    "csv bom": lambda t: b"\xef\xbb\xbf" + writing.as_csv(t),
    "ndjson": writing.as_ndjson,
    "ndjson crlf": lambda t: writing.as_ndjson(t, end="\r\n"),
    "ndjson bom": lambda t: b"\xef\xbb\xbf" + writing.as_ndjson(t),
    "array": writing.as_array,
    "array pretty": lambda t: writing.as_array(t, indent=2),
    "array bom": lambda t: b"\xef\xbb\xbf" + writing.as_array(t),
    "wrapper": writing.as_wrapper,
    "objects": writing.as_objects,
    "parquet": writing.as_parquet,
}


def texts(raw: Raw) -> list[tuple[str | None, ...]]:
    """All rows, parts after each other; what is empty is null, as CSV cannot tell them apart."""
    frames = [replace(p, ordered=True).frame.collect() for p in raw.parts]
    every = pl.concat([f.cast(pl.String) for f in frames])
    return [tuple(v or None for v in row) for row in every.rows()]


def expected(table: dict[str, list[str | None]]) -> list[tuple[str | None, ...]]:
    return [tuple(v or None for v in row) for row in zip(*(table[c] for c in COLUMNS), strict=True)]


@pytest.mark.parametrize("packing", ["plain", "gzip", "gzip members", "zstd", "zip"])
@pytest.mark.parametrize("form", list(WRITERS))
def test_every_format_and_packing_gives_the_same_texts(
    tmp_path: Path, form: str, packing: str
) -> None:
    path = put(tmp_path, "export", writing.packed(WRITERS[form](EVENTS), packing))
    raw = read([path], Source(), properties=["plan"])
    assert texts(raw) == expected(EVENTS)
    assert texts(raw.exact()) == expected(EVENTS)
    assert raw.notes == [
        'columns found by name: customer = "user_id", event = "event", timestamp = "timestamp"'
    ]


cells = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8),
    st.text(string.digits + ".eE-+", max_size=5),
)


@settings(max_examples=tries(60), deadline=None)
@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=2, max_size=12))
@pytest.mark.parametrize("form", ["csv", "tsv", "ndjson", "array", "wrapper", "parquet"])
def test_any_texts_come_back(form: str, rows: list[tuple[str | None, ...]]) -> None:
    table = {c: [r[i] for r in rows] for i, c in enumerate(COLUMNS)}
    source = Source(customer=("user_id",), event=("event",), timestamp=("timestamp",))
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder), "export", WRITERS[form](table))
        raw = read([path], source, properties=["plan"])
        assert texts(raw.exact()) == expected(table)
        try:
            fast = texts(raw)
        except pl.exceptions.PolarsError:
            # strings that look like numbers may be refused by the fast JSON reader, which is no loss
            assert form in {"ndjson", "array"}
        else:
            assert fast == expected(table)


def test_files_of_different_formats_are_one_log(tmp_path: Path) -> None:
    paths = [put(tmp_path, f"{n}.export", w(EVENTS)) for n, w in enumerate(WRITERS.values())]
    raw = read(paths, Source(), properties=["plan"])
    assert sum(p.frame.select(pl.len()).collect().item() for p in raw.parts) == 5 * len(WRITERS)
    assert len(raw.files) == len(WRITERS)
    assert len(raw.per_file()) == len(WRITERS)
    assert raw.columns() == list(COLUMNS)


def test_a_frame_can_be_collected_again_and_twice_in_one_query(tmp_path: Path) -> None:
    path = put(tmp_path, "x.ndjson", writing.as_ndjson(EVENTS))
    frame = read([path], Source()).parts[0].frame
    both = pl.concat([frame, frame])
    assert [frame.collect().height, frame.collect().height, both.collect().height] == [5, 5, 10]
    assert [d.height for d in pl.collect_all([frame, frame.head(2)])] == [5, 2]
    assert frame.filter(pl.col("user_id") == "anna").select("event").collect().height == 2


def test_a_column_of_numbers_here_and_texts_there(tmp_path: Path) -> None:
    one = put(tmp_path, "1.parquet", b"")
    two = put(tmp_path, "2.parquet", b"")
    base = {"user_id": ["a"], "event": ["x"]}
    pl.DataFrame({**base, "timestamp": [1767312000], "n": [1.0]}).write_parquet(one)
    pl.DataFrame({**base, "timestamp": ["2026-01-01"], "n": ["1.50"]}).write_parquet(two)
    raw = read([one, two], Source(), properties=["n"])
    assert [p.frame.collect().row(0) for p in raw.parts] == [
        ("a", "x", 1767312000, "1"),
        ("a", "x", "2026-01-01", "1.50"),
    ]


def test_columns_in_another_order_or_more_of_them(tmp_path: Path) -> None:
    put(tmp_path, "1.csv", "user_id,event,timestamp\na,x,2026-01-01\n")
    put(tmp_path, "2.csv", "event,plan,user_id,timestamp\nx,pro,b,2026-01-02\n")
    raw = read([tmp_path], Source(), properties=["plan"])
    assert texts(raw) == [("a", "x", "2026-01-01", None), ("b", "x", "2026-01-02", "pro")]
    assert any("1.csv" in n and 'no column "plan"' in n for n in raw.notes)


def test_a_required_column_missing_in_one_file_names_the_file_and_its_columns(
    tmp_path: Path,
) -> None:
    put(tmp_path, "1.csv", "user_id,event,timestamp\na,x,2026-01-01\n")
    put(tmp_path, "2.csv", "user,event,timestamp\nb,x,2026-01-02\n")
    with pytest.raises(InputError) as caught:
        read([tmp_path], Source(customer=("user_id",)))
    (problem,) = caught.value.problems
    assert problem.file.endswith("2.csv")
    assert problem.message == (
        'no column "user_id" (customer); its columns are "user", "event", "timestamp"'
    )


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_property_that_no_table_has_is_an_error(tmp_path: Path, form: str) -> None:
    path = put(tmp_path, "x", WRITERS[form](EVENTS))
    with pytest.raises(InputError) as caught:
        read([path], Source(), properties=["plam"])
    assert str(caught.value) == (
        f'{path}: no column "plam"; its columns are "user_id", "event", "timestamp", "plan"\n'
        '  did you mean "plan"?'
    )


def test_a_property_that_no_json_sample_has_is_null(tmp_path: Path) -> None:
    path = put(tmp_path, "x", writing.as_ndjson(EVENTS))
    raw = read([path], Source(), properties=["plam"])
    assert raw.parts[0].frame.collect()["plam"].null_count() == 5


def test_the_source_names_several_columns(tmp_path: Path) -> None:
    path = put(tmp_path, "x.csv", "uid,anon,event,ts\n1,,x,5\n,2,x,6\n")
    source = Source(customer=("uid", "anon"), event_value="order", timestamp=("ts",), id=("event",))
    frame = read([path], source).parts[0].frame.collect()
    assert frame.columns == ["uid", "anon", "event", "ts"]


def test_the_same_column_in_two_roles(tmp_path: Path) -> None:
    path = put(tmp_path, "x.csv", "uid,event,ts\n1,x,5\n2,x,6\n")
    source = Source(customer=("uid",), event=("event",), timestamp=("ts",), id=("uid",))
    frame = read([path], source, properties=["event", "ts"]).parts[0].frame.collect()
    assert frame.columns == ["uid", "event", "ts"]


def test_the_roster_in_the_folder_is_no_log(tmp_path: Path) -> None:
    put(tmp_path, "events.csv", writing.as_csv(EVENTS))
    roster = put(tmp_path, "accounts.csv", "customer,plan\na,b\n")
    assert len(read([tmp_path], Source(), exclude=[roster]).files) == 1


# ---- real exports


def count(raw: Raw) -> int:
    return sum(p.frame.select(pl.len()).collect().item() for p in raw.parts)


def test_ga4_as_parquet_and_as_json(shared_data: Path) -> None:
    folder = shared_data / "exports" / "ga4"
    parquet = read(
        [folder / "ga4_events_sampled.snappy.parquet"], Source(), properties=["platform"]
    )
    assert parquet.sources[0].customer == (
        "user_id",
        "user_pseudo_id",
    )  # the first null in every row
    plain = pl.read_parquet(folder / "ga4_events_sampled.snappy.parquet")
    rows = parquet.parts[0].frame.collect()
    assert rows.height == plain.height
    assert rows["event_timestamp"].dtype == plain["event_timestamp"].dtype
    assert rows["user_pseudo_id"].to_list() == plain["user_pseudo_id"].to_list()

    ndjson = read([folder / "derived_bq_json_export.ndjson.gz"], Source(), properties=["platform"])
    got = replace(ndjson.parts[0], ordered=True).frame.collect()
    assert got.rows() == rows.select(got.columns).head(2000).cast(pl.String).rows()
    assert ndjson.exact().parts[0].frame.collect().rows() == got.rows()


def test_online_retail(shared_data: Path) -> None:
    path = shared_data / "online-retail" / "online_retail.csv.gz"
    raw = read([path], Source(event_value="purchase"), properties=["Quantity"])
    assert raw.sources[0].customer == ("CustomerID",)
    assert raw.sources[0].timestamp == ("InvoiceDate",)
    frame = raw.parts[0].frame.collect()
    assert frame.height == 541_909
    assert frame["CustomerID"].null_count() == 135_080
    assert frame["CustomerID"].n_unique() == 4_372 + 1


def test_mixpanel(shared_data: Path) -> None:
    folder = shared_data / "exports" / "mixpanel"
    source = Source(customer=("properties.$insert_id",))
    raw = read([str(folder / "batch*.json")], source, properties=["properties.page"])
    assert [r[0] for r in texts(raw)] == ["j1", "j2", "j3"]
    raw = read([folder / "raw_events.ndjson"], source, properties=["properties.page"])
    assert texts(raw)[0] == ("a1", "PageView", "1700000000", "/home")


def test_a_list_wrapper(shared_data: Path) -> None:
    path = shared_data / "exports" / "stripe" / "events_list.json"
    record = json.loads(path.read_text())["data"][0]
    raw = read([path], Source(customer=("data.object.id",)), properties=["livemode"])
    assert texts(raw) == [
        (
            record["data"]["object"]["id"],
            record["type"],
            record["id"],
            str(record["created"]),
            "false",
            None,  # the customer, whom the preset filters by
        )
    ]
    assert raw.sources[0].event == ("type",)
    assert raw.sources[0].timestamp == ("created",)


def test_a_quoted_csv_with_a_byte_order_mark(shared_data: Path) -> None:
    path = shared_data / "exports" / "shopify" / "shopify_order_data.csv"
    raw = read([path], Source(customer=("email",), event_value="order", timestamp=("created_at",)))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        assert count(raw) == len(list(csv.DictReader(stream)))
    assert texts(raw.exact()) == texts(raw)
