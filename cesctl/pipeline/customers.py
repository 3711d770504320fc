"""From what customers did to their scores at one T, with what was scored before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain

import polars as pl

from cesctl.engines.measures import epoch_us
from cesctl.errors import ModelError, Problem
from cesctl.model.columns import VARIANT
from cesctl.model.measured import Share, measured
from cesctl.model.most_points import most_points
from cesctl.model.scored_by import all_signals, decimals, scored_by
from cesctl.model.types import Model
from cesctl.pipeline.band import add_band, add_rank, add_reasons
from cesctl.pipeline.numbers import round_half_away
from cesctl.pipeline.points import add_points
from cesctl.pipeline.roll_up import (
    attributes_of_accounts,
    of_accounts,
    roll_up,
    silent_accounts,
)
from cesctl.pipeline.roster import join_roster, read_roster
from cesctl.pipeline.scale import add_score
from cesctl.pipeline.variants import (
    by_variant,
    check_attributes,
    of_variant,
    own_measures,
    with_variant,
)
from cesctl.result import Scored

_COMPARED = ("customer", "score")
LARGEST = 8e307  # a difference of two such is still a number
ZERO_WHEN_SILENT = frozenset(
    {"count", "sum", "distinct", "days", "weeks", "once", "sessions", "session_minutes", "bounces"}
)


@dataclass(frozen=True)
class At:
    """The customers at one T, and what the user should know of them.

    ``frame``: one row per customer in any order: the steps up to ``score`` (see Scored), ``attr:`` columns,
    ``band``, ``at_risk``, ``activity_us`` (since the last event that counts as activity, null without any).
    ``left_out`` (of the model's own T): variant, signal, and how many events have a value that is no number.
    """

    model: Model
    as_of: datetime
    attributes: tuple[str, ...]
    frame: pl.DataFrame
    users: pl.DataFrame | None = None
    identities: pl.DataFrame | None = None
    left_out: tuple[tuple[str | None, str, int], ...] = ()

    @cached_property
    def scored(self) -> Scored:
        """The same in order, with ranks, reasons and the columns of the scores."""
        order = ["score", "given_raw", "customer"]
        frame = self.frame.with_columns(round_half_away(pl.col("raw"), 6).alias("given_raw"))
        told = [add_reasons(part, model) for model, part in by_variant(frame, self.model)]
        detail = add_rank(pl.concat(told)).sort(order, descending=[True, True, False])
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
class _Part:
    """The customers of one variant up to ``score``, and where they are accounts, their users; ``model``
    scores them. ``left_out``: by signal, events whose property is there but no number.
    """

    model: Model
    frame: pl.DataFrame
    left_out: dict[str, int]
    users: pl.DataFrame | None = None


@dataclass(frozen=True)
class Customers:
    """Who is scored, and how; ``identities``: one row per id to replace (old, new)."""

    model: Model
    identities: pl.DataFrame | None

    def check(self) -> None:
        """Raises InputError for a roster that cannot be read, ModelError for a variant that asks for an
        attribute that nobody can have: before the log is counted.
        """
        check_attributes(self.model, [] if self._roster is None else self._roster.columns[1:])

    def count(self, activity: pl.DataFrame) -> int:
        """How many are scored, from an engine's frame of the latest T: with the roster's who did nothing;
        where they are accounts, their users too.
        """
        if self._roster is None:
            return activity.height
        ids = self._roster["customer"]
        if self.model.roll_up is not None:
            return activity.height + len(ids)
        if self.model.customers is not None and self.model.customers.only:
            return len(ids)
        return activity.height + int((~ids.is_in(activity["customer"].implode())).sum())

    def scored(self, activity: Mapping[datetime, pl.DataFrame]) -> dict[datetime, At]:
        """The customers at each T that is reported, from an engine's frames of all T (see Aggregate)."""
        parts = {}
        for at, frame in activity.items():
            made = self._up_to_score(frame)
            if (
                "events" not in frame.columns
            ):  # it is only compared with: a score is all that is asked of it
                made = [replace(p, frame=p.frame.select(_COMPARED), users=None) for p in made]
            parts[at] = made
        return {
            at: self._judged(at, parts)
            for at, frame in activity.items()
            if "events" in frame.columns
        }

    def _up_to_score(self, activity: pl.DataFrame) -> list[_Part]:
        """The customers of each variant up to ``score``."""
        if self.model.roll_up is None:
            activity = self._with_roster(activity, self._roster)
            if self.model.variants:
                activity = with_variant(activity, self.model)
            return [
                self._part(name, one, of_variant(activity, self.model, name))
                for name, one in self._models.items()
            ]
        if not self.model.variants:
            return [self._part_of_accounts(None, self.model, activity, self._roster)]
        accounts = attributes_of_accounts(activity)
        if self._roster is not None:  # all accounts, also those that ``only`` leaves out
            accounts = join_roster(accounts, self._roster, only=False)
        accounts = with_variant(accounts, self.model)
        made = []
        for name, one in self._models.items():
            own = of_variant(accounts, self.model, name)["customer"].implode()
            users = activity.filter(pl.col("account").is_in(own))
            roster = None
            if self._roster is not None:
                roster = self._roster.filter(pl.col("customer").is_in(own))
            part = self._part_of_accounts(name, one, users, roster)
            variant = pl.lit(name, dtype=pl.String).alias(f"attr:{VARIANT}")
            made.append(replace(part, frame=part.frame.with_columns(variant)))
        return made

    def _part(self, variant: str | None, model: Model, activity: pl.DataFrame) -> _Part:
        measures, left_out = self._measures(variant, model, activity)
        points = add_points(_silence_is_zero(measures, model), model)
        return _Part(model, self._with_score(points, variant, model), left_out)

    def _measures(
        self, variant: str | None, model: Model, activity: pl.DataFrame
    ) -> tuple[pl.DataFrame, dict[str, int]]:
        measures = own_measures(activity, model, self._shares[variant])
        odd = [c for c in measures.columns if c.startswith("x:")]
        return measures.drop(odd), {c[2:]: int(measures[c].sum()) for c in odd}

    def _with_score(self, frame: pl.DataFrame, variant: str | None, model: Model) -> pl.DataFrame:
        made = add_score(frame, model, most_possible(model))
        if not (_bounded(made["score"]) and _bounded(made["raw"])):
            raise _overflow(made, model, self._place(variant, model))
        return made

    def _place(self, variant: str | None, model: Model) -> dict[str, str]:
        """Where in the model file stands by what those of a variant are scored: before the key."""
        names = [v.name for v in self.model.variants]
        if variant is None:
            return {}
        keys = {"events": "signals", "groups": "groups", "scale": "scale"}
        return {
            key: f"variants.{names.index(variant) + 1}."
            for key, field in keys.items()
            if getattr(model, field) != getattr(self.model, field)
        }

    def _part_of_accounts(
        self,
        variant: str | None,
        model: Model,
        activity: pl.DataFrame,
        roster: pl.DataFrame | None,
    ) -> _Part:
        measures, left_out = self._measures(variant, model, activity)
        users = add_points(measures, model)
        accounts = self._with_roster(_accounts(users, roster, model), roster)
        return _Part(model, self._with_score(accounts, variant, model), left_out, users)

    def _judged(self, at: datetime, parts: Mapping[datetime, list[_Part]]) -> At:
        """With change, band and risk."""
        model = self.model
        frames = [part.frame for part in parts[at]]
        if model.compare_us is not None:
            score = (_COMPARED[0], pl.col(_COMPARED[1]).alias("previous_score"))
            before = pl.concat(p.frame.select(score) for p in parts[compared_with(model, at)])
            frames = [frame.join(before, on="customer", how="left") for frame in frames]
        banded = []
        for part, frame in zip(parts[at], frames, strict=True):
            activity_at = "last_at" if part.model.risk.activity is None else "activity_at"
            since = frame.with_columns(
                (pl.lit(epoch_us(at)) - pl.col("last_at").to_physical()).alias("last_us"),
                (pl.lit(epoch_us(at)) - pl.col(activity_at).to_physical()).alias("activity_us"),
            )
            banded.append(add_band(since, part.model, decimals(model)))
        users = [part.users for part in parts[at] if part.users is not None]
        return At(
            model=model,
            as_of=at,
            attributes=tuple(a for a in self._attributes() if f"attr:{a}" in banded[0].columns),
            frame=pl.concat(banded, how="diagonal"),
            users=pl.concat(users, how="diagonal") if users else None,
            identities=self.identities,
            left_out=tuple(
                (variant, signal, n)
                for variant, part in zip(self._models, parts[at], strict=True)
                for signal, n in part.left_out.items()
                if n
            ),
        )

    @cached_property
    def _models(self) -> dict[str | None, Model]:
        return scored_by(self.model)

    @cached_property
    def _shares(self) -> dict[str | None, Share]:
        return measured(self.model).shares

    @cached_property
    def _roster(self) -> pl.DataFrame | None:
        model = self.model
        if model.customers is None:
            return None
        accounts = model.roll_up is not None
        return read_roster(
            model.customers,
            [s.name for s in all_signals(model)],
            accounts=accounts,
            variants=bool(model.variants),
            identities=None if accounts else self.identities,
        )

    def _with_roster(self, frame: pl.DataFrame, roster: pl.DataFrame | None) -> pl.DataFrame:
        if roster is None or self.model.customers is None:
            return frame
        return join_roster(frame, roster, only=self.model.customers.only)

    def _attributes(self) -> tuple[str, ...]:
        names = [] if self._roster is None else self._roster.columns[1:]
        names += [name for name, _ in self.model.attributes]
        names += [VARIANT] if self.model.variants else []
        return tuple(dict.fromkeys(names))


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


def _overflow(frame: pl.DataFrame, model: Model, place: Mapping[str, str]) -> ModelError:
    """Weights are any finite numbers; what they are multiplied to may be none."""
    odd = (s.name for s in model.signals if not _bounded(frame[f"p:{s.name}"]))
    odd_groups = (g.name for g in model.groups if not _bounded(frame[f"g:{g.name}"]))
    last = "scale" if _bounded(frame["raw"]) else "events"
    path = next(chain((f"events.{n}" for n in odd), (f"groups.{n}" for n in odd_groups)), last)
    message = f"gives a customer more than scores can hold ({LARGEST:g})"
    path = place.get(path.partition(".")[0], "") + path
    return ModelError([Problem(message, path, model.path, hint="use smaller numbers")])


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
    for s in all_signals(model):
        columns.append(round_half_away(pl.col(f"m:{s.name}"), 6).alias(f"{s.name}.measure"))
        columns.append(round_half_away(pl.col(f"p:{s.name}"), 6).alias(f"{s.name}.points"))
    return columns
