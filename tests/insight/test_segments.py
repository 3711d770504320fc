"""Scores by attribute, against counts of their own."""

from __future__ import annotations

import random
import statistics
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cesctl.errors import InputError, UsageError
from cesctl.insight.segments import Segments, segments
from cesctl.model import parse_model
from cesctl.pipeline.run import score

MODEL = """
as_of: 2026-10-31
events: {x: 1}
bands: {Low: 0, Mid: 8, Good: 16}
attributes: {plan: plan}
"""


def log(customers: dict[str, tuple[int, str | None, str]]) -> pl.DataFrame:
    """customer: (events, plan, country)"""
    rows = [
        (name, "x", "2026-10-01", plan, country)
        for name, (events, plan, country) in customers.items()
        for _ in range(events)
    ]
    names = ["user_id", "event", "timestamp", "plan", "country"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def some(seed: int = 3) -> dict[str, tuple[int, str | None, str]]:
    rng = random.Random(seed)
    plans = {"free": 4, "pro": 15, None: 9}
    made = {}
    for n in range(90):
        plan = rng.choice(list(plans))
        made[f"c{n}"] = (max(1, round(rng.gauss(plans[plan], 3))), plan, rng.choice(["DE", "US"]))
    return made


def found(by: str | list[str] = "plan", **options: Any) -> Segments:
    names = [by] if isinstance(by, str) else by
    return segments(log(some()), parse_model(MODEL), names, **options)


def test_each_number() -> None:
    customers = some()
    rows = {r["plan"]: r for r in found().rows.to_dicts()}
    assert list(rows) == ["pro", None, "free"]
    for plan, row in rows.items():
        own = [float(n) for n, p, _ in customers.values() if p == plan]
        others = [float(n) for n, p, _ in customers.values() if p != plan]
        assert row["customers"] == len(own)
        assert row["share"] == pytest.approx(len(own) / 90, abs=1e-6)
        assert row["average"] == pytest.approx(statistics.mean(own), abs=1e-6)
        assert row["median"] == statistics.median(own)
        quartiles = statistics.quantiles(own, n=4, method="inclusive")
        assert [row["lower_quartile"], row["upper_quartile"]] == [quartiles[0], quartiles[2]]
        assert row["others_average"] == pytest.approx(statistics.mean(others), abs=1e-6)
        assert row["difference"] == pytest.approx(row["average"] - row["others_average"], abs=2e-6)
        assert row["low"] < row["difference"] < row["high"]
        low = sum(n < 8 for n in own)
        assert (row["at_risk"], row["band Low"]) == (low, low)
        assert row["at_risk_share"] == pytest.approx(low / len(own), abs=1e-6)
        assert row["band Low"] + row["band Mid"] + row["band Good"] == len(own)
    assert (rows["pro"]["differs"], rows["free"]["differs"]) == ("above", "below")


def test_what_is_chance_is_not_called_different() -> None:
    """The country says nothing of the events: over many logs hardly ever does one differ."""
    model = parse_model(MODEL)
    told = 0
    for seed in range(60):
        rows = segments(log(some(seed)), model, ["country"]).rows
        told += rows["differs"].count() > 0
    assert told <= 7  # 5 % of 60, and some more


def test_a_property_that_is_no_attribute_of_the_model() -> None:
    rows = found("country").rows
    assert set(rows["country"]) == {"DE", "US"}
    assert rows["customers"].sum() == 90
    with pytest.raises(InputError, match="region"):
        found("region")


def test_a_few_that_are_alike_by_chance_are_not_called_different() -> None:
    """Many customers have the same score, so that small segments of equal scores are common."""
    told = 0
    for seed in range(40):
        rng = random.Random(seed)
        customers: dict[str, tuple[int, str | None, str]] = {
            f"c{n}": (rng.choice([1, 1, 1, 5, 20, 40]), f"p{n // 3}", "DE") for n in range(60)
        }
        rows = segments(log(customers), parse_model(MODEL), ["plan"]).rows
        told += rows["differs"].count() > 0
    assert told <= 4


@pytest.mark.parametrize("offset", [3e9, 9e8])
def test_large_scores_lose_nothing(offset: float) -> None:
    customers = some()
    text = MODEL.replace(
        "{x: 1}", f"{{x: 1, big: {{event: x, measure: once, weight: {offset:.0f}}}}}"
    )
    near, far = found().rows, segments(log(customers), parse_model(text), ["plan"]).rows
    for column in ("difference", "low", "high"):
        assert far[column].to_list() == pytest.approx(near[column].to_list(), abs=1e-3)
    assert far["differs"].to_list() == near["differs"].to_list()


def test_huge_scores_end_in_numbers() -> None:
    rows = segments(log(some()), parse_model(MODEL.replace("{x: 1}", "{x: 1e80}")), ["plan"]).rows
    assert rows["differs"].to_list() == found().rows["differs"].to_list()


@pytest.mark.parametrize("name", ["score", "customer", "raw"])
def test_a_property_called_like_a_column_of_the_scores(name: str) -> None:
    with pytest.raises(UsageError, match="a column of the scores"):
        found(name)


@pytest.mark.parametrize("name", ["share", "average", "low", "band Low", "customers", "differs"])
def test_a_property_called_like_a_column_of_the_table(name: str) -> None:
    data = log(some()).rename({"country": name})
    with pytest.raises(UsageError, match="a column of segments"):
        segments(data, parse_model(MODEL), [name])


def test_two_attributes() -> None:
    rows = found(["plan", "country"]).rows
    assert rows.height == 6
    assert rows["average"].is_sorted(descending=True)
    assert rows.columns[:2] == ["plan", "country"]


def test_only_some() -> None:
    customers = some()
    rows = found(where={"country": "DE"}).rows
    assert rows["customers"].sum() == sum(c == "DE" for _, _, c in customers.values())


def test_a_roster(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("customer,seats\n" + "".join(f"c{n},{n}\n" for n in range(100)))
    text = f"{MODEL}customers: {{file: r.csv}}"
    rows = segments(log(some()), parse_model(text, folder=tmp_path), ["seats"]).rows
    assert rows["seats"].to_list() == ["0 to 19", "20 to 39", "40 to 59", "60 to 79", "80 to 99"]
    assert rows["customers"].to_list() == [20] * 5


def test_one_segment_alone_and_one_customer() -> None:
    alone = segments(log({"a": (1, "p", "DE"), "b": (3, "p", "DE")}), parse_model(MODEL), ["plan"])
    row = alone.rows.row(0, named=True)
    assert (row["others_average"], row["difference"], row["differs"]) == (None, None, None)
    two = segments(log({"a": (1, "p", "DE"), "b": (30, "q", "DE")}), parse_model(MODEL), ["plan"])
    assert two.rows["difference"].to_list() == [29.0, -29.0]
    assert two.rows["low"].to_list() == [None, None]
    assert two.rows["differs"].to_list() == [None, None]


def test_the_numbers_are_those_of_the_run() -> None:
    result = score(log(some()), parse_model(MODEL))
    by = result.by("plan")
    for row in found().rows.to_dicts():
        assert row["average"] == by[row["plan"]].summary["average"]
        assert row["at_risk"] == by[row["plan"]].summary["at_risk"]


@pytest.mark.parametrize(("by", "said"), [([], "name an attribute"), (["plan", "plan"], "twice")])
def test_wrong_calls(by: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        found(by)


@pytest.mark.parametrize("told", ["deduplicate: exact", "id: key"])
def test_looking_at_a_property_makes_no_two_of_a_record(told: str) -> None:
    rows = [
        ("a", "x", "2026-10-01", "free", "US", "1"),
        ("a", "x", "2026-10-01", "free", "DE", "1"),  # a copy but for what the model does not use
        ("a", "x", "2026-10-02", "free", "", "2"),
        ("b", "x", "2026-10-01", "pro", "US", "3"),
    ]
    names = ["user_id", "event", "timestamp", "plan", "country", "key"]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    model = parse_model(f"{MODEL}source: {{{told}}}\n")
    for ordered in (frame, frame.reverse()):
        made = segments(ordered, model, ["country"])
        assert made.result.rows.duplicate == 1
        scores = made.result.scores.select("customer", "score", "country").rows()
        assert scores == [("a", 2.0, "DE"), ("b", 1.0, "US")]
        assert score(ordered, model).scores["score"].to_list() == [2.0, 1.0]
