"""What ``cesctl trend`` shows: the periods, and who falls and rises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.model.scored_by import all_bands, decimals
from cesctl.present.answer import Answer
from cesctl.present.json_text import instant, provenance
from cesctl.present.local_time import local_time
from cesctl.present.numbers import fixed, percent, signed
from cesctl.present.ranges import score_bounds
from cesctl.present.run_facts import run_facts, who
from cesctl.present.safe import safe
from cesctl.present.score_view import band_styles, title
from cesctl.present.spark import sparkline
from cesctl.present.view import Cell, Column, Page, Remark, Row, Table, Words, cell, filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cesctl.insight.trend import Trend

FALLING = 10
_REPORTED = ("Reported", "Average then", "At risk then")
MOST_BLOCKS = 12  # of a line of scores where there is little room
PERIODS_REMARKS = (
    Remark("Engaged: in the best band.", "Engaged"),
    Remark("Responsive: active in the period, in another band.", "Responsive"),
    Remark("Disengaged: the others.", "Disengaged"),
    Remark("DAU, WAU, MAU: active on the last day, in the last 7, in the last 30.", "DAU"),
    Remark("Sticky: active on the last day, of those active in the last 30.", "Sticky"),
)


def trend_answer(
    trend: Trend,
    *,
    falling: int = FALLING,
    rising: int = 0,
    where: Mapping[str, str | None] | None = None,
) -> Answer:
    """The answer in every form; JSON has the scores of a customer as one list."""
    listed = pl.concat_list(trend.scores).alias("scores")
    return Answer(
        page=trend_page(trend, falling=falling, rising=rising, where=where),
        table=trend.customers,
        name="trend",
        head=_head(trend),
        tables={"customers": trend.customers.with_columns(listed).drop(trend.scores)},
    )


def trend_page(
    trend: Trend,
    *,
    falling: int = FALLING,
    rising: int = 0,
    where: Mapping[str, str | None] | None = None,
) -> Page:
    """The page; so many rows of the customers that fall, and that rise."""
    model = trend.result.model
    facts = (
        *run_facts(trend.result, where, trend.everyone),
        ("Periods", f"{len(trend.times)}, {trend.every} apart"),
    )
    parts: list[Table | Words] = [_periods(trend)]
    fall = trend.customers.filter(pl.col("slope") < 0)
    rise = trend.customers.filter(pl.col("slope") > 0).reverse()
    if falling:
        parts.append(_customers(trend, fall, falling, "Falling", "falls"))
    if rising:
        parts.append(_customers(trend, rise, rising, "Rising", "rises"))
    return Page(f"{title(model)} · trend", facts, tuple(parts))


def _head(trend: Trend) -> dict[str, Any]:
    """What JSON says besides the customers."""
    names = [b.name for b in all_bands(trend.result.model)]
    periods = []
    for row in _with_reported(trend).to_dicts():
        if trend.reported is not None and row["reported_as_of"] is not None:
            row["reported_as_of"] = instant(row["reported_as_of"])
        bands = {name: row.pop(f"band {name}") for name in names}
        periods.append({**row, "as_of": instant(row["as_of"]), "bands": bands})
    return {**provenance(trend.result), "every": str(trend.every), "periods": periods}


def _periods(trend: Trend) -> Table:
    model = trend.result.model
    places = max(decimals(model), 1)
    styles = band_styles(trend.result)
    rows = []
    for row in _with_reported(trend).to_dicts():
        customers = row["customers"]
        bands = (
            cell(percent(row[f"band {b.name}"] / customers) if customers else "", styles[b.name])
            for b in all_bands(model)
        )
        rows.append(
            Row(
                (
                    cell(local_time(row["as_of"], model.timezone)),
                    cell(f"{customers:,}"),
                    cell(fixed(row["average"], places), "bold"),
                    *bands,
                    cell(percent(row["at_risk_share"])),
                    cell(percent(row["engaged"])),
                    cell(percent(row["responsive"])),
                    cell(percent(row["disengaged"])),
                    cell(f"{row['dau']:,}"),
                    cell(f"{row['wau']:,}"),
                    cell(f"{row['mau']:,}"),
                    cell(percent(row["stickiness"])),
                    *_reported(row, places),
                )
            )
        )
    columns = (
        Column("As of"),
        Column(f"{who(model).capitalize()}s", "right"),
        Column("Average", "right"),
        *(Column(safe(b.name), "right", optional=True) for b in all_bands(model)),
        Column("At risk", "right"),
        Column("Engaged", "right", optional=True),
        Column("Responsive", "right", optional=True),
        Column("Disengaged", "right", optional=True),
        Column("DAU", "right", optional=True),
        Column("WAU", "right", optional=True),
        Column("MAU", "right", optional=True),
        Column("Sticky", "right", optional=True),
        *([] if trend.reported is None else [Column(t, "right") for t in _REPORTED]),
    )
    note = " ".join(remark.text for remark in PERIODS_REMARKS)
    return filled(Table("Periods", columns, tuple(rows), note, PERIODS_REMARKS))


def _with_reported(trend: Trend) -> pl.DataFrame:
    if trend.reported is None:
        return trend.periods
    return trend.periods.join(trend.reported, on="as_of", how="left", maintain_order="left")


def _reported(row: dict[str, Any], places: int) -> list[Cell]:
    """What was said then, where that is asked for."""
    if "reported_as_of" not in row:
        return []
    if row["reported_as_of"] is None:
        return [Cell() for _ in _REPORTED]
    average = row["reported_average"]
    return [
        cell(f"{row['reported_customers']:,}"),
        cell("" if average is None else fixed(average, places)),
        cell(percent(row["reported_at_risk_share"])),
    ]


def _customers(trend: Trend, frame: pl.DataFrame, most: int, word: str, does: str) -> Table | Words:
    whom = who(trend.result.model)
    if not frame.height:
        return Words(f"No {whom} {does}.", word)
    low, high = _range(trend)
    first = frame.head(most)
    rows = tuple(_row(row, trend, low, high) for row in first.iter_rows(named=True))
    columns = (
        Column(whom.capitalize(), least=12),
        Column("Trend"),
        Column("First", "right"),
        Column("Last", "right", keep=True),
        Column("Per period", "right"),
        Column("Steepest drop", "right", optional=True),
        Column("By", optional=True),
        *(Column(safe(name), optional=True) for name in trend.result.attributes),
    )
    heading = f"{word}: {first.height:,} of {frame.height:,}"
    lines = Remark(f"Lines go from {fixed(low, 0)} to {fixed(high, 0)}.", "Trend")
    return filled(Table(heading, columns, rows, f"By slope. {lines.text}", (lines,)))


def _row(row: dict[str, Any], trend: Trend, low: float, high: float) -> Row:
    model = trend.result.model
    places = decimals(model)
    scores = [row[name] for name in trend.scores]
    line = sparkline(scores, low, high)
    step = -(-len(scores) // MOST_BLOCKS)
    short = sparkline(scores[::-step][::-1], low, high)  # some of them, the last one too
    falls = row["slope"] is not None and row["slope"] < 0
    return Row(
        (
            cell(row["customer"]),
            Cell(line, "red" if falls else "green", short),
            cell(fixed(row["first"], places)),
            cell(fixed(row["last"], places), "bold"),
            cell(signed(row["slope"], max(places, 1))),
            cell("" if row["steepest_drop"] is None else fixed(row["steepest_drop"], places)),
            cell(
                ""
                if row["steepest_drop_at"] is None
                else local_time(row["steepest_drop_at"], model.timezone)
            ),
            *(cell(row[name], "dim") for name in trend.result.attributes),
        )
    )


def _range(trend: Trend) -> tuple[float, float]:
    """The scale's, where it has ends; else the least and the greatest score there is."""
    bounds = score_bounds(trend.result.model)
    if bounds is not None:
        return bounds
    scores = trend.customers.select(trend.scores)
    low = scores.select(pl.min_horizontal(pl.all().min())).item()
    high = scores.select(pl.max_horizontal(pl.all().max())).item()
    return (0.0 if low is None else low), (0.0 if high is None else high)
