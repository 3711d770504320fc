"""What each section of a report says in sentences. Every number in them is one that a table shows, too."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.model.scored_by import decimals
from cesctl.present.local_time import local_time
from cesctl.present.numbers import fixed, percent
from cesctl.present.report.phrases import NAMED, are, counted, some
from cesctl.present.run_facts import shown_value, who
from cesctl.present.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.insight.drivers import Drivers
    from cesctl.insight.movers import Movers
    from cesctl.insight.report import Report
    from cesctl.insight.segments import Segments
    from cesctl.insight.trend import Trend
    from cesctl.model.types import Model
    from cesctl.result import Result


def trend(made: Trend) -> list[str]:
    model = made.result.model
    rows = made.periods.filter(pl.col("customers") > 0).to_dicts()
    if len(rows) < 2:
        times = f"{len(made.times)} instants {made.every} apart"
        return [
            f"The log does not reach back far enough for a trend: of {times}, {len(rows)} had anybody."
        ]
    first, last = rows[0], rows[-1]
    places = max(decimals(model), 1)
    average = [fixed(r["average"], places) for r in (first, last)]
    risk = [percent(r["at_risk_share"]) for r in (first, last)]
    begins, ends = (local_time(r["as_of"], model.timezone) for r in (first, last))
    text = f"From {begins} to {ends} the average score {_went(*average)}"
    text += f", and the share at risk {_went(*risk)}."
    missing = len(made.times) - len(rows)
    return (
        [text, f"Before that nobody was there yet ({missing} of the instants)."]
        if missing
        else [text]
    )


def _went(first: str, last: str) -> str:
    return f"stayed at {first}" if first == last else f"went from {first} to {last}"


def flows(made: Movers) -> list[str]:
    model = made.result.model
    whom, when = who(model), local_time(made.before.as_of, model.timezone)
    place = _places(model)
    ups = downs = same = new = gone = other = 0
    for row in made.transitions.to_dicts():
        then, now, count = row["previous_band"], row["band"], row["customers"]
        if then is None:
            new += count
        elif now is None:
            gone += count
        elif place[now] == place[then]:
            same += count
        elif place[now][0] != place[then][0]:
            other += count
        elif place[now] > place[then]:
            ups += count
        else:
            downs += count
    if not (ups or downs or same or gone or other):
        return [
            f"On {when} none of the {whom}s was there yet, so there is nothing to compare with."
        ]
    text = f"Since {when}, {counted(ups, whom)} moved to a better band, {downs:,} to a worse one"
    text += f", and {same:,} stayed"
    if other:
        text += f"; {other:,} went to a band of another variant"
    more = [f"{new:,} {are(new)} new"] * bool(new) + [f"{gone:,} {are(gone)} gone"] * bool(gone)
    return [f"{text}; {', '.join(more)}." if more else f"{text}."]


def _places(model: Model) -> dict[str, tuple[int, int]]:
    """Of each band whose it is, the model's or a variant's, and its place among those."""
    places: dict[str, tuple[int, int]] = {}
    for owner, bands in enumerate((model.bands, *(v.bands for v in model.variants))):
        for at, band in enumerate(bands):
            places.setdefault(band.name, (owner, at))
    return places


def at_risk(result: Result) -> list[str]:
    """How many, and why, by kind of reason."""
    number, of = result.at_risk.height, result.scores.height
    whom = who(result.model)
    if not number:
        return [f"None of the {whom}s is at risk."]
    kinds: Counter[str] = Counter()
    for reason, count in (
        result.at_risk.select(pl.col("risk_reasons").explode())
        .to_series()
        .value_counts()
        .iter_rows()
    ):
        word = str(reason).partition(" ")[0]
        kinds[reason if word in {"band", "never"} else word] += count
    reasons = [
        f"{safe(kind)} ({count:,})"
        for kind, count in sorted(kinds.items(), key=lambda k: (-k[1], k[0]))
    ]
    text = f"{number:,} of {counted(of, whom)} {are(number)} at risk ({percent(number / of)})."
    return [f"{text} The reasons, of which one may have several: {', '.join(reasons)}."]


def movers(made: Movers) -> list[str]:
    model = made.result.model
    falls, rises = made.falls.height, made.rises.height
    there = made.customers.filter(pl.col("change").is_not_null()).height
    when = local_time(made.before.as_of, model.timezone)
    if not there:
        return [f"On {when} none of the {who(model)}s was there yet."]
    same = there - falls - rises
    text = f"Of the {counted(there, who(model))} there were on {when}, {falls:,} have a lower score now"
    return [f"{text}, {rises:,} a higher one, and {same:,} the same."]


def segments(report: Report) -> list[str]:
    if not report.segments and not report.left_out:
        return ["There are no attributes to compare by; --by NAME takes a property of the events."]
    lines = [_differing(made) for made in report.segments]
    if report.left_out:
        why = ", ".join(f"{safe(name)} ({reason})" for name, reason in report.left_out.items())
        lines.append(f"Not compared by: {why}. --by NAME does.")
    return lines


def _differing(made: Segments) -> str:
    name = ", ".join(safe(b) for b in made.by)
    sides = []
    for side, word in (("above", "higher"), ("below", "lower")):
        rows = (
            made.rows.filter(pl.col("differs") == side)
            .sort("customers", descending=True)
            .to_dicts()
        )
        if rows:
            sides.append(f"{some([_segment(r, made.by) for r in rows])} {word}")
    if not sides:
        return f"By {name}: no segment scores higher or lower than the rest, beyond chance."
    return f"By {name}: {'; '.join(sides)} than the rest, beyond chance."


def _segment(row: dict[str, Any], by: Sequence[str]) -> str:
    return " · ".join(shown_value(row[name]) for name in by)


def drivers(made: Drivers) -> list[str]:
    most = made.signals.filter(pl.col("points") > 0).sort("points", descending=True).head(NAMED)
    lines = []
    if most.height:
        parts = [
            f"{safe(row['signal'])} ({percent(row['share'])})"
            if row["share"] is not None
            else safe(row["signal"])
            for row in most.to_dicts()
        ]
        lines.append(f"Most of the points come from {some(parts)}.")
    if not min(made.sizes):
        return [
            *lines,
            "There are too few customers, or too many with one score, to compare.",
        ]
    top, bottom = (f"{safe(g)} ({n:,})" for g, n in zip(made.groups, made.sizes, strict=True))
    lines.append(f"Compared are the top, {top}, and the bottom, {bottom}.")
    apart = made.events.filter(pl.col("separates") == "top").sort(
        ["low", "event"], descending=[True, False]
    )
    if apart.height:
        row = apart.row(0, named=True)
        lines.append(
            f"{safe(row['event'])} tells them apart most: {percent(row['top_reach'])} of the top did it, and "
            f"{percent(row['bottom_reach'])} of the bottom."
        )
    return lines
