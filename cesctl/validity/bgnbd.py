"""The BG/NBD model, a yardstick of trade: how likely a customer is to be active again, by when it was so far.

Fader, Hardie and Lee, "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model",
Marketing Science 24 (2005). Fitted by pymc-marketing, at the greatest posterior with its usual priors.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from cesctl.extras import BGNBD

if TYPE_CHECKING:
    from cesctl.validity.held import Held

NAME = "BG/NBD"
MOST = 2_000  # customers that a fit looks at
DAY = timedelta(days=1)


def histories(days: pl.DataFrame, at: datetime, zone: str) -> pl.DataFrame:
    """One row per customer with activity by T: customer; frequency (days with activity after the first),
    recency (days from the first to the last) and T (days from the first to T).

    ``days``: one row per customer and calendar day of the zone with activity, whenever: customer, day, first
    (the instant of its first activity on that day). What is later on T's day is not known.
    """
    today = pl.lit(at).dt.convert_time_zone(zone).dt.date()
    day = pl.col("day")
    known = days.filter(pl.col("first") <= at)
    found = known.group_by("customer").agg(
        (pl.len() - 1).cast(pl.Float64).alias("frequency"),
        (day.max() - day.min()).dt.total_days().cast(pl.Float64).alias("recency"),
        (today - day.min()).dt.total_days().cast(pl.Float64).alias("T"),
    )
    return found.sort("customer")


def active_again(
    days: pl.DataFrame, times: Sequence[datetime], horizon: timedelta, zone: str
) -> dict[datetime, pl.DataFrame]:
    """By T, one row per customer: customer, and ``BG/NBD``, how likely it is to be active on a day of the
    horizon. Fitted at each T to what was known by then. Raises UsageError without the extra.
    """
    BGNBD.check()
    return {at: _expected(histories(days, at, zone), max(1, horizon // DAY)) for at in times}


def with_chances(found: Held) -> list[pl.DataFrame]:
    """The pairs with ``BG/NBD``; of who came first on T's own day the mean of the others."""
    times = [f["as_of"][0] for f in found.pairs if f.height]
    zone = found.result.model.timezone
    chances = active_again(found.days, times, found.horizon, zone)
    made = []
    for pairs in found.pairs:
        if not pairs.height:
            made.append(pairs.with_columns(pl.lit(None, dtype=pl.Float64).alias(NAME)))
            continue
        own = chances[pairs["as_of"][0]]
        joined = pairs.join(own, on="customer", how="left", maintain_order="left")
        filled = pl.col(NAME).fill_null(pl.col(NAME).mean()).fill_null(0.0)
        made.append(joined.with_columns(filled))
    return made


def _expected(history: pl.DataFrame, days: int) -> pl.DataFrame:
    known = history.filter(pl.col("T") > 0.0)  # of who came today nothing is known
    if known.height < 2:
        return history.select("customer", pl.lit(None, dtype=pl.Float64).alias(NAME))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the packages below, to their authors
        import pandas as pd
        from pymc_marketing.clv import BetaGeoModel

        logging.getLogger("pymc").setLevel(logging.ERROR)
        every = -(-known.height // MOST)
        fitted = _frame(pd, known.gather_every(every))
        model = BetaGeoModel()
        model.fit(data=fitted, method="map", progressbar=False)
        found = model.idata.posterior
    numbers = {name: float(found[name].mean()) for name in ("r", "alpha", "a", "b")}
    made = known.select("customer", chance(**numbers, days=days).alias(NAME))
    return history.select("customer").join(made, on="customer", how="left")


def chance(*, r: float, alpha: float, a: float, b: float, days: int) -> pl.Expr:
    """How likely a customer with such a history (see ``histories``) is to be active in so many days to come:
    that it is still there (Fader and Hardie, "Computing P(alive) using the BG/NBD model", 2008), times that
    one who is comes in that time, whose rate is Gamma(r + frequency, alpha + T).

    Not the package's expected_probability_no_purchase: to customers who were active once it gives a chance
    to have left since, which the model does not.
    """
    times, recency, length = pl.col("frequency"), pl.col("recency"), alpha + pl.col("T")
    gone = a / (b + times - 1.0) * (length / (alpha + recency)) ** (r + times)
    comes = 1.0 - (length / (length + days)) ** (r + times)
    return comes / (1.0 + pl.when(times > 0.0).then(gone).otherwise(0.0))


def _frame(pd: object, history: pl.DataFrame) -> object:
    columns = {name: history[name].to_numpy() for name in ("frequency", "recency", "T")}
    return pd.DataFrame({"customer_id": range(history.height), **columns})  # type: ignore[attr-defined]
