"""What is passed over in a folder, by its name."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from cesctl.sources.beside import is_beside, is_merged_users


@pytest.mark.parametrize(
    "path",
    [".x.csv", "a/.git/x.csv", "_SUCCESS", "a/_SUCCESS.crc", "__MACOSX/x.csv", "a/read.MD", "x.py"],
)
def test_passed_over(path: str) -> None:
    assert is_beside(PurePosixPath(path))


@pytest.mark.parametrize(
    "path", ["x.csv", "a/b", "_x.csv", "a.b/x.json.gz", "day=1/x.parquet", "x.zip"]
)
def test_looked_at(path: str) -> None:
    assert not is_beside(PurePosixPath(path))


def test_merged_users() -> None:
    assert is_merged_users("-123_2025-07-17_10.json.gz")
    assert not is_merged_users("123_2025-07-17_10#1.json.gz")
