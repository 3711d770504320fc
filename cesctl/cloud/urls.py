"""URLs of object stores: what they name, and which of them must not be used."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from cesctl.errors import UsageError

Kind = Literal["s3", "gs", "az"]
_KINDS: dict[str, Kind] = {
    "s3": "s3", "s3a": "s3",
    "gs": "gs", "gcs": "gs",
    "az": "az", "azure": "az", "adl": "az", "abfs": "az", "abfss": "az",
}  # fmt: skip
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
# Azure's own way to name the account: abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/KEY
_WITH_ACCOUNT = re.compile(r"([a-z0-9$-]+)@([a-z0-9]+)(\.[a-z0-9.-]+)", re.IGNORECASE)
# What a signed URL has behind its "?", and a key hardly ever.
_SIGNATURE = re.compile(
    r"([?&](?:sig|signature|x-amz-signature|x-amz-credential|x-amz-security-token|awsaccesskeyid"
    r"|x-goog-signature|x-goog-credential|googleaccessid)=)[^&\s]*",
    re.IGNORECASE,
)
# A secret may have slashes in it, and may stand there without "@"; a port is none.
_USER = re.compile(r"(://)(?:[^/]*:.*@|[^/@]*:(?!\d{1,5}(?:/|\Z))[^/]*)", re.DOTALL)
_BUCKET = re.compile(r"[A-Za-z0-9._$-]+")
FROM_ENVIRONMENT = "credentials are taken from the environment only"


@dataclass(frozen=True)
class Place:
    """What a URL names. ``root`` is the bucket (Azure: the container) as written, without the slash behind
    it; ``key`` is taken as it stands: nothing in it is an escape, a query or a fragment.
    """

    kind: Kind
    root: str
    bucket: str
    key: str
    account: str = ""  # Azure: where the URL names it, else that of the environment
    host: str = ""  # what follows the account there

    @property
    def url(self) -> str:
        return self.of(self.key)

    @property
    def same(self) -> tuple[str, ...]:
        """The same for all ways to write one place."""
        return self.kind, self.account.lower(), self.bucket, self.key

    def of(self, key: str) -> str:
        """The URL of a key in the same bucket."""
        return f"{self.root}/{key}"

    def at(self, key: str) -> Place:
        return replace(self, key=key)


def is_url(text: str) -> bool:
    """Whether it names something in an object store."""
    match = _URL.match(text)
    return match is not None and match[1].lower() in _KINDS


def is_other_url(text: str) -> bool:
    """Whether it is a URL of any other kind."""
    return _URL.match(text) is not None and not is_url(text)


def masked(text: str) -> str:
    """The text to show: without the password and the signature that a URL may hold."""
    return _SIGNATURE.sub(r"\1***", _USER.sub(_hidden, text))


def _hidden(match: re.Match[str]) -> str:
    return f"{match[1]}***{'@' if match[0].endswith('@') else ''}"


def parse(url: str) -> Place:
    """Raises UsageError for one without a bucket, and for one with credentials in it."""
    match = _URL.match(url)
    assert match is not None
    kind = _KINDS[match[1].lower()]
    where, _, key = url[match.end() :].partition("/")
    shown = masked(url)
    if shown != url:
        raise UsageError(f'"{shown}" holds credentials: {FROM_ENVIRONMENT}{_instead(kind, url)}')
    root = f"{match[0]}{where}"
    if kind == "az" and (named := _WITH_ACCOUNT.fullmatch(where)):
        return Place(kind, root, named[1], key, named[2].lower(), named[3].lower())
    if not _BUCKET.fullmatch(where):
        raise UsageError(f'"{shown}" names no {bucket_word(kind)}: write {match[0]}NAME/KEY')
    return Place(kind, root, where, key)


def _instead(kind: Kind, url: str) -> str:
    if kind == "az" and _SIGNATURE.search(url):
        return "; give what follows the ? as AZURE_STORAGE_SAS_TOKEN"
    return ""


def bucket_word(kind: Kind) -> str:
    return "container" if kind == "az" else "bucket"


def identity(text: str) -> tuple[str, ...] | None:
    """The same for all ways to write one object's URL; None for what is no such URL. Raises UsageError."""
    return parse(text).same if is_url(text) else None
