"""What ``cesctl inspect`` shows of an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.present.file_rows import files_table
from cesctl.present.json_text import instant, pretty
from cesctl.present.numbers import percent
from cesctl.present.row_counts import counted
from cesctl.present.safe import safe
from cesctl.present.view import Cell, Column, Page, Row, Table, Words, cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cesctl.insight.columns import Column as ExportColumn
    from cesctl.insight.profile import Profile
    from cesctl.model.types import Source
    from cesctl.result import RowCounts

_FILES_SHOWN = 3
_VALUES_SHOWN = 4


def profile_page(profile: Profile, top: int) -> Page:
    """``top``: rows of the event table; the others are summed up below it."""
    parts: list[Table | Words] = []
    if profile.file_rows:
        parts.append(files_table(profile.file_rows))
    if profile.rows.accepted:
        parts.append(_events(profile, top))
    parts += [_columns(profile), *_good_for(profile)]
    if profile.block:
        parts.append(Words(profile.block, "For the model"))
    return Page(_title(profile), tuple(_facts(profile)), tuple(parts))


def profile_json(profile: Profile) -> str:
    """The same as one JSON object, indented."""
    return pretty(
        {
            "files": [
                {"name": name, "format": form, **_rows_of_file(profile, name)}
                for name, form in profile.files
            ],
            "sources": [_source(s) for s in profile.sources],
            "notes": profile.notes,
            "problems": [p.message for p in profile.problems],
            "rows": _rows_of(profile.rows),
            "customers": profile.customers,
            "first": profile.first and instant(profile.first),
            "last": profile.last and instant(profile.last),
            "events": [
                {**row, "first": instant(row["first"]), "last": instant(row["last"])}
                for row in profile.events.iter_rows(named=True)
            ],
            "columns": [
                {
                    "name": c.name,
                    "filled": c.filled,
                    "distinct": c.distinct,
                    "exact": c.exact,
                    "sample": c.sample,
                    "numeric": c.numeric,
                    "values": dict(c.values),
                }
                for c in profile.columns
            ],
            "attributes": [c.name for c in profile.attributes],
            "numbers": [c.name for c in profile.numbers],
        }
    )


def _rows_of_file(profile: Profile, name: str) -> dict[str, object]:
    """Nothing where there is one file only."""
    rows = profile.file_rows.get(name)
    return {} if rows is None else {"rows": _rows_of(rows)}


def _rows_of(rows: RowCounts) -> dict[str, object]:
    return {
        "read": rows.read,
        "accepted": rows.accepted,
        "duplicate": rows.duplicate,
        "filtered": rows.filtered,
        "rejected": rows.rejected,
    }


def _source(source: Source) -> dict[str, object]:
    event: object = source.event
    if source.event_value is not None:
        event = {"value": source.event_value}
    return {
        "name": source.name,
        "preset": source.preset or "plain",
        "customer": source.customer,
        "event": event,
        "timestamp": source.timestamp,
    }


def _title(profile: Profile) -> str:
    names = [safe(name) for name, _ in profile.files]
    if len(names) <= _FILES_SHOWN:
        return ", ".join(names) or "given in memory"
    return f"{names[0]} … {names[-1]} ({len(names):,} files)"


def _facts(profile: Profile) -> Iterable[tuple[str, str]]:
    rows = profile.rows
    formats = sorted({form for _, form in profile.files if form})
    if formats:
        yield "Format", ", ".join(formats)
    presets = dict.fromkeys(s.preset or "plain" for s in profile.sources)
    yield "Preset" if len(presets) == 1 else "Presets", safe(", ".join(presets))
    for note in profile.notes:
        yield "Note", safe(note)
    if profile.problems:
        yield "Rows", f"{rows.read:,} read"
        for problem in profile.problems:
            what = problem.message.partition("; its columns are")[0]  # they stand below
            whose = f"{problem.file}: " if len(profile.files) > 1 else ""
            yield "Unclear", safe(f"{whose}{what}; {problem.hint}" if problem.hint else what)
        return
    yield "Rows", " · ".join(counted(rows))
    if rows.rejected:
        share = percent(rows.all_rejected / rows.read)
        reasons = ", ".join(f"{n:,} {why}" for why, n in rows.rejected.items())
        yield "Rejected", f"{share} of all rows: {reasons}"
    yield "Customers", f"{profile.customers:,}"
    if profile.first and profile.last:
        days = (profile.last.date() - profile.first.date()).days + 1
        yield "Dates", f"{profile.first:%Y-%m-%d} to {profile.last:%Y-%m-%d}, {_many(days, 'day')}"


def _events(profile: Profile, top: int) -> Table:
    columns = (
        Column("Event", least=12),
        Column("Events", "right"),
        Column("Customers", "right"),
        Column("First to last", least=10),
        Column("Share", optional=True),
    )
    accepted = profile.rows.accepted
    rows = [
        Row(
            (
                cell(e["event"]),
                Cell(f"{e['count']:,}"),
                Cell(f"{e['customers']:,}"),
                Cell(f"{e['first']:%Y-%m-%d} to {e['last']:%Y-%m-%d}"),
                Cell(percent(e["count"] / accepted), bar=e["count"] / accepted),
            )
        )
        for e in profile.events.head(top).iter_rows(named=True)
    ]
    rest = profile.events.slice(top)
    note = ""
    if rest.height:
        note = (
            f"and {_many(rest.height, 'more name')} with {_many(int(rest['count'].sum()), 'event')}"
        )
    return Table(f"Events: {_many(profile.events.height, 'name')}", columns, tuple(rows), note)


def _columns(profile: Profile) -> Table:
    columns = (
        Column("Column", least=12),
        Column("Used as"),
        Column("Filled", "right"),
        Column("Values", "right"),
        Column("Sample", least=10),
    )
    uses: dict[str, str] = {}
    for source in profile.sources:
        uses |= dict.fromkeys(source.timestamp, "timestamp")
        uses |= dict.fromkeys(source.event, "event")
        uses |= dict.fromkeys(source.customer, "customer")
    read = profile.rows.read
    rows = [
        Row(
            (
                cell(c.name),
                Cell(uses.get(c.name, "")),
                Cell(percent(c.filled / read if read else 0)),
                Cell(_distinct(c)),
                cell(c.sample),
            )
        )
        for c in profile.columns
    ]
    return Table(f"Columns: {len(rows):,}", columns, tuple(rows))


def _distinct(column: ExportColumn) -> str:
    if column.distinct is None:
        return ""
    return f"{column.distinct:,}" if column.exact else f"about {column.distinct:,}"


def _good_for(profile: Profile) -> Iterable[Table]:
    """What a model could make of the columns that are not part of the event itself."""
    rows = []
    for c in profile.columns:
        uses = ["attribute, where"] if c in profile.attributes else []
        uses += ["sum, mean, min, max, last"] if c in profile.numbers else []
        if uses:
            rows.append(Row((cell(c.name), Cell(", ".join(uses)), cell(_values(c)))))
    if rows:
        columns = (Column("Column", least=12), Column("Good for"), Column("Values", least=16))
        yield Table("Properties", columns, tuple(rows))


def _values(column: ExportColumn) -> str:
    if not column.values:
        return f"{column.sample} …"
    shown = ", ".join(value for value, _ in column.values[:_VALUES_SHOWN])
    more = len(column.values) - _VALUES_SHOWN
    return f"{shown}, {more} more" if more > 0 else shown


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
