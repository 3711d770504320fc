"""What ``cesctl score`` shows: the run, the bands, who is at risk, who is most engaged."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.model.columns import VARIANT
from cesctl.model.scored_by import decimals
from cesctl.model.types import AT_RISK as AT_RISK_LIST
from cesctl.pipeline.lists import named
from cesctl.present.numbers import fixed, percent, signed
from cesctl.present.ranges import band_ranges
from cesctl.present.run_facts import run_facts, shown_value, who
from cesctl.present.safe import safe
from cesctl.present.view import Cell, Column, Page, Row, Table, Words, cell, filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cesctl.model.types import Band, Model
    from cesctl.result import Result

AT_RISK = 10  # rows of the at-risk list unless asked for more
LISTED = 10  # and of another list

WORST_FIRST = "Biggest drop first, then lowest score, then most recently active."
LOWEST_FIRST = "Lowest score first, then most recently active."


@dataclass(frozen=True)
class Shown:
    """What of a result is shown.

    ``of``: the run before ``--where``, to say how many customers there are in all.
    ``missing``: the signal whose absence tells most, by customer at risk. ``list``: the list whose customers
    these are; it is then shown in place of those at risk and of the most engaged.
    """

    top: int = 0
    at_risk: int = AT_RISK
    by: str | None = None
    where: Mapping[str, str | None] = field(default_factory=dict)
    of: Result | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    list: str | None = None


def score_page(result: Result, shown: Shown) -> Page:
    parts: list[Table | Words] = [
        _bands(result, _summary(result), part=bool(shown.where or shown.list))
    ]
    if shown.by is not None:
        parts += [
            _bands(part, f"{safe(shown.by)} = {shown_value(value)}: {_summary(part)}", part=True)
            for value, part in result.by(shown.by).items()
        ]
    if shown.list is not None and shown.list != AT_RISK_LIST:
        parts.append(_list(result, shown.list, shown.top or LISTED))
    elif shown.at_risk > 0:
        parts.append(_at_risk(result, shown))
    if shown.list is None and shown.top > 0:
        parts.append(_top(result, shown.top))
    facts = run_facts(result, shown.where, shown.of, rejects=True)
    if shown.list is not None:
        of_all = f" of {shown.of.scores.height:,}" if shown.of else ""
        count = f"{result.scores.height:,}{of_all} {who(result.model)}s"
        facts = (*facts, ("List", f"{safe(shown.list)}: {count}"))
    return Page(title(result.model), facts, tuple(parts))


def title(model: Model) -> str:
    """The model's name, or that of its file."""
    return safe(model.name or PurePath(model.path).name or "Engagement scores")


def worst_first(at_risk: pl.DataFrame) -> pl.DataFrame:
    """Customers at risk, the most worrying first: biggest drop, lowest score, latest active.

    One that fell from a height is news; of those equally low, one that was here last week may yet
    be won back. Those never active come last of their score. ``customer`` settles the rest.
    """
    order: list[pl.Expr | str] = ["score", "days_silent", "customer"]
    if "change" in at_risk.columns:
        order.insert(0, pl.col("change").clip(upper_bound=0.0).fill_null(0.0))
    return at_risk.sort(order, nulls_last=True, maintain_order=True)


def _summary(result: Result) -> str:
    summary, places = result.summary, max(decimals(result.model), 1)
    customers = int(summary["customers"] or 0)
    if not customers:
        return f"no {who(result.model)}s"
    at_risk = int(summary["at_risk"] or 0)
    return " · ".join(
        [
            f"{customers:,} {who(result.model)}{'' if customers == 1 else 's'}",
            f"average {fixed(summary['average'], places)}",
            f"median {fixed(summary['median'], places)}",
            f"{at_risk:,} at risk ({percent(at_risk / customers)})",
        ]
    )


def _bands(result: Result, heading: str, *, part: bool) -> Table:
    """``part``: the customers are chosen; variants that none of them is of are left out."""
    model = result.model
    rows = []
    there = set(result.scores[VARIANT]) if part and VARIANT in result.bands.columns else None
    for band, scores in zip(result.bands.to_dicts(), band_ranges(model), strict=True):
        if there is not None and band[VARIANT] not in there:
            continue
        style = band_style(result, band["name"], band.get(VARIANT))
        share = band["share"] or 0.0
        rows.append(
            Row(
                (
                    cell(shown_value(band.get(VARIANT)), "dim"),
                    cell(band["name"], style),
                    cell(scores),
                    cell(f"{band['customers']:,}"),
                    Cell(percent(share), style, bar=share),
                    cell(fixed(band["average"], max(decimals(model), 1))),
                    cell(
                        "at risk" if band["at_risk"] else "",
                        "red",
                        short="yes" if band["at_risk"] else "",
                    ),
                    cell(band["action"]),
                )
            )
        )
    columns = (
        Column("Variant", least=8),
        Column("Band", least=8),
        Column("Score", "right"),
        Column(f"{who(model).capitalize()}s", "right"),
        Column("Share"),
        Column("Average", "right"),
        Column("Risk"),
        Column("Action", least=10),
    )
    if VARIANT in result.bands.columns:
        return filled(Table(heading, columns, tuple(rows)))
    rows = [Row(row.cells[1:]) for row in rows]
    return filled(Table(heading, columns[1:], tuple(rows)))


