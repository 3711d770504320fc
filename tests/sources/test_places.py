"""The lines of records."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cesctl.model.types import Source
from cesctl.sources import explain_failure, locate, read
from tests.sources import writing
from tests.sources.test_reading import WRITERS
from tests.sources.writing import EVENTS, put

# (form, the line at which each of the five records begins); the third's plan holds a line end
LINES: dict[str, list[int | None]] = {
    "csv": [2, 3, 4, 6, 7],
    "csv bom": [2, 3, 4, 6, 7],
    "csv crlf": [2, 3, 4, 6, 7],
    "ndjson": [1, 2, 3, 4, 5],
    "ndjson bom": [1, 2, 3, 4, 5],
    "array": [1, 1, 1, 1, 1],
    "array pretty": [2, 8, 14, 20, 26],
    "wrapper": [1, 1, 1, 1, 1],
    "objects": [1, 7, 13, 19, 25],
    "parquet": [None, None, None, None, None],
}


@pytest.mark.parametrize("form", list(LINES))
@pytest.mark.parametrize("packing", ["plain", "gzip"])
def test_the_line_of_every_record(tmp_path: Path, form: str, packing: str) -> None:
    path = put(tmp_path, "x", writing.packed(WRITERS[form](EVENTS), packing))
    (part,) = read([path], Source()).per_file()
    assert locate(part.files[0], range(5)) == LINES[form]
    assert locate(part.files[0], [3, 1, 3]) == [LINES[form][i] for i in (3, 1, 3)]
    assert locate(part.files[0], []) == []
    assert part.frame.collect()["event"].to_list() == EVENTS["event"]


def test_blank_lines_count_in_csv_and_not_in_ndjson(tmp_path: Path) -> None:
    csv = put(tmp_path, "x.csv", "\nuser_id,event,timestamp\na,x,1\n\nb,x,2\n")
    ndjson = put(tmp_path, "x.ndjson", '\n{"user_id":1,"event":1,"time":1}\n\n{"user_id":2}\n')
    cases: list[tuple[Path, list[str | None], list[int]]] = [
        (csv, ["a", None, "b"], [3, 4, 5]),
        (ndjson, ["1", "2"], [2, 4]),
    ]
    for path, customers, lines in cases:
        (part,) = read([path], Source()).per_file()
        assert part.frame.collect()["user_id"].to_list() == customers
        assert locate(part.files[0], range(len(lines))) == lines


def test_frames_have_no_lines() -> None:
    raw = read(pl.DataFrame({"user_id": ["a"], "event": ["x"], "ts": [1]}), Source())
    assert locate(raw.files[0], [0]) == [None]


def test_a_failure_that_no_input_explains_is_raised_as_it_is(tmp_path: Path) -> None:
    raw = read([put(tmp_path, "x.csv", writing.as_csv(EVENTS))], Source())
    error = pl.exceptions.ComputeError("a bug")
    with pytest.raises(pl.exceptions.ComputeError) as caught:
        explain_failure(error, raw)
    assert caught.value is error


def test_a_parquet_file_damaged_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"user_id": [str(n * 7919) for n in range(50_000)]}).with_columns(
        event=pl.lit("x"), timestamp=pl.int_range(50_000)
    ).write_parquet(path)
    data = bytearray(path.read_bytes())
    data[20_000:60_000] = b"\xff" * 40_000
    raw = read([path], Source())  # the end is whole, so is the first page
    path.write_bytes(bytes(data))
    with pytest.raises((pl.exceptions.PolarsError, OSError)) as caught:
        raw.parts[0].frame.collect()
    assert str(explain_failure(caught.value, raw)).startswith(f"{path}: a damaged Parquet file")
