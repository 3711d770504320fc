"""Reading numbers from text, and rounding, against exact decimal arithmetic."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cesctl.pipeline import numbers
from cesctl.pipeline.band import shortest

GRAMMAR = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def one(expr: pl.Expr) -> object:
    return pl.select(expr).item()


def nanos_of(text: str) -> int | None:
    value = pl.DataFrame({"t": [text]}).select(numbers.nanos(pl.col("t"))).item()
    assert value is None or isinstance(value, int)
    return value


@pytest.mark.parametrize(
    "text",
    ["1", "+1.", "-.5", "1e3", "1E-3", "007", "999999999999999.9", "0.1234567885", "0.0000000005"],
)
def test_reads_what_the_grammar_takes(text: str) -> None:
    want = int((Decimal(text) * 10**9).quantize(Decimal(1), ROUND_HALF_UP))
    assert nanos_of(text) == want
    assert one(numbers.number(pl.lit(text))) == float(text)


@pytest.mark.parametrize(
    "text",
    ["", "1,000", "inf", "nan", "true", "0x1", "1_0", "\u0661", "1e15", "-1e15", "e5", ".", "1 2"],
)
def test_all_else_is_no_number(text: str) -> None:
    assert nanos_of(text) is None
    assert one(numbers.number(pl.lit(text))) is None


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=12))
def test_nanos_round_halves_away_from_zero(value: Decimal) -> None:
    want = int((value * 10**9).quantize(Decimal(1), ROUND_HALF_UP))
    assert nanos_of(format(value, "f")) == want


@given(st.text("0123456789+-.eE, ", max_size=12))
def test_number_agrees_with_the_grammar(text: str) -> None:
    is_one = GRAMMAR.fullmatch(text) is not None and abs(float(text)) < 1e15
    assert (one(numbers.number(pl.lit(text))) is not None) == is_one


@given(st.integers(-(10**14), 10**14), st.integers(0, 6))
def test_rounding_to_decimals_takes_halves_away_from_zero(micro_tenths: int, decimals: int) -> None:
    value = Decimal(micro_tenths) / 10**7  # seven decimals: every half of six is there
    if abs(value) * 10**decimals >= 2**41:
        return  # beyond, a float does not hold the half
    want = float(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    assert one(numbers.round_half_away(pl.lit(float(value)), decimals)) == want


@pytest.mark.parametrize(
    ("value", "decimals", "want"),
    [(0.285, 2, 0.29), (1.005, 2, 1.01), (-2.5, 0, -3.0), (0.5 * 0.123456785, 9, 0.061728393)],
)
def test_noise_does_not_turn_a_half(value: float, decimals: int, want: float) -> None:
    assert one(numbers.round_half_away(pl.lit(value), decimals)) == want


def test_rounding_never_gives_minus_zero() -> None:
    frame = pl.DataFrame({"x": [-0.0001, -0.0]})
    rounded = frame.select(numbers.round_half_away(pl.col("x"), 2)).to_series()
    assert [str(x) for x in rounded] == ["0.0", "0.0"]


@given(st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=50))
def test_sums_are_exact(terms: list[int]) -> None:
    frame = pl.DataFrame({"t": pl.Series(terms, dtype=pl.Int128)})
    total = frame.select(numbers.nanos_to_float(pl.col("t").sum())).item()
    exact = Decimal(sum(terms)) / 10**9
    assert total == pytest.approx(float(exact), rel=3e-16, abs=0)
    if abs(sum(terms)) < 2**53:
        assert total == float(exact)


def test_mean_of_large_scores_however_they_came_together() -> None:
    value = 9.860783789251224e19
    one_by_one = pl.concat(pl.DataFrame({"s": [value]}) for _ in range(3))
    whole = pl.DataFrame({"s": [value] * 3})
    assert numbers.exact_means(one_by_one, "s").equals(numbers.exact_means(whole, "s"))


def test_exact_mean_of_nothing_is_nothing() -> None:
    nobody = pl.DataFrame({"s": []}, schema={"s": pl.Float64})
    assert numbers.exact_means(nobody, "s").rows() == [(0, None)]


@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_quotient_is_that_of_ieee_754_whatever_the_number_of_rows(rows: int) -> None:
    values = [1100000.0, 0.3, 7.0, 1e15, -2.5][: max(1, rows)] * (rows // 5 + 1)
    frame = pl.DataFrame({"x": values}).with_columns(by=pl.col("x").sum() * 0 + 1e6)
    found = frame.select(
        number=numbers.quotient(pl.col("x"), 1e6),
        total=numbers.quotient(pl.col("x"), pl.col("by").max()),
    )
    assert found["number"].to_list() == found["total"].to_list() == [v / 1e6 for v in values]


def test_quotient_by_a_column_that_came_row_by_row_and_is_alike() -> None:
    """Polars keeps such a column as one number, and multiplies by its reciprocal where one divides by it."""
    values = [8.025, 6.0, 0.3, 1100.1]
    frame = pl.concat(pl.DataFrame({"x": [v], "by": [3.0]}) for v in values)
    assert frame.select(pl.col("x") / pl.col("by"))["x"][0] != 8.025 / 3.0, "polars has mended it"
    found = frame.select(numbers.quotient(pl.col("x"), pl.col("by")))["x"]
    assert found.to_list() == [v / 3.0 for v in values]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0.0000000004" + "9" * 30, 0),
        ("0.0000000005" + "0" * 30, 1),
        ("4." + "9" * 30 + "e-10", 0),
        ("-0.0000000014" + "9" * 30, -1),
        ("0" * 40 + "1.5", 1_500_000_000),
        ("1" + "0" * 40, None),
        ("0" * 40 + "e999999999", 0),
        ("9" * 40 + "e-999999999", 0),
        ("0." + "0" * 30 + "x", None),
    ],
)
def test_digits_beyond_the_decimal_type_are_cut(text: str, found: int | None) -> None:
    assert nanos_of(text) == found


@pytest.mark.parametrize(
    ("scores", "want"),
    [
        ([1e31, 3e31], 2e31),
        ([1e300, -1e300], 0.0),
        ([math.inf, 1.0], math.inf),
        ([1e17, 3e17], 2e17),
        ([1.7e308, 1.7e308], 1.7e308),
    ],
)
def test_the_mean_of_numbers_of_any_size(scores: list[float], want: float) -> None:
    frame = pl.DataFrame({"s": scores, "g": [1] * len(scores)})
    assert numbers.exact_means(frame, "s")["mean"].item() == want
    assert numbers.exact_means(frame, "s", by="g").rows() == [(1, len(scores), want)]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (15.0, "15"),
        (-0.5, "-0.5"),
        (999999999999999.0, "999999999999999"),
        (1249999999999907.0, "1249999999999907"),
        (9007199254740993.0, "9007199254740992"),
        (4503599627370495.5, "4503599627370495.5"),
    ],
)
def test_a_number_in_a_reason_is_as_short_as_can_be(number: float, text: str) -> None:
    assert pl.select(shortest(pl.lit(number))).item() == text
