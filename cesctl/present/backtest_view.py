"""What ``cesctl backtest`` shows: a verdict, and the numbers it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cesctl.duration import format_duration
from cesctl.model.scored_by import decimals
from cesctl.present.answer import Answer
from cesctl.present.json_text import instant, provenance
from cesctl.present.local_time import local_time
from cesctl.present.numbers import fixed, percent, signed
from cesctl.present.outcome_columns import MEASURES, SHARES, ends, measure_cells, share_cells
from cesctl.present.run_facts import run_facts, shown_value, who
from cesctl.present.safe import safe
from cesctl.present.score_view import band_styles, title
from cesctl.present.view import Column, Page, Remark, Row, Table, Words, cell, filled
from cesctl.validity.verdict import verdict

if TYPE_CHECKING:
    import polars as pl

    from cesctl.validity.backtest import Backtest
    from cesctl.validity.rates import Rate

SEGMENTS = 20
_MICROSECOND = timedelta(microseconds=1)
MEASURES_REMARKS = (
    Remark(
        "AUC: of two customers at one time of whom one had the outcome, how often the measure tells "
        "which; 0.5 is chance.",
        "AUC",
    ),
    Remark(
        "Precision: its average over all cuts; chance gives the share of outcomes.", "Precision"
    ),
    Remark("First 10%, 20%: share of the outcomes among those whom it puts first.", "First 10%"),
    Remark(
        "Than score: AUC less the score's; all intervals hold together with 95% confidence.",
        "Than score",
    ),
)


def backtest_answer(made: Backtest, *, top: int = SEGMENTS) -> Answer:
    """The answer in every form; files hold one row per customer at stake and T."""
    tables = {
        "measures": made.measures,
        "bands": made.bands,
        "tenths": made.tenths,
        "times": made.times,
    }
    if made.segments is not None:
        tables["segments"] = made.segments
    said = verdict(made)
    return Answer(
        page=backtest_page(made, said, top=top),
        table=made.pairs,
        name="backtest",
        head=_head(made, said),
        tables=tables,
    )


def backtest_page(made: Backtest, said: Sequence[str], *, top: int = SEGMENTS) -> Page:
    """``said``: the verdict."""
    parts: list[Table | Words] = [
        Words(safe(" ".join(said)), "Verdict"),
        _measures(made),
        _bands(made),
        _tenths(made),
        Words(_list(made), "At-risk list"),
        _times(made),
    ]
    if made.segments is not None:
        parts.append(_segments(made, made.segments, top))
    return Page(f"{title(made.result.model)} · backtest", _facts(made), tuple(parts))


def _facts(made: Backtest) -> tuple[tuple[str, str], ...]:
    return (*run_facts(made.result, past=True), *outcome_facts(made))


def outcome_facts(made: Backtest) -> tuple[tuple[str, str], ...]:
    """What is foretold, when, and of whom."""
    model = made.result.model
    zone = model.timezone
    pairs = made.pairs.height
    share = percent(int(made.pairs["outcome"].sum()) / pairs) if pairs else "none"
    times = made.times["as_of"]
    ends = f"{local_time(times[0], zone)} to {local_time(times[-1], zone)}"
    return (
        ("Outcome", safe(f"{made.outcome}, within {_days(made)} of each time")),
        ("Known to", local_time(made.until, zone)),
        ("Times", f"{len(times):,}, {made.every} apart, {ends}" if len(times) > 1 else ends),
        (
            "At stake",
            f"{made.customers:,} {who(model)}s, {pairs:,} times in all · outcome in {share}",
        ),
    )


def _days(made: Backtest) -> str:
    return format_duration(made.horizon // _MICROSECOND)


def _head(made: Backtest, said: Sequence[str]) -> dict[str, Any]:
    """What JSON says besides the tables."""
    flagged = made.at_risk
    return {
        **provenance(made.result),
        "outcome": str(made.outcome),
        "good": made.outcome.good,
        "horizon": _days(made),
        "every": str(made.every),
        "known_to": instant(made.until),
        "customers": made.customers,
        "customers_with_outcome": made.with_outcome,
        "pairs": made.pairs.height,
        "outcomes": int(made.pairs["outcome"].sum()),
        "verdict": list(said),
        "at_risk": {
            "precision": _rate(flagged.precision),
            "recall": _rate(flagged.recall),
            "outcomes": flagged.outcomes,
            "seen": flagged.seen,
            "lead_days": flagged.lead_days,
        },
        "foretold": None
        if made.foretold is None
        else {
            "times": made.foretold.times,
            "pairs": made.foretold.pairs,
            "expected": made.foretold.expected,
            "observed": made.foretold.observed,
        },
    }


def _rate(rate: Rate) -> dict[str, Any]:
    share = rate.share
    return {
        "pairs": rate.pairs,
        "hits": rate.hits,
        "share": None if share is None else round(share, 6),
        "low": round(rate.low, 6),
        "high": round(rate.high, 6),
    }


def _measures(made: Backtest) -> Table:
    rows = []
    for row in made.measures.iter_rows(named=True):
        color = {"better": "red", "worse": "green"}.get(row["than_score"], "")
        than = "" if row["difference"] is None else signed(row["difference"], 3)
        rows.append(
            Row(
                (
                    cell(row["name"], "bold" if row["kind"] == "score" else ""),
                    *measure_cells(row),
                    cell(fixed(row["lift_10"], 2)),
                    cell(than, color),
                    cell(row["than_score"] or "", color),
                )
            )
        )
    columns = (
        Column("Measure", least=12),
        *MEASURES,
        Column("Lift", "right", optional=True),
        Column("Than score", "right"),
        Column("Sure"),
    )
    note = " ".join(r.text for r in MEASURES_REMARKS)
    return filled(Table("How well it foretells", columns, tuple(rows), note, MEASURES_REMARKS))


def _bands(made: Backtest) -> Table:
    styles = band_styles(made.result)
    rows = tuple(
        Row((cell(row["band"], styles.get(row["band"], "")), *share_cells(row)))
        for row in made.bands.iter_rows(named=True)
    )
    note = (
        "A customer counts once for each time at which it is at stake; intervals count customers."
    )
    return filled(Table("By band", (Column("Band", least=8), *SHARES), rows, note))


def _tenths(made: Backtest) -> Table:
    places = decimals(made.result.model)
    rows = tuple(
        Row(
            (
                cell(f"{fixed(row['from'], places)} to {fixed(row['to'], places)}"),
                *share_cells(row),
            )
        )
        for row in made.tenths.iter_rows(named=True)
    )
    return filled(Table("By tenths of the score", (Column("Score"), *SHARES), rows))


def _list(made: Backtest) -> str:
    found = made.at_risk
    if not found.precision.pairs:
        return "Nobody was at risk at any of the times."
    ends = f"{percent(found.precision.low)} to {percent(found.precision.high)}"
    parts = [f"{percent(found.precision.share)} of those on it had the outcome ({ends})"]
    if found.recall.pairs:
        parts.append(
            f"it held {percent(found.recall.share)} of those who had it "
            f"({percent(found.recall.low)} to {percent(found.recall.high)})"
        )
    text = "; ".join(parts) + "."
    if found.lead_days is not None:
        text += (
            f" {found.seen:,} of {found.outcomes:,} outcomes were seen before, half of them "
            f"{fixed(found.lead_days, 0)} days or more."
        )
    return text


def _times(made: Backtest) -> Table:
    zone = made.result.model.timezone
    rows = tuple(
        Row(
            (
                cell(local_time(row["as_of"], zone)),
                cell(f"{row['pairs']:,}"),
                cell(f"{row['outcomes']:,}"),
                cell(percent(row["rate"])),
                cell(fixed(row["auc"], 3), "bold"),
                cell(ends(row["auc_low"], row["auc_high"], 3)),
                cell(f"{row['had']:,}"),
                cell(f"{row['unseen']:,}"),
                cell(f"{row['open']:,}"),
            )
        )
        for row in made.times.iter_rows(named=True)
    )
    columns = (
        Column("As of"),
        Column("At stake", "right"),
        Column("Outcomes", "right"),
        Column("Rate", "right"),
        Column("AUC", "right", keep=True),
        Column("95% interval", optional=True),
        Column("Had it", "right", optional=True),
        Column("Unseen", "right", optional=True),
        Column("Open", "right", optional=True),
    )
    remarks = (
        Remark("Had it: before, so not at stake.", "Had it"),
        Remark("Unseen: without activity by then.", "Unseen"),
        Remark("Open: what came is not known to the end of the horizon.", "Open"),
    )
    note = " ".join(r.text for r in remarks)
    return filled(Table("By time", columns, rows, note, remarks))


def _segments(made: Backtest, table: pl.DataFrame, top: int) -> Table:
    by = str(made.by)
    first = table.head(top)
    rows = tuple(
        Row(
            (
                cell(shown_value(row[by])),
                *share_cells(row),
                cell(fixed(row["auc"], 3), "bold"),
                cell(ends(row["auc_low"], row["auc_high"], 3)),
            )
        )
        for row in first.iter_rows(named=True)
    )
    columns = (
        Column(safe(by), least=8),
        *SHARES[:4],
        Column("95% of rate", optional=True),
        Column("AUC", "right"),
        Column("95% of AUC"),
    )
    left = table.height - first.height
    return filled(
        Table(
            f"By {safe(by)}", columns, rows, f"{left:,} more: --top N shows them." if left else ""
        )
    )
