"""Numbers that a person would have written."""

from __future__ import annotations

import math

STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)  # each about a quarter more


def rounded(number: float) -> float:
    """The nearest of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten, by proportion."""
    if number == 0.0 or not math.isfinite(number):
        return number
    power = math.floor(math.log10(abs(number)))
    part = abs(number) / 10.0**power
    nearest = min(STEPS, key=lambda step: abs(math.log(part / step)))
    return math.copysign(_times_power(nearest, power), number)


def two_digits(number: float) -> float:
    """The nearest with two digits."""
    if number == 0.0 or not math.isfinite(number):
        return number
    return float(f"{number:.1e}")


def _times_power(step: float, power: int) -> float:
    return float(f"{step:g}e{power}")  # as it would be read, and not 0.30000000000000004
