"""Many customers whose scores differ, by plan and by chance: what segments and drivers are about.

The models of ``tests.strategies`` have every key, but few customers with few scores; these have few keys.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from cesctl.model import parse_model
from tests.insight.cases import Case
from tests.random_examples.dice import Dice
from tests.reference import clock
from tests.reference.events import Row, read

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
EVENTS = ["login", "post", "report", "ticket", "Größe", "ping"]
VALUES = ["free", "pro", "1", "2.0", "2", "007", "é"]


def population(seed: int) -> Case:
    """Up to some 120 customers."""
    dice = Dice(seed)
    model = parse_model(model_text(dice))
    rows = log(dice)
    columns = ["customer", "event", "timestamp", "plan", "size"]
    return Case(
        data=pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String)),
        model=model,
        plain=model,
        log=read(rows, model, clock.microseconds(NOW)),
        roster=None,
        by=None,
        now=NOW,
        dice=dice,
    )


def model_text(dice: Dice) -> str:
    starts = sorted(dice.some([0, 1, 2, 5, 10, 20, 30, 60], 1, 4))
    bands = ", ".join(f"B{n}: {start}" for n, start in enumerate(starts))
    window = dice.pick(["none", "30d", "10d"])
    other = dice.pick(['"*"', "login", '"p*"', "[report, ticket]"])
    return f"""
window: {window}
events:
  login: {dice.pick([1, 2, 0.7])}
  post: {{weight: {dice.pick([1, 5])}, half_life: 9d, group: g}}
  other: {{event: {other}, weight: {dice.pick([0, 0.1, -1, 3])}, measure: {dice.pick(["count", "days"])}}}
groups: {{g: {{max_points: {dice.pick([3, 10, 1000])}}}}}
scale: {{method: none, round: {dice.number(0, 3)}}}
bands: {{{bands}}}
risk: {{silent_for: 9d}}
attributes: {{plan: plan, size: size}}
"""


def log(dice: Dice) -> list[Row]:
    values = dice.some(VALUES, 1, 5)
    usual = {v: dice.number(0, 9) for v in values}
    rows: list[Row] = []
    most = dice.pick([6, 60, 120])
    for n in range(dice.number(most // 3, most)):
        plan = dice.pick(values)
        size = str(dice.number(0, 60))
        for _ in range(1 + dice.number(0, usual[plan])):
            # who has many events has other ones, too
            event = dice.pick([*EVENTS, "ping", "ping"] if usual[plan] > 4 else EVENTS[:3])
            at = NOW - timedelta(hours=dice.number(0, 40 * 24))
            rows.append(
                {
                    "customer": f"c{n}",
                    "event": event,
                    "timestamp": at.isoformat(),
                    "plan": None if dice.chance(1) else plan,
                    "size": size,
                }
            )
    return rows
