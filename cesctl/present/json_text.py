"""Scores as JSON: the run's object, or one customer a line.

A customer's text is put together by polars expressions, because its numbers are to be as short as
can be (``84``, not ``84.0``), which no JSON writer does at this speed.
"""

from __future__ import annotations

import io
import json
import math
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.model.scored_by import all_signals
from cesctl.present.numbers import shortest, shortest_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from cesctl.model.types import Model
    from cesctl.result import Result

ROWS_AT_A_TIME = 50_000


def run_json(result: Result, customers: pl.DataFrame) -> Iterator[bytes]:
    """The one object of ``--format json``; each customer stands on a line of its own."""
    head = compact(run_head(result))
    yield head[:-1].encode() + b',"customers":['
    separator = b"\n"
    for lines in _pieces(customers, [s.name for s in all_signals(result.model)], ",\n"):
        yield separator + lines
        separator = b",\n"
    yield b"\n]}\n"


def json_lines(frame: pl.DataFrame, signals: Sequence[str]) -> Iterator[bytes]:
    """One object a line."""
    for lines in _pieces(frame, signals, "\n"):
        yield lines + b"\n"


def json_array(frame: pl.DataFrame, signals: Sequence[str] = ()) -> Iterator[bytes]:
    """An array of one object a row, each on a line of its own; ``signals``: see ``json_lines``."""
    separator = b"[\n"
    for lines in _pieces(frame, signals, ",\n"):
        yield separator + lines
        separator = b",\n"
    yield b"\n]\n" if frame.height else b"[]\n"


def document(head: dict[str, Any], tables: Mapping[str, pl.DataFrame]) -> Iterator[bytes]:
    """One object: what ``head`` says, then an array of objects for each table, a row a line."""
    yield compact(head)[:-1].encode()
    lead = "," if head else ""
    for name, frame in tables.items():
        yield f"{lead}{compact(name)}:".encode()
        yield b"".join(json_array(frame)).rstrip()
        lead = ","
    yield b"}\n"


def run_head(result: Result) -> dict[str, Any]:
    """What the JSON object says of the run: all but the customers."""
    bands = result.bands.drop("color")
    return {**provenance(result), "summary": dict(result.summary), "bands": bands.to_dicts()}


def provenance(result: Result) -> dict[str, Any]:
    """What any JSON object of a run begins with: model, T, window and rows."""
    from cesctl.duration import format_duration

    model, rows = result.model, result.rows
    return {
        "model": model_head(model),
        "as_of": instant(result.as_of),
        "window": None if model.window_us is None else format_duration(model.window_us),
        "rows": {
            "read": rows.read,
            "accepted": rows.accepted,
            "duplicate": rows.duplicate,
            "filtered": rows.filtered,
            "after_as_of": rows.after_as_of,
            "rejected": dict(rows.rejected),
        },
    }


def model_head(model: Model) -> dict[str, Any]:
    """Which model it was: its name, its text's digest, and what was set over its file where anything was."""
    head: dict[str, Any] = {"name": model.name or None, "sha256": model.sha256 or None}
    return head | {"set": dict(model.values_set)} if model.values_set else head


def compact(value: object) -> str:
    """JSON text of small things, numbers as short as can be."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{compact(k)}:{compact(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(compact(item) for item in value) + "]"
    if isinstance(value, float):
        return shortest(value) if math.isfinite(value) else "null"
    return json.dumps(value, ensure_ascii=False)


def pretty(value: object) -> str:
    """The same with a key a line."""
    return json.dumps(_whole(value), ensure_ascii=False, indent=2)


def instant(at: datetime) -> str:
    """``2026-11-01T12:00:00Z`` of an aware instant in UTC; what is below a second is cut off."""
    return at.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _whole(value: object) -> object:
    """Floats without a fraction become integers where both read back the same."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e16 else value
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return value


def _pieces(frame: pl.DataFrame, signals: Sequence[str], between: str) -> Iterator[bytes]:
    """The rows as JSON objects with ``between`` between them, some ten thousand at a time."""
    row = _object(frame.schema, signals)
    for rows in frame.iter_slices(ROWS_AT_A_TIME):
        if rows.height:
            buffer = io.BytesIO()
            # Unquoted CSV of one column is the quickest way from texts to bytes.
            rows.select(row).write_csv(
                buffer, include_header=False, quote_style="never", line_terminator=between
            )
            yield buffer.getvalue().removesuffix(between.encode())


def _object(schema: pl.Schema, signals: Sequence[str]) -> pl.Expr:
    """One row as a JSON object; ``NAME.measure`` and ``NAME.points`` move into ``signals``."""
    nested = {f"{name}.{part}" for name in signals for part in ("measure", "points")}
    parts: list[str | pl.Expr] = ["{"]
    for name, dtype in schema.items():
        if name not in nested:
            parts += [f"{compact(name)}:", _value(pl.col(name), dtype), ","]
    if signals:
        parts.append('"signals":{')
        for name in signals:
            for key, part in (("{", "measure"), ("", "points")):
                column = f"{name}.{part}"
                lead = f"{compact(name)}:{key}" if key else ","
                parts += [f"{lead}{compact(part)}:", _value(pl.col(column), schema[column])]
            parts += ["}", ","]
        parts[-1] = "}"
        parts.append(",")
    parts[-1] = "}"
    return pl.concat_str(_merged(parts))


def _merged(parts: Sequence[str | pl.Expr]) -> list[pl.Expr]:
    """Neighbouring constants as one: each column of a concatenation costs a pass over its rows."""
    merged: list[pl.Expr] = []
    constant = ""
    for part in parts:
        if isinstance(part, str):
            constant += part
            continue
        if constant:
            merged.append(pl.lit(constant))
        merged.append(part)
        constant = ""
    return [*merged, pl.lit(constant)]


def _value(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A column as JSON text, never null."""
    if dtype.is_float():
        text = shortest_text(column)
    elif dtype.is_integer() or dtype == pl.Boolean:
        text = column.cast(pl.String)
    elif isinstance(dtype, pl.Datetime):
        text = column.dt.strftime('"%Y-%m-%dT%H:%M:%SZ"')
    elif dtype == pl.List(pl.Float64):
        inside = shortest_text(pl.element()).fill_null("null")
        text = pl.format("[{}]", column.list.eval(inside).list.join(","))
    else:  # text, or a list of texts: polars escapes it, within an object of one key
        text = pl.struct(column.alias("x")).struct.json_encode().str.strip_prefix('{"x":')
        text = text.str.head(-1)
    return text.fill_null("null")
