"""Variants: the engine against the reference, which knows none and is given each variant's customers and
model apart, on random models and logs.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings

from cesctl.model.scored_by import scored_by
from cesctl.model.types import Condition, Model, Scale, Variant
from cesctl.pipeline.run import score
from cesctl.result import Result
from tests.agreement import Found, Run, compare, compare_score
from tests.effort import tries
from tests.reference import clock
from tests.reference.conditions import holds
from tests.reference.events import Event, read
from tests.reference.run import Outcome, Roster, Scored, at, judge, latest
from tests.strategies import Example, examples
from tests.test_against_reference import parsed, roster

SETTINGS = settings(
    max_examples=tries(120),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("variants")


def with_variants(model: Model, other: Model, seed: int) -> Model:
    """The first model, with variants of which one has all of the other's keys, one a few of its own."""
    risk = other.risk if model.compare_us is not None else replace(other.risk, drop=None)
    scale = replace(other.scale, round=model.scale.round)
    relative = Scale(method="percentile" if seed % 2 else "minmax", round=model.scale.round)
    tests = (
        Condition("tier", "in", ("pro", "é", "1")),
        Condition("tier", "exists", flag=bool(seed % 3)),
    )
    whole = Variant("whole", tests[:1], other.signals, other.groups, scale, other.bands, risk)
    few = Variant("few", tests[1:], model.signals, model.groups, relative, model.bands, model.risk)
    order = (whole, few) if seed % 5 else (few, whole)
    attributes = (*model.attributes, ("tier", "plan"))
    return replace(model, attributes=attributes, variants=order)


def variant_of(model: Model, attributes: dict[str, str]) -> str | None:
    """The first whose conditions all hold."""
    for variant in model.variants:
        if all(holds(c, attributes.get(c.property)) for c in variant.where):
            return variant.name
    return None


def outcomes_at(
    model: Model, events: list[Event], t: int, roster: Roster | None
) -> dict[str | None, dict[str, Outcome]]:
    """Each variant's customers as of then, scored by its model as if there were no others."""
    events = [e for e in events if e.at <= t]
    customers = {e.customer for e in events} | set(roster or {})
    of: dict[str | None, set[str]] = defaultdict(set)
    for customer in customers:
        own = [e for e in events if e.customer == customer]
        of[variant_of(model, latest(model, own) | (roster or {}).get(customer, {}))].add(customer)
    return {
        name: at(
            one,
            [e for e in events if e.customer in of[name]],
            t,
            None if roster is None else {c: a for c, a in roster.items() if c in of[name]},
        )
        for name, one in scored_by(model).items()
    }


def own_columns(result: Result, model: Model, name: str | None) -> Result:
    """The part of a result that is one variant's; its rank is then among its own."""
    part = result.of_variant(name)
    others = {
        f"{s.name}.{kind}"
        for one in scored_by(model).values()
        for s in one.signals
        for kind in ("measure", "points")
        if s.name not in {own.name for own in part.model.signals}
    }
    assert all(part.scores[c].null_count() == part.scores.height for c in others)
    assert set(part.scores["variant"]) <= {name}
    rank = pl.col("score").rank("min", descending=True).cast(pl.UInt32).alias("rank")
    # a ratio takes no events; a signal of that name may, in another variant
    ratios = [f"n:{s.name}" for s in part.model.signals if s.measure == "ratio"]
    assert all(c not in part.detail.columns or part.detail[c].sum() == 0 for c in ratios)
    return replace(
        part,
        scores=part.scores.drop("variant", *others).with_columns(rank),
        detail=part.detail.drop(ratios, strict=False),
    )


@pytest.mark.slow
@SETTINGS
@given(first=examples(), second=examples())
def test_each_variant_is_scored_by_its_own_model(
    first: Example, second: Example, folder: Path
) -> None:
    other = parsed(second, folder)
    model = parsed(first, folder)
    if model is None or other is None:
        return
    model = with_variants(model, other, first.seed)
    everybody = roster(first, model)
    used = replace(model, signals=(*model.signals, *other.signals))  # all order duplicates
    log = read(first.rows, used, clock.microseconds(first.now))
    now = outcomes_at(model, log.events, log.as_of, everybody)
    frame = pl.DataFrame(first.rows, schema=dict.fromkeys(first.columns, pl.String))
    result = score(frame, model, now=first.now, occurrences=first.seed % 2 == 0)
    found = Found()
    records = {r["customer"]: r for r in result.scores.to_dicts()}
    if model.compare_us is not None:
        current = {c: o for part in now.values() for c, o in part.items()}
        for name, part in outcomes_at(
            model, log.events, log.as_of - model.compare_us, everybody
        ).items():
            run = Run(scored_by(model)[name], list(part.values()))
            for customer, outcome in part.items():
                if customer in current:
                    current[customer].previous_score = outcome.score
                    previous = records[customer]["previous_score"]
                    compare_score(found, "previous_score", previous, outcome, run)
    assert found.differences == []
    for name, one in scored_by(model).items():
        event(f"{name}: {'some' if now[name] else 'nobody'}")
        alone = Scored(log, judge(one, list(now[name].values()), log), {})
        assert compare(own_columns(result, model, name), alone, one).differences == []
    scores = result.scores["score"].to_list()
    assert result.scores["rank"].to_list() == [1 + sum(b > a for b in scores) for a in scores]
    assert scores == sorted(scores, reverse=True)
