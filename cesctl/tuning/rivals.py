"""What tuned weights are held to: equal weights, the best single measure, and trees on the same measures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier

from cesctl.tuning.sample import spread_of
from cesctl.tuning.settings import factors
from cesctl.validity.ranking import levels_of, ranking, times_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cesctl.model.types import Model
    from cesctl.tuning.sample import Sample

    Floats = NDArray[np.float64]

LEAVES = (4, 12)
TREES = 100
FOLDS = 5


def equal_weights(model: Model, fitted: Sample, judged: Sample) -> Floats:
    """The values of the signals that have a weight, each in spreads of the fitted pairs, with the sign of its
    weight, added up.
    """
    multiplied = factors(model)
    total = np.zeros(judged.pairs.height)
    for signal in model.signals:
        weight = signal.weight * multiplied[signal.name]
        spread = spread_of(fitted.values(signal, signal.name))
        if weight and spread:
            total += math.copysign(1.0, weight) * judged.values(signal, signal.name) / spread
    return total


def table(sample: Sample, columns: Sequence[str]) -> Floats:
    """The measures, one row per pair; of accounts the mean or sum over their users. Nothing is NaN."""
    nothing = float("nan")
    return np.column_stack(
        [sample.of_pairs(sample.measures(c).fill_null(nothing).to_numpy()) for c in columns]
    )


def best_single(sample: Sample, columns: Sequence[str], *, good: bool) -> tuple[str, float] | None:
    """The measure that tells best on the pairs, and its sign; None where none tells anything."""
    best: tuple[str, float] | None = None
    most = 0.5
    for name in columns:
        for sign in (1.0, -1.0):
            area = area_of(sample, single(sample, name, sign), good=good)
            if area > most:
                best, most = (name, sign), area
    return best


def single(sample: Sample, column: str, sign: float) -> Floats:
    """A measure by pair, the more, the more engaged; who has none is least so."""
    values = table(sample, [column])[:, 0]
    return np.where(np.isnan(values), -np.inf, sign * values)


def area_of(sample: Sample, values: Floats, *, good: bool) -> float:
    """The area under the ROC curve, within the T; ``values``: the more, the more engaged."""
    times = times_of(sample.pairs.with_columns(pl.Series("value", values)), ["value"])
    own = times.oriented("value", good=good)
    found = ranking(times, own, levels_of(own))
    return 0.5 if found is None else found.auc


def boosted(fitted: Sample, judged: Sample, columns: Sequence[str]) -> Floats:
    """What gradient-boosted trees make of the measures: how likely each judged pair is engaged. How large the
    trees are, and how many, is what suits customers best that they have not seen.
    """
    x, y = table(fitted, columns), fitted.engaged
    fold = fitted.folds(FOLDS)
    best = (math.inf, LEAVES[0], 1)
    for leaves in LEAVES:
        losses = np.zeros(TREES)
        for n in range(FOLDS):
            seen, unseen = fold != n, fold == n
            if len(set(y[seen])) < 2 or not unseen.any():
                continue
            made = _trees(leaves, TREES).fit(x[seen], y[seen])
            for k, chances in enumerate(made.staged_predict_proba(x[unseen])):
                chance = np.clip(chances[:, 1], 1e-12, 1.0 - 1e-12)
                wrong = np.where(y[unseen] > 0.0, chance, 1.0 - chance)
                losses[k] -= float(np.log(wrong).sum())
        count = int(np.argmin(losses))
        best = min(best, (float(losses[count]), leaves, count + 1))
    chances = _trees(best[1], best[2]).fit(x, y).predict_proba(table(judged, columns))
    return np.asarray(chances[:, 1], dtype=np.float64)


def _trees(leaves: int, count: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        learning_rate=0.1,
        max_iter=count,
        max_leaf_nodes=leaves,
        min_samples_leaf=20,
        early_stopping=False,
        random_state=0,
    )
