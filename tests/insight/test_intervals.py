"""Intervals against published tables, and against what they promise."""

from __future__ import annotations

import math
import random
import statistics

import pytest

from cesctl.insight import intervals
from cesctl.insight.intervals import difference_of_means, for_each_of, student, wilson

# two-sided; from the tables of Student's distribution that every textbook has
TABLE = [
    (0.95, 1, 12.706205),
    (0.95, 2, 4.302653),
    (0.95, 3, 3.182446),
    (0.95, 10, 2.228139),
    (0.95, 30, 2.042272),
    (0.95, 100, 1.983972),
    (0.95, 200, 1.971896),
    (0.95, 1000, 1.962339),
    (0.99, 1, 63.656741),
    (0.99, 5, 4.032143),
    (0.99, 500, 2.585698),
    (0.999, 10, 4.586894),
    (0.9, 7, 1.894579),
]


@pytest.mark.parametrize(("confidence", "freedom", "t"), TABLE)
def test_student(confidence: float, freedom: int, t: float) -> None:
    assert student(confidence, freedom) == pytest.approx(t, abs=2e-6)


def test_the_sum_and_the_expansion_meet() -> None:
    for confidence in (0.9, 0.95, 0.9995):
        assert student(confidence, 200) == pytest.approx(
            intervals._expansion(confidence, 200), abs=1e-6
        )


def test_welchs_example() -> None:
    """Against the formula written out, on two small samples."""
    a = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4]
    b = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.7, 20.0]
    means = (statistics.mean(a), statistics.mean(b))
    variances = (statistics.variance(a), statistics.variance(b))
    found = difference_of_means(means, variances, (15, 15))
    assert found is not None
    # t 2.4637 with 25 degrees of freedom (24.99 rounded down to 24), p 0.021
    assert found[0] == pytest.approx(-4.4, abs=0.3)
    assert found[1] < 0
    error = math.sqrt(variances[0] / 15 + variances[1] / 15)
    freedom = error**4 / ((variances[0] / 15) ** 2 / 14 + (variances[1] / 15) ** 2 / 14)
    half = student(0.95, math.floor(freedom)) * error
    assert found == pytest.approx((means[0] - means[1] - half, means[0] - means[1] + half))


def test_one_customer_has_no_interval_and_equal_ones_have_none_to_speak_of() -> None:
    assert difference_of_means((1.0, 2.0), (0.0, 1.0), (1, 9)) is None
    assert difference_of_means((1.0, 2.0), (0.0, 0.0), (5, 9)) == (-1.0, -1.0)


def test_welch_holds_its_promise() -> None:
    """Of samples of one distribution, with other sizes and spreads, few intervals miss 0."""
    rng = random.Random(1)
    missed = 0
    for _ in range(2_000):
        a = [rng.gauss(0, 1) for _ in range(6)]
        b = [rng.gauss(0, 5) for _ in range(25)]
        means = (statistics.mean(a), statistics.mean(b))
        spreads = (statistics.variance(a), statistics.variance(b))
        found = difference_of_means(means, spreads, (6, 25))
        assert found is not None
        missed += not found[0] <= 0 <= found[1]
    assert 0.03 < missed / 2_000 < 0.065


def test_wilson() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert wilson(0, 20)[0] == 0.0
    assert wilson(20, 20)[1] == 1.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_several_at_once() -> None:
    assert for_each_of(1) == pytest.approx(0.95)
    assert for_each_of(10) == pytest.approx(0.995)
