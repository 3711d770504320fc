"""The pairs that a fit sees, or a judge, with what each way to read a signal measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from cesctl.pipeline.points import limited, value
from cesctl.tuning.split import SHARE_BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cesctl.model.types import Model, Signal
    from cesctl.pipeline.customers import At

    Floats = NDArray[np.float64]

# customers at each T, and by what names the columns of their measures go here
Measured = tuple[Sequence["At"], Mapping[str, str]]
SAME = 1e-9  # of the size of values, by which they may differ and be the same


@dataclass(frozen=True)
class Sample:
    """``pairs``: one row per pair: ``pair`` (its number), customer, as_of, outcome, ``share`` (see
    ``shares_of``), and what else it was made of. ``rows``: ``pair`` and the measures ``m:``; a row per pair,
    or where customers are accounts, per user of it; ``mean``: whether points of users are averaged, else
    added. ``engaged``: 1.0 for those whom high scores should foretell. ``times``: the T as a number.
    """

    pairs: pl.DataFrame
    rows: pl.DataFrame
    engaged: Floats
    times: NDArray[np.intp]
    mean: bool = True
    _kept: dict[Any, Floats] = field(default_factory=dict, repr=False, compare=False)

    def values(self, signal: Signal, column: str, *, keep: bool = True) -> Floats:
        """Its value by pair, within what ``max_points`` and ``min_points`` allow at its weight; what is left
        out for a customer (``missing: skip``) is there as the mean of the others.
        """
        if not keep:
            return self._values(signal, column)
        key = (replace(signal, line=0), column)
        if key not in self._kept:
            self._kept[key] = self._values(signal, column)
        return self._kept[key]

    def _values(self, signal: Signal, column: str) -> Floats:
        found = value(replace(signal, name=column))
        if signal.weight:
            points = limited(signal.weight * found, signal.min_points, signal.max_points)
            found = pl.when(found.is_not_null()).then(points / signal.weight)
        own = self.rows.select("pair", found.cast(pl.Float64).alias("value"))
        values = own["value"]
        if signal.missing == "skip":
            mean = values.mean()
            values = values.fill_null(mean if isinstance(mean, float) else 0.0)
        return self.of_pairs(values.fill_null(0.0).to_numpy())

    def of_pairs(self, values: Floats) -> Floats:
        """One number per row of ``rows`` as one per pair; NaN is nothing, and where all are, so is it."""
        whose, height = self.rows["pair"].to_numpy(), self.pairs.height
        there = ~np.isnan(values)
        sums = np.bincount(whose[there], weights=values[there], minlength=height)
        counts = np.bincount(whose[there], minlength=height)
        nothing = (counts == 0) & (np.bincount(whose, minlength=height) > 0)
        made = sums / np.maximum(counts, 1) if self.mean else sums
        return np.where(nothing, np.nan, made)

    def folds(self, count: int) -> NDArray[np.intp]:
        """A number below ``count`` by pair, the same for all pairs of a customer."""
        return (self.pairs["share"].to_numpy() * 2.0**SHARE_BITS).astype(np.intp) % count

    def measures(self, column: str) -> pl.Series:
        return self.rows[f"m:{column}"].cast(pl.Float64)


def spread_of(values: Floats) -> float:
    """The standard deviation; 0 where all are the same, which floats may hide."""
    least, most = float(values.min()), float(values.max())
    if most - least <= SAME * max(abs(least), abs(most)):
        return 0.0
    return float(values.std())


def sample_of(
    frames: Sequence[pl.DataFrame], measured: Sequence[Measured], model: Model, *, good: bool
) -> Sample:
    """``frames``: the pairs of each T, see ``Held``, with ``share``."""
    pairs = pl.concat(frames).with_row_index("pair")
    parts = []
    for (at,), own in pairs.group_by("as_of", maintain_order=True):
        rows = own.select("pair", "customer")
        for n, (found, names) in enumerate(measured):
            then = next(f for f in found if f.as_of == at)
            columns = [pl.col(f"m:{a}").cast(pl.Float64).alias(f"m:{b}") for a, b in names.items()]
            if model.roll_up is None:
                rows = rows.join(then.frame.select("customer", *columns), on="customer", how="left")
                continue
            assert then.users is not None
            users = then.users.select("account", pl.col("customer").alias("user"), *columns)
            if n == 0:
                rows = rows.rename({"customer": "account"}).join(users, on="account")
            else:
                rows = rows.join(users, on=["account", "user"], how="left")
        parts.append(rows)
    rows = pl.concat(parts).sort("pair")
    outcome = pairs["outcome"].to_numpy().astype(np.float64)
    return Sample(
        pairs=pairs,
        rows=rows.select("pair", *(c for c in rows.columns if c.startswith("m:"))),
        engaged=outcome if good else 1.0 - outcome,
        times=(pairs["as_of"].rank("dense") - 1).to_numpy().astype(np.intp),
        mean=model.roll_up is None or model.roll_up.by != "sum",
    )
