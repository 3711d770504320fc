"""What a URL that the user names means."""

from __future__ import annotations

import pytest

from cesctl.cloud import urls
from cesctl.errors import InputError
from cesctl.sources.objects import Objects, objects
from tests.cloud.buckets import S3


def names(found: Objects) -> list[str]:
    return [name for name, path in found.copies if path.exists()]


def test_the_kinds(s3: S3) -> None:
    for key in ("f/a.csv", "f/b?.csv", "f/.hid.csv", "f/_SUCCESS", "f/x.md", "fa"):
        s3.put(key, "x")
    r = s3.root
    for url, kind, keys in (
        (f"{r}/f/a.csv", "object", ["f/a.csv"]),
        (f"{r}/f/x.md", "object", ["f/x.md"]),
        (f"{r}/f/b?.csv", "object", ["f/b?.csv"]),  # before it is a pattern
        (f"{r}/f/*.csv", "pattern", ["f/a.csv", "f/b?.csv"]),
        (f"{r}/none*", "pattern", []),
        (f"{r}/f", "folder", ["f/a.csv", "f/b?.csv"]),
        (f"{r}/f/", "folder", ["f/a.csv", "f/b?.csv"]),
        (f"{r}/fa", "object", ["fa"]),
        (r, "folder", ["f/a.csv", "f/b?.csv", "fa"]),
        (f"{r}/none/", "folder", []),
    ):
        found = objects(url)
        assert (found.kind, found.any) == (kind, bool(keys)), url
        assert names(found) == [f"{r}/{k}" for k in keys]
    with pytest.raises(InputError, match="no such object or folder"):
        objects(f"{r}/none")


def test_what_is_left_out_is_not_downloaded(s3: S3) -> None:
    s3.put("f/a.csv", "x")
    roster = s3.put("f/accounts.csv", "x")
    found = objects(f"{s3.root}/f/", {urls.identity(roster.replace("s3:", "s3a:"))})
    assert names(found) == [f"{s3.root}/f/a.csv"]
    only = objects(roster, {urls.identity(roster)})
    assert only.any
    assert names(only) == []
