"""Which customers are of which variant, and what each variant's own model looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.measures import ratios
from cesctl.errors import ModelError, Problem
from cesctl.model.columns import VARIANT
from cesctl.model.fields import did_you_mean
from cesctl.model.scored_by import scored_by
from cesctl.pipeline.conditions import holds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.measured import Share
    from cesctl.model.types import Model

_NAME = f"attr:{VARIANT}"
_OWN = ("m:", "n:", "x:", "events", "activity_at")


def with_variant(customers: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Adds ``attr:variant``: the name of the first variant whose ``where`` the attributes satisfy, null
    where none is.
    """
    name = pl.lit(None, dtype=pl.String)
    for variant in reversed(model.variants):
        chosen = holds(variant.where, lambda attribute: pl.col(f"attr:{attribute}"))
        assert chosen is not None
        name = pl.when(chosen).then(pl.lit(variant.name)).otherwise(name)
    return customers.with_columns(name.alias(_NAME))


def by_variant(frame: pl.DataFrame, model: Model) -> list[tuple[Model, pl.DataFrame]]:
    """The rows by the model that scores them; ``frame`` has ``attr:variant`` where there are variants."""
    return [(one, of_variant(frame, model, name)) for name, one in scored_by(model).items()]


def of_variant(frame: pl.DataFrame, model: Model, name: str | None) -> pl.DataFrame:
    if not model.variants:
        return frame
    return frame.filter(pl.col(_NAME).eq_missing(pl.lit(name, dtype=pl.String)))


def own_measures(frame: pl.DataFrame, model: Model, share: Share) -> pl.DataFrame:
    """An engine's frame as the customers of one variant need it, whose own model that is: measures under
    the names of its signals, ratios among them; ``events`` and ``activity_at`` as its own.
    """
    others = [c for c in frame.columns if not c.startswith(_OWN)]
    columns = [pl.col(m).alias(f"{k}:{name}") for name, m, k in _columns(frame, share)]
    if share.events in frame.columns:
        columns.append(pl.col(share.events).alias("events"))
        if share.activity is not None:
            columns.append(pl.col(share.activity).alias("activity_at"))
    return frame.select(*others, *columns).with_columns(ratios(model.signals))


def _columns(frame: pl.DataFrame, share: Share) -> list[tuple[str, str, str]]:
    there = set(frame.columns)
    return [
        (name, f"{kind}:{measure}", kind)
        for kind in ("m", "n", "x")
        for name, measure in share.measures.items()
        if f"{kind}:{measure}" in there
    ]


def check_attributes(model: Model, roster: Sequence[str]) -> None:
    """Raises ModelError for an attribute in a ``where`` that nobody can have; ``roster``: its attributes."""
    known = [*roster, *(name for name, _ in model.attributes if name not in model.asked)]
    problems = [
        Problem(
            f'no attribute is called "{name}"',
            f"variants.{place}.where.{name}",
            model.path,
            hint=did_you_mean(name, known, "declare it under attributes, or give a customers file"),
        )
        for place, variant in enumerate(model.variants, start=1)
        for name in dict.fromkeys(c.property for c in variant.where)
        if name not in known
    ]
    if problems:
        raise ModelError(problems)
