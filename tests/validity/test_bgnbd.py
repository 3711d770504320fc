"""The BG/NBD model beside the score: what it is told, and what it says."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from typing import Any

import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

import cesctl
from cesctl import extras
from cesctl.errors import UsageError
from cesctl.model import parse_model
from cesctl.validity import bgnbd
from tests.validity.logs import MODEL, leaving

START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS_SCHEMA: dict[str, Any] = {
    "customer": pl.String,
    "day": pl.Date,
    "first": pl.Datetime("us", "UTC"),
}
needs_package = pytest.mark.skipif(
    find_spec("pymc_marketing") is None,
    reason="pymc-marketing is not here: pip install 'cesctl[bgnbd]'",
)


def days(*rows: tuple[str, float]) -> pl.DataFrame:
    """``rows``: customer and time of an activity in days since the start."""
    first: dict[tuple[str, date], datetime] = {}
    for customer, at in sorted(rows, key=lambda r: r[1]):
        when = START + at * DAY
        first.setdefault((customer, when.date()), when)
    made = [(c, d, at) for (c, d), at in first.items()]
    return pl.DataFrame(made, schema=DAYS_SCHEMA, orient="row")


def test_histories_are_of_what_was_known_at_t() -> None:
    own = days(
        ("a", 0.5), ("a", 0.7), ("a", 4.2), ("a", 10.4), ("a", 10.9), ("b", 10.2), ("c", 10.8)
    )
    found = bgnbd.histories(own, START + 10.5 * DAY, "UTC")
    assert found.rows() == [("a", 2.0, 10.0, 10.0), ("b", 0.0, 0.0, 0.0)]
    before = bgnbd.histories(own, START + 4.1 * DAY, "UTC")
    assert before.rows() == [("a", 0.0, 0.0, 4.0)]
    # in Auckland T is a day later
    later = bgnbd.histories(own, START + 4.6 * DAY, "Pacific/Auckland")
    assert later["T"].to_list() == [5.0]


def test_who_came_today_is_as_the_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[pl.DataFrame] = []

    def chances(
        own: pl.DataFrame, times: list[datetime], *_: object
    ) -> dict[datetime, pl.DataFrame]:
        seen.append(own)
        made = {}
        for at in times:
            known = bgnbd.histories(own, at, "UTC").select("customer", "T")
            value = pl.when(pl.col("T") > 20.0).then(pl.col("T")).alias(bgnbd.NAME)
            made[at] = known.select("customer", value)
        return made

    monkeypatch.setattr(bgnbd, "active_again", chances)
    options: dict[str, Any] = {"every": "14d", "horizon": "30d"}
    made = cesctl.backtest(leaving(), parse_model(MODEL), "event:left", bgnbd=True, **options)
    plain = cesctl.backtest(leaving(), parse_model(MODEL), "event:left", **options)
    same = ["name", "auc", "low", "high", "average_precision", "difference"]
    others = made.measures.filter(pl.col("name") != bgnbd.NAME)
    assert others.select(same).equals(plain.measures.select(same))
    row = made.measures.filter(pl.col("name") == bgnbd.NAME).row(0, named=True)
    assert row["kind"] == "plain"
    assert 0.0 < row["auc"] < 1.0
    # a day with activity is there once, whatever happened on it
    assert seen[0].select("customer", "day").is_duplicated().sum() == 0
    assert plain.measures["name"].to_list() == made.measures["name"].to_list()[:-1]


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'cesctl\[bgnbd\]'"):
        extras.BGNBD.check()


def test_the_chance_is_that_of_the_model() -> None:
    """Of customers simulated by the model's own assumptions as many come again as it says, also of those who
    were active once.
    """
    rng = random.Random(1)
    length, days = 60.0, 30
    rows: list[tuple[float, float, float, bool]] = []
    for _ in range(40_000):
        rate, end = rng.gammavariate(0.8, 1.0 / 20.0), rng.betavariate(0.7, 2.0)
        frequency, recency, at = 0.0, 0.0, rng.expovariate(rate)
        gone = False
        while at <= length and not gone:
            frequency, recency = frequency + 1.0, at
            gone = rng.random() < end
            at += rng.expovariate(rate)
        rows.append((frequency, recency, length, not gone and at <= length + days))
    own = pl.DataFrame(rows, schema=["frequency", "recency", "T", "came"], orient="row")
    told = bgnbd.chance(r=0.8, alpha=20.0, a=0.7, b=2.0, days=days).alias("told")
    kind = pl.min_horizontal("frequency", pl.lit(2.0)).alias("times")
    groups = own.with_columns(told, kind, late=pl.col("recency") > length / 2).group_by(
        "times", "late"
    )
    found = groups.agg(pl.len(), pl.col("told", "came").mean())
    assert set(found["times"]) == {0.0, 1.0, 2.0}
    assert found["len"].min() > 1_000  # type: ignore[operator]
    for row in found.iter_rows(named=True):
        assert row["told"] == pytest.approx(row["came"], abs=0.02), row


@needs_package
@pytest.mark.slow
def test_knows_who_comes_again_in_the_world_it_describes() -> None:
    rng = random.Random(0)
    rows: list[tuple[str, float]] = []
    for customer in range(500):
        rate, end = rng.gammavariate(1.0, 1 / 20), rng.betavariate(1.0, 3.0)
        at = rng.uniform(0.0, 100.0)
        while at < 300.0:
            rows.append((f"c{customer}", at))
            if rng.random() < end:
                break
            at += rng.expovariate(rate)
    then, horizon = START + 200 * DAY, timedelta(days=60)
    made = bgnbd.active_again(days(*rows), [then], horizon, "UTC")[then].drop_nulls()
    again = {c for c, t in rows if 200.0 < t <= 260.0}
    truth = [c in again for c in made["customer"]]
    assert roc_auc_score(truth, made[bgnbd.NAME]) > 0.75
    mean = made[bgnbd.NAME].mean()
    assert isinstance(mean, float)
    assert mean == pytest.approx(sum(truth) / len(truth), abs=0.07)
