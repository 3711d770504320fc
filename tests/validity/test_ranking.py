"""Areas, precision and capture against every pair compared, scikit-learn, and their promised coverage."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from cesctl.insight.intervals import student
from cesctl.validity.ranking import (
    Ranking,
    average_precision,
    captured,
    levels_of,
    ranking,
    times_of,
)
from tests.reference import ranking as reference

Rows = list[tuple[int, int, bool, float, float]]  # customer, T, outcome, two values


def frame(rows: Rows) -> pl.DataFrame:
    names = ["customer", "as_of", "outcome", "value", "other"]
    types = [pl.Int64, pl.Int64, pl.Boolean, pl.Float64, pl.Float64]
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def ranked(table: pl.DataFrame, column: str) -> Ranking | None:
    times = times_of(table, [column])
    values = times.oriented(column, good=True)
    return ranking(times, values, levels_of(values))


def by_level(table: pl.DataFrame) -> list[pl.DataFrame]:
    return levels_of(times_of(table, ["value"]).oriented("value", good=True))


def made(seed: int, customers: int, times: int, levels: int) -> Rows:
    """Customers who are alike at all their T; few levels make many ties."""
    rng = random.Random(seed)
    rows = []
    for customer in range(customers):
        own = rng.gauss(0, 1)
        for at in range(rng.randint(1, times)):
            value = round((own + rng.gauss(0, 1)) * levels) / levels
            other = round(rng.gauss(own, 2) * levels) / levels
            rows.append((customer, at, rng.random() < 1 / (1 + math.exp(1 - own)), value, other))
    return rows


def plain(rows: Rows, place: int = 3) -> list[reference.Pair]:
    return [(r[0], r[1], r[2], float(r[place])) for r in rows]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.integers(8, 30), st.integers(1, 4), st.sampled_from([1, 2, 50]))
def test_as_every_pair_compared(seed: int, customers: int, times: int, levels: int) -> None:
    rows = made(seed, customers, times, levels)
    found = ranked(frame(rows), "value")
    one, other = plain(rows), plain(rows, 4)
    exact = reference.area(one)
    if exact is None:
        assert found is None
        return
    assert found is not None
    assert found.auc == float(exact)
    having, lacking = ({r[0] for r in rows if r[2] is kind} for kind in (True, False))
    assert found.fewest == min(len(having), len(lacking))
    if found.fewest < 2:
        assert found.interval() is None
        return
    reach = student(0.95, (found.fewest - 1))
    interval = found.interval()
    assert interval is not None
    if 0 < exact < 1:
        variance = float(reference.covariance(one, one))
        assert interval == pytest.approx(reference.logit_interval(found.auc, variance, reach))
    second = ranked(frame(rows), "other")
    assert second is not None
    difference, ends = found.less(second)
    apart = reference.area(other)
    assert apart is not None
    assert difference == pytest.approx(float(exact - apart))
    if not {exact, apart}.isdisjoint({0, 1}):
        assert ends is None
        return
    spread = reference.covariance(one, one) + reference.covariance(other, other)
    spread -= 2 * reference.covariance(one, other)
    half = reach * math.sqrt(max(float(spread), 0.0))
    assert ends == pytest.approx((difference - half, difference + half), abs=1e-9)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.integers(2, 40), st.integers(1, 4), st.sampled_from([1, 2, 50]))
def test_precision_and_capture(seed: int, customers: int, times: int, levels: int) -> None:
    rows = made(seed, customers, times, levels)
    table = frame(rows)
    if not any(r[2] for r in rows):
        assert average_precision(by_level(table)) is None
        assert captured(by_level(table), [0.1]) is None
        return
    assert average_precision(by_level(table)) == pytest.approx(
        float(reference.average_precision(plain(rows))), abs=1e-12
    )
    groups = [plain([r for r in rows if r[1] == at]) for at in range(times)]
    shares = [Fraction(1, 10), Fraction(1, 5), Fraction(1)]
    exact = [float(reference.captured([g for g in groups if g], share)) for share in shares]
    found = captured(by_level(table), [float(s) for s in shares])
    assert found == pytest.approx(exact, abs=1e-12)


def test_as_scikit_learn() -> None:
    for seed, levels in ((1, 1), (2, 3), (3, 1000)):
        rows = made(seed, 3_000, 5, levels)
        areas, precisions, twos, outcomes = [], [], [], []
        for at in range(5):
            own = [r for r in rows if r[1] == at]
            had, values = [r[2] for r in own], [r[3] for r in own]
            found = ranked(frame(own), "value")
            assert found is not None
            areas.append(roc_auc_score(had, values))
            precisions.append(average_precision_score(had, values))
            assert found.auc == pytest.approx(areas[-1], abs=1e-12)
            assert average_precision(by_level(frame(own))) == pytest.approx(
                precisions[-1], abs=1e-12
            )
            twos.append(sum(had) * (len(had) - sum(had)))
            outcomes.append(sum(had))
        found = ranked(frame(rows), "value")
        assert found is not None
        assert found.compared == sum(twos)
        by_two = sum(a * n for a, n in zip(areas, twos, strict=True)) / sum(twos)
        assert found.auc == pytest.approx(by_two, abs=1e-12)
        by_outcome = sum(p * n for p, n in zip(precisions, outcomes, strict=True)) / sum(outcomes)
        assert average_precision(by_level(frame(rows))) == pytest.approx(by_outcome, abs=1e-12)


def test_a_season_is_nothing_that_a_score_foretold() -> None:
    """All have low values and many outcomes at one T, high values and few at the other: by chance within
    each.
    """
    rng = random.Random(4)
    rows: Rows = []
    for customer in range(400):
        for at, share in ((0, 0.6), (1, 0.05)):
            rows.append((customer, at, rng.random() < share, share * 10 + rng.random(), 0.0))
    found = ranked(frame(rows), "value")
    assert found is not None
    low, high = found.interval() or (1.0, 0.0)
    assert low < 0.5 < high
    pooled = ranked(frame(rows).with_columns(as_of=pl.lit(0)), "value")
    assert pooled is not None
    assert pooled.auc > 0.8


def test_all_told_apart_is_no_certainty() -> None:
    rows: Rows = [(n, 0, n < 12, float(n < 12), 0.0) for n in range(40)]
    found = ranked(frame(rows), "value")
    assert found is not None
    assert found.auc == 1.0
    low, high = found.interval() or (0.0, 0.0)
    assert high == 1.0
    assert 0.7 < low < 0.8  # as of 12 trials without a miss
    opposite = ranked(frame([(c, t, not o, v, w) for c, t, o, v, w in rows]), "value")
    assert opposite is not None
    assert opposite.auc == 0.0
    assert opposite.interval() == pytest.approx((0.0, 1.0 - low))


def test_one_customer_on_a_side_gives_no_interval() -> None:
    rows: Rows = [(0, t, True, float(t), 0.0) for t in range(3)]
    rows += [(n, 0, False, float(n), 0.0) for n in range(1, 9)]
    found = ranked(frame(rows), "value")
    assert found is not None
    assert found.interval() is None
    assert found.less(found) == (0.0, None)


def test_two_and_two_show_no_difference() -> None:
    rows: Rows = [(n, 0, n < 2, float(n < 2), 0.0) for n in range(4)]
    one, other = (ranked(frame(rows), c) for c in ("value", "other"))
    assert one is not None
    assert other is not None
    assert (one.auc, other.auc) == (1.0, 0.5)
    assert other.less(one) == (-0.5, None)


def test_no_order_of_rows_changes_a_bit() -> None:
    table = frame(made(7, 300, 5, 4))
    first = ranked(table, "value")
    for seed in range(5):
        again = ranked(table.sample(fraction=1, shuffle=True, seed=seed), "value")
        assert first is not None
        assert again is not None
        assert again.interval() == first.interval()
        shuffled = table.sample(fraction=1, shuffle=True, seed=seed)
        for shares in ([0.1], [0.1, 0.2]):
            assert captured(by_level(shuffled), shares) == captured(by_level(table), shares)


@pytest.mark.slow
@pytest.mark.parametrize(("customers", "times"), [(60, 1), (60, 6), (200, 6)])
def test_intervals_hold_what_they_promise(customers: int, times: int) -> None:
    """Of 95 % intervals about 95 in 100 hold the area of ever so many customers."""
    truth = ranked(frame(made(99, 40_000, times, 1000)), "value")
    second = ranked(frame(made(99, 40_000, times, 1000)), "other")
    assert truth is not None
    assert second is not None
    held, held_difference, runs = 0, 0, 400
    for seed in range(runs):
        table = frame(made(seed, customers, times, 1000))
        one, other = ranked(table, "value"), ranked(table, "other")
        assert one is not None
        assert other is not None
        low, high = one.interval() or (0.0, 1.0)
        held += low <= truth.auc <= high
        _, ends = one.less(other)
        assert ends is not None
        held_difference += ends[0] <= truth.auc - second.auc <= ends[1]
    # five standard errors of a share of 0.95 below, and not so wide that all are held
    assert 0.90 <= held / runs <= 0.99
    assert 0.90 <= held_difference / runs <= 0.99
