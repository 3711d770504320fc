"""trend gives what the plain reading of its page gives, for random models, logs and series."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from cesctl.duration import format_duration
from cesctl.insight.trend import Trend, trend
from cesctl.pipeline.customers import At
from cesctl.pipeline.run import score_times
from cesctl.result import Result, Scored
from tests.agreement import LAST_PLACES, Found
from tests.insight.cases import VIEWS, Case, alike, check, chosen
from tests.reference import clock
from tests.reference import trend as reference
from tests.reference.several import Then
from tests.strategies import Example, examples

LENGTHS = {"1w": 7 * clock.DAY, "1d": clock.DAY, "30d": 30 * clock.DAY}


@dataclass(frozen=True)
class Series:
    """``every`` so many months or µs, so many periods."""

    every: str
    months: int
    length: int
    count: int

    def ending(self, t: int, zone: ZoneInfo) -> list[int]:
        """With one instant more than there are periods: where the first begins."""
        count = self.count + 1
        return reference.instants(t, zone, count, months=self.months, length=self.length)


def series(made: Case) -> Series:
    """By the calendar, or as long as the windows of the model, at whose bounds the events lie."""
    dice, count = made.dice, made.dice.number(1, 4)
    if dice.chance(3):
        months = dice.pick([1, 1, 2])
        return Series(f"{months}mo", months, 0, count)
    windows = [s.window_us for s in made.model.signals if s.window_us]
    lengths = LENGTHS | {format_duration(us): us for us in windows}
    every = dice.pick(list(lengths))
    return Series(every, 0, lengths[every], count)


@pytest.mark.slow
@VIEWS
@given(example=examples())
def test_trend_agrees(example: Example, tmp_path_factory: pytest.TempPathFactory) -> None:
    check(example, tmp_path_factory, differences)


def differences(made: Case) -> Found:
    found = Found()
    wanted = series(made)
    begins, *times = wanted.ending(made.log.as_of, ZoneInfo(made.model.timezone))
    where = chosen(made)
    options: dict[str, Any] = {"every": wanted.every, "periods": wanted.count, "where": where}
    with pytest.MonkeyPatch.context() as patch:
        scored = recorded(patch)
        got = trend(made.data, made.model, now=made.now, **options)
    found.same("T", [clock.microseconds(t) for t in got.times], times)
    if found.differences:
        return found
    thens = [alike(found, s, made) for s in scored]
    if where is not None:
        (name, value), *_ = where.items()
        there = {o.customer for o in thens[-1].only(name, value).outcomes}
        thens = [t.of(there) for t in thens]
    if not found.differences:
        compare_customers(found, got, thens, made.plain.scale.round)
        compare_periods(found, got, thens, [begins, *times])
    return found


def recorded(patch: pytest.MonkeyPatch) -> list[Scored]:
    """Will hold the scores at every T of a trend, which itself keeps only some of them."""
    found: list[Scored] = []

    def recording(*arguments: Any, **options: Any) -> tuple[Result, list[At]]:
        result, times = score_times(*arguments, **options)
        found.extend(at.scored for at in times)
        return result, times

    patch.setattr("cesctl.insight.trend.score_times", recording)
    return found


def compare_customers(found: Found, got: Trend, thens: list[Then], decimals: int) -> None:
    records = {r["customer"]: r for r in got.customers.to_dicts()}
    found.same("customers", sorted(records), sorted(o.customer for o in thens[-1].outcomes))
    if found.differences:
        return
    for customer, record in records.items():
        line = reference.line(customer, thens)
        scores = [record[name] for name in got.scores]
        found.same(f"{customer}: scores", scores, [floated(s) for s in line.scores])
        found.same(f"{customer}: first", record["first"], floated(line.first))
        found.same(f"{customer}: last", record["last"], floated(line.scores[-1]))
        size = max(abs(s) for s in line.scores if s is not None)
        noise = 64 * size * LAST_PLACES
        found.close(f"{customer}: slope", record["slope"], line.slope, 6, noise)
        drop = record["steepest_drop"]
        found.close(f"{customer}: steepest drop", drop, line.steepest_drop, decimals, noise)
        at = record["steepest_drop_at"]
        at_us = None if at is None else clock.microseconds(at)
        found.same(f"{customer}: steepest drop at", at_us, line.steepest_drop_at)

    def order(customer: str) -> tuple[bool, float, float, str]:
        record = records[customer]
        slope = record["slope"]
        return slope is None, slope or 0.0, record["last"], customer

    found.same("order", got.customers["customer"].to_list(), sorted(records, key=order))


def compare_periods(found: Found, got: Trend, thens: list[Then], edges: list[int]) -> None:
    rows = got.periods.to_dicts()
    found.same("periods", [clock.microseconds(r.pop("as_of")) for r in rows], edges[1:])
    for row, then, begins in zip(rows, thens, edges, strict=False):
        same_numbers(found, row, reference.period(then, begins))


def same_numbers(found: Found, row: dict[str, Any], wanted: dict[str, Any]) -> None:
    found.same("columns", list(row), list(wanted))
    for name, value in wanted.items():
        if isinstance(value, Fraction) or value is None:
            noise = 64 * abs(value or Fraction(0)) * LAST_PLACES
            found.close(name, row.get(name), value, 6, noise)
        else:
            found.same(name, row.get(name), value)


def floated(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
