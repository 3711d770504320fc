"""Objects as local files: whole, of one version, whatever happens on the way."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from cesctl.cloud import download, listing, settings
from cesctl.cloud.download import downloaded
from cesctl.cloud.urls import parse
from cesctl.errors import InputError, OutputError
from cesctl.sources import temporary
from tests.cloud.buckets import S3, Azure
from tests.cloud.faults import Fault, Plan, Request, faulty, now_and_then

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cesctl.cloud.listing import Found
    from tests.cloud.faults import Proxy

OLD, NEW = b"o" * 100_000, b"n" * 100_000


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PAUSE_S", 0.01)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PART", 30_000)
    monkeypatch.setattr(download, "CHUNK", 1_000)


@pytest.fixture
def between(moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Plan], Proxy]]:
    """Lets the client talk to a proxy until the test ends."""
    open_ones: list[AbstractContextManager[Proxy]] = []

    def through(plan: Plan) -> Proxy:
        open_ones.append(faulty(moto, plan))
        proxy = open_ones[-1].__enter__()
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        return proxy

    yield through
    for one in open_ones:
        one.__exit__(None, None, None)


def found(url: str) -> Found:
    one = listing.one(parse(url))
    assert one is not None
    return one


def contents(*objects: Found) -> list[bytes]:
    return [p.read_bytes() for _, p in downloaded(objects) if p is not None]


def gets(proxy: Proxy) -> list[Request]:
    return [r for r in proxy.seen if r.method == "GET" and "list-type" not in r.path]


def test_in_the_order_given(s3: S3) -> None:
    urls = [s3.put(f"{n}.csv", f"content {n}") for n in range(40)]
    objects = [found(u) for u in reversed(urls)]
    got = list(downloaded(objects))
    assert [o for o, _ in got] == objects
    assert [p.read_bytes() for _, p in got if p] == [
        f"content {n}".encode() for n in reversed(range(40))
    ]


def test_several_at_a_time_and_not_all(s3: S3, between: Callable[[Plan], Proxy]) -> None:
    objects = [found(s3.put(f"{n}.csv", f"content {n}")) for n in range(3 * download.OBJECTS)]
    proxy = between(lambda _: Fault(late=0.2))
    assert len(contents(*objects)) == len(objects)
    assert 1 < proxy.most <= download.OBJECTS


@pytest.mark.usefixtures("small_parts")
def test_the_parts_of_a_large_object_at_a_time(s3: S3, between: Callable[[Plan], Proxy]) -> None:
    data = b"x" * (30_000 * 3 * download.PARTS)
    one = found(s3.put("x.bin", data))
    proxy = between(lambda _: Fault(late=0.2))
    assert contents(one) == [data]
    assert 1 < proxy.most <= download.PARTS


def test_an_empty_object(s3: S3) -> None:
    assert contents(found(s3.put("empty.csv", ""))) == [b""]


def test_a_folder_s_own_object_is_passed_over(s3: S3) -> None:
    s3.put("f/", "")
    (one,) = listing.inside(parse(s3.root))
    assert list(downloaded([one])) == [(one, None)]


def test_once_a_version(s3: S3, between: Callable[[Plan], Proxy]) -> None:
    proxy = between(lambda _: None)
    url = s3.put("x.csv", OLD)
    ((_, first),) = downloaded([found(url)])
    ((_, again),) = downloaded([found(url)])
    assert first == again
    assert len(gets(proxy)) == 1
    s3.put("x.csv", NEW)
    assert contents(found(url)) == [NEW]
    assert first is not None
    assert first.read_bytes() == OLD  # who reads it still may


@pytest.mark.usefixtures("small_parts")
def test_a_large_object_comes_in_parts(s3: S3, between: Callable[[Plan], Proxy]) -> None:
    data = bytes(range(256)) * 400
    url = s3.put("x.bin", data)
    proxy = between(lambda _: None)
    assert contents(found(url)) == [data]
    ranges = sorted(r.headers["range"] for r in gets(proxy))
    assert ranges == [
        "bytes=0-29999",
        "bytes=30000-59999",
        "bytes=60000-89999",
        "bytes=90000-102399",
    ]
    assert all(r.headers["if-match"] for r in gets(proxy))


def test_an_answer_that_breaks_off_is_gone_on_with(
    s3: S3, between: Callable[[Plan], Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "CHUNK", 1_000)
    one = found(s3.put("x.csv", OLD))
    proxy = between(lambda r: Fault(cut=30_000) if r.number <= 3 else None)
    assert contents(one) == [OLD]
    starts = [int(r.headers["range"].removeprefix("bytes=").split("-")[0]) for r in gets(proxy)]
    assert len(starts) == 4
    assert starts == sorted(set(starts))  # what was there is not asked for again


def test_one_that_breaks_off_often_but_brings_something_is_not_given_up(
    s3: S3, between: Callable[[Plan], Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "CHUNK", 1_000)
    one = found(s3.put("x.csv", OLD))
    proxy = between(lambda _: Fault(cut=12_000))
    assert contents(one) == [OLD]
    assert len(gets(proxy)) > download.TRIES


def test_an_answer_that_is_short_is_gone_on_with(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    one = found(s3.put("x.csv", OLD))
    real = download._answer
    monkeypatch.setattr(download, "_answer", lambda o, at, end: real(o, at, min(end, at + 40_000)))
    assert contents(one) == [OLD]


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("seed", range(5))
def test_what_fails_now_and_then(s3: S3, between: Callable[[Plan], Proxy], seed: int) -> None:
    data = [bytes([n]) * 70_000 for n in range(8)]
    for n, content in enumerate(data):
        s3.put(f"{n}.csv", content)
    proxy = between(now_and_then(seed, share=0.4))
    assert contents(*listing.inside(parse(s3.root))) == data
    assert len(gets(proxy)) > 24  # the parts alone


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(status=503, body=b"<Error><Code>SlowDown</Code></Error>"), "answers 503 (SlowDown)"),
        (Fault(status=429), "answers 429"),
        (Fault(cut=0), "the connection to the store broke off"),
        (Fault(drop=True), "the connection to the store broke off"),
        (Fault(status=403), "access denied"),
        (Fault(status=400, body=b"<Error><Code>Odd</Code></Error>"), "refuses it: 400 (Odd)"),
    ],
)
def test_what_fails_always_ends(
    s3: S3, between: Callable[[Plan], Proxy], fault: Fault, told: str
) -> None:
    one = found(s3.put("x.csv", OLD))
    proxy = between(lambda _: fault)
    with pytest.raises(InputError) as caught:
        contents(one)
    assert str(caught.value).startswith(f"{one.url}: ")
    assert told in str(caught.value)
    passing = not 400 <= fault.status < 429
    assert len(gets(proxy)) == (download.TRIES if passing else 1)


def test_a_store_that_falls_silent(
    s3: S3, between: Callable[[Plan], Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    monkeypatch.setattr(settings, "READ_TIMEOUT", timedelta(seconds=0.2))
    monkeypatch.setattr(download, "PATIENCE_S", 0.5)
    one = found(s3.put("x.csv", OLD))
    proxy = between(lambda _: Fault(late=2))
    with pytest.raises(InputError, match="does not answer in time"):
        contents(one)
    assert len(gets(proxy)) < download.TRIES


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("heeded", [True, False])
def test_an_object_that_is_replaced_while_it_is_read_is_one_or_the_other(
    s3: S3, between: Callable[[Plan], Proxy], at: int, *, heeded: bool
) -> None:
    """``heeded``: whether the store looks at which version is wanted."""
    one = found(s3.put("x.csv", OLD))

    def replace(request: Request) -> Fault | None:
        if request.number == at:
            s3.put("x.csv", NEW)
        return None if heeded else Fault(without=("if-match",))

    between(replace)
    assert contents(one) == [NEW]


@pytest.mark.parametrize("heeded", [True, False])
@pytest.mark.parametrize("size", [10, 40_000, 300_000])
def test_an_object_of_another_size(
    s3: S3,
    between: Callable[[Plan], Proxy],
    size: int,
    monkeypatch: pytest.MonkeyPatch,
    *,
    heeded: bool,
) -> None:
    monkeypatch.setattr(download, "CHUNK", 1_000)
    one = found(s3.put("x.csv", OLD))

    def replace(request: Request) -> Fault | None:
        if request.number == 1:  # its first bytes come, then it is replaced
            return Fault(cut=50_000)
        if request.number == 2:
            s3.put("x.csv", b"n" * size)
        return None if heeded else Fault(without=("if-match",))

    between(replace)
    assert contents(one) == [b"n" * size]


def test_between_the_listing_and_the_download(s3: S3) -> None:
    one = found(s3.put("x.csv", OLD))
    s3.put("x.csv", NEW + b"more")
    assert contents(one) == [NEW + b"more"]


def test_replaced_again_and_again(s3: S3, between: Callable[[Plan], Proxy]) -> None:
    one = found(s3.put("x.csv", OLD))

    def replace(request: Request) -> None:
        if request.method == "GET":
            s3.put("x.csv", f"version {request.number}")

    between(replace)
    with pytest.raises(InputError, match="replaced again and again while it is read"):
        contents(one)


def test_removed(s3: S3) -> None:
    one = found(s3.put("x.csv", OLD))
    s3.client.delete_object(Bucket=s3.name, Key="x.csv")
    with pytest.raises(InputError, match="removed after it was listed"):
        contents(one)


def test_a_full_disk(s3: S3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one = found(s3.put("x.csv", OLD))
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    monkeypatch.setattr(temporary, "new_file", lambda: full)
    monkeypatch.setattr(download, "_room", lambda _path, _size: None)
    with pytest.raises(OutputError, match="no room to unpack the events"):
        contents(one)


def test_nobody_waits_for_the_rest(
    s3: S3, between: Callable[[Plan], Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PAUSE_S", 100)
    objects = [found(s3.put(f"{n}.csv", OLD)) for n in range(30)]
    between(lambda r: None if r.path.endswith("/0.csv") else Fault(status=503))
    some: Iterator[object] = downloaded(objects)
    next(some)
    some.close()  # type: ignore[attr-defined]
    end = time.monotonic() + 30
    while _working() and time.monotonic() < end:
        time.sleep(0.02)
    assert not _working()


def _working() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("cesctl-")]


def test_of_azure(az: Azure) -> None:
    url = az.put("day=1/x y.csv", OLD)
    (one,) = listing.inside(parse(az.root))
    az.put("day=1/x y.csv", NEW)  # after it was listed
    assert contents(one) == [NEW]
    assert contents(found(url)) == [NEW]
    az.put("day=1/x y.csv", OLD)
    assert contents(*listing.inside(parse(az.root))) == [OLD]
