"""The columns of an export: how filled each is, what stands in it, what it would be good for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from cesctl.pipeline.numbers import GRAMMAR

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

FEW_VALUES = 20  # a property with at most this many is worth grouping customers by
_MOSTLY = 0.95


@dataclass(frozen=True)
class Column:
    """One column, or one dotted path into nested JSON.

    ``filled`` rows hold something but blanks, ``numbers`` of them a number. ``distinct`` is the
    number of different values: ``exact`` where they are few, else an estimate; None where nobody
    counted. ``values``: the values with their rows, most first, where they are few; empty
    otherwise. ``sample``: the first value.
    """

    name: str
    filled: int
    numbers: int
    distinct: int | None
    sample: str | None
    exact: bool = False
    values: tuple[tuple[str, int], ...] = ()

    @property
    def few_values(self) -> bool:
        """Few enough values to compare customers by: an attribute."""
        return len(self.values) > 1

    @property
    def numeric(self) -> bool:
        """Numbers, to sum or to average."""
        return self.filled > 0 and self.numbers >= _MOSTLY * self.filled


def column_table(
    frames: Sequence[pl.LazyFrame], skip: Collection[str] = ()
) -> tuple[int, list[Column]]:
    """The number of rows, and a look at every column of the frames, in their order.

    ``frames``: one row per record, all text. ``skip`` names columns of which only how filled they are is
    looked at: the keys of an event. Two passes: one over all columns, one over those with few values.
    """
    texts = pl.concat([f.select(pl.all().cast(pl.String)) for f in frames], how="diagonal")
    names = texts.collect_schema().names()
    if not names:
        return 0, []
    looked = [e for i, name in enumerate(names) for e in _stats(i, name, name in skip)]
    stats = texts.select(pl.len().alias("rows"), *looked).collect()
    row = stats.row(0, named=True)
    # the estimate may be off by a little; the exact number is known after the second pass
    few = [n for i, n in enumerate(names) if 0 < row.get(f"{i}:distinct", 0) <= FEW_VALUES * 1.1]
    values = _values(texts, few)
    columns = [
        Column(
            name,
            filled=row[f"{i}:filled"],
            numbers=row.get(f"{i}:numbers", 0),
            distinct=len(values[name]) if name in values else row.get(f"{i}:distinct"),
            sample=row[f"{i}:sample"],
            exact=name in values or row.get(f"{i}:distinct") == 0,
            values=values.get(name, ()) if len(values.get(name, ())) <= FEW_VALUES else (),
        )
        for i, name in enumerate(names)
    ]
    return row["rows"], columns


def _text(name: str) -> pl.Expr:
    trimmed = pl.col(name).str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def _stats(i: int, name: str, only_filled: bool) -> list[pl.Expr]:
    text = _text(name)
    always = [
        text.count().alias(f"{i}:filled"),
        text.drop_nulls().first().alias(f"{i}:sample"),
    ]
    if only_filled:
        return always
    return [
        *always,
        text.str.contains(GRAMMAR).sum().alias(f"{i}:numbers"),
        text.drop_nulls().approx_n_unique().alias(f"{i}:distinct"),
    ]


def _values(texts: pl.LazyFrame, names: list[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    if not names:
        return {}
    counts = texts.select(
        _text(name).drop_nulls().value_counts(name="rows").implode().alias(str(i))
        for i, name in enumerate(names)
    ).collect()
    found = {}
    for i, name in enumerate(names):
        pairs = [(value[name], value["rows"]) for value in counts.item(0, str(i)).to_list()]
        found[name] = tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
    return found
