"""A number's many values as bins."""

from __future__ import annotations

import random

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from cesctl.insight.bins import binned
from cesctl.present.numbers import readable


def bins(*values: str | None) -> list[str | None]:
    return binned(pl.Series(values, dtype=pl.String))[0].to_list()


def test_five_bins_of_about_as_many_each() -> None:
    numbers = list(range(1, 101))
    random.Random(2).shuffle(numbers)
    named, order = binned(pl.Series(map(str, numbers)))
    counts = (
        pl.DataFrame({"name": named, "order": order}).group_by("name", "order").len().sort("order")
    )
    assert counts.rows() == [
        ("1 to 20", 0, 20),
        ("21 to 40", 1, 20),
        ("41 to 60", 2, 20),
        ("61 to 80", 3, 20),
        ("81 to 100", 4, 20),
    ]


def test_equal_values_are_never_parted() -> None:
    named = bins(*["5"] * 90, *map(str, range(10, 22)))
    assert set(named[:90]) == {"5"}
    assert set(named[90:]) == {"10 to 21"}


def test_a_number_that_is_mostly_its_greatest() -> None:
    values = [str(n) for n in range(10)] + ["10"] * 100
    named = bins(*values)
    assert set(named[10:]) == {"10"}
    assert set(named[:10]) == {"0 to 9"}


def test_one_number_written_in_two_ways_is_one() -> None:
    assert bins("1", "1.0", "2") == ["1", "1", "2"]


def test_few_numbers_stay_and_have_their_order() -> None:
    named, order = binned(pl.Series(["10", "9", "100", None, "9"]))
    assert named.to_list() == ["10", "9", "100", None, "9"]
    assert order.to_list() == [2, 1, 3, None, 1]


def test_text_and_codes_stay() -> None:
    codes = [f"{n:05}" for n in range(20)]
    mixed = [*map(str, range(20)), "free"]
    for values in (codes, mixed, ["a", "b"], [None, None]):
        named, order = binned(pl.Series(values, dtype=pl.String))
        assert named.to_list() == values
        assert order.null_count() == len(values)


@given(st.lists(st.one_of(st.none(), st.integers(-999, 999)), max_size=60))
def test_a_bin_holds_what_it_says(values: list[int | None]) -> None:
    named, order = binned(
        pl.Series([None if v is None else str(v) for v in values], dtype=pl.String)
    )
    for value, name, place in zip(values, named, order, strict=True):
        assert (value is None) == (name is None) == (place is None)
        if value is not None and " to " in str(name):
            least, most = (float(x.replace(",", "")) for x in str(name).split(" to "))
            assert least <= value <= most
        elif value is not None:
            assert str(name) in (str(value), readable(value))
