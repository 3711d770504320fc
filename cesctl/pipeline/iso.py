"""ISO 8601 by its layouts: the separator, the digits of the fraction, the kind of zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import polars as pl

from cesctl.pipeline.wall_clock import localise

ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:(?P<sep>[T ])[0-9]{2}:[0-9]{2}(?P<sec>:[0-5][0-9](?:\.(?P<frac>[0-9]+))?)?"
    r"(?P<zone>Z| UTC|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?)?"
)
MANY = 10  # digits of a fraction, from which on their number makes no layout of its own


@dataclass(frozen=True)
class Layout:
    """What all timestamps of one shape share."""

    pattern: str  # matches the whole text
    date_only: bool = False
    sep: str = "T"
    seconds: bool = True
    digits: int = 0  # of the fraction; MANY stands for as many or more
    zone: str = ""  # "", "Z", " UTC", or "+hh:mm", "+hhmm" for an offset


def layout_of(text: str) -> Layout | None:
    """The layout of a timestamp without white space around it; None where it is not ISO."""
    match = ISO.fullmatch(text)
    if match is None:
        return None
    day = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    if match["sep"] is None:
        return Layout(pattern=f"^{day}$", date_only=True)
    digits, zone = min(len(match["frac"] or ""), MANY), match["zone"] or ""
    kind = zone
    if zone[:1] in {"+", "-"}:
        kind = "+hh:mm" if ":" in zone else "+hhmm"
        zone = "[+-](?:[01][0-9]|2[0-3])" + (":" if ":" in zone else "") + "[0-5][0-9]"
    pattern = (
        f"^{day}{match['sep']}[0-9]{{2}}:[0-9]{{2}}"
        + (":[0-5][0-9]" if match["sec"] else "")
        + (rf"\.[0-9]{{{digits}{',' if digits == MANY else ''}}}" if digits else "")
        + zone
        + "$"
    )
    return Layout(
        pattern=pattern,
        sep=match["sep"],
        seconds=match["sec"] is not None,
        digits=digits,
        zone=kind,
    )


def read_layout(values: pl.Series, layout: Layout, timezone: str) -> pl.Series:
    """Instants of the values of that layout, null for all others."""
    read = values.to_frame("t").select(_reader(layout)).to_series()
    return localise(read, "UTC" if layout.zone else timezone)


@cache
def _reader(layout: Layout) -> pl.Expr:
    return read_text(pl.col("t"), layout)


def read_text(text: pl.Expr, layout: Layout) -> pl.Expr:
    """Text of that layout as times without a zone, in UTC where it says its zone; null for all else."""
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
    # polars' parser takes ``2026- 4-01`` and second 60; the layout does not
    return pl.when(text.str.contains(layout.pattern)).then(local)


def _plain(layout: Layout) -> bool:
    """Whether polars' fixed-width parser reads the whole text."""
    return not layout.digits and layout.zone in {"", "Z"}
