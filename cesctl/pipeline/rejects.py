"""The rejected rows, each with its file, line and reason: a second look at the log, taken when needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from cesctl import sources
from cesctl.pipeline.normalise import MALFORMED, REJECTED, ROW
from cesctl.result import REJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cesctl.model.types import Source
    from cesctl.pipeline.log import Log
    from cesctl.sources import Raw

_TOLD = 3  # malformed lines that are told one by one


def rejected_rows(log: Log) -> pl.DataFrame:
    """One row per rejected row, in the order of the files: file, line (null where the file has no lines),
    reason, customer, event and timestamp as exported.
    """
    return sources.carefully(log.raw, lambda raw: _rejected(replace(log, raw=raw)))[1]


def _rejected(log: Log) -> pl.DataFrame:
    frames = []
    for part in log.raw.per_file():
        rows = part.rows.with_row_index(ROW)
        events = log.normalised(part, rows).select(ROW, "reason")
        texts = rows.select(ROW, *_texts(part.source))
        bad = (
            pl.concat([events, texts.drop(ROW)], how="horizontal")
            .filter(pl.col("reason").is_in(list(REJECTED)))
            .collect()
        )
        file = part.files[0]
        lines = sources.locate(file, bad[ROW].to_list())
        frames.append(
            bad.select(
                pl.lit(file.name).alias("file"),
                pl.Series("line", lines, dtype=pl.Int64),
                pl.col("reason").replace_strict(REJECTED, return_dtype=pl.String),
                "customer",
                "event",
                "timestamp",
            )
        )
    return pl.concat([pl.DataFrame(schema=REJECTS), *frames])


def broken_lines(raw: Raw, reasons: Mapping[int, int]) -> list[str]:
    """The first lines that are no records, for people, and how many more there are.

    ``reasons``: rows that are no events, by the code of the reason.
    """
    count = reasons.get(MALFORMED, 0)
    if not count:
        return []
    found = sources.broken(raw.files, _TOLD)
    told = [f"{p}; the line was left out" for p in found]
    if count > len(found):
        told.append(f"and {count - len(found):,} more malformed lines")
    if any("not UTF-8" in p.message for p in found):
        told.append("lines that are not UTF-8: export the file as UTF-8, or convert it")
    return told


def _texts(source: Source) -> list[pl.Expr]:
    def first(paths: tuple[str, ...]) -> pl.Expr:
        return pl.coalesce([pl.col(p).cast(pl.String) for p in paths])

    event = pl.lit(source.event_value) if source.event_value else first(source.event)
    return [
        first(source.customer).alias("customer"),
        event.cast(pl.String).alias("event"),
        first(source.timestamp).alias("timestamp"),
    ]
