"""Numbers since 1970 to instants."""

from __future__ import annotations

import polars as pl

NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
MIN_US = -62135596800_000000  # 0001-01-01
MAX_US = 253402300799_999999  # 9999-12-31
INSTANT = pl.Datetime("us", "UTC")


def from_epoch(text: pl.Series, unit_us: int | None) -> pl.Series:
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
        us = pl.when(size <= MAX_US // unit_us).then(n * unit_us)
    return _from_us(text, us)


def _epoch_decimal(text: pl.Series, unit_us: int | None) -> pl.Series:
    t = pl.col("t")
    number = pl.when(t.str.contains(f"^(?:{NUMBER})$")).then(t)
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
    inside = us.is_between(MIN_US, MAX_US)
    read = pl.when(inside).then(us).cast(pl.Int64).cast(INSTANT)
    return text.alias("t").to_frame().select(read).to_series()
