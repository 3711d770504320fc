"""Rules are read before any work, and judged exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cesctl.cli.rules import check_bands, judge, parse_rule, parse_share
from cesctl.errors import UsageError
from tests.present import made

# 9 customers: 5 at risk, average 44.4, median 45, 4 Low, 2 Mid, 3 Good
RESULT = made.result()


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("at_risk > 20%", True),
        ("at_risk>55.5%", True),
        ("at_risk > 56%", False),
        ("at_risk > 5", False),
        ("at_risk >= 5", True),
        ("at_risk < 6", True),
        ("average < 60", True),
        ("average < 44", False),
        ("average <= 44.355556", True),
        ("median < 45", False),
        ("median <= 45", True),
        ("band:Low > 44%", True),
        ("band:Low > 44.5%", False),
        (" band: Low  >=  4 ", True),
        ("band:Good < 3", False),
        ("average > -1.5", True),
    ],
)
def test_judged(rule: str, holds: bool) -> None:
    assert judge(parse_rule(rule), RESULT).holds is holds


def test_a_share_is_compared_exactly() -> None:
    """1 of 3 is more than 33.33% and not more than one third; no float comes between."""
    third = made.result(made.CUSTOMERS[1:4])
    assert judge(parse_rule("at_risk > 33.333333333333333333%"), third).holds
    assert not judge(parse_rule("at_risk > 33.333333333333333334%"), third).holds


def test_of_nobody_no_share_and_no_average_holds() -> None:
    nobody = made.result([])
    for rule in ("at_risk >= 0%", "average < 1000", "median > -1", "band:Low < 50%"):
        assert not judge(parse_rule(rule), nobody).holds
    assert judge(parse_rule("at_risk < 1"), nobody).holds


def test_says_what_was_found() -> None:
    assert judge(parse_rule("at_risk > 20%"), RESULT).found == "5 of 9 customers (55.6%)"
    assert judge(parse_rule("average < 60"), RESULT).found == "average 44.355556"


@pytest.mark.parametrize(
    "rule",
    ["", "at_risk", "at_risk > ", "at_risk => 20%", "at_risk = 5", "risk > 5", "average < 60%",
     "median < 5%", "at_risk > 5 %%", "at_risk > five", "at_risk > 1,000"],
)  # fmt: skip
def test_no_rule(rule: str) -> None:
    with pytest.raises(UsageError, match=r"write at_risk > 20%|takes no %"):
        parse_rule(rule)


def test_bands_are_those_of_the_model() -> None:
    check_bands([parse_rule("band:Mid > 1")], made.MODEL)
    with pytest.raises(UsageError, match='no band "Middle"; there are "Low", "Mid", "Good"'):
        check_bands([parse_rule("band:Middle > 1")], made.MODEL)


def test_a_bands_name_may_hold_an_operator() -> None:
    rule = parse_rule("band:a > b >= 5%")
    assert (rule.band, rule.operator) == ("a > b", ">=")
    assert rule.limit == 5
    assert rule.percent


@pytest.mark.parametrize(
    ("text", "share"),
    [("5%", "1/20"), ("0.05", "1/20"), ("0", "0"), ("100%", "1"), (".5", "1/2"), ("1", "1")],
)
def test_share(text: str, share: str) -> None:
    assert parse_share(text, "--max-rejected") == Fraction(share)


@pytest.mark.parametrize("text", ["5", "101%", "-1%", "five", "", "1e-2"])
def test_no_share(text: str) -> None:
    with pytest.raises(UsageError, match="--max-rejected"):
        parse_share(text, "--max-rejected")
