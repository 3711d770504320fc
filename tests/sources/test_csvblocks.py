"""CSV in blocks: whatever the bytes and however they are cut, what one record at a time gives."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cesctl.sources import csvblocks, csvrecord
from cesctl.sources.parts import InputFile
from tests.effort import tries
from tests.sources.csvtexts import TOKENS, Row, one_by_one


@settings(max_examples=tries(400), deadline=None)
@given(
    st.lists(st.sampled_from(TOKENS), max_size=40),
    st.integers(1, 3),
    st.sampled_from([3, 40, 1 << 20]),
    st.sampled_from([5, 1 << 20]),
    st.data(),
)
def test_any_bytes_cut_anywhere(  # noqa: PLR0917 - what Hypothesis passes
    tmp_path_factory: pytest.TempPathFactory,
    tokens: list[str],
    width: int,
    size: int,
    reach: int,
    data: st.DataObject,
) -> None:
    columns = data.draw(st.lists(st.integers(0, width - 1), unique=True).map(sorted))
    text = ",".join("abc"[:width]) + "\n" + "".join(tokens)
    path = tmp_path_factory.mktemp("any") / "x.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    file = InputFile("x", path, "csv", columns=tuple("abc"[:width]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csvblocks, "SIZE", size)
        patch.setattr(csvrecord, "REACH", reach)
        expected = [
            (line, *(fields[c] for c in columns), why)
            for line, *fields, why in one_by_one(path.read_bytes(), width)
        ]
        found: list[Row] = []
        for block in csvblocks.blocks(file, columns):
            assert len(block.starts) == block.rows.height
            found += [
                (line, *row) for line, row in zip(block.starts, block.rows.rows(), strict=True)
            ]
    assert found == expected


@pytest.mark.parametrize(
    "line",
    [
        'a,"b\n',  # quotes that are never closed
        'x","\n',  # each of which seems to close the one before
        '"a"b,c\n',
        '"\n"\n',
        "a,b,c\n",
        "\ud800,b\n",
    ],
)
def test_hostile_lines_take_time_in_proportion(tmp_path: Path, line: str) -> None:
    took = []
    for count in (5_000, 40_000):
        path = tmp_path / "x.csv"
        path.write_bytes(("a,b\n" + line * count).encode("utf-8", "surrogatepass"))
        began = time.process_time()
        file = InputFile("x", path, "csv", columns=("a", "b"))
        rows = sum(block.rows.height for block in csvblocks.blocks(file, [0]))
        took.append(time.process_time() - began)
        assert rows >= count / 2
    assert took[1] < 40 * (took[0] + 0.05)  # 8 is in proportion, 64 the square


@pytest.mark.slow
def test_one_line_of_many_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    long = b"z" * 50_000_000
    path.write_bytes(b'a,b\n1,2\n3,"' + long + b'"\n5,' + long + b'\n7,"' + long)
    file = InputFile("x", path, "csv", columns=("a", "b"))
    rows = [r for block in csvblocks.blocks(file, [0]) for r in block.rows.rows()]
    never = (None, "a quote that opens here is never closed")
    assert rows == [("1", None), ("3", None), ("5", None), never]


@pytest.mark.slow
def test_a_quote_closed_too_far_away_was_never_closed(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    filler = b"x,%b\n" % (b"y" * 1021) * (csvrecord.REACH // 1024)
    path.write_bytes(b'a,b\n1,"2\n' + filler + b'3,4"\n5,6\n')
    file = InputFile("x", path, "csv", columns=("a", "b"))
    rows = [r for block in csvblocks.blocks(file, [0, 1]) for r in block.rows.tail(2).rows()]
    count = sum(block.rows.height for block in csvblocks.blocks(file, []))
    assert count == csvrecord.REACH // 1024 + 3
    assert rows[-2:] == [("3", '4"', None), ("5", "6", None)]
