"""Which CSV files polars may read whole, and that it then reads what the blocks give."""

from __future__ import annotations

import gzip
import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cesctl.model.types import Source
from cesctl.sources import FAILURES, csvwhole, read
from cesctl.sources.parts import FILE, Part
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
        (b'1,"2",3\n', False),
        (b"1,2\r,3\n", False),
        (b"1,2\r\r\n", False),
        (b"1,2,3\r", False),
        (b"1,\xe9,3\n4,5,6\n" + b"7,8,9\n" * 20, False),
        (b"7,8,9\n" * 20 + b"1,2,3\n\xc3", False),
        (b"7,8,9\n" * 20_000 + b"1,\x00,3\n", False),
    ],
)
def test_what_may_be_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: bytes, simple: bool
) -> None:
    for size in (1, 2, 3, 7, 1 << 20):
        monkeypatch.setattr(csvwhole, "_SIZE", size)
        csvwhole._simple.cache_clear()
        assert csvwhole.simple(part(tmp_path, HEADER + rows)) is simple, size


def test_what_is_packed_is_read_in_blocks(tmp_path: Path) -> None:
    assert not csvwhole.simple(part(tmp_path, gzip.compress(HEADER + b"1,2,3\n")))
    assert csvwhole.simple(part(tmp_path, b"\xef\xbb\xbf" + HEADER + b"1,2,3\n"))
    (one, two) = (
        put(tmp_path, n, HEADER + row) for n, row in (("p", b"1,2,3\n"), ("q", b'"1",2,3\n'))
    )
    (both,) = read([one, two], SOURCE).parts
    assert not csvwhole.simple(both)


def test_nobody_looks_through_what_is_read_with_care(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = replace(part(tmp_path, HEADER + b"1,2,3\n"), careful=True)
    monkeypatch.setattr(csvwhole, "_simple", lambda *_: pytest.fail("it was looked through"))
    assert careful.frame.collect().rows() == [("1", "2", "3")]


def test_a_file_that_changes_is_looked_at_again(tmp_path: Path) -> None:

    first = part(tmp_path, HEADER + b"1,2,3\n")
    assert csvwhole.simple(first)
    first.files[0].path.write_bytes(HEADER + b'1,"2",3\n')
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


def _nothing() -> AbstractContextManager[None]:

    return nullcontext()
