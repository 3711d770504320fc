"""What there is in a bucket."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cesctl.cloud import listing
from cesctl.cloud.errors import StoreError
from cesctl.cloud.urls import parse
from tests.cloud.buckets import ODD_KEYS, S3, Azure
from tests.cloud.faults import Fault, Request, faulty, now_and_then

if TYPE_CHECKING:
    from collections.abc import Iterable


def keys(found: Iterable[listing.Found]) -> list[str]:
    return [f.place.key for f in found]


def test_one(s3: S3) -> None:
    url = s3.put("a/x.csv", "hello")
    s3.put("a/empty", "")
    found = listing.one(parse(url))
    assert found is not None
    assert (found.url, found.size) == (url, 5)
    assert found.version == "5d41402abc4b2a76b9719d911017c592"
    for absent in ("a", "a/", "a/y.csv", "", "a/x.csv/"):
        assert listing.one(parse(f"{s3.root}/{absent}")) is None


def test_what_is_listed_is_what_is_asked_for_by_name(s3: S3) -> None:
    url = s3.put("a/x.csv", "hello")
    one = listing.one(parse(url))
    assert one is not None
    assert listing.inside(parse(f"{s3.root}/a")) == [one]


def test_a_store_without_marks_of_content() -> None:
    """Then size and time tell, and a listing's time is finer than an answer's."""
    place = parse("s3://b/x")

    def seen(size: int, second: int, microsecond: int, mark: str | None = None) -> listing.Found:
        at = datetime(2026, 11, 1, 12, 0, second, microsecond, UTC)
        return listing.found(place, {"e_tag": mark, "size": size, "last_modified": at})

    assert seen(5, 1, 250_000).same_content(seen(5, 1, 0))
    assert not seen(5, 1, 0).same_content(seen(6, 1, 0))
    assert not seen(5, 1, 0).same_content(seen(5, 2, 0))
    assert seen(5, 1, 0, '"a"').same_content(seen(5, 2, 0, 'W/"a"'))
    assert not seen(5, 1, 0, '"a"').same_content(seen(5, 1, 0, '"b"'))


def test_odd_names(s3: S3) -> None:
    for key in ODD_KEYS:
        s3.put(key, key)
        found = listing.one(parse(f"{s3.root}/{key}"))
        assert found is not None
        assert found.url == f"{s3.root}/{key}"
    assert sorted(keys(listing.inside(parse(s3.root)))) == sorted(ODD_KEYS)


def test_of_azure(az: Azure) -> None:
    odd = [k for k in ODD_KEYS if "\\" not in k]  # which Azure takes for a slash
    for key in odd:
        az.put(key, key)
    listed = listing.inside(parse(az.root))
    assert sorted(keys(listed)) == sorted(odd)
    for one in listed:
        assert listing.one(one.place) == one


def test_a_folder_by_path_as_on_disk(s3: S3) -> None:
    for key in ("f/b.csv", "f/a/2", "f/a-b/1", "f/a.csv", "f/a/1", "fa/x", "g/x", "f"):
        s3.put(key, "x")
    for written in ("f/", "f"):
        found = keys(listing.inside(parse(f"{s3.root}/{written}")))
        assert found == ["f/a/1", "f/a/2", "f/a-b/1", "f/a.csv", "f/b.csv"]
    assert len(listing.inside(parse(s3.root))) == 8


def test_objects_that_stand_for_folders(s3: S3) -> None:
    for key in ("f/", "f/a/", "f/a/b/"):
        s3.put(key, "")
    s3.put("f/a/b/x.csv", "x")
    s3.put("f/none.csv", "")
    assert keys(listing.inside(parse(f"{s3.root}/f"))) == ["f/a/b/x.csv", "f/none.csv"]


def test_patterns(s3: S3) -> None:
    for key in (
        "logs/2025-12/x",
        "logs/2026-01/x",
        "logs/2026-02/a/x",
        "logs/2026-",
        "logs/2026-/x",
    ):
        s3.put(key, "x")
    found = keys(listing.matching(parse(f"{s3.root}/logs/2026-*/x")))
    assert found == ["logs/2026-/x", "logs/2026-01/x"]
    assert keys(listing.matching(parse(f"{s3.root}/logs/2026-*"))) == ["logs/2026-"]
    assert len(listing.matching(parse(f"{s3.root}/**"))) == 5
    assert listing.matching(parse(f"{s3.root}/none/*")) == []


def test_what_comes_before_a_pattern_is_not_asked_for(
    s3: S3, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put("logs/2026-01.csv", "x")
    with faulty(moto, lambda _: None) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        assert len(listing.matching(parse(f"{s3.root}/logs/2026-*"))) == 1
    assert "prefix=logs%2F" in proxy.seen[0].path
    assert "start-after=logs%2F2026" in proxy.seen[0].path


def test_more_than_a_page(s3: S3, moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"many/{n:04}.csv" for n in range(1050)]
    s3.put_many(names)
    with faulty(moto, lambda _: None) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        assert keys(listing.inside(parse(f"{s3.root}/many"))) == names
    assert len(proxy.seen) == 2
    with faulty(moto, now_and_then(seed=4, share=0.7)) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        assert keys(listing.inside(parse(f"{s3.root}/many"))) == names
    assert len(proxy.seen) > 2


def test_a_listing_that_breaks_off_begins_again(
    s3: S3, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAUSE_S", 0)
    s3.put("f/x", "x")

    def cut(request: Request) -> Fault | None:
        return Fault(cut=40) if request.number < listing.TRIES else None

    with faulty(moto, cut) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        assert keys(listing.inside(parse(f"{s3.root}/f"))) == ["f/x"]
    with faulty(moto, lambda _: Fault(cut=40)) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        with pytest.raises(StoreError, match="broke off"):
            listing.inside(parse(f"{s3.root}/f"))
    assert len(proxy.seen) == listing.TRIES


def test_names_that_cannot_be_read_are_told(s3: S3) -> None:
    s3.put("f/a//b.csv", "x")
    with pytest.raises(StoreError, match="names with an empty part"):
        listing.inside(parse(f"{s3.root}/f"))
    with pytest.raises(StoreError, match="names with an empty part"):
        listing.one(parse(f"{s3.root}/f/a//b.csv"))
