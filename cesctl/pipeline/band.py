"""Score to band, risk and rank; and the table of the bands."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cesctl.duration import DAY_US
from cesctl.model.types import Band, Model
from cesctl.pipeline.numbers import exact_means, quotient, round_half_away, with_shared

SCORE = pl.col("score")


def band_index(bands: Sequence[Band]) -> pl.Expr:
    """The last band whose ``from`` the score reaches; the first one below all."""
    place = pl.lit(0, dtype=pl.UInt32)
    for i, band in enumerate(bands):
        place = pl.when(band.from_ <= SCORE).then(pl.lit(i, dtype=pl.UInt32)).otherwise(place)
    return place


def band_name(index: pl.Expr, bands: Sequence[Band]) -> pl.Expr:
    names = [b.name for b in bands]
    return index.replace_strict(list(range(len(names))), names, return_dtype=pl.String)


def add_band(frame: pl.DataFrame, model: Model, decimals: int) -> pl.DataFrame:
    """Adds ``band``, ``best_band`` (whether it is that), ``change`` (with ``decimals``; where there is a
    ``previous_score``) and ``at_risk``. Wants ``score`` and ``activity_us`` (µs before T).
    """
    frame = frame.with_columns(band_index(model.bands).alias("band_index"))
    band = band_name(pl.col("band_index"), model.bands)
    best = pl.col("band_index") == len(model.bands) - 1
    frame = frame.with_columns(band.alias("band"), best.alias("best_band"))
    if "previous_score" in frame.columns:
        change = round_half_away(SCORE - pl.col("previous_score"), decimals)
        frame = with_shared(frame, change.alias("change"))
    at_risk = pl.any_horizontal(when.fill_null(value=False) for when, _ in _risks(model))
    return frame.with_columns(at_risk.alias("at_risk"))


def add_reasons(frame: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Adds ``risk_reasons`` and ``days_silent`` to what ``add_band`` gives; wants ``last_us``."""
    # joined and split again: that takes a tenth of the time of dropping nulls from lists
    names = [b.name for b in model.bands]
    between = next(c for c in map(chr, range(32)) if not any(c in name for name in names))
    reasons = [pl.when(when).then(text) for when, text in _risks(model)]
    listed = pl.concat_str(reasons, separator=between, ignore_nulls=True).str.split(between)
    none = pl.lit([], dtype=pl.List(pl.String))
    return with_shared(
        frame,
        (pl.col("last_us") // DAY_US).alias("days_silent"),
        pl.when(pl.col("at_risk")).then(listed).otherwise(none).alias("risk_reasons"),
    )


def add_rank(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds ``rank``: 1 is best, equal scores share the better one."""
    return frame.with_columns(SCORE.rank("min", descending=True).cast(pl.UInt32).alias("rank"))


def _risks(model: Model) -> list[tuple[pl.Expr, pl.Expr]]:
    """What puts a customer at risk, in the order of the reasons: whether it does, and the reason."""
    risky = [n for n, b in enumerate(model.bands) if b.at_risk]
    found = [(pl.col("band_index").is_in(risky), pl.lit("band ") + pl.col("band"))]
    if model.risk.drop is not None:
        change = pl.col("change")
        found.append((change <= -model.risk.drop, pl.lit("dropped ") + shortest(change.abs())))
    silent = pl.col("activity_us")
    if model.risk.silent_for_us is not None:
        days = (silent // DAY_US).cast(pl.String)
        found.append((silent >= model.risk.silent_for_us, pl.lit("silent ") + days + "d"))
    found.append((silent.is_null(), pl.lit("never active")))
    return found


def shortest(number: pl.Expr) -> pl.Expr:
    """A number as the shortest text that reads back the same; whole ones without a point."""
    whole = (number == number.floor()) & (number.abs() < 9e18)
    return (
        pl.when(whole)
        .then(number.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(number.cast(pl.String))
    )


def band_table(
    scores: pl.DataFrame, bands: Sequence[Band], everybody: int | None = None
) -> pl.DataFrame:
    """One row per band, lowest first: name, from, customers, share (0 … 1), average score (both with 6
    decimals; null of nobody), at_risk, action, color. ``everybody``: of how many share is, if not of these.
    """
    counted = exact_means(scores, "score", by="band").rename(
        {"count": "customers", "mean": "average"}
    )
    table = pl.DataFrame(
        {
            "name": [b.name for b in bands],
            "from": [b.from_ for b in bands],
            "at_risk": [b.at_risk for b in bands],
            "action": [b.action for b in bands],
            "color": [b.color for b in bands],
        },
        schema={
            "name": pl.String,
            "from": pl.Float64,
            "at_risk": pl.Boolean,
            "action": pl.String,
            "color": pl.String,
        },
    )
    table = table.join(counted, left_on="name", right_on="band", how="left", maintain_order="left")
    whole = scores.height if everybody is None else everybody
    share = quotient(pl.col("customers").cast(pl.Float64), max(whole, 1))
    return table.with_columns(pl.col("customers").fill_null(0)).select(
        "name",
        "from",
        "customers",
        round_half_away(share.cast(pl.Float64), 6).alias("share"),
        "average",
        "at_risk",
        "action",
        "color",
    )
