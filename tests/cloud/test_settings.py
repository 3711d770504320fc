"""Settings come from the environment, by the names that others use."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from cesctl.cloud.settings import client_options, retry_config, storage_options
from cesctl.errors import UsageError
from tests.cloud.buckets import KEY, S3, SECRET

if TYPE_CHECKING:
    from pathlib import Path


def test_of_s3(s3: S3, moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    assert storage_options(f"{s3.root}/x") == {
        "aws_access_key_id": KEY,
        "aws_secret_access_key": SECRET,
        "aws_session_token": "token",
        "aws_region": "us-east-1",
        "aws_endpoint_url": moto,
        "aws_allow_http": "true",
        "conditional_put": "etag",
    }
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.example.com")
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    assert storage_options(s3.root)["aws_endpoint_url"] == "https://s3.example.com"
    assert "aws_session_token" not in storage_options(s3.root)


def test_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "acme")
    monkeypatch.setenv("AZURE_STORAGE_ACCESS_KEY", "key")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "adc.json")
    assert storage_options("az://c/x") == {
        "azure_storage_account_name": "acme",
        "azure_storage_account_key": "key",
    }
    assert storage_options("abfss://c@other.dfs.core.windows.net/x") == {
        "azure_storage_account_name": "other",
        "azure_storage_account_key": "key",
    }
    assert storage_options("gs://b/x") == {"google_application_credentials": "adc.json"}
    assert storage_options("s3://b/x") == {"conditional_put": "etag"}


def test_polars_takes_them(s3: S3, tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": [1, 2]})
    frame.write_parquet(tmp_path / "x.parquet")
    url = s3.put("x y.parquet", (tmp_path / "x.parquet").read_bytes())
    # "conditional_put" is of delta-rs' world; polars must not stumble over it
    read = pl.scan_parquet(url, storage_options=storage_options(url), glob=False).collect()
    assert read.equals(frame)


def test_without_encryption_only_where_that_is_said(
    s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    with pytest.raises(UsageError, match="AWS_ALLOW_HTTP=true allows it"):
        storage_options(s3.root)
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", "http://h")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "acme")
    with pytest.raises(UsageError, match="AZURE_ALLOW_HTTP=true allows it"):
        storage_options("az://c/x")
    monkeypatch.setenv("AZURE_STORAGE_USE_EMULATOR", "true")
    assert storage_options("az://c/x")["azure_storage_endpoint"] == "http://h"


def test_of_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    assert client_options("s3", "list")["allow_http"] is False
    monkeypatch.setenv("AWS_ALLOW_HTTP", "True")
    monkeypatch.setenv("AWS_PROXY_URL", "http://proxy:1")
    monkeypatch.setenv("AWS_ALLOW_INVALID_CERTIFICATES", "false")
    options = client_options("s3", "read")
    assert (options["allow_http"], options["proxy_url"]) == (True, "http://proxy:1")
    assert options["allow_invalid_certificates"] is False
    assert options["read_timeout"] < options["timeout"]
    assert client_options("gs", "read")["allow_http"] is False


def test_a_long_upload_is_not_cut_off_for_want_of_an_answer() -> None:
    assert "read_timeout" not in client_options("s3", "write")
    assert client_options("s3", "write")["timeout"] > timedelta(minutes=1)


def test_packed_objects_of_google_are_asked_for_as_they_are() -> None:
    assert client_options("gs", "read")["default_headers"] == {"accept-encoding": "gzip"}
    for kind in ("s3", "az"):
        assert "default_headers" not in client_options(kind, "read")
    assert "default_headers" not in client_options("gs", "list")


def test_reading_sees_to_its_own_retries() -> None:
    assert retry_config("read") == {"max_retries": 0}
    assert retry_config("list")["max_retries"] > 0
    assert retry_config("list")["retry_timeout"] <= timedelta(minutes=2)
