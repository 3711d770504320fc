"""Where the rows of each file went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.present.row_counts import counted
from cesctl.present.view import Cell, Column, Row, Table, cell, filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cesctl.result import RowCounts

_SHOWN = 40  # files; of more, those that had rows rejected come first


def files_table(files: Mapping[str, RowCounts]) -> Table:
    """One row per file, in the order given; of very many some, first those with rejected rows."""
    chosen = list(files)
    if len(chosen) > _SHOWN:
        worst = sorted(chosen, key=lambda name: -files[name].all_rejected)[:_SHOWN]
        chosen = [name for name in chosen if name in set(worst)]
    columns = (
        Column("File", least=12),
        Column("Read", "right"),
        Column("Accepted", "right"),
        Column("Duplicate", "right"),
        Column("Filtered", "right"),
        Column("After", "right"),
        Column("Rejected", "right"),
        Column("Why", least=10),
    )
    rows = [_row(name, files[name]) for name in chosen]
    more = len(files) - len(chosen)
    note = f"and {more:,} more files" if more else ""
    return filled(Table(f"Files: {len(files):,}", columns, tuple(rows), note))


def _row(name: str, rows: RowCounts) -> Row:
    numbers = (rows.duplicate, rows.filtered, rows.after_as_of, rows.all_rejected)
    why = ", ".join(f"{n:,} {reason}" for reason, n in rows.rejected.items())
    return Row(
        (
            cell(name),
            Cell(f"{rows.read:,}"),
            Cell(f"{rows.accepted:,}"),
            *(Cell(f"{n:,}" if n else "") for n in numbers),
            Cell(why),
        )
    )


def file_lines(files: Mapping[str, RowCounts]) -> Iterator[str]:
    """One line per file, for a log of the run."""
    for name, rows in files.items():
        rejected = [f"{number:,} {why}" for why, number in rows.rejected.items()]
        yield f"{name}: {' · '.join([*counted(rows), *rejected])}"
