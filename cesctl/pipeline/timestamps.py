"""Text to instants: ISO 8601 and epoch numbers told apart by themselves, or a given format.

Exports are uniform, so a column is read layout by layout: the first value tells the layout (separator,
digits of the fraction, kind of zone), all values of that layout are read at once by polars' fast parser,
and what is left starts over with its own first value. Which values can be read, and as what, depends
on each value alone, never on its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

INSTANT = pl.Datetime("us", "UTC")
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:(?P<sep>[T ])[0-9]{2}:[0-9]{2}(?P<sec>:[0-5][0-9](?:\.(?P<frac>[0-9]+))?)?"
    r"(?P<zone>Z| UTC|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?)?"
)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MIN_US = -62135596800_000000  # 0001-01-01
_MAX_US = 253402300799_999999  # 9999-12-31
_EPOCH_US = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}


@dataclass(frozen=True)
class _Layout:
    """What all timestamps of one shape share."""

    pattern: str  # matches the whole text
    date_only: bool = False
    sep: str = "T"
    seconds: bool = True
    digits: int = 0  # of the fraction
    zone: str = ""  # "", "Z", " UTC", or "+hh:mm", "+hhmm" for an offset


def to_instants(text: pl.Series, *, form: str = "auto", timezone: str = "UTC") -> pl.Series:
    """Text to instants (UTC, µs); null where it is missing or unreadable. White space around it is none.

    ``form`` is ``auto``, ``iso``, ``epoch_s``, ``epoch_ms``, ``epoch_us`` or a strptime format.
    ``timezone`` is that of values which carry none.
    """
    if form in _EPOCH_US:
        return _epoch(text.str.strip_chars(), _EPOCH_US[form])
    if form not in {"auto", "iso"}:
        return _strptime(text.str.strip_chars(), form, timezone)
    first = _first(text)
    if first is None:
        return _nothing(len(text))
    if (match := _ISO.fullmatch(first)) is not None:
        read = _read_layout(text, _layout(match), timezone)
        if read.null_count() == text.null_count():  # all of one layout: nearly always
            return _in_range(read)
    out = _nothing(len(text))
    left: pl.Series | None = None  # places of the values still to be read; None: all
    values = text.str.strip_chars()
    while (first := _first(values)) is not None:
        if (match := _ISO.fullmatch(first)) is not None:
            read = _read_layout(values, _layout(match), timezone)
            seen = read.is_not_null()
            if not seen.any():  # of the right shape, yet no date: 2026-02-30
                seen = values.str.contains(_layout(match).pattern)
        elif form == "auto" and _NUMBER.fullmatch(first):
            read = _epoch(values, None)
            seen = values.str.contains(f"^(?:{_NUMBER.pattern})$")
        else:  # unreadable: away with all that are
            read = _nothing(len(values))
            known = _ISO.pattern if form == "iso" else f"{_ISO.pattern}|{_NUMBER.pattern}"
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


def _layout(match: re.Match[str]) -> _Layout:
    day = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    if match["sep"] is None:
        return _Layout(pattern=f"^{day}$", date_only=True)
    frac, zone = match["frac"] or "", match["zone"] or ""
    kind = zone
    if zone[:1] in {"+", "-"}:
        kind = "+hh:mm" if ":" in zone else "+hhmm"
        zone = "[+-](?:[01][0-9]|2[0-3])" + (":" if ":" in zone else "") + "[0-5][0-9]"
    pattern = (
        f"^{day}{match['sep']}[0-9]{{2}}:[0-9]{{2}}"
        + (":[0-5][0-9]" if match["sec"] else "")
        + (rf"\.[0-9]{{{len(frac)}}}" if frac else "")
        + zone
        + "$"
    )
    return _Layout(
        pattern=pattern,
        sep=match["sep"],
        seconds=match["sec"] is not None,
        digits=len(frac),
        zone=kind,
    )


def _read_layout(values: pl.Series, layout: _Layout, timezone: str) -> pl.Series:
    """Instants of the values of that layout, null for all others."""
    utc = layout.zone != "" or timezone == "UTC"
    read = values.to_frame("t").select(_reader(layout, utc=utc)).to_series()
    return read if utc else localise(read, timezone)


@cache
def _reader(layout: _Layout, *, utc: bool) -> pl.Expr:
    return _read_text(pl.col("t"), layout, utc=utc)


def _read_text(text: pl.Expr, layout: _Layout, *, utc: bool) -> pl.Expr:
    """Text as instants, or as wall-clock times without a zone."""
    if layout.date_only:
        local = text.str.to_datetime("%Y-%m-%d", time_unit="us", strict=False)
    else:
        clock = "%H:%M:%S" if layout.seconds else "%H:%M"
        head = text if _plain(layout) else text.str.head(19 if layout.seconds else 16)
        local = head.str.to_datetime(
            f"%Y-%m-%d{layout.sep}{clock}" + ("Z" if _plain(layout) and layout.zone else ""),
            time_unit="us",
            strict=False,
            cache=False,  # timestamps seldom repeat; looking them up costs a third more
        )
    if layout.digits:
        digits = min(layout.digits, 6)
        frac = text.str.slice(20, digits).cast(pl.Int64, strict=False) * 10 ** (6 - digits)
        local = local + pl.duration(microseconds=frac)
    if layout.zone.startswith("+"):
        offset = text.str.tail(len(layout.zone))
        hours = offset.str.head(3).cast(pl.Int64, strict=False)
        minutes = offset.str.tail(2).cast(pl.Int64, strict=False)
        sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
        local = local - pl.duration(minutes=hours * 60 + minutes * sign)
    ok = _strict(text, layout)
    read = pl.when(ok).then(local)
    return read.dt.replace_time_zone("UTC") if utc else read


def _plain(layout: _Layout) -> bool:
    """Whether polars' fixed-width parser reads the whole text."""
    return not layout.digits and layout.zone in {"", "Z"}


