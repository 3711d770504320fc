"""What goes wrong is told with its cause and what to do, and without a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cesctl.cloud import settings
from cesctl.errors import CesctlError, InputError, UsageError
from cesctl.sources.files import find
from tests.cloud.buckets import KEY, S3, SECRET, Azure
from tests.cloud.faults import Fault, faulty

if TYPE_CHECKING:
    from pathlib import Path

HUSH = "HUSH0123456789"
CREDENTIALS = f"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>CODE</Code><Message>The request signature we calculated does not match</Message>
<AWSAccessKeyId>{KEY}</AWSAccessKeyId><StringToSign>{HUSH}</StringToSign>
<SignatureProvided>{HUSH}</SignatureProvided></Error>"""


@pytest.fixture(autouse=True)
def _one_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "RETRIES", 1)


def told(*inputs: str) -> str:
    with pytest.raises(InputError) as caught:
        find(list(inputs))
    text = str(caught.value)
    for secret in (KEY, SECRET, HUSH, "Debug", "RetryError", "reqwest", "<"):
        assert secret not in text
    return text


def test_no_such_thing(s3: S3) -> None:
    s3.put("x.csv", "x")
    assert told(f"{s3.root}/y.csv") == f"{s3.root}/y.csv: no such object or folder"
    assert told(f"{s3.root}/y/") == f"{s3.root}/y/: no exports in the folder"
    assert told(f"{s3.root}/y*.csv") == f"{s3.root}/y*.csv: nothing matches the pattern"
    for key in ("x.csv", "", "f/", "*.csv"):
        assert told(f"s3://nosuchbucket/{key}") == (
            f's3://nosuchbucket/{key}: no such bucket "nosuchbucket"\n'
            "  check its name, and AWS_ENDPOINT_URL where that is set"
        )


def test_all_of_them_in_one_go(s3: S3) -> None:
    text = told(f"{s3.root}/a.csv", f"{s3.root}/b/", "none.csv")
    assert text.splitlines() == [
        f"{s3.root}/a.csv: no such object or folder",
        f"{s3.root}/b/: no exports in the folder",
        "none.csv: no such file or folder",
    ]


@pytest.mark.parametrize(
    ("status", "code", "what"),
    [
        (403, "InvalidAccessKeyId", "the credentials are not accepted (InvalidAccessKeyId)"),
        (403, "SignatureDoesNotMatch", "the credentials are not accepted (SignatureDoesNotMatch)"),
        (400, "ExpiredToken", "the credentials are not accepted (ExpiredToken)"),
        (401, "Unauthorized", "the credentials are not accepted (Unauthorized)"),
        (403, "AccessDenied", "access denied (AccessDenied)"),
        (301, "PermanentRedirect", "the bucket is in another region"),
        (400, "AuthorizationHeaderMalformed", "the bucket is in another region"),
        (400, "InvalidRequest", "the store refuses it: 400 (InvalidRequest)"),
        (503, "SlowDown", "the store answers 503 (SlowDown)"),
    ],
)
def test_what_the_store_says(
    s3: S3, monkeypatch: pytest.MonkeyPatch, *, status: int, code: str, what: str
) -> None:
    body = CREDENTIALS.replace("CODE", code).encode()
    with faulty(s3.endpoint, lambda _: Fault(status=status, body=body)) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        text = told(f"{s3.root}/f/")
    assert text.splitlines()[0] == f"{s3.root}/f/: {what}"


def test_what_is_no_store_s_answer(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(s3.endpoint, lambda _: Fault(status=200, body=b"Welcome! HUSH0123456789")) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        assert "the store's answer cannot be understood" in told(f"{s3.root}/f/")


def test_no_credentials(monkeypatch: pytest.MonkeyPatch, moto: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    for half in (None, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name, raising=False)
        if half is None:  # then a cloud's own machine is asked, which is not here
            monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")
        else:
            monkeypatch.setenv(half, SECRET)
        assert told("s3://b/x.csv") == (
            "s3://b/x.csv: no credentials for it in the environment\n"
            "  set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION"
        )


def test_no_account_or_a_broken_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "no storage account in the environment\n  set AZURE_STORAGE_ACCOUNT_NAME" in told(
        "az://c/x"
    )
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "acme")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", f"{HUSH}!")
    assert "the credentials in the environment cannot be read" in told("az://c/x")
    for content in ("{}", "no JSON", json.dumps({"private_key": HUSH})):
        (tmp_path / "account.json").write_text(content)
        for name in ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_APPLICATION_CREDENTIALS"):
            with monkeypatch.context() as only:
                only.setenv(name, str(tmp_path / "account.json"))
                assert "the credentials in the environment cannot be read" in told("gs://b/x")
                only.setenv(name, str(tmp_path / "none.json"))
                assert "the credentials in the environment cannot be read" in told("gs://b/x")


def test_out_of_reach(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert told(f"{s3.root}/x").splitlines() == [
        f"{s3.root}/x: the store cannot be reached: connection refused",
        "  check the network, and AWS_ENDPOINT_URL where that is set",
    ]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://no-such-host.invalid")
    monkeypatch.setenv("NO_PROXY", "*")
    assert "the store cannot be reached: its name is not known" in told(f"{s3.root}/x")


def test_settings_that_cannot_be_used(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REQUEST_PAYER", HUSH)
    assert "the settings in the environment cannot be used" in told(f"{s3.root}/x")
    for endpoint in ("nonsense", "http://", "http:// x", "s3.example.com"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(UsageError, match="AWS_ENDPOINT_URL is no URL: write https://HOST"):
            find([f"{s3.root}/x"])


def test_of_azure(az: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(f"{az.root}/x.csv") == f"{az.root}/x.csv: no such object or folder"
    assert 'no such container "nosuch"' in told("az://nosuch/x.csv")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "SFVTSDAxMjM0NTY3ODk=")
    assert "the credentials are not accepted (AuthorizationFailure)" in told(f"{az.root}/x.csv")


def test_other_urls() -> None:
    assert told("https://me:HUSH0123456789@host/x.csv") == (
        "https://***@host/x.csv: URLs of this kind are not read; those of s3://, gs:// and az:// are"
    )


def test_without_obstore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cesctl.extras.find_spec", lambda _: None)
    with pytest.raises(CesctlError) as caught:
        find(["s3://b/x.csv"])
    assert str(caught.value) == (
        "s3://b/x.csv: object-store URLs need obstore: pip install 'cesctl[cloud]'"
    )
    assert caught.value.exit_code == 2
