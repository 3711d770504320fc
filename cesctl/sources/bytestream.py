"""The bytes of a file, uncompressed."""

from __future__ import annotations

import gzip
import sys
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from cesctl.errors import InputError, InputProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.sources.parts import Compression, InputFile

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError)


def compression_of(head: bytes) -> Compression:
    """By the first bytes."""
    if head.startswith(GZIP):
        return "gzip"
    if head.startswith(ZSTD):
        return "zstd"
    return "none"


def open_bytes(path: Path, compression: Compression) -> IO[bytes]:
    """A stream of what is inside; the caller closes it."""
    return path.open("rb") if compression == "none" else open_packed(path, compression)


def open_packed(packed: Path | IO[bytes], compression: Compression) -> IO[bytes]:
    """The same of a compressed file, or of its bytes."""
    if compression == "gzip":
        return cast("IO[bytes]", gzip.open(packed, "rb"))
    return cast("IO[bytes]", zstd.open(packed, "rb"))


def damaged(name: str, compression: Compression, error: Exception) -> InputError:
    """A compressed file that ends early or is no such file inside."""
    early = isinstance(error, EOFError) or "end" in str(error).lower()
    what = "is cut short" if early else "is damaged"
    return InputError(
        InputProblem(
            f"the {compression} file {what} ({error})", name, hint="export or copy it anew"
        )
    )


def chunks(file: InputFile, size: int = 1 << 20) -> Iterator[bytes]:
    """The bytes inside, without a byte order mark."""
    try:
        with open_bytes(file.path, file.compression) as stream:
            first = True
            while chunk := stream.read(size):
                yield chunk.removeprefix(b"\xef\xbb\xbf") if first else chunk
                first = False
    except BROKEN as error:
        raise damaged(file.name, file.compression, error) from None


def lines(file: InputFile) -> Iterator[bytes]:
    """The lines inside with their ends, split at the file's own line end and at nothing else."""
    end = file.eol.encode()
    rest = b""
    for chunk in chunks(file):
        *whole, rest = (rest + chunk).split(end)
        for line in whole:
            yield line + end
    if rest:
        yield rest
