"""Whether a result of the engine is what the reference gives: where they differ, in words.

Names, counts, instants, bands, ranks, reasons and order must be equal. Numbers must be equal as given,
that is after the engine's own rounding, but for one thing: the engine computes in doubles, the
reference in fractions, and a value that lies on a rounding half but for the noise of a few doubles may
fall to either side. So each number has a *noise*, a bound of what its operations can lose in the last
places (some 2^-49 of the magnitudes that went into it), and the engine may give what the exact value
rounds to a noise lower or higher, nothing else. Scores taken over from the engine for that reason are
then banded, ranked and sorted as such.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from cesctl.model.types import Model, Signal
from cesctl.result import Result
from tests.reference import clock
from tests.reference.numbers import exact, round_half_away
from tests.reference.points import NONE_SAID, groups, total
from tests.reference.run import Outcome, Scored, judge
from tests.reference.scale import most

LAST_PLACES = Fraction(1, 2**49)  # eight units in the last place of a double


@dataclass
class Run:
    """All customers scored at one T: minmax and percentile are of them."""

    model: Model
    outcomes: list[Outcome]


@dataclass
class Found:
    """What differs, and how many numbers were let off as noise."""

    differences: list[str] = field(default_factory=list)
    excused: int = 0

    def same(self, what: str, engine: object, reference: object) -> None:
        if engine != reference:
            self.differences.append(f"{what}: engine {engine!r}, reference {reference!r}")

    def close(
        self,
        what: str,
        engine: float | None,
        reference: Fraction | None,
        decimals: int,
        noise: Fraction,
    ) -> None:
        """A number given with so many decimals."""
        if engine is None or reference is None:
            self.same(what, engine, reference)
            return
        if engine == 0 and math.copysign(1.0, engine) < 0:
            self.differences.append(f"{what}: engine gives minus zero")
        if engine == float(round_half_away(reference, decimals)):
            return
        self.excused += 1
        if not excusable(engine, reference, decimals, noise):
            text = f"{float(reference)!r} (exactly {reference})"
            self.differences.append(
                f"{what}: engine {engine!r}, reference {text}, noise {float(noise):.1g}"
            )


def excusable(engine: float, reference: Fraction, decimals: int, noise: Fraction) -> bool:
    """Whether noise alone, before the rounding, explains the number."""
    if noise * 10**decimals >= Fraction(1, 2):  # so large that doubles have no such decimals left
        return abs(Fraction(engine) - reference) <= 2 * noise
    sides = (round_half_away(reference + side * noise, decimals) for side in (-1, 1))
    return engine in {float(s) for s in sides}


def compare(result: Result, scored: Scored, model: Model) -> Found:
    """All that is not as the reference says."""
    found = Found()
    log = scored.log
    rows = result.rows
    found.same("read", rows.read, log.read)
    found.same("accepted", rows.accepted, len(log.events))
    found.same("filtered", rows.filtered, log.filtered)
    found.same("duplicate", rows.duplicate, log.duplicate)
    found.same("after_as_of", rows.after_as_of, log.after_as_of)
    found.same("rejected", rows.rejected, dict(log.rejected))
    parts = (
        rows.accepted
        + rows.filtered
        + rows.duplicate
        + rows.after_as_of
        + sum(rows.rejected.values())
    )
    found.same("rows in all", parts, rows.read)
    found.same("T", result.as_of, instant(log.as_of))
    records = {r["customer"]: r for r in result.scores.to_dicts()}
    found.same("customers", sorted(records), sorted(o.customer for o in scored.outcomes))
    if found.differences:
        return found
    details = {r["customer"]: r for r in result.detail.to_dicts()}
    for outcome in scored.outcomes:
        compare_steps(found, details[outcome.customer], outcome, model)
    now, then = Run(model, scored.outcomes), Run(model, list(scored.before.values()))
    for outcome in now.outcomes:
        record = records[outcome.customer]
        compare_numbers(found, record, outcome, model)
        compare_score(found, "score", record["score"], outcome, now)
    for outcome in then.outcomes:
        if outcome.customer in records:
            previous = records[outcome.customer]["previous_score"]
            compare_score(found, "previous_score", previous, outcome, then)
    if found.differences:
        return found
    if found.excused:
        adopt(records, scored, model)
    for outcome in scored.outcomes:
        compare_judgement(found, records[outcome.customer], outcome, model)
    found.same("order", result.scores["customer"].to_list(), [o.customer for o in scored.outcomes])
    return found


def instant(at: int | None) -> datetime | None:
    return None if at is None else (clock.EPOCH + at * clock.MICROSECOND).astimezone(UTC)


def compare_numbers(found: Found, record: dict[str, Any], outcome: Outcome, model: Model) -> None:
    """Measures, points and raw of one customer."""
    who = outcome.customer
    for signal in model.signals:
        name = signal.name
        measure, points = outcome.measures[name], outcome.points[name]
        loss = measure_noise(measure)
        found.close(f"{who}: {name}.measure", record[f"{name}.measure"], measure, 6, loss)
        loss = points_noise(model, signal, outcome)
        found.close(f"{who}: {name}.points", record[f"{name}.points"], points, 6, loss)
    found.close(f"{who}: raw", record["raw"], outcome.raw, 6, raw_loss(model, outcome))


def compare_steps(found: Found, detail: dict[str, Any], outcome: Outcome, model: Model) -> None:
    """What an explanation shows beside the scores: events of each signal, where asked for, and groups."""
    who = outcome.customer
    for name, count in outcome.counted.items():
        if f"n:{name}" in detail:
            found.same(f"{who}: events of {name}", detail[f"n:{name}"], count)
    for name, points in outcome.groups.items():
        given = detail[f"g:{name}"]  # not rounded
        if abs(Fraction(given) - points) > raw_noise(model, outcome):
            found.same(f"{who}: points of group {name}", given, float(points))


def compare_score(
    found: Found, what: str, engine: float | None, outcome: Outcome, run: Run
) -> None:
    """A score: rounded to 9 decimals first, unless noise may decide how; then that is judged instead."""
    loss = score_noise(run, outcome)
    if murky(outcome.scaled, loss):
        exactly = outcome.scaled
    else:
        exactly, loss = round_half_away(outcome.scaled, 9), Fraction(0)
    found.close(f"{outcome.customer}: {what}", engine, exactly, run.model.scale.round, loss)


def murky(value: Fraction, noise: Fraction) -> bool:
    """Whether noise may decide the 9th decimal."""
    return round_half_away(value - noise, 9) != round_half_away(value + noise, 9)


def adopt(records: dict[str, Any], scored: Scored, model: Model) -> None:
    """Takes the engine's scores, once they are known to differ by noise at most, and judges them."""
    for outcome in scored.outcomes:
        record = records[outcome.customer]
        outcome.score = exact(record["score"])
        outcome.raw = exact(record["raw"])
        if outcome.previous_score is not None:
            outcome.previous_score = exact(record["previous_score"])
    scored.outcomes = judge(model, scored.outcomes, scored.log)


