"""Arrays of keys and values, as GA4's ``event_params``: a path leads to the value by its key.

``[{"key": "ga_session_id", "value": {"int_value": "7"}}]`` has the text ``7`` at ``ga_session_id``. The
first entry of a key counts. Of a value with a field per type the first that is not null is taken; a value
may also stand by itself. All that follows the array in a path may be the key, which may have dots in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# https://support.google.com/analytics/answer/7029846
FIELDS = ("string_value", "int_value", "float_value", "double_value")
# DuckDB's type of such an array: all is read as text.
DUCKDB_TYPE = (
    f'STRUCT("key" VARCHAR, "value" STRUCT({", ".join(f"{f} VARCHAR" for f in FIELDS)}))[]'
)


def is_keyed(value: Any) -> bool:
    """Whether a JSON value is an array of keys and values."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, dict) and "key" in entry and "value" in entry for entry in value)
    )


def value(entries: list[Any], key: str) -> Any:
    """The value at a key; None where there is none."""
    for entry in entries:
        if isinstance(entry, dict) and entry.get("key") == key:
            return _one(entry.get("value"))
    return None


def _one(found: Any) -> Any:
    if isinstance(found, dict):
        return next((found[f] for f in FIELDS if found.get(f) is not None), None)
    return found


def pairs(entries: list[Any]) -> Iterator[tuple[str, Any]]:
    """(key, value) of each entry."""
    return ((str(entry["key"]), _one(entry["value"])) for entry in entries)


def paths(record: dict[str, Any], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The ways to such arrays in a JSON record."""
    for key, found in record.items():
        if isinstance(found, dict):
            yield from paths(found, (*before, key))
        elif is_keyed(found):
            yield (*before, key)


def duckdb_text(array: str, key: str, number: Callable[[str], str]) -> str:
    """SQL for the text at a key; ``number`` guards a number whose text DuckDB may write anew."""
    literal = "'" + key.replace("'", "''") + "'"
    entry = f"list_filter({array}, lambda entry: entry.key = {literal})[1].value"
    string, whole, *numbers = (f"{entry}.{f}" for f in FIELDS)
    return f"coalesce({', '.join([string, whole, *map(number, numbers)])})"


def fields_of(dtype: pl.DataType | None) -> dict[str, pl.DataType] | None:
    """The fields of the entries' values in a typed column; None where it is no such array."""
    if not isinstance(dtype, pl.List) or not isinstance(dtype.inner, pl.Struct):
        return None
    entry = {f.name: f.dtype for f in dtype.inner.fields}
    if "key" not in entry or not isinstance(entry.get("value"), pl.Struct):
        return None
    inside = entry["value"]
    assert isinstance(inside, pl.Struct)
    found = {f.name: f.dtype for f in inside.fields if isinstance(f.dtype, pl.DataType)}
    return {f: found[f] for f in FIELDS if f in found} or None


def text(
    array: pl.Expr,
    key: str,
    fields: dict[str, pl.DataType],
    as_text: Callable[[pl.Expr, pl.DataType], pl.Expr],
) -> pl.Expr:
    """The text at a key of a typed column."""
    has_key = pl.element().struct.field("key").cast(pl.String) == key
    entry = array.list.filter(has_key).list.first().struct.field("value")
    return pl.coalesce([as_text(entry.struct.field(f), dtype) for f, dtype in fields.items()])


def keys(array: pl.Series) -> list[str]:
    """Every key in a typed column, in order of appearance."""
    entries = array.drop_nulls().explode().drop_nulls()
    found = entries.struct.field("key").cast(pl.String).drop_nulls()
    return found.unique(maintain_order=True).to_list()
