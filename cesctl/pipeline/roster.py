"""The roster: customers that are scored even when silent, and their attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import InputError, InputProblem
from cesctl.model.columns import is_pattern, reserved_columns
from cesctl.pipeline.conditions import trimmed
from cesctl.sources.table import read_table

if TYPE_CHECKING:
    from cesctl.model.types import Roster


def read_roster(
    roster: Roster,
    signals: Sequence[str],
    *,
    accounts: bool = False,
    variants: bool = False,
    identities: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """One row per customer: ``customer`` and one text column per attribute, in the file's order.

    Ids and values are trimmed; empty ones are null; rows without an id are left out. Raises InputError
    where the id column is missing, a column has the name of one of the score's own, or a customer stands
    there twice with different attributes. ``accounts``: its rows are those of a roll-up.
    ``variants``: customers have one.
    ``identities``: one row per id to replace (``old``, ``new``); a row under an old id counts where there is
    none under the new one.
    """
    table = read_table(roster.file)
    if roster.id not in table.columns:
        have = ", ".join(table.columns)
        raise InputError(
            InputProblem(
                f'no column "{roster.id}" in the customers file',
                roster.file,
                hint=f"columns: {have}; set customers.id",
            )
        )
    others = [c for c in table.columns if c != roster.id]
    reserved = reserved_columns(signals, accounts=accounts, variants=variants)
    for name in others:
        if name in reserved or is_pattern(name):
            raise InputError(
                InputProblem(
                    f'the column "{name}" '
                    + (
                        "has the name of a column of the scores"
                        if name in reserved
                        else "has a pattern for a name"
                    ),
                    roster.file,
                    hint="rename it in the customers file",
                )
            )
    table = table.select(
        trimmed(pl.col(roster.id)).alias("customer"), *(trimmed(pl.col(c)) for c in others)
    )
    table = table.filter(pl.col("customer").is_not_null())
    if identities is not None:
        table = _under_new_ids(table, identities)
    table = table.unique(maintain_order=True)
    twice = table.filter(pl.col("customer").is_duplicated())["customer"]
    if len(twice):
        raise InputError(
            InputProblem(
                f'customer "{twice[0]}" stands there more than once, with different attributes',
                roster.file,
                hint="keep one row per customer",
            )
        )
    return table


def _under_new_ids(table: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    joined = table.join(
        identities, left_on="customer", right_on="old", how="left", maintain_order="left"
    )
    own = table["customer"].implode()
    needed = pl.col("new").is_null() | ~pl.col("new").is_in(own)
    return joined.filter(needed).with_columns(customer=pl.coalesce("new", "customer")).drop("new")


def join_roster(activity: pl.DataFrame, roster: pl.DataFrame, *, only: bool) -> pl.DataFrame:
    """Adds the roster's customers that did nothing, and ``attr:<name>`` from the roster, which win over
    those of the events. ``only`` leaves out everybody else.
    """
    renamed = roster.rename({c: f"roster:{c}" for c in roster.columns[1:]})
    joined = activity.join(renamed, on="customer", how="right" if only else "full", coalesce=True)
    names = roster.columns[1:]
    return joined.with_columns(
        pl.coalesce(
            [f"roster:{n}", f"attr:{n}"] if f"attr:{n}" in joined.columns else [f"roster:{n}"]
        ).alias(f"attr:{n}")
        for n in names
    ).drop(f"roster:{n}" for n in names)
