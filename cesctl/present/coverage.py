"""What ``cesctl check`` shows of a model held against a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.model.columns import VARIANT
from cesctl.present.advice import advice_lines
from cesctl.present.numbers import percent
from cesctl.present.row_counts import counted
from cesctl.present.run_facts import at_local, shown_value
from cesctl.present.safe import safe
from cesctl.present.score_view import title
from cesctl.present.view import Cell, Column, Page, Row, Table, Words, cell

if TYPE_CHECKING:
    from cesctl.insight.coverage import Coverage

_UNUSED_SHOWN = 20


def coverage_page(found: Coverage) -> Page:
    rows = found.result.rows
    rejected = [f"{number:,} rejected: {why}" for why, number in rows.rejected.items()]
    facts = (
        ("As of", at_local(found.result)),
        ("Rows", " · ".join([*counted(rows), *rejected])),
        ("Customers", f"{found.result.scores.height:,}"),
    )
    parts: list[Table | Words] = [_signals(found), _bands(found), _unused(found)]
    if found.advice:
        parts.append(Words("\n".join(advice_lines(found.advice, found.result.model)), "Advice"))
    return Page(f"{title(found.result.model)}, and how it fits this log", facts, tuple(parts))


def _signals(found: Coverage) -> Table:
    columns = (
        Column("Signal", least=12),
        Column("In the log", "right"),
        Column("Taken", "right"),
        Column("Customers", "right"),
        Column("Share of points"),
    )
    rows = []
    for use in found.signals:
        signal = use.signal
        taken = Cell(f"{use.taken:,}", "" if use.taken else "yellow")
        ratio = signal.measure == "ratio"  # takes no events itself
        rows.append(
            Row(
                (
                    cell(use.name if use.variant is None else f"{use.variant}: {use.name}"),
                    Cell("" if ratio else f"{use.events:,}"),
                    Cell() if ratio else taken,
                    Cell(f"{use.customers:,}"),
                    Cell(percent(use.share), bar=use.share) if signal.weight else Cell(),
                )
            )
        )
    return Table(
        "Signals",
        columns,
        tuple(rows),
        "In the log: events of these names. Taken: those that window and where let through.",
    )


def _bands(found: Coverage) -> Table:
    columns = (Column("Band", least=8), Column("From", "point"), Column("Customers", "right"))
    rows = [
        Row(
            (
                cell(
                    f"{shown_value(band[VARIANT])}: {band['name']}"
                    if VARIANT in band
                    else band["name"]
                ),
                Cell(f"{band['from']:g}"),
                Cell(f"{band['customers']:,}", "" if band["customers"] else "yellow"),
            )
        )
        for band in found.result.bands.iter_rows(named=True)
    ]
    return Table("Bands", columns, tuple(rows))


def _unused(found: Coverage) -> Table | Words:
    beside = ""
    if found.catch_all:
        names = ", ".join(f'"{safe(name)}"' for name in found.catch_all)
        beside = f" by name ({names} take{'s' if len(found.catch_all) == 1 else ''} all)"
    if not found.unused:
        return Words(f"Each event of the log is used by a signal{beside}.")
    columns = (Column("Event", least=12), Column("Events", "right"), Column("Customers", "right"))
    rows = [
        Row((cell(e.name), Cell(f"{e.count:,}"), Cell(f"{e.customers:,}")))
        for e in found.unused[:_UNUSED_SHOWN]
    ]
    rest = found.unused[_UNUSED_SHOWN:]
    note = f"and {len(rest):,} more with {sum(e.count for e in rest):,} events" if rest else ""
    return Table(f"Events that no signal uses{beside}", columns, tuple(rows), note)
