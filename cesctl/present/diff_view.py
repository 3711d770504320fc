"""What ``cesctl diff`` shows: what two models say of the same customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.model.scored_by import all_bands, decimals
from cesctl.present.answer import Answer
from cesctl.present.backtest_view import outcome_facts
from cesctl.present.band_matrix import MatrixWords, band_matrix
from cesctl.present.causes import Moved, moved_rows
from cesctl.present.json_text import instant, run_head
from cesctl.present.numbers import fixed, percent, shortest, signed
from cesctl.present.outcome_columns import MEASURES, measure_cells
from cesctl.present.run_facts import run_facts, shown_value, who, window_text
from cesctl.present.safe import safe
from cesctl.present.score_view import band_styles, title
from cesctl.present.view import Column, Page, Remark, Row, Table, Words, cell, filled
from cesctl.validity.foretelling import which_is_better

if TYPE_CHECKING:
    from cesctl.insight.diff import Diff
    from cesctl.model.types import Model
    from cesctl.result import Result
    from cesctl.validity.foretelling import Foretelling

SHOWN = 10
SAID = 30  # differences of the models that a page shows
NOTHING = "–"  # noqa: RUF001
MATRIX = MatrixWords(
    title="From the bands of A to those of B",
    rows="A",
    total="B",
    column="B: {}",
    only_columns="(not in A)",
    only_rows="(not in B)",
    shares="Shares are of the band of A.",
)
SHOWN_MEASURES = 4  # up to the first 10 %
REMARKS = (
    Remark(
        "AUC: of two customers at one time of whom one had the outcome, how often the score tells which; "
        "0.5 is chance.",
        "AUC",
    ),
    Remark(
        "Precision: its average over all cuts; chance gives the share of outcomes.", "Precision"
    ),
    Remark("First 10%: share of the outcomes among those whom it puts first.", "First 10%"),
)


def diff_answer(made: Diff, *, top: int = SHOWN) -> Answer:
    """The answer in every form; files hold one row per customer."""
    tables = {"models": made.models, "transitions": made.transitions}
    if made.foretelling is not None:
        tables["measures"] = made.foretelling.measures
    sides = [f"{p}.{side}" for p in made.parts for side in ("a", "b")]
    return Answer(
        page=diff_page(made, top=top),
        table=made.customers.drop(sides),
        name="diff",
        head=_head(made),
        tables={**tables, "customers": made.customers},
    )


def diff_page(made: Diff, *, top: int = SHOWN) -> Page:
    parts: list[Table | Words] = [
        _models(made),
        _both(made),
        Words(_alike(made), "How far they agree"),
    ]
    if made.customers.height:
        parts.append(_matrix(made))
    if top:
        parts.append(_moved(made, top))
    if made.foretelling is not None:
        parts.insert(0, Words(safe(which_is_better(made.foretelling)), "Which foretells better"))
        parts.append(_measures(made.foretelling))
    names = dict.fromkeys((title(made.a.model), title(made.b.model)))
    return Page(f"{' and '.join(names)} · diff", _facts(made), tuple(parts))


def _facts(made: Diff) -> tuple[tuple[str, str], ...]:
    facts = [("A", _model(made.a.model)), ("B", _model(made.b.model))]
    facts += [f for f in run_facts(made.a) if f[0] not in {"Set", "Window"}]
    if made.foretelling is not None:
        facts += outcome_facts(made.foretelling.of_a)
    facts += [("Note", safe(note)) for note in made.notes]
    return tuple(facts)


def _model(model: Model) -> str:
    """Which it is, what was set in it, and its window."""
    path = safe(model.path or model.name) or "given as text"
    values = [f"{safe(at)} = {safe(value)}" for at, value in model.values_set]
    said = [f"with {values[0]}", *values[1:]] if values else []
    return " · ".join([path, *said, f"window {window_text(model)}"])


def _head(made: Diff) -> dict[str, Any]:
    """What JSON says besides the tables."""
    only_a, only_b = made.only_one
    head: dict[str, Any] = {
        "as_of": instant(made.a.as_of),
        "a": run_head(made.a),
        "b": run_head(made.b),
        "correlation": made.correlation,
        "scored_by_a_only": only_a,
        "scored_by_b_only": only_b,
        "at_risk": made.at_risk,
        "notes": list(made.notes),
    }
    found = made.foretelling
    if found is not None:
        head["foretelling"] = {
            "outcome": str(found.of_a.outcome),
            "good": found.of_a.outcome.good,
            "known_to": instant(found.of_a.until),
            "customers": found.customers,
            "customers_with_outcome": found.with_outcome,
            "pairs": found.pairs.height,
            "outcomes": int(found.pairs["outcome"].sum()),
            "verdict": which_is_better(found),
        }
    return head


def _models(made: Diff) -> Table | Words:
    heading = "What the models say"
    if not made.models.height:
        return Words("Both say the same.", heading)
    first = made.models.head(SAID)
    rows = tuple(
        Row(tuple(cell(text or NOTHING, "" if text else "dim") for text in row))
        for row in first.iter_rows()
    )
    columns = (
        Column("Where", least=12, ends=True),
        Column("A", least=10),
        Column("B", least=10, keep=True),
    )
    left = made.models.height - first.height
    return Table(heading, columns, rows, f"{left:,} more: JSON has all." if left else "")


def _both(made: Diff) -> Table:
    """A line per number of a run, and per band."""
    a, b = made.a, made.b
    places = max(decimals(a.model), decimals(b.model), 1)
    rows = [_counts(f"{who(a.model).capitalize()}s", a.scores.height, b.scores.height)]
    for name in ("average", "median"):
        one, other = a.summary[name], b.summary[name]
        apart = None if one is None or other is None else other - one
        texts = (fixed(one, places), fixed(other, places), signed(apart, places))
        rows.append(Row((cell(name.capitalize()), *(cell(t) for t in texts))))
    rows.append(_shares("At risk", a.at_risk.height, b.at_risk.height, made, ""))
    styles = band_styles(b) | band_styles(a)
    bands = dict.fromkeys(band.name for r in (a, b) for band in all_bands(r.model))
    for at, band in enumerate(bands):
        one, other = (_in_band(r, band) for r in (a, b))
        rows.append(_shares(band, one, other, made, styles.get(band, ""), rule=not at))
    columns = (
        Column("", least=8),
        Column("A", "right", keep=True),
        Column("B", "right", keep=True),
        Column("Difference", "right"),
    )
    return Table("Both models", columns, tuple(rows))


def _in_band(result: Result, band: str) -> int | None:
    """How many are in it; None where the model has no such band."""
    if all(b.name != band for b in all_bands(result.model)):
        return None
    return result.scores.filter(pl.col("band") == band).height


def _counts(name: str, one: int, other: int) -> Row:
    return Row((cell(name), cell(f"{one:,}"), cell(f"{other:,}"), cell(_apart(other - one))))


def _shares(
    name: str, one: int | None, other: int | None, made: Diff, style: str, *, rule: bool = False
) -> Row:
    texts = [
        NOTHING if n is None else f"{n:,} ({percent(n / result.scores.height)})" if n else "0"
        for n, result in ((one, made.a), (other, made.b))
    ]
    apart = "" if one is None or other is None else _apart(other - one)
    return Row((cell(name, style), *(cell(t) for t in texts), cell(apart)), rule=rule)


def _apart(difference: int) -> str:
    return f"{difference:+,}" if difference else "0"


def _alike(made: Diff) -> str:
    """How far both scores say the same, in sentences."""
    whom = who(made.a.model)
    both, only = made.both.height, made.only_one
    lines = []
    if not both:
        lines.append(f"No {whom} is scored by both.")
    else:
        moved = made.both.filter(pl.col("difference") != 0).height
        share = f" ({percent(moved / both)})" if moved else ""
        order = "there is no order to compare."
        if made.correlation is not None:
            correlation = fixed(made.correlation, 3)
            order = f"rank correlation {correlation} (Spearman; 1 is the same order)."
        lines.append(
            f"{_some(both, whom)} scored by both, {moved:,} of them otherwise{share}; {order}"
        )
    for letter, number in zip("AB", only, strict=True):
        if number:
            lines.append(f"{_some(number, whom)} scored by {letter} only.")
    if both:
        at = made.at_risk
        changed = at["only_a"] + at["only_b"]
        lines.append(
            f"At risk by both: {at['both']:,}; by A only: {at['only_a']:,}; by B only: {at['only_b']:,}. "
            f"That is another flag for {percent(changed / both)} of them."
        )
    to = [[shortest(x) for x in r.model.scale.to] for r in (made.a, made.b)]
    methods = [r.model.scale.method for r in (made.a, made.b)]
    if (to[0], methods[0] == "none") != (to[1], methods[1] == "none"):
        said = [
            "raw" if method == "none" else f"{low} to {high}"
            for method, (low, high) in zip(methods, to, strict=True)
        ]
        lines.append(
            f"Their scales differ (A: {said[0]}, B: {said[1]}): order and bands can be compared, points of "
            "the score cannot."
        )
    return "\n".join(lines)


def _some(number: int, whom: str) -> str:
    return f"{number:,} {whom} is" if number == 1 else f"{number:,} {whom}s are"


def _matrix(made: Diff) -> Table:
    bands = [[b.name for b in all_bands(r.model)] for r in (made.a, made.b)]
    customers = f"{who(made.a.model).capitalize()}s"
    return band_matrix(
        made.transitions, (bands[0], bands[1]), band_styles(made.a), MATRIX, customers
    )


def _moved(made: Diff, top: int) -> Table | Words:
    if not made.moved.height:
        return Words("No score and no band differs.", "Greatest differences")
    first = made.moved.head(top)
    places = max(decimals(made.a.model), decimals(made.b.model))
    rows: list[Row] = []
    for row in first.iter_rows(named=True):
        rows += moved_rows(_customer(row, made), places, rule=bool(rows))
    columns = (
        Column(f"{who(made.a.model).capitalize()}, signal", least=12),
        Column("A", "point"),
        Column("B", "point"),
        Column("Difference", "point", keep=True),
        Column("Band", least=8),
    )
    heading = f"Greatest differences: {first.height:,} of {made.moved.height:,}"
    note = (
        "The score of a customer, then the points of the signals that make the difference; raw is "
        "their sum."
    )
    return filled(Table(heading, columns, tuple(rows), note))


def _customer(row: dict[str, Any], made: Diff) -> Moved:
    band = row["band_a"]
    if row["band_b"] != band:
        band = f"{band} → {row['band_b']}"
    if row.get("variant_a") != row.get("variant_b"):
        band += f", {shown_value(row['variant_a'])} → {shown_value(row['variant_b'])}"
    return Moved(
        customer=row["customer"],
        score=(row["score_a"], row["score_b"], row["difference"]),
        raw=(row["raw_a"], row["raw_b"], row["raw_difference"]),
        parts={p: (row[f"{p}.a"], row[f"{p}.b"], row[f"{p}.difference"]) for p in made.parts},
        band=band,
    )


def _measures(found: Foretelling) -> Table:
    rows = []
    for row in found.measures.iter_rows(named=True):
        lift = cell(fixed(row["lift_10"], 2))
        rows.append(Row((cell(row["name"], "bold"), *measure_cells(row)[:SHOWN_MEASURES], lift)))
    columns = (
        Column("Model"),
        *MEASURES[:SHOWN_MEASURES],
        Column("Lift", "right", optional=True),
    )
    note = " ".join(r.text for r in REMARKS)
    return filled(Table("How well each foretells", columns, tuple(rows), note, REMARKS))
