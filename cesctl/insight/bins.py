"""A number's many values as a few bins of about as many customers each."""

from __future__ import annotations

import polars as pl

from cesctl.pipeline.numbers import number
from cesctl.present.numbers import readable

MOST_VALUES = 10  # of a number; with more it is binned
BINS = 5


def binned(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The values as text, and their order (Int64; null where they are no numbers).

    Where all values there are numbers, and more than ten different ones, each becomes its bin, named by the
    least and the greatest value in it (``1 to 9``); equal values are never parted. Numbers with leading zeros
    are codes, and stay text.
    """
    frame = values.alias("text").to_frame()
    numbers = frame.lazy().select("text", number(pl.col("text")).alias("number")).collect()
    there = numbers.filter(pl.col("text").is_not_null())
    nothing = pl.Series("order", [None] * len(values), dtype=pl.Int64)
    codes = there["text"].str.contains(r"^[+-]?0[0-9]").any()
    if there.is_empty() or there["number"].null_count() or codes:
        return values, nothing
    if there["number"].n_unique() <= MOST_VALUES:
        order = pl.col("number").rank("dense").cast(pl.Int64)
        one_text = pl.col("text").min().over("number")  # 1 and 1.0 are one
        same = numbers.select(
            pl.when(pl.col("number").is_not_null()).then(one_text).alias("text"), order
        )
        return same["text"], same["number"]
    edges = _edges(there["number"].sort())
    place = pl.sum_horizontal((pl.col("number") > e).cast(pl.Int64) for e in edges)
    place = pl.when(pl.col("number").is_not_null()).then(place)
    placed = numbers.with_columns(place.alias("order"))
    ends = (
        placed.filter(pl.col("order").is_not_null())
        .group_by("order")
        .agg(pl.col("number").min().alias("least"), pl.col("number").max().alias("most"))
    )
    names = {
        order: readable(least) if least == most else f"{readable(least)} to {readable(most)}"
        for order, least, most in ends.iter_rows()
    }
    named = placed["order"].replace_strict(names, return_dtype=pl.String)
    return named, placed["order"]


def _edges(numbers: pl.Series) -> list[float]:
    """The greatest value of each bin but the last. A value that many have ends a bin, and begins one."""
    greatest = float(numbers[-1])
    edges: set[float] = set()
    for part in range(1, BINS):
        value = float(numbers[(len(numbers) - 1) * part // BINS])
        if value in edges or value == greatest:
            before = numbers.filter(numbers < value)
            edges |= {float(before[-1])} if len(before) else set()
        if value < greatest:
            edges.add(value)
    return sorted(edges)
