"""UTF-16 files with a byte order mark, by way of a copy in UTF-8."""

from __future__ import annotations

import codecs
from functools import cache
from typing import TYPE_CHECKING

from cesctl.sources import bytestream, temporary

if TYPE_CHECKING:
    from pathlib import Path

    from cesctl.sources.parts import Compression

_ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def marked(head: bytes) -> bool:
    """Whether the first bytes are the mark; that of UTF-32 begins alike."""
    return head[:2] in _ENCODINGS and not head.startswith(codecs.BOM_UTF32_LE)


@cache
def as_utf8(name: str, path: Path, compression: Compression, _changed: int) -> Path:
    """A plain copy, made anew where the file has ``_changed``.

    What is no UTF-16 becomes what is no UTF-8 either, so that its line is told.
    """
    copy = temporary.new_file()
    try:
        with (
            bytestream.open_bytes(path, compression) as stream,
            temporary.writing(),
            copy.open("wb") as out,
        ):
            decoder = codecs.getincrementaldecoder(_ENCODINGS[stream.read(2)])("surrogatepass")
            while chunk := stream.read(1 << 20):
                out.write(decoder.decode(chunk).encode("utf-8", "surrogatepass"))
            if decoder.getstate()[0]:  # half a character at the end
                out.write(b"\xff")
    except bytestream.BROKEN as error:
        raise bytestream.damaged(name, compression, error) from None
    return copy
