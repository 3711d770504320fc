"""NDJSON with lines that are no records: which they are, and a copy that the fast reader takes.

In the copy each of those lines is a record that only says why it is none. Lines keep their places.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from cesctl.sources import bytestream, duck, jsonitems, jsonvalue, temporary
from cesctl.sources.parts import BROKEN, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cesctl.sources.parts import InputFile

_KEY = "\ufdd0broken"  # begins with a code point that is no character, so no export has it
WHY = Wanted(BROKEN, ((_KEY,),), exact=False)


def mended(file: InputFile) -> InputFile:
    """The copy as a file; a plain file in which every line is a record as it is."""
    found = suspects(file)
    if not found and file.compression == "none" and not file.bom:
        return file
    copy = _copy(file, found, duck.changed(file))
    return replace(file, path=copy, compression="none", bom=False, size=copy.stat().st_size)


@temporary.kept
def _copy(file: InputFile, found: frozenset[int], _changed: int) -> Path:
    copy = temporary.new_file()
    with temporary.writing(), copy.open("wb") as out:
        out.writelines(_mended_lines(file, found))
    return copy


def _mended_lines(file: InputFile, suspects: frozenset[int]) -> Iterator[bytes]:
    number = 0
    for line in bytestream.lines(file):
        if line.strip():
            number += 1
            if number in suspects:
                yield _mended(line)
                continue
        yield line


def _mended(line: bytes) -> bytes:
    record = jsonitems.of_line(line)
    if isinstance(record, jsonitems.NoRecord):
        record = {_KEY: str(record)}
    # halves of surrogate pairs, which the fast reader refuses, are replaced
    return jsonvalue.whole(jsonvalue.written(record)).encode() + b"\n"


def suspects(file: InputFile) -> frozenset[int]:
    """Which of the lines that are not blank, from 1, are no JSON objects to the fast reader."""
    return _suspects(file, duck.changed(file))


@cache
def _suspects(file: InputFile, _changed: int) -> frozenset[int]:
    with duck.connection() as database:
        rows = database.execute(f"""
            select number from (select row_number() over () as number, json_type(json) as type
            from read_json_objects({duck.path(file)}, format='newline_delimited',
                ignore_errors=true, compression='{duck.compression(file)}',
                maximum_object_size={duck.LARGEST_RECORD}))
            where type is distinct from 'OBJECT'""").fetchall()
    return frozenset(number for (number,) in rows)


def broken(file: InputFile) -> Iterator[tuple[int, str]]:
    """(line, why) of the lines that are no records."""
    found = suspects(file)
    number = 0
    for place, line in enumerate(bytestream.lines(file), 1):
        if not line.strip():
            continue
        number += 1
        if number in found and isinstance(record := jsonitems.of_line(line), jsonitems.NoRecord):
            yield place, str(record)
