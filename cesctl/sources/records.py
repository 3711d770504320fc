"""Records made one by one in Python, as a lazy frame: the careful path's end."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import polars as pl
from polars.io.plugins import register_io_source

from cesctl.sources.parts import FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

# (columns needed or None for all, rows needed or None for all) -> those, or more of either
Batches: TypeAlias = "Callable[[list[str] | None, int | None], Iterator[pl.DataFrame]]"
_BATCH = 50_000  # records


def numbered(frames: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """The rows of a part's files one after another, and FILE.

    polars can name a row's file itself, but holds the names as text, which takes more memory than all else.
    """
    return pl.concat(
        f.with_columns(pl.lit(number, dtype=pl.UInt32).alias(FILE))
        for number, f in enumerate(frames)
    )


def lazy(
    names: Sequence[str], files: Sequence[Callable[[], Iterable[tuple[str | None, ...]]]]
) -> pl.LazyFrame:
    """The rows that the files' functions give, and FILE. They are called each time it is collected; only a
    batch is held at once.
    """
    schema: dict[str, pl.DataType] = {name: pl.String() for name in names}

    def batches() -> Iterator[pl.DataFrame]:
        for number, rows in enumerate(files):
            source = iter(rows())
            while batch := list(islice(source, _BATCH)):
                # by columns polars takes them much faster than by rows
                columns = zip(*batch, strict=True)
                frame = pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)
                yield frame.with_columns(pl.lit(number, dtype=pl.UInt32).alias(FILE))

    return from_batches(schema | {FILE: pl.UInt32()}, lambda _columns, _n_rows: batches())


def from_batches(schema: dict[str, pl.DataType], batches: Batches) -> pl.LazyFrame:
    """A frame over what ``batches`` gives, called anew for each collect with the columns needed."""

    def source(
        columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        left = n_rows
        for batch in batches(columns, n_rows):
            frame = batch.head(left) if left is not None else batch
            left = left - frame.height if left is not None else None
            if predicate is not None:
                frame = frame.filter(predicate)
            yield frame.select(columns) if columns is not None else frame
            if left == 0:
                return

    return register_io_source(source, schema=schema)
