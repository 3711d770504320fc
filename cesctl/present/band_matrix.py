"""Who is in which band on one side and on the other, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cesctl.present.numbers import percent
from cesctl.present.safe import safe
from cesctl.present.view import Column, Remark, Row, Table, cell

if TYPE_CHECKING:
    import polars as pl

NARROWEST = 6  # columns of a band's name
NOBODY = "–"  # noqa: RUF001


@dataclass(frozen=True)
class MatrixWords:
    """What a matrix calls its sides: ``rows``, and ``total`` for those of all rows, ``column`` with the name
    of a band in it, and the customers that only one side has; ``shares``: what shares are of.
    """

    title: str
    rows: str
    total: str
    column: str
    only_columns: str
    only_rows: str
    shares: str


def band_matrix(
    moves: pl.DataFrame,
    bands: tuple[Sequence[str], Sequence[str]],
    styles: Mapping[str, str],
    words: MatrixWords,
    customers: str,
) -> Table:
    """``moves``: a band on either side (null: not there), customers, share; ``bands``: the names of all of
    them, of rows and of columns; ``customers``: what those are called.
    """
    first, second = moves.columns[:2]
    there = moves.to_dicts()
    found = {(r[first], r[second]): r for r in there}
    befores = [*bands[0], *[None] * any(r[first] is None for r in there)]
    nows = [*bands[1], *[None] * any(r[second] is None for r in there)]
    rows = []
    for before in befores:
        name = words.only_columns if before is None else before
        cells = [cell(name, styles.get(before or "", "dim"))]
        cells.append(cell(f"{sum(r['customers'] for r in there if r[first] == before):,}"))
        for now in nows:
            row = found.get((before, now))
            text = f"{row['customers']:,} ({percent(row['share'])})" if row else NOBODY
            stayed = before == now
            cells.append(cell(text, "bold" if stayed else "", short=_count(row)))
        rows.append(Row(tuple(cells)))
    totals = [sum(r["customers"] for r in there if r[second] == now) for now in nows]
    now_there = sum(n for n, now in zip(totals, nows, strict=True) if now is not None)
    total = (cell(words.total), cell(f"{now_there:,}"), *(cell(f"{n:,}") for n in totals))
    rows.append(Row(total, rule=True))
    columns = (
        Column(words.rows, least=8),
        Column(customers, "right"),
        *(_column(n, words, rows, at) for at, n in enumerate(nows, start=2)),
    )
    shares = Remark(words.shares, columns[2].title, whole=True)
    return Table(words.title, columns, tuple(rows), shares.text, (shares,))


def _column(name: str | None, words: MatrixWords, rows: Sequence[Row], at: int) -> Column:
    """A band of the other side: its name may be cut, the counts below it never."""
    counts = max(len(row.cells[at].short or row.cells[at].text) for row in rows)
    title = words.only_rows if name is None else words.column.format(safe(name))
    return Column(title, "right", least=max(counts, NARROWEST))


def _count(row: Mapping[str, Any] | None) -> str:
    return f"{row['customers']:,}" if row else NOBODY
