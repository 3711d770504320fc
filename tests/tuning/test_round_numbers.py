"""Numbers that a person would have written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cesctl.tuning.round_numbers import rounded, two_digits


@pytest.mark.parametrize(
    ("number", "near"),
    [
        (0.0, 0.0),
        (1.3, 1.2),
        (1.4, 1.5),
        (-0.027, -0.025),
        (97.0, 100.0),
        (7.2, 8.0),
        (3e-7, 3e-7),
        (6.8e5, 6e5),
    ],
)
def test_rounded(number: float, near: float) -> None:
    assert rounded(number) == near


def test_two_digits() -> None:
    assert [two_digits(n) for n in (0.0, 0.1234, -98.7, 1.06e9)] == [0.0, 0.12, -99.0, 1.1e9]


@given(st.floats(1e-9, 1e9), st.booleans())
def test_close_and_short(number: float, negative: bool) -> None:
    number = -number if negative else number
    near = rounded(number)
    assert math.copysign(1.0, near) == math.copysign(1.0, number)
    assert abs(math.log(near / number)) < 0.21
    assert rounded(near) == near
    assert len(f"{near:e}".split("e")[0].rstrip("0").rstrip(".").lstrip("-")) <= 3
