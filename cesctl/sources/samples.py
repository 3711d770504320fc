"""Looking at a few records: the keys of JSON, the columns that hold something, what times look like."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cesctl.errors import InputError
from cesctl.sources import jsonitems, jsonvalue, separated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from cesctl.sources.parts import InputFile, Part

_BLOCK = 1 << 16  # bytes of one look into a file
_RECORDS = 500  # the most that are taken from the head of a file
_FILES = 12  # the most files that are looked into for times
_TIMES = 400

Record = dict[str, Any]


@dataclass
class Sampled:
    """What a sample of a file holds, by column or dotted path."""

    filled: set[str] = field(default_factory=set)  # something that is not empty
    fractions: set[str] = field(default_factory=set)  # JSON numbers with more than digits
    alike: set[str] = field(default_factory=set)  # JSON strings that look like those


_FRACTION = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def described(files: Sequence[InputFile]) -> tuple[list[InputFile], dict[InputFile, Sampled]]:
    """The files, JSON ones with their paths, and what is in each."""
    result: list[InputFile] = []
    samples: dict[InputFile, Sampled] = {}
    for file in files:
        described = file
        if file.format == "parquet":
            import polars as pl

            sampled = Sampled(filled_columns(pl.scan_parquet(file.path, glob=False)))
        else:
            sampled = Sampled()
            seen: dict[str, None] = {}
            for record in records(file, blocks=3):
                for path, value in jsonvalue.paths(record):
                    seen[path] = None
                    _note(sampled, path, value)
            if file.format != "csv":
                described = replace(file, columns=tuple(seen))
        result.append(described)
        samples[described] = sampled
    return result, samples


def _note(sampled: Sampled, path: str, value: Any) -> None:
    if value is None or value == "":
        return
    sampled.filled.add(path)
    if isinstance(value, list):
        value = jsonvalue.text(value)
        if re.search(r"[0-9][.eE]", str(value)):
            sampled.fractions.add(path)
    elif isinstance(value, str) and not value.isdigit() and _FRACTION.fullmatch(value):
        (sampled.fractions if isinstance(value, jsonitems.Number) else sampled.alike).add(path)


def filled_columns(frame: pl.LazyFrame) -> set[str]:
    """Columns and dotted paths with something in the first rows."""
    from cesctl.sources import typed
    from cesctl.sources.parts import Wanted

    head = frame.head(200).collect()
    schema = dict(head.schema)
    every = [
        Wanted(p, ((p,), tuple(p.split("."))), timestamp=True)
        for p in dict.fromkeys(typed.paths(schema))
    ]
    texts = head.select(typed.column(schema, w) for w in every)
    return {c for c in texts.columns if texts[c].null_count() < texts.height}


def times(part: Part, blocks: int) -> list[str]:
    """Texts of the timestamp columns, from evenly spread files and places in them."""
    if part.format in ("parquet", "frame"):
        return []
    step = max(1, -(-len(part.files) // _FILES))
    chosen = list(part.files[::step])
    if part.files[-1] not in chosen:
        chosen.append(part.files[-1])
    ways = [w.ways for w in part.wanted if w.timestamp]
    result: list[str] = []
    for file in chosen:
        found = [
            text
            for record in records(file, blocks=blocks, most=_TIMES)
            for way in ways
            if (text := jsonvalue.at(record, way)) is not None
        ]
        thin = max(1, len(found) * len(chosen) // _TIMES)
        result += found[::thin]
    return result


def records(file: InputFile, blocks: int, most: int = _RECORDS) -> Iterator[Record]:
    """Records of the head and, where one can jump about in it, of the middle and the end."""
    yield from _head(file, most)
    if file.compression != "none" or file.format == "json" or file.whole:
        return
    room = file.size - _BLOCK
    for n in range(1, blocks):
        yield from _block(file, room * n // (blocks - 1), most // blocks)


def _head(file: InputFile, most: int) -> Iterator[Record]:
    """The first records, up to the first broken one."""
    try:
        if file.format == "csv":
            for _, (_, row) in zip(range(most), separated.records(file), strict=False):
                yield dict(zip(file.columns, row, strict=False))
        else:
            for _, (_, record) in zip(range(most), jsonitems.items(file), strict=False):
                yield record
    except InputError:
        return


def _block(file: InputFile, start: int, most: int) -> Iterator[Record]:
    """Records from the middle: lines that are whole and make sense by themselves."""
    with file.path.open("rb") as stream:
        stream.seek(max(0, start))
        lines = stream.read(_BLOCK).split(file.eol.encode())
    at_end = start + _BLOCK >= file.size
    whole = lines[1:] if at_end else lines[1:-1]
    for line in whole[-most:] if at_end else whole[:most]:
        try:
            text = line.decode().strip("\r\n")
            if file.format == "csv":
                row = next(separated.reader(io.StringIO(text), file.separator), [])
                if len(row) == len(file.columns):
                    yield dict(zip(file.columns, row, strict=True))
            elif isinstance(record := jsonitems.DECODER.decode(text), dict):
                yield record
        except (ValueError, json.JSONDecodeError, csv.Error):
            continue
