"""What ``cesctl drivers`` shows: where points come from, what the engaged do, what no signal counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cesctl.present.answer import Answer
from cesctl.present.json_text import instant, provenance
from cesctl.present.numbers import fixed, percent
from cesctl.present.run_facts import run_facts, who
from cesctl.present.safe import safe
from cesctl.present.score_view import title
from cesctl.present.view import Cell, Column, Page, Remark, Row, Table, Words, cell, filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from cesctl.insight.drivers import Drivers

SHOWN = 20
REMARKS = (
    Remark("Reach: the share that did it at least once.", "Reach"),
    Remark("Lift: reach in the top ÷ reach in the bottom.", "Lift"),
    Remark("All intervals of the table hold together with 95% confidence.", "Interval"),
)
CANDIDATES = (
    "No signal takes these, and yet they separate the top from the bottom: worth a weight, if they show "
    "what you want from a customer."
)


def drivers_answer(
    drivers: Drivers, *, top: int = SHOWN, where: Mapping[str, str | None] | None = None
) -> Answer:
    return Answer(
        page=drivers_page(drivers, top=top, where=where),
        table=drivers.events,
        name="drivers",
        head={
            **provenance(drivers.result),
            "since": None if drivers.since is None else instant(drivers.since),
            "top": {"is": drivers.groups[0], "customers": drivers.sizes[0]},
            "bottom": {"is": drivers.groups[1], "customers": drivers.sizes[1]},
        },
        tables={"signals": drivers.signals, "events": drivers.events},
    )


def drivers_page(
    drivers: Drivers, *, top: int = SHOWN, where: Mapping[str, str | None] | None = None
) -> Page:
    result = drivers.result
    groups = [
        f"{safe(name)} ({size:,})" for name, size in zip(drivers.groups, drivers.sizes, strict=True)
    ]
    facts = (*run_facts(result, where, drivers.everyone), ("Top", groups[0]), ("Bottom", groups[1]))
    parts: list[Table | Words] = [_signals(drivers), _events(drivers, top)]
    candidates = drivers.candidates
    if not min(drivers.sizes):
        parts.append(
            Words("Too few customers, or too many with one score, to compare.", "Candidates")
        )
    elif candidates.height:
        parts.append(_table(candidates.head(top), "Candidates", CANDIDATES, counted=False))
    else:
        parts.append(
            Words("Every event that separates top and bottom is in a signal.", "Candidates")
        )
    return Page(f"{title(result.model)} · drivers", facts, tuple(parts))


def _signals(drivers: Drivers) -> Table:
    rows = tuple(
        Row(
            (
                cell(row["signal"]),
                cell(f"{row['customers']:,}"),
                cell(fixed(row["points"], 1)),
                Cell(percent(row["share"]), bar=max(0.0, min(row["share"] or 0.0, 1.0))),
            )
        )
        for row in drivers.signals.iter_rows(named=True)
    )
    columns = (
        Column("Signal", least=8),
        Column(f"{who(drivers.result.model).capitalize()}s", "right"),
        Column("Points", "right"),
        Column("Share"),
    )
    return filled(Table("Where the points come from", columns, rows))


def _events(drivers: Drivers, top: int) -> Table:
    first = drivers.events.head(top)
    left = drivers.events.height - first.height
    sentences = [remark.text for remark in REMARKS]
    if left:
        sentences.append(f"{left:,} more events: --top N shows them.")
    note = " ".join(sentences)
    return _table(first, "What they do", note, counted=True)


def _table(events: pl.DataFrame, heading: str, note: str, *, counted: bool) -> Table:
    columns = (
        Column("Event", least=8),
        Column("Reach", "right"),
        Column("Top", "right"),
        Column("Bottom", "right"),
        Column("Lift", "right"),
        Column("Separates"),
        Column("Interval", optional=True),
        Column("Signals", least=8, optional=True),
        Column("Per top", "right", optional=True),
        Column("Per bottom", "right", optional=True),
    )
    rows = tuple(_row(row, counted=counted) for row in events.iter_rows(named=True))
    return filled(Table(heading, columns, rows, note, REMARKS))


def _row(row: dict[str, Any], *, counted: bool) -> Row:
    color = {"top": "green", "bottom": "red"}.get(row["separates"], "")
    interval = ""
    if row["low"] is not None:
        end = "more" if row["high"] is None else _times(row["high"])
        interval = f"{_times(row['low'])} to {end}"
    return Row(
        (
            cell(row["event"]),
            cell(percent(row["reach"])),
            cell(percent(row["top_reach"])),
            cell(percent(row["bottom_reach"])),
            cell("" if row["lift"] is None else _times(row["lift"]), color),
            cell(row["separates"], color),
            cell(interval),
            cell((row["signals"] or "none") if counted else ""),
            cell(fixed(row["top_occurrences"], 1)),
            cell(fixed(row["bottom_occurrences"], 1)),
        )
    )


def _times(value: float) -> str:
    return fixed(value, 2 if value < 10 else 1 if value < 100 else 0)
