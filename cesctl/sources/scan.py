"""From a part to a lazy frame, by its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from cesctl.sources.parts import Part, Wanted

_APOSTROPHE = r"^'([-+=@#0-9])"


def scan(part: Part) -> pl.LazyFrame:
    """A fresh scan of the part."""
    frame = _scan(part)
    cleaned = [_cleaned(w) for w in part.wanted if w.apostrophe or w.nothing is not None]
    return frame.with_columns(cleaned) if cleaned and part.format == "csv" else frame


def _cleaned(wanted: Wanted) -> pl.Expr:
    """Text without what a tool writes around it or for nothing."""
    text = pl.col(wanted.name)
    if wanted.apostrophe:
        text = text.str.replace(_APOSTROPHE, "$1")
    if wanted.nothing is not None:
        text = pl.when(text != wanted.nothing).then(text)
    return text.alias(wanted.name)


def _scan(part: Part) -> pl.LazyFrame:
    if part.format == "csv":
        from cesctl.sources import delimited

        return delimited.scan(part)
    if part.format == "parquet":
        from cesctl.sources import columnar

        return columnar.scan(part)
    if part.format in ("frame", "store"):
        from cesctl.sources import frame

        return frame.scan(part)
    from cesctl.sources import documents

    return documents.scan(part)
