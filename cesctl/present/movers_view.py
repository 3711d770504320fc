"""What ``cesctl movers`` shows: who went from which band to which, and what moved the most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.insight.movers import Movers
from cesctl.model.columns import VARIANT
from cesctl.model.scored_by import all_bands, decimals
from cesctl.present.answer import Answer
from cesctl.present.band_matrix import MatrixWords, band_matrix
from cesctl.present.causes import Moved, moved_rows
from cesctl.present.json_text import instant, provenance
from cesctl.present.local_time import local_time
from cesctl.present.numbers import fixed
from cesctl.present.run_facts import run_facts, shown_value, who
from cesctl.present.score_view import band_styles, title
from cesctl.present.view import Column, Page, Row, Table, Words, filled

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 10
MATRIX = MatrixWords(
    title="From band to band",
    rows="From",
    total="Now",
    column="to {}",
    only_columns="(new)",
    only_rows="(gone)",
    shares="Shares are of the band they came from.",
)


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
    if movers.reported is not None:
        facts = (*facts, ("Reported then", _reported(movers)))
    parts: list[Table | Words] = [_matrix(movers)]
    for most, frame, word, does in (
        (falling, movers.falls, "Falls", "fell"),
        (rising, movers.rises, "Rises", "rose"),
    ):
        if most:
            parts.append(_moved(movers, frame, most, word, does))
    return Page(f"{title(result.model)} · movers", facts, tuple(parts))


def _reported(movers: Movers) -> str:
    """What was said by the earlier time, and how far it is what the model says of it now."""
    run = movers.reported
    assert run is not None
    told = movers.customers.filter(pl.col("reported_band").is_not_null())
    other = told.filter(pl.col("reported_band").ne_missing(pl.col("previous_band"))).height
    average = (
        ""
        if run.average is None
        else f", average {fixed(run.average, max(decimals(movers.result.model), 1))}"
    )
    as_of = local_time(run.as_of, movers.result.model.timezone)
    return (
        f"{as_of}: {run.customers:,} {who(movers.result.model)}s{average}; "
        f"{other:,} were told of in another band than the model gives them now"
    )


def _changes(movers: Movers) -> pl.DataFrame:
    """A row per customer; of the parts only their changes."""
    drop = [f"{p}.{when}" for p in movers.parts for when in ("before", "now")]
    return movers.customers.drop(drop)


def _head(movers: Movers) -> dict[str, Any]:
    run = movers.reported
    told = None if run is None else {"as_of": instant(run.as_of), "sha256": run.sha256}
    return {
        **provenance(movers.result),
        "from": instant(movers.before.as_of),
        **({} if told is None else {"reported": told}),
        "transitions": movers.transitions.to_dicts(),
    }


def _matrix(movers: Movers) -> Table:
    """Rows: the band before. Columns: the band now."""
    model = movers.result.model
    bands = [b.name for b in all_bands(model)]
    styles = band_styles(movers.result)
    customers = f"{who(model).capitalize()}s"
    return band_matrix(movers.transitions, (bands, bands), styles, MATRIX, customers)


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
    band = row["band"]
    if row["previous_band"] != band:
        band = f"{row['previous_band']} → {band}"
    if row.get("previous_variant") != row.get(VARIANT) and model.variants:
        variants = (shown_value(row[k]) for k in ("previous_variant", VARIANT))
        band = f"{band}, {' → '.join(variants)}"
    moved = Moved(
        customer=row["customer"],
        score=(row["previous_score"], row["score"], row["change"]),
        raw=(row["previous_raw"], row["raw"], row["raw_change"]),
        parts={p: (row[f"{p}.before"], row[f"{p}.now"], row[f"{p}.change"]) for p in movers.parts},
        band=band,
    )
    return moved_rows(moved, decimals(model), rule=rule)
