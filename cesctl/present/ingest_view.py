"""What ``cesctl ingest`` shows: which exports were taken in, and where their rows went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.present.answer import Answer
from cesctl.present.row_counts import counted
from cesctl.present.safe import safe
from cesctl.present.view import Cell, Column, Page, Row, Table, Words, cell, filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.store.exports import Export
    from cesctl.store.ingest import Ingested

_SHOWN = 40  # exports, those that were taken in last
_KNOWN = 5  # exports that are named though they are in the store already
TAKEN = "taken in"
_OTHERS = ("read", TAKEN, "duplicate", "filtered")
EXPORTS = {
    "name": pl.String,
    "source": pl.String,
    "taken_in": pl.String,
    "read": pl.Int64,
    "accepted": pl.Int64,
    "duplicate": pl.Int64,
    "filtered": pl.Int64,
    "rejected": pl.Int64,
    "first_day": pl.String,
    "last_day": pl.String,
    "bytes": pl.Int64,
    "sha256": pl.String,
}


def ingest_answer(done: Ingested, store: str) -> Answer:
    rows = done.rows
    rejected = [f"{n:,} {why}" for why, n in rows.rejected.items()]
    facts = [("Store", safe(store)), ("Rows", " · ".join([*counted(rows), *rejected]))]
    if done.replaced:
        facts.append(("Replaced", f"{done.replaced:,} by a copy that goes before them"))
    parts: list[Table | Words] = []
    if done.taken:
        parts.append(exports_table(done.taken, "Taken in"))
    else:
        parts.append(Words("Nothing new.", "Taken in"))
    known = sum(p.known for p in done.passed)
    few = known <= _KNOWN  # of a folder that stays full there are more each night
    if not few:
        facts.append(("Known", f"{known:,} exports, in the store already"))
    if passed := [p for p in done.passed if few or not p.known]:
        columns = (Column("Left out", least=12, ends=True), Column("Why", least=20))
        rows_of_passed = tuple(Row((cell(p.name), cell(p.why))) for p in passed)
        parts.append(Table(f"Left out: {len(passed):,}", columns, rows_of_passed))
    table = exports_frame(done.taken)
    return Answer(
        page=Page("Ingest", tuple(facts), tuple(parts)),
        table=table,
        name="exports",
        head={
            "store": store,
            "rows": {
                "read": rows.read,
                "accepted": rows.accepted,
                "duplicate": rows.duplicate,
                "filtered": rows.filtered,
                "rejected": rows.rejected,
            },
            "replaced": done.replaced,
            "left_out": [{"name": p.name, "why": p.why} for p in done.passed],
        },
        tables={"exports": table},
    )


def exports_table(exports: Sequence[Export], title: str) -> Table:
    """One row per export, the last ones."""
    columns = (
        Column("Export", least=12, ends=True),
        Column("Days", least=10),
        Column("Read", "right"),
        Column("Accepted", "right"),
        Column("Duplicate", "right"),
        Column("Filtered", "right"),
        Column("Rejected", "right"),
        Column("Why", least=10),
    )
    shown = exports[-_SHOWN:]
    more = len(exports) - len(shown)
    note = f"and {more:,} before these" if more else ""
    rows = tuple(map(_row, shown))
    return filled(Table(f"{title}: {len(exports):,}", columns, rows, note))


def exports_frame(exports: Sequence[Export]) -> pl.DataFrame:
    """One row per export, in the order they were taken in."""
    return pl.DataFrame(
        [
            (
                e.name,
                e.source,
                e.taken_in,
                *(e.rows.get(k, 0) for k in _OTHERS),
                sum(n for _, n in _rejected(e)),
                e.first or None,
                e.last or None,
                e.size,
                e.sha256,
            )
            for e in exports
        ],
        schema=EXPORTS,
        orient="row",
    )


def _row(export: Export) -> Row:
    days = export.first if export.first == export.last else f"{export.first} to {export.last}"
    rejected = _rejected(export)
    numbers = [export.rows.get(k, 0) for k in ("duplicate", "filtered")]
    numbers.append(sum(n for _, n in rejected))
    return Row(
        (
            cell(export.name),
            Cell(days),
            Cell(f"{export.rows.get('read', 0):,}"),
            Cell(f"{export.rows.get(TAKEN, 0):,}"),
            *(Cell(f"{n:,}" if n else "") for n in numbers),
            Cell(", ".join(f"{n:,} {why}" for why, n in rejected)),
        )
    )


def _rejected(export: Export) -> list[tuple[str, int]]:
    return [(why, n) for why, n in export.rows.items() if why not in _OTHERS]
