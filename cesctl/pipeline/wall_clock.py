"""Wall-clock times of a zone to instants."""

from __future__ import annotations

import polars as pl


def localise(local: pl.Series, timezone: str) -> pl.Series:
    """Wall-clock times (no zone) to instants: of two possible ones the earlier; one that a clock change
    skips is moved forward by as much as the clock was.
    """
    if timezone == "UTC":
        return local.dt.replace_time_zone("UTC")
    here = local.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    read = here.dt.convert_time_zone("UTC")
    skipped = read.is_null() & local.is_not_null()
    if skipped.any():
        # 25 hours earlier the old offset held; no zone changes twice within a day
        day = pl.duration(hours=25)
        moved = (
            local.alias("t")
            .to_frame()
            .select(
                (pl.col("t") - day)
                .dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
                .dt.convert_time_zone("UTC")
                + day
            )
            .to_series()
        )
        read = moved.zip_with(skipped, read)
    return read
