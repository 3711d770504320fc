"""Which of a period's events are within a limit, at several T in one go."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from cesctl.engines import limits
from cesctl.model import parse_model
from cesctl.pipeline.log import open_log
from cesctl.pipeline.run import score, score_times

T = datetime(2026, 10, 31, 10, 30, tzinfo=UTC)


def frame(seed: int) -> pl.DataFrame:
    """Many events an hour, so that limits bite and windows begin among them; some at one instant."""
    rng = random.Random(seed)
    rows = []
    for _ in range(600):
        at = T - timedelta(minutes=15 * rng.randint(-20, 900))
        rows.append((rng.choice("ab"), rng.choice("xy"), at.isoformat(), str(rng.randint(1, 9))))
    names = ["user_id", "event", "timestamp", "amount"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


@pytest.mark.parametrize("per", ["hour", "day", "week"])
@pytest.mark.parametrize("window", ["none", "1d", "36h", "4d"])
@pytest.mark.parametrize("hours", [7, 24, 30, 24 * 7])
def test_each_time_is_as_alone(per: str, window: str, hours: int) -> None:
    text = f"""
as_of: {T.isoformat()}
timezone: Europe/Berlin
window: {window}
events:
  fading: {{event: x, weight: 1, half_life: 2d, limit: {{count: 2, per: {per}}}}}
  spent: {{event: "*", weight: 1, measure: sum, property: amount, limit: {{count: 3, per: {per}}}}}
  late: {{event: y, weight: 1, measure: days, offset: 5h, limit: {{count: 1, per: {per}}}}}
scale: {{round: 6}}
"""
    model = parse_model(text)
    data = frame(hours)
    times = [T - timedelta(hours=hours * n) for n in range(4)]
    _, found = score_times(open_log(data, model), lambda _: times)
    for scored in (at.scored for at in found):
        alone = score(data, model, as_of=scored.as_of.isoformat())
        assert scored.scores.equals(alone.scores)


def test_two_orders_do_for_any_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    ordered: list[int] = []
    order = limits._order

    def counted(*args: object) -> pl.Expr:
        ordered.append(1)
        return order(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(limits, "_order", counted)
    model = parse_model(
        "as_of: 2026-10-31\nwindow: 30d\n"
        "events: {x: {weight: 1, half_life: 9d, limit: {count: 2, per: day}}}"
    )
    score_times(open_log(frame(1), model), lambda at: [at - timedelta(days=n) for n in range(12)])
    assert len(ordered) == 2
    score(frame(1), model)
    assert len(ordered) == 3