def _strict(text: pl.Expr, layout: _Layout) -> pl.Expr:
    """Polars' parser takes ``2026- 4-01`` and second 60; the layout does not."""
    if layout.sep == "T" and layout.zone == "Z" and layout.seconds and not layout.digits:
        # the layout that most exports have, at half the price of the pattern
        return (
            (text.str.len_bytes() == 20)
            & ~text.str.contains(" ", literal=True)
            & ~text.str.starts_with("+")
            & ~text.str.ends_with(":60Z")
        )
    return text.str.contains(layout.pattern)


def localise(local: pl.Series, timezone: str) -> pl.Series:
    """Wall-clock times (no zone) to instants: of two possible ones the earlier; one that a clock change
    skips is moved forward by as much as the clock was.
    """
    if timezone == "UTC":
        return local.dt.replace_time_zone("UTC")
    here = local.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    read = here.dt.convert_time_zone("UTC")
    skipped = read.is_null() & local.is_not_null()
    if skipped.any():
        # 25 hours earlier the old offset held; no zone changes twice within a day
        day = pl.duration(hours=25)
        moved = (
            local.alias("t")
            .to_frame()
            .select(
                (pl.col("t") - day)
                .dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
                .dt.convert_time_zone("UTC")
                + day
            )
            .to_series()
        )
        read = moved.zip_with(skipped, read)
    return read


def _epoch(text: pl.Series, unit_us: int | None) -> pl.Series:
    """Numbers since 1970 to instants; the unit by magnitude where none is given."""
    whole = text.str.contains(r"^[+-]?[0-9]{1,18}$").fill_null(value=True)
    read = _epoch_whole(text, unit_us) if whole.any() else None
    if read is not None and whole.all():
        return read
    rest = _epoch_decimal(text, unit_us)
    return rest if read is None else read.zip_with(whole, rest)


def _epoch_whole(text: pl.Series, unit_us: int | None) -> pl.Series:
    n = pl.col("t").cast(pl.Int64, strict=False)
    size = n.abs()
    us: pl.Expr
    if unit_us is None:
        us = (
            pl.when(size < 10**11)
            .then(n * 10**6)
            .when(size < 10**14)
            .then(n * 10**3)
            .when(size < 10**17)
            .then(n)
        )
    else:
        us = pl.when(size <= _MAX_US // unit_us).then(n * unit_us)
    return _from_us(text, us)


def _epoch_decimal(text: pl.Series, unit_us: int | None) -> pl.Series:
    t = pl.col("t")
    number = pl.when(t.str.contains(f"^(?:{_NUMBER.pattern})$")).then(t)
    cut = number.str.replace(r"(\.[0-9]{20})[0-9]+$", "$1")  # the decimal type would round
    exact = cut.cast(pl.Decimal(38, 20), strict=False).to_physical()
    size = exact.abs()
    per_us: pl.Expr
    if unit_us is None:
        per_us = (
            pl.when(size < 10**31)
            .then(pl.lit(10**14, dtype=pl.Int128))
            .when(size < 10**34)
            .then(pl.lit(10**17, dtype=pl.Int128))
            .when(size < 10**37)
            .then(pl.lit(10**20, dtype=pl.Int128))
        )
    else:
        per_us = pl.lit(10**20 // unit_us, dtype=pl.Int128)
    return _from_us(text, size // per_us * exact.sign())


def _from_us(text: pl.Series, us: pl.Expr) -> pl.Series:
    inside = us.is_between(_MIN_US, _MAX_US)
    read = pl.when(inside).then(us).cast(pl.Int64).cast(INSTANT)
    return text.alias("t").to_frame().select(read).to_series()


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
    if low is None or (low >= _MIN_US and high <= _MAX_US):  # type: ignore[operator]
        return at
    return (
        at.to_frame("t")
        .select(pl.when(pl.col("t").to_physical().is_between(_MIN_US, _MAX_US)).then(pl.col("t")))
        .to_series()
    )


def instants(
    column: pl.Expr,
    dtype: pl.DataType,
    *,
    form: str,
    timezone: str,
    sample: Sequence[str] = (),
) -> pl.Expr:
    """A timestamp column of any type to instants (UTC, µs), null where missing or unreadable.

    ``sample``: some of its texts. They only save time: values of the layout that the first one has are
    read by polars itself, on all cores, and a batch goes through Python only where that left something.
    """
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is not None:
            return column.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
        return _mapped(column.dt.cast_time_unit("us"), lambda s: localise(s, timezone))
    if dtype == pl.Date:
        return _mapped(column.cast(pl.Datetime("us")), lambda s: localise(s, timezone))
    text = column if dtype == pl.String else column.cast(pl.String)
    match = _ISO.fullmatch(sample[0].strip()) if sample and form in {"auto", "iso"} else None
    if match is None or not (match["zone"] or timezone == "UTC"):
        return _mapped(text, lambda s: to_instants(s, form=form, timezone=timezone))

    def rest(columns: Sequence[pl.Series]) -> pl.Series:
        whole, read = columns
        if read.null_count() == whole.null_count():
            return _in_range(read)
        return to_instants(whole, form=form, timezone=timezone)

    quick = _read_text(text, _layout(match), utc=True)
    return pl.map_batches([text, quick], rest, return_dtype=INSTANT, is_elementwise=True)


def _mapped(column: pl.Expr, read: object) -> pl.Expr:
    return column.map_batches(read, return_dtype=INSTANT, is_elementwise=True)  # type: ignore[arg-type]
