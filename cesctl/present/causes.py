"""A customer's score on two sides, and the parts of raw that make the difference, as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cesctl.present.numbers import fixed, signed
from cesctl.present.view import Row, cell

CAUSES = 3  # parts that are named; the others stand together

Points = tuple[float, float, float]
"""On one side, on the other, and the difference."""


@dataclass(frozen=True)
class Moved:
    """A customer: its score, its raw and the ``parts`` of that; ``band``: in words, on both sides."""

    customer: str
    score: Points
    raw: Points
    parts: Mapping[str, Points]
    band: str


def moved_rows(moved: Moved, decimals: int, *, rule: bool) -> list[Row]:
    """The score, then the parts, whose differences add up to that of raw: name, one side, other, difference,
    band. ``rule``: with a line above.
    """
    before, now, change = moved.score
    head = Row(
        (
            cell(moved.customer, "bold"),
            cell(fixed(before, decimals)),
            cell(fixed(now, decimals), "bold"),
            cell(signed(change, decimals), "red" if change < 0 else "green" if change > 0 else ""),
            cell(moved.band),
        ),
        rule=rule,
    )
    named, others = causes(change, moved.parts)
    lines = [_line(name, moved.parts[name]) for name in named]
    if others:
        sums = [sum(values) for values in zip(*(moved.parts[p] for p in others), strict=True)]
        text = f"{len(others)} other" + ("s" if len(others) > 1 else "")
        lines.append(_line(text, (sums[0], sums[1], sums[2])))
    return [head, *lines, _line("= raw", moved.raw)]


def causes(change: float, parts: Mapping[str, Points]) -> tuple[list[str], list[str]]:
    """The parts of raw that moved the customer most in the direction in which it went, and all others that
    have any points.
    """
    way = -1 if change < 0 else 1
    moving = sorted(
        (p for p, points in parts.items() if points[2] * way > 0), key=lambda p: -parts[p][2] * way
    )
    named = moving[:CAUSES]
    others = [p for p, points in parts.items() if p not in named and (points[0] or points[1])]
    return named, others


def _line(name: str, points: Points) -> Row:
    return Row(
        (
            cell(f"  {name}", "dim"),
            cell(fixed(points[0], 2), "dim"),
            cell(fixed(points[1], 2), "dim"),
            cell(signed(points[2], 2), "dim"),
            cell(""),
        )
    )
