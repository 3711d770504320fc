"""Every path that the records of a file have, where a sample will not do.

JSON tells its keys record by record, so a key that is seldom there is in no sample. DuckDB tells the
structures of all records at native speed; where they are too many, or hold arrays of keys and values, whose
keys are no structure, the records are looked through one by one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.sources import columnar, duck, jsonitems, jsonvalue, keyed, typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cesctl.sources.parts import InputFile

_MOST = 20_000  # structures of one file that are told apart
_LAYOUTS = {"ndjson": "newline_delimited", "json": "array"}


def every_path(file: InputFile) -> list[str]:
    """Columns and dotted paths to every value, in order of appearance; a column of text that holds JSON is
    one, as the paths into it lead through its text.
    """
    if file.is_json:
        return list(dict.fromkeys(_of_json(file)))
    if file.format == "parquet":
        with columnar.refusing(file.name):
            return list(dict.fromkeys(_of_typed(file)))
    return list(file.columns)


def _of_json(file: InputFile) -> Iterator[str]:
    structures = _structures(file)
    records: Iterable[dict[str, Any]] = structures or ()
    if structures is None or any(map(_has_keyed, structures)):
        careful = (record for _, record in jsonitems.items(file))
        records = (r for r in careful if not isinstance(r, jsonitems.NoRecord))
    for record in records:
        yield from (path for path, _ in jsonvalue.paths(record))


def _structures(file: InputFile) -> list[dict[str, Any]] | None:
    """The structures of the records, with DuckDB's types for values; None where it cannot tell them."""
    if file.rows or (file.format == "json" and file.opening != "["):
        return None
    lenient = ", ignore_errors=true" if file.format == "ndjson" else ""
    query = f"""select distinct json_structure(json)::varchar from read_json_objects(
        {duck.path(file)}, format='{_LAYOUTS[file.format]}', compression='{duck.compression(file)}',
        maximum_object_size={duck.LARGEST_RECORD}{lenient}) limit {_MOST + 1}"""
    try:
        with duck.connection() as database:
            database.execute("set enable_progress_bar = false")
            found = [text for (text,) in database.execute(query).fetchall() if text is not None]
    except pl.exceptions.PolarsError:
        return None
    if len(found) > _MOST:
        return None
    structures = map(json.loads, sorted(found))
    return [s for s in structures if isinstance(s, dict)]


def _has_keyed(structure: Any) -> bool:
    """Whether somewhere in it may be an array of keys and values."""
    if isinstance(structure, dict):
        return any(map(_has_keyed, structure.values()))
    return isinstance(structure, list) and any(
        isinstance(e, dict) and "key" in e and "value" in e for e in structure
    )


def _of_typed(file: InputFile) -> Iterator[str]:
    schema = columnar.schema_of(file.path)
    for path in typed.paths(schema):
        way = (path,) if path in schema else tuple(path.split("."))
        if keyed.fields_of(typed.type_at(schema, way)) is None:
            yield path
            continue
        entries = pl.scan_parquet(file.path, glob=False).select(typed.at(way).explode())
        keys = entries.select(pl.first().struct.field("key").cast(pl.String)).unique()
        yield from (f"{path}.{key}" for (key,) in sorted(keys.drop_nulls().collect().rows()))
