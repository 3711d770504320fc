"""``gs://``: Google's XML API is the one of S3 in all that is used here, so that moto can answer for it.

No emulator of it can be had from PyPI or npm: gcp-storage-emulator has the JSON API only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cesctl.cloud import listing, upload
from cesctl.cloud.download import downloaded
from cesctl.cloud.upload import check_target
from cesctl.cloud.urls import parse
from tests.cli import small
from tests.cloud.buckets import KEY, ODD_KEYS, S3
from tests.cloud.faults import Fault, faulty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cloud.faults import Proxy

# By which moto knows whose bucket it is; a bearer's token says nothing to it.
SIGNED = (
    f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


@pytest.fixture
def google(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    plan = Fault(without=("authorization",), told=(("Authorization", SIGNED),))
    with faulty(moto, lambda _: plan) as proxy:
        account = {
            "gcs_base_url": proxy.url, "disable_oauth": True,
            "client_email": "", "private_key": "", "private_key_id": "",
        }  # fmt: skip
        (tmp_path / "account.json").write_text(json.dumps(account))
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(tmp_path / "account.json"))
        monkeypatch.setenv("GOOGLE_ALLOW_HTTP", "true")
        yield proxy


@pytest.mark.usefixtures("google")
def test_reading(moto: str) -> None:
    bucket = S3.new(moto)
    for key in ODD_KEYS:
        bucket.put(key, key)
    for scheme in ("gs", "gcs"):
        found = listing.inside(parse(f"{scheme}://{bucket.name}"))
        assert sorted(f.url for f in found) == sorted(
            f"{scheme}://{bucket.name}/{k}" for k in ODD_KEYS
        )
        for one, path in downloaded(found):
            assert path is not None
            assert path.read_text() == one.place.key


def test_what_is_stored_packed_is_asked_for_as_it_is(google: Proxy, moto: str) -> None:
    bucket = S3.new(moto)
    bucket.put("x.csv", "x")
    list(downloaded(listing.inside(parse(f"gs://{bucket.name}/"))))
    (get,) = [r for r in google.seen if "list-type" not in r.path]
    assert get.headers["accept-encoding"] == "gzip"


@pytest.mark.usefixtures("google")
def test_writing(moto: str, tmp_path: Path) -> None:
    bucket = S3.new(moto)
    (tmp_path / "large").write_bytes(bytes(range(256)) * (upload.PART // 100))
    for key in ("x y.csv", "é/large"):
        url = f"gs://{bucket.name}/{key}"
        check_target(url)
        upload.upload(tmp_path / "large", url)
        assert bucket.get(key) == (tmp_path / "large").read_bytes()


@pytest.mark.usefixtures("google")
def test_a_run(moto: str, tmp_path: Path) -> None:
    bucket = S3.new(moto)
    small.write(tmp_path)
    bucket.put("in/a b.csv", (tmp_path / "events.csv").read_bytes())
    args = ("-c", str(tmp_path / "model.yaml"), "-q", "-f", "csv")
    local = small.call("score", str(tmp_path / "events.csv"), *args)
    cloud = small.call("score", f"gs://{bucket.name}/in/*.csv", *args)
    assert cloud.exit_code == 0, cloud.stderr
    assert cloud.stdout == local.stdout
    done = small.call("score", "gs://nosuchbucket/in/*.csv", *args)
    assert done.exit_code == 3
    assert 'gs://nosuchbucket/in/*.csv: no such bucket "nosuchbucket"' in done.stderr
