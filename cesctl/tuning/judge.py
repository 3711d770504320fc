"""How well tuned weights foretell what they never saw, beside the weights before and their rivals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from cesctl.tuning.rivals import best_single, boosted, equal_weights, single
from cesctl.validity.measures import CHANCE, compared
from cesctl.validity.plain import EVENTS, RECENCY, rfm_name, with_rfm

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.tuning.sample import Sample

BEFORE, TUNED, EQUAL, TREES = "weights before", "tuned weights", "equal weights", "boosted trees"


@dataclass(frozen=True)
class Judgement:
    """``measures``: see ``compared``: the weights before, tuned and equal ones, trees, the best measure of
    the fit, plain counts. ``difference``: of the areas, tuned less before, with its 95 % interval (None
    where it cannot be said); ``surely``: whether that lies above 0.
    """

    measures: pl.DataFrame
    surely: bool
    difference: float
    low: float | None
    high: float | None

    @property
    def better(self) -> bool:
        """Whether the tuned weights foretell, and better than those before, beyond chance."""
        return self.surely and self.tells(TUNED)

    def tells(self, name: str) -> bool:
        """Whether that one foretells the outcome beyond chance."""
        low = self.measures.filter(pl.col("name") == name)["low"].item()
        return low is not None and bool(low > CHANCE)


def judgement(
    model: Model,
    fitted: Sample,
    judged: Sample,
    columns: Sequence[str],
    best: tuple[str, str, float] | None,
    *,
    good: bool,
) -> Judgement | None:
    """``judged``: its pairs with ``code``, ``score`` (before) and ``tuned``. ``columns``: of the measures
    that the trees see. ``best``: name, column and sign of the best measure, if any. None where no T has pairs
    with the outcome and pairs without.
    """
    pairs = judged.pairs.with_columns(
        pl.Series(EQUAL, equal_weights(model, fitted, judged)),
        pl.Series(TREES, boosted(fitted, judged, columns)),
    )
    if best is not None:
        pairs = pairs.with_columns(pl.Series(best[0], single(judged, *best[1:])))
    pairs = with_rfm(pairs, model)
    coded = pairs.drop("customer").rename({"code": "customer"}).sort("customer", "as_of")
    values = [
        (BEFORE, "score", "score"),
        (TUNED, "tuned", "tuned"),
        (EQUAL, "rival", EQUAL),
        (TREES, "rival", TREES),
        *([] if best is None else [(best[0], "single", best[0])]),
        *((plain, "plain", plain) for plain in (EVENTS, RECENCY, rfm_name(model))),
    ]
    alone = compared(coded, values[:2], good=good).row(1, named=True)
    if alone["auc"] is None:
        return None
    return Judgement(
        measures=compared(coded, values, good=good),
        surely=alone["than_score"] == "better",
        difference=alone["difference"],
        low=alone["difference_low"],
        high=alone["difference_high"],
    )


def best_measure(
    fitted: Sample, names: dict[str, str], *, good: bool
) -> tuple[str, str, float] | None:
    """Of the fitted pairs; ``names``: by column, how it is called. None where none tells anything."""
    found = best_single(fitted, list(names), good=good)
    return None if found is None else (f"best measure: {names[found[0]]}", *found)
