"""What ``cesctl segments`` shows: a line per segment, and which differ from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cesctl.model.scored_by import all_bands, decimals
from cesctl.present.answer import Answer
from cesctl.present.json_text import provenance
from cesctl.present.numbers import fixed, percent, signed
from cesctl.present.run_facts import run_facts, shown_value, who
from cesctl.present.safe import safe
from cesctl.present.score_view import band_styles, title
from cesctl.present.view import Column, Page, Remark, Row, Table, cell, filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cesctl.insight.segments import Segments

SHOWN = 30
REMARKS = (
    Remark(
        "Difference: average less that of all others; where it is not called above or below, chance may be "
        "all there is to it.",
        "Difference",
    ),
    Remark("All intervals of the table hold together with 95% confidence.", "Interval"),
)


def segments_answer(
    segments: Segments, *, top: int = SHOWN, where: Mapping[str, str | None] | None = None
) -> Answer:
    return Answer(
        page=segments_page(segments, top=top, where=where),
        table=segments.rows,
        name="segments",
        head={**provenance(segments.result), "by": list(segments.by)},
        tables={"segments": segments.rows},
    )


def segments_page(
    segments: Segments, *, top: int = SHOWN, where: Mapping[str, str | None] | None = None
) -> Page:
    result = segments.result
    facts = run_facts(result, where, segments.everyone)
    return Page(f"{title(result.model)} · segments", facts, (_table(segments, top),))


def _table(segments: Segments, top: int) -> Table:
    model = segments.result.model
    styles = band_styles(segments.result)
    first = segments.rows.head(top)
    columns = (
        *(Column(safe(name), least=8) for name in segments.by),
        Column(f"{who(model).capitalize()}s", "right"),
        Column("Average", "right"),
        Column("Difference", "right"),
        Column("Differs"),
        Column("Interval", optional=True),
        Column("At risk", "right", optional=True),
        Column("Quartiles", optional=True),
        *(Column(safe(b.name), "right", optional=True) for b in all_bands(model)),
    )
    rows = tuple(_row(row, segments, styles) for row in first.iter_rows(named=True))
    left = segments.rows.height - first.height
    sentences = [remark.text for remark in REMARKS]
    if left:
        sentences.append(f"{left:,} more: --top N shows them.")
    heading = "By " + ", ".join(safe(name) for name in segments.by)
    return filled(Table(heading, columns, rows, " ".join(sentences), REMARKS))


def _row(row: dict[str, Any], segments: Segments, styles: Mapping[str, str]) -> Row:
    model = segments.result.model
    places = max(decimals(model), 1)
    color = {"above": "green", "below": "red"}.get(row["differs"], "")
    interval = (
        f"{signed(row['low'], places)} to {signed(row['high'], places)}"
        if row["low"] is not None
        else ""
    )
    quartiles = " · ".join(
        fixed(row[k], places) for k in ("lower_quartile", "median", "upper_quartile")
    )
    return Row(
        (
            *(cell(shown_value(row[name])) for name in segments.by),
            cell(f"{row['customers']:,}"),
            cell(fixed(row["average"], places), "bold"),
            cell(signed(row["difference"], places), color),
            cell(row["differs"], color),
            cell(interval),
            cell(percent(row["at_risk_share"])),
            cell(quartiles),
            *(
                cell(percent(row[f"band {b.name}"] / row["customers"]), styles[b.name])
                for b in all_bands(model)
            ),
        )
    )
