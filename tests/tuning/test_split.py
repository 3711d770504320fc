"""Who fits and who judges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cesctl.errors import UsageError
from cesctl.tuning.split import shares_of, split_times

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def days(*numbers: int) -> list[datetime]:
    return [FIRST + timedelta(days=n) for n in numbers]


def test_the_last_third_judges_and_its_future_is_not_known_to_the_fit() -> None:
    times = days(0, 30, 60, 90, 120, 150)
    split = split_times(times, timedelta(days=60))
    assert split.judged == tuple(days(120, 150))
    assert split.fit == tuple(days(0, 30, 60))


def test_fewer_judge_where_else_nothing_would_be_left_to_fit() -> None:
    times = days(0, 30, 60, 90, 120)
    split = split_times(times, timedelta(days=100))
    assert split.judged == tuple(days(120))
    assert split.fit == tuple(days(0))


@pytest.mark.parametrize(
    ("times", "message"), [(days(0), "at one T only"), (days(0, 30, 60), "too near each other")]
)
def test_times_of_which_none_can_fit(times: list[datetime], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        split_times(times, timedelta(days=90))


@given(
    st.lists(st.integers(0, 400), unique=True, max_size=20),
    st.integers(1, 120),
)
def test_whatever_the_times(numbers: list[int], horizon: int) -> None:
    times, ahead = days(*numbers), timedelta(days=horizon)
    try:
        split = split_times(times, ahead)
    except UsageError:
        assert len(times) < 2 or max(times) - min(times) < ahead
        return
    assert max(split.fit) + ahead <= min(split.judged)
    assert set(split.fit) | set(split.judged) <= set(times)
    assert max(times) in split.judged
    assert all(t in split.fit for t in times if t + ahead <= min(split.judged))


def test_halves_of_customers_are_the_same_in_every_run() -> None:
    names = pl.Series([f"c{n}" for n in range(2000)])
    found = shares_of(names, 0)
    assert found[:3].round(6).to_list() == [0.997382, 0.679069, 0.734304]
    assert shares_of(names.reverse(), 0).reverse().equals(found)
    assert 0.45 < (found < 0.5).mean() < 0.55  # type: ignore[operator]
    other = shares_of(names, 1)
    both = ((found < 0.5) & (other < 0.5)).mean()
    assert 0.2 < both < 0.3  # type: ignore[operator]
