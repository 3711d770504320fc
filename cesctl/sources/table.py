"""A small table in any of the formats: the roster, the identities."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any

from cesctl.errors import InputError
from cesctl.model.types import Source
from cesctl.sources import columnar, files, jsonitems, jsonvalue, places, samples
from cesctl.sources.parts import Part, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from cesctl.sources.parts import InputFile


def read_table(path: str | PathLike[str], *, rows_needed: bool = True) -> pl.DataFrame:
    """The whole file, one row per record, all columns as text; without ``rows_needed`` maybe no rows, and no
    columns either where the file names none (an empty array).

    Raises InputError, also for a line that is no record: whom a roster leaves out is nobody's guess.
    """
    import polars as pl

    try:
        found, _ = samples.described(files.find([path], (), ()).files)
    except files.NothingInThemError as error:
        if rows_needed or error.columns is None:
            raise
        return pl.DataFrame(schema=dict.fromkeys(error.columns, pl.String))
    for problem in places.broken(found, 1):
        raise InputError(replace(problem, message=f"broken line: {problem.message}"))
    frames = [_whole(file) for file in found]
    return pl.concat(frames, how="diagonal")


def _whole(file: InputFile) -> pl.DataFrame:
    import polars as pl

    names = _columns(file)
    wanted = tuple(Wanted(n, ((n,),)) for n in names)
    if file.format in ("csv", "parquet"):
        # what the fast reader refuses may be no broken line
        return Part((file,), wanted, Source(), careful=True, ordered=True).frame.collect()
    rows = [[jsonvalue.at(record, w.ways) for w in wanted] for record in _records(file)]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _columns(file: InputFile) -> list[str]:
    """All columns; of JSON the keys of every record, in order of appearance."""
    if file.format == "csv":
        return list(file.columns)
    if file.format == "parquet":
        return list(columnar.schema_of(file.path))
    return list(dict.fromkeys(key for record in _records(file) for key in record))


def _records(file: InputFile) -> Iterator[dict[str, Any]]:
    for _, record in jsonitems.items(file):
        assert isinstance(record, dict)  # others were refused
        yield record
