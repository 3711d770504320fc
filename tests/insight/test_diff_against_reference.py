"""diff gives what the plain reading of its page gives, for random models, changes of them, and logs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import event, given

from cesctl.insight.diff import Diff, diff
from cesctl.model.types import Band, Model, Risk, Scale, Signal
from tests.agreement import Found, instant
from tests.insight.cases import VIEWS, Case, alike, check, noise_of
from tests.random_examples.dice import Dice
from tests.reference import clock
from tests.reference import movers as reference
from tests.reference.events import read
from tests.reference.run import Outcome
from tests.reference.several import Then
from tests.strategies import Example, examples

NEW_BANDS = (Band("Low", -5.0, at_risk=True), Band("New", 3.0), Band("Good", 40.0))


@pytest.mark.slow
@VIEWS
@given(example=examples())
def test_diff_agrees(example: Example, tmp_path_factory: pytest.TempPathFactory) -> None:
    check(example, tmp_path_factory, differences)


def differences(made: Case) -> Found:
    found = Found()
    other = changed(made)
    got = diff(made.data, made.model, other.model, now=made.now)
    found.same("T", clock.microseconds(got.a.as_of), made.log.as_of)
    found.same("T of B", got.b.as_of, got.a.as_of)
    one, two = alike(found, got.a, made), alike(found, got.b, other)
    if not found.differences:
        compare_transitions(found, got, one, two)
        compare_customers(found, got, one, two)
        compare_agreement(found, got, one, two)
        compare_parts(found, got, (one, made), (two, other))
    return found


def changed(made: Case) -> Case:
    """The same log, scored by a model that differs here and there, at the T of the first."""
    seed = made.dice.number(0, 10**9)
    model, plain = (of_chance(m, Dice(seed)) for m in (made.model, made.plain))
    at = instant(made.log.as_of)
    assert at is not None
    then = replace(plain, as_of=at.isoformat())
    log = read(list(made.rows), then, clock.microseconds(made.now))
    return replace(made, model=model, plain=plain, log=log, dice=Dice(seed))


def of_chance(model: Model, dice: Dice) -> Model:
    """The same changes whatever the model, but for what it has."""
    needed = {n for s in model.signals for n in (s.of, s.per)}
    signals = [of_signal(s, dice) for s in model.signals]
    spare = [s for s in signals if s.name not in needed]
    if len(signals) > 1 and spare and dice.chance(4):
        gone = dice.pick(spare)
        signals = [s for s in signals if s is not gone]
        event("a signal less")
    groups = {s.group for s in signals}
    model = replace(
        model,
        signals=tuple(signals),
        groups=tuple(g for g in model.groups if g.name in groups),
    )
    if model.scale.method == "possible" or dice.chance(5):
        methods = (Scale(round=2), Scale("minmax", round=0), Scale("percentile", to=(1.0, 10.0)))
        model = replace(model, scale=dice.pick(methods))
    if dice.chance(5):
        model = replace(model, bands=NEW_BANDS)
    if dice.chance(3):
        model = replace(model, risk=Risk(silent_for_us=3 * clock.DAY), compare_us=None)
    return model


def of_signal(signal: Signal, dice: Dice) -> Signal:
    weight = dice.pick([signal.weight, signal.weight, 0.0, 2.0, -1.5])
    window = dice.pick([signal.window_us, signal.window_us, 2 * clock.DAY])
    if signal.measure == "ratio":
        return replace(signal, weight=weight)
    return replace(signal, weight=weight, window_us=window)


def compare_transitions(found: Found, got: Diff, one: Then, two: Then) -> None:
    wanted = reference.transitions(one, two)
    bands = [[b.name for b in at.model.bands] for at in (one, two)]

    def place(pair: tuple[str | None, str | None]) -> list[int]:
        return [len(b) if n is None else b.index(n) for n, b in zip(pair, bands, strict=True)]

    rows = {(r["band_a"], r["band_b"]): r for r in got.transitions.to_dicts()}
    found.same("moves", list(rows), sorted(wanted, key=place))
    for pair, (customers, share) in wanted.items():
        if pair in rows:
            found.same(f"{pair}: customers", rows[pair]["customers"], customers)
            found.close(f"{pair}: share", rows[pair]["share"], share, 6, Fraction(1, 2**50))


def compare_customers(found: Found, got: Diff, one: Then, two: Then) -> None:
    decimals = max(at.model.scale.round for at in (one, two))
    apart = reference.changes(one, two)
    sides = [{o.customer: o for o in at.outcomes} for at in (one, two)]
    records = {r["customer"]: r for r in got.customers.to_dicts()}
    found.same("customers", sorted(records), sorted(apart))
    for customer, record in records.items():
        size = abs(record["score_a"] or 0) + abs(record["score_b"] or 0)
        noise = Fraction(size) / 2**50
        found.close(
            f"{customer}: difference", record["difference"], apart[customer], decimals, noise
        )
        for letter, side in zip("ab", sides, strict=True):
            found.same(
                f"{customer}: {letter}",
                [record[f"{c}_{letter}"] for c in ("score", "band", "at_risk", "rank")],
                said(side.get(customer)),
            )
    # the engine's differences are the right ones by now
    size_of = {c: abs(r["difference"]) for c, r in records.items() if r["difference"] is not None}
    both = {c for c in size_of if records[c]["band_a"] != records[c]["band_b"]}
    order = sorted(size_of, key=lambda c: (-size_of[c], c not in both, c))
    lone = sorted(c for c in records if c not in size_of)
    found.same("order", list(records), [*order, *lone])
    found.same("scored by one", got.only_one, tuple(len(s) - len(size_of) for s in sides))


def said(outcome: Outcome | None) -> list[object]:
    if outcome is None:
        return [None] * 4
    return [float(outcome.score), outcome.band, outcome.at_risk, outcome.rank]


def compare_agreement(found: Found, got: Diff, one: Then, two: Then) -> None:
    sides = [{o.customer: o for o in at.outcomes} for at in (one, two)]
    both = [c for c in sides[0] if c in sides[1]]
    flags = Counter((sides[0][c].at_risk, sides[1][c].at_risk) for c in both)
    wanted = {
        "both": flags[True, True],
        "only_a": flags[True, False],
        "only_b": flags[False, True],
        "neither": flags[False, False],
    }
    found.same("at risk", got.at_risk, wanted)
    scores = [[s[c].score for c in both] for s in sides]
    correlation = spearman(scores[0], scores[1])
    found.same("has a correlation", got.correlation is None, correlation is None)
    if correlation is not None and got.correlation is not None:
        event("has a correlation")
        close = math.isclose(got.correlation, correlation, abs_tol=1e-6)
        found.same("correlation", close or got.correlation, True)


def spearman(one: Sequence[Fraction], other: Sequence[Fraction]) -> float | None:
    ranks = [[sum(w < v for w in x) + sum(w <= v for w in x) for v in x] for x in (one, other)]
    n = len(one)
    apart = [[n * v - sum(r) for v in r] for r in ranks]
    spreads = [sum(v * v for v in r) for r in apart]
    if not all(spreads):
        return None
    both = sum(a * b for a, b in zip(*apart, strict=True))
    return float(both / math.sqrt(spreads[0]) / math.sqrt(spreads[1]))


def compare_parts(found: Found, got: Diff, one: tuple[Then, Case], two: tuple[Then, Case]) -> None:
    """A, B and the difference of each part, which add up to those of raw."""
    noise = noise_of(one[0]) + noise_of(two[0])
    if noise > 1:  # so large that no decimals are left
        event("huge")
        return
    own = [{o.customer: parts(o, at, made) for o in at.outcomes} for at, made in (one, two)]
    signals = dict.fromkeys(s.name for _, made in (one, two) for s in made.model.signals)
    found.same("signals", list(got.parts[: len(signals)]), list(signals))
    shown = Fraction(1, 10**6) + 2 * noise
    for record in got.customers.to_dicts():
        customer = record["customer"]
        there = [customer in side for side in own]
        for name in got.parts:
            a, b = (side.get(customer, {}).get(name, Fraction(0)) for side in own)
            for kind, value, is_there in (
                ("a", a, there[0]),
                ("b", b, there[1]),
                ("difference", b - a, all(there)),
            ):
                engine = record[f"{name}.{kind}"]
                found.same(f"{customer}: {name}.{kind} is there", engine is not None, is_there)
                if engine is not None and abs(Fraction(engine) - value) > shown:
                    found.same(f"{customer}: {name}.{kind}", engine, float(value))
        if record["raw_difference"] is not None:
            added = sum(Fraction(record[f"{p}.difference"]) for p in got.parts)
            rounding = Fraction(len(got.parts) + 2, 10**6) + 2 * noise
            if abs(added - Fraction(record["raw_difference"])) > rounding:
                found.same(f"{customer}: sum", float(added), record["raw_difference"])


def parts(outcome: Outcome, at: Then, made: Case) -> dict[str, Fraction]:
    return reference.parts(made.plain, outcome, at.users.get(outcome.customer, 1), made.by)
