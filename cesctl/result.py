"""What a scoring run gives: the scores, the bands, and how the rows of the log were counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self

import polars as pl

from cesctl.errors import UsageError
from cesctl.model.columns import VARIANT
from cesctl.model.scored_by import own_bands, scored_by
from cesctl.pipeline.band import band_table
from cesctl.pipeline.numbers import exact_means, round_half_away
from cesctl.pipeline.variants import by_variant

if TYPE_CHECKING:
    from cesctl.model.types import Model


REJECTS = {
    "file": pl.String,
    "line": pl.Int64,
    "reason": pl.String,
    "customer": pl.String,
    "event": pl.String,
    "timestamp": pl.String,
}


def _no_rejects() -> pl.DataFrame:
    return pl.DataFrame(schema=REJECTS)


@dataclass(frozen=True)
class RowCounts:
    """Where each row of the log went: read = accepted + duplicate + filtered + after_as_of + rejected."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    filtered: int = 0
    after_as_of: int = 0
    rejected: dict[str, int] = field(default_factory=dict)  # by reason, only those above 0

    @property
    def all_rejected(self) -> int:
        return sum(self.rejected.values())


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Every customer at one T.

    ``scores``: one row per customer, the columns of ``docs/cli.md`` in that order, best first.
    ``detail``: the same rows with every step between events and score: ``n:`` events, ``m:`` measure,
    ``v:`` value and ``p:`` points of each signal, ``g:`` points of each group, ``raw``, ``scaled``.
    ``users``, where the model rolls up (and ``customer`` is an account everywhere else): one row per user of
    an account: customer, account, raw, events, last_at; by account, the greatest raw first.
    ``identities``, where the model names some: one row per id that was replaced: old, new.
    """

    model: Model
    as_of: datetime
    attributes: tuple[str, ...]
    scores: pl.DataFrame
    detail: pl.DataFrame
    users: pl.DataFrame | None = None
    identities: pl.DataFrame | None = None

    @cached_property
    def bands(self) -> pl.DataFrame:
        """One row per band, lowest first: name, from, customers, share, average, at_risk, action, color.

        Where a variant has other bands than the model, one row per variant and band: ``variant`` (null: none)
        stands first, in the model's order, those of no variant last; share is of all customers.
        """
        if not own_bands(self.model):
            return band_table(self.scores, self.model.bands)
        tables = []
        for name, one in scored_by(self.model).items():
            variant = pl.lit(name, dtype=pl.String)
            scores = self.scores.filter(pl.col(VARIANT).eq_missing(variant))
            table = band_table(scores, one.bands, self.scores.height)
            tables.append(table.select(variant.alias(VARIANT), pl.all()))
        return pl.concat(tables)

    def of_variant(self, name: str | None) -> Self:
        """The customers of one variant (None: of none), as if the model that scores them was the only one."""
        if not self.model.variants:
            return self
        return replace(self._where_is(VARIANT, name), model=scored_by(self.model)[name])

    @property
    def by_model(self) -> list[tuple[Model, pl.DataFrame]]:
        """The rows of ``detail`` by the model that scores them: one without variants for each variant, in
        order, and last for the customers of none.
        """
        return by_variant(self.detail, self.model)

    @property
    def at_risk(self) -> pl.DataFrame:
        """The rows of ``scores`` that are at risk."""
        return self.scores.filter("at_risk")

    @cached_property
    def summary(self) -> dict[str, int | float | None]:
        """customers, at_risk (how many), average and median score (6 decimals; None of nobody)."""
        score = self.scores["score"]
        return {
            "customers": self.scores.height,
            "at_risk": self.at_risk.height,
            "average": exact_means(self.scores, "score")["mean"].item(),
            "median": None if score.is_empty() else _six(score.median()),
        }

    def only(self, where: Mapping[str, str | None]) -> Self:
        """The customers whose attributes have these values (None: have none).

        Scale and rank stay those of all.
        """
        for name in where:
            self.known(name)
        result = self
        for name, value in where.items():
            result = result._where_is(name, value)
        return result

    def by(self, attribute: str) -> dict[str | None, Self]:
        """The same once per value of an attribute, values in order, nothing (None) last."""
        self.known(attribute)
        values = self.scores[attribute].unique().drop_nulls().sort().to_list()
        if self.scores[attribute].null_count():
            values.append(None)
        return {v: self._where_is(attribute, v) for v in values}

    def _where_is(self, name: str, value: str | None) -> Self:
        return self.keep(pl.col(name).eq_missing(pl.lit(value)))

    def keep(self, which: pl.Expr) -> Self:
        """The customers for which it holds, an expression over ``scores``."""
        mask = self.scores.select(which.alias("kept"))["kept"]
        return replace(self, scores=self.scores.filter(mask), detail=self.detail.filter(mask))

    def known(self, name: str) -> None:
        """Raises UsageError for what is no attribute."""
        if name not in self.attributes:
            have = (
                ", ".join(self.attributes)
                or "none (declare `attributes:` or `customers:` in the model)"
            )
            raise UsageError(f'no attribute "{name}"; there are: {have}')


@dataclass(frozen=True, kw_only=True)
class Result(Scored):
    """One scoring run: the customers at T, and where the log's rows went.

    ``rows``: of all files; ``file_rows``: the same file by file.
    """

    rows: RowCounts
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    file_rows: dict[str, RowCounts] = field(default_factory=dict)
    rejected_rows: Callable[[], pl.DataFrame] = _no_rejects

    def rejects(self) -> pl.DataFrame:
        """One row per rejected row of the log: file, line (or record), reason, and the raw text of
        customer, event and timestamp. Reads the log once more, so ask only when you want it.
        """
        return self.rejected_rows()


def _six(value: object) -> float:
    assert isinstance(value, float)
    return float(pl.select(round_half_away(pl.lit(value), 6)).item())
