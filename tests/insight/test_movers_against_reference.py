"""movers gives what the plain reading of its page gives, for random models and logs."""

from __future__ import annotations

from datetime import UTC
from fractions import Fraction

import pytest
from hypothesis import event, given

from cesctl.duration import format_duration
from cesctl.insight.movers import Movers, movers
from tests.agreement import Found, instant
from tests.insight.cases import VIEWS, Case, alike, check, chosen, noise_of
from tests.reference import clock
from tests.reference import movers as reference
from tests.reference.run import Outcome
from tests.reference.several import Then
from tests.strategies import Example, examples


@pytest.mark.slow
@VIEWS
@given(example=examples())
def test_movers_agrees(example: Example, tmp_path_factory: pytest.TempPathFactory) -> None:
    check(example, tmp_path_factory, differences)


def differences(made: Case) -> Found:
    found = Found()
    since, earlier = ago(made)
    where = chosen(made)
    got = movers(made.data, made.model, since=since, now=made.now, where=where)
    found.same("T before", clock.microseconds(got.before.as_of), earlier)
    now = alike(found, got.everyone, made)
    then = case_before(found, got, made, now, where)
    if where is not None:
        (name, value), *_ = where.items()
        now = now.only(name, value)
        then = then.of({o.customer for o in now.outcomes})
    if not found.differences:
        compare_transitions(found, got, then, now)
        compare_customers(found, got, then, now)
        compare_parts(found, got, then, now, made)
    return found


def ago(made: Case) -> tuple[str | None, int]:
    """``--from`` as a length, an instant or nothing, and the instant it says."""
    t, dice = made.log.as_of, made.dice
    windows = [s.window_us for s in made.model.signals if s.window_us]
    us = dice.pick([7 * clock.DAY, clock.DAY, 3 * clock.DAY, *windows])
    kind = dice.pick(["nothing", "length", "instant"])
    if kind == "nothing":
        return None, t - (made.model.compare_us or 30 * clock.DAY)
    if kind == "length":
        return format_duration(us), t - us
    at = instant(t - us)
    assert at is not None
    return at.astimezone(UTC).isoformat(), t - us


def case_before(
    found: Found, got: Movers, made: Case, now: Then, where: dict[str, str | None] | None
) -> Then:
    """The reference at the earlier T. Of customers that are not chosen the engine gives no score then."""
    if where is None:
        return alike(found, got.before, made)
    then = made.then(clock.microseconds(got.before.as_of))
    (name, value), *_ = where.items()
    kept = then.of({o.customer for o in now.only(name, value).outcomes})
    scores = dict(got.before.scores.select("customer", "score").iter_rows())
    found.same("chosen", sorted(scores), sorted(o.customer for o in kept.outcomes))
    return then


def compare_transitions(found: Found, got: Movers, then: Then, now: Then) -> None:
    wanted = reference.transitions(then, now)
    order = reference.in_band_order(list(wanted), now.model)
    rows = {(r["previous_band"], r["band"]): r for r in got.transitions.to_dicts()}
    found.same("moves", list(rows), order)
    for pair, (customers, share) in wanted.items():
        if pair in rows:
            found.same(f"{pair}: customers", rows[pair]["customers"], customers)
            found.close(f"{pair}: share", rows[pair]["share"], share, 6, Fraction(1, 2**50))


def compare_customers(found: Found, got: Movers, then: Then, now: Then) -> None:
    decimals = now.model.scale.round
    changes = reference.changes(then, now)
    records = {r["customer"]: r for r in got.customers.to_dicts()}
    found.same("customers", sorted(records), sorted(changes))
    for name, frame, falls in (("falls", got.falls, True), ("rises", got.rises, False)):
        found.same(name, list(frame["customer"]), reference.greatest_first(changes, falls=falls))
    was = {o.customer: o for o in then.outcomes}
    is_ = {o.customer: o for o in now.outcomes}
    for customer, record in records.items():
        size = abs(record["score"] or 0) + abs(record["previous_score"] or 0)
        noise = Fraction(size) / 2**50
        found.close(f"{customer}: change", record["change"], changes[customer], decimals, noise)
        for kind, before, after in (
            ("band", was.get(customer), is_.get(customer)),
            ("score", was.get(customer), is_.get(customer)),
        ):
            found.same(f"{customer}: {kind} then", record[f"previous_{kind}"], said(before, kind))
            found.same(f"{customer}: {kind} now", record[kind], said(after, kind))


def said(outcome: Outcome | None, kind: str) -> str | float | None:
    if outcome is None:
        return None
    return outcome.band if kind == "band" else float(outcome.score)


def compare_parts(found: Found, got: Movers, then: Then, now: Then, made: Case) -> None:
    """Then, now and change of each part, which add up to those of raw."""
    noise = noise_of(then) + noise_of(now)
    if noise > 1:  # so large that no decimals are left
        event("huge")
        return
    was = {o.customer: parts(o, then, made) for o in then.outcomes}
    is_ = {o.customer: parts(o, now, made) for o in now.outcomes}
    names = list(next(iter((was | is_).values()), {}))
    signals = [s.name for s in made.model.signals]
    found.same("signals", list(got.parts[: len(signals)]), signals)
    most = {n: max(abs(own[n]) for own in (*was.values(), *is_.values())) for n in names}
    # what the rounding of raw leaves over is no part
    lacking = {n for n in names if most[n] >= Fraction(1, 10**6)} - {*got.parts}
    found.same("parts that are missing", lacking, set())
    idle = {*got.parts} - {*signals} - {n for n in names if most[n]}
    found.same("parts that nobody has", idle, set())
    shown = Fraction(1, 10**6) + 2 * noise
    for record in got.customers.to_dicts():
        customer = record["customer"]
        for name in got.parts:
            before = was.get(customer, {}).get(name, Fraction(0))
            after = is_.get(customer, {}).get(name, Fraction(0))
            for kind, value, is_there in (
                ("before", before, customer in was),
                ("now", after, customer in is_),
                ("change", after - before, customer in was and customer in is_),
            ):
                given_ = record[f"{name}.{kind}"]
                found.same(f"{customer}: {kind} is there", given_ is not None, is_there)
                if given_ is not None and abs(Fraction(given_) - value) > shown:
                    found.same(f"{customer}: {name}.{kind}", given_, float(value))
        if record["raw_change"] is not None:
            added = sum(Fraction(record[f"{p}.change"]) for p in got.parts)
            rounding = Fraction(len(got.parts) + 2, 10**6) + 2 * noise
            if abs(added - Fraction(record["raw_change"])) > rounding:
                found.same(f"{customer}: sum of changes", float(added), record["raw_change"])


def parts(outcome: Outcome, at: Then, made: Case) -> dict[str, Fraction]:
    return reference.parts(made.plain, outcome, at.users.get(outcome.customer, 1), made.by)
