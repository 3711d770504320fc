"""Typed columns (Parquet, DataFrames) as the text the model page compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import cells, keyed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cesctl.sources.parts import Wanted, Ways


def paths(schema: Mapping[str, pl.DataType], before: str = "") -> Iterator[str]:
    """Every column and every field of its structs, dotted."""
    for name, dtype in schema.items():
        if isinstance(dtype, pl.Struct):
            yield from paths(_fields(dtype), f"{before}{name}.")
        else:
            yield before + name


def type_at(schema: Mapping[str, pl.DataType], way: tuple[str, ...]) -> pl.DataType | None:
    """The type that a way leads to; None where it leads nowhere."""
    dtype: pl.DataType | None = schema.get(way[0]) if way else None
    for key in way[1:]:
        dtype = _fields(dtype).get(key) if isinstance(dtype, pl.Struct) else None
    return dtype


def cell_at(schema: Mapping[str, pl.DataType], way: tuple[str, ...]) -> tuple[str, ...] | None:
    """The text on the way, which may hold a JSON object that the rest leads into."""
    starts = (way[:n] for n in range(1, len(way)))
    return next((start for start in starts if type_at(schema, start) == pl.String), None)


def _fields(dtype: pl.Struct) -> dict[str, pl.DataType]:
    return {f.name: f.dtype for f in dtype.fields if isinstance(f.dtype, pl.DataType)}


def ways_that_exist(schema: Mapping[str, pl.DataType], ways: Ways) -> Ways:
    """Those of the ways that lead somewhere."""
    return tuple(w for w in ways if type_at(schema, w) is not None)


def select(
    frame: pl.LazyFrame,
    schema: Mapping[str, pl.DataType],
    wanted: Sequence[Wanted],
    uuids: frozenset[str] = frozenset(),
) -> pl.LazyFrame:
    """The wanted columns, where no column is there also from inside of texts that hold JSON."""
    return cells.select(frame, [(w.name, _found(schema, w, uuids)) for w in wanted])


def _found(
    schema: Mapping[str, pl.DataType], wanted: Wanted, uuids: frozenset[str]
) -> pl.Expr | cells.Inside:
    if not ways_that_exist(schema, wanted.ways):
        for way in wanted.ways:
            for n in range(1, len(way)):
                if fields := keyed.fields_of(type_at(schema, way[:n])):
                    return keyed.text(at(way[:n]), ".".join(way[n:]), fields, as_text)
            if cell := cell_at(schema, way):
                return cells.Inside(".".join(cell), at(cell), way[len(cell) :])
    return column(schema, wanted, uuids)


def series_at(frame: pl.DataFrame, way: tuple[str, ...]) -> pl.Series:
    """The values that a way leads to."""
    return frame.select(at(way).alias("at")).to_series()


def at(way: tuple[str, ...]) -> pl.Expr:
    expr = pl.col(way[0])
    for key in way[1:]:
        expr = expr.struct.field(key)
    return expr


def column(
    schema: Mapping[str, pl.DataType], wanted: Wanted, uuids: frozenset[str] = frozenset()
) -> pl.Expr:
    """The wanted column as text, or, a timestamp, as it is; null where no way exists."""
    for way in ways_that_exist(schema, wanted.ways)[:1]:
        dtype = type_at(schema, way)
        assert dtype is not None
        expr = at(way)
        if wanted.timestamp and (dtype.is_temporal() or dtype.is_numeric()):
            return expr.alias(wanted.name)
        return as_text(expr, dtype, uuid=".".join(way) in uuids).alias(wanted.name)
    return pl.lit(None, dtype=pl.String).alias(wanted.name)


def as_text(expr: pl.Expr, dtype: pl.DataType, *, uuid: bool = False) -> pl.Expr:
    """Digits for integers, no fraction for whole floats, ISO for times, JSON for what is nested."""
    if dtype == pl.String:
        return expr
    if dtype.is_float():
        whole = (expr == expr.round()) & (expr.abs() < 2.0**53)
        # NaN is how data frames say that nothing is there
        return (
            pl.when(whole)
            .then(expr.cast(pl.Int64, strict=False).cast(pl.String))
            .when(expr.is_not_nan())
            .then(expr.cast(pl.String))
        )
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is not None:
            expr = expr.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            return expr.dt.to_string("iso:strict") + pl.lit("Z")
        return expr.dt.to_string("iso:strict")
    if isinstance(dtype, pl.Date | pl.Time | pl.Duration):
        return expr.dt.to_string("iso:strict")
    if dtype == pl.Binary:
        if uuid:
            as_hex = expr.bin.encode("hex")
            cuts = ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))
            return pl.concat_str([as_hex.str.slice(a, n) for a, n in cuts], separator="-")
        return expr.map_batches(_bytes_as_text, return_dtype=pl.String, is_elementwise=True)
    if isinstance(dtype, pl.Struct | pl.List | pl.Array):
        # Only structs have an encoder: what is nested goes into one, whose braces are cut off.
        inside = pl.struct(expr.alias("v")).struct.json_encode()
        return pl.when(expr.is_not_null()).then(inside.str.slice(5, inside.str.len_chars() - 6))
    return expr.cast(pl.String)


def _bytes_as_text(column: pl.Series) -> pl.Series:
    """Text where the bytes are UTF-8, as old writers leave it; hexadecimal where not."""
    try:
        return column.cast(pl.String)
    except pl.exceptions.PolarsError:
        return pl.Series(column.name, map(_byte_text, column), dtype=pl.String)


def _byte_text(value: bytes | None) -> str | None:
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()
