"""A model file's bytes as text; what is no text is refused in words."""

from __future__ import annotations

import os
from pathlib import Path

from cesctl.cloud import urls
from cesctl.errors import ModelError, Problem
from cesctl.model.fields import did_you_mean

LARGEST = 10_000_000  # bytes; a model of a thousand signals has some 100,000


def read_text(path: str | os.PathLike[str]) -> tuple[bytes, str]:
    """The file's bytes, and its text without a byte order mark. Raises ModelError."""
    file = os.fspath(path)
    if urls.is_url(file) or urls.is_other_url(file):
        what = "a model is read from a file here, not from a URL"
        raise _refuse(urls.masked(file), what, "its files: may be URLs of an object store")
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise _refuse(file, "no such file", _hint(Path(path))) from None
    except IsADirectoryError:
        raise _refuse(file, "this is a folder, not a model file") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _refuse(file, f"cannot be read: {reason}") from None
    if len(data) > LARGEST:
        raise _refuse(file, "larger than 10 MB: is this a model?", "events are given without -c")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refuse(file, "the text is UTF-16", "save it as UTF-8")
    text = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data, text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError([_undecodable(file, text, error.start)]) from None


def _hint(path: Path) -> str:
    try:
        beside = [p.name for p in path.parent.glob("*.y*ml")]
    except (OSError, ValueError):
        beside = []
    usual = "name the model with -c, or write one with cesctl init"
    return did_you_mean(path.name, beside, usual)


def _refuse(file: str, message: str, hint: str = "") -> ModelError:
    return ModelError([Problem(message, file=file, hint=hint)])


def _undecodable(file: str, data: bytes, at: int) -> Problem:
    before = data[:at].decode("utf-8")
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rest = data[at:].split(b"\n", 1)[0].rstrip(b"\r").decode("utf-8", "replace")
    return Problem(
        f"byte 0x{data[at]:02x} is not UTF-8",
        file=file,
        line=len(lines),
        column=len(lines[-1]) + 1,
        source=lines[-1] + rest,
        hint="save the file as UTF-8",
    )
