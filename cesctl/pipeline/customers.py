"""From what customers did to their scores at one T, with what was scored before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.measures import epoch_us
from cesctl.errors import ModelError, Problem
from cesctl.model.most_points import most_points
from cesctl.model.types import Model
from cesctl.pipeline.band import add_band, add_reasons
from cesctl.pipeline.numbers import round_half_away
from cesctl.pipeline.points import add_points
from cesctl.pipeline.roll_up import of_accounts, roll_up, silent_accounts
from cesctl.pipeline.roster import join_roster, read_roster
from cesctl.pipeline.scale import add_score
from cesctl.result import Scored

if TYPE_CHECKING:
    from cesctl.model.types import RollUp

LARGEST = 8e307  # a difference of two such is still a number
ZERO_WHEN_SILENT = frozenset(
    {"count", "sum", "distinct", "days", "weeks", "once", "sessions", "session_minutes", "bounces"}
)


@dataclass(frozen=True)
class At:
    """The customers at one T, and what the user should know of them.

    ``frame``: one row per customer in any order: the steps up to ``score`` (see Scored), ``attr:`` columns,
    ``band``, ``at_risk``, ``activity_us`` (since the last event that counts as activity, null without any).
    """

    model: Model
    as_of: datetime
    attributes: tuple[str, ...]
    frame: pl.DataFrame
    users: pl.DataFrame | None = None
    identities: pl.DataFrame | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def scored(self) -> Scored:
        """The same in order, with ranks, reasons and the columns of the scores."""
        order = ["score", "given_raw", "customer"]
        frame = self.frame.with_columns(round_half_away(pl.col("raw"), 6).alias("given_raw"))
        detail = add_reasons(frame, self.model).sort(order, descending=[True, True, False])
        columns = _score_columns(self.model, self.attributes)
        return Scored(
            model=self.model,
            as_of=self.as_of,
            attributes=self.attributes,
            scores=detail.lazy().select(columns).collect(engine="in-memory"),
            detail=detail,
            users=None if self.users is None else of_accounts(self.users),
            identities=self.identities,
        )

    def of(self, customers: pl.Series) -> At:
        """Only these customers."""
        return replace(self, frame=self.frame.filter(pl.col("customer").is_in(customers.implode())))


@dataclass(frozen=True)
class Customers:
    """Who is scored, and how; ``identities``: one row per id to replace (old, new)."""

    model: Model
    identities: pl.DataFrame | None

    def scored(self, activity: Mapping[datetime, pl.DataFrame]) -> dict[datetime, At]:
        """The customers at each T that is reported, from an engine's frames of all T (see Aggregate)."""
        frames = {at: self._up_to_score(frame) for at, frame in activity.items()}
        return {
            at: self._judged(at, frame, users, frames)
            for at, (frame, users) in frames.items()
            if "events" in activity[at].columns
        }

    def _up_to_score(self, activity: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """One row per customer up to ``score``; and, where they are accounts, one per user."""
        model, users = self.model, None
        if model.roll_up is None:
            frame = add_points(_silence_is_zero(self._with_roster(activity), model), model)
        else:
            users = add_points(activity, model)
            frame = self._with_roster(_accounts(users, self._roster, model))
        frame = add_score(frame, model, most_possible(model))
        _refuse_overflow(frame, model)
        return frame, users

    def _judged(
        self,
        at: datetime,
        frame: pl.DataFrame,
        users: pl.DataFrame | None,
        frames: Mapping[datetime, tuple[pl.DataFrame, pl.DataFrame | None]],
    ) -> At:
        """With change, band and risk."""
        model = self.model
        if model.compare_us is not None:
            before, _ = frames[compared_with(model, at)]
            previous = before.select("customer", pl.col("score").alias("previous_score"))
            frame = frame.join(previous, on="customer", how="left")
        activity_at = "last_at" if model.risk.activity is None else "activity_at"
        frame = frame.with_columns(
            (pl.lit(epoch_us(at)) - pl.col("last_at").to_physical()).alias("last_us"),
            (pl.lit(epoch_us(at)) - pl.col(activity_at).to_physical()).alias("activity_us"),
        )
        told = () if users is None or model.roll_up is None else _told(users, model.roll_up)
        return At(
            model=model,
            as_of=at,
            attributes=self._attributes(),
            frame=add_band(frame, model),
            users=users,
            identities=self.identities,
            notes=told,
        )

    @cached_property
    def _roster(self) -> pl.DataFrame | None:
        model = self.model
        if model.customers is None:
            return None
        accounts = model.roll_up is not None
        return read_roster(
            model.customers,
            [s.name for s in model.signals],
            accounts=accounts,
            identities=None if accounts else self.identities,
        )

    def _with_roster(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self._roster is None or self.model.customers is None:
            return frame
        return join_roster(frame, self._roster, only=self.model.customers.only)

    def _attributes(self) -> tuple[str, ...]:
        names = [] if self._roster is None else self._roster.columns[1:]
        return tuple(dict.fromkeys([*names, *(name for name, _ in self.model.attributes)]))


def compared_with(model: Model, at: datetime) -> datetime:
    """The T before, where the model compares."""
    assert model.compare_us is not None
    return at - timedelta(microseconds=model.compare_us)


def times(model: Model, reported: Sequence[datetime]) -> list[datetime]:
    """Every T that must be measured to report those, the latest first."""
    before = [] if model.compare_us is None else [compared_with(model, at) for at in reported]
    return sorted({*reported, *before}, reverse=True)


def _accounts(users: pl.DataFrame, roster: pl.DataFrame | None, model: Model) -> pl.DataFrame:
    """The accounts with their points; one of the roster that has no user counts as a silent customer."""
    assert model.roll_up is not None
    accounts = roll_up(users, model.roll_up.by)
    if roster is None:
        return accounts
    silent = silent_accounts(accounts, roster["customer"].to_list())
    nothing = (
        pl.lit(None, dtype=users.schema[c]).alias(c) for c in users.columns if c != "customer"
    )
    silent = add_points(_silence_is_zero(silent.with_columns(nothing), model), model)
    return pl.concat([accounts, silent.select(accounts.columns)])


def _refuse_overflow(frame: pl.DataFrame, model: Model) -> None:
    """Weights are any finite numbers; what they are multiplied to may be none."""
    if _bounded(frame["score"]) and _bounded(frame["raw"]):
        return
    odd = (s.name for s in model.signals if not _bounded(frame[f"p:{s.name}"]))
    odd_groups = (g.name for g in model.groups if not _bounded(frame[f"g:{g.name}"]))
    last = "scale" if _bounded(frame["raw"]) else "events"
    path = next(chain((f"events.{n}" for n in odd), (f"groups.{n}" for n in odd_groups)), last)
    message = f"gives a customer more than scores can hold ({LARGEST:g})"
    raise ModelError([Problem(message, path, model.path, hint="use smaller numbers")])


def _bounded(values: pl.Series) -> bool:
    return bool((values.abs() <= LARGEST).all())  # null, which is nothing, is passed over


def most_possible(model: Model) -> float | None:
    """The most raw, where the scale asks for it; loading has refused a model that has none."""
    if model.scale.method != "possible":
        return None
    most = most_points(model.signals, model.groups)
    assert isinstance(most, float)
    return most


def _silence_is_zero(frame: pl.DataFrame, model: Model) -> pl.DataFrame:
    """A roster's customer without an event: counts are 0, what can be nothing is nothing."""
    columns = [pl.col(f"m:{s.name}") for s in model.signals if s.measure in ZERO_WHEN_SILENT]
    counts = [c for c in frame.columns if c == "events" or c.startswith("n:")]
    return frame.with_columns(*(c.fill_null(0.0) for c in columns), pl.col(counts).fill_null(0))


def _told(users: pl.DataFrame, rolled: RollUp) -> tuple[str, ...]:
    n = users["account"].null_count()
    what = "customer has" if n == 1 else "customers have"
    left = "is" if n == 1 else "are"
    return (f'{n:,} {what} no account ("{rolled.to}") and {left} left out',) if n else ()


def _score_columns(model: Model, attributes: tuple[str, ...]) -> list[pl.Expr | str]:
    """The columns of the scores, in their order (docs/cli.md)."""
    compared = ["previous_score", "change"] if model.compare_us is not None else []
    columns: list[pl.Expr | str] = [
        "customer",
        *(pl.col(f"attr:{a}").alias(a) for a in attributes),
        *(["users", "active_users"] if model.roll_up is not None else []),
        "score",
        "band",
        "at_risk",
        "risk_reasons",
        "rank",
        *compared,
        pl.col("given_raw").alias("raw"),
        "events",
        pl.col("last_at").alias("last_event_at"),
        "days_silent",
    ]
    for s in model.signals:
        columns.append(round_half_away(pl.col(f"m:{s.name}"), 6).alias(f"{s.name}.measure"))
        columns.append(round_half_away(pl.col(f"p:{s.name}"), 6).alias(f"{s.name}.points"))
    return columns
