"""What the environment says of object stores: credentials, endpoints, and how requests are made."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from cesctl.cloud.urls import parse
from cesctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cesctl.cloud.urls import Kind, Place

Purpose = Literal["list", "read", "write"]

PREFIX: dict[Kind, str] = {"s3": "AWS_", "gs": "GOOGLE_", "az": "AZURE_"}
# The variables that other libraries of the same family (delta-rs, polars) take as options, by option.
_OPTIONS: dict[Kind, dict[str, tuple[str, ...]]] = {
    "s3": {
        "aws_access_key_id": ("AWS_ACCESS_KEY_ID",),
        "aws_secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
        "aws_session_token": ("AWS_SESSION_TOKEN", "AWS_TOKEN"),
        "aws_region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
        "aws_endpoint_url": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
        "aws_virtual_hosted_style_request": ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST",),
        "aws_skip_signature": ("AWS_SKIP_SIGNATURE",),
        "aws_allow_http": ("AWS_ALLOW_HTTP",),
    },
    "gs": {
        "google_service_account": ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_PATH"),
        "google_service_account_key": ("GOOGLE_SERVICE_ACCOUNT_KEY",),
        "google_application_credentials": ("GOOGLE_APPLICATION_CREDENTIALS",),
        "google_bearer_token": ("GOOGLE_BEARER_TOKEN",),
        "google_skip_signature": ("GOOGLE_SKIP_SIGNATURE",),
        "google_base_url": ("GOOGLE_BASE_URL",),
        "google_allow_http": ("GOOGLE_ALLOW_HTTP",),
    },
    "az": {
        "azure_storage_account_name": ("AZURE_STORAGE_ACCOUNT_NAME",),
        "azure_storage_account_key": (
            "AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_ACCESS_KEY", "AZURE_STORAGE_MASTER_KEY",
        ),
        "azure_storage_sas_token": ("AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_SAS_KEY"),
        "azure_storage_client_id": ("AZURE_STORAGE_CLIENT_ID", "AZURE_CLIENT_ID"),
        "azure_storage_client_secret": ("AZURE_STORAGE_CLIENT_SECRET", "AZURE_CLIENT_SECRET"),
        "azure_storage_tenant_id": ("AZURE_STORAGE_TENANT_ID", "AZURE_TENANT_ID"),
        "azure_storage_token": ("AZURE_STORAGE_TOKEN",),
        "azure_federated_token_file": ("AZURE_FEDERATED_TOKEN_FILE",),
        "azure_use_azure_cli": ("AZURE_USE_AZURE_CLI",),
        "azure_skip_signature": ("AZURE_SKIP_SIGNATURE",),
        "azure_storage_endpoint": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
        "azure_storage_use_emulator": ("AZURE_STORAGE_USE_EMULATOR",),
        "azure_allow_http": ("AZURE_ALLOW_HTTP",),
    },
}  # fmt: skip
_ENDPOINT: dict[Kind, str] = {
    "s3": "aws_endpoint_url",
    "gs": "google_base_url",
    "az": "azure_storage_endpoint",
}

_HTTP = re.compile(r"http(s?)://[A-Za-z0-9\[]\S*\Z", re.IGNORECASE)
# Of the client: these too may be set, as AWS_PROXY_URL and such.
_CLIENT = ("proxy_url", "proxy_ca_certificate", "proxy_excludes", "allow_invalid_certificates")
CONNECT_TIMEOUT = timedelta(seconds=10)
READ_TIMEOUT = timedelta(seconds=30)  # without a byte
# Of one request, whole: a request reads or writes no more than one part of an object.
READ_WHOLE = timedelta(minutes=15)
WRITE_WHOLE = timedelta(minutes=5)

RETRIES = 5  # of one request, waiting longer and longer in between
RETRY_TIMEOUT = timedelta(seconds=60)  # after which none is tried again


def storage_options(url: str) -> dict[str, str]:
    """What the environment says of the store of a URL, as the options that delta-rs and polars take; S3 with
    the conditional writing that delta-rs needs. Holds secrets: never to be shown.

    Raises UsageError for a URL with credentials in it, and for an http:// endpoint that is not allowed.
    """
    place = parse(url)
    check_endpoint(place)
    options = _given(place.kind, os.environ)
    if place.account:
        options["azure_storage_account_name"] = place.account
    if place.kind == "s3":
        options.setdefault("conditional_put", os.environ.get("AWS_CONDITIONAL_PUT") or "etag")
    return options


def _given(kind: Kind, environment: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for option, names in _OPTIONS[kind].items():
        value = next((environment[n] for n in names if environment.get(n)), None)
        if value is not None:
            found[option] = value
    return found


def endpoint_variable(kind: Kind) -> str:
    """The usual name of the variable that says where the store is."""
    return {
        "s3": "AWS_ENDPOINT_URL", "gs": "GOOGLE_BASE_URL", "az": "AZURE_STORAGE_ENDPOINT",
    }[kind]  # fmt: skip


def check_endpoint(place: Place) -> None:
    """Raises UsageError for an endpoint that is none, and one without encryption unless that is allowed."""
    endpoint = _given(place.kind, os.environ).get(_ENDPOINT[place.kind])
    if endpoint is None:
        return
    named = f"{place.url}: the endpoint in {endpoint_variable(place.kind)}"
    match = _HTTP.match(endpoint)
    if match is None:  # obstore would take it, and panic
        raise UsageError(f"{named} is no URL: write https://HOST or http://HOST:PORT")
    if not match[1] and not _allows_http(place.kind):
        allows = f"{PREFIX[place.kind]}ALLOW_HTTP=true allows it"
        raise UsageError(f"{named} is http://, without encryption; {allows}")


def _allows_http(kind: Kind) -> bool:
    value = os.environ.get(f"{PREFIX[kind]}ALLOW_HTTP", "")
    emulated = kind == "az" and _true(os.environ.get("AZURE_STORAGE_USE_EMULATOR", ""))
    return _true(value) or emulated


def _true(value: str) -> bool:
    return value.strip().lower() in {"1", "true", "on", "yes", "y"}


def client_options(kind: Kind, purpose: Purpose) -> dict[str, Any]:
    """Of obstore's client. Given at all, they replace what obstore takes from the environment itself; so
    that is read here.
    """
    options: dict[str, Any] = {"allow_http": _allows_http(kind), "connect_timeout": CONNECT_TIMEOUT}
    for name in _CLIENT:
        value = os.environ.get(f"{PREFIX[kind]}{name.upper()}")
        if value:
            options[name] = _true(value) if name.startswith("allow") else value
    if purpose == "write":  # the time without a byte runs while a body is sent, too
        options["timeout"] = WRITE_WHOLE
    else:
        options |= {"timeout": READ_WHOLE, "read_timeout": READ_TIMEOUT}
    if kind == "gs" and purpose == "read":
        # Else what is stored with Content-Encoding: gzip comes unpacked, and without its length.
        options["default_headers"] = {"accept-encoding": "gzip"}
    return options


def retry_config(purpose: Purpose) -> dict[str, Any]:
    """Of obstore: what a request does after a failure that may pass. Reading an object sees to that itself:
    obstore would go on in the middle of a body without a look at whether the object is still the same.
    """
    if purpose == "read":
        return {"max_retries": 0}
    backoff = {"init_backoff": timedelta(seconds=0.2), "max_backoff": timedelta(seconds=5)}
    return {"max_retries": RETRIES, "retry_timeout": RETRY_TIMEOUT, "backoff": backoff}
