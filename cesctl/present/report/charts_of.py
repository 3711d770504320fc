"""What the charts of a report show, from the frames of the views; and that in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.model.columns import VARIANT
from cesctl.model.scored_by import all_bands, decimals
from cesctl.present.local_time import local_time
from cesctl.present.numbers import fixed, percent, signed
from cesctl.present.report.document import (
    NOT_THERE,
    BandBars,
    BandsOverTime,
    Flows,
    Intervals,
    Pairs,
    SharesOverTime,
)
from cesctl.present.report.phrases import best_band
from cesctl.present.run_facts import shown_value, who
from cesctl.present.safe import safe

if TYPE_CHECKING:
    from cesctl.insight.drivers import Drivers
    from cesctl.insight.movers import Movers
    from cesctl.insight.segments import Segments
    from cesctl.insight.trend import Trend
    from cesctl.present.report.document import Chart
    from cesctl.result import Result

ROWS = 12  # of a chart of segments or events; more could not be read


def bands(result: Result) -> BandBars:
    place = {b.name: at for at, b in enumerate(all_bands(result.model))}
    rows = tuple(
        (
            safe(band["name"] if band.get(VARIANT) is None else f"{band[VARIANT]}: {band['name']}"),
            band["share"] or 0.0,
            f"{band['customers']:,} ({percent(band['share'] or 0.0)})",
        )
        for band in result.bands.to_dicts()
    )
    return BandBars(
        name="bands",
        title=f"{who(result.model).capitalize()}s by band",
        told=", ".join(f"{name} {text}" for name, _, text in rows),
        bands=rows,
        colors=tuple(place[name] for name in result.bands["name"]),
    )


def trend(made: Trend) -> list[Chart]:
    """The bands and the shares over time; nothing where fewer than two instants have anybody."""
    rows = made.periods.to_dicts()
    there = [row for row in rows if row["customers"]]
    if len(there) < 2:
        return []
    model = made.result.model
    names = [b.name for b in all_bands(model)]
    places = max(decimals(model), 1)
    times = tuple(local_time(row["as_of"], model.timezone) for row in rows)
    days = tuple(time[:10] for time in times)
    shown = days if len(set(days)) == len(days) else times
    first, last = there[0], there[-1]
    begins, ends = (local_time(row["as_of"], model.timezone) for row in (first, last))

    def went(name: str, then: str, now: str) -> str:
        return f"{name} from {then} to {now}"

    told = [went("average score", *(fixed(r["average"], places) for r in (first, last)))]
    told += [went(safe(n), *(_share(r, n) for r in (first, last))) for n in names]
    lines = (("At risk", "at_risk_share"), ("Engaged", "engaged"))
    return [
        BandsOverTime(
            name="bands-over-time",
            title="Average score, and share of each band",
            told=f"From {begins} to {ends}: {', '.join(told)}",
            times=shown,
            bands=tuple(safe(n) for n in names),
            average=tuple(row["average"] for row in rows),
            shares=tuple(
                tuple(row[f"band {n}"] / row["customers"] for n in names)
                if row["customers"]
                else None
                for row in rows
            ),
            decimals=places,
        ),
        SharesOverTime(
            name="shares-over-time",
            title=f"At risk, and engaged: in the best band, {best_band(model)}",
            told=f"From {begins} to {ends}: "
            + ", ".join(went(word, percent(first[c]), percent(last[c])) for word, c in lines),
            times=shown,
            lines=tuple((word, tuple(row[column] for row in rows)) for word, column in lines),
        ),
    ]


def _share(row: dict[str, Any], band: str) -> str:
    return percent(row[f"band {band}"] / row["customers"])


def flows(made: Movers) -> list[Flows]:
    """Nothing where nobody was there before."""
    model = made.result.model
    place: dict[str | None, int] = {b.name: at for at, b in enumerate(all_bands(model))}
    rows = [
        (
            place.get(row["previous_band"], NOT_THERE),
            place.get(row["band"], NOT_THERE),
            row["customers"],
        )
        for row in made.transitions.to_dicts()
    ]
    if all(NOT_THERE in ends for *ends, _ in rows) or len(place) < 2:
        return []
    names = tuple(safe(b.name) for b in all_bands(model))
    sides = [{**dict(enumerate(names)), NOT_THERE: word} for word in ("new", "gone")]
    moved = [f"{n:,} from {sides[0][a]} to {sides[1][b]}" for a, b, n in rows if a != b]
    times = (made.before.as_of, made.result.as_of)
    days = [local_time(at, model.timezone)[:10] for at in times]
    return [
        Flows(
            name="flows",
            title=f"{who(model).capitalize()}s of each band then, and where they are now",
            told="; ".join(moved) or "Nobody moved from one band to another",
            titles=(days[0], days[1]),
            bands=names,
            flows=tuple(rows),
        )
    ]


def segments(made: Segments, name: str) -> list[Intervals]:
    """Of many segments the largest, in the order of the table."""
    told_apart = made.rows.filter(pl.col("difference").is_not_null())
    if told_apart.height < 2:
        return []
    least = told_apart["customers"].sort(descending=True)[min(ROWS, told_apart.height) - 1]
    rows = told_apart.filter(pl.col("customers") >= least).head(ROWS).to_dicts()
    places = max(decimals(made.result.model), 1)
    by = ", ".join(safe(b) for b in made.by)
    whom = who(made.result.model)

    def label(row: dict[str, Any]) -> str:
        return " · ".join(shown_value(row[b]) for b in made.by)

    told = [f"{label(r)} {signed(r['difference'], places)}" for r in rows]
    of = (
        ""
        if len(rows) == made.rows.height
        else f", the {len(rows)} largest of {made.rows.height:,}"
    )
    return [
        Intervals(
            name=name,
            title=f"By {by}: average score less that of all other {whom}s{of}",
            told=", ".join(told),
            rows=tuple(
                (
                    f"{label(r)} ({r['customers']:,})",
                    r["difference"],
                    None if r["low"] is None else (r["low"], r["high"]),
                    r["differs"],
                )
                for r in rows
            ),
        )
    ]


def drivers(made: Drivers) -> list[Pairs]:
    if not min(made.sizes) or made.events.is_empty():
        return []
    rows = made.events.head(ROWS).to_dicts()
    sides = (_side(made.groups[0], "top"), _side(made.groups[1], "bottom"))
    told = [
        f"{safe(r['event'])} {percent(r['top_reach'])} and {percent(r['bottom_reach'])}"
        for r in rows
    ]
    return [
        Pairs(
            name="drivers",
            title=f"Share that did it at least once: {sides[0]}, and {sides[1]}",
            told=", ".join(told),
            sides=sides,
            rows=tuple((safe(r["event"]), r["top_reach"], r["bottom_reach"]) for r in rows),
        )
    ]


def _side(group: str, word: str) -> str:
    """``top: band Excellent``"""
    return f"{word} ({safe(group)})"
