"""A backtest against the plain reading of its page: scores of the log as it was at T, outcomes customer by
customer, for random logs.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cesctl.duration import DAY_US
from cesctl.model import parse_model
from cesctl.pipeline.run import score
from cesctl.validity.backtest import Backtest, backtest
from cesctl.validity.outcome import Outcome, parse_outcome
from tests.reference.outcomes import Stake, counts, of_events, of_silence

END = datetime(2026, 6, 30, 12, tzinfo=UTC)
MODEL = """
version: 1
window: 20d
events:
  use: {event: [use, visit], weight: 2, cap: 6}
  visit: {weight: 1, half_life: 9d}
  spent: {event: buy, measure: sum, property: amount, weight: 0.1}
  idle: {event: "*", measure: recency, weight: -0.5}
scale: {method: minmax, round: 3}
bands: {Low: 0, Mid: 40, Good: 75}
risk: {silent_for: 8d, drop: 10}
compare: 6d
attributes: {plan: plan}
"""
Events = Mapping[str, list[tuple[datetime, str]]]


def rows(seed: int) -> list[dict[str, str]]:
    rng = random.Random(seed)
    found: list[dict[str, str]] = []
    for customer in range(24):
        begins, rate = rng.uniform(0, 130), rng.choice([2, 6, 15])
        at = begins
        while at < 160 and len(found) < 900:
            when = END - timedelta(seconds=round((160 - at) * 86_400))
            event = rng.choices(["use", "visit", "buy", "left"], [5, 4, 2, 0.4])[0]
            amount, plan = str(rng.randint(1, 40)), rng.choice(["a", "b"])
            names = ("user_id", "event", "timestamp", "amount", "plan")
            values = (f"c{customer}", event, when.isoformat(), amount, plan)
            found.append(dict(zip(names, values, strict=True)))
            at += rng.expovariate(1 / rate) * rng.choice([1, 1, 1, 8])
    rng.shuffle(found)
    return found


def by_customer(log: pl.DataFrame) -> dict[str, list[tuple[datetime, str]]]:
    found: dict[str, list[tuple[datetime, str]]] = {}
    for row in log.iter_rows(named=True):
        at = datetime.fromisoformat(row["timestamp"])
        found.setdefault(row["user_id"], []).append((at, row["event"]))
    return found


OUTCOMES: dict[str, tuple[str, dict[str, Any]]] = {
    "event": ("event:left", {}),
    "pattern": ("event:l?ft", {"good": True}),
    "again": ("event:buy", {"again": True}),
    "silence": ("silent:12d", {}),
    "silence in more": ("silent:5d", {}),
    "file": ("FILE", {}),
}


@pytest.mark.parametrize("kind", list(OUTCOMES))
@pytest.mark.parametrize("seed", range(3))
def test_as_each_time_apart(seed: int, kind: str, tmp_path: Path) -> None:
    log = pl.DataFrame(rows(seed))
    text, options = OUTCOMES[kind]
    listed: dict[str, list[datetime]] = {}
    if kind == "file":
        text = str(tmp_path / "left.csv")
        listed = write_outcomes(Path(text), seed)
    outcome = parse_outcome(text, **options)
    model = parse_model(MODEL)
    if seed == 1:  # only visits count as activity
        model = replace(model, risk=replace(model.risk, activity=model.signals[1].match))
    horizon = None if kind in ("silence", "silence in more") and seed else "14d"
    made = backtest(
        log, model, outcome, every="9d", periods=14, horizon=horizon, now=END, last="2026-06-25"
    )
    reach = made.horizon
    assert (
        reach == timedelta(days=14) if horizon else timedelta(microseconds=outcome.silent_us or 0)
    )
    events = by_customer(log)
    until = max(at for own in events.values() for at, _ in own)
    assert made.until == until
    assert made.times["open"].sum() > 0
    own_rows = made.pairs.with_row_index().partition_by("as_of", as_dict=True)
    for t in made.times["as_of"]:
        stakes = {
            customer: stake(events[customer], t, outcome, listed.get(customer, []), made)
            for customer in events
        }
        # the log as it was then: nothing later can have been seen
        then = log.filter(
            pl.col("user_id").is_in(
                [c for c, own in events.items() if any(at <= t for at, _ in own)]
            ),
            pl.col("timestamp").str.to_datetime(time_zone="UTC") <= t,
        )
        scored = score(then, model, as_of=t.isoformat(), now=END).scores
        records = {r["customer"]: r for r in scored.to_dicts()}
        there = {c: s for c, s in stakes.items() if c in records}
        row = made.times.filter(pl.col("as_of") == t).row(0, named=True)
        assert {k: row[k] for k in ("had", "unseen", "open")} == counts(there)
        pairs = own_rows.get((t,), made.pairs.head(0)).to_dicts()
        wanted = [c for c in sorted(there) if there[c].status == "stake"]
        assert [p["customer"] for p in pairs] == wanted
        for pair in pairs:
            record, found = records[pair["customer"]], there[pair["customer"]]
            for column in ("score", "band", "at_risk"):
                assert pair[column] == record[column]
            assert (pair["outcome"], pair["outcome_at"]) == (found.outcome, found.at)
    assert 0 < made.pairs["outcome"].sum() < made.pairs.height


def stake(
    own: list[tuple[datetime, str]],
    t: datetime,
    outcome: Outcome,
    listed: list[datetime],
    made: Backtest,
) -> Stake:
    only_visits = made.result.model.risk.activity is not None
    active = [at for at, name in own if name == "visit" or not only_visits]
    bounds: Any = {"horizon": made.horizon, "until": made.until}
    if outcome.silent_us is not None:
        silence = timedelta(microseconds=outcome.silent_us)
        return of_silence(active, t, silence, **bounds)
    times = listed
    if outcome.event is not None:
        name = "buy" if outcome.again else "left"
        times = [at for at, event in own if event == name]
    return of_events(active, times, t, **bounds, again=outcome.again)


def write_outcomes(path: Path, seed: int) -> dict[str, list[datetime]]:
    rng = random.Random(seed)
    found: dict[str, list[datetime]] = {}
    lines = ["Customer ID,Churned At,label"]
    for customer in range(0, 30, 2):  # some are not in the log
        day = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(days=rng.randint(0, 140))
        found[f"c{customer}"] = [day]
        lines.append(f"c{customer},{day:%Y-%m-%d},gone")
        lines.append(f"c{customer + 1},,gone")  # not yet
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found


@pytest.mark.parametrize("seed", range(2))
def test_tables_are_those_of_the_pairs(seed: int) -> None:
    log = pl.DataFrame(rows(seed))
    made = backtest(
        log, parse_model(MODEL), parse_outcome("silent:12d"), every="4d", by="plan", now=END
    )
    pairs = made.pairs.to_dicts()
    for row in made.bands.to_dicts():
        own = [p for p in pairs if p["band"] == row["band"]]
        assert (row["pairs"], row["outcomes"]) == (len(own), sum(p["outcome"] for p in own))
        assert row["customers"] == len({p["customer"] for p in own})
    tenths = made.tenths.to_dicts()
    assert sum(r["pairs"] for r in tenths) == len(pairs)
    for row in tenths:
        own = [p for p in pairs if row["from"] <= p["score"] <= row["to"]]
        assert (row["pairs"], row["outcomes"]) == (len(own), sum(p["outcome"] for p in own))
    assert made.segments is not None
    for row in made.segments.to_dicts():
        own = [p for p in pairs if p["plan"] == row["plan"]]
        assert (row["pairs"], row["outcomes"]) == (len(own), sum(p["outcome"] for p in own))
    flagged = [p for p in pairs if p["at_risk"]]
    hits = [p for p in flagged if p["outcome"]]
    assert (made.at_risk.precision.pairs, made.at_risk.precision.hits) == (len(flagged), len(hits))
    had = [p for p in pairs if p["outcome"]]
    assert (made.at_risk.recall.pairs, made.at_risk.recall.hits) == (len(had), len(hits))
    first: dict[tuple[str, datetime], datetime] = {}
    for pair in sorted(hits, key=lambda p: p["as_of"]):
        first.setdefault((pair["customer"], pair["outcome_at"]), pair["as_of"])
    leads = sorted((at - t) / timedelta(microseconds=1) / DAY_US for (_, at), t in first.items())
    assert made.at_risk.seen == len(leads)
    assert made.at_risk.outcomes == len({(p["customer"], p["outcome_at"]) for p in had})
    middle = (leads[(len(leads) - 1) // 2] + leads[len(leads) // 2]) / 2
    assert made.at_risk.lead_days == pytest.approx(middle, abs=1e-6)
    expected, observed, times = foretold(pairs, made.horizon)
    assert made.foretold is not None
    assert made.foretold.expected == pytest.approx(expected, abs=1e-6)
    assert (made.foretold.observed, made.foretold.times) == (observed, times)


def foretold(pairs: list[dict[str, object]], horizon: timedelta) -> tuple[float, int, int]:
    expected, observed, times = 0.0, 0, set()
    for pair in pairs:
        t = pair["as_of"]
        assert isinstance(t, datetime)
        past = [p for p in pairs if isinstance(p["as_of"], datetime) and p["as_of"] + horizon <= t]
        own = [p for p in past if p["band"] == pair["band"]]
        if past:
            times.add(t)
        if own:
            expected += sum(bool(p["outcome"]) for p in own) / len(own)
            observed += bool(pair["outcome"])
    return expected, observed, len(times)


def test_what_comes_after_a_time_changes_no_score_of_it() -> None:
    """The same log with everything after the last T but one made otherwise: no feature of T moves."""
    log = pl.DataFrame(rows(5))
    model, outcome = parse_model(MODEL), parse_outcome("silent:10d")
    options: Any = {
        "every": "7d",
        "periods": 6,
        "last": "2026-06-10",
        "as_of": "2026-06-29",
        "now": END,
    }
    first = backtest(log, model, outcome, **options)
    at = pl.col("timestamp").str.to_datetime(time_zone="UTC")
    rng = random.Random(1)
    later = log.filter(at > first.times["as_of"][-1])
    others = later.with_columns(
        pl.Series("event", [rng.choice(["use", "left", "buy"]) for _ in range(later.height)]),
        pl.Series("amount", [str(rng.randint(1, 9_999)) for _ in range(later.height)]),
        pl.col("plan").reverse(),
    ).sample(fraction=0.5, seed=3)
    changed = pl.concat([log.filter(at <= first.times["as_of"][-1]), others])
    second = backtest(changed, model, outcome, **options)
    known = ["customer", "as_of", "score", "band", "at_risk"]
    assert first.pairs.select(known).equals(second.pairs.select(known))
    assert not first.pairs["outcome"].equals(second.pairs["outcome"])
    assert Counter(first.pairs["as_of"]).total() > 50
