"""Several T in one pass: each is as if it were scored alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, event, given, settings

from cesctl.errors import ModelError
from cesctl.model import parse_model
from cesctl.model.types import Model, RollUp
from cesctl.pipeline.log import open_log
from cesctl.pipeline.run import score, score_times
from cesctl.result import Scored
from tests.effort import tries
from tests.strategies import Example, examples
from tests.test_against_reference import inputs, parsed

STEPS = [timedelta(0), timedelta(hours=5), timedelta(days=7), timedelta(days=37)]


def same(scored: Scored, alone: Scored) -> None:
    assert scored.as_of == alone.as_of
    assert scored.scores.equals(alone.scores)
    assert scored.bands.equals(alone.bands)
    assert scored.summary == alone.summary
    if alone.users is None:
        assert scored.users is None
    else:
        assert scored.users is not None
        assert scored.users.equals(alone.users)


def check(data: object, model: Model, now: datetime) -> None:
    opened = open_log(data, model, now=now)  # type: ignore[arg-type]
    result, found = score_times(opened, lambda at: [at - step for step in reversed(STEPS)])
    assert len(found) == len(STEPS)
    same(found[-1].scored, result)
    for scored in (at.scored for at in found):
        text = scored.as_of.isoformat()
        same(scored, score(data, model, as_of=text, now=now))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("several")


@pytest.mark.slow
@settings(
    max_examples=tries(25),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(example=examples())
def test_random_models_and_logs(example: Example, folder: Path) -> None:
    model = parsed(example, folder)
    if model is None:
        return
    try:
        check(inputs(example, folder), model, example.now)
    except ModelError:  # more points than scores can hold, at one T or another
        event("too large")


@pytest.mark.slow
@settings(
    max_examples=tries(10),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(example=examples())
def test_accounts(example: Example, folder: Path) -> None:
    model = parsed(example, folder)
    if model is None:
        return
    rolled = replace(model, customers=None, roll_up=RollUp(to="page", by="mean"))
    try:
        check(inputs(example, folder), rolled, example.now)
    except ModelError:
        event("too large")


def test_attributes_and_activity_are_those_of_the_time() -> None:
    rows = [
        ("a", "x", "2026-10-01", "free"),
        ("a", "ping", "2026-10-20", "pro"),
        ("b", "ping", "2026-10-20", "pro"),
    ]
    data = pl.DataFrame(
        rows,
        schema=dict.fromkeys(["user_id", "event", "timestamp", "plan"], pl.String),
        orient="row",
    )
    text = "as_of: 2026-10-31\nevents: {x: 1}\nattributes: {plan: plan}\nrisk: {activity: x}"
    opened = open_log(data, parse_model(text))
    _, (then, now) = score_times(opened, lambda at: [at - timedelta(days=20), at])
    assert then.scored.scores.select("customer", "plan", "days_silent").rows() == [
        ("a", "free", 10)
    ]
    assert now.scored.scores.select("customer", "plan").rows() == [("a", "pro"), ("b", "pro")]
    assert (
        then.frame["activity_us"].item()
        == now.scored.detail["activity_us"][0] - 20 * 86_400_000_000
    )


def test_one_pass(readings: list[int]) -> None:
    data = pl.DataFrame({"user_id": ["a"], "event": ["x"], "timestamp": ["2026-10-01"]})
    model = parse_model("as_of: 2026-10-31\ncompare: 3d\nevents: {x: 1}")
    score_times(open_log(data, model), lambda at: [at - timedelta(days=n) for n in range(12)])
    assert len(readings) == 1
