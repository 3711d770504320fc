"""What each event of a log says of a customer: how rare it is, and how telling of later activity.

    rarity = 1 + log10(1 / reach)            reach: share of the customers who ever did it
    lift   = later(did) / later(did not)     later: active days in the second half of the log, on
                                             average, of customers who did (not) do it in the first
    worth  = rarity x lift

The log is cut in the middle of its days; only customers with an event of any kind in the first half
take part. Each side is joined by ``PRIOR`` imagined customers of average later activity, so that an
event of a few customers stays near 1, and the lift is kept within 1/3 … 3. A lift is no proof of
cause: who does much of one thing often does much of all.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import datetime

PRIOR = 10
MOST_LIFT = 3.0
USUAL_MOST = 0.95  # a signal's cap: the occurrences that this share of its customers stays within

# Beginnings of words that seldom are good news.
_ALARMING = re.compile(
    r"support|tickets?$|complain|cancel|fail|errors?$|refund|unsubscri|bounced?$|downgrad|churn|reject"
    r"|declin|timeout|crash|bugs?$|spam|dispute|chargeback|overdue|expired?$|uninstall|delete|dropp"
    r"|disconnect|deactivat|suspend"
)


@dataclass(frozen=True)
class Told:
    """One event name.

    ``customers``: who did it; ``reach``: their share of all. ``usual_most``: occurrences per
    customer in the window that 95 % of those who did it stay within. ``lift`` is None where the log
    is too short to tell; ``evidence``: how far it is from 1, times how many stand for it.
    """

    event: str
    customers: int
    reach: float
    lift: float | None
    evidence: float
    usual_most: int

    @property
    def rarity(self) -> float:
        return 1 + math.log10(1 / self.reach)

    @property
    def worth(self) -> float:
        return self.rarity * (self.lift if self.lift is not None else 1.0)

    @property
    def alarming(self) -> str | None:
        """The word of the name that seldom is good news; None where there is none."""
        spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", self.event)
        words = re.findall(r"[^\W\d_]+", spaced.lower())
        return next((w for w in words if _ALARMING.match(w)), None)


def daily(events: pl.LazyFrame, names: list[str], until: datetime, one_in: int = 1) -> pl.DataFrame:
    """One row per customer, event and UTC day up to ``until``: customer, event, day, n (how often).

    Events not in ``names`` are one, null. About one in ``one_in`` customers is kept, the same
    ones each time.
    """
    kept = pl.col("reason").is_null() & (pl.col("at") <= until)
    if one_in > 1:
        kept &= pl.col("customer").hash(seed=0) % one_in == 0
    return (
        events.filter(kept)
        .group_by(
            "customer",
            pl.when(pl.col("event").is_in(names)).then("event").alias("event"),
            pl.col("at").dt.date().alias("day"),
        )
        .agg(pl.len().alias("n"))
        .collect()
    )


def tell(days: pl.DataFrame, window: pl.DataFrame) -> list[Told]:
    """What each event of ``daily``'s frame tells, most customers first, then by name.

    ``window``: those of its rows that the usual most is taken of.
    """
    everyone = days["customer"].n_unique()
    named = days.filter(pl.col("event").is_not_null())
    doers = dict(named.group_by("event").agg(pl.col("customer").n_unique()).iter_rows())
    # an event that the window does not know keeps the number of all history
    most = _usual_most(named) | _usual_most(window.filter(pl.col("event").is_not_null()))
    lifts = _lifts(days)
    found = []
    for event, customers in doers.items():
        lift, evidence = lifts.get(event, (None, 0.0))
        found.append(Told(event, customers, customers / everyone, lift, evidence, most[event]))
    return sorted(found, key=lambda told: (-told.customers, told.event))


def window_start(last: datetime, window_days: int | None) -> date | None:
    """The first day of the window that ends with the day of ``last``; None: all history."""
    if window_days is None:
        return None
    return date.fromordinal(max(1, last.toordinal() - window_days + 1))


def _usual_most(named: pl.DataFrame) -> dict[str, int]:
    per_customer = named.group_by("event", "customer").agg(pl.col("n").sum())
    quantile = pl.col("n").quantile(USUAL_MOST, interpolation="nearest").cast(pl.Int64)
    return dict(per_customer.group_by("event").agg(quantile).iter_rows())


def _lifts(days: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """Event to (lift, evidence); empty where the log has no two halves."""
    if days.is_empty():
        return {}
    first, last = days["day"].min(), days["day"].max()
    middle = first + (last - first) / 2  # type: ignore[operator]
    early = days.filter(pl.col("day") <= middle)
    late = days.filter(pl.col("day") > middle)
    if late.is_empty():
        return {}
    later = (
        early.select("customer")
        .unique()
        .join(
            late.group_by("customer").agg(pl.col("day").n_unique().alias("later")),
            on="customer",
            how="left",
        )
        .with_columns(pl.col("later").fill_null(0).cast(pl.Int64))
    )
    count, total = later.height, int(later["later"].sum())
    if not total:
        return {}
    mean = total / count
    did = (
        early.filter(pl.col("event").is_not_null())
        .select("event", "customer")
        .unique()
        .join(later, on="customer")
        .group_by("event")
        .agg(pl.len().alias("who"), pl.col("later").sum())
    )
    found = {}
    for event, who, days_later in did.iter_rows():
        others = count - who
        with_it = (days_later + PRIOR * mean) / (who + PRIOR)
        without = (total - days_later + PRIOR * mean) / (others + PRIOR)
        lift = min(MOST_LIFT, max(1 / MOST_LIFT, with_it / without))
        found[event] = (lift, abs(math.log(lift)) * math.sqrt(who * others / count))
    return found
