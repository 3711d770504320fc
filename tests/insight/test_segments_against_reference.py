"""segments gives what the plain reading of its page gives, for random models, logs and attributes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cesctl.insight.segments import Segments, segments
from tests.agreement import LAST_PLACES, Found
from tests.effort import tries
from tests.insight.cases import VIEWS, Case, alike, check
from tests.insight.populations import population
from tests.reference import segments as reference
from tests.reference.several import Then
from tests.strategies import Example, examples

ATTRIBUTES = ("plan", "page", "amount", "size")  # all are properties of the log, too
Key = tuple[str | None, ...]


@pytest.mark.slow
@VIEWS
@given(example=examples())
def test_segments_agrees(example: Example, tmp_path_factory: pytest.TempPathFactory) -> None:
    check(example, tmp_path_factory, of_some, more=ATTRIBUTES, accounts=False)


@pytest.mark.slow
@settings(VIEWS, max_examples=tries(60))
@given(seed=st.integers(0, 2**24 - 1))
def test_segments_of_many_customers(seed: int) -> None:
    made = population(seed)
    by = made.dice.pick([["plan"], ["size"], ["plan", "size"]])
    assert differences(made, by).differences == []


def of_some(made: Case) -> Found:
    where = None
    if made.dice.chance(2):
        where = {"page": made.dice.pick(["/a", "/b", "/", None])}
    return differences(made, made.dice.some(ATTRIBUTES, 1, 2), where)


def differences(made: Case, by: list[str], where: dict[str, str | None] | None = None) -> Found:
    found = Found()
    got = segments(made.data, made.model, by, where=where, now=made.now)
    at = alike(found, got.everyone, made)
    if where is not None:
        at = at.only("page", where["page"])
    if not found.differences and at.outcomes:
        compare_rows(found, got, at, by)
    found.same("rows of nobody", got.rows.height == 0, not at.outcomes)
    return found


def compare_rows(found: Found, got: Segments, at: Then, by: list[str]) -> None:
    columns = [kinds(found, got, at, name) for name in by]
    places = {o.customer: n for n, o in enumerate(at.outcomes)}
    keys: dict[str, Key] = {c: tuple(v[n].text for v in columns) for c, n in places.items()}
    order = {keys[c]: columns[0][n].order for c, n in places.items()}
    wanted = reference.segments(at, keys)
    rows = {tuple(r[n] for n in by): r for r in got.rows.to_dicts()}
    found.same("segments", set(rows), set(wanted))
    if found.differences:
        return
    numbers = len(by) == 1 and any(v.order is not None for v in columns[0])

    def place(key: Key) -> tuple[Any, ...]:
        first = order[key]
        ordered = (first is None, first or 0) if numbers else (-rows[key]["average"],)
        return (*ordered, *((t is None, t or "") for t in key))

    found.same("order", list(rows), sorted(rows, key=place))
    for key, segment in wanted.items():
        compare_segment(found, rows[key], segment, at)


def kinds(found: Found, got: Segments, at: Then, name: str) -> list[reference.Value]:
    """What each customer's attribute counts as. Of bins, which are the program's own."""
    texts = [o.attributes.get(name) for o in at.outcomes]
    if not reference.is_binned(texts):
        return reference.values(texts)
    event("bins")
    ends = {}
    for bin_ in got.rows[name].drop_nulls().unique():
        least, _, most = bin_.replace(",", "").partition(" to ")
        ends[bin_] = (Fraction(least), Fraction(most or least))
    numbers = [None if t is None else reference.size(t) for t in texts]
    of = [
        next((b for b, (least, most) in ends.items() if n is not None and least <= n <= most), None)
        for n in numbers
    ]
    found.same("in a bin", [b is None for b in of], [n is None for n in numbers])
    everybody = sum(n is not None for n in numbers)
    for bin_, (_, most) in ends.items():
        own = [n for n, b in zip(numbers, of, strict=True) if b == bin_]
        found.same(f"{bin_} is many", sum(n != most for n in own if n) > everybody / 5 + 1, False)
    return [reference.Value(b, None if b is None else ends[b][0]) for b in of]


def compare_segment(
    found: Found, row: dict[str, Any], segment: reference.Segment, at: Then
) -> None:
    customers, everybody = len(segment.outcomes), len(at.outcomes)
    size = max(abs(o.score) for o in at.outcomes)
    noise = 256 * size * LAST_PLACES
    found.same("customers", row["customers"], customers)
    at_risk = sum(o.at_risk for o in segment.outcomes)
    found.same("at_risk", row["at_risk"], at_risk)
    for band in at.model.bands:
        count = sum(o.band == band.name for o in segment.outcomes)
        found.same(f"band {band.name}", row[f"band {band.name}"], count)
    others = segment.others_average
    numbers = {
        "share": Fraction(customers, everybody),
        "at_risk_share": Fraction(at_risk, customers),
        "average": segment.average,
        "median": segment.quantile(Fraction(1, 2)),
        "lower_quartile": segment.quantile(Fraction(1, 4)),
        "upper_quartile": segment.quantile(Fraction(3, 4)),
        "others_average": others,
        "difference": None if others is None else segment.average - others,
    }
    for name, value in numbers.items():
        loss = Fraction(1, 2**50) if name.endswith("share") else noise
        found.close(name, row[name], value, 6, loss)
    compare_interval(found, row, segment, float(size))


def compare_interval(
    found: Found, row: dict[str, Any], segment: reference.Segment, size: float
) -> None:
    intervals = segment.intervals()
    found.same("has an interval", row["low"] is not None, bool(intervals))
    if not intervals or row["low"] is None:
        return
    event("interval")
    # the reference's t is good to 8 digits
    close = 1.1e-6 + (size + abs(intervals[0][1])) * 1e-7
    if not any(
        abs(row["low"] - low) <= close and abs(row["high"] - high) <= close
        for low, high in intervals
    ):
        found.same("interval", (row["low"], row["high"]), intervals)
    (low, high), *_ = intervals
    if min(abs(low), abs(high)) > close:
        differs = "above" if low > 0 else "below" if high < 0 else None
        found.same("differs", row["differs"], differs)
        event(f"differs: {differs}")