def compare_judgement(found: Found, record: dict[str, Any], outcome: Outcome, model: Model) -> None:
    """Everything that follows from the rounded scores and the events; exactly."""
    who = outcome.customer
    names = ["band", "at_risk", "risk_reasons", "rank", "events", "days_silent"]
    for name in names:
        found.same(f"{who}: {name}", record[name], getattr(outcome, name))
    found.same(f"{who}: last_event_at", record["last_event_at"], instant(outcome.last_event_at))
    if model.compare_us is not None:
        size = abs(outcome.score) + abs(outcome.previous_score or Fraction(0))
        found.close(
            f"{who}: change", record["change"], outcome.change, model.scale.round, size / 2**51
        )
        nobody = outcome.previous_score is None
        found.same(f"{who}: previous_score", record["previous_score"] is None, nobody)
    own = {s.name + kind for s in model.signals for kind in (".measure", ".points")}
    given = {"customer", "score", "raw", "last_event_at", "previous_score", "change", *names} | own
    attributes = {k: v for k, v in record.items() if k not in given and v is not None}
    found.same(f"{who}: attributes", attributes, outcome.attributes)


def measure_noise(measure: Fraction | None) -> Fraction:
    return abs(measure or Fraction(0)) * LAST_PLACES


def value_noise(signal: Signal, measure: Fraction) -> Fraction:
    """A target stretches what its difference of two numbers loses."""
    if signal.target is None:
        return measure_noise(measure)
    start, end = exact(signal.target.start), exact(signal.target.end)
    return 100 * (abs(measure) + abs(start)) / abs(end - start) * LAST_PLACES


