"""A polars DataFrame or LazyFrame as input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import samples, typed
from cesctl.sources.parts import InputFile

if TYPE_CHECKING:
    from cesctl.sources.parts import Part


def as_input(
    frame: pl.DataFrame | pl.LazyFrame, number: int
) -> tuple[InputFile, pl.LazyFrame, samples.Sampled]:
    """The frame as if it were a file, by name, and what its first rows hold."""
    lazy = frame.lazy()
    name = f"{type(frame).__name__}" + (f" {number}" if number > 1 else "")
    columns = tuple(typed.paths(lazy.collect_schema()))
    sampled, layout = samples.typed_look(lazy, columns)
    return layout.of(InputFile(name, Path(), "frame")), lazy, sampled


def scan(part: Part) -> pl.LazyFrame:
    """The wanted columns of it."""
    assert part.given is not None
    schema = dict(part.given.collect_schema())
    return typed.select(part.given, schema, part.wanted)
