"""Customers known under several ids: which id stands for which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import InputError, InputProblem
from cesctl.pipeline.conditions import trimmed
from cesctl.sources.table import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cesctl.model.types import Identities


def read_identities(identities: Identities) -> pl.DataFrame:
    """One row per id to replace: ``old``, ``new`` (both trimmed text), chains followed to their end.

    Rows of which one side is empty, or both are the same, say nothing. Raises InputError for a file that
    cannot be read, an id with two followers, and ids that follow each other in a circle.
    """
    table = read_table(identities.file, rows_needed=False)  # nobody has a second id yet
    if not table.columns:
        return pl.DataFrame(schema={"old": pl.String, "new": pl.String})
    for column in (identities.from_, identities.to):
        if column not in table.columns:
            there = ", ".join(f'"{c}"' for c in table.columns)
            raise InputError(
                InputProblem(
                    f'no column "{column}"; its columns are {there}',
                    identities.file,
                    hint="name its columns in the model: identities: {file, from, to}",
                )
            )
    pairs = table.select(
        trimmed(pl.col(identities.from_)).alias("old"), trimmed(pl.col(identities.to)).alias("new")
    )
    pairs = pairs.filter(pl.col("old") != pl.col("new")).unique(maintain_order=True)
    twice = pairs.filter(pl.col("old").is_duplicated())
    if twice.height:
        old = twice["old"][0]
        both = ", ".join(f'"{n}"' for n in twice.filter(pl.col("old") == old)["new"])
        raise InputError(
            InputProblem(f'"{old}" becomes several ids: {both}', identities.file, hint="keep one")
        )
    follower = dict(pairs.iter_rows())
    ends = _ends(follower, identities.file)
    return pl.DataFrame(
        {"old": list(follower), "new": [ends[old] for old in follower]},
        schema={"old": pl.String, "new": pl.String},
    )


def _ends(follower: Mapping[str, str], file: str) -> dict[str, str]:
    """Where each chain ends. Every link is followed once."""
    ends: dict[str, str] = {}
    for first in follower:
        chain: dict[str, None] = {}
        at = first
        while at in follower and at not in ends:
            if at in chain:
                circle = list(chain)[list(chain).index(at) :]
                shown = " → ".join(
                    f'"{i}"' for i in [*circle[:5], *(["…"] if circle[5:] else []), at]
                )
                raise InputError(
                    InputProblem(f"ids that follow each other in a circle: {shown}", file)
                )
            chain[at] = None
            at = follower[at]
        end = ends.get(at, at)
        ends |= dict.fromkeys(chain, end)
    return ends


def replace_ids(frame: pl.LazyFrame, column: str, identities: pl.LazyFrame) -> pl.LazyFrame:
    """The frame with the ids of a column replaced; its rows in any order."""
    joined = frame.join(identities, left_on=column, right_on="old", how="left")
    return joined.with_columns(pl.coalesce("new", column).alias(column)).drop("new")