def band_styles(result: Result) -> dict[str, str]:
    """A colour for each band by its name: the first that is called so."""
    styles: dict[str, str] = {}
    for bands in (result.model.bands, *(v.bands for v in result.model.variants)):
        styles = _styles(bands) | styles
    return styles


def band_style(result: Result, name: str, variant: str | None) -> str:
    """The colour of the band that a variant (None: none) calls so."""
    model = result.model
    bands = next((v.bands for v in model.variants if v.name == variant), model.bands)
    return _styles(bands).get(name, "")


def _styles(bands: Sequence[Band]) -> dict[str, str]:
    """The model's, else red where it is at risk, green for the last."""
    return {
        band.name: band.color
        or ("red" if band.at_risk else "green" if at == len(bands) - 1 else "yellow")
        for at, band in enumerate(bands)
    }


def _at_risk(result: Result, shown: Shown) -> Table | Words:
    everyone = result.at_risk
    if not everyone.height:
        return Words("Nobody is at risk.", "At risk", "green")
    first = worst_first(everyone).head(shown.at_risk)
    rows = [_risk_row(row, result, shown.missing) for row in first.iter_rows(named=True)]
    columns = (
        Column("Customer", least=12),
        Column("Score", "right", keep=True),
        Column("Change", "right"),
        Column("Silent", "right"),
        Column("Reasons", least=12),
        Column("Missing signal", least=12),
        *(Column(safe(name), optional=True) for name in result.attributes),
    )
    left = everyone.height - first.height
    note = WORST_FIRST if "change" in everyone.columns else LOWEST_FIRST
    if left:
        note += f" {left:,} more: --at-risk N shows them, --at-risk-output FILE writes them."
    heading = f"At risk: {first.height:,} of {everyone.height:,}"
    return filled(Table(heading, columns, tuple(rows), note))


def _risk_row(row: dict[str, Any], result: Result, missing: Mapping[str, str]) -> Row:
    places = decimals(result.model)
    change = row.get("change")
    reasons = row["risk_reasons"] or []
    return Row(
        (
            cell(row["customer"]),
            cell(fixed(row["score"], places), "bold"),
            cell(signed(change, places), "red" if change is not None and change < 0 else ""),
            cell(_silent(row)),
            cell(
                ", ".join(reasons),
                short=", ".join(_short(reason, result.model) for reason in reasons),
            ),
            cell(missing.get(row["customer"])),
            *(cell(row[name], "dim") for name in result.attributes),
        )
    )


def _silent(row: dict[str, Any]) -> str:
    return "never" if row["days_silent"] is None else f"{row['days_silent']:,}d"


def _short(reason: str, model: Model) -> str:
    """Without the number that a column beside it gives: ``dropped``, ``silent``; a band by its name.

    Silence by ``risk.activity`` is another one than the column's, of events of any kind.
    """
    word, _, rest = reason.partition(" ")
    if word == "band":
        return rest
    kinds = (model.risk.activity, *(v.risk.activity for v in model.variants))
    said_beside = {"dropped"} if any(kinds) else {"dropped", "silent"}
    return word if word in said_beside else reason


def _list(result: Result, name: str, most: int) -> Table | Words:
    """The customers of a list of the model, the best first."""
    action = named(result.model, name).action
    if not result.scores.height:
        return Words(f"No {who(result.model)} is on it.", safe(name))
    shown = min(most, result.scores.height)
    heading = f"{safe(name)}: {shown:,} of {result.scores.height:,}"
    notes = [safe(action)] if action else []
    if shown < result.scores.height:
        notes.append(f"{result.scores.height - shown:,} more: --top N shows them, -f csv has all.")
    return _best(result, most, heading, " · ".join(notes))


def _top(result: Result, top: int) -> Table | Words:
    if not result.scores.height:
        return Words("There are no customers.", "Most engaged")
    shown = min(top, result.scores.height)
    return _best(result, top, f"Most engaged: {shown:,} of {result.scores.height:,}")


def _best(result: Result, top: int, heading: str, note: str = "") -> Table:
    first = result.scores.head(top)
    places = decimals(result.model)
    has_variants = bool(result.model.variants)
    rows = [
        Row(
            (
                cell(row["customer"]),
                cell(f"{row['rank']:,}"),
                cell(fixed(row["score"], places), "bold"),
                cell(signed(row.get("change"), places)),
                cell(
                    row["band"],
                    band_style(result, row["band"], row[VARIANT] if has_variants else None),
                ),
                cell(f"{row['events']:,}"),
                cell(_silent(row)),
                *(cell(row[name], "dim") for name in result.attributes),
            )
        )
        for row in first.iter_rows(named=True)
    ]
    columns = (
        Column("Customer", least=12),
        Column("Rank", "right"),
        Column("Score", "right"),
        Column("Change", "right"),
        Column("Band", least=8),
        Column("Events", "right"),
        Column("Silent", "right"),
        *(Column(safe(name), optional=True) for name in result.attributes),
    )
    return filled(Table(heading, columns, tuple(rows), note))
