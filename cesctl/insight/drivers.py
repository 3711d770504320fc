"""What engaged customers do that the others do not, and where the points come from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from cesctl.insight.event_table import carefully
from cesctl.insight.intervals import for_each_of, ratio_of_shares, told_apart
from cesctl.insight.parts_of_raw import parts_of_raw
from cesctl.model.scored_by import each_signal, own_bands
from cesctl.pipeline.conditions import matches
from cesctl.pipeline.log import open_log
from cesctl.pipeline.numbers import quotient, round_half_away, with_shared
from cesctl.pipeline.run import score_log

if TYPE_CHECKING:
    from cesctl.model.types import Model, Signal
    from cesctl.pipeline.log import Inputs, Log
    from cesctl.result import Result

TOP, BOTTOM = "top", "bottom"
FEWEST = 8  # customers of whom there are quarters


@dataclass(frozen=True)
class Drivers:
    """Events and signals against scores.

    ``result``: the run, ``everyone``: the same before any were chosen. ``groups``: what the top and the
    bottom are, in words; ``sizes``: how many customers they have. ``since``: the events looked at are later
    than that (None: all up to T).
    ``events``: one row per event name of those customers, the most used first: event, ``signals`` (that take
    it by name or pattern, joined by ", "; null: none does), occurrences, customers, ``reach`` (share of all
    customers that did it), ``top_reach`` and ``bottom_reach``, ``top_occurrences`` and
    ``bottom_occurrences`` (per customer of the group), ``lift`` (top_reach ÷ bottom_reach; null where nobody
    of the bottom did it), ``low`` and ``high`` (its interval: all intervals of the table hold together with
    95 % confidence; null where a group is empty, ``high`` also where there is no upper end), ``separates``
    ("top", "bottom", or null where chance may be all there is to it), ``candidate`` (it separates, and no
    signal takes it).
    ``signals``: one row per part of raw (see ``parts_of_raw``), in the model's order: signal, customers (that
    have points of it), points (over all customers), ``share`` (of all raw; null where that is not above 0).
    6 decimals.
    """

    result: Result
    everyone: Result
    groups: tuple[str, str]
    sizes: tuple[int, int]
    since: datetime | None
    events: pl.DataFrame
    signals: pl.DataFrame

    @property
    def candidates(self) -> pl.DataFrame:
        """The rows of ``events`` that separate and that no signal takes, the surest first."""
        found = self.events.filter("candidate")
        sure = pl.max_horizontal(pl.col("low"), 1.0 / pl.col("high"))
        return (
            found.with_columns(sure.alias("sure"))
            .sort(["sure", "event"], descending=[True, False], nulls_last=True)
            .drop("sure")
        )


def drivers(
    inputs: Inputs,
    model: Model,
    *,
    where: Mapping[str, str | None] | None = None,
    as_of: str | None = None,
    now: datetime | None = None,
) -> Drivers:
    """Scores the log, and counts each customer's events within the model's window: two passes.

    ``where``: only customers with these attributes. Raises InputError, UsageError.
    """
    log = open_log(inputs, model, as_of=as_of, now=now)
    result = score_log(log)
    return of_log(log, result, result.only(where) if where else result)


def of_log(log: Log, everyone: Result, result: Result) -> Drivers:
    """The same of a log that is scored already: one more pass. ``result``: the customers that were chosen."""
    window = everyone.model.window_us
    since = None if window is None else everyone.as_of - timedelta(microseconds=window)
    count = partial(_pairs, since=since, until=everyone.as_of)
    pairs = carefully(log, lambda log: log.count(count)[0])
    return driven(result, pairs, since, everyone)


def _pairs(events: pl.LazyFrame, since: datetime | None, until: datetime) -> pl.DataFrame:
    """One row per customer and event: customer, event, count."""
    inside = pl.col("reason").is_null() & (pl.col("at") <= until)
    if since is not None:
        inside = inside & (pl.col("at") > since)
    grouped = events.filter(inside).group_by("customer", "event").agg(pl.len().alias("count"))
    return grouped.collect(engine="streaming")


def driven(
    result: Result,
    pairs: pl.DataFrame,
    since: datetime | None = None,
    everyone: Result | None = None,
) -> Drivers:
    """The same of a run that is scored already; ``pairs``: customer, event, count."""
    model = result.model
    if result.users is not None:
        accounts = result.users.select("customer", "account")
        pairs = pairs.join(accounts, on="customer").drop("customer")
        pairs = pairs.rename({"account": "customer"})
        pairs = pairs.group_by("customer", "event").agg(pl.col("count").sum())
    sides, groups = _sides(result)
    sizes = (
        int((sides["side"] == TOP).sum()),
        int((sides["side"] == BOTTOM).sum()),
    )
    events = _events(pairs.join(sides, on="customer"), result.scores.height, sizes)
    events = events.with_columns(_takers(events["event"], model).alias("signals"))
    separates = pl.col("separates").is_not_null()
    events = events.with_columns((separates & pl.col("signals").is_null()).alias("candidate"))
    events = events.select("event", "signals", pl.exclude("event", "signals")).sort(
        ["customers", "occurrences", "event"], descending=[True, True, False]
    )
    return Drivers(result, everyone or result, groups, sizes, since, events, _signals(result))


def _sides(result: Result) -> tuple[pl.DataFrame, tuple[str, str]]:
    """One row per customer: customer, ``side`` (top, bottom, or null); and what those are.

    The best band and the lowest, of their own variant where those have bands of their own; where nobody is in
    one of them, the quarters with the highest and the lowest scores, equal scores together. Of few customers,
    or of scores that are all alike, nobody.
    """
    model = result.model
    scores = result.detail.select("customer", "band_index", "best_band", "score")
    best, lowest = pl.col("best_band"), pl.col("band_index") == 0
    top, bottom = best & ~lowest, lowest & ~best
    if all(scores.select(top.any().alias("top"), bottom.any().alias("bottom")).row(0)):
        groups = (f"band {model.bands[-1].name}", f"band {model.bands[0].name}")
        if own_bands(model):
            groups = ("the best band of their variant", "the lowest band of their variant")
        return scores.select("customer", _side(top, bottom)), groups
    named = ("the quarter with the highest scores", "the quarter with the lowest scores")
    score = pl.col("score")
    if scores.height < FEWEST:
        return scores.select("customer", _side(pl.lit(value=False), pl.lit(value=False))), named
    middle = score.median()
    top = (score >= score.quantile(0.75, "higher")) & (score > middle)
    bottom = (score <= score.quantile(0.25, "lower")) & (score < middle)
    return scores.select("customer", _side(top, bottom)), named


def _side(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    lower = pl.when(bottom).then(pl.lit(BOTTOM))
    return pl.when(top).then(pl.lit(TOP)).otherwise(lower).alias("side")


def _events(pairs: pl.DataFrame, everybody: int, sizes: tuple[int, int]) -> pl.DataFrame:
    count = pl.col("count")
    aggregates = [count.sum().alias("occurrences"), pl.len().alias("customers")]
    for side in (TOP, BOTTOM):
        of_side = pl.col("side") == side
        aggregates.append(of_side.sum().alias(f"{side}_customers"))
        aggregates.append(count.filter(of_side).sum().alias(f"{side}_occurrences"))
    table = pairs.group_by("event").agg(aggregates)
    confidence = for_each_of(table.height)
    found = [
        _lift(top, bottom, sizes, confidence)
        for top, bottom in table.select("top_customers", "bottom_customers").iter_rows()
    ]
    lifts = pl.DataFrame(
        found,
        schema={"lift": pl.Float64, "low": pl.Float64, "high": pl.Float64, "separates": pl.String},
        orient="row",
    )
    tops, bottoms = (float(max(n, 1)) for n in sizes)
    made = {
        "reach": (pl.col("customers"), float(max(everybody, 1))),
        "top_reach": (pl.col("top_customers"), tops),
        "bottom_reach": (pl.col("bottom_customers"), bottoms),
        "top_occurrences": (pl.col("top_occurrences"), tops),
        "bottom_occurrences": (pl.col("bottom_occurrences"), bottoms),
    }
    table = with_shared(
        pl.concat([table, lifts], how="horizontal"),
        *(
            round_half_away(quotient(part.cast(pl.Float64), whole), 6).alias(name)
            for name, (part, whole) in made.items()
        ),
        *(round_half_away(pl.col(c), 6).alias(c) for c in ("lift", "low", "high")),
    )
    return table.select(
        "event", "occurrences", "customers", *made, "lift", "low", "high", "separates"
    )


def _lift(
    top: int, bottom: int, sizes: tuple[int, int], confidence: float
) -> tuple[float | None, float | None, float | None, str | None]:
    """lift, low, high, separates."""
    if not min(sizes):
        return None, None, None, None
    lift = (top / sizes[0]) / (bottom / sizes[1]) if bottom else None
    low, high = ratio_of_shares((top, bottom), sizes, confidence)
    apart = told_apart((top, bottom), sizes, confidence)
    separates = None if not apart else TOP if low > 1 else BOTTOM
    return lift, low, None if math.isinf(high) else high, separates


def _takers(events: pl.Series, model: Model) -> pl.Series:
    """The signals that take each event by name or pattern; one that takes all takes none in particular."""
    takers: dict[str, list[str]] = {}
    signals = {(s.name, s.match): s for s in each_signal(model)}
    for signal in signals.values():
        for event in _taken(events, signal):
            takers.setdefault(event, []).append(signal.name)
    return pl.Series(
        [", ".join(dict.fromkeys(takers[e])) if e in takers else None for e in events],
        dtype=pl.String,
    )


def _taken(events: pl.Series, signal: Signal) -> pl.Series:
    mine = matches(signal.match, pl.col("event"))
    if mine is None or signal.measure == "ratio":
        return events.clear()
    return events.alias("event").to_frame().filter(mine)["event"]


def _signals(result: Result) -> pl.DataFrame:
    parts = parts_of_raw(result)
    names = [c for c in parts.columns if c.startswith("part:")]
    sums = [float(parts[n].sort().sum() or 0.0) for n in names]
    total = float(result.detail["raw"].sort().sum() or 0.0)
    frame = pl.DataFrame(
        {
            "signal": [n.removeprefix("part:") for n in names],
            "customers": [int((parts[n] != 0).sum() or 0) for n in names],
            "points": sums,
            "share": [s / total if total > 0 else None for s in sums],
        },
        schema={
            "signal": pl.String,
            "customers": pl.UInt32,
            "points": pl.Float64,
            "share": pl.Float64,
        },
    )
    return with_shared(
        frame, *(round_half_away(pl.col(c), 6).alias(c) for c in ("points", "share"))
    )
