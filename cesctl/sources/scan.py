"""From a part to a lazy frame, by its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from cesctl.sources.parts import Part


def scan(part: Part) -> pl.LazyFrame:
    """A fresh scan of the part."""
    if part.format == "csv":
        from cesctl.sources import delimited

        return delimited.scan(part)
    if part.format == "parquet":
        from cesctl.sources import columnar

        return columnar.scan(part)
    if part.format == "frame":
        from cesctl.sources import frame

        return frame.scan(part)
    from cesctl.sources import documents

    return documents.scan(part)
