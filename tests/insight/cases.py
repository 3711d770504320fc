"""Random models and logs for the views: what the engine is given, and the same for the reference.

Three of four are as ``tests.strategies`` makes them, one of four has ids that stand for others or users
that belong to accounts. Every other log is spread over many customers: views are about many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, event, settings

from cesctl.engines import apart
from cesctl.errors import ModelError
from cesctl.model.types import COMBINES, Identities, Model, RollUp, Scale, Signal
from cesctl.result import Scored
from tests.agreement import LAST_PLACES, Found, Run, compare_score
from tests.effort import tries
from tests.random_examples.dice import Dice
from tests.reference import clock
from tests.reference.events import Log, Row, read
from tests.reference.numbers import exact
from tests.reference.run import Outcome, Roster
from tests.reference.scale import score
from tests.reference.several import ACCOUNT, Then, then
from tests.strategies import Example
from tests.test_against_reference import parsed, roster
from tests.test_joined_against_reference import ENDS, customer_columns, write_identities

VIEWS = settings(
    max_examples=tries(100),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MOST_CUSTOMERS = 40
WHOLE = {"last", "distinct", "days", "weeks", "sessions", "session_minutes", "bounces"}


@dataclass(frozen=True)
class Case:
    """``data`` and ``model`` are the engine's; ``plain``, ``log`` and ``roster`` the reference's, which has
    the ids replaced and knows the account of a user as an attribute; ``by``: how accounts are made; ``rows``:
    those of the log.
    """

    data: pl.DataFrame
    model: Model
    plain: Model
    log: Log
    roster: Roster | None
    by: str | None
    now: datetime
    dice: Dice
    rows: Sequence[Row] = ()

    def then(self, t: int) -> Then:
        return then(self.plain, self.log, t, self.roster, self.by)


def case(
    example: Example,
    folder: Path,
    *,
    more: Sequence[str] = (),
    accounts: bool = True,
) -> Case | None:
    """The case of an example; None where its model gives no points. ``more``: properties that are attributes,
    too; ``accounts``: whether it may have some.
    """
    model = parsed(example, folder)
    if model is None:
        return None
    dice = Dice(example.seed)
    kind = dice.pick(["as it is"] * 5 + ["ids"] * (model.customers is None) + ["accounts"] * 2)
    if kind == "accounts" and not accounts:
        kind = "as it is"
    event(kind)
    rows = spread(example, model) if dice.chance(6) else example.rows
    if dice.chance(4):
        model = replace(model, signals=countable(model.signals))
        if model.scale.method == "possible":  # counts have no most points
            model = replace(model, scale=Scale(round=model.scale.round))
    known = {name for name, _ in model.attributes}
    added = tuple((name, name) for name in more if name not in known)
    model = replace(model, attributes=(*model.attributes, *added))
    plain, plain_rows, by = model, rows, None
    if kind == "ids":
        plain_rows = [replaced(r, model) for r in rows]
        model = replace(model, identities=Identities(write_identities(folder)))
    elif kind == "accounts":
        by = dice.pick(COMBINES)
        scale = Scale(round=dice.number(0, 6))
        model = replace(model, customers=None, scale=scale, attributes=())
        # the property that names the account is one of those that order duplicates
        plain = replace(model, attributes=((ACCOUNT, "plan"),))
        model = replace(model, roll_up=RollUp("plan", by))
    return Case(
        data=pl.DataFrame(rows, schema=dict.fromkeys([*example.columns, "size"], pl.String)),
        model=model,
        plain=plain,
        log=read(plain_rows, plain, clock.microseconds(example.now)),
        roster=None if plain.customers is None else roster(example, plain),
        by=by,
        now=example.now,
        dice=dice,
        rows=plain_rows,
    )


def check(
    example: Example,
    tmp: pytest.TempPathFactory,
    differences: Callable[[Case], Found],
    *,
    more: Sequence[str] = (),
    accounts: bool = True,
) -> None:
    """That there are no differences for the case of an example; the rest as for ``case``."""
    made = case(example, tmp.getbasetemp(), more=more, accounts=accounts)
    if made is None:
        return
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(apart, "ENOUGH", -(10**6))
            patch.setattr(apart.Apart, "together", _together)
            found = differences(made)
    except ModelError:  # more points than scores can hold, at one T or another
        event("too large")
        return
    assert found.differences == []


def _together(self: apart.Apart, *arguments: Any, together: Any = apart.Apart.together) -> Any:
    event("counted by signal")
    return together(self, *arguments)


def countable(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Signals like these whose measures can be put together from parts of a customer's events; of the plain
    counts no two take the same event.
    """
    found: list[Signal] = []
    taken: set[str] = set()
    for signal in signals:
        whole = signal.measure in WHOLE
        made = replace(signal, measure="count", property=None) if whole else signal
        if made.measure == "count" and not (made.half_life_us or made.linear_decay_us):
            names = tuple(n for n in made.match.names if n not in taken)
            taken.update(names)
            match = replace(made.match, names=names, patterns=())
            made = (
                replace(made, limit=None, match=match) if names else replace(made, measure="once")
            )
        found.append(made)
    return tuple(found)


