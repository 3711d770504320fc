"""Timestamps of any kind to instants: ISO 8601 and epoch numbers told apart by themselves, a given
format, typed columns.

Exports are uniform, so a column is read layout by layout: the first value tells the layout (separator,
digits of the fraction, kind of zone), all values of that layout are read at once, and what is left starts
over with its own first value. Which values can be read, and as what, depends on each value alone, never
on its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from cesctl.pipeline import fixed_width
from cesctl.pipeline.epoch import (
    INSTANT,
    MAX_US,
    MIN_US,
    NUMBER,
    from_epoch,
    whole_numbers,
    whole_text,
)
from cesctl.pipeline.iso import ISO, Layout, layout_of, read_layout, read_text
from cesctl.pipeline.wall_clock import localise

_EPOCH_US = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}


def to_instants(text: pl.Series, *, form: str = "auto", timezone: str = "UTC") -> pl.Series:
    """Text to instants (UTC, µs); null where it is missing or unreadable. White space around it is none.

    ``form`` is ``auto``, ``iso``, ``epoch_s``, ``epoch_ms``, ``epoch_us`` or a strptime format.
    ``timezone`` is that of values which carry none.
    """
    if form in _EPOCH_US:
        return from_epoch(text.str.strip_chars(), _EPOCH_US[form])
    if form not in {"auto", "iso"}:
        return _strptime(text.str.strip_chars(), form, timezone)
    first = _first(text)
    if first is None:
        return _nothing(len(text))
    if (layout := layout_of(first)) is not None:
        read = read_layout(text, layout, timezone)
        if read.null_count() == text.null_count():  # all of one layout: nearly always
            return _in_range(read)
    out = _nothing(len(text))
    left: pl.Series | None = None  # places of the values still to be read; None: all
    values = text.str.strip_chars()
    while (first := _first(values)) is not None:
        if (layout := layout_of(first)) is not None:
            read = read_layout(values, layout, timezone)
            seen = read.is_not_null()
            if not seen.any():  # of the right shape, yet no date: 2026-02-30
                seen = values.str.contains(layout.pattern)
        elif form == "auto" and re.fullmatch(NUMBER, first):
            read = from_epoch(values, None)
            seen = values.str.contains(f"^(?:{NUMBER})$")
        else:  # unreadable: away with all that are
            read = _nothing(len(values))
            known = ISO.pattern if form == "iso" else f"{ISO.pattern}|{NUMBER}"
            seen = ~values.str.contains(f"^(?:{known.replace('?P<', '?<')})$")
        seen = seen.fill_null(value=True)
        if left is None:
            out = read
            if seen.all():
                break
            left = (~seen).arg_true()
        else:
            here = read.is_not_null()
            if here.any():
                out = out.scatter(left.filter(here), read.filter(here))
            left = left.filter(~seen)
        values = values.filter(~seen)
    return _in_range(out)


def _nothing(rows: int) -> pl.Series:
    return pl.Series([None], dtype=INSTANT).new_from_index(0, rows)


def _first(values: pl.Series) -> str | None:
    if len(values) == 0 or values.null_count() == len(values):
        return None
    first = values[0] if values[0] is not None else values.drop_nulls()[0]
    assert isinstance(first, str)
    return first


def _strptime(text: pl.Series, form: str, timezone: str) -> pl.Series:
    if "%z" in form or "%:z" in form or "%#z" in form or "%+" in form:
        read = text.str.to_datetime(form, time_unit="us", strict=False, time_zone="UTC")
        return _in_range(read.cast(INSTANT))
    has_clock = re.search(r"%[HIkMSTRrXcsp-]", form) is not None
    if has_clock:
        read = text.str.to_datetime(form, time_unit="us", strict=False)
    else:
        read = text.str.to_date(form, strict=False).cast(pl.Datetime("us"))
    if "%s" in form:
        return _in_range(read.dt.replace_time_zone("UTC"))
    return _in_range(localise(read, timezone))


def _in_range(at: pl.Series) -> pl.Series:
    """Years 1 to 9999 are instants; year 0 and what an offset pushes out are unreadable."""
    us = at.to_physical()
    low, high = us.min(), us.max()
    if low is None or (low >= MIN_US and high <= MAX_US):  # type: ignore[operator]
        return at
    return (
        at.to_frame("t")
        .select(pl.when(pl.col("t").to_physical().is_between(MIN_US, MAX_US)).then(pl.col("t")))
        .to_series()
    )


def with_instants(
    rows: pl.LazyFrame,
    column: str,
    dtype: pl.DataType,
    name: str,
    *,
    form: str,
    timezone: str,
    sample: Sequence[str] = (),
) -> pl.LazyFrame:
    """Adds ``name``: a timestamp column of any type as instants (UTC, µs), null where missing or unreadable.

    ``sample``: some of its texts. They only save time: values of the layout that the first one has are
    read by polars itself, on all cores, and a batch goes through Python only where that left something.
    """
    typed = pl.col(column)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is not None:
            at = typed.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
        else:
            at = _mapped(typed.dt.cast_time_unit("us"), lambda s: localise(s, timezone))
        return rows.with_columns(at.alias(name))
    if dtype == pl.Date:
        at = _mapped(typed.cast(pl.Datetime("us")), lambda s: localise(s, timezone))
        return rows.with_columns(at.alias(name))
    unit_us = _EPOCH_US.get(form)
    if dtype.is_integer() and (form == "auto" or unit_us):
        whole = typed.cast(pl.Int64, strict=False)
        return rows.with_columns(whole_numbers(whole, unit_us).alias(name))
    if dtype != pl.String:
        rows = rows.with_columns(typed.cast(pl.String))
    first = sample[0].strip() if sample else ""
    layout = layout_of(first) if form in {"auto", "iso"} else None
    quick, missed = f"{name}:quick", f"{name}:missed"
    if layout is not None:
        rows = _with_layout(rows, column, layout, quick, timezone)
    elif unit_us or (form == "auto" and re.fullmatch(NUMBER, first)):
        rows = rows.with_columns(whole_text(pl.col(column), unit_us).alias(quick))
    else:
        at = _mapped(pl.col(column), lambda s: to_instants(s, form=form, timezone=timezone))
        return rows.with_columns(at.alias(name))
    # told by polars beforehand, so that Python has to look at one flag a batch only
    rows = rows.with_columns((pl.col(quick).is_null() & pl.col(column).is_not_null()).alias(missed))

    def rest(columns: Sequence[pl.Series]) -> pl.Series:
        whole, read, left = columns
        return to_instants(whole, form=form, timezone=timezone) if left.any() else read

    at = pl.map_batches([column, quick, missed], rest, return_dtype=INSTANT, is_elementwise=True)
    return rows.with_columns(at.alias(name))


def _with_layout(
    rows: pl.LazyFrame, column: str, layout: Layout, name: str, timezone: str
) -> pl.LazyFrame:
    """Adds ``name``: the text column's values of that layout as instants, null for all else."""
    if fixed_width.suits(layout):
        rows = fixed_width.with_wall_clock(rows, column, layout, name)
    else:
        rows = rows.with_columns(read_text(pl.col(column), layout).alias(name))
    read = pl.col(name)
    zone = "UTC" if layout.zone else timezone
    if zone == "UTC":
        inside = read.to_physical().is_between(MIN_US, MAX_US)
        at = pl.when(inside).then(read).dt.replace_time_zone("UTC")
    else:
        at = _mapped(read, lambda s: _in_range(localise(s, zone)))
    return rows.with_columns(at.alias(name))


def _mapped(column: pl.Expr, read: object) -> pl.Expr:
    return column.map_batches(read, return_dtype=INSTANT, is_elementwise=True)  # type: ignore[arg-type]
