"""From users to accounts: what the customers of an account make together.

One row per user in (``customer``, ``account``, ``m: v: p: g: n:`` columns, ``raw``, ``events``), one row per
account out, ``customer`` being the account. What an account has is the same whatever the order of its users:
sums are taken in nanos (see ``cesctl.pipeline.numbers``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.pipeline.numbers import (
    LARGEST_IN_NANOS,
    float_to_nanos,
    nanos_to_float,
    quotient,
    round_half_away,
    with_shared,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.types import Combine

_SUMMED = ("m:", "v:", "p:", "g:")
_LATEST = "attr:"
ATTRIBUTE_AT = "attr_at:"  # when the attribute was so


def roll_up(users: pl.DataFrame, by: Combine) -> pl.DataFrame:
    """One row per account: ``customer``, ``users``, ``active_users`` (with an event that a signal counts),
    the sums of measures, values, points and events over its users (null where all are), ``raw``, the newest
    of the instants and the latest of the attributes. Users without an account are in none.
    """
    there = users.filter(pl.col("account").is_not_null())
    sums = [c for c in users.columns if c.startswith(_SUMMED)]
    counts = [c for c in users.columns if c == "events" or c.startswith("n:")]
    instants = [c for c in ("last_at", "activity_at") if c in users.columns]
    attributes = [c for c in users.columns if c.startswith(_LATEST)]
    apart = [c for c in ("raw", *sums) if _large(there[c])]
    parts: list[pl.Expr] = [
        pl.len().alias("users"),
        *(pl.col(c).sum() for c in counts),
        *(pl.col(c).max() for c in instants),
        *(_latest(c) for c in attributes),
        *(_sum(c, apart=c in apart) for c in ("raw", *sums)),
        *(pl.col(c).count().alias(f"count|{c}") for c in sums),
        pl.col("raw").min().alias("least"),
        pl.col("raw").max().alias("most"),
        pl.col("raw").median().alias("middle"),
    ]
    if "events" in users.columns:
        parts.append((pl.col("events") > 0).sum().alias("active_users"))
    grouped = there.group_by(pl.col("account").alias("customer")).agg(parts)
    added = with_shared(
        grouped,
        *(
            pl.when(pl.col(f"count|{c}") > 0).then(_as_float(c, apart=c in apart)).alias(c)
            for c in sums
        ),
        _combined(by, apart="raw" in apart).alias("raw"),
    )
    helpers = [f"count|{c}" for c in sums]
    return with_shared(
        added.drop("least", "most", "middle", *helpers),
        round_half_away(pl.col("raw"), 9).alias("raw"),
    )


def attributes_of_accounts(users: pl.DataFrame) -> pl.DataFrame:
    """One row per account: ``customer`` and the latest of the attributes (``attr:``) of its users."""
    there = users.filter(pl.col("account").is_not_null())
    attributes = [c for c in users.columns if c.startswith(_LATEST)]
    return there.group_by(pl.col("account").alias("customer")).agg(_latest(c) for c in attributes)


def of_accounts(users: pl.DataFrame) -> pl.DataFrame:
    """One row per user of an account: customer, account, raw, events, last_at; by account, the greatest raw
    first.
    """
    named = users.filter(pl.col("account").is_not_null())
    return named.select("customer", "account", "raw", "events", "last_at").sort(
        ["account", "raw", "customer"], descending=[False, True, False]
    )


def _large(values: pl.Series) -> bool:
    return bool((values.abs() >= LARGEST_IN_NANOS).any())


def _sum(column: str, *, apart: bool) -> pl.Expr:
    """In nanos; of numbers too large for those, from the least on."""
    value = pl.col(column)
    return value.sort().sum() if apart else float_to_nanos(value).sum().alias(column)


def _as_float(column: str, *, apart: bool) -> pl.Expr:
    return pl.col(column) if apart else nanos_to_float(pl.col(column))


def _combined(by: Combine, *, apart: bool) -> pl.Expr:
    total = _as_float("raw", apart=apart)
    match by:
        case "mean":
            return quotient(total, pl.col("users").cast(pl.Float64))
        case "sum":
            return total
        case "min":
            return pl.col("least")
        case "max":
            return pl.col("most")
        case "median":
            return pl.col("middle")


def _latest(attribute: str) -> pl.Expr:
    """The value that was given last; of those given at once the greatest text."""
    at = pl.col(ATTRIBUTE_AT + attribute.removeprefix(_LATEST))
    value = pl.col(attribute)
    there = value.is_not_null()
    return (
        value.filter(there).sort_by(at.filter(there), value.filter(there)).last().alias(attribute)
    )


def silent_accounts(accounts: pl.DataFrame, ids: Sequence[str]) -> pl.DataFrame:
    """Those of the ids that have no user, as rows without anything: a silent customer's."""
    known = accounts["customer"]
    silent = pl.DataFrame({"customer": ids}, schema={"customer": pl.String})
    silent = silent.filter(~pl.col("customer").is_in(known.implode()))
    return silent.with_columns(
        pl.lit(0, dtype=pl.UInt32).alias(c) for c in ("users", "active_users")
    )
