"""Where the rows of each file went."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from cesctl.model import parse_model
from cesctl.model.types import Source
from cesctl.pipeline.run import score
from cesctl.result import Result, RowCounts
from tests.sources import writing
from tests.sources.writing import put

HEAD = "key,user_id,event,timestamp,plan\n"
TEXT = "as_of: 2026-10-31\nevents: {x: 1}\nsource: {id: key, where: {plan: pro}}\n"
FIRST = [
    "1,a,x,2026-10-01,pro\n",
    "2,,x,2026-10-01,pro\n",
    "3,a,x,soon,pro\n",
    "4,a,x,2026-10-01,free\n",
]
SECOND = ["1,a,x,2026-10-01,pro\n", "5,a,x,2026-11-02,pro\n", "6,b,x,2026-10-01,pro\n"]
ONE = RowCounts(4, 1, 0, 1, 0, {"no customer": 1, "unreadable timestamp": 1})
BOTH = [(4, 2, 1), (3, 2, 0)]  # read; accepted or a copy of one that is; filtered


def scored(*inputs: object, text: str = TEXT) -> Result:
    return score([str(i) for i in inputs], parse_model(text))


def told(result: Result) -> dict[str, RowCounts]:
    return {Path(name).name: rows for name, rows in result.file_rows.items()}


def records(rows: list[str]) -> list[dict[str, str]]:
    names = HEAD.strip().split(",")
    return [dict(zip(names, r.strip().split(","), strict=True)) for r in rows]


def made(folder: Path, form: str) -> list[Path]:
    paths = []
    for name, rows in (("1", FIRST), ("2", SECOND)):
        data: str | bytes = HEAD + "".join(rows)
        if form == "ndjson":
            data = "".join(json.dumps(r) + "\n" for r in records(rows))
        elif form == "json":
            data = json.dumps({"data": records(rows)})
        elif form == "parquet":
            table = pl.DataFrame(records(rows))
            data = writing.as_parquet(table.to_dict(as_series=False))
        paths.append(put(folder, f"{name}.{form}", data))
    return paths


@pytest.mark.parametrize("form", ["csv", "ndjson", "json", "parquet"])
def test_each_format_says_of_which_file_a_row_is(tmp_path: Path, form: str) -> None:
    one, two = told(scored(*made(tmp_path, form))).values()
    assert (one.read, two.read) == (4, 3)
    assert (one.filtered, two.filtered) == (1, 0)
    assert one.rejected == {"no customer": 1, "unreadable timestamp": 1}
    assert two.after_as_of == 1
    assert one.duplicate + two.duplicate == 1  # which of the copies stays is nobody's business
    assert one.accepted + two.accepted == 2


def test_a_file_alone(tmp_path: Path) -> None:
    (path, _) = made(tmp_path, "csv")
    assert told(scored(path)) == {"1.csv": ONE}
    frame = score(pl.DataFrame(records(FIRST)), parse_model(TEXT))
    assert told(frame) == {"DataFrame": ONE}


def test_files_of_several_layouts_and_many_of_one(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", HEAD + FIRST[0])
    put(tmp_path, "b.csv", "user_id,event,timestamp,key,plan\na,x,2026-10-01,9,pro\n" * 1)
    put(tmp_path, "c.ndjson", json.dumps(records(FIRST)[1]) + "\n")
    for n in range(30):
        rows = "".join(f"{n}-{i},a,x,2026-10-01,pro\n" for i in range(n + 1))
        put(tmp_path, f"d/{n:02}.csv", HEAD + rows)
    found = told(scored(tmp_path))
    assert {n: r.read for n, r in found.items()} == {
        "a.csv": 1, "b.csv": 1, "c.ndjson": 1, **{f"{n:02}.csv": n + 1 for n in range(30)}
    }  # fmt: skip
    assert found["c.ndjson"].rejected == {"no customer": 1}


def test_broken_lines_are_of_their_file(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", HEAD + FIRST[0])
    put(tmp_path, "b.csv", HEAD + SECOND[2] + '7,"a,x,2026-10-01,pro\n' + "8,a,x,2026-10-01,pro\n")
    put(tmp_path, "c.ndjson", json.dumps(records(SECOND)[2] | {"key": "c"}) + "\n{nonsense\n")
    put(tmp_path, "d.ndjson", json.dumps(records(SECOND)[2] | {"key": "d"}) + "\n")
    found = told(scored(tmp_path))
    assert {n: r.rejected for n, r in found.items() if r.rejected} == {
        "b.csv": {"malformed line": 1},
        "c.ndjson": {"malformed line": 1},
    }
    assert {n: r.read for n, r in found.items()} == {
        "a.csv": 1,
        "b.csv": 3,
        "c.ndjson": 2,
        "d.ndjson": 1,
    }


def test_a_key_of_the_readers_own_name(tmp_path: Path) -> None:
    for name in "ab":
        record = {"user_id": name, "event": "x", "timestamp": "2026-10-01", "File_Index": "7"}
        put(tmp_path, f"{name}.ndjson", json.dumps(record) + "\n")
    text = "events: {x: {weight: 1, measure: max, property: File_Index}}"
    result = scored(tmp_path, text=text)
    assert result.scores["score"].to_list() == [7, 7]
    assert [r.read for r in told(result).values()] == [1, 1]


def test_a_file_that_two_sources_read_has_both(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", HEAD + FIRST[0] + FIRST[1])
    sources = tuple(
        Source(name=n, customer=("user_id",), event=("event",), timestamp=("timestamp",))
        for n in "pq"
    )
    model = parse_model("events: {x: 1}")
    from dataclasses import replace

    result = score([f"p={path}", f"q={path}"], replace(model, sources=sources))
    assert told(result) == {"a.csv": RowCounts(4, 2, 0, 0, 0, {"no customer": 2})}


TAILS = [
    "{",
    '{"',
    '{"user_id":',
    '{"user_id":"u"',
    '{"user_id":"u"} x',
    "5",
    '["a"',
    "nul",
    "early",
]


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("count", [1, 3000])
def test_a_file_that_is_cut_off_loses_no_row_whatever_follows(
    tmp_path: Path, tail: str, count: int
) -> None:
    line = json.dumps({"user_id": "u", "event": "x", "timestamp": "2026-10-01"}) + "\n"
    cut = put(tmp_path, "cut.ndjson", line * count + tail)
    whole = put(tmp_path, "whole.ndjson", line * count)
    for order in ([cut, whole], [whole, cut], [cut]):
        result = scored(*order, text="events: {x: 1}")
        assert result.rows.read == count * len(order) + 1
        assert result.rows.rejected == {"malformed line": 1}
        assert told(result)["cut.ndjson"].read == count + 1
        assert result.rejects().select("file", "line").rows() == [(str(cut), count + 1)]
