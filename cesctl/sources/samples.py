"""Looking at a few records: the keys of JSON, the columns that hold something, what times look like."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from cesctl.sources import jsonitems, jsonvalue, separated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from cesctl.sources.parts import InputFile, Part

_BLOCK = 1 << 16  # bytes of one look into a file
_RECORDS = 500  # the most that are taken from the head of a file
_FILES_ALIKE = 40  # files of one layout that are looked into for their keys
_FILES = 12  # the most files that are looked into for times
_TIMES = 400

Record = dict[str, Any]


@dataclass
class Sampled:
    """What a sample of a file holds, by column or dotted path."""

    filled: set[str] = field(default_factory=set)  # something that is not empty
    fractions: set[str] = field(default_factory=set)  # JSON numbers with more than digits
    alike: set[str] = field(default_factory=set)  # JSON strings that look like those

    def with_(self, other: Sampled) -> Sampled:
        """Both together."""
        return Sampled(
            self.filled | other.filled, self.fractions | other.fractions, self.alike | other.alike
        )


_FRACTION = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def described(files: Sequence[InputFile]) -> tuple[list[InputFile], dict[InputFile, Sampled]]:
    """The files, JSON ones with their paths, and what is in each.

    Of very many files alike only some are looked into; the others are taken to be like them.
    """
    looked: dict[object, tuple[Sampled, tuple[str, ...], int]] = {}
    result: list[InputFile] = []
    samples: dict[InputFile, Sampled] = {}
    for file in files:
        alike = (file.format, file.columns, file.wrapper)
        before, paths, times = looked.get(alike, (Sampled(), (), 0))
        if times < _FILES_ALIKE:
            sampled, more = _look(file)
            paths = tuple(dict.fromkeys((*paths, *more)))
            looked[alike] = (before.with_(sampled), paths, times + 1)
            described = replace(file, columns=more)
        else:
            sampled = before
            described = replace(file, columns=paths, whole=False)
        result.append(described)
        samples[described] = sampled
    return result, samples


def _look(file: InputFile) -> tuple[Sampled, tuple[str, ...]]:
    """What a sample of the file holds, and its columns or paths."""
    if file.format == "parquet":
        import polars as pl

        from cesctl.sources import columnar

        with columnar.refusing(file.name):
            return Sampled(filled_columns(pl.scan_parquet(file.path, glob=False))), file.columns
    sampled = Sampled()
    seen: dict[str, None] = dict.fromkeys(file.columns)
    for record in records(file, blocks=3):
        for path, value in jsonvalue.paths(record):
            seen[path] = None
            _note(sampled, path, value)
    return sampled, tuple(seen)


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
        return _typed_times(part) if blocks > 3 else []
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


def _typed_times(part: Part) -> list[str]:
    """The greatest of each timestamp column, and, of texts, some of the last, as text."""
    import polars as pl

    from cesctl.sources import typed

    result: list[str] = []
    schema = part.frame.collect_schema()
    for name in part.timestamps:
        column = part.frame.select(pl.col(name))
        newest = column.max()
        frames = [newest, column.tail(_TIMES)] if schema[name] == pl.String else [newest]
        for frame in pl.collect_all(frames):
            text = frame.select(typed.as_text(pl.col(name), schema[name]))
            result += text.to_series().drop_nulls().to_list()
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
    """The first records. Of what is broken in other documents than lines an InputError names the line."""
    if file.format == "csv":
        for row in islice(separated.records(file), most):
            yield dict(zip(file.columns, row, strict=False))
    else:
        for _, record in islice(jsonitems.items(file), most):
            if not isinstance(record, jsonitems.NoRecord):
                yield record


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
