"""What ``cesctl tune`` shows: a verdict, what changes and why, and how that does on what it never saw."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.duration import format_duration
from cesctl.present.answer import Answer
from cesctl.present.json_text import instant, provenance
from cesctl.present.local_time import local_time
from cesctl.present.numbers import percent, shortest, signed
from cesctl.present.outcome_columns import MEASURES, SHARES, measure_cells, share_cells
from cesctl.present.run_facts import run_facts, who
from cesctl.present.safe import safe
from cesctl.present.score_view import band_styles, title
from cesctl.present.view import Column, Page, Remark, Row, Table, Words, cell, filled
from cesctl.tuning.changes import LIMITS, SCHEMA, different, scale_changes, told
from cesctl.tuning.verdict import verdict

if TYPE_CHECKING:
    from cesctl.model.types import Group
    from cesctl.tuning.judge import Judgement
    from cesctl.tuning.tuned import Half, Tuned

_MICROSECOND = timedelta(microseconds=1)


def tune_answer(made: Tuned) -> Answer:
    """The answer in every form; files hold one row per signal."""
    said = verdict(made)
    tables = {}
    if made.changes is not None:
        tables["changes"] = made.changes
    if made.judgement is not None:
        tables["measures"] = made.judgement.measures
    if made.bands is not None:
        tables["bands"] = made.bands
    return Answer(
        page=_page(made, said),
        table=pl.DataFrame(schema=SCHEMA) if made.changes is None else made.changes,
        name="tune",
        head=_head(made, said),
        tables=tables,
    )


def _page(made: Tuned, said: list[str]) -> Page:
    parts: list[Table | Words] = [Words(safe(" ".join(said)), "Verdict")]
    if made.changes is not None:
        parts.append(_changes(made, made.changes))
    if made.judgement is not None:
        parts.append(_measures(made.judgement))
    if made.bands is not None:
        parts.append(_bands(made, made.bands))
    return Page(f"{title(made.before)} · tune", _facts(made), tuple(parts))


def _facts(made: Tuned) -> tuple[tuple[str, str], ...]:
    return (
        *run_facts(made.result, past=True),
        ("Outcome", safe(f"{made.outcome}, within {_days(made)} of each time")),
        ("Fitted", _half(made, made.fitted)),
        ("Judged", _half(made, made.judged)),
    )


def _days(made: Tuned) -> str:
    return format_duration(made.horizon // _MICROSECOND)


def _half(made: Tuned, half: Half) -> str:
    zone = made.before.timezone
    ends = list(dict.fromkeys(local_time(t, zone) for t in (half.times[0], half.times[-1])))
    times = f"{len(half.times)} times, " if len(half.times) > 1 else ""
    share = f" · outcome in {percent(half.outcomes / half.pairs)}" if half.pairs else ""
    return f"{half.customers:,} {who(made.before)}s, {times}{' to '.join(ends)}{share}"


def _head(made: Tuned, said: list[str]) -> dict[str, Any]:
    """What JSON says besides the tables."""
    found = made.judgement
    return {
        **provenance(made.result),
        "outcome": str(made.outcome),
        "good": made.outcome.good,
        "horizon": _days(made),
        "every": str(made.every),
        "fitted": _half_head(made.fitted),
        "judged": _half_head(made.judged),
        "better": made.better,
        "difference": None if found is None else round(found.difference, 6),
        "low": None if found is None or found.low is None else round(found.low, 6),
        "high": None if found is None or found.high is None else round(found.high, 6),
        "verdict": said,
    }


def _half_head(half: Half) -> dict[str, Any]:
    return {
        "times": [instant(t) for t in half.times],
        "customers": half.customers,
        "pairs": half.pairs,
        "outcomes": half.outcomes,
    }


def _changes(made: Tuned, changes: pl.DataFrame) -> Table:
    rows = []
    for row in changes.iter_rows(named=True):
        same = row["weight"] == row["new_weight"]
        color = "" if same else "bold"
        rows.append(
            Row(
                (
                    cell(row["signal"]),
                    cell(shortest(row["weight"])),
                    cell(shortest(row["new_weight"]), color),
                    cell(row["setting"]),
                    cell(row["new_setting"]),
                    cell("" if row["odds"] is None else f"x{shortest(row['odds'])}"),
                    cell(row["why"]),
                )
            )
        )
    columns = (
        Column("Signal", least=10),
        Column("Weight", "right"),
        Column("New", "right", keep=True),
        Column("Was", least=8, optional=True),
        Column("Now", least=8),
        Column("Odds", "right"),
        Column("Why", least=20),
    )
    title = "What changes" if made.better else "What the fit would change"
    note = (
        "Odds: of the outcome where the value is high (nine in ten are below it; if rare, the highest), "
        "by those where it is low (one in ten; the lowest), all else equal."
    )
    limits = " ".join(f"{_limit(a, b)}." for a, b in made.limits)
    if limits:
        note += f" Limits that follow the weights: {limits}"
    if made.scale is not None:
        for change in scale_changes(made.before.scale, made.scale):
            note += (
                f" The scale follows, too: {change.key} {told(change.was)} to {told(change.now)}."
            )
    return filled(Table(title, columns, tuple(rows), note))


def _limit(before: Group, after: Group) -> str:
    changes = different(before, after, LIMITS)
    limits = [f"{c.key} {told(c.was)} to {told(c.now)}" for c in changes]
    return f"{safe(before.name)} {', '.join(limits)}"


def _measures(found: Judgement) -> Table:
    rows = []
    for row in found.measures.iter_rows(named=True):
        than = "" if row["difference"] is None else signed(row["difference"], 3)
        color = {"better": "green", "worse": "red"}.get(row["than_score"] or "", "")
        rows.append(
            Row(
                (
                    cell(row["name"], "bold" if row["kind"] in {"score", "tuned"} else ""),
                    *measure_cells(row),
                    cell(than, color),
                    cell(row["than_score"] or "", color),
                )
            )
        )
    columns = (
        Column("Measure", least=12),
        *MEASURES,
        Column("Than before", "right"),
        Column("Sure"),
    )
    sure = Remark(
        "Sure: all comparisons of the table hold together with 95% confidence; the verdict rests on that of "
        "the tuned weights alone.",
        "Sure",
    )
    note = f"Of customers and times that the fit never saw. {sure.text}"
    return filled(Table("How well it foretells", columns, tuple(rows), note, (sure,)))


def _bands(made: Tuned, bands: pl.DataFrame) -> Table:
    styles = band_styles(made.result)
    froms = {b.name: b.from_ for b in made.model.bands}
    old = made.bands_before
    was = {} if old is None or old.equals(bands) else dict(old.select("band", "pairs").iter_rows())
    rows = []
    for row in bands.iter_rows(named=True):
        name = row["band"]
        cells = [cell(name, styles.get(name, "")), cell(shortest(froms[name]))]
        cells += [cell(f"{was[name]:,}")] if was else []
        rows.append(Row((*cells, *share_cells(row))))
    first = [Column("Band", least=8), Column("From", "right")]
    first += [Column("Was", "right")] if was else []
    which = "tuned" if made.better else "present"
    remark = Remark("Was: how many were at stake in it by the model before.", "Was")
    title = f"By band of the {which} weights"
    note, remarks = (remark.text, (remark,)) if was else ("", ())
    return filled(Table(title, (*first, *SHARES), tuple(rows), note, remarks))
