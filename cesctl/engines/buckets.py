"""Rows on their way between stages: packed, and told apart by where they go."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from cesctl.pipeline.duplicates import HASH

BUCKET = "bucket:"  # no export has such a column
_SEED = 41  # not one of those that tell copies apart


def by_customer(buckets: int, again: int = 0) -> pl.Expr:
    """Where a customer's events go; ``again``: for those that a sharing out before has put together."""
    return pl.col("customer").hash(seed=_SEED + again) % buckets


def by_record(buckets: int, again: int = 0) -> pl.Expr:
    """Where copies of a record go; one that has none may go anywhere."""
    told = pl.col(HASH)
    if again:  # what it leaves is alike in all that came to one place
        told = pl.when(told.is_not_null()).then(told.hash(seed=_SEED + again))
    alone = pl.col("customer").hash(seed=_SEED + again) ^ pl.col("at").hash(seed=_SEED + again)
    return pl.coalesce(told, alone) % buckets


def parted(frame: pl.DataFrame, bucket: pl.Expr, buckets: int) -> dict[int, pl.DataFrame]:
    """The rows by their bucket, of those that some go to."""
    if buckets == 1:
        return {0: frame} if frame.height else {}
    parts = frame.with_columns(bucket.cast(pl.UInt32).alias(BUCKET)).partition_by(
        BUCKET, as_dict=True, include_key=False
    )
    return {int(str(number)): part for (number,), part in parts.items()}


def sent(frame: pl.DataFrame, bucket: pl.Expr, buckets: int) -> Iterator[tuple[int, bytes]]:
    """The rows as (bucket, packed rows), a pair for each bucket that some go to."""
    for number, part in parted(frame, bucket, buckets).items():
        yield number, packed(part)


def packed(frame: pl.DataFrame) -> bytes:
    """The frame as bytes."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def unpacked(data: bytes) -> pl.DataFrame:
    """The frame that was packed."""
    return pl.read_ipc(io.BytesIO(data))


def joined(parts: Iterable[bytes], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """All rows of packed frames of that schema; there may be none."""
    return pl.concat([pl.DataFrame(schema=schema), *map(unpacked, parts)])
