"""What ``cesctl store`` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.present.answer import Answer
from cesctl.present.ingest_view import exports_frame, exports_table
from cesctl.present.json_text import instant
from cesctl.present.safe import safe
from cesctl.present.view import Cell, Column, Page, Row, Table, Words, cell

if TYPE_CHECKING:
    from cesctl.store.compact import Compacted
    from cesctl.store.forget import Forgotten
    from cesctl.store.info import Info
    from cesctl.store.verify import Verified

_SHOWN = 12  # properties
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def info_answer(info: Info, store: str) -> Answer:
    span = (
        ""
        if info.first is None or info.last is None
        else (f"{info.first.date()} to {info.last.date()}, {info.days:,} with events")
    )
    some = ", ".join(info.properties[:_SHOWN])
    more = len(info.properties) - _SHOWN
    facts = (
        ("Store", safe(store)),
        ("Events", f"{info.events:,} of {info.customers:,} customers"),
        ("Days", span or "none"),
        ("Files", f"{info.files:,}, {_size(info.bytes)}"),
        ("Properties", safe(some + (f" and {more:,} more" if more > 0 else "")) or "none"),
    )
    table = exports_frame(info.exports)
    return Answer(
        page=Page("Event store", facts, (exports_table(info.exports, "Exports"),)),
        table=table,
        name="exports",
        head={
            "store": store,
            "events": info.events,
            "customers": info.customers,
            "first": None if info.first is None else instant(info.first),
            "last": None if info.last is None else instant(info.last),
            "days": info.days,
            "files": info.files,
            "bytes": info.bytes,
            "properties": info.properties,
        },
        tables={"exports": table},
    )


def verify_answer(found: Verified, store: str) -> Answer:
    facts = [
        ("Store", safe(store)),
        ("Read", f"{found.events:,} events in {found.files:,} files, of {found.exports:,} exports"),
    ]
    if found.unused:
        facts.append(
            ("Unused", f"{found.unused:,} files, which cesctl store compact removes in time")
        )
    if found.problems:
        rows = tuple(Row((cell(p),)) for p in found.problems)
        part: Table | Words = Table(f"Wrong: {len(rows):,}", (Column("What", least=20),), rows)
    else:
        part = Words("All is as it was written, and nothing is there twice.", "Verified")
    return Answer(
        page=Page("Event store", tuple(facts), (part,)),
        table=pl.DataFrame({"problem": found.problems}, schema={"problem": pl.String}),
        name="problems",
        head={
            "store": store,
            "events": found.events,
            "files": found.files,
            "exports": found.exports,
            "unused": found.unused,
            "problems": found.problems,
        },
        tables={},
    )


def compact_answer(done: Compacted, store: str) -> Answer:
    files, sizes = done.files, done.bytes
    facts = (
        ("Store", safe(store)),
        ("Days", f"{done.days:,} put together"),
        ("Files", f"{files[0]:,} → {files[1]:,}, {_size(sizes[0])} → {_size(sizes[1])}"),
        ("Removed", f"{done.removed:,} files that nothing needs any more"),
    )
    head = {
        "store": store,
        "days": done.days,
        "files": {"before": files[0], "after": files[1]},
        "bytes": {"before": sizes[0], "after": sizes[1]},
        "removed": done.removed,
    }
    return Answer(Page("Event store", facts), pl.DataFrame([head["days"]]), "compact", head, {})


def forget_answer(done: Forgotten, customers: list[str], store: str) -> Answer:
    columns = (Column("Customer", least=12), Column("Events erased", "right"))
    rows = tuple(Row((cell(c), Cell(f"{done.events.get(c, 0):,}"))) for c in customers)
    frame = pl.DataFrame(
        {"customer": customers, "events": [done.events.get(c, 0) for c in customers]},
        schema={"customer": pl.String, "events": pl.Int64},
    )
    facts = (("Store", safe(store)), ("History", f"{done.reported:,} reported scores erased"))
    return Answer(
        page=Page("Event store", facts, (Table(f"Forgotten: {len(rows):,}", columns, rows),)),
        table=frame,
        name="forgotten",
        head={"store": store, "reported": done.reported},
        tables={"forgotten": frame},
    )


def _size(number: int) -> str:
    amount = float(number)
    unit = 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{number:,} bytes" if unit == 0 else f"{amount:,.1f} {_UNITS[unit]}"
