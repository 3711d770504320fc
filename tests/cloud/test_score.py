"""Whole runs on an object store: the same as on files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.cli import small
from tests.cloud.buckets import S3

BASE = ("score", "-q", "-c")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small.write(tmp_path)
    return tmp_path


def score(folder: Path, *args: str) -> str:
    done = small.call("score", *args, "-c", str(folder / "model.yaml"), "-q", "-f", "csv")
    assert done.exit_code == 0, done.stderr
    return str(done.stdout)


def halves(folder: Path) -> tuple[str, str]:
    header, *rows = (folder / "events.csv").read_text().splitlines()
    return "\n".join([header, *rows[::2]]), "\n".join([header, *rows[1::2]])


def test_an_object_a_folder_and_a_pattern(s3: S3, folder: Path) -> None:
    local = score(folder, str(folder / "events.csv"))
    one, other = halves(folder)
    whole = s3.put("log.csv", (folder / "events.csv").read_bytes())
    s3.put("exports/2026-10/a.csv", one)
    s3.put("exports/2026-11/b.csv.gz", gzip.compress(other.encode()))
    s3.put("exports/2025-10/old.csv", one)
    s3.put("in/a.csv", one)
    s3.put("in/deep/b.csv", other)
    assert score(folder, whole) == local
    assert score(folder, f"{s3.root}/exports/2026-*/*") == local
    assert score(folder, f"{s3.root}/in/") == local
    assert score(folder, f"{s3.root}/in") == local
