"""Customers scored twice, at two T or by two models: side by side, with what their raw is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from cesctl.insight.parts_of_raw import parts_of_raw
from cesctl.model.columns import VARIANT
from cesctl.model.scored_by import all_signals
from cesctl.pipeline.numbers import quotient, round_half_away, with_shared

if TYPE_CHECKING:
    from cesctl.result import Scored

ONE, OTHER = "one:", "other:"  # before the columns of either


def side_by_side(one: Scored, other: Scored) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """One row per customer of either, and the names of all parts of raw, signals first.

    Columns: customer, and of each side, null where it does not score the customer: score, band, at_risk,
    rank, variant (where its model has some), raw, and for each part ``part:<name>`` (points, 6 decimals; 0
    where the side has no such part).
    """
    frames = [_of(scored, side) for scored, side in ((one, ONE), (other, OTHER))]
    own, others = ([c for c in f.columns if ":part:" in c] for f in frames)
    names = [
        *(s.name for scored in (one, other) for s in all_signals(scored.model)),
        *(c.removeprefix(f"{OTHER}part:") for c in others),
        *(c.removeprefix(f"{ONE}part:") for c in own),
    ]
    parts = tuple(dict.fromkeys(names))
    joined = frames[1].join(frames[0], on="customer", how="full", coalesce=True)
    missing = [
        pl.when(pl.col(f"{side}raw").is_not_null()).then(0.0).alias(f"{side}part:{p}")
        for p in parts
        for side in (ONE, OTHER)
        if f"{side}part:{p}" not in joined.columns
    ]
    return joined.with_columns(missing), parts


def differences_of_parts(parts: Sequence[str], names: tuple[str, str, str]) -> list[pl.Expr]:
    """For each part its points on either side and the difference, other less one: ``<part>.<name>``."""
    first, second, difference = names
    columns = []
    for part in parts:
        was, is_ = pl.col(f"{ONE}part:{part}"), pl.col(f"{OTHER}part:{part}")
        columns += [
            was.alias(f"{part}.{first}"),
            is_.alias(f"{part}.{second}"),
            round_half_away(is_ - was, 6).alias(f"{part}.{difference}"),
        ]
    return columns


def from_band_to_band(
    customers: pl.DataFrame, one: tuple[str, Sequence[str]], other: tuple[str, Sequence[str]]
) -> pl.DataFrame:
    """One row per pair of bands that a customer has, in the order of bands, not being there (null) last: the
    two columns, customers, ``share`` (of those of the first band, 0 … 1, 6 decimals). ``one`` and ``other``:
    a column of bands and the names of all of them, lowest first.
    """
    (first, firsts), (second, seconds) = one, other
    counted = customers.group_by(first, second).agg(pl.len().alias("customers"))
    total = pl.col("customers").sum().over(first)
    share = quotient(pl.col("customers").cast(pl.Float64), total.cast(pl.Float64))
    counted = with_shared(counted, round_half_away(share, 6).alias("share"))
    placed = counted.join(_places(firsts, first, "from"), on=first, how="left")
    placed = placed.join(_places(seconds, second, "to"), on=second, how="left")
    ordered = placed.sort(["from", "to"], nulls_last=True)
    return ordered.select(first, second, "customers", "share")


def _places(names: Sequence[str], column: str, place: str) -> pl.DataFrame:
    schema = {column: pl.String, place: pl.Int64}
    return pl.DataFrame({column: list(names), place: range(len(names))}, schema=schema)


def _of(scored: Scored, side: str) -> pl.DataFrame:
    variant = [VARIANT] if scored.model.variants else []
    known = scored.scores.select("customer", "score", "band", "at_risk", "rank", *variant)
    joined = known.join(parts_of_raw(scored), on="customer", how="left")
    return joined.rename(lambda c: c if c == "customer" else f"{side}{c}")
