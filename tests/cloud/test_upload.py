"""Objects are written whole, or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cesctl.cloud import settings, upload
from cesctl.cloud.upload import check_target
from cesctl.errors import OutputError, UsageError
from tests.cloud.buckets import KEY, ODD_KEYS, S3, SECRET, Azure
from tests.cloud.faults import Fault, Request, faulty, now_and_then

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    path = tmp_path / "new"
    path.write_bytes(b"new")
    return path


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    """Of four parts, the last one smaller."""
    path = tmp_path / "large"
    path.write_bytes(os.urandom(upload.PART * 3 + 1000))
    return path


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "RETRIES", 2)


def test_names_are_taken_as_they_are(s3: S3, small_file: Path) -> None:
    for key in ODD_KEYS:
        upload.upload(small_file, f"{s3.root}/{key}")
    assert sorted(s3.keys()) == sorted(ODD_KEYS)


def test_of_azure(az: Azure, large_file: Path, small_file: Path) -> None:
    check_target(f"{az.root}/out/a b.csv")
    upload.upload(large_file, f"{az.root}/out/a b.csv")
    assert az.get("out/a b.csv") == large_file.read_bytes()
    upload.upload(small_file, f"{az.root}/out/a b.csv")
    assert az.get("out/a b.csv") == b"new"


def test_in_parts(s3: S3, large_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(s3.endpoint, lambda _: None) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        upload.upload(large_file, f"{s3.root}/x.bin")
    assert s3.get("x.bin") == large_file.read_bytes()
    assert len([r for r in proxy.seen if "partNumber=" in r.path]) == 4


@pytest.mark.parametrize("seed", range(3))
def test_what_fails_now_and_then(
    s3: S3, large_file: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    with faulty(s3.endpoint, now_and_then(seed)) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        upload.upload(large_file, f"{s3.root}/x.bin")
    assert s3.get("x.bin") == large_file.read_bytes()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(status=503, body=b"<Error><Code>SlowDown</Code></Error>"), "the store answers 503"),
        (Fault(status=403, body=b"<Error><Code>AccessDenied</Code></Error>"), "access denied"),
        (Fault(drop=True), "the connection to the store broke off"),
    ],
)
def test_what_fails_always_leaves_the_old_one(
    s3: S3, large_file: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault, told: str
) -> None:
    url = s3.put("x.bin", b"old")

    def in_the_middle(request: Request) -> Fault | None:
        return fault if "partNumber=3" in request.path else None

    with faulty(s3.endpoint, in_the_middle) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        with pytest.raises(OutputError) as caught:
            upload.upload(large_file, url)
    assert str(caught.value).startswith(f'cannot write "{url}": {told}')
    assert KEY not in str(caught.value)
    assert SECRET not in str(caught.value)
    assert s3.get("x.bin") == b"old"
    assert not s3.client.list_multipart_uploads(Bucket=s3.name).get("Uploads")


def test_a_place_is_looked_at_beforehand(s3: S3) -> None:
    check_target(f"{s3.root}/out/x.csv")
    assert s3.keys() == []
    for url, why in {
        "s3://nosuchbucket/x.csv": 'no such bucket "nosuchbucket"',
        s3.root: "it is a bucket",
        f"{s3.root}/": "it is a bucket",
        f"{s3.root}/out/": "it is a folder",
        f"{s3.root}/a//b.csv": "names with an empty part",
    }.items():
        with pytest.raises(OutputError) as caught:
            check_target(url)
        assert str(caught.value).startswith(f'cannot write "{url}": {why}')


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (403, "InvalidAccessKeyId", "the credentials are not accepted (InvalidAccessKeyId)"),
        (503, "SlowDown", "the store answers 503 (SlowDown)"),
        (403, "AccessDenied", None),  # to list; who may only write is still welcome
    ],
)
def test_bad_credentials_are_found_beforehand(
    s3: S3, monkeypatch: pytest.MonkeyPatch, *, status: int, code: str, told: str | None
) -> None:
    body = f"<Error><Code>{code}</Code></Error>".encode()
    with faulty(s3.endpoint, lambda _: Fault(status=status, body=body)) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        if told is None:
            check_target(f"{s3.root}/x.csv")
        else:
            with pytest.raises(OutputError) as caught:
                check_target(f"{s3.root}/x.csv")
            assert told in str(caught.value)
    assert {r.method for r in proxy.seen} == {"GET"}


def test_credentials_in_the_url() -> None:
    with pytest.raises(UsageError, match="holds credentials"):
        check_target("s3://AKIA:hush@b/x.csv")