def spread(example: Example, model: Model) -> list[Row]:
    """The rows, some of them several times, as those of many customers, each with a number; what has no
    customer stays so. Few customers have most of one plan, so that plans differ.
    """
    dice = Dice(example.seed + 1)
    column = customer_columns(model)[0]
    many = dice.number(5, MOST_CUSTOMERS)
    few = max(many // 4, 2)
    found = []
    for row in example.rows:
        of_few = row.get("plan") == example.rows[0].get("plan") and dice.chance(9)
        for _ in range(dice.number(1, 3)):
            n = dice.number(1, few) if of_few else dice.number(few, many)
            there = (row.get(column) or "").strip()
            customer = f"c{n}" if there else row.get(column)
            found.append(row | {column: customer, "size": str(dice.number(0, 60))})
    return found


def replaced(row: Row, model: Model) -> Row:
    text = {c: (row.get(c) or "").strip() for c in customer_columns(model)}
    return row | {c: ENDS[t] for c, t in text.items() if t in ENDS}


def alike(found: Found, scored: Scored, case: Case) -> Then:
    """The reference at that T, with the scores that the engine gives, which must be the same but for noise.

    So what follows from scores can be compared exactly.
    """
    reference = case.then(clock.microseconds(scored.as_of))
    records = {r["customer"]: r for r in scored.scores.to_dicts()}
    names = sorted(o.customer for o in reference.outcomes)
    found.same("scored", sorted(records), names)
    if found.differences:
        return reference
    for outcome in reference.outcomes:
        record = records[outcome.customer]
        everybody = reference.outcomes
        _score(found, record["score"], outcome, case, at=reference, everybody=everybody)
        outcome.score = exact(record["score"])
        previous = record.get("previous_score")
        found.same(
            f"{outcome.customer}: has a score before",
            previous is not None,
            outcome.previous_score is not None,
        )
        if previous is not None:
            before = reference.before[outcome.customer]
            everybody = list(reference.before.values())
            _score(found, previous, before, case, at=reference, everybody=everybody)
            outcome.previous_score = exact(previous)
    judged = reference.judged()
    for outcome in judged.outcomes:
        record = records[outcome.customer]
        found.same(f"{outcome.customer}: band", record["band"], outcome.band)
        found.same(f"{outcome.customer}: reasons", record["risk_reasons"], outcome.risk_reasons)
    return judged


def _score(
    found: Found, engine: float, outcome: Outcome, case: Case, *, at: Then, everybody: list[Outcome]
) -> None:
    decimals = case.plain.scale.round
    if engine == float(score(case.plain, outcome.scaled)):
        return  # how much noise there might be takes long to work out
    if case.by is None:
        compare_score(found, "score", engine, outcome, Run(case.plain, everybody))
        return
    noise = Fraction(1, 10**9) + noise_of(at)
    found.close("score", engine, outcome.scaled, decimals, noise)


def noise_of(at: Then) -> Fraction:
    """A bound of what doubles lose of anything that points are added up to."""
    return 64 * (at.largest + 1) * LAST_PLACES


def chosen(case: Case) -> dict[str, str | None] | None:
    """Now and then an attribute and one of its values, or None: only the customers that have it."""
    names = [name for name, _ in case.model.attributes]
    if not names or case.dice.chance(5):
        return None
    name = case.dice.pick(names)
    texts = [o.attributes.get(name) for o in case.then(case.log.as_of).outcomes]
    return {name: case.dice.pick(texts or [None])}
