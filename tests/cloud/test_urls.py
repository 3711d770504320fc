"""URLs: what they name, and which must not be used."""

from __future__ import annotations

import pytest

from cesctl.cloud.urls import identity, is_other_url, is_url, masked, parse
from cesctl.errors import UsageError


@pytest.mark.parametrize(
    ("url", "kind", "bucket", "key"),
    [
        ("s3://b/x/y.csv", "s3", "b", "x/y.csv"),
        ("S3a://b/x", "s3", "b", "x"),
        ("gs://b/", "gs", "b", ""),
        ("gcs://b", "gs", "b", ""),
        ("az://c/x", "az", "c", "x"),
        ("adl://c/x", "az", "c", "x"),
        ("s3://b/q?y#z%41 +&.csv", "s3", "b", "q?y#z%41 +&.csv"),
        ("s3://b/at@x:y.csv", "s3", "b", "at@x:y.csv"),
        ("s3://b/day=2026-01-01/x.csv", "s3", "b", "day=2026-01-01/x.csv"),
    ],
)
def test_what_a_url_names(url: str, kind: str, bucket: str, key: str) -> None:
    place = parse(url)
    assert (place.kind, place.bucket, place.key) == (kind, bucket, key)
    assert place.of("new") == f"{url.split('://', maxsplit=1)[0]}://{bucket}/new"


def test_the_key_stands_in_the_url_as_it_is() -> None:
    assert parse("s3://b/a b%20c#d?e.csv").url == "s3://b/a b%20c#d?e.csv"


def test_azure_names_the_account_in_its_own_way() -> None:
    place = parse("abfss://events@acmedata.dfs.core.windows.net/2026/x.csv")
    assert (place.bucket, place.account, place.host) == (
        "events",
        "acmedata",
        ".dfs.core.windows.net",
    )
    assert place.url == "abfss://events@acmedata.dfs.core.windows.net/2026/x.csv"


def test_what_is_no_url_of_a_store() -> None:
    for text in ("x.csv", "/s3/x", "s3:/b/x", "-", "a=b", "C:\\x"):
        assert not is_url(text)
        assert not is_other_url(text)
        assert identity(text) is None
    for text in ("https://b/x", "hdfs://b/x", "file:///x"):
        assert not is_url(text)
        assert is_other_url(text)


def test_one_place_written_in_two_ways() -> None:
    assert identity("s3a://b/x") == identity("s3://b/x") != identity("s3://b/y")
    assert identity("gcs://b/x") == identity("gs://b/x") != identity("s3://b/x")
    assert identity("abfs://c@acct.dfs.core.windows.net/x") == identity(
        "abfss://c@ACCT.blob.core.windows.net/x"
    )


@pytest.mark.parametrize(
    "url",
    ["s3://", "s3:///x", "gs://@/x", "s3://user@b/x", "s3://b:80/x", "s3://a b/x", "s3://é/x"],
)
def test_no_bucket(url: str) -> None:
    with pytest.raises(UsageError, match="names no bucket: write"):
        parse(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://AKIA:pa/hush@b/x.csv", "s3://***@b/x.csv"),
        ("s3://AKIA:hush/b/x.csv", "s3://***/b/x.csv"),
        ("s3://AKIA:hush@b/x.csv", "s3://***@b/x.csv"),
        ("abfss://me:hush@acct.dfs.core.windows.net/x", "abfss://***@acct.dfs.core.windows.net/x"),
        ("az://c/x.csv?sv=2024&sig=hush%3D&se=1", "az://c/x.csv?sv=2024&sig=***&se=1"),
        ("s3://b/x?X-Amz-Signature=hush", "s3://b/x?X-Amz-Signature=***"),
        ("gs://b/x?a=1&GoogleAccessId=hush&Signature=hush", None),
    ],
)
def test_credentials_in_a_url_are_refused_and_not_shown(url: str, shown: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        parse(url)
    assert "hush" not in str(caught.value)
    assert "hush" not in masked(url)
    if shown is not None:
        assert masked(url) == shown
        assert str(caught.value).startswith(f'"{shown}" holds credentials')


def test_a_signature_for_azure_goes_by_its_variable() -> None:
    with pytest.raises(UsageError, match="AZURE_STORAGE_SAS_TOKEN"):
        parse("az://c/x.csv?sig=hush")


def test_masking_leaves_other_texts_alone() -> None:
    for text in (
        "s3://b/x?y=1.csv",
        "events.csv",
        "s3://b/at@x:y.csv",
        "s3://b/significant=1",
        "http://h:80/x",
    ):
        assert masked(text) == text
