"""Looking at a few records: the keys of JSON, the columns that hold something, what times look like."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from cesctl.sources import explode, jsonitems, jsonvalue, keyed, separated

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
_HEX = re.compile(r"[0-9][0-9a-fA-F]{5,}")  # among ids like this some are like 12e34


def described(files: Sequence[InputFile]) -> tuple[list[InputFile], dict[InputFile, Sampled]]:
    """The files, JSON ones with their paths, and what is in each.

    Of very many files alike only some are looked into; the others are taken to be like them.
    """
    looked: dict[object, tuple[Sampled, Layout, int]] = {}
    result: list[InputFile] = []
    samples: dict[InputFile, Sampled] = {}
    for file in files:
        alike = (file.format, file.columns, file.wrapper, file.rows)
        before, layout, times = looked.get(alike, (Sampled(), Layout(), 0))
        if times < _FILES_ALIKE:
            sampled, more = _look(file)
            looked[alike] = (before.with_(sampled), layout.with_(more), times + 1)
            described = more.of(file)
        else:
            sampled = before
            described = replace(layout.of(file), whole=False)
        result.append(described)
        samples[described] = sampled
    return result, samples


@dataclass(frozen=True)
class Layout:
    """Columns or dotted paths; those that hold JSON objects as text, and the paths inside of these."""

    columns: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    keyed: tuple[tuple[str, ...], ...] = ()  # in JSON, the ways to arrays of keys and values

    def with_(self, other: Layout) -> Layout:
        """Both together."""
        return Layout(
            tuple(dict.fromkeys((*self.columns, *other.columns))),
            tuple(dict.fromkeys((*self.cells, *other.cells))),
            tuple(dict.fromkeys((*self.inside, *other.inside))),
            tuple(dict.fromkeys((*self.keyed, *other.keyed))),
        )

    def of(self, file: InputFile) -> InputFile:
        """The file with this layout."""
        return replace(
            file, columns=self.columns, cells=self.cells, inside=self.inside, keyed=self.keyed
        )


def _look(file: InputFile) -> tuple[Sampled, Layout]:
    """What a sample of the file holds, and its columns or paths."""
    if file.format == "parquet":
        import polars as pl

        from cesctl.sources import columnar

        with columnar.refusing(file.name):
            return typed_look(pl.scan_parquet(file.path, glob=False), file.columns)
    sampled = Sampled()
    columns: dict[str, None] = dict.fromkeys(file.columns)
    cells: dict[str, None] = {}
    inside: dict[str, None] = {}
    others: dict[str, None] = {}  # columns with texts that are no objects
    arrays: dict[tuple[str, ...], None] = {}
    for record in records(file, blocks=3):
        arrays.update(dict.fromkeys(keyed.paths(record)))
        for path, value in jsonvalue.paths(record):
            columns[path] = None
            _note(sampled, path, value)
            held = _held(value)
            if held is None:
                others.update({path: None} if value not in (None, "") else {})
                continue
            cells[path] = None
            for below, text in jsonvalue.paths(held, f"{path}."):
                inside[below] = None
                _note(sampled, below, text)
    inside.update({c: None for c in cells if c in others})
    if file.is_json:  # no place of its own: any path may lead through text
        opened = {c for c in cells if any(p.startswith(f"{c}.") for p in inside)}
        plain = [c for c in columns if c not in opened]
        for array in map(".".join, arrays):  # read whole it has the numbers inside of it
            if any(f.startswith(f"{array}.") for f in sampled.fractions):
                sampled.fractions.add(array)
        return sampled, Layout(tuple(dict.fromkeys((*plain, *inside))), keyed=tuple(arrays))
    return replace(sampled, fractions=set()), Layout(tuple(columns), tuple(cells), tuple(inside))


def _held(value: Any) -> Record | None:
    """The object that a text spells; None where it spells none."""
    text = value.strip() if isinstance(value, str) else ""
    if not (text.startswith("{") and text.endswith("}")):
        return None
    return jsonvalue.parsed(text) or (None if text[1:-1].strip() else {})


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
    elif isinstance(value, str) and not value.isdigit() and _HEX.fullmatch(value):
        sampled.alike.add(path)


def typed_look(frame: pl.LazyFrame, columns: tuple[str, ...]) -> tuple[Sampled, Layout]:
    """What the first rows of typed columns hold, and what is inside of their texts."""
    import polars as pl

    from cesctl.sources import typed
    from cesctl.sources.parts import Wanted

    head = frame.head(200).collect()
    schema = dict(head.schema)
    every = [
        Wanted(p, ((p,), tuple(p.split("."))), timestamp=True)
        for p in dict.fromkeys(typed.paths(schema))
    ]
    texts = typed.select(head.lazy(), schema, every).collect()
    filled = {c for c in texts.columns if texts[c].null_count() < texts.height}
    found: dict[str, dict[str, None]] = {}
    for c in texts.columns:
        way = tuple(c.split("."))
        if keyed.fields_of(typed.type_at(schema, way)) is not None:
            found[c] = {f"{c}.{key}": None for key in keyed.keys(typed.series_at(head, way))}
        elif typed.type_at(schema, way) == pl.String:
            held = [_held(text) for text in texts[c] if text]
            objects = [h for h in held if h is not None]
            if objects:
                found[c] = {p: None for h in objects for p, _ in jsonvalue.paths(h, f"{c}.")}
                found[c] |= {c: None} if len(objects) < len(held) else {}
    inside = tuple(dict.fromkeys(p for paths in found.values() for p in paths))
    return Sampled({*filled, *inside}), Layout(columns, tuple(found), inside)


def times(part: Part, blocks: int) -> list[str]:
    """Texts of the timestamp columns, from evenly spread files and places in them."""
    if part.format in ("parquet", "frame", "store"):
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
                text_of_one = io.StringIO(text)
                rows = separated.reader(text_of_one, file.separator, quotes=file.quotes)
                row = next(rows, [])
                if len(row) == len(file.columns) or not file.header:
                    yield dict(zip(file.columns, row, strict=False))
            elif isinstance(record := jsonitems.DECODER.decode(text), dict):
                yield from explode.records(record, file.rows)
        except (ValueError, json.JSONDecodeError, csv.Error):
            continue
