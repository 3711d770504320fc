"""About how many records a file of text has: by pieces of it, where it is large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.sources.bytestream import BROKEN, damaged, open_packed

if TYPE_CHECKING:
    from cesctl.sources.parts import InputFile

_PIECE = 1 << 16  # bytes that are looked at in one place
_PLACES = 16  # places of a file that are looked at
_PACKED = 1 << 18  # bytes of a compressed file that are unpacked
_MOST = 1 << 26  # bytes that come of those
_UNPACKED = 12  # times the bytes on disk at least, where that is not known
_DENSER = 2  # times as dense the rest of a compressed file may be


def records(file: InputFile) -> int:
    """Rather too many than too few: a line end within quotes counts, and in JSON what is nested."""
    mark = b"{" if file.is_json else file.eol.encode()
    if file.compression != "none":
        size, looked, found = _of_packed(file, mark)
    else:
        size, looked, found = _of_plain(file, mark)
    if not looked:
        return 1
    # of records longer than what was looked at some have no end there
    return int(size * max(found, looked // _PIECE) / looked) + 1


def _of_plain(file: InputFile, mark: bytes) -> tuple[int, int, int]:
    """The file's bytes, how many were looked at in places all over it, and marks in those."""
    pieces = [(0, file.size)]
    if file.size > _PIECE * _PLACES:
        room = file.size - _PIECE
        pieces = [(room * n // (_PLACES - 1), _PIECE) for n in range(_PLACES)]
    looked = found = 0
    with file.path.open("rb") as stream:
        for start, length in pieces:
            stream.seek(start)
            piece = stream.read(length)
            looked += len(piece)
            found += piece.count(mark)
    return file.size, looked, found


def _of_packed(file: InputFile, mark: bytes) -> tuple[int, int, int]:
    """The same of a compressed file, of which only the beginning can be looked at; its bytes unpacked are
    guessed from that.
    """
    looked = found = 0
    with file.path.open("rb", buffering=0) as packed:
        try:
            with open_packed(packed, file.compression) as stream:
                while packed.tell() < _PACKED and looked < _MOST:
                    piece = stream.read(1 << 20)
                    if not piece:
                        return looked, looked, found
                    looked += len(piece)
                    found += piece.count(mark)
        except BROKEN as error:
            raise damaged(file.name, file.compression, error) from None
        times = max(_UNPACKED, _DENSER * looked / packed.tell())
    return int(file.size * times), looked, found
