"""Which CSV files polars may read whole, and that it then reads what the blocks give."""

from __future__ import annotations

import gzip
import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cesctl.model.types import Source
from cesctl.sources import FAILURES, carefully, csvrecord, csvwhole, files, read
from cesctl.sources.parts import BROKEN, FILE, InputFile, Part
from tests.effort import tries
from tests.sources.csvtexts import FIELDS, TOKENS, Row, one_by_one, records
from tests.sources.writing import put

HEADER = b"a,b,c\n"
SOURCE = Source(customer=("a",), event=("b",), timestamp=("c",))


def part(folder: Path, data: bytes) -> Part:
    return read([put(folder, "x.csv", data)], SOURCE).parts[0]


@pytest.mark.parametrize(
    ("rows", "simple"),
    [
        (b"1,2,3\n", True),
        (b"1,2,3", True),
        (b"1,2,3\r\n4,5,6\r\n", True),
        ("1,é,3\n".encode(), True),
        (b"1,,\n1\n\n,,,,\n", True),
        (b'1,"2",3\n', True),
        (b'"1,1","a ""2""","\n"\r\n"","",""', True),
        (b'1,"\r\n",3\n', True),
        (b'1,"\r",3\n', False),
        (b'1,"2"\r,3\n', False),
        (b'1,5" pipe,3\n', False),
        (b'1,"2"x,3\n', False),
        (b'1,""2,3\n', False),
        (b'1, "2",3\n', False),
        (b'1,"2,3\n', False),
        (b'1,"2,"3",x\n', False),
        (b'7,"8",9\n' * 12_000 + b'1,"\x00",3\n', False),
        (b'1,"2",3\n' * 20 + b'4,"\xe9",6\n' + b'7,"8",9\n' * 20, False),
        (b'7,"8",9\n' * 12_000 + b'"1,2,3\n', False),
        (b"1,2\r,3\n", False),
        (b"1,2\r\r\n", False),
        (b"1,2,3\r", False),
        (b"1,\xe9,3\n4,5,6\n" + b"7,8,9\n" * 20, False),
        (b"7,8,9\n" * 20 + b"1,2,3\n\xc3", False),
        (b"7,8,9\n" * 12_000 + b"1,\x00,3\n", False),
    ],
)
def test_what_may_be_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: bytes, simple: bool
) -> None:
    for size in (1, 2, 3, 7, 1 << 20) if len(rows) < 1000 else (1000, 1 << 20):
        monkeypatch.setattr(csvwhole, "_SIZE", size)
        monkeypatch.setattr(csvwhole, "_PIECE", 9 * size)
        csvwhole._quoted.cache_clear()
        assert csvwhole.simple(part(tmp_path, HEADER + rows)) is simple, size


def test_what_is_packed_is_read_in_blocks(tmp_path: Path) -> None:
    assert not csvwhole.simple(part(tmp_path, gzip.compress(HEADER + b"1,2,3\n")))
    assert csvwhole.simple(part(tmp_path, b"\xef\xbb\xbf" + HEADER + b"1,2,3\n"))
    (one, two) = (
        put(tmp_path, n, HEADER + row) for n, row in (("p", b"1,2,3\n"), ("q", b'"1"x,2,3\n'))
    )
    (both,) = read([one, two], SOURCE).parts
    assert not csvwhole.simple(both)


@pytest.mark.parametrize("above", ["", "\ufeff", "\n\r\n"])
@pytest.mark.parametrize("header", ['"a","b","c"', 'a,"b\n""",c', '"a\n\n",b,"\r\nc"'])
def test_a_header_with_quotes(tmp_path: Path, above: str, header: str) -> None:
    data = f'{above}{header}\n1,"2",3\n4,5,6\n'.encode()
    (file,) = files.find([put(tmp_path, "x.csv", data)]).files
    whole = Part((file,), (), SOURCE)
    assert csvwhole.simple(whole)
    assert csvwhole.scan(whole).drop(FILE).collect().rows() == [("1", "2", "3"), ("4", "5", "6")]


def test_a_line_with_too_many_fields_is_told(tmp_path: Path) -> None:
    rows = b'1,"2",3\n' * 3_000
    raw = read([put(tmp_path, "x.csv", HEADER + rows + b'4,5,6,"7"\n' + rows)], SOURCE)
    assert csvwhole.simple(raw.parts[0])
    found = carefully(raw, lambda raw: raw.parts[0].rows.collect())[1]
    assert found[BROKEN].is_not_null().arg_true().to_list() == [3_000]


def test_a_quote_that_closes_too_far_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = part(tmp_path, HEADER + b'1,"2\n' + b"x,y,z\n" * 30 + b'",3\n')
    assert csvwhole.simple(found)
    monkeypatch.setattr(csvrecord, "REACH", 150)
    csvwhole._quoted.cache_clear()
    assert not csvwhole.simple(found)


