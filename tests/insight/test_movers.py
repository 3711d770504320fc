"""Two T compared: from band to band, and the signals that moved each customer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings

from cesctl.errors import ModelError, UsageError
from cesctl.insight.movers import Movers, movers
from cesctl.insight.parts_of_raw import parts_of_raw
from cesctl.model import parse_model
from cesctl.pipeline.run import score
from tests.effort import tries
from tests.strategies import Example, examples
from tests.test_against_reference import inputs, parsed

MODEL = """
as_of: 2026-10-31
window: 30d
events:
  x: {weight: 10, group: g}
  y: {weight: 1, group: g}
  z: -3
  plan_days: {event: "*", measure: days, weight: 1}
groups: {g: {weight: 0.5, max_points: 20}}
bands: {Low: 0, Mid: 10, Good: 25}
attributes: {plan: plan}
"""
ROWS = [
    *[("falls", "x", "09-20", "free")] * 4,
    *[("falls", "y", "10-20", "free")] * 2,
    *[("rises", "x", "10-20", "pro")] * 9,
    ("rises", "z", "09-20", "pro"),
    ("stays", "z", "08-01", "pro"),
    ("new", "y", "10-30", "free"),
]


def frame(rows: list[tuple[str, str, str, str]]) -> pl.DataFrame:
    names = ["user_id", "event", "timestamp", "plan"]
    made = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return made.with_columns(timestamp="2026-" + pl.col("timestamp") + "T12:00:00Z")


def made(text: str = MODEL, **options: Any) -> Movers:
    return movers(frame(ROWS), parse_model(text), **options)


def test_customers_and_their_causes() -> None:
    found = made()
    columns = ["customer", "previous_band", "band", "previous_score", "score", "change"]
    assert found.customers.select(columns).rows() == [
        # 4 x are 20 points of the group, at most; two y are 1, and a day
        ("falls", "Mid", "Low", 21.0, 2.0, -19.0),
        ("stays", "Low", "Low", 0.0, 0.0, 0.0),
        ("rises", "Low", "Mid", -2.0, 21.0, 23.0),
        ("new", None, "Low", None, 1.5, None),
    ]
    assert found.parts == ("x", "y", "z", "plan_days", "limits of g")
    falls = found.customers.row(0, named=True)
    assert [falls[f"{p}.change"] for p in found.parts] == [-20.0, 1.0, 0.0, 0.0, 0.0]
    rises = found.customers.row(2, named=True)
    assert [rises[f"{p}.now"] for p in found.parts] == [45.0, 0.0, 0.0, 1.0, -25.0]
    assert [rises[f"{p}.before"] for p in found.parts] == [0.0, 0.0, -3.0, 1.0, 0.0]
    assert found.falls["customer"].to_list() == ["falls"]
    assert found.rises["customer"].to_list() == ["rises"]


def test_from_band_to_band() -> None:
    assert made().transitions.rows() == [
        ("Low", "Low", 1, 0.5),
        ("Low", "Mid", 1, 0.5),
        ("Mid", "Low", 1, 1.0),
        (None, "Low", 1, 1.0),
    ]


def test_a_limit_that_nobody_reaches_is_no_part() -> None:
    found = made(MODEL.replace("max_points: 20", "max_points: 2000"))
    assert found.parts == ("x", "y", "z", "plan_days")


def test_who_was_not_there_has_no_points_of_a_limit_either() -> None:
    """Also where the limit took no effect at that time, for anybody."""
    data = [("old", "y", "09-20", "p"), *[("new", "x", "10-20", "p")] * 9]
    found = movers(frame(data), parse_model(MODEL))
    rows = {r["customer"]: r for r in found.customers.to_dicts()}
    assert [rows["new"][f"limits of g.{k}"] for k in ("before", "now", "change")] == [
        None,
        -25.0,
        None,
    ]
    assert rows["old"]["limits of g.before"] == 0.0


def test_since_when() -> None:
    end = made().result.as_of
    assert made().before.as_of == end - timedelta(days=30)
    assert made(f"{MODEL}compare: 10d").before.as_of == end - timedelta(days=10)
    assert made(f"{MODEL}compare: 10d", since="3d").before.as_of == end - timedelta(days=3)
    assert made(since="2026-10-01").before.as_of == end - timedelta(days=30)
    for wrong in ("soon", "now", "2026-10-31", "0d"):
        with pytest.raises(UsageError, match="--from"):
            made(since=wrong)


def test_only_some() -> None:
    found = made(where={"plan": "pro"})
    assert found.customers["customer"].to_list() == ["stays", "rises"]
    assert found.before.scores.height == 2


def test_accounts_by_the_mean_of_their_users() -> None:
    text = f"{MODEL}roll_up: {{to: plan}}".replace("attributes: {plan: plan}", "")
    found = made(text)
    rows = {r["customer"]: r for r in found.customers.to_dicts()}
    # free: falls (21 then, 2 now) and new (1.5 now)
    assert (rows["free"]["previous_raw"], rows["free"]["raw"]) == (21.0, 1.75)
    assert rows["free"]["y.now"] == 0.75
    for row in rows.values():
        adds_up(row, found)


def test_accounts_by_their_best_user() -> None:
    text = f"{MODEL}roll_up: {{to: plan, by: max}}".replace("attributes: {plan: plan}", "")
    found = made(text)
    assert found.parts[-1] == "max of users"
    for row in found.customers.to_dicts():
        adds_up(row, found)


def adds_up(row: dict[str, Any], found: Movers) -> None:
    for total, of in (("previous_raw", "before"), ("raw", "now"), ("raw_change", "change")):
        if row[total] is not None and row[f"{found.parts[0]}.{of}"] is not None:
            parts = [row[f"{p}.{of}"] for p in found.parts]
            tolerance = 1e-6 * (len(parts) + 1) + 1e-12 * max(map(abs, parts))
            assert sum(parts) == pytest.approx(row[total], abs=tolerance)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("movers")


@pytest.mark.slow
@settings(
    max_examples=tries(40),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(example=examples())
def test_of_any_model_and_log(example: Example, folder: Path) -> None:
    """Both ends are the runs of their times; all parts add up to raw, all changes to that of raw."""
    model = parsed(example, folder)
    assume(model is not None)
    assert model is not None
    data = inputs(example, folder)
    try:
        found = movers(data, model, since="11d", now=example.now)
        now = score(data, model, now=example.now)
        then = score(data, model, as_of=found.before.as_of.isoformat(), now=example.now)
    except ModelError:
        return
    columns = ["customer", "band", "score"]
    both = found.customers.filter(pl.col("score").is_not_null()).select(columns)
    assert both.sort("customer").equals(now.scores.select(columns).sort("customer"))
    assert found.before.scores.equals(then.scores)
    for row in found.customers.to_dicts():
        adds_up(row, found)
    assert found.transitions["customers"].sum() == found.customers.height


def test_parts_keep_their_names_apart() -> None:
    text = "events: {limits of g: 1, x: {weight: 1, group: g}}\ngroups: {g: {max_points: 1}}"
    result = score(frame([("a", "x", "10-01", "p")] * 3), parse_model(text))
    found = parts_of_raw(result)
    assert found.columns == ["customer", "raw", "part:limits of g", "part:x", "part:limits of g'"]
    assert found.row(0) == ("a", 1.0, 0.0, 3.0, -2.0)


def test_a_signal_called_like_another_then() -> None:
    data = [("a", "x", "09-01", "p"), ("a", "x", "10-20", "p"), ("a", "y", "10-20", "p")]
    others = '"x.then": {event: y, weight: 10}, "then:x": {event: y, weight: 1}'
    text = f"as_of: 2026-10-31\nevents: {{x: 1, {others}}}"
    row = movers(frame(data), parse_model(text), since="30d").customers.row(0, named=True)
    assert [row[f"x.{k}"] for k in ("before", "now", "change")] == [1, 2, 1]
    assert [row[f"x.then.{k}"] for k in ("before", "now", "change")] == [0, 10, 10]
    assert row["raw_change"] == 12


@pytest.mark.parametrize("name", ["previous_band", "raw_change"])
def test_an_attribute_called_like_a_column(name: str) -> None:
    with pytest.raises(UsageError, match="a column of movers"):
        made(MODEL.replace("{plan: plan}", f"{{{name}: plan}}"))


@pytest.mark.parametrize("by", ["mean", "sum", "min", "max", "median"])
def test_an_account_of_the_roster_without_users(tmp_path: Path, by: str) -> None:
    (tmp_path / "r.csv").write_text("id\nfree\nsilent\n")
    text = MODEL.replace("attributes: {plan: plan}", f"roll_up: {{to: plan, by: {by}}}")
    text = text.replace(
        "z: -3", "z: -3\n  s: {event: x, measure: mean, property: n, weight: 1, missing: 5}"
    )
    text += "customers: {file: r.csv, id: id}\n"
    found = movers(frame(ROWS).with_columns(n=pl.lit("1")), parse_model(text, folder=tmp_path))
    silent = found.customers.filter(customer="silent").row(0, named=True)
    assert silent["raw"] == 5.0
    for row in found.customers.to_dicts():
        assert all(row[f"{p}.now"] is not None for p in found.parts)
        adds_up(row, found)


def test_an_attribute_like_a_column_is_told() -> None:
    for name in ("previous_raw", "x.change", "limits of g.now"):
        text = MODEL.replace("{plan: plan}", f'{{"{name}": plan}}')
        with pytest.raises(UsageError, match="has the name of a column of movers"):
            made(text)
