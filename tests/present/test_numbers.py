"""Numbers as data and as shown."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cesctl.present.numbers import fixed, percent, readable, shortest, shortest_text, signed

EXAMPLES = {
    84.0: "84",
    0.1: "0.1",
    -0.0: "0",
    1e-6: "1e-6",
    1.5e-5: "0.000015",
    123456.789012: "123456.789012",
    1e15: "1000000000000000",
    1e16: "1e+16",
    1e300: "1e+300",
    -12.5: "-12.5",
}


@pytest.mark.parametrize(("value", "text"), EXAMPLES.items())
def test_shortest(value: float, text: str) -> None:
    assert shortest(value) == text


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_columns_read_back_the_same_and_agree_with_single_numbers(values: list[float]) -> None:
    texts = pl.DataFrame({"x": values}).select(shortest_text(pl.col("x"))).to_series().to_list()
    assert [float(text) for text in texts] == values
    assert texts == [shortest(value) for value in values]


def test_what_is_not_finite_is_nothing() -> None:
    frame = pl.DataFrame({"x": [float("nan"), float("inf"), None, 1.0]})
    assert frame.select(shortest_text(pl.col("x"))).to_series().to_list() == [None, None, None, "1"]


def test_for_people() -> None:
    assert [fixed(1234.5, 2), fixed(None, 1), fixed(-0.0, 1)] == ["1,234.50", "", "0.0"]
    assert [fixed(29.25, 1), fixed(-0.285, 2), fixed(-0.04, 1)] == ["29.3", "-0.29", "0.0"]
    assert [fixed(1e300, 1), signed(1e20, 1)] == ["1e+300", "+1e+20"]
    assert [signed(3.0, 1), signed(-23.5, 1), signed(0.0, 1)] == ["+3.0", "-23.5", "0.0"]
    assert [readable(68.0), readable(17.333333), readable(-0.0000001), readable(1e16)] == [
        "68",
        "17.333333",
        "0",
        "1e+16",
    ]
    assert [readable(0.1234565), readable(-2.0000005)] == ["0.123457", "-2.000001"]  # as scores are


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0.0%"), (1e-5, "<0.1%"), (0.107, "10.7%"), (0.99999, ">99.9%"), (1.0, "100.0%")],
)
def test_percent_is_never_nothing_or_all_by_rounding(share: float, text: str) -> None:
    assert percent(share) == text
