"""What is in an export: its files, columns, events, dates, and what could be made of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from cesctl import sources as reading
from cesctl.insight.columns import Column, column_table
from cesctl.insight.event_table import EventTable, carefully, event_table
from cesctl.insight.source_text import sources_block
from cesctl.model.types import Model, Source
from cesctl.pipeline.log import Log
from cesctl.pipeline.rejects import broken_lines
from cesctl.pipeline.row_counts import file_counts, row_counts
from cesctl.result import RowCounts
from cesctl.sources.survey import survey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from cesctl.errors import InputProblem


@dataclass(frozen=True)
class Profile:
    """An export, looked at.

    ``files``: their names and formats. ``sources``: how they are read, as far as that is known.
    ``columns``: all, in order. ``events``: one row per event name: event, count, customers, first, last; most
    rows first. ``rows``: where the rows went; ``file_rows``: those of each file, of several.
    ``problems`` say why it is not known which columns make an event; then there are no events, and of the
    rows it is known only how many were read.
    """

    files: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    sources: tuple[Source, ...]
    columns: tuple[Column, ...]
    events: pl.DataFrame
    rows: RowCounts
    customers: int
    first: datetime | None
    last: datetime | None
    problems: tuple[InputProblem, ...] = ()
    file_rows: dict[str, RowCounts] = field(default_factory=dict)

    @property
    def attributes(self) -> list[Column]:
        """Columns that would do as attributes of customers, and to filter by."""
        return [
            c
            for c in self.columns
            if c.few_values
            and c.name not in keys(self.sources)
            and not (c.sample or "").startswith(("[", "{"))  # JSON is no value to compare by
        ]

    @property
    def numbers(self) -> list[Column]:
        """Columns to sum or to average."""
        return [c for c in self.columns if c.numeric and c.name not in keys(self.sources)]

    @property
    def block(self) -> str:
        """The ``source:`` of a model for this export; empty where it is not known."""
        return "" if self.problems else "\n".join(sources_block(self.sources)) + "\n"


def profile(
    inputs: Sequence[str | PathLike[str]],
    sources: Sequence[Source],
    *,
    timezone: str = "UTC",
    now: datetime | None = None,
    exclude: Sequence[str | PathLike[str]] = (),
) -> Profile:
    """Looks at an export; ``sources`` say what is known of it already, ``timezone`` is that of
    times without one, ``exclude`` names files that are no events. Raises InputError.

    Reads it twice, and once more the columns that have few values.
    """
    found = survey(inputs, sources, exclude)
    raw = found.everything
    raw, (read, columns) = reading.carefully(
        raw, lambda raw: column_table([p.frame for p in raw.parts], skip=keys(raw.sources))
    )
    table, counts = _nothing(), RowCounts(read=read)
    file_rows: dict[str, RowCounts] = {}
    if found.events is not None:
        clock = now or datetime.now(UTC)
        model = Model(signals=(), timezone=timezone)
        log = Log(found.events, model, clock, as_of="latest")
        table, by_file = carefully(log, lambda log: log.count(event_table))
        counts = row_counts(read, table.reasons)
        counted = log.numbered_files
        if len(counted) > 1:
            file_rows = file_counts(counted, by_file, table.aside)
    return Profile(
        files=tuple((f.name, f.format) for f in raw.files),
        notes=(*raw.notes, *broken_lines(raw, table.reasons)),
        sources=tuple(raw.sources),
        columns=tuple(_with_distinct(c, raw.sources, table) for c in columns),
        events=table.events,
        rows=counts,
        customers=table.customers,
        first=table.first,
        last=table.last,
        problems=found.problems,
        file_rows=file_rows,
    )


def keys(sources: Sequence[Source]) -> tuple[str, ...]:
    """The columns that make a row an event."""
    return tuple(c for s in sources for c in (*s.customer, *s.event, *s.timestamp))


def _with_distinct(column: Column, sources: Sequence[Source], table: EventTable) -> Column:
    """The number of customers and events is known from the events."""
    if len(sources) > 1:
        return column
    source = sources[0]
    if source.customer == (column.name,):
        return replace(column, distinct=table.customers, exact=True)
    if source.event == (column.name,):
        return replace(column, distinct=table.events.height, exact=True)
    return column


def _nothing() -> EventTable:
    at = pl.Datetime("us", "UTC")
    columns: list[tuple[str, pl.DataType]] = [
        ("event", pl.String()),
        ("count", pl.UInt32()),
        ("customers", pl.UInt32()),
        ("first", at),
        ("last", at),
    ]
    return EventTable(pl.DataFrame(schema=columns), 0, 0, None, None, {})
