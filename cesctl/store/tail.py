"""What was written to an export since it was last taken in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cesctl.sources import bytestream, csvrecord, temporary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.sources import InputFile


def tail_of(file: InputFile, start: int) -> InputFile:
    """The file without its first ``start`` bytes, which are whole lines, but with its header."""
    header = _header(file) if file.format == "csv" and file.header else b""
    lines = 0
    copy = temporary.new_file()
    with temporary.writing(), copy.open("wb") as out:
        out.write(header)
        done = 0
        for chunk in bytestream.chunks(file):
            skipped = min(max(start - done, 0), len(chunk))
            lines += chunk.count(file.eol.encode(), 0, skipped)
            out.write(chunk[skipped:])
            done += len(chunk)
    return replace(
        file,
        path=copy,
        compression="none",
        bom=False,
        size=copy.stat().st_size,
        whole=False,
        lines_before=lines - header.count(file.eol.encode()),
    )


def _header(file: InputFile) -> bytes:
    """The bytes of the header, blank lines above it, and the end of its line."""
    layout = replace(csvrecord.Layout.of(file), width=0)
    data, at = b"", 0
    chunks: Iterator[bytes] = bytestream.chunks(file)
    final = False
    while True:
        text = data.replace(b"\r", b"\n") if file.eol == "\r" else data
        record = csvrecord.parse(text, at, layout, final=final) if at < len(text) else None
        if record is None:
            if final:
                return data
            chunk = next(chunks, b"")
            final = not chunk
            data += chunk
        elif text[at : record.end].strip(b"\r\n"):
            return data[: record.end]
        else:
            at = record.end
