"""Ids that stand for others, several sources and accounts: the engine against the reference, which knows
none of them and is given what they should come to, on random models and logs.
"""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from cesctl.model.types import COMBINES, Identities, Model, RollUp, Scale
from cesctl.pipeline.run import score
from tests.agreement import compare
from tests.effort import tries
from tests.random_examples.pools import CUSTOMERS
from tests.reference import clock
from tests.reference.events import Row
from tests.reference.numbers import round_half_away
from tests.reference.run import score_rows
from tests.strategies import Example, examples
from tests.test_against_reference import parsed, roster

SETTINGS = settings(
    max_examples=tries(80),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# a chain, a chain that meets it, an id that nobody has, one in blanks, one that says nothing
STAND_FOR = {"ana": "bob", "bob": "123", "Ana": "bob", "x": "9", " é ": "00123", "10": "10"}
ENDS = {"ana": "123", "bob": "123", "Ana": "123", "é": "00123"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("joined")


def customer_columns(model: Model) -> tuple[str, ...]:
    return model.sources[0].customer or ("customer",)


def write_identities(folder: Path) -> str:
    """The table of ``STAND_FOR``, with rows that say nothing."""
    path = folder / "ids.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("from", "to"), *STAND_FOR.items(), ("", "a"), ("b", "")])
    return str(path)


def frame(example: Example, rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(example.columns, pl.String))


@pytest.mark.slow
@SETTINGS
@given(example=examples())
def test_ids_are_replaced_before_anything_is_counted(example: Example, folder: Path) -> None:
    model = parsed(example, folder)
    if model is None or model.customers is not None:
        return
    columns = customer_columns(model)
    assert set(ENDS) <= set(CUSTOMERS)

    def replaced(row: Row) -> Row:
        text = {c: (row.get(c) or "").strip() for c in columns}
        return row | {c: ENDS[t] for c, t in text.items() if t in ENDS}

    rows = [replaced(r) for r in example.rows]
    scored = score_rows(rows, model, clock.microseconds(example.now))
    joined = replace(model, identities=Identities(write_identities(folder)))
    result = score(frame(example, example.rows), joined, now=example.now)
    assert compare(result, scored, model).differences == []


@pytest.mark.slow
@SETTINGS
@given(example=examples())
def test_several_sources_make_one_log(example: Example, folder: Path) -> None:
    """Two tools' files: what tells duplicates is told within each."""
    model = parsed(example, folder)
    if model is None:
        return
    if model.sources[0].deduplicate == "exact" or model.sources[0].id:
        model = replace(model, sources=(replace(model.sources[0], id=(), deduplicate="none"),))
    scored = score_rows(
        example.rows, model, clock.microseconds(example.now), roster(example, model)
    )
    paths = []
    for name, rows in (("one", example.rows[::2]), ("two", example.rows[1::2])):
        if rows:
            frame(example, rows).write_csv(folder / f"{name}.csv")
            paths.append(f"{name}={folder / name}.csv")
    sources = tuple(replace(model.sources[0], name=n) for n in ("one", "two"))
    result = score(paths, replace(model, sources=sources), now=example.now)
    assert compare(result, scored, model).differences == []


TOGETHER: dict[str, Callable[[list[Fraction]], Fraction]] = {
    "mean": lambda raws: sum(raws, Fraction(0)) / len(raws),
    "sum": lambda raws: sum(raws, Fraction(0)),
    "min": min,
    "max": max,
    "median": statistics.median,
}


@pytest.mark.slow
@SETTINGS
@given(example=examples())
def test_accounts_are_what_their_users_make_together(example: Example, folder: Path) -> None:
    model = parsed(example, folder)
    if model is None:
        return
    model = replace(model, customers=None, scale=Scale(round=6), compare_us=None, attributes=())
    model = replace(model, risk=replace(model.risk, drop=None))
    by = COMBINES[example.seed % len(COMBINES)]
    rolled = replace(model, roll_up=RollUp("plan", by))
    # the property that names the account is one of those that order duplicates
    ordered = replace(model, attributes=(("account", "plan"),))
    scored = score_rows(example.rows, ordered, clock.microseconds(example.now))
    users: dict[str, list[Any]] = defaultdict(list)
    for outcome in scored.outcomes:
        if "account" in outcome.attributes:
            users[outcome.attributes["account"]].append(outcome)
    result = score(frame(example, example.rows), rolled, now=example.now)
    records = {r["customer"]: r for r in result.scores.to_dicts()}
    assert set(records) == set(users)
    assert result.rows.accepted == len(scored.log.events)
    for account, record in records.items():
        own = users[account]
        assert record["users"] == len(own)
        assert record["active_users"] == sum(o.events > 0 for o in own)
        assert record["events"] == sum(o.events for o in own)
        last = max(o.last_event_at for o in own)
        assert clock.microseconds(record["last_event_at"]) == last
        raw = round_half_away(TOGETHER[by]([o.raw for o in own]), 9)
        near(record["raw"], raw, max(abs(o.raw) for o in own))
        for signal in model.signals:
            for kind in ("measure", "points"):
                given_ = [getattr(o, kind + "s" * (kind == "measure"))[signal.name] for o in own]
                values = [v for v in given_ if v is not None]
                total = sum(values, Fraction(0)) if values else None
                found = record[f"{signal.name}.{kind}"]
                assert (found is None) == (total is None)
                if total is not None:
                    near(found, total, max(abs(v) for v in values))


def near(engine: float, exactly: Fraction, largest: Fraction) -> None:
    """Equal as given, with 6 decimals, but for what doubles lose."""
    assert abs(Fraction(engine) - exactly) <= Fraction(6, 10**7) + largest / 2**45
