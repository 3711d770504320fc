"""What went wrong with an object store, for people: the cause, and what to do.

The client's own messages are read for what they tell and never shown: they hold keys' ids, signatures, what
was signed, and the structures of another language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cesctl.cloud.settings import PREFIX, endpoint_variable
from cesctl.cloud.urls import bucket_word

if TYPE_CHECKING:
    from cesctl.cloud.urls import Kind, Place

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>\s*([A-Za-z]{1,60})\s*</Code>")
_NO_BUCKET = {"NoSuchBucket", "ContainerNotFound", "FilesystemNotFound"}
_NOT_ACCEPTED = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired",
    "AuthenticationFailed", "AuthorizationFailure", "InvalidAuthenticationInfo",
    "NoAuthenticationInformation", "AuthenticationRequired", "InvalidClientTokenId",
    "RequestTimeTooSkewed", "InvalidSecurity",
}  # fmt: skip
_REGION = {
    "PermanentRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
}
# Where credentials are asked for when the environment has none: the machine's own, in a cloud.
_ASKED = (
    "169.254.169.254",
    "token request",
    "/latest/api/token",
    "metadata.google",
    "identity/oauth2",
)
_MISSING = ("MissingAccessKeyId", "MissingSecretAccessKey", "MissingCredentials")
_BROKEN_CREDENTIALS = (
    "ccount file",
    "Invalid Access Key",
    "credentials file",
    "decode credentials",
)

TO_SET: dict[Kind, str] = {
    "s3": "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION",
    "gs": "let GOOGLE_APPLICATION_CREDENTIALS name the key file of a service account",
    "az": "set AZURE_STORAGE_ACCOUNT_NAME, and AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN",
}


@dataclass(frozen=True)
class Cause:
    """``what`` is told of a URL, ``hint`` says what to do. ``passing``: another try may do. ``absent``: there
    is no such object. ``refused``: the credentials are good, but not for this.
    """

    what: str
    hint: str = ""
    passing: bool = False
    absent: bool = False
    refused: bool = False


NOT_UNDERSTOOD = Cause(
    "the store's answer cannot be understood", "is it an object store of that kind?"
)


class StoreError(Exception):
    """A store that does not do what it was asked for; turned into an error of the input or the output."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.what)
        self.cause = cause


def explained(error: BaseException, place: Place) -> Cause:
    """What an error of the client means; ``place``: what was asked about."""
    kind = place.kind
    text = str(error)
    status = int(found[1]) if (found := _STATUS.search(text)) else 0
    code = found[1] if (found := _CODE.search(text)) else ""
    said = f" ({code})" if code else ""
    if any(word in text for word in _MISSING) or any(word in text for word in _ASKED):
        return Cause("no credentials for it in the environment", TO_SET[kind])
    if "Account must be specified" in text:
        return Cause("no storage account in the environment", TO_SET[kind])
    if any(word in text for word in _BROKEN_CREDENTIALS):
        return Cause("the credentials in the environment cannot be read", TO_SET[kind])
    if code in _NO_BUCKET:
        what = f'no such {bucket_word(kind)} "{place.bucket}"'
        return Cause(what, f"check its name, and {endpoint_variable(kind)} where that is set")
    if code in _REGION or "incorrectly configured region" in text:
        return Cause("the bucket is in another region", "let AWS_REGION name it")
    if status == 401 or code in _NOT_ACCEPTED:
        return Cause(f"the credentials are not accepted{said}", _check(kind))
    if status == 403:
        hint = f"the account that the environment names has no right to do this; {_check(kind)}"
        return Cause(f"access denied{said}", hint, refused=True)
    if isinstance(error, FileNotFoundError) or status == 404:
        return Cause("no such object", absent=True)
    if status in {408, 429} or status >= 500:
        return Cause(f"the store answers {status}{said}", "try again later", passing=True)
    if status:
        return Cause(f"the store refuses it: {status}{said}")
    if why := _unreachable(text):
        variable = endpoint_variable(kind)
        return Cause(why, f"check the network, and {variable} where that is set", passing=True)
    if isinstance(error, ValueError) or "invalid path" in text:
        what = "names with an empty part, a part . or .., or control characters cannot be read"
        return Cause(what, "name the objects one by one, or a folder without such names")
    return NOT_UNDERSTOOD


def unusable(error: BaseException, place: Place) -> Cause:
    """What an error means that came before anything was asked of the store."""
    cause = explained(error, place)
    if cause is not NOT_UNDERSTOOD:
        return cause
    return Cause("the settings in the environment cannot be used", _check(place.kind))


def _check(kind: Kind) -> str:
    return f"check the variables {PREFIX[kind]}…"


def _unreachable(text: str) -> str:
    if "dns error" in text:
        return "the store cannot be reached: its name is not known"
    if "refused" in text and "Connect" in text:
        return "the store cannot be reached: connection refused"
    if "TimedOut" in text or "kind: Timeout" in text or "timed out" in text:
        return "the store does not answer in time"
    if "kind: Connect" in text:
        return "the store cannot be reached"
    if "HTTP error" in text or "HttpError" in text or "reqwest" in text:
        return "the connection to the store broke off"
    return ""
