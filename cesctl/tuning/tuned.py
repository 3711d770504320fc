"""What tuning gives: a model, and how it does where the fit never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from cesctl.validity.measures import FEWEST

if TYPE_CHECKING:
    from cesctl.insight.periods import Every
    from cesctl.model.types import Group, Model, Scale
    from cesctl.result import Result
    from cesctl.tuning.judge import Judgement
    from cesctl.validity.outcome import Outcome


@dataclass(frozen=True)
class Half:
    """Who fits, or judges, at which T: ``pairs`` of ``customers``, ``outcomes`` of them with the outcome;
    ``having`` customers had it at one T or more, ``lacking`` had it not at one or more.
    """

    times: tuple[datetime, ...]
    customers: int
    pairs: int
    outcomes: int
    having: int
    lacking: int

    @property
    def enough(self) -> bool:
        return min(self.having, self.lacking) >= FEWEST


def half_of(frames: Sequence[pl.DataFrame], times: tuple[datetime, ...]) -> Half:
    """``frames``: pairs with customer and outcome."""
    if not frames:
        return Half(times, 0, 0, 0, 0, 0)
    pairs = pl.concat(f.select("customer", "outcome") for f in frames)
    had = pairs.filter("outcome")["customer"]
    return Half(
        times=times,
        customers=pairs["customer"].n_unique(),
        pairs=pairs.height,
        outcomes=len(had),
        having=had.n_unique(),
        lacking=pairs.filter(~pl.col("outcome"))["customer"].n_unique(),
    )


@dataclass(frozen=True)
class Tuned:
    """Weights fitted to what customers did, and held against what other customers did later.

    ``result``: the run of ``before``, the model as it was, at the last T. ``model``: as it should be, and
    ``before`` where that is as good as the data allow (but for its bands, where those were asked for).
    ``fitted``, ``judged``: who fits and who judges; where one of them is not ``enough``, there is no more.
    ``judgement``, ``changes`` (see ``changes_of``), ``limits`` (groups with other ones, before and after) and
    ``scale`` are of what the fit makes of the model, whether or not that is better. ``bands``: one row per
    band of ``model``, of the judged pairs, see ``by_band``; ``bands_before``: the same by the model before.
    ``unset``: why bands that were asked for stay.
    """

    result: Result
    before: Model
    model: Model
    outcome: Outcome
    every: Every
    horizon: timedelta
    until: datetime
    fitted: Half
    judged: Half
    judgement: Judgement | None = None
    changes: pl.DataFrame | None = None
    limits: tuple[tuple[Group, Group], ...] = ()
    scale: Scale | None = None
    bands: pl.DataFrame | None = None
    bands_before: pl.DataFrame | None = None
    unset: str = ""

    @property
    def everyone(self) -> Result:
        return self.result

    @property
    def better(self) -> bool:
        return self.judgement is not None and self.judgement.better
