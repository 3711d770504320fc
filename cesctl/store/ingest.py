"""Takes exports into a store, each exactly once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import OutputError
from cesctl.pipeline.normalise import DUPLICATE, ROW
from cesctl.pipeline.row_counts import row_counts
from cesctl.sources.parts import FILE
from cesctl.store import exports, names
from cesctl.store.exports import Export
from cesctl.store.failures import reading, writing
from cesctl.store.known_records import Copies, copies
from cesctl.store.rows import StoredRows
from cesctl.store.stage import REASON, Passed, Staged, stage
from cesctl.store.table import EXACT_THERE, JSON_THERE, EventTable
from cesctl.store.write import Written, without_rows, write_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.types import Model
    from cesctl.result import RowCounts
    from cesctl.store.place import Place
    from cesctl.store.stage import Coming

HORIZON_DAYS = 7
_TRIES = 50  # how often a commit is prepared anew where other runs come before it


@dataclass(frozen=True)
class Ingested:
    """What a run took in. ``taken``: the exports; ``passed``: files that were not, and why.

    ``rows``: of the exports taken in; records that the store had count as duplicates. ``replaced``: events of
    the store whose place a copy took that goes before them.
    """

    taken: list[Export] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    rows: RowCounts = field(default_factory=lambda: row_counts(0, {}))
    replaced: int = 0
    notes: list[str] = field(default_factory=list)


def prepare(
    inputs: Sequence[str], model: Model, place: Place, *, now: datetime | None = None
) -> tuple[EventTable, Staged]:
    """Opens the store, making it where there is none, and reads what it has not yet; changes nothing of its
    events. Raises InputError, OutputError.
    """
    table = EventTable.made(place)
    clock = (now or datetime.now(UTC)).astimezone(UTC)
    return table, stage(inputs, model, table, now=clock)


def take_in(staged: Staged, table: EventTable, *, horizon_days: int = HORIZON_DAYS) -> Ingested:
    """Writes what was read into the store, in one commit: all of it or nothing. Raises OutputError."""
    for _ in range(_TRIES):
        # first, as it looks at the table anew: what is known must be asked of the state that is committed to
        table.with_properties(staged.properties)
        _pass_known(staged, table)
        if not staged.numbers():
            staged.done.keep()
            return Ingested(passed=staged.passed, notes=staged.all_notes)
        done = _attempt(staged, table, horizon_days)
        if done is not None:
            staged.done.keep(e.transaction for e in done.taken)
            return done
        table.refresh()
    raise OutputError(
        f'cannot write to the event store "{table.place.name}": other runs write to it all the time\n'
        "  nothing was changed; run the same command again once they are done"
    )


def _pass_known(staged: Staged, table: EventTable) -> None:
    """Leaves out what another run took in meanwhile."""
    for number in staged.numbers():
        one = staged.coming[number]
        if table.is_done(exports.transaction_of(one.tag)):
            staged.passed.append(Passed(one.file.name, "taken in by another run meanwhile"))
            staged.changed.add(number)
        elif one.older is not None and table.times(one.older.continued) != one.continued:
            why = "another run took in more of it meanwhile; left for the next run"
            staged.passed.append(Passed(one.file.name, why))
            staged.changed.add(number)


def _attempt(staged: Staged, table: EventTable, horizon_days: int) -> Ingested | None:
    """One commit; None where the store changed before it."""
    old = {c.replaces.tag for c in _coming(staged) if c.replaces is not None}
    written = Written(table.place)
    with written.prepared():
        with reading(table.place):
            found = copies(staged, StoredRows(table, frozenset(old)), horizon_days)
            gone = _gone(found, table, [c.replaces for c in _coming(staged) if c.replaces])
        fresh = _fresh(staged, found.dropped)
        with writing(table.place):
            write_days(fresh, table, staged.properties, written)
            if gone.height:
                without_rows(gone, table, written)
        taken = _exports(staged, found)
        with writing(table.place):
            for export in taken:
                export.write(table.place)
        transactions = [e.transaction for e in taken]
        transactions += [c.older.continued for c in _coming(staged) if c.older is not None]
        if any(c.source.deduplicate == "exact" for c in _coming(staged)):
            transactions.append(EXACT_THERE)
        if any(c.file.is_json for c in _coming(staged)):
            transactions.append(JSON_THERE)
    if not written.commit(table, transactions):
        return None
    reasons = dict(staged.reasons)
    reasons[DUPLICATE] = reasons.get(DUPLICATE, 0) + len(found.dropped)
    return Ingested(
        taken,
        staged.passed,
        row_counts(staged.rows.read, {r: n for r, n in reasons.items() if n}),
        replaced=sum(g.height for g in found.gone),
        notes=staged.all_notes,
    )


def _coming(staged: Staged) -> list[Coming]:
    return [staged.coming[n] for n in staged.numbers()]


def _kept(staged: Staged, dropped: pl.Series) -> pl.LazyFrame:
    """The staged events that the store has not."""
    rows = staged.scan().filter(pl.col(REASON).is_null())
    return rows.join(dropped.to_frame().lazy(), on=ROW, how="anti") if len(dropped) else rows


def _fresh(staged: Staged, dropped: pl.Series) -> pl.LazyFrame:
    """The events that the store has not, as the columns of a data file."""
    numbers = range(len(staged.coming))
    marks = pl.DataFrame(
        {
            FILE: list(numbers),
            names.SOURCE: [c.scope for c in staged.coming],
            names.EXPORT: [c.tag for c in staged.coming],
        },
        schema_overrides={FILE: pl.UInt32},
    )
    rows = _kept(staged, dropped)
    if len(marks) == 1:
        return rows.with_columns(pl.lit(marks[c].item()).alias(c) for c in marks.columns[1:])
    return rows.join(marks.lazy(), on=FILE, how="left")


def _gone(found: Copies, table: EventTable, replaced: Sequence[Export]) -> pl.DataFrame:
    """Rows of the store that go: path, row."""
    none = pl.DataFrame(schema={"path": pl.String, "row": pl.UInt32})
    return pl.concat([none, *found.gone, *(rows_of_export(table, e) for e in replaced)]).unique()


def rows_of_export(table: EventTable, export: Export) -> pl.DataFrame:
    """Where the events of an export are: path, row."""
    files = table.files
    if not export.first:
        return pl.DataFrame(schema={"path": pl.String, "row": pl.UInt32})
    days = pl.col("day").cast(pl.String).is_between(pl.lit(export.first), pl.lit(export.last))
    rows = StoredRows(table).placed(files.filter(days)["path"].to_list())
    return rows.filter(pl.col(names.EXPORT) == export.tag).select("path", "row").collect()


def _exports(staged: Staged, found: Copies) -> list[Export]:
    """What the store will say of each file."""
    at = pl.col(names.AT)
    days = (
        _kept(staged, found.dropped)
        .group_by(FILE)
        .agg(pl.len(), at.min().dt.date().alias("first"), at.max().dt.date().alias("last"))
    )
    told = {
        file: (n, first, last) for file, n, first, last in days.collect(engine="streaming").rows()
    }
    made = []
    for number in staged.numbers():
        one = staged.coming[number]
        rows = staged.file_rows[number]
        n, first, last = told.get(number, (0, None, None))
        counts = {"read": rows.read, "taken in": n, "duplicate": rows.duplicate + rows.accepted - n}
        counts |= {"filtered": rows.filtered, **rows.rejected}
        # a quote that is open at the end goes on in what is written next; of NDJSON each line is by itself
        torn = one.file.format == "csv" and rows.rejected.get("malformed line")
        whole = one.content.ended and not torn
        made.append(
            Export(
                name=one.file.name,
                source=one.source.name,
                size=one.content.size,
                sha256=one.content.sha256,
                ended=whole or one.file.format not in {"csv", "ndjson"},
                rows={k: v for k, v in counts.items() if v},
                first="" if first is None else first.isoformat(),
                last="" if last is None else last.isoformat(),
                taken_in=staged.clock.isoformat(timespec="seconds"),
                goes_on_from="" if one.goes_on_from is None else one.goes_on_from.sha256,
                replaces="" if one.replaces is None else one.replaces.sha256,
                begun="" if one.replaces is None else one.replaces.begun or one.replaces.taken_in,
                reading=one.reading,
                timezone=one.timezone,
                stat=one.stat,
            )
        )
    return made
