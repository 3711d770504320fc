"""Records that a store has already, told by their ids: which of the new copies stay away, which take the
place of the one that is there.

The rule is that of a single log (of rows with one id the least by instant, then customer, event and property
text stays), but that copies are looked for within a horizon only: in the days around those of the new ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from cesctl.pipeline.normalise import ROW
from cesctl.sources.parts import FILE
from cesctl.store import names
from cesctl.store.exports import key_columns_of
from cesctl.store.stage import REASON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cesctl.model.types import Source
    from cesctl.store.rows import StoredRows
    from cesctl.store.stage import Staged

_AT_ONCE = 1_000_000  # new rows that are compared at a time
_THERE = "there:"  # marks columns of the copy in the store
_ORDER = (names.AT, names.CUSTOMER, names.EVENT)


@dataclass
class Copies:
    """``drop``: numbers of staged rows of which the store has a copy that goes before them.

    ``gone``: rows of the store whose place a staged row takes: ``path`` of the file, ``row`` in it.
    """

    drop: list[pl.Series] = field(default_factory=list)
    gone: list[pl.DataFrame] = field(default_factory=list)

    @property
    def dropped(self) -> pl.Series:
        return pl.concat([pl.Series(ROW, dtype=pl.UInt32), *self.drop])


def copies(staged: Staged, stored: StoredRows, horizon_days: int) -> Copies:
    """Compares by ids the new records and those of the store within ``horizon_days`` of their days."""
    found = Copies()
    by_scope: dict[str, tuple[Source, list[int]]] = {}
    for number in staged.numbers():
        one = staged.coming[number]
        if one.source.deduplicate == "id":
            by_scope.setdefault(one.scope, (one.source, []))[1].append(number)
    for scope, (source, numbers) in by_scope.items():
        key = key_columns_of(source)
        new = staged.scan().filter(
            pl.col(REASON).is_null(),
            pl.col(FILE).is_in(numbers),
            pl.col(key[0]).is_not_null(),
        )
        for days in _some_days(new):
            around = _around(days, horizon_days)
            there = stored.of_days(around).filter(
                pl.col(names.SOURCE) == scope, pl.col(key[0]).is_not_null()
            )
            of_days = new.filter(pl.col(names.AT).dt.date().is_in(days))
            _compare(of_days, there, key, found)
    return found


def _some_days(new: pl.LazyFrame) -> Iterator[list[date]]:
    """The days of the rows, in lots of not too many rows."""
    counted = new.group_by(pl.col(names.AT).dt.date().alias(names.DAY)).len()
    lot: list[date] = []
    rows = 0
    for day, number in counted.sort(names.DAY).collect(engine="streaming").rows():
        if lot and rows + number > _AT_ONCE:
            yield lot
            lot, rows = [], 0
        lot.append(day)
        rows += number
    if lot:
        yield lot


def _around(days: Sequence[date], horizon_days: int) -> list[date]:
    found = set()
    for day in days:
        for n in range(-horizon_days, horizon_days + 1):
            try:
                found.add(day + timedelta(days=n))
            except OverflowError:  # the first days of the year 1 and the last of 9999
                continue
    return sorted(found)


def _compare(new: pl.LazyFrame, there: pl.LazyFrame, key: list[str], found: Copies) -> None:
    own = list(dict.fromkeys([*key, *_ORDER]))
    place = ["path", "row"]
    ours = new.select(ROW, *own).collect(engine="streaming")
    theirs = there.select(*place, *own).join(
        ours.lazy().select(key), on=key, how="semi", nulls_equal=True
    )
    old = theirs.collect(engine="streaming")
    if not old.height:
        return
    others = [c for c in _ORDER if c not in key]
    pairs = ours.join(
        old.rename({c: _THERE + c for c in others}), on=key, how="inner", nulls_equal=True
    )
    before = pl.lit(value=None, dtype=pl.Boolean)  # whether ours goes before; null: they are alike
    for column in reversed(others):
        a, b = pl.col(column), pl.col(_THERE + column)
        before = (
            pl.when(a < b)
            .then(pl.lit(value=True))
            .when(a > b)
            .then(pl.lit(value=False))
            .otherwise(before)
        )
    pairs = pairs.with_columns(before.alias("before"))
    alike = pairs.filter(pl.col("before").is_null())
    pairs = pairs.filter(pl.col("before").is_not_null()).select(ROW, *place, "before")
    if alike.height:
        pairs = pl.concat([pairs, _by_properties(new, there, alike.select(ROW, *place), place)])
    _note(pairs, found)


def _by_properties(
    new: pl.LazyFrame, there: pl.LazyFrame, alike: pl.DataFrame, place: list[str]
) -> pl.DataFrame:
    """The same of pairs that only their properties can tell apart: row:, path, row, before."""
    schemas = (new.collect_schema().names(), there.collect_schema().names())
    every = sorted({c for s in schemas for c in s if names.property_of(c) is not None})
    ours, theirs = ([_column(c, s) for c in every] for s in schemas)
    full = (
        alike.lazy()
        .join(new.select(ROW, *ours), on=ROW)
        .join(there.select(*place, *(c.name.prefix(_THERE) for c in theirs)), on=place)
        .collect(engine="streaming")
    )
    differs = [pl.col(c).ne_missing(pl.col(_THERE + c)) for c in every]
    odd = full.filter(pl.any_horizontal(differs)) if differs else full.clear()
    told = pl.Series(
        "before",
        [_texts(row, every, "") < _texts(row, every, _THERE) for row in odd.iter_rows(named=True)],
        dtype=pl.Boolean,
    )
    # those that are the same in all stay as they are
    same = alike.join(odd, on=[ROW, *place], how="anti")
    return pl.concat(
        [
            same.with_columns(pl.lit(value=False).alias("before")),
            odd.select(ROW, *place).with_columns(told),
        ]
    )


def _column(name: str, there: Sequence[str]) -> pl.Expr:
    return pl.col(name) if name in there else pl.lit(None, dtype=pl.String).alias(name)


def _texts(row: dict[str, str | None], properties: list[str], mark: str) -> list[tuple[bool, str]]:
    """What sorts as the properties' texts do: nothing before any text."""
    return [(row[mark + p] is not None, row[mark + p] or "") for p in properties]


def _note(pairs: pl.DataFrame, found: Copies) -> None:
    """Of several copies in the store a new row must go before all to take their place."""
    judged = pairs.group_by(ROW).agg(pl.col("before").all())
    found.drop.append(judged.filter(~pl.col("before"))[ROW].cast(pl.UInt32))
    winners = judged.filter("before").select(ROW)
    if winners.height:
        found.gone.append(pairs.join(winners, on=ROW, how="semi").select("path", "row"))
