"""``where``: which conditions are made, and that values are the text in the file."""

from __future__ import annotations

import pytest

from cesctl.model import parse_model
from cesctl.model.types import Condition


def where(text: str) -> tuple[Condition, ...]:
    return parse_model(f"events: {{a: {{weight: 1, where: {text}}}}}").signals[0].where


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("pro", "pro"),
        ("1.0", "1.0"),
        ("007", "007"),
        ("1e3", "1e3"),
        ("true", "true"),
        ("True", "True"),
        ("yes", "yes"),
        ("2026-11-01", "2026-11-01"),
        ("12:30", "12:30"),
        ("' 1.50 '", "1.50"),
        ('"null"', "null"),
    ],
)
def test_a_value_is_the_text_in_the_file(written: str, text: str) -> None:
    assert where(f"{{p: {written}}}") == (Condition("p", "eq", (text,)),)


def test_every_form() -> None:
    assert where("{p: [a, 1.0], q.r: x}") == (
        Condition("p", "in", ("a", "1.0")),
        Condition("q.r", "eq", ("x",)),
    )
    assert where("{p: {eq: a, ne: b, in: [c], not_in: [d, e], contains: f}}") == (
        Condition("p", "eq", ("a",)),
        Condition("p", "ne", ("b",)),
        Condition("p", "in", ("c",)),
        Condition("p", "not_in", ("d", "e")),
        Condition("p", "contains", ("f",)),
    )
    assert where("{p: {gt: 1, ge: 2.5, lt: -3, le: 1e2, exists: false}}") == (
        Condition("p", "gt", number=1.0),
        Condition("p", "ge", number=2.5),
        Condition("p", "lt", number=-3.0),
        Condition("p", "le", number=100.0),
        Condition("p", "exists", flag=False),
    )


def test_one_text_is_a_list_of_one() -> None:
    assert where("{p: {in: a}}") == (Condition("p", "in", ("a",)),)


def test_a_source_has_the_same() -> None:
    source = parse_model("events: {a: 1}\nsource: {where: {p: {ne: 1.0}}}").sources[0]
    assert source.where == (Condition("p", "ne", ("1.0",)),)
