"""Plain counts by customer and signal: the same answers as by customer alone, and when it is done so."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cesctl.engines import apart as module
from cesctl.engines.apart import Apart, apart
from cesctl.engines.measures import takes
from cesctl.model import parse_model
from cesctl.pipeline.customers import At
from cesctl.pipeline.log import open_log
from cesctl.pipeline.run import score, score_times
from cesctl.result import Result

T = datetime(2026, 10, 31, tzinfo=UTC)
AMOUNTS = ["1", "2.5", "3", "9", "", "many"]
TIMES = [T - timedelta(days=7 * n) for n in range(5)]
MODEL = """
as_of: 2026-10-31
window: 30d
events:
  a: 1
  b: {weight: 2, where: {amount: {ge: 3}}}
  older: {event: [c, d], weight: 1, window: 60d, offset: 3d}
  all_e: {event: e, weight: 1, window: none}
  spent: {event: "*", weight: 0.01, measure: sum, property: amount}
  most: {event: [a, c], weight: 1, measure: max, property: amount}
  least: {event: [a, c], weight: 1, measure: min, property: amount}
  mean: {event: "?", weight: 1, measure: mean, property: amount}
  ever: {event: f, weight: 1, measure: once, limit: {count: 2, per: day}}
  since: {event: a, weight: -0.1, measure: recency, missing: 30}
  first: {event: "*", weight: 0.01, measure: tenure}
  fading: {event: a, weight: 1, half_life: 10d}
  part: {measure: ratio, of: a, per: fading, weight: 1}
