"""Two models on the same log at the same T: who is judged otherwise, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import UsageError
from cesctl.insight.names import check_names
from cesctl.insight.rank_correlation import spearman
from cesctl.insight.side_by_side import (
    ONE,
    OTHER,
    differences_of_parts,
    from_band_to_band,
    side_by_side,
)
from cesctl.model.as_of import resolve_as_of
from cesctl.model.columns import VARIANT
from cesctl.model.differences import differences
from cesctl.model.scored_by import all_bands, decimals
from cesctl.pipeline.log import open_log
from cesctl.pipeline.numbers import round_half_away
from cesctl.pipeline.run import score_log
from cesctl.validity.outcome import parse_outcome

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.pipeline.log import Inputs
    from cesctl.result import Result
    from cesctl.validity.foretelling import Foretelling
    from cesctl.validity.outcome import Outcome

COLUMNS = (
    "customer", "score_a", "score_b", "difference", "variant_a", "variant_b", "band_a", "band_b",
    "at_risk_a", "at_risk_b", "rank_a", "rank_b", "raw_a", "raw_b", "raw_difference",
)  # fmt: skip


@dataclass(frozen=True)
class Diff:
    """What model B would change of what model A says. All differences are B less A.

    ``a``, ``b``: the two runs, at the same T. ``models``: one row per difference of the models themselves:
    where (a dotted path), a, b (see ``differences``).
    ``customers``: one row per customer of either run, the greatest difference first (of equal ones another
    band), those that only one scores last: customer, the attributes, score_a, score_b, difference,
    variant_a, variant_b (where either model has variants), band_a, band_b, at_risk_a, at_risk_b, rank_a,
    rank_b, raw_a, raw_b, raw_difference, and for each part of raw ``<name>.a``, ``<name>.b`` and
    ``<name>.difference`` (points, 6 decimals; these add up to that of raw). ``parts``: their names, signals
    first.
    ``transitions``: one row per pair of bands, A's lowest first: band_a, band_b (null: not scored),
    customers, ``share`` (of those of A's band, 0 … 1, 6 decimals).
    ``correlation``: Spearman's, of the scores of those that both score; None where there is none.
    ``notes``: what the user should know of the comparison.
    """

    a: Result
    b: Result
    models: pl.DataFrame
    customers: pl.DataFrame
    parts: tuple[str, ...]
    transitions: pl.DataFrame
    correlation: float | None
    notes: tuple[str, ...] = ()
    foretelling: Foretelling | None = None

    @property
    def result(self) -> Result:
        """The run by A, with what is to be told of either run."""
        notes = dict.fromkeys([*self.a.notes, *self.b.notes])
        return replace(self.a, notes=tuple(notes))

    @property
    def everyone(self) -> Result:
        return self.result

    @property
    def both(self) -> pl.DataFrame:
        """The rows of ``customers`` that both models score."""
        return self.customers.filter(pl.col("difference").is_not_null())

    @property
    def moved(self) -> pl.DataFrame:
        """The rows of ``customers`` whose scores or bands differ, the greatest difference first."""
        return self.both.filter((pl.col("difference") != 0) | _other_band())

    @property
    def only_one(self) -> tuple[int, int]:
        """How many customers only A scores, and only B."""
        missing = (self.customers[c].null_count() for c in ("score_b", "score_a"))
        only_a, only_b = missing
        return only_a, only_b

    @property
    def at_risk(self) -> dict[str, int]:
        """Of those that both score, how many are at risk by ``both``, ``only_a``, ``only_b``, ``neither``."""
        a, b = self.both["at_risk_a"], self.both["at_risk_b"]
        counted = {"both": a & b, "only_a": a & ~b, "only_b": b & ~a, "neither": ~(a | b)}
        return {name: int(which.sum()) for name, which in counted.items()}


def diff(
    inputs: Inputs,
    a: Model,
    b: Model,
    *,
    outcome: Outcome | str | None = None,
    every: str = "1mo",
    periods: int | None = None,
    first: str | None = None,
    last: str | None = None,
    horizon: str | None = None,
    as_of: str | None = None,
    now: datetime | None = None,
) -> Diff:
    """Scores a log by two models, both at the T of ``a``.

    Each model reads the log by its own source. Left out ``inputs`` (an empty list) mean the files that the
    models name, each its own; a model that names none reads those of the other. ``outcome`` and what follows
    as in ``backtest``: both models are held against it, too (see ``Foretelling``). One pass over the log for
    each model, and with an outcome three more. Raises InputError, UsageError.
    """
    _check_units(a, b)
    if isinstance(inputs, str | Path):
        inputs = [inputs]
    read_a, read_b = inputs_of(inputs, a, b), inputs_of(inputs, b, a)
    outcome = parse_outcome(outcome) if isinstance(outcome, str) else outcome
    apart = () if outcome is None or outcome.file is None else (outcome.file,)
    one = score_log(open_log(read_a, a, as_of=as_of, now=now, exclude=apart))
    at = one.as_of.isoformat()
    other = score_log(open_log(read_b, b, as_of=at, now=now, exclude=apart))
    made = compared(one, other)
    made = replace(made, notes=tuple(_notes(made, as_of, same_files=_same(read_a, read_b, a, b))))
    if outcome is None:
        return made
    from cesctl.validity.foretelling import foretelling

    found = foretelling(
        (read_a, read_b),
        (a, b),
        outcome,
        every=every,
        periods=periods,
        first=first,
        last=last,
        horizon=horizon,
        as_of=as_of,
        now=now,
    )
    return replace(made, foretelling=found, notes=(*made.notes, *found.notes))


def compared(a: Result, b: Result) -> Diff:
    """The same from two runs that are done already."""
    customers, parts = _customers(a, b)
    bands_a, bands_b = ([x.name for x in all_bands(r.model)] for r in (a, b))
    both = customers.filter(pl.col("difference").is_not_null())
    said = [asdict(d) for d in differences(a.model, b.model)]
    return Diff(
        a=a,
        b=b,
        models=pl.DataFrame(said, schema=dict.fromkeys(("where", "a", "b"), pl.String)),
        customers=customers,
        parts=parts,
        transitions=from_band_to_band(customers, ("band_a", bands_a), ("band_b", bands_b)),
        correlation=spearman(both.select("score_a", "score_b")),
    )


def inputs_of(inputs: Inputs, model: Model, other: Model) -> Inputs:
    """What a model reads: what is given, its own files (an empty list), or those that the other names."""
    given = isinstance(inputs, pl.DataFrame | pl.LazyFrame) or bool(inputs)
    if given or any(s.files for s in model.sources):
        return inputs
    known = {s.name for s in model.sources if s.name}
    return [
        f"{s.name}={file}" if s.name in known else file for s in other.sources for file in s.files
    ]


def _same(one: Inputs, other: Inputs, a: Model, b: Model) -> bool:
    """Whether both models read the same files."""
    if one is other and (isinstance(one, pl.DataFrame | pl.LazyFrame) or one):
        return True
    files = []
    for inputs, model in ((one, a), (other, b)):
        given = list(inputs) if isinstance(inputs, Sequence) else []
        files.append({str(f) for f in given or (f for s in model.sources for f in s.files)})
    return files[0] == files[1]


def _check_units(a: Model, b: Model) -> None:
    """Raises UsageError where the models do not score the same things."""
    to = [None if m.roll_up is None else m.roll_up.to for m in (a, b)]
    if to[0] == to[1]:
        return
    of = ["customers" if t is None else f'accounts ("{t}")' for t in to]
    raise UsageError(
        f"A scores {of[0]} and B {of[1]}: give both models the same roll_up.to, or neither"
    )


def _customers(a: Result, b: Result) -> tuple[pl.DataFrame, tuple[str, ...]]:
    joined, parts = side_by_side(a, b)
    attributes = [n for n in dict.fromkeys([*a.attributes, *b.attributes]) if n != VARIANT]
    of_parts = differences_of_parts(parts, ("a", "b", "difference"))
    check_names(attributes, {*COLUMNS, *(e.meta.output_name() for e in of_parts)}, "diff")
    for result, side in ((a, ONE), (b, OTHER)):
        own = [pl.col(n).alias(f"{side}attr:{n}") for n in attributes if n in result.attributes]
        joined = joined.join(result.scores.select("customer", *own), on="customer", how="left")
    known = [
        [pl.col(c) for c in (f"{ONE}attr:{n}", f"{OTHER}attr:{n}") if c in joined.columns]
        for n in attributes
    ]
    variants = [
        (pl.col(column) if column in joined.columns else pl.lit(None, dtype=pl.String)).alias(name)
        for column, name in ((f"{ONE}{VARIANT}", "variant_a"), (f"{OTHER}{VARIANT}", "variant_b"))
        if a.model.variants or b.model.variants
    ]
    score_a, score_b = pl.col(f"{ONE}score"), pl.col(f"{OTHER}score")
    raw_a, raw_b = pl.col(f"{ONE}raw"), pl.col(f"{OTHER}raw")
    places = max(decimals(a.model), decimals(b.model))
    columns: list[pl.Expr | str] = [
        "customer",
        *(pl.coalesce(k).alias(n) for n, k in zip(attributes, known, strict=True)),
        score_a.alias("score_a"),
        score_b.alias("score_b"),
        round_half_away(score_b - score_a, places).alias("difference"),
        *variants,
        *(
            pl.col(f"{side}{column}").alias(f"{column}_{letter}")
            for column in ("band", "at_risk", "rank")
            for side, letter in ((ONE, "a"), (OTHER, "b"))
        ),
        round_half_away(raw_a, 6).alias("raw_a"),
        round_half_away(raw_b, 6).alias("raw_b"),
        round_half_away(raw_b - raw_a, 6).alias("raw_difference"),
        *of_parts,
    ]
    frame = joined.lazy().select(columns).collect(engine="in-memory")
    order = [pl.col("difference").abs(), _other_band(), pl.col("customer")]
    return frame.sort(order, descending=[True, True, False], nulls_last=True), parts


def _other_band() -> pl.Expr:
    """Whether a customer of both is in another band."""
    return pl.col("band_a") != pl.col("band_b")


def _notes(made: Diff, as_of: str | None, *, same_files: bool) -> list[str]:
    """Where the two runs were not made alike."""
    a, b = made.a.model, made.b.model
    notes = []
    own_a, own_b = (resolve_as_of(m.as_of, m.timezone) for m in (a, b))
    if as_of is None and own_b not in (own_a, made.a.as_of):
        notes.append(
            f"both models score at the T of A, {made.a.as_of:%Y-%m-%d %H:%M} UTC; B says as_of: {b.as_of}"
        )
    ways = [(m.identities, *(replace(s, files=()) for s in m.sources)) for m in (a, b)]
    if ways[0] != ways[1] or not same_files:
        notes.append("A and B read the log each by its own source")
    accepted = [r.rows.accepted for r in (made.a, made.b)]
    if accepted[0] != accepted[1]:
        notes.append(f"A accepts {accepted[0]:,} rows, B {accepted[1]:,}")
    return notes
