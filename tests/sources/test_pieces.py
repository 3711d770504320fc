"""Files in pieces: all records, each in one piece, and no cut where one cannot be known to be right."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cesctl.model.types import Source
from cesctl.sources import InputFile, Part, Wanted, pieces, samples
from cesctl.sources.files import find
from cesctl.sources.pieces import CutError, Piece

HEAD = "user,note\n"


def file_of(path: Path, text: str | bytes) -> InputFile:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found, _ = samples.described(find([path]).files)
    return found[0]


def rows(file: InputFile, *, careful: bool = False) -> list[tuple[str | None, ...]]:
    wanted = tuple(Wanted(name, ((name,),)) for name in ("user", "note"))
    return Part((file,), wanted, Source(), careful=careful, ordered=True).frame.collect().rows()


def read_in(
    file: InputFile, cuts: list[Piece], *, careful: bool = False
) -> list[tuple[str | None, ...]]:
    found = []
    for piece in cuts:
        with pieces.opened(file, piece) as own:
            found += rows(own, careful=careful)
    return found


@pytest.mark.parametrize("size", [30, 100, 400])
@pytest.mark.parametrize(
    ("name", "head", "line"),
    [
        ("a.csv", HEAD, "u{},x\n"),
        ("b.csv", "\n\n" + HEAD, "u{},x\r\n"),
        ("c.csv", "\ufeff" + HEAD, "u{},é\n"),
        ("d.csv", HEAD, 'u{},"one\n""two"", three"\n'),
        ("e.csv", HEAD, "\nu{},x\n"),
        ("g.csv", HEAD, "u{},x\n\ufeffw,x\n"),
        ("f.ndjson", "", '{{"user": "u{}", "note": "a\\"\\nb"}}\n'),
    ],
)
def test_all_records_once(name: str, head: str, line: str, size: int, tmp_path: Path) -> None:
    file = file_of(tmp_path / name, head + "".join(line.format(n) for n in range(100)))
    cuts = pieces.cut(file, size)
    assert len(cuts) > 1
    assert (cuts[0].start, cuts[-1].end) == (0, file.size)
    assert read_in(file, cuts) == rows(file)
    assert read_in(file, cuts, careful=True) == rows(file, careful=True)


def test_parquet_is_cut_between_row_groups(tmp_path: Path) -> None:
    frame = pl.DataFrame({"user": [f"u{n}" for n in range(1000)], "note": ["x"] * 1000})
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=90)
    file = file_of(tmp_path / "a.parquet", (tmp_path / "a.parquet").read_bytes())
    cuts = pieces.cut(file, file.size // 4)
    assert [c.start % 90 for c in cuts] == [0] * len(cuts)
    assert 3 <= len(cuts) <= 5
    assert read_in(file, cuts) == rows(file) == frame.rows()


@pytest.mark.parametrize("name", ["a.csv.gz", "b.json", "c.csv"])
def test_what_is_read_whole(name: str, tmp_path: Path) -> None:
    import gzip

    if name == "b.json":
        text = b"[" + b",\n".join(b'{"user": "a", "note": "x"}' for _ in range(99)) + b"]"
    elif name == "c.csv":  # lines end as on old Macs
        text = b"user,note\r" + b"a,x\r" * 99
    else:
        text = gzip.compress(HEAD.encode() + b"a,x\n" * 99)
    assert pieces.cut(file_of(tmp_path / name, text), 20) == []


def test_a_small_file_is_one(tmp_path: Path) -> None:
    assert pieces.cut(file_of(tmp_path / "a.csv", HEAD + "a,x\n"), 1000) == []


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        (HEAD + 'a,"x\nb,y"\nc,z\n', Piece(15, 19)),  # begins inside of a quoted field
        (HEAD + 'a,"x\nb,y"\nc,z\n', Piece(0, 15)),  # ends there
        (HEAD + 'a,"x"y\nb,z\n', Piece(0, 17)),  # a quote that is astray
    ],
)
def test_a_wrong_cut_is_seen(text: str, piece: Piece, tmp_path: Path) -> None:
    file = file_of(tmp_path / "a.csv", text)
    with pytest.raises(CutError, match=r"a\.csv"), pieces.opened(file, piece):
        pass


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    file = file_of(tmp_path / "a.csv", HEAD + "a,x\n" * 50)
    with pieces.opened(file, pieces.cut(file, 60)[1]) as own:
        assert own.path.exists()
    assert not own.path.parent.exists()
