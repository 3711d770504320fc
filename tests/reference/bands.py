"""Bands, risk, rank and order (sections 7 and 8, and the columns of the command line's page)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from cesctl.model.types import Band, EventMatch, Model
from tests.reference import clock
from tests.reference.conditions import matches
from tests.reference.events import Event
from tests.reference.numbers import exact, shortest


def band(bands: Sequence[Band], score: Fraction) -> Band:
    """The last band whose ``from`` the score reaches; the first one where it reaches none."""
    reached = [b for b in bands if score >= exact(b.from_)]
    return reached[-1] if reached else bands[0]


def risk_reasons(
    model: Model, found: Band, change: Fraction | None, events: list[Event], t: int
) -> list[str]:
    """Why a customer is at risk, in the page's order; empty where it is not."""
    reasons = []
    if found.at_risk:
        reasons.append(f"band {found.name}")
    if model.risk.drop is not None and change is not None and change <= -exact(model.risk.drop):
        reasons.append(f"dropped {shortest(-change)}")
    last = last_activity(model.risk.activity, events)
    if last is None:
        reasons.append("never active")
    elif model.risk.silent_for_us is not None and t - last >= model.risk.silent_for_us:
        reasons.append(f"silent {(t - last) // clock.DAY}d")
    return reasons


def last_activity(activity: EventMatch | None, events: list[Event]) -> int | None:
    return max(
        (e.at for e in events if activity is None or matches(activity, e.name)), default=None
    )


def rank(score: Fraction, scores: Iterable[Fraction]) -> int:
    """1 is best; equal scores share the better rank."""
    return 1 + sum(other > score for other in scores)