risk: {activity: b, silent_for: 5d, drop: 1}
compare: 7d
attributes: {plan: plan}
"""
VARIANTS = "variants: [{name: new, where: {plan: free}, events: {a: 3, c: 1}}]\n"


def rows(seed: int) -> list[tuple[str | None, str | None, str, str, str | None]]:
    """Of few customers, so that each has most events in most windows; some are none, some come later."""
    rng = random.Random(seed)
    made: list[tuple[str | None, str | None, str, str, str | None]] = []
    for _ in range(800):
        at = T - timedelta(hours=rng.randint(-30, 24 * 120))
        amount = rng.choice(AMOUNTS)
        plan = rng.choice(["free", "pro", None])
        customer, event = rng.choice(["u1", "u2", "u3", "u4", None]), rng.choice("abcdefg")
        made.append((customer, event, at.isoformat(), amount, plan))
    return made


def frame(seed: int) -> pl.DataFrame:
    names = ["user_id", "event", "timestamp", "amount", "plan"]
    return pl.DataFrame(rows(seed), schema=dict.fromkeys(names, pl.String), orient="row")


def scored(text: str, data: pl.DataFrame | list[Path], enough: int) -> tuple[Result, list[At]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ENOUGH", enough)
        log = open_log(data, parse_model(text))
        return score_times(log, lambda _: TIMES, attributes_then=True, occurrences=True)


@pytest.mark.parametrize("more", ["", VARIANTS, "roll_up: {to: plan, by: sum}\n"])
@pytest.mark.parametrize("seed", range(3))
def test_the_same_as_by_customer(seed: int, more: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        MODEL.replace("attributes: {plan: plan}\n", "") + more
        if "roll_up" in more
        else MODEL + more
    )
    joined: list[Apart] = []
    together = Apart.together

    def counted(self: Apart, *arguments: object) -> pl.DataFrame:
        joined.append(self)
        return together(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Apart, "together", counted)
    whole, then = scored(text, frame(seed), 10**6)
    assert not joined
    parts, then_by_parts = scored(text, frame(seed), -(10**6))
    assert len(joined) == 1
    assert whole.rows == parts.rows
    assert whole.notes == parts.notes
    for one, other in zip(then, then_by_parts, strict=True):
        assert one.scored.scores.height
        assert_frame_equal(
            one.frame.sort("customer"), other.frame.sort("customer"), check_exact=True
        )


def test_rows_of_each_file(tmp_path: Path) -> None:
    files = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for n, file in enumerate(files):
        frame(n).write_csv(file)
    whole, _ = scored(MODEL, files, 10**6)
    parts, _ = scored(MODEL, files, -(10**6))
    assert whole.file_rows == parts.file_rows
    assert whole.rows == parts.rows
    assert whole.rows.rejected


def signals(text: str, times: int) -> list[str]:
    model = parse_model(f"window: 30d\nevents: {text}")
    return [s.name for s in apart(model.signals, times, occurrences=False).signals]


def test_only_where_enough_sums_are_saved() -> None:
    events = "{" + ", ".join(f"e{n}: 1" for n in range(10)) + "}"
    assert len(signals(events, 12)) == 10
    assert signals(events, 2) == []
    many = "{" + ", ".join(f"e{n}: 1" for n in range(70)) + "}"
    assert len(signals(many, 1)) == 70
    windows = "{" + ", ".join(f"e{n}: {{weight: 1, window: {n + 1}d}}" for n in range(10)) + "}"
    assert signals(windows, 12) == []  # a sum for each window saves nothing


def of_many(number: int, entry: str) -> str:
    return "{" + ", ".join(f"e{n}: {entry}" for n in range(number)) + "}"


@pytest.mark.parametrize("entry", ["1", "{weight: 1, where: {amount: {ge: 3}}}"])
def test_names_are_looked_up_all_at_once(entry: str) -> None:
    model = parse_model(f"window: 30d\nevents: {of_many(2000, entry)}")
    own = apart(model.signals, 1, occurrences=False)
    assert len(own.signals) == 2000
    assert own.number().meta.root_names().count("event") == 1


def test_the_number_of_an_event_is_that_of_the_signal_that_takes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ENOUGH", 0)
    text = """
      a: 1
      b: {weight: 2, where: {amount: {ge: 3}}}
      cd: {event: [c, d], weight: 1, offset: 3d, where: {plan: pro, amount: {exists: true}}}
      e: {weight: 2, where: {amount: {ge: 3}}}
      f: {weight: 1, where: {amount: {in: ["1", "9"]}}}
    """
    own = apart(parse_model(f"window: 30d\nevents:{text}").signals, 12, occurrences=False)
    assert [s.name for s in own.signals] == ["a", "b", "cd", "e", "f"]
    given = [(e, a, p) for e in [*"abcdefg", None] for a in AMOUNTS for p in ("pro", "free", None)]
    names = ["event", "prop:amount", "prop:plan"]
    events = pl.DataFrame(given, schema=dict.fromkeys(names, pl.String), orient="row")
    taken = [takes([signal], None).alias(str(n)) for n, signal in enumerate(own.signals)]
    by_each = [
        next((int(n) for n, there in row.items() if there), None)
        for row in events.select(taken).iter_rows(named=True)
    ]
    assert set(by_each) == {0, 1, 2, 3, 4, None}
    assert events.select(own.number()).to_series().to_list() == by_each


@pytest.mark.slow
def test_two_thousand_signals() -> None:
    text = f"as_of: 2026-10-31\nwindow: 30d\nevents: {of_many(2000, '1')}"
    given = [(f"u{n % 7}", f"e{n % 2000}", "2026-10-20") for n in range(2100)]
    log = pl.DataFrame(given, schema=["user_id", "event", "timestamp"], orient="row")
    scores = score(log, parse_model(text)).scores.sort("customer")
    assert scores["raw"].to_list() == [300.0] * 7
    assert scores["e99.measure"].to_list() == [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]


def test_no_event_is_of_two_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENOUGH", 0)
    text = "{a: 1, b: 1, both: {event: [b, c], weight: 1}, any: {event: '*', weight: 1}}"
    assert signals(text, 12) == ["a"]
    text = "{a: 1, b: {weight: 1, half_life: 9d}, c: {weight: 1, limit: {count: 1, per: day}}}"
    assert signals(text, 12) == ["a"]


def test_one_measure_that_needs_all_events_of_a_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Apart, "together", None)  # not asked
    result, _ = scored(
        MODEL.replace("  a: 1\n", '  a: 1\n  days: {event: "*", weight: 1, measure: days}\n'),
        frame(1),
        -(10**6),
    )
    assert result.scores.height == 4