def points_noise(model: Model, signal: Signal, outcome: Outcome) -> Fraction:
    """Of a signal's points after its share of what others left."""
    measure, points = outcome.measures[signal.name], outcome.points[signal.name]
    if points is None:
        return Fraction(0)
    weight = abs(exact(signal.weight))
    own = value_noise(signal, measure) if measure is not None else Fraction(0)
    pool = [s for s in model.signals if s.group == signal.group and s.weight > 0]
    present = [s for s in pool if outcome.points[s.name] is not None]
    share = Fraction(1)
    if present:
        share = total(exact(s.weight) for s in pool) / total(exact(s.weight) for s in present)
    return own * weight * share + abs(points) * LAST_PLACES


def raw_noise(model: Model, outcome: Outcome) -> Fraction:
    """Of raw before its rounding: everything that was added."""
    found = Fraction(0)
    for name in (None, *groups(model)):
        group = next((g for g in model.groups if g.name == name), NONE_SAID)
        for signal in model.signals:
            if signal.group == name:
                points = abs(outcome.points[signal.name] or Fraction(0))
                found += abs(exact(group.weight)) * (
                    points_noise(model, signal, outcome) + points * LAST_PLACES
                )
    return found + abs(outcome.unrounded) * LAST_PLACES


def raw_loss(model: Model, outcome: Outcome) -> Fraction:
    """Of raw as it is used: rounded to 9 decimals, one of which noise may decide."""
    noise = raw_noise(model, outcome)
    lost = Fraction(1, 10**9) if murky(outcome.unrounded, noise) else Fraction(0)
    return lost + noise if lost else abs(outcome.raw) * LAST_PLACES


def score_noise(run: Run, outcome: Outcome) -> Fraction:
    """Of a score before its rounding."""
    model, everybody = run.model, run.outcomes
    scale = model.scale
    low, high = (abs(exact(end)) for end in scale.to)
    ends = (low + high) * LAST_PLACES
    lost = raw_loss(model, outcome)
    if scale.method in ("none", "clamp"):
        return lost
    if scale.method == "linear":
        assert scale.from_ is not None
        start, end = (exact(x) for x in scale.from_)
        return stretched(lost, start, end - start, low + high) + ends
    if scale.method == "possible":
        return stretched(lost, Fraction(0), most(model), low + high) + ends
    if scale.method == "logistic":
        assert scale.steepness is not None
        assert scale.midpoint is not None
        power = abs(exact(scale.steepness)) * (lost + abs(exact(scale.midpoint)) * LAST_PLACES)
        return (low + high) * (power / 4 + 4 * LAST_PLACES)  # a logistic rises by 1/4 at most
    if any(murky(o.unrounded, raw_noise(model, o)) for o in everybody):
        return low + high  # noise may decide who equals whom: nothing can be said
    raws = [o.raw for o in everybody]
    if scale.method == "percentile" or min(raws) == max(raws):
        return ends
    return stretched(lost, min(raws), max(raws) - min(raws), low + high) + ends


def stretched(lost: Fraction, start: Fraction, width: Fraction, to: Fraction) -> Fraction:
    """What a linear scale makes of the noise of its raw and of its own ends."""
    return (lost + abs(start) * LAST_PLACES) / abs(width) * to * 2
