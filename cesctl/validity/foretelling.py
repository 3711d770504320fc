"""Which of two models foretold an outcome better: both held against the same customers at the same times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.pipeline.log import open_log
from cesctl.pipeline.run import score_times
from cesctl.present.numbers import fixed
from cesctl.validity.backtest import backtest
from cesctl.validity.held import SURVIVORS, scores_at
from cesctl.validity.measures import FEWEST
from cesctl.validity.measures import compared as measured
from cesctl.validity.verdict import truncated

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.pipeline.log import Inputs
    from cesctl.validity.backtest import Backtest
    from cesctl.validity.outcome import Outcome


@dataclass(frozen=True)
class Foretelling:
    """Scores of two models at past T, held against what each customer did in (T, T + horizon].

    ``of_a``: the backtest of A, whose settings say who is at stake and at which T.
    ``pairs``: one row per customer at stake and T that both score: customer, as_of (UTC), score_a, score_b,
    outcome, outcome_at (UTC). By T, then customer.
    ``measures``: one row for A, then one for B (see ``validity.measures.compared``; the difference is B less
    A, ``than_score`` is "better" or "worse" where B is, null where chance may be all there is to it).
    ``notes``: what the user should know of it.
    """

    of_a: Backtest
    pairs: pl.DataFrame
    measures: pl.DataFrame
    notes: tuple[str, ...]

    @property
    def customers(self) -> int:
        return self.pairs["customer"].n_unique()

    @property
    def with_outcome(self) -> int:
        """Customers that had the outcome at one T or more."""
        return self.pairs.filter("outcome")["customer"].n_unique()


def foretelling(
    inputs: tuple[Inputs, Inputs],
    models: tuple[Model, Model],
    outcome: Outcome | str,
    *,
    every: str = "1mo",
    periods: int | None = None,
    first: str | None = None,
    last: str | None = None,
    horizon: str | None = None,
    as_of: str | None = None,
    now: datetime | None = None,
) -> Foretelling:
    """``inputs`` and ``models``: of A and of B; the rest as in ``backtest``. Three passes over the log.
    Raises InputError, UsageError.
    """
    a, b = models
    of_a = backtest(
        inputs[0],
        a,
        outcome,
        every=every,
        periods=periods,
        first=first,
        last=last,
        horizon=horizon,
        as_of=as_of,
        now=now,
    )
    times = of_a.pairs["as_of"].unique().sort().to_list()
    by_b = _scores(inputs[1], b, times, of_a, now)
    known = of_a.pairs.select(
        "customer", "as_of", pl.col("score").alias("score_a"), "outcome", "outcome_at"
    )
    joined = known.join(by_b, on=["customer", "as_of"], how="left", maintain_order="left")
    there = joined.filter(pl.col("score_b").is_not_null())
    pairs = there.select("customer", "as_of", "score_a", "score_b", "outcome", "outcome_at")
    return Foretelling(
        of_a=of_a,
        pairs=pairs,
        measures=measured(
            pairs,
            [("A", "score", "score_a"), ("B", "model", "score_b")],
            good=of_a.outcome.good,
        ),
        notes=(
            *of_a.said,
            *truncated(of_a),
            *_notes(a, b, joined.height - there.height, joined.height),
        ),
    )


def _scores(
    inputs: Inputs, model: Model, times: Sequence[datetime], of_a: Backtest, now: datetime | None
) -> pl.DataFrame:
    """One row per customer and T: customer, as_of, score_b. All customers of the log, as in a backtest."""
    if not times:
        return of_a.pairs.select("customer", "as_of", pl.col("score").alias("score_b"))
    if model.customers is not None and model.customers.only:
        model = replace(model, customers=replace(model.customers, only=False))
    apart = () if of_a.outcome.file is None else (of_a.outcome.file,)
    log = open_log(inputs, model, as_of=times[-1].isoformat(), now=now, exclude=apart)
    _, found = score_times(log, lambda _: times, attributes_then=False)
    return scores_at(found, "score_b")


def _notes(a: Model, b: Model, lost: int, whole: int) -> list[str]:
    notes = []
    only = [m.customers is not None and m.customers.only for m in (a, b)]
    if only[1] and not only[0]:  # of A it is told by its backtest
        notes.append(SURVIVORS)
    if a.risk.activity != b.risk.activity:
        notes.append("who is at stake goes by the risk.activity of A, for both models")
    if lost:
        notes.append(
            f"{lost:,} of the {whole:,} times at which a customer was at stake are left out: B does not "
            "score it then"
        )
    return notes


def which_is_better(made: Foretelling) -> str:
    """A sentence that claims no more than the numbers do."""
    having = made.with_outcome
    without = made.pairs.filter(~pl.col("outcome"))["customer"].n_unique()
    if min(having, without) < FEWEST:
        who = "with" if having < FEWEST else "without"
        return (
            f"Nothing can be said of which foretells better: those {who} the outcome are too few "
            f"({min(having, without):,}); at least {FEWEST} are needed, and a hundred to say much."
        )
    a, b = made.measures.to_dicts()
    if a["auc"] is None:
        return "Nothing can be said of which foretells better: at each time all had the outcome, or nobody."
    told = any(row["direction"] == "right" for row in (a, b))
    chance = "" if told else " Neither is shown to foretell the outcome at all."
    return _beside(a, b) + chance


def _beside(a: dict[str, Any], b: dict[str, Any]) -> str:
    low, high = b["difference_low"], b["difference_high"]
    one, other = (fixed(row["auc"], 3) for row in (a, b))
    if low is None and a["auc"] != b["auc"]:
        return f"One of the models tells all customers apart: AUC {one} of A, {other} of B."
    if low is None or low == high == 0.0:
        return f"Both foretell alike: AUC {one}."
    if b["than_score"] == "worse":
        more = _interval(-b["difference"], -high, -low)
        return f"A foretells better: AUC {one} against {other}, more by {more}."
    more = _interval(b["difference"], low, high)
    if b["than_score"] == "better":
        return f"B foretells better: AUC {other} against {one}, more by {more}."
    return (
        f"Nothing can be said of which foretells better: AUC {one} of A, {other} of B, a difference of "
        f"{more}, which may be chance."
    )


def _interval(value: float, low: float, high: float) -> str:
    """Three decimals, or as many as show that an end is not 0."""
    ends = [abs(end) for end in (low, high) if end]
    places = next((n for n in range(3, 6) if all(end >= 10.0**-n for end in ends)), 6)
    return f"{fixed(value, places)} ({fixed(low, places)} to {fixed(high, places)})"
