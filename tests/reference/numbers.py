"""Numbers (section 4): which texts are numbers, and rounding halves away from zero."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

NUMBER = re.compile(r"([+-]?)(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")
LIMIT = 10**15  # a number's magnitude is below this
TINY = -323  # a number of fewer digits before the point is nothing as a double


def number(text: str | None) -> Fraction | None:
    """The exact number that a property's text writes, or None where it is none."""
    value = decimal(text)
    return None if value is None or abs(value) >= LIMIT else value


def decimal(text: str | None) -> Fraction | None:
    """As ``number``, of any magnitude below 1e30: epochs in µs are larger than numbers may be."""
    if text is None or not (found := NUMBER.fullmatch(text.strip())):
        return None
    sign, whole, fraction, bare, exponent = found.groups()
    digits = (whole or "") + (fraction or bare or "")
    if not int(digits):
        return Fraction(0)
    # The place of the first digit that is not 0 decides, before 10 ** exponent is ever computed.
    power = int(exponent or 0) - len(fraction or bare or "")
    size = len(digits.lstrip("0")) + power
    if size > 30:
        return None
    if size < TINY:
        return Fraction(0)
    value = int(digits) * Fraction(10) ** power
    return -value if sign == "-" else value


def exact(value: float) -> Fraction:
    """A number of the model: what its shortest decimal text says, not the binary double behind it."""
    return Fraction(repr(value))


def round_half_away(value: Fraction, decimals: int) -> Fraction:
    """The nearest multiple of 10^-decimals; of two equally near, the one farther from 0."""
    scale = 10**decimals
    units = abs(value) * scale
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return Fraction(whole if value >= 0 else -whole, scale)


def shortest(value: Fraction) -> str:
    """A rounded decimal as people write it: no trailing zeros, no exponent."""
    digits = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{digits:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
