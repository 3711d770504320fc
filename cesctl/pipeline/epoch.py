"""Numbers since 1970 to instants."""

from __future__ import annotations

import polars as pl

NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
MIN_US = -62135596800_000000  # 0001-01-01
MAX_US = 253402300799_999999  # 9999-12-31
INSTANT = pl.Datetime("us", "UTC")
_WHOLE = r"^[+-]?[0-9]{1,18}$"


def from_epoch(text: pl.Series, unit_us: int | None) -> pl.Series:
    """Numbers since 1970 to instants; the unit by magnitude where none is given."""
    whole = text.str.contains(_WHOLE).fill_null(value=True)
    read = None
    if whole.any():
        digits = pl.col("t").cast(pl.Int64, strict=False)
        read = text.alias("t").to_frame().select(whole_numbers(digits, unit_us)).to_series()
    if read is not None and whole.all():
        return read
    rest = _epoch_decimal(text, unit_us)
    return rest if read is None else read.zip_with(whole, rest)


def whole_text(text: pl.Expr, unit_us: int | None) -> pl.Expr:
    """Text that is a whole number since 1970 as an instant; null for all else."""
    digits = pl.when(text.str.contains(_WHOLE)).then(text).cast(pl.Int64, strict=False)
    return whole_numbers(digits, unit_us)


def whole_numbers(n: pl.Expr, unit_us: int | None) -> pl.Expr:
    """Whole numbers (Int64) since 1970 to instants; null where they are out of range."""

    def below(size: int) -> pl.Expr:
        return n.is_between(-size, size, closed="none")

    us: pl.Expr
    if unit_us is None:
        us = pl.when(below(10**11)).then(n * 10**6)
        us = us.when(below(10**14)).then(n * 10**3).when(below(10**17)).then(n)
    else:
        us = pl.when(below(MAX_US // unit_us + 1)).then(n * unit_us)
    return _in_range(us)


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
    read = _in_range(size // per_us * exact.sign())
    return text.alias("t").to_frame().select(read).to_series()


def _in_range(us: pl.Expr) -> pl.Expr:
    return pl.when(us.is_between(MIN_US, MAX_US)).then(us).cast(pl.Int64).cast(INSTANT)
