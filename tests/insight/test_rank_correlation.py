"""Spearman's rank correlation, against the plain reading of it."""

from __future__ import annotations

import math
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cesctl.insight.rank_correlation import spearman


def of(one: list[float], other: list[float]) -> float | None:
    return spearman(pl.DataFrame({"a": one, "b": other}, schema={"a": pl.Float64, "b": pl.Float64}))


def plain(one: list[float], other: list[float]) -> float | None:
    ranks = [
        [Fraction(sum(w < v for w in x) * 2 + sum(w == v for w in x) + 1, 2) for v in x]
        for x in (one, other)
    ]
    means = [sum(r, Fraction(0)) / len(r) for r in ranks] if one else []
    apart = [[v - m for v in r] for r, m in zip(ranks, means, strict=False)]
    spreads = [sum(v * v for v in r) for r in apart]
    if not one or not all(spreads):
        return None
    both = sum(x * y for x, y in zip(*apart, strict=True))
    return float(both) / math.sqrt(spreads[0] * spreads[1])


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ([1, 2, 3], [10, 20, 90], 1.0),
        ([1, 2, 3], [3, 2, 1], -1.0),
        ([1, 2, 2, 3], [1, 3, 2, 4], 0.948683),
        ([1, 2], [5, 5], None),
        ([1], [1], None),
        ([], [], None),
        ([1, 2, 3, 4], [2, 1, 4, 3], 0.6),
        ([1, 1, 2, 2], [1, 2, 1, 2], 0.0),
    ],
)
def test_known(one: list[float], other: list[float], found: float | None) -> None:
    assert of(one, other) == found


@settings(max_examples=100, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 9), st.floats(-5, 5)), max_size=40))
def test_as_the_plain_reading(pairs: list[tuple[int, float]]) -> None:
    one, other = [float(a) for a, _ in pairs], [b for _, b in pairs]
    found, wanted = of(one, other), plain(one, other)
    assert (found is None) == (wanted is None)
    if found is not None and wanted is not None:
        assert found == pytest.approx(wanted, abs=1e-6)
    back = of(one[::-1], other[::-1])
    assert back == found


def test_many_customers_overflow_nothing() -> None:
    n = 3_000_000
    frame = pl.DataFrame(
        {"a": pl.int_range(n, eager=True), "b": pl.int_range(n, 0, -1, eager=True)}
    )
    assert spearman(frame) == -1.0
