"""Outputs in an object store: complete here before the first is uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cesctl.cli.outputs import OutputFiles, check_apart, check_writable
from cesctl.cloud import settings
from cesctl.errors import OutputError, UsageError
from cesctl.sources import temporary
from tests.cloud.buckets import S3
from tests.cloud.faults import Fault, Request, faulty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


def write(contents: Mapping[str, Iterable[bytes]]) -> None:
    with OutputFiles() as files:
        for path, chunks in contents.items():
            files.write(path, chunks)
        files.commit()


def spooled() -> list[Path]:
    """What waits in the temporary folder."""
    return [p for p in temporary.folder().rglob("*") if p.is_file()]


def test_nothing_shows_before_all_is_committed(s3: S3, tmp_path: Path) -> None:
    url = s3.put("a.csv", "old")
    before = spooled()
    with OutputFiles() as files:
        files.write(url, [b"new", b" a"])
        files.write(f"{s3.root}/b.csv", [b"new b"])
        files.write(str(tmp_path / "c.csv"), [b"new c"])
        assert s3.keys() == ["a.csv"]
        assert s3.get("a.csv") == b"old"
        files.commit()
    assert (s3.get("a.csv"), s3.get("b.csv")) == (b"new a", b"new b")
    assert (tmp_path / "c.csv").read_bytes() == b"new c"
    assert spooled() == before


def test_a_failure_before_leaves_everything_as_it_was(s3: S3, tmp_path: Path) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"half"
        raise OutputError("the second breaks")

    url = s3.put("a.csv", "old")
    before = spooled()
    with pytest.raises(OutputError, match="the second breaks"):
        write({url: [b"new"], str(tmp_path / "b.csv"): breaks()})
    assert s3.get("a.csv") == b"old"
    assert list(tmp_path.iterdir()) == []
    assert spooled() == before


def test_a_failure_midway_says_what_was_written(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "RETRIES", 0)

    def second(request: Request) -> Fault | None:
        return Fault(status=503) if request.path.endswith("/b.csv") else None

    with faulty(s3.endpoint, second) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        contents = {f"{s3.root}/{name}.csv": [name.encode()] for name in "abc"}
        with pytest.raises(OutputError) as caught:
            write({str(tmp_path / "local.csv"): [b"local"]} | contents)
    assert str(caught.value).splitlines() == [
        f'cannot write "{s3.root}/b.csv": the store answers 503',
        "  try again later",
        f"  written before that: {s3.root}/a.csv; nothing else was",
    ]
    assert s3.keys() == ["a.csv"]
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    monkeypatch.setattr(temporary, "new_file", lambda: full)
    with pytest.raises(OutputError) as caught:
        write({f"{s3.root}/a.csv": [b"x" * 100_000]})
    assert "No space left on device" in str(caught.value)
    assert "let the variable TMPDIR name a folder with more room" in str(caught.value)


def test_one_place_is_not_given_twice() -> None:
    with pytest.raises(UsageError, match="given twice as an output"):
        check_apart(["s3://b/x.csv", "s3a://b/x.csv"], [])
    with pytest.raises(UsageError, match="written over a file that is read"):
        check_apart(["gs://b/x.csv"], ["gcs://b/x.csv"])
    check_apart(["s3://b/x.csv", "gs://b/x.csv", "x.csv"], ["s3://b/y.csv"])
    with pytest.raises(UsageError, match="holds credentials"):
        check_apart([], ["s3://AKIA:hush@b/x.csv"])


def test_other_urls() -> None:
    with pytest.raises(OutputError) as caught:
        check_writable("https://me:hush@host/x.csv")
    assert "URLs of this kind are not written" in str(caught.value)
    assert "hush" not in str(caught.value)
