"""What a customer at risk lacks most: the signal furthest below what customers not at risk have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.result import Result


def missing_signal(result: Result, customers: list[str] | None = None) -> dict[str, str]:
    """Of each customer at risk, the signal of positive weight with the widest gap to the average points
    of the customers that are not at risk. Only customers at risk (or those given), and only gaps above
    0; a tie goes to the signal that stands first in the model. Customers of a variant are held against those
    of the same.
    """
    missing: dict[str, str] = {}
    for model, detail in result.by_model:
        missing |= _missing(model, detail, customers)
    return missing


def _missing(model: Model, detail: pl.DataFrame, customers: list[str] | None) -> dict[str, str]:
    names = [s.name for s in model.signals if s.weight > 0]
    safe = detail.filter(~pl.col("at_risk"))
    if safe.is_empty() or not names:
        return {}
    usual = safe.select(pl.col(f"p:{n}").fill_null(0.0).mean() for n in names).row(0)
    of = detail.filter("at_risk")
    if customers is not None:
        of = of.filter(pl.col("customer").is_in(customers))
    gaps = of.select(
        "customer",
        *(
            (pl.lit(u) - pl.col(f"p:{n}").fill_null(0.0)).alias(str(i))
            for i, (n, u) in enumerate(zip(names, usual, strict=True))
        ),
    )
    widest = gaps.select(
        "customer",
        pl.max_horizontal(pl.exclude("customer")).alias("gap"),
        pl.concat_list(pl.exclude("customer")).list.arg_max().alias("place"),
    ).filter(pl.col("gap") > 1e-9)
    return {c: names[place] for c, _, place in widest.iter_rows()}
