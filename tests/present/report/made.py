"""Reports of small logs made by hand."""

from __future__ import annotations

from functools import cache

import polars as pl

import cesctl
from cesctl.insight.report import Report
from tests.insight.frames import NOW, export

MODEL = """
version: 1
name: Small shop
window: 60d
compare: 30d
source: {customer: customer, event: event, timestamp: timestamp}
events:
  visits: {event: Visit, measure: days, target: 20, weight: 0.5, group: habit}
  orders: {event: Order, measure: sum, property: amount, half_life: 30d, cap: 50, weight: 1}
groups: {habit: {max_points: 40}}
scale: {method: clamp, to: [0, 100]}
bands:
  - {name: Low, from: 0, at_risk: true, action: Call}
  - {name: Mid, from: 20}
  - {name: Top, from: 50}
risk: {drop: 15, silent_for: 30d}
attributes: {plan: plan, city: city}
lists:
  upsell: {band: Top, action: Offer more}
"""
CUSTOMERS = 40


def log(prefix: str = "c", plans: tuple[str, str] = ("paid", "trial")) -> pl.DataFrame:
    """120 days of 40 customers; the first come seldom, the last often; some stop, some begin late."""
    rows: list[tuple[str, str, float]] = []
    columns: dict[str, list[str | None]] = {"amount": [], "plan": [], "city": []}
    for n in range(CUSTOMERS):
        first, last = (60 if n % 5 == 1 else 0), (70 if n % 7 == 3 else 119)
        for day in range(first, last + 1, max(1, 30 - n)):
            rows.append((f"{prefix}{n:02d}", "Visit", day + 0.25))
            columns["amount"].append(None)
            if day % 3 == 0:
                rows.append((f"{prefix}{n:02d}", "Order", day + 0.5))
                columns["amount"].append(str(n % 9 + 1))
            if n > 20:
                rows.append((f"{prefix}{n:02d}", "Shared", day + 0.75))
                columns["amount"].append(None)
    for name, _, _ in rows:
        n = int(name[-2:])
        columns["plan"].append(plans[n % 4 == 0])
        columns["city"].append(f"city {n % 6}")
    return export(rows, **columns)


@cache
def small() -> Report:
    """The report that most tests look at."""
    return cesctl.report(log(), cesctl.parse_model(MODEL), now=NOW)


HOSTILE = (
    "<script>window.hacked=1;alert(1)</script>",
    '"><img src=x onerror="window.hacked=1">',
    "</svg><script>window.hacked=1</script>",
    "</title></style><iframe src=https://example.com>",
    "${window.hacked=1}",
    "{{7*7}}{% raw %}",
    "$x^2$ \\frac{1}{2}",
    "\x1b[31mred\x1b[0m\x00\x07",
    "\u202ereversed\u2066",
    "a&amp;b &lt; ]]> <!-- #010101 -->",
    "\ufffe\uffff 表🙂 \u0627\u0644",
    "javascript:window.hacked=1",
    "long " * 60,
)


@cache
def hostile() -> Report:
    """Whose ids, events, attributes, bands, signals and model are called like that."""
    import yaml

    names = list(HOSTILE)
    rows: list[tuple[str, str, float]] = []
    plans: list[str | None] = []
    for n in range(4 * len(names)):
        name = f"{names[n % len(names)]}{n}"
        for day in range(0, 120, 1 + n % 11 * 3):
            rows.append((name, names[(n + day) % len(names)], day + 0.5))
            plans.append(names[n % 3])
    clean = [n for n in names if n.isprintable()]
    model = {
        "version": 1,
        "name": names[0],
        "window": "60d",
        "source": {"customer": "customer", "event": "event", "timestamp": "timestamp"},
        "events": {
            clean[1]: {"event": clean[0], "weight": 1},
            clean[2]: {"event": [*clean[1:4], "*<b>*"], "weight": 3, "measure": "days"},
        },
        "bands": {clean[0]: 0, clean[2]: 5, clean[4]: 10, clean[6]: 20},
        "attributes": {clean[3]: "plan"},
    }
    text = yaml.safe_dump(model, allow_unicode=True, sort_keys=False)
    return cesctl.report(export(rows, plan=plans), cesctl.parse_model(text), now=NOW)
