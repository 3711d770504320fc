"""drivers gives what the plain reading of its page gives, for random models and logs."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cesctl.insight.drivers import Drivers, drivers
from tests.agreement import Found
from tests.effort import tries
from tests.insight.cases import VIEWS, Case, alike, check, chosen, noise_of
from tests.insight.populations import population
from tests.reference import drivers as reference
from tests.reference.movers import parts
from tests.reference.points import total
from tests.reference.several import Then
from tests.strategies import Example, examples


@pytest.mark.slow
@VIEWS
@given(example=examples())
def test_drivers_agrees(example: Example, tmp_path_factory: pytest.TempPathFactory) -> None:
    check(example, tmp_path_factory, differences)


@pytest.mark.slow
@settings(VIEWS, max_examples=tries(60))
@given(seed=st.integers(0, 2**24 - 1))
def test_drivers_of_many_customers(seed: int) -> None:
    assert differences(population(seed)).differences == []


def differences(made: Case) -> Found:
    found = Found()
    where = chosen(made)
    got = drivers(made.data, made.model, where=where, now=made.now)
    at = alike(found, got.everyone, made)
    if where is not None:
        (name, value), *_ = where.items()
        at = at.only(name, value)
    if not found.differences:
        compare_events(found, got, at)
        compare_signals(found, got, at, made)
    return found


def compare_events(found: Found, got: Drivers, at: Then) -> None:
    top, bottom = reference.sides(at)
    found.same("sizes", got.sizes, (len(top), len(bottom)))
    wanted = reference.events(at)
    rows = {r["event"]: r for r in got.events.to_dicts()}
    found.same("events", set(rows), set(wanted))
    if found.differences:
        return

    def most_used(name: str) -> tuple[int, int, str]:
        return -len(wanted[name].counts), -wanted[name].counts.total(), name

    found.same("order", list(rows), sorted(rows, key=most_used))
    for name, done in wanted.items():
        compare_event(found, rows[name], done)
        found.same(f"{name}: signals", rows[name]["signals"], reference.takers(at.model, name))
    compare_candidates(found, got, at)


def compare_event(found: Found, row: dict[str, Any], done: reference.Done) -> None:
    name = row["event"]
    found.same(f"{name}: customers", row["customers"], len(done.counts))
    found.same(f"{name}: occurrences", row["occurrences"], done.counts.total())
    numbers = {
        "reach": Fraction(len(done.counts), done.everybody),
        "top_reach": done.reach(done.top),
        "bottom_reach": done.reach(done.bottom),
        "top_occurrences": done.per_customer(done.top),
        "bottom_occurrences": done.per_customer(done.bottom),
        "lift": done.lift,
    }
    for column, value in numbers.items():
        noise = (value or Fraction(0)) / 2**48
        found.close(f"{name}: {column}", row[column], value, 6, noise)
    found.same(f"{name}: has an interval", row["low"] is not None, done.interval is not None)
    if done.interval is None or row["low"] is None:
        return
    for column, end in zip(("low", "high"), done.interval, strict=True):
        given_ = math.inf if row[column] is None else row[column]
        if given_ != end and not abs(given_ - end) <= 1.1e-6 + 1e-6 * min(given_, end):
            found.same(f"{name}: {column}", given_, end)
    event("interval")
    if min(abs(end - 1) for end in done.interval) > 1e-6:
        found.same(f"{name}: separates", row["separates"], done.separates)
        event(f"separates: {done.separates}")


def compare_candidates(found: Found, got: Drivers, at: Then) -> None:
    """Those that separate and that no signal takes, the surest first."""
    rows = got.events.to_dicts()
    for row in rows:
        is_one = row["separates"] is not None and reference.takers(at.model, row["event"]) is None
        found.same(f"{row['event']}: candidate", row["candidate"], is_one)

    def sure(row: dict[str, Any]) -> tuple[float, str]:
        return -max(row["low"], 0.0 if row["high"] is None else 1 / row["high"]), row["event"]

    wanted = [r["event"] for r in sorted((r for r in rows if r["candidate"]), key=sure)]
    found.same("candidates", list(got.candidates["event"]), wanted)
    event(f"candidates: {bool(wanted)}")


def compare_signals(found: Found, got: Drivers, at: Then, made: Case) -> None:
    """How much of all points each part of raw makes up."""
    loss = noise_of(at) * max(len(at.outcomes), 1)
    if loss > 1:  # so large that no decimals are left
        return
    of = {
        o.customer: parts(made.plain, o, at.users.get(o.customer, 1), made.by) for o in at.outcomes
    }
    whole = total(o.raw for o in at.outcomes)
    close = Fraction(len(at.outcomes) + 1, 10**6) + loss
    for row in got.signals.to_dicts():
        own = [p.get(row["signal"], Fraction(0)) for p in of.values()]
        points = total(own)
        who = f"signal {row['signal']}"
        sure = sum(abs(p) > Fraction(1, 10**6) + loss for p in own)
        found.same(f"{who}: customers", sure <= row["customers"] <= sum(p != 0 for p in own), True)
        if abs(Fraction(row["points"]) - points) > close:
            found.same(f"{who}: points", row["points"], float(points))
        if whole > close:
            error = (close + abs(points / whole) * close) / whole + Fraction(1, 10**6)
            if row["share"] is None or abs(Fraction(row["share"]) - points / whole) > error:
                found.same(f"{who}: share", row["share"], float(points / whole))
        elif whole < -close or not at.outcomes:
            found.same(f"{who}: share", row["share"], None)
