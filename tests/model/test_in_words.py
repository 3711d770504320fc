from __future__ import annotations

import pytest

import cesctl
from cesctl.model import in_words


def words(signal: str, **model: str) -> tuple[str, str, str]:
    """What a signal measures, how far back, and what then becomes of it."""
    more = "".join(f"{k}: {v}\n" for k, v in model.items())
    made = cesctl.parse_model(
        f"window: 90d\n{more}events:\n  x: {signal}\n  a: 0\n  b: 0\n"
    ).signals[0]
    then = " · ".join([*in_words.counting(made), *in_words.valued(made)])
    return in_words.measured(made), in_words.reach_back(made), then


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        ("1", ("how many: x", "90d", "")),
        (
            "{weight: 1, event: [L, R], measure: days, target: 24}",
            ("days with L or R", "90d", "0 … 24 becomes 0 … 100"),
        ),
        (
            '{weight: 1, event: "*", limit: {count: 6, per: day}, half_life: 30d, cap: 9}',
            ("how many: any event", "90d", "first 6 per day · half-life 30d · cap 9"),
        ),
        (
            "{weight: 1, measure: sum, property: p, where: {q: [u, v], r: {gt: 3}, s: {exists: false}}}",
            (
                "sum of p over x, where q is one of u, v and r is above 3 and s is not there",
                "90d",
                "",
            ),
        ),
        (
            "{weight: 1, measure: recency, target: {from: 30, to: 2}, missing: 5}",
            (
                "days since the last of x",
                "all history",
                "30 … 2 becomes 0 … 100 · nothing to measure counts 5",
            ),
        ),
        (
            "{weight: -1, measure: ratio, of: a, per: b, missing: skip, min_points: -5, max_points: 2}",
            (
                "a ÷ b",
                "",
                (
                    "at most 2 points · at least -5 points · "
                    "left out where there is nothing to measure, its weight shared out"
                ),
            ),
        ),
        (
            "{weight: 1, linear_decay: 20d, offset: 7d, tiers: [{at_least: 1, value: 3}]}",
            ("how many: x", "90d, until 7d before", "decays to 0 in 20d · tiers: 3 from 1"),
        ),
        (
            "{weight: 1, measure: sessions, gap: 45m, window: none}",
            ("sessions of x (45m without any ends one)", "all history", ""),
        ),
    ],
)
def test_signals(signal: str, expected: tuple[str, str, str]) -> None:
    assert words(signal) == expected


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("{method: none}", ""),
        ("{method: clamp, to: [0, 50]}", "kept within 0 … 50"),
        ("{method: linear, from: [0, 9]}", "0 … 9 becomes 0 … 100"),
        ("{method: minmax}", "least … greatest raw of all customers becomes 0 … 100"),
        ("{method: percentile}", "place among all customers, from 0 to 100"),
        (
            "{method: logistic, midpoint: 5, steepness: 2}",
            "logistic curve from 0 to 100, middle at 5, steepness 2",
        ),
    ],
)
def test_scales(scale: str, expected: str) -> None:
    model = cesctl.parse_model(f"events: {{x: 1}}\nscale: {scale}\n")
    assert in_words.scaled(model.scale, None) == expected


def test_risk_and_lists() -> None:
    model = cesctl.parse_model(
        "compare: 30d\nevents: {x: 1}\nbands: {Low: 0, High: 9}\n"
        "risk: {drop: 5, silent_for: 21d}\nattributes: {plan: plan}\n"
        "lists: {up: {band: [Low, High], change: {ge: 2}, at_risk: false, where: {plan: paid}}}\n"
    )
    assert in_words.risky(["Low"], model.risk, model.compare_us) == [
        "is in the band Low",
        "lost 5 points or more in 30d",
        "was silent for 21d or longer",
        "was never active",
    ]
    said = in_words.listed(model.lists[0])
    assert said == "band is Low or High and not at risk and change is at least 2 and plan is paid"
