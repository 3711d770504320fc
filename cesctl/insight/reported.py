"""What was reported then, beside what the model says now of the same time.

A run of ``cesctl nightly`` keeps its scores. The model may have changed since, or late events have come; what
was said then is what people have acted upon.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import UsageError
from cesctl.insight.names import check_names
from cesctl.pipeline.numbers import round_half_away
from cesctl.store.history import History
from cesctl.store.place import Place

if TYPE_CHECKING:
    from datetime import datetime

    from cesctl.insight.movers import Movers
    from cesctl.insight.trend import Trend
    from cesctl.pipeline.log import Inputs

INSTANT = pl.Datetime("us", "UTC")
REPORTED = {
    "as_of": INSTANT,
    "reported_as_of": INSTANT,
    "reported_sha256": pl.String(),
    "reported_customers": pl.Int64(),
    "reported_average": pl.Float64(),
    "reported_at_risk": pl.Int64(),
    "reported_at_risk_share": pl.Float64(),
}
COLUMNS = ("reported_score", "reported_band")


def history_of(inputs: Inputs) -> History:
    """What a store's runs have reported. Raises UsageError for other inputs, and where there was none."""
    from cesctl.store import Store

    if not isinstance(inputs, Store):
        raise UsageError("--reported goes with --store: what was reported is kept there")
    found = History(Place.of(inputs.name))
    if not found.names:
        raise UsageError(
            f'nothing was reported in "{inputs.name}" yet: runs of cesctl nightly keep what they report'
        )
    return found


def over_time(trend: Trend, history: History) -> Trend:
    """The trend with ``reported``: one row per T, as_of, and of the last run that was made for a T of its
    period (null where there was none) reported_as_of (UTC), reported_sha256 (of the model),
    reported_customers, reported_average, reported_at_risk, reported_at_risk_share (0 … 1, 6 decimals).
    """
    zone = trend.result.model.timezone
    begins = [trend.every.begins(trend.times[-1], len(trend.times), zone), *trend.times[:-1]]
    rows = [_row(at, since, history) for at, since in zip(trend.times, begins, strict=True)]
    frame = pl.DataFrame(rows, schema=REPORTED, orient="row")
    share = round_half_away(pl.col("reported_at_risk_share"), 6)
    return replace(trend, reported=frame.with_columns(share.alias("reported_at_risk_share")))


def _row(at: datetime, since: datetime, history: History) -> tuple[object, ...]:
    run = history.last(at)
    if run is None or run.as_of <= since:
        return (at, *[None] * (len(REPORTED) - 1))
    share = run.at_risk / run.customers if run.customers else None
    return at, run.as_of, run.sha256, run.customers, run.average, run.at_risk, share


def then(movers: Movers, history: History) -> Movers:
    """The movers with ``reported``, the last run made for the earlier time or before; its ``customers`` also
    have reported_score and reported_band (null: not reported). Raises UsageError where there was none.
    """
    before = movers.before.as_of
    run = history.last(before)
    if run is None:
        raise UsageError(f"nothing was reported by {before:%Y-%m-%d %H:%M} UTC")
    check_names(movers.result.attributes, COLUMNS, "movers")
    told = history.scores(run).select(
        "customer",
        pl.col("score").alias("reported_score"),
        pl.col("band").alias("reported_band"),
    )
    joined = movers.customers.join(told, on="customer", how="left", maintain_order="left")
    return replace(movers, customers=joined, reported=run)
