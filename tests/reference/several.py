"""The same log at several T: who is scored at each, users or the accounts they belong to, and judged."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from cesctl.model.types import Model
from tests.reference.bands import last_activity
from tests.reference.events import Event, Log
from tests.reference.numbers import exact, round_half_away
from tests.reference.points import total
from tests.reference.run import Outcome, Roster, at, judge
from tests.reference.scale import scaled, score

ACCOUNT = "account"  # the attribute of users that names theirs
TOGETHER: dict[str, Callable[[list[Fraction]], Fraction]] = {
    "mean": lambda raws: total(raws) / len(raws),
    "sum": total,
    "min": min,
    "max": max,
    "median": statistics.median,
}


@dataclass
class Then:
    """Who is scored at ``t``, the best first, and the events by then of each of them.

    ``before``: the same at T - compare, not judged, by customer. ``users``: how many each account has.
    ``largest``: no customer's and no user's points are greater, added up without their signs.
    """

    model: Model
    t: int
    outcomes: list[Outcome]
    before: dict[str, Outcome]
    events: dict[str, list[Event]]
    users: dict[str, int] = field(default_factory=dict)
    largest: Fraction = Fraction(0)

    def judged(self) -> Then:
        """Band, change, risk and rank from the scores as they are now."""
        events = [replace(e, customer=c) for c, own in self.events.items() for e in own]
        log = Log(events=events, as_of=self.t)
        return replace(self, outcomes=judge(self.model, self.outcomes, log))

    def only(self, name: str, value: str | None) -> Then:
        """Those whose attribute has that value, or none."""
        return self.of({o.customer for o in self.outcomes if o.attributes.get(name) == value})

    def of(self, customers: set[str]) -> Then:
        return replace(self, outcomes=[o for o in self.outcomes if o.customer in customers])

    def active_within(self, outcome: Outcome, since: int) -> bool:
        """Whether an event that is activity lies after ``since``."""
        last = last_activity(self.model.risk.activity, self.events.get(outcome.customer, []))
        return last is not None and last > since


def then(model: Model, log: Log, t: int, roster: Roster | None, by: str | None = None) -> Then:
    """Everybody at ``t``. ``by``: they are accounts, scored by what their users' raw make together."""
    single = _single(model, log, t, roster)
    outcomes, events, users = _joined(model, log, single, t, by)
    before: dict[str, Outcome] = {}
    if model.compare_us is not None:
        earlier = t - model.compare_us
        before, _, _ = _joined(model, log, _single(model, log, earlier, roster), earlier, by)
    for customer, outcome in outcomes.items():
        if customer in before:
            outcome.previous_score = before[customer].score
    largest = max((_size(model, o) for o in single.values()), default=Fraction(0))
    return Then(model, t, list(outcomes.values()), before, events, users, largest).judged()


def _single(model: Model, log: Log, t: int, roster: Roster | None) -> dict[str, Outcome]:
    return at(model, [e for e in log.events if e.at <= t], t, roster)


def _size(model: Model, outcome: Outcome) -> Fraction:
    weights = {g.name: abs(exact(g.weight)) for g in model.groups}
    return total(
        abs(outcome.points[s.name] or Fraction(0)) * max(weights.get(s.group or "", 1), 1)
        for s in model.signals
    )


def _joined(
    model: Model, log: Log, found: dict[str, Outcome], t: int, by: str | None
) -> tuple[dict[str, Outcome], dict[str, list[Event]], dict[str, int]]:
    events = [e for e in log.events if e.at <= t]
    own: dict[str, list[Event]] = defaultdict(list)
    if by is None:
        for event in events:
            own[event.customer].append(event)
        return found, own, {}
    members: dict[str, list[Outcome]] = defaultdict(list)
    for user in found.values():
        if ACCOUNT in user.attributes:
            members[user.attributes[ACCOUNT]].append(user)
    accounts = {name: _account(name, users, by) for name, users in sorted(members.items())}
    for customer, value in scaled(model, {c: o.raw for c, o in accounts.items()}).items():
        accounts[customer].scaled = value
        accounts[customer].score = score(model, value)
    of_user = {u.customer: name for name, users in members.items() for u in users}
    for event in events:
        if event.customer in of_user:
            own[of_user[event.customer]].append(event)
    return accounts, own, {name: len(users) for name, users in members.items()}


def _account(name: str, users: list[Outcome], by: str) -> Outcome:
    """What users make together: sums, and raw by mean, sum, min, max or median."""
    first = users[0]
    together = TOGETHER[by]([u.raw for u in users])
    return replace(
        first,
        customer=name,
        attributes={},
        measures={n: _sum([u.measures[n] for u in users]) for n in first.measures},
        points={n: _sum([u.points[n] for u in users]) for n in first.points},
        groups={n: total(u.groups[n] for u in users) for n in first.groups},
        unrounded=together,
        raw=round_half_away(together, 9),
        previous_score=None,
        events=sum(u.events for u in users),
    )


def _sum(parts: list[Fraction | None]) -> Fraction | None:
    there = [p for p in parts if p is not None]
    return total(there) if there else None
