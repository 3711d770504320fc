"""Numbers: reading them from text, and rounding them, exactly as the model page says.

Counting is done in **nanos**: whole numbers of 1e-9 in 128 bits. Adding those is exact, so neither the
order of the rows nor the number of threads can change a bit of a sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_DOWN, Context, Decimal

import polars as pl

NANO = 1_000_000_000
LARGEST_IN_NANOS = 1e18  # in nanos the sum of such might not fit 128 bits
GRAMMAR = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
LIMIT = 1e15  # numbers of this magnitude and above are none
_SCALE = 23  # 38 digits in all leave 15 before the point: just the numbers below LIMIT


def quotient(value: pl.Expr, by: pl.Expr | float) -> pl.Expr:
    """Float64 ÷ Float64, correctly rounded.

    polars turns a division by one number into a multiplication by its reciprocal, which is off in the
    last bit for a quarter of all values (1100000 / 1e6 is 1.0999999999999999), yet not where a column
    has one row only; and a column counts as one number where it was put together of rows that came one by
    one and are alike, as chance has it with threads. A divisor that is made of the dividend's column is
    divided by as IEEE 754 says.
    """
    return value / (value.is_nan().cast(pl.Float64) + by)


def number(text: pl.Expr) -> pl.Expr:
    """Trimmed text to Float64; null where it is no number."""
    value = pl.when(text.str.contains(GRAMMAR)).then(text).cast(pl.Float64, strict=False)
    return pl.when(value.abs() < LIMIT).then(value)


def nanos(text: pl.Expr) -> pl.Expr:
    """Trimmed text to nanos (Int128), rounded once, halves away from zero; null where it is no number."""
    decimal = (
        pl.when(text.str.contains(GRAMMAR))
        .then(text.map_batches(_cut, return_dtype=pl.String, is_elementwise=True))
        .cast(pl.Decimal(38, _SCALE), strict=False)
        .to_physical()
    )
    unit = pl.lit(10 ** (_SCALE - 9), dtype=pl.Int128)
    half = pl.lit(10 ** (_SCALE - 9) // 2, dtype=pl.Int128)
    return (decimal.abs() + half) // unit * decimal.sign()


def _cut(text: pl.Series) -> pl.Series:
    """Cuts numbers with more decimals than the decimal type holds, which would round them: a second
    rounding, after which 0.00000000049999… (thirty of them) is half a nano.
    """
    long = text.str.len_bytes() > _SCALE + 2
    if not long.any():
        return text
    short = [t if t is None or len(t) <= _SCALE + 2 else _cut_one(t) for t in text]
    return pl.Series(text.name, short, dtype=pl.String)


def _cut_one(text: str) -> str:
    """Digits beyond the decimal type's go; what is no number stays as it is."""
    if re.fullmatch(GRAMMAR, text) is None:
        return text
    value = Decimal(text)
    if not value or value.adjusted() < -_SCALE:
        return "0"
    if value.adjusted() >= 15:
        return text
    unit = Decimal(1).scaleb(-_SCALE)
    return format(value.quantize(unit, ROUND_DOWN, Context(prec=50)), "f")


def float_to_nanos(value: pl.Expr) -> pl.Expr:
    """Float64 to nanos (Int128), rounded once, halves away from zero."""
    return (value * NANO).round(0, mode="half_away_from_zero").cast(pl.Int128)


def nanos_to_float(value: pl.Expr) -> pl.Expr:
    """Nanos to Float64: the nearest one below 2^53 nanos; above, whole part and rest apart, as 128 bits
    do not fit a float.
    """
    unit = pl.lit(NANO, dtype=pl.Int128)
    whole = value // unit
    rest = value - whole * unit
    apart = whole.cast(pl.Float64) + quotient(rest.cast(pl.Float64), NANO)
    return (
        pl.when(value.abs() < 2**53).then(quotient(value.cast(pl.Float64), NANO)).otherwise(apart)
    )


def round_half_away(value: pl.Expr, decimals: int) -> pl.Expr:
    """Rounds to ``decimals``, halves away from zero.

    A float seldom holds a decimal half exactly (0.285 is a little less), and multiplying leaves noise in
    the last bits. What is within two units in the last place of a half therefore counts as that half.
    Where a float has no more digits to round, it stays as it is. Never gives -0.0.
    """
    factor = 10.0**decimals
    scaled = value.abs() * factor
    noise = pl.min_horizontal(scaled * 2.0**-51, pl.lit(0.004))
    rounded = quotient((scaled + noise + 0.5).floor(), factor) * value.sign()
    result = pl.when(scaled < 2.0**52).then(rounded).otherwise(value)
    return pl.when(result == 0.0).then(0.0).otherwise(result)


def with_shared(frame: pl.DataFrame, *columns: pl.Expr | Iterable[pl.Expr]) -> pl.DataFrame:
    """``frame.with_columns``, with what the expressions have in common computed once: rounding names its
    argument five times, and an eager frame would compute it five times.
    """
    return frame.lazy().with_columns(*columns).collect(engine="in-memory")


def exact_means(frame: pl.DataFrame, scores: str, by: str | None = None) -> pl.DataFrame:
    """The means of a column of scores, with 6 decimals, the same whatever the order of the rows.

    One row per value of ``by`` (one in all without): ``by``, ``count`` (of scores), ``mean`` (null of
    none). In two steps, since what an aggregation names twice is added up twice.
    """
    value = pl.col(scores)
    small = pl.when(value.abs() < LARGEST_IN_NANOS).then(value)
    parts = [
        value.count().alias("count"),
        value.abs().max().alias("largest"),
        float_to_nanos(small).sum().alias("nanos"),
        quotient(value.sort(), value.count().cast(pl.Float64)).sum().alias("apart"),
    ]
    added = frame.select(parts) if by is None else frame.group_by(by).agg(parts)
    mean = quotient(nanos_to_float(pl.col("nanos")), pl.col("count").cast(pl.Float64))
    mean = pl.when(pl.col("largest") < LARGEST_IN_NANOS).then(mean).otherwise("apart")
    mean = pl.when(pl.col("count") > 0).then(round_half_away(mean, 6))
    return with_shared(added, mean.alias("mean")).drop("largest", "nanos", "apart")
