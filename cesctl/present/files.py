"""Scores as files: CSV, JSON, NDJSON, Parquet and Excel; the same scores give the same bytes.

Each function gives the file in pieces of bytes; who calls it decides where they go. Text is built
by polars, some ten thousand rows at a time: a million customers take seconds and little memory.

- CSV follows RFC 4180: UTF-8 without a mark, lines end with CR LF, quotes only where needed.
- Numbers are the shortest text that reads back the same (``84``, ``0.1``), in CSV and JSON alike.
- Instants are UTC in whole seconds; nothing is an empty cell in CSV and ``null`` in JSON.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal, get_args

import polars as pl

from cesctl.model.scored_by import all_signals
from cesctl.present.json_text import json_array, json_lines, run_json
from cesctl.present.numbers import shortest_text
from cesctl.present.xlsx import xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.result import Result

Kind = Literal["csv", "json", "ndjson", "parquet", "xlsx"]
KINDS: tuple[Kind, ...] = get_args(Kind)

ROWS_AT_A_TIME = 50_000


def scores_file(result: Result, kind: Kind, *, at_risk_only: bool = False) -> Iterator[bytes]:
    """The scores of ``result`` as one file.

    With ``at_risk_only`` the customers are those at risk; what JSON says of the run is of all.
    """
    customers = result.at_risk if at_risk_only else result.scores
    if kind == "json":
        return run_json(result, customers)
    if kind == "ndjson":
        return json_lines(customers, [s.name for s in all_signals(result.model)])
    return table_file(customers, kind, name="scores")


def table_file(frame: pl.DataFrame, kind: Kind, *, name: str) -> Iterator[bytes]:
    """Any flat frame as one file; ``.json`` is an array of objects. ``name`` is Excel's sheet."""
    if kind == "csv":
        return _csv(frame)
    if kind == "ndjson":
        return json_lines(frame, [])
    if kind == "json":
        return json_array(frame)
    if kind == "xlsx":
        return xlsx(frame, name)
    return _parquet(frame)


def _csv(frame: pl.DataFrame) -> Iterator[bytes]:
    cells = [_csv_cell(pl.col(name), dtype).alias(name) for name, dtype in frame.schema.items()]
    yield _csv_bytes(frame.clear().select(cells), header=True)
    for rows in frame.iter_slices(ROWS_AT_A_TIME):
        yield _csv_bytes(rows.select(cells), header=False)


def _csv_bytes(frame: pl.DataFrame, *, header: bool) -> bytes:
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=header, line_terminator="\r\n")
    return buffer.getvalue()


def _csv_cell(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_float():
        return shortest_text(column)
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(dtype, pl.List):
        return pl.when(column.list.len() > 0).then(column.list.join("; "))
    return column


def _parquet(frame: pl.DataFrame) -> Iterator[bytes]:
    buffer = io.BytesIO()
    # How the frame came to be in pieces must not show in the file.
    frame.rechunk().write_parquet(buffer, compression="zstd", row_group_size=262_144)
    yield buffer.getvalue()
