"""Rates with intervals that count customers."""

from __future__ import annotations

import random
from statistics import NormalDist

import polars as pl
import pytest

from cesctl.insight.intervals import student, wilson
from cesctl.validity.rates import Rate, rate, rates
from tests.reference.ranking import share_variance

Z = NormalDist().inv_cdf(0.975)


def sample(seed: int, customers: int, times: int, alike: float) -> list[tuple[str, int, bool]]:
    """Customers of two kinds; ``alike``: how often all pairs of one go together."""
    rng = random.Random(seed)
    rows = []
    for customer in range(customers):
        chance = 0.3
        if rng.random() < alike:
            chance = float(rng.random() < chance)
        rows += [("ab"[customer % 2], customer, rng.random() < chance) for _ in range(times)]
    return rows


def frame(rows: list[tuple[str, int, bool]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["kind", "customer", "outcome"], orient="row")


def test_the_effective_number_of_pairs() -> None:
    rows = sample(3, 80, 6, 0.7)
    for kind, found in rates(frame(rows), "kind").items():
        own = [(c, o) for k, c, o in rows if k == kind]
        share = sum(o for _, o in own) / len(own)
        assert (found.pairs, found.customers) == (240, 40)
        assert found.share == share
        worth = share * (1 - share) / float(share_variance(own))
        assert worth < 100  # far fewer than the 240 pairs
        worth *= (Z / student(0.95, 39)) ** 2
        assert (found.low, found.high) == pytest.approx(wilson(worth * share, worth))


def test_independent_pairs_are_worth_themselves_at_most() -> None:
    rows = [("a", n, n % 4 == 0) for n in range(100)]
    found = rate(frame(rows))
    assert (found.low, found.high) == pytest.approx(wilson(25, 100), abs=4e-3)
    few = (Z / student(0.95, 49)) ** 2
    evenly = [
        ("a", n, at == 0) for n in range(50) for at in range(4)
    ]  # each once: no spread at all
    assert (rate(frame(evenly)).low, rate(frame(evenly)).high) == pytest.approx(
        wilson(50 * few, 200 * few)
    )


def test_all_alike_are_worth_their_customers() -> None:
    found = rate(frame([("a", n, True) for n in range(9) for _ in range(12)]))
    assert (found.pairs, found.hits) == (108, 108)
    assert (found.low, found.high) == wilson(9, 9)
    nobody = rate(frame([("a", n, False) for n in range(9) for _ in range(12)]))
    assert (nobody.low, nobody.high) == wilson(0, 9)
    one = rate(frame([("a", 1, at < 3) for at in range(12)]))
    assert (one.low, one.high) == wilson(0.25, 1)


def test_nobody() -> None:
    found = rate(frame([]).cast({"outcome": pl.Boolean}))
    assert found == Rate(0, 0, 0, 0.0, 1.0)
    assert found.share is None


@pytest.mark.slow
@pytest.mark.parametrize(("customers", "alike"), [(10, 0.8), (60, 0.0), (60, 0.8), (300, 0.8)])
def test_intervals_hold_what_they_promise(customers: int, alike: float) -> None:
    held, runs = 0, 1_000
    for seed in range(runs):
        found = rate(frame(sample(seed, customers, 6, alike)))
        held += found.low <= 0.3 <= found.high
    assert 0.92 <= held / runs <= 0.985
