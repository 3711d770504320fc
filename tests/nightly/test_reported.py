"""What was reported then, beside what the model says now."""

from __future__ import annotations

import json

import polars as pl
import pytest

from cesctl.errors import UsageError
from cesctl.insight.movers import movers
from cesctl.insight.trend import trend
from cesctl.model import load_model
from cesctl.model.types import Model
from cesctl.store import Store
from cesctl.store.history import History
from cesctl.store.place import Place
from tests.cli import small
from tests.nightly.conftest import Project

BANDS = "bands: {Low: 0, High: %s}\n"


@pytest.fixture
def changed(project: Project) -> Model:
    """A model that has changed after four nights, a week apart; it gives no band High any more."""
    for day in (1, 8, 15, 22):
        project.export(day, 1, 2, 3)
        _write(project, weight=1, high=3)
        assert small.call("nightly", "-q").exit_code == 0
    _write(project, weight=2, high=1000)
    return load_model("cesctl.yaml")


def _write(project: Project, *, weight: int, high: int) -> None:
    path = project.model(more="")
    text = path.read_text().replace("bands: [{name: All, from: 0, at_risk: false}]\n", BANDS % high)
    path.write_text(text.replace("login: 1", f"login: {weight}"))


def test_trend(project: Project, changed: Model) -> None:
    store = Store(str(project.store))
    found = trend(store, changed, every="1w", periods=5, reported=True)
    assert found.reported is not None
    past = History(Place.of(store.name)).runs()
    rows = found.reported.to_dicts()
    assert rows[0]["reported_as_of"] is None  # before the first night
    assert [r["reported_as_of"] for r in rows[1:]] == [run.as_of for run in past]
    assert [r["reported_average"] for r in rows[1:]] == [run.average for run in past]
    assert [r["reported_at_risk"] for r in rows[1:]] == [run.at_risk for run in past]
    assert rows[-1]["reported_average"] != found.periods["average"][-1]
    assert trend(store, changed, every="1w", periods=5).reported is None


def test_movers(project: Project, changed: Model) -> None:
    store = Store(str(project.store))
    found = movers(store, changed, since="7d", reported=True)
    assert found.reported is not None
    past = History(Place.of(store.name))
    run = past.last(found.before.as_of)
    assert found.reported == run
    told = past.scores(found.reported).select("customer", "score", "band").sort("customer")
    kept = found.customers.select("customer", "reported_score", "reported_band").sort("customer")
    assert kept.rows() == told.rows()
    assert (kept["reported_band"] == "High").any()
    assert not (found.customers["previous_band"] == "High").any()


def test_what_is_printed(changed: Model) -> None:
    assert changed.path
    args = ("--store", "events.store", "--reported", "-q")
    shown = small.call("trend", *args, "--periods", "2", env={"COLUMNS": "120"})
    assert shown.exit_code == 0, shown.stderr
    assert "Average then" in shown.stdout
    found = json.loads(small.call("trend", *args, "--periods", "2", "-f", "json").stdout)
    assert found["periods"][-1]["reported_customers"] == 3
    assert found["periods"][-1]["reported_as_of"] == found["as_of"]
    shown = small.call("movers", *args, "--from", "7d", env={"COLUMNS": "120"})
    told = movers(Store("events.store"), changed, since="7d", reported=True)
    other = told.customers.filter(pl.col("reported_band") != pl.col("previous_band")).height
    assert other > 0
    assert f"{other} were told of in another band than the model gives them now" in " ".join(
        shown.stdout.split()
    )
    table = small.call("movers", *args, "--from", "7d", "-f", "csv").stdout
    assert "reported_score,reported_band" in table.splitlines()[0]


def test_where_nothing_was_reported(project: Project, changed: Model) -> None:
    with pytest.raises(UsageError, match="goes with --store"):
        trend(["exports/day001.csv"], changed, reported=True)
    with pytest.raises(UsageError, match="nothing was reported by 2025-12-28"):
        movers(Store(str(project.store)), changed, since="2025-12-28", reported=True)
    for kept in (project.store / "history").iterdir():
        kept.unlink()
    with pytest.raises(UsageError, match="nothing was reported in"):
        trend(Store(str(project.store)), changed, reported=True)
