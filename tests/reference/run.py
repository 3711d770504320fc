"""The whole of it: rows and a model to one outcome per customer, best first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from cesctl.model.types import Model
from tests.reference import clock
from tests.reference.bands import band, last_activity, rank, risk_reasons
from tests.reference.events import Event, Log, Row, read
from tests.reference.measures import counts, measures, taken
from tests.reference.numbers import round_half_away
from tests.reference.points import group_points, groups, raw, signal_points, unrounded
from tests.reference.scale import scaled, score

Roster = dict[str, dict[str, str]]  # id -> its other columns, only those that are not empty


@dataclass
class Outcome:
    """One customer. Numbers are exact; ``raw``, measures and points are not yet cut to 6 decimals."""

    customer: str
    attributes: dict[str, str]
    measures: dict[str, Fraction | None]
    points: dict[str, Fraction | None]
    groups: dict[str, Fraction]
    counted: dict[str, int]  # events of each signal, after its limit
    unrounded: Fraction  # raw before its rounding
    raw: Fraction
    scaled: Fraction
    score: Fraction
    previous_score: Fraction | None
    events: int
    last_event_at: int | None  # µs
    days_silent: int | None
    band: str = ""
    risk_reasons: list[str] = field(default_factory=list)
    rank: int = 0
    change: Fraction | None = None

    @property
    def at_risk(self) -> bool:
        return bool(self.risk_reasons)


@dataclass
class Scored:
    log: Log
    outcomes: list[Outcome]  # best first
    before: dict[str, Outcome]  # the same log at T - compare, not judged; empty without compare


def score_rows(rows: list[Row], model: Model, now: int, roster: Roster | None = None) -> Scored:
    """Everything of one run. ``now`` in µs since 1970."""
    log = read(rows, model, now)
    t = log.as_of
    current = at(model, log.events, t, roster)
    earlier: dict[str, Outcome] = {}
    if model.compare_us is not None:
        then = t - model.compare_us
        earlier = at(model, [e for e in log.events if e.at <= then], then, roster)
    for customer, outcome in current.items():
        if customer in earlier:
            outcome.previous_score = earlier[customer].score
    return Scored(log, judge(model, list(current.values()), log), earlier)


def at(model: Model, events: list[Event], t: int, roster: Roster | None) -> dict[str, Outcome]:
    """Scores as of ``t``, of events at or before it; bands and risk are still to come."""
    by_customer: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_customer[event.customer].append(event)
    customers = set(by_customer) | set(roster or {})
    if model.customers is not None and model.customers.only:
        customers = set(roster or {})
    found = {c: one(model, c, by_customer.get(c, []), t, roster or {}) for c in sorted(customers)}
    for customer, value in scaled(model, {c: o.raw for c, o in found.items()}).items():
        found[customer].scaled = value
        found[customer].score = score(model, value)
    return found


def one(model: Model, customer: str, events: list[Event], t: int, roster: Roster) -> Outcome:
    """One customer up to raw: all that needs no other customer."""
    measured = measures(model, events, t)
    points = signal_points(model, measured)
    last = last_activity(None, events)
    taken_by_any = {id(e) for signal in model.signals for e in taken(signal, events, t)}
    return Outcome(
        customer=customer,
        attributes=latest(model, events) | roster.get(customer, {}),
        measures=measured,
        points=points,
        groups={name: group_points(model, name, points) for name in groups(model)},
        counted=counts(model, events, t),
        unrounded=unrounded(model, points),
        raw=raw(model, points),
        scaled=Fraction(0),
        score=Fraction(0),
        previous_score=None,
        events=len(taken_by_any),
        last_event_at=last,
        days_silent=None if last is None else (t - last) // clock.DAY,
    )


def latest(model: Model, events: list[Event]) -> dict[str, str]:
    """Each attribute's latest non-empty value; of equal instants the greatest text."""
    found = {}
    for name, path in model.attributes:
        dated = [(e.at, text) for e in events if (text := e.text(path)) is not None]
        if dated:
            found[name] = max(dated)[1]
    return found


def judge(model: Model, outcomes: list[Outcome], log: Log) -> list[Outcome]:
    """Band, change, risk, rank and order, all from the rounded scores."""
    scores = [o.score for o in outcomes]
    events: dict[str, list[Event]] = defaultdict(list)
    for event in log.events:
        events[event.customer].append(event)
    for outcome in outcomes:
        own = outcome.score
        outcome.rank = rank(own, scores)
        if outcome.previous_score is not None:
            outcome.change = own - outcome.previous_score
        of = band(model.bands, own)
        outcome.band = of.name
        outcome.risk_reasons = risk_reasons(
            model, of, outcome.change, events[outcome.customer], log.as_of
        )
    return sorted(outcomes, key=lambda o: (-o.score, -round_half_away(o.raw, 6), o.customer))
