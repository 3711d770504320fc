"""Patterns of keys mean what they mean for files."""

from __future__ import annotations

import glob
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cesctl.cloud.patterns import folder_of, has_magic, matches

KEYS = (
    "a.csv", "b.csv", ".hid.csv", "x/a.csv", "x/.h/a.csv", "x/y/a.csv", "x/y/z/b.csv", "day=1/a.csv",
    "day=2/a.csv", "day=2/.b.csv", ".d/a.csv", "a[1].csv", "a", "xa.csv", "x/ab.json.gz", "é/ü.csv",
)  # fmt: skip
PARTS = (
    "*", "**", "?", "a*", "*.csv", "[ab].csv", "[!a].csv", "x", "y", "day=*", ".*", "a.csv", "a[[]1].csv",
    "*a*", "*.json.gz", "??.csv", "é", "[",
)  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for key in KEYS:
        if key == "a":
            continue
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


@settings(max_examples=600)
@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4))
def test_as_in_a_folder(files: Path, parts: list[str]) -> None:
    pattern = "/".join(parts)
    found = {
        Path(name).as_posix()
        for name in glob.glob(pattern, root_dir=files, recursive=True)  # noqa: PTH207
        if (files / name).is_file() and not name.endswith("/")  # "a.csv/", of "a.csv/**"
    }
    assert {k for k in KEYS if k != "a" and matches(k, pattern)} == found


@given(st.sampled_from(KEYS), st.lists(st.sampled_from(PARTS), min_size=1, max_size=4))
def test_what_matches_lies_in_the_folder(key: str, parts: list[str]) -> None:
    pattern = "/".join(parts)
    folder, common = folder_of(pattern)
    if matches(key, pattern):
        assert key.startswith(common)
    assert common.startswith(folder)
    assert folder == "" or folder.endswith("/")


def test_examples() -> None:
    assert folder_of("logs/2026-*/x.csv") == ("logs/", "logs/2026-")
    assert folder_of("*.csv") == ("", "")
    assert folder_of("a/b.csv") == ("a/", "a/b.csv")
    assert has_magic("a?b")
    assert not has_magic("a/b-{c}.csv")
    assert matches("exports/2026-10/part 1.json.gz", "exports/2026-*/*.json.gz")
    assert not matches("exports/2026-10/deep/1.json.gz", "exports/2026-*/*.json.gz")
