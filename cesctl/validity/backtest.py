"""Whether the score foretold an outcome: scores at past T, and what came after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from cesctl.insight.names import check_names
from cesctl.insight.periods import Every
from cesctl.insight.segments import with_attributes
from cesctl.model.scored_by import all_bands, each_signal
from cesctl.validity import bgnbd as bg_nbd
from cesctl.validity.at_risk_list import AtRiskList, judged
from cesctl.validity.by_score import by_band, by_tenth, foretold, reaches_back
from cesctl.validity.by_time import by_segment, by_time
from cesctl.validity.held import held
from cesctl.validity.measures import compared
from cesctl.validity.outcome import Outcome
from cesctl.validity.plain import EVENTS, RECENCY, rfm_name, with_rfm

if TYPE_CHECKING:
    from cesctl.model.types import Model, Signal
    from cesctl.pipeline.log import Inputs
    from cesctl.result import Result
    from cesctl.validity.by_score import Foretold
    from cesctl.validity.held import Held

COLUMNS = (
    "pairs", "customers", "outcomes", "rate", "low", "high", "auc", "auc_low", "auc_high", "score", "band",
    "at_risk", "outcome", "outcome_at", "as_of", "code", "first_at", "had", EVENTS, RECENCY,
    bg_nbd.NAME,
)  # fmt: skip


@dataclass(frozen=True)
class Backtest:
    """The score at several T, held against what each customer did in (T, T + ``horizon``].

    ``result``: the run at the last T (``everyone`` is the same). ``until``: to when the log tells what came.
    ``oldest``: its first event.
    ``pairs``: one row per customer at stake and T: customer, as_of (UTC), ``by`` (as of T), score, band,
    at_risk, outcome (whether it came within the horizon), outcome_at (UTC, the first after T, also later;
    null: none known). By T, then customer.
    ``customers`` were at stake at one T or more, ``with_outcome`` of them had the outcome at one or more.
    ``said``: those of the notes of ``result`` that are of the outcome.
    ``measures``, ``bands``, ``tenths``, ``times``, ``segments`` (None without ``by``): see the functions that
    make them.
    """

    result: Result
    outcome: Outcome
    every: Every
    horizon: timedelta
    until: datetime
    oldest: datetime | None
    pairs: pl.DataFrame
    measures: pl.DataFrame
    bands: pl.DataFrame
    tenths: pl.DataFrame
    times: pl.DataFrame
    customers: int
    with_outcome: int
    at_risk: AtRiskList
    foretold: Foretold | None
    said: tuple[str, ...]
    by: str | None = None
    segments: pl.DataFrame | None = None

    @property
    def everyone(self) -> Result:
        return self.result


def backtest(
    inputs: Inputs,
    model: Model,
    outcome: Outcome | str,
    *,
    every: str = "1mo",
    periods: int | None = None,
    first: str | None = None,
    last: str | None = None,
    horizon: str | None = None,
    by: str | None = None,
    bgnbd: bool = False,
    as_of: str | None = None,
    now: datetime | None = None,
) -> Backtest:
    """Holds the score against an ``outcome``, or what ``parse_outcome`` reads as one: ``silent:60d``.

    Scores the log at T and the ``periods`` - 1 instants before it (12 in all), ``every`` apart, or at all
    from ``first`` on; each with only what was known by then. The last T is ``last``, else the latest whose
    ``horizon`` (90d; of a silence, as long as that) the log still tells. ``as_of``: no event after it is
    looked at. ``by``: an attribute, to judge its values apart. ``bgnbd``: also held against the
    BG/NBD model (see ``cesctl.validity.bgnbd``; needs ``cesctl[bgnbd]``).

    All customers of the log are scored, also where the model scores only those of its customers file: that is
    of today, and who is gone is not in it. Two passes over the log. Raises InputError, UsageError.
    """
    if by is not None:
        model = with_attributes(model, [by])
        check_names([by], COLUMNS, "backtest")
    signals = _signals(model)
    found = held(
        inputs,
        model,
        outcome,
        every=every,
        periods=periods,
        first=first,
        last=last,
        horizon=horizon,
        as_of=as_of,
        now=now,
        columns=lambda frame: _columns(frame, signals, by),
        attributes_then=by is not None,
        days=bgnbd,
    )
    return _judged(found, signals, by, [bg_nbd.NAME] if bgnbd else [])


def _judged(
    found: Held, signals: Sequence[Signal], by: str | None, more: Sequence[str]
) -> Backtest:
    """``more``: columns of the pairs that the score is held against, too."""
    model, good = found.result.model, found.outcome.good
    frames = bg_nbd.with_chances(found) if more else found.pairs
    pairs = with_rfm(pl.concat(frames), model)
    # numbers are grouped in a third of the time that ids take
    coded = pairs.drop("customer").rename({"code": "customer"}).sort("customer")
    values = [
        ("score", "score", "score"),
        *((s.name, "signal" if s.weight else "unweighed", _points(s)) for s in signals),
        *((name, "plain", name) for name in (EVENTS, RECENCY, rfm_name(model), *more)),
    ]
    shown = ["customer", "as_of", *([by] if by else []), "score", "band", "at_risk"]
    return Backtest(
        result=found.result,
        outcome=found.outcome,
        every=found.every,
        horizon=found.horizon,
        until=found.until,
        oldest=found.oldest,
        pairs=pairs.select(*shown, "outcome", "outcome_at"),
        measures=compared(coded, values, good=good),
        bands=by_band(coded, [b.name for b in all_bands(model)]),
        tenths=by_tenth(coded),
        times=by_time(coded, found.left_out, good=good),
        customers=coded["customer"].n_unique(),
        with_outcome=coded.filter("outcome")["customer"].n_unique(),
        at_risk=judged(coded),
        # where a window is not yet whole, bands are no guide to later ones
        foretold=foretold(coded.filter(reaches_back(model.window_us, found.oldest)), found.horizon),
        said=found.said,
        by=by,
        segments=None if by is None else by_segment(coded, by, good=good),
    )


def _signals(model: Model) -> list[Signal]:
    """One signal of each name; where variants weigh it otherwise, one with a weight."""
    found: dict[str, Signal] = {}
    for signal in each_signal(model):
        if signal.name not in found or not found[signal.name].weight:
            found[signal.name] = signal
    return list(found.values())


def _columns(frame: pl.DataFrame, signals: Sequence[Signal], by: str | None) -> list[pl.Expr]:
    """What is held against outcomes; of a signal that does not score a customer, nothing."""
    made = [pl.col("score"), pl.col("band"), pl.col("at_risk")]
    if by is not None:
        made.append(pl.col(f"attr:{by}").alias(by))
    names = [_points(s) for s in signals]
    spent = [f"m:{s.name}" for s in signals if s.measure == "sum"]
    for name in dict.fromkeys([*names, *spent]):
        there = pl.col(name) if name in frame.columns else pl.lit(None)
        none = 0.0 if name.startswith("p:") else float("-inf")  # no measure is the least
        made.append(there.cast(pl.Float64).fill_null(none).alias(name))
    return made


def _points(signal: Signal) -> str:
    """The column of what a signal says: its points; of one without a weight its measure."""
    return f"p:{signal.name}" if signal.weight else f"m:{signal.name}"
