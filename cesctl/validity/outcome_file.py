"""A file of outcomes: who, when, and maybe what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cesctl.cloud import urls
from cesctl.errors import InputError, InputProblem
from cesctl.pipeline.conditions import trimmed
from cesctl.pipeline.timestamps import to_instants
from cesctl.sources import names
from cesctl.sources.table import read_table
from cesctl.validity.outcome import HINT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.pipeline.log import Log
    from cesctl.validity.outcome import Outcome

# In order of preference, before the names that logs have.
DATE = (
    "outcome_at", "outcome_date", "date", "churned_at", "churn_date", "cancelled_at", "canceled_at",
    "cancellation_date", "cancelled_on", "canceled_on", "ended_at", "end_date", "closed_at",
    "upgraded_at", "upgrade_date", "renewed_at", "renewal_date", "converted_at",
)  # fmt: skip
LABEL = ("label", "outcome")
ACCOUNT = "account"
_SHOWN = 8


def read_outcomes(outcome: Outcome, log: Log) -> pl.DataFrame:
    """One row per outcome: customer (its id replaced as in the log, where it is no account), at (UTC).

    A row without a customer or a time is none. Raises InputError for a file that cannot be read or lacks a
    column, a time that is none, several labels of which none is chosen, and a label that no row has.
    """
    assert outcome.file is not None
    here = outcome.file == "-" or urls.is_url(outcome.file) or Path(outcome.file).exists()
    if not here:
        raise InputError(InputProblem("there is no such file", outcome.file, hint=HINT))
    table = read_table(outcome.file, rows_needed=False)
    roll_up = log.model.roll_up
    whose = [c for s in log.model.sources for c in s.customer]
    if roll_up is not None:  # then it is accounts that have outcomes
        whose = [roll_up.to, ACCOUNT, *whose]
    customer = _column(table, outcome.file, "customer", [*whose, *names.CUSTOMER, "id"])
    date = _column(table, outcome.file, "date", [*DATE, *names.TIMESTAMP])
    rows = table.select(
        trimmed(pl.col(customer)).alias("customer"),
        trimmed(pl.col(date)).alias("at"),
        _label(table, outcome).alias("label"),
    ).with_row_index("row", 1)
    rows = rows.filter(pl.col("customer").is_not_null(), pl.col("at").is_not_null())
    rows = rows.with_columns(
        to_instants(rows["at"], form="auto", timezone=log.model.timezone).alias("instant")
    )
    unreadable = rows.filter(pl.col("instant").is_null())
    if unreadable.height:
        row, text = unreadable.select("row", "at").row(0)
        more = f", and {unreadable.height - 1:,} more" if unreadable.height > 1 else ""
        message = f'{date} "{text}" of its row {row} is no time{more}'
        raise InputError(InputProblem(message, outcome.file, hint="write dates as 2026-11-01"))
    if outcome.label is not None:
        rows = rows.filter(pl.col("label") == outcome.label)
    if log.identities is not None and roll_up is None:
        rows = rows.join(log.identities, left_on="customer", right_on="old", how="left")
        rows = rows.with_columns(pl.coalesce("new", "customer").alias("customer"))
    return rows.select("customer", pl.col("instant").alias("at"))


def _column(table: pl.DataFrame, file: str, role: str, wanted: Sequence[str]) -> str:
    found = names.matches(table.columns, wanted)
    if not found:
        there = ", ".join(f'"{c}"' for c in table.columns[:30])
        problem = InputProblem(
            f"no {role} column is found by its name; its columns are {there}",
            file,
            hint=f'call one of them "{role}"',
        )
        raise InputError(problem)
    return found[0]


def _label(table: pl.DataFrame, outcome: Outcome) -> pl.Expr:
    """What kind of outcome each row is; nothing where the file does not say it and nobody asks."""
    found = names.matches(table.columns, LABEL)
    if not found and outcome.label is None:
        return pl.lit(None, dtype=pl.String)
    column = _column(table, str(outcome.file), "label", LABEL)
    texts = trimmed(pl.col(column))
    there = table.select(texts).to_series().drop_nulls().unique().sort().to_list()
    listed = ", ".join(f'"{t}"' for t in there[:_SHOWN]) + (" …" if len(there) > _SHOWN else "")
    if outcome.label is None and len(there) > 1:
        message = f"has several kinds of outcomes: {listed}"
        problem = InputProblem(message, str(outcome.file), hint="choose one by --label")
        raise InputError(problem)
    if outcome.label is not None and outcome.label not in there:
        message = f'no row has the label "{outcome.label}"; there are: {listed or "none"}'
        raise InputError(InputProblem(message, str(outcome.file)))
    return texts
