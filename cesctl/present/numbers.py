"""Numbers as text: the shortest that reads back the same in data, fixed decimals for people."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def shortest(value: float) -> str:
    """``84``, ``0.1``, ``1e-6``: without a fraction where there is none; never ``-0``.

    With an exponent from 1e16 and below 1e-5, as polars writes them.
    """
    text = repr(float(value) + 0.0)
    if "e-05" in text:
        return f"{Decimal(text):f}"
    return text.removesuffix(".0").replace("e-0", "e-")


def shortest_text(column: pl.Expr) -> pl.Expr:
    """The same for a Float64 column; nothing stays nothing, and what is not finite becomes it."""
    import polars as pl

    text = column.cast(pl.String).str.strip_suffix(".0").replace("-0", "0")
    return pl.when(column.is_finite()).then(text)


def fixed(value: float | None, decimals: int) -> str:
    """``1,234.50``; empty for nothing. Halves go away from zero, as scores do: 29.25 is 29.3."""
    if value is None:
        return ""
    if not math.isfinite(value) or abs(value) >= 1e15:
        return shortest(value)
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{exact or abs(exact):,.{decimals}f}"


def signed(value: float | None, decimals: int) -> str:
    """``+3.0``, ``-23.5``, ``0.0``; empty for nothing."""
    if value is None:
        return ""
    return f"+{fixed(value, decimals)}" if value > 0 else fixed(value, decimals)


def readable(value: float | None) -> str:
    """``1,234.5``: thousands apart, up to 6 decimals, none more than needed; empty for nothing."""
    if value is None:
        return ""
    if not math.isfinite(value) or abs(value) >= 1e15:
        return shortest(value)
    whole, _, part = fixed(value, 6).partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part}" if part else whole


def percent(share: float | None) -> str:
    """A share of 0 … 1 as ``10.7%``; a little more than nothing is ``<0.1%``, never ``0.0%``."""
    if share is None:
        return ""
    if 0 < share < 0.0005:
        return "<0.1%"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return f"{fixed(share * 100, 1)}%"
