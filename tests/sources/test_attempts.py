"""How often an export is read until it could be read."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cesctl.errors import InputError
from cesctl.model.types import Source
from cesctl.sources import Raw, carefully, read
from tests.sources.writing import put

SOURCE = Source(customer=("u",), event_value="x", timestamp=("t",))
GOOD = '{"u":"a","t":"1","p":5}\n' * 2_000  # more than is looked at before
NUMBER = '{"u":"a","t":"1","p":1.10}\n'
BROKEN = "export terminated early\n"


def readers(path: Path) -> tuple[list[str], pl.Series]:
    """The readers that were tried, and what the last of them gave as ``p``."""
    tried: list[str] = []

    def job(raw: Raw) -> pl.Series:
        (part,) = raw.parts
        tried.append("exact" if part.careful else "mended" if part.mended else "fast")
        return part.frame.collect()["p"]

    _, found = carefully(read([path], SOURCE, properties=["p"]), job)
    return tried, found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", ["fast"]),
        (BROKEN, ["fast", "mended"]),
        (NUMBER, ["fast", "exact"]),
        (BROKEN * 2_000 + NUMBER, ["fast", "mended", "exact"]),
    ],
)
def test_what_each_reader_refuses(tmp_path: Path, lines: str, expected: list[str]) -> None:
    tried, found = readers(put(tmp_path, "x", GOOD + lines + GOOD))
    assert tried == expected
    assert ("1.10" in found) == (NUMBER in lines)


def test_what_none_can_read_is_told_by_its_line(tmp_path: Path) -> None:
    path = put(tmp_path, "x.json", f"[{','.join(GOOD.splitlines())},")
    with pytest.raises(InputError, match=r"x\.json:1: "):
        readers(path)
