"""The line from export to result."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import polars as pl

from cesctl import sources
from cesctl.engines import polars as polars_engine
from cesctl.engines.measures import epoch_us
from cesctl.errors import InputError, InputProblem, ModelError, Problem
from cesctl.model.most_points import most_points
from cesctl.model.types import Model
from cesctl.pipeline.band import add_band
from cesctl.pipeline.log import Inputs, Log, fixed_as_of, open_log, times
from cesctl.pipeline.numbers import round_half_away
from cesctl.pipeline.points import add_points
from cesctl.pipeline.rejects import broken_lines, rejected_rows
from cesctl.pipeline.roll_up import of_accounts, roll_up, silent_accounts
from cesctl.pipeline.roster import join_roster, read_roster
from cesctl.pipeline.row_counts import file_counts, row_counts
from cesctl.pipeline.scale import add_score
from cesctl.result import Result

if TYPE_CHECKING:
    from cesctl.engines.base import Aggregate
    from cesctl.model.types import RollUp
    from cesctl.result import RowCounts

LARGEST = 8e307  # a difference of two such is still a number
ZERO_WHEN_SILENT = frozenset(
    {"count", "sum", "distinct", "days", "weeks", "once", "sessions", "session_minutes", "bounces"}
)


def score(
    inputs: Inputs,
    model: Model,
    *,
    as_of: str | None = None,
    now: datetime | None = None,
    occurrences: bool = False,
) -> Result:
    """Scores every customer of an export.

    ``inputs``: paths (files, folders, globs), or a polars DataFrame or LazyFrame. ``as_of`` as in the
    model, over which it wins. ``now``: the clock. ``occurrences``: also count each signal's events
    (``n:<signal>`` in ``detail``). Raises InputError.
    """
    log = open_log(inputs, model, as_of=as_of, now=now)
    return score_log(log, occurrences=occurrences)


def score_log(log: Log, *, occurrences: bool = False) -> Result:
    """Scores an opened log."""
    raw, (counted, at, read) = sources.carefully(
        log.raw, lambda raw: _aggregate(replace(log, raw=raw), occurrences=occurrences)
    )
    return _result(replace(log, raw=raw), counted, at, read)


def _aggregate(log: Log, *, occurrences: bool) -> tuple[Aggregate, datetime, dict[int, int]]:
    """One pass where T is known or can be guessed from the files' ends, two where the guess is wrong. Gives T
    and the rows read by file, too.
    """
    at = fixed_as_of(log)
    latest = at is None
    if at is None:
        at = log.newest_guess()
    if at is None:
        at = log.count(newest)[0] or log.clock
    while True:
        counted, read = log.count(
            partial(
                polars_engine.aggregate,
                model=log.model,
                times=times(log.model, at),
                occurrences=occurrences,
            )
        )
        found = counted.newest or log.clock  # without an accepted event T is the clock
        if not latest or found == at:
            return counted, at, read
        at = found


def newest(events: pl.LazyFrame) -> datetime | None:
    """The newest accepted event; None where there is none."""
    at = events.filter(pl.col("reason").is_null()).select(pl.col("at").max()).collect().item()
    assert at is None or isinstance(at, datetime)
    return at


def _result(log: Log, counted: Aggregate, at: datetime, read: dict[int, int]) -> Result:
    model = log.model
    rows = row_counts(counted.read, counted.reasons)
    if rows.read == 0:
        names = ", ".join(f.name for f in log.raw.files) or "the frame"
        raise InputError(InputProblem(f"no rows in {names}"))
    roster = (
        None
        if model.customers is None
        else read_roster(
            model.customers,
            [s.name for s in model.signals],
            accounts=model.roll_up is not None,
            identities=None if model.roll_up is not None else log.identities,
        )
    )
    most = most_possible(model)
    frames = []
    users: list[pl.DataFrame] = []
    for activity in counted.activity:
        if model.roll_up is None:
            frame = add_points(
                _silence_is_zero(_with_roster(activity, roster, model), model), model
            )
        else:
            users.append(add_points(activity, model))
            frame = _with_roster(_accounts(users[-1], roster, model), roster, model)
        frame = add_score(frame, model, most)
        _refuse_overflow(frame, model)
        frames.append(frame)
    detail = frames[0]
    if len(frames) > 1:
        before = frames[1].select("customer", pl.col("score").alias("previous_score"))
        detail = detail.join(before, on="customer", how="left")
    activity_at = "last_at" if model.risk.activity is None else "activity_at"
    detail = detail.with_columns(
        (pl.lit(epoch_us(at)) - pl.col("last_at").to_physical()).alias("last_us"),
        (pl.lit(epoch_us(at)) - pl.col(activity_at).to_physical()).alias("activity_us"),
        round_half_away(pl.col("raw"), 6).alias("given_raw"),
    )
    detail = add_band(detail, model).sort(
        ["score", "given_raw", "customer"], descending=[True, True, False]
    )
    attributes = _attributes(roster, model)
    notes = [*log.notes, *broken_lines(log.raw, counted.reasons), *_told(counted)]
    if model.roll_up is not None:
        notes += _without_account(users[0], model.roll_up)
    return Result(
        model=model,
        as_of=at,
        rows=rows,
        attributes=attributes,
        scores=detail.lazy().select(_score_columns(model, attributes)).collect(engine="in-memory"),
        detail=detail,
        users=of_accounts(users[0]) if users else None,
        identities=log.identities,
        notes=tuple(notes),
        files=tuple(f.name for f in log.raw.files),
        file_rows=_file_rows(log, counted, read, rows),
        rejected_rows=partial(rejected_rows, log),
    )


def _with_roster(frame: pl.DataFrame, roster: pl.DataFrame | None, model: Model) -> pl.DataFrame:
    if roster is None or model.customers is None:
        return frame
    return join_roster(frame, roster, only=model.customers.only)


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


def _file_rows(
    log: Log, counted: Aggregate, read: dict[int, int], rows: RowCounts
) -> dict[str, RowCounts]:
    files = log.numbered_files
    return file_counts(files, read, counted.aside) if len(files) > 1 else {files[0].name: rows}


def _told(counted: Aggregate) -> list[str]:
    return [
        f'signal "{name}": {n:,} events have a value that is no number; they were left out'
        for name, n in counted.left_out.items()
        if n
    ]


def _without_account(users: pl.DataFrame, rolled: RollUp) -> list[str]:
    n = users["account"].null_count()
    what = "customer has" if n == 1 else "customers have"
    left = "is" if n == 1 else "are"
    return [f'{n:,} {what} no account ("{rolled.to}") and {left} left out'] if n else []


def _attributes(roster: pl.DataFrame | None, model: Model) -> tuple[str, ...]:
    names = [] if roster is None else roster.columns[1:]
    return tuple(dict.fromkeys([*names, *(name for name, _ in model.attributes)]))


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