def test_quotes_that_mean_nothing(tmp_path: Path) -> None:
    file = InputFile(
        "x", put(tmp_path, "x", b'{"a":1}\t"\n'), "csv", header=False, quotes=False,
        separator="\t", columns=("p", "q"),
    )  # fmt: skip
    whole = Part((file,), (), SOURCE)
    assert csvwhole.simple(whole)
    assert csvwhole.scan(whole).drop(FILE).collect().rows() == [('{"a":1}', '"')]


def test_nobody_looks_through_what_is_read_with_care(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = replace(part(tmp_path, HEADER + b"1,2,3\n"), careful=True)
    monkeypatch.setattr(csvwhole, "_quoted", lambda *_: pytest.fail("it was looked through"))
    assert careful.frame.collect().rows() == [("1", "2", "3")]


def test_a_file_that_changes_is_looked_at_again(tmp_path: Path) -> None:

    first = part(tmp_path, HEADER + b"1,2,3\n")
    assert csvwhole.simple(first)
    first.files[0].path.write_bytes(HEADER + b'1,"2"x,3\n')
    os.utime(first.files[0].path, (1, 1))
    assert not csvwhole.simple(first)


CELL = st.sampled_from(["", "x", "é", " ", "1.10", "a\tb", "\u2028"])


@given(
    st.lists(st.lists(CELL, max_size=6), min_size=1), st.sampled_from(["\n", "\r\n"]), st.booleans()
)
def test_it_gives_what_the_blocks_give(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], end: str, closed: bool
) -> None:
    """Ragged lines as well: those with too many fields are refused, and the blocks then reject them."""
    text = "a,b,c\n" + "x,y,z" + end + end.join(",".join(row) for row in rows) + end * closed
    found = part(tmp_path_factory.mktemp("csv"), text.encode())
    assert csvwhole.simple(found)
    too_many = any(len(row) > 3 and row[3] for row in rows)
    try:
        whole = found.frame.collect()
    except FAILURES:
        assert any(len(row) > 3 for row in rows)  # the blocks then say whether that does harm
        return
    careful = read([found.files[0].path], SOURCE).exact().parts[0].frame.collect()
    if not too_many:
        assert whole.rows() == careful.rows()
    assert found.rows.collect_schema().names() == ["a", "b", "c", FILE]
    with pytest.raises(pl.exceptions.PolarsError) if too_many else _nothing():
        found.frame.select("a").collect()


def whole_and_one_by_one(path: Path, width: int, chunk: str) -> tuple[list[Row] | None, list[Row]]:
    """(fields) of every record as polars reads the file whole, cut into chunks of so many bytes; None where
    it must not or cannot. And (fields, why) by the parser alone.
    """
    file = InputFile("x", path, "csv", columns=tuple("abc"[:width]))
    expected = [row[1:] for row in one_by_one(path.read_bytes(), width)]
    if not csvwhole.simple(Part((file,), (), SOURCE)):
        return None, expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLARS_CSV_CHUNK_SIZE", chunk)
        try:
            return csvwhole.scan(Part((file,), (), SOURCE)).drop(FILE).collect().rows(), expected
        except FAILURES:
            assert any(len(r.fields) > width for _, r in records(path.read_bytes(), 0))
            return None, expected


SIZES = st.sampled_from(["5", "40", "1000000"])


@settings(max_examples=tries(400), deadline=None)
@given(st.lists(st.sampled_from([*TOKENS, *FIELDS]), max_size=12), st.integers(1, 3), SIZES)
def test_what_is_read_whole_is_what_one_record_at_a_time_gives(
    tmp_path_factory: pytest.TempPathFactory, tokens: list[str], width: int, chunk: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "x.csv"
    text = ",".join("abc"[:width]) + "\n" + "".join(tokens)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    whole, expected = whole_and_one_by_one(path, width, chunk)
    if whole is not None:
        assert [(*row, None) for row in whole] == expected


@settings(max_examples=tries(200), deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3), min_size=1, max_size=30),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    SIZES,
)
def test_records_as_they_should_be_are_read_whole(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    end: str,
    closed: bool,
    chunk: str,
) -> None:
    path = tmp_path_factory.mktemp("good") / "x.csv"
    lines = ["a,b,c", *map(",".join, rows)]
    path.write_bytes((end.join(lines) + end * closed).encode())
    whole, expected = whole_and_one_by_one(path, 3, chunk)
    assert whole is not None
    assert [(*row, None) for row in whole] == expected


def _nothing() -> AbstractContextManager[None]:

    return nullcontext()
