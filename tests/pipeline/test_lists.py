"""Lists of customers that a model declares."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from cesctl.errors import ModelError, UsageError
from cesctl.model import parse_model
from cesctl.pipeline.lists import listed
from cesctl.pipeline.run import score

BASE = """
as_of: 2026-10-31
compare: 10d
window: 60d
events: {x: 10}
bands: {Low: 0, Mid: 20, Good: 40}
attributes: {plan: plan}
"""
# customer, events by the 20th, events after, plan
CUSTOMERS = [
    ("a", 1, 4, "free"),
    ("b", 5, 0, "free"),
    ("c", 1, 1, "free"),
    ("d", 1, 4, "pro"),
    ("new", 0, 2, None),
]


def frame() -> pl.DataFrame:
    rows = []
    for name, early, late, plan in CUSTOMERS:
        rows += [(name, "x", "2026-10-10", plan)] * early + [(name, "x", "2026-10-25", plan)] * late
    names = ["user_id", "event", "timestamp", "plan"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def on(lists: str, name: str = "l") -> list[str]:
    model = parse_model(f"{BASE}lists: {lists}")
    return sorted(listed(score(frame(), model), name).scores["customer"].to_list())


@pytest.mark.parametrize(
    ("declared", "customers"),
    [
        ("{where: {plan: free}, band: [Good], change: {ge: 5}}", "a"),
        ("{where: {plan: free}}", "a b c"),
        ("{where: {plan: {ne: free}}}", "d new"),
        ("{where: {plan: {exists: false}}}", "new"),
        ("{band: Good}", "a b d"),
        ("{band: [Good, Mid]}", "a b c d new"),
        ("{score: 50}", "a b d"),
        ("{score: {gt: 20, lt: 50}}", ""),
        ("{score: {le: 20}}", "c new"),
        ("{change: {ne: 0}}", "a c d"),  # a new one has no change
        ("{change: {lt: 11}}", "b c"),
        ("{change: 0}", "b"),
        ("{rank: {le: 1}}", "a b d"),
        ("{events: {ge: 5}}", "a b d"),
        ("{days_silent: {ge: 10}}", "b"),
        ("{at_risk: true}", ""),
        ("{at_risk: false, action: Call}", "a b c d new"),
    ],
)
def test_who_is_on_it(declared: str, customers: str) -> None:
    assert on(f"{{l: {declared}}}") == customers.split()


def test_every_model_has_a_list_of_those_at_risk() -> None:
    model = parse_model(BASE.replace("Low: 0", "Low: 30").replace("Mid: 20", "Mid: 31"))
    result = score(frame(), model)
    assert set(listed(result, "at_risk").scores["customer"]) == {"c", "new"}


def test_rank_and_scale_stay_those_of_all() -> None:
    model = parse_model(
        f"{BASE}scale: {{method: percentile}}\nlists: {{l: {{where: {{plan: pro}}}}}}"
    )
    result = score(frame(), model)
    row = listed(result, "l").scores.row(0, named=True)
    assert row == result.scores.filter(pl.col("customer") == "d").row(0, named=True)


def refused(lists: str, base: str = BASE) -> str:
    with pytest.raises(ModelError) as error:
        parse_model(f"{base}lists: {lists}")
    return "\n".join(str(p) for p in error.value.problems)


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ("{l: {band: Godo}}", 'no band is named "Godo"'),
        ("{l: {}}", "not an empty mapping"),
        ("{}", "not an empty mapping"),
        ("{at_risk: {band: Low}}", "list of all customers at risk"),
        ("{l: {score: high}}", "a number"),
        ("{l: {score: {}}}", "not an empty mapping"),
        ("{l: {change: {above: 5}}}", "unknown key"),
        ("{l: {planned: x}}", "unknown key"),
    ],
)
def test_what_is_wrong_with_a_list(lists: str, said: str) -> None:
    assert said in refused(lists)


def test_a_change_needs_compare() -> None:
    assert "change needs compare" in refused("{l: {change: {ge: 5}}}", "events: {x: 1}\n")


def test_no_such_list_and_no_such_attribute() -> None:
    model = parse_model(f"{BASE}lists: {{upsell: {{where: {{size: big}}}}}}")
    result: Any = score(frame(), model)
    with pytest.raises(UsageError, match='did you mean "upsell"'):
        listed(result, "upsel")
    with pytest.raises(UsageError, match="there are: at_risk, upsell"):
        listed(result, "zzz")
    with pytest.raises(UsageError, match='no attribute "size"'):
        listed(result, "upsell")
