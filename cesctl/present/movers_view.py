"""What ``cesctl movers`` shows: who went from which band to which, and what moved the most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.insight.movers import Movers
from cesctl.model.columns import VARIANT
from cesctl.model.scored_by import all_bands, decimals
from cesctl.present.answer import Answer
from cesctl.present.json_text import instant, provenance
from cesctl.present.local_time import local_time
from cesctl.present.numbers import fixed, percent, signed
from cesctl.present.run_facts import run_facts, shown_value, who
from cesctl.present.safe import safe
from cesctl.present.score_view import band_styles, title
from cesctl.present.view import Column, Page, Remark, Row, Table, Words, cell, filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHOWN = 10
NARROWEST = 6  # columns of a band's name
CAUSES = 3  # signals that are named; the others stand together


def movers_answer(
    movers: Movers,
    *,
    falling: int = SHOWN,
    rising: int = SHOWN,
    where: Mapping[str, str | None] | None = None,
) -> Answer:
    return Answer(
        page=movers_page(movers, falling=falling, rising=rising, where=where),
        table=_changes(movers),
        name="movers",
        head=_head(movers),
        tables={"customers": movers.customers},
    )


def movers_page(
    movers: Movers,
    *,
    falling: int = SHOWN,
    rising: int = SHOWN,
    where: Mapping[str, str | None] | None = None,
) -> Page:
    result = movers.result
    then = local_time(movers.before.as_of, result.model.timezone)
    facts = (*run_facts(result, where, movers.everyone, compared=False), ("From", then))
    parts: list[Table | Words] = [_matrix(movers)]
    for most, frame, word, does in (
        (falling, movers.falls, "Falls", "fell"),
        (rising, movers.rises, "Rises", "rose"),
    ):
        if most:
            parts.append(_moved(movers, frame, most, word, does))
    return Page(f"{title(result.model)} · movers", facts, tuple(parts))


def _changes(movers: Movers) -> pl.DataFrame:
    """A row per customer; of the parts only their changes."""
    drop = [f"{p}.{when}" for p in movers.parts for when in ("before", "now")]
    return movers.customers.drop(drop)


def _head(movers: Movers) -> dict[str, Any]:
    return {
        **provenance(movers.result),
        "from": instant(movers.before.as_of),
        "transitions": movers.transitions.to_dicts(),
    }


def _matrix(movers: Movers) -> Table:
    """Rows: the band before. Columns: the band now."""
    model = movers.result.model
    styles = band_styles(movers.result)
    names: list[str | None] = [b.name for b in all_bands(model)]
    there = movers.transitions.to_dicts()
    found = {(r["previous_band"], r["band"]): r for r in there}
    befores = names + [None] * any(r["previous_band"] is None for r in there)
    nows = names + [None] * any(r["band"] is None for r in there)
    rows = []
    for before in befores:
        cells = [cell("(new)" if before is None else before, styles.get(before or "", "dim"))]
        cells.append(
            cell(f"{sum(r['customers'] for r in there if r['previous_band'] == before):,}")
        )
        for now in nows:
            row = found.get((before, now))
            text = f"{row['customers']:,} ({percent(row['share'])})" if row else "–"  # noqa: RUF001
            stayed = before == now
            cells.append(cell(text, "bold" if stayed else "", short=_count(row)))
        rows.append(Row(tuple(cells)))
    totals = [sum(r["customers"] for r in there if r["band"] == now) for now in nows]
    now_there = sum(n for n, now in zip(totals, nows, strict=True) if now is not None)
    rows.append(
        Row((cell("Now"), cell(f"{now_there:,}"), *(cell(f"{n:,}") for n in totals)), rule=True)
    )
    columns = (
        Column("From", least=8),
        Column(f"{who(model).capitalize()}s", "right"),
        *(_now_column(n, rows, at) for at, n in enumerate(nows, start=2)),
    )
    shares = Remark("Shares are of the band they came from.", columns[2].title, whole=True)
    return Table("From band to band", columns, tuple(rows), shares.text, (shares,))


def _now_column(name: str | None, rows: Sequence[Row], at: int) -> Column:
    """A band now: its name may be cut, the counts below it never."""
    counts = max(len(row.cells[at].short or row.cells[at].text) for row in rows)
    title = "(gone)" if name is None else f"to {safe(name)}"
    return Column(title, "right", least=max(counts, NARROWEST))


def _count(row: dict[str, Any] | None) -> str:
    return f"{row['customers']:,}" if row else "–"  # noqa: RUF001


def _moved(movers: Movers, frame: pl.DataFrame, most: int, word: str, does: str) -> Table | Words:
    model = movers.result.model
    if not frame.height:
        return Words(f"No {who(model)} {does}.", word)
    first = frame.head(most)
    rows: list[Row] = []
    for row in first.iter_rows(named=True):
        rows += _customer(row, movers, rule=bool(rows))
    columns = (
        Column(f"{who(model).capitalize()}, signal", least=12),
        Column("Then", "point"),
        Column("Now", "point"),
        Column("Change", "point", keep=True),
        Column("Band", least=8),
    )
    heading = f"{word}: {first.height:,} of {frame.height:,}"
    note = "The score of a customer, then the points of the signals that moved it most; raw is their sum."
    return filled(Table(heading, columns, tuple(rows), note))


def _customer(row: dict[str, Any], movers: Movers, *, rule: bool) -> list[Row]:
    """The customer's score, then its signals, whose changes add up to that of raw."""
    model = movers.result.model
    places = decimals(model)
    fell = row["change"] < 0
    band = row["band"]
    if row["previous_band"] != band:
        band = f"{row['previous_band']} → {band}"
    if row.get("previous_variant") != row.get(VARIANT) and model.variants:
        variants = (shown_value(row[k]) for k in ("previous_variant", VARIANT))
        band = f"{band}, {' → '.join(variants)}"
    head = Row(
        (
            cell(row["customer"], "bold"),
            cell(fixed(row["previous_score"], places)),
            cell(fixed(row["score"], places), "bold"),
            cell(signed(row["change"], places), "red" if fell else "green"),
            cell(band),
        ),
        rule=rule,
    )
    named, others = causes(row, movers.parts)
    lines = [
        _line(name, *(row[f"{name}.{k}"] for k in ("before", "now", "change"))) for name in named
    ]
    if others:
        sums = (sum(row[f"{p}.{k}"] for p in others) for k in ("before", "now", "change"))
        text = f"{len(others)} other" + ("s" if len(others) > 1 else "")
        lines.append(_line(text, *sums))
    raw = _line("= raw", row["previous_raw"], row["raw"], row["raw_change"])
    return [head, *lines, raw]


def causes(row: Mapping[str, Any], parts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The parts of raw that moved the customer most in the direction in which it went, and all others that
    have any points.
    """
    way = -1 if row["change"] < 0 else 1
    moving = sorted(
        (p for p in parts if row[f"{p}.change"] * way > 0), key=lambda p: -row[f"{p}.change"] * way
    )
    named = moving[:CAUSES]
    others = [p for p in parts if p not in named and (row[f"{p}.before"] or row[f"{p}.now"])]
    return named, others


def _line(name: str, before: float, now: float, change: float) -> Row:
    return Row(
        (
            cell(f"  {name}", "dim"),
            cell(fixed(before, 2), "dim"),
            cell(fixed(now, 2), "dim"),
            cell(signed(change, 2), "dim"),
            cell(""),
        )
    )
