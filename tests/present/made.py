"""Results made by hand: what is shown of them is known to the letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from cesctl.model.types import Band, EventMatch, Model, Risk, Scale, Signal
from cesctl.result import Result, RowCounts

DAY = timedelta(days=1)
AS_OF = datetime(2026, 11, 1, 23, 59, 59, 999999, UTC)

MODEL = Model(
    name="SaaS engagement",
    signals=(
        Signal(
            "Post scheduled", 1.0, EventMatch(("Post scheduled",)), window_us=90 * 86_400_000_000
        ),
        Signal(
            "Feature explored",
            4.0,
            EventMatch(("Feature explored",)),
            window_us=90 * 86_400_000_000,
        ),
    ),
    as_of="2026-11-01",
    window_us=90 * 86_400_000_000,
    compare_us=30 * 86_400_000_000,
    scale=Scale("linear", (0.0, 250.0), (1.0, 100.0), 1),
    bands=(
        Band("Low", 1.0, at_risk=True, action="Call the customer"),
        Band("Mid", 41.0, action="Send the guide to features"),
        Band("Good", 71.0, action="Ask for a reference"),
    ),
    risk=Risk(drop=15.0, silent_for_us=21 * 86_400_000_000),
    attributes=(("plan", "plan"), ("country", "country")),
    sha256="0" * 64,
    path="model.yaml",
)


def customer(
    name: str,
    score: float,
    *,
    before: float | None = None,
    silent: int | None = 2,
    reasons: tuple[str, ...] = (),
    plan: str | None = "paid",
    country: str | None = "DE",
    posts: float = 3.0,
    features: float = 2.0,
) -> dict[str, Any]:
    """One row of scores, without rank and band."""
    return {
        "customer": name,
        "plan": plan,
        "country": country,
        "score": score,
        "band": "Low" if score < 41 else "Mid" if score < 71 else "Good",
        "at_risk": bool(reasons),
        "risk_reasons": list(reasons),
        "previous_score": before,
        "change": None if before is None else round(score - before, 1),
        "raw": round((score - 1) / 99 * 250, 6),
        "events": int(posts + features) if silent is not None else 0,
        "last_event_at": None if silent is None else AS_OF - silent * DAY,
        "days_silent": silent,
        "Post scheduled.measure": posts,
        "Post scheduled.points": posts,
        "Feature explored.measure": features,
        "Feature explored.points": 4 * features,
    }


def scores(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as the frame of scores: typed, ranked, in the order of the columns."""
    rows = sorted(rows, key=lambda r: (-r["score"], -r["raw"], r["customer"]))
    schema: dict[str, Any] = {
        "customer": pl.String,
        "plan": pl.String,
        "country": pl.String,
        "score": pl.Float64,
        "band": pl.String,
        "at_risk": pl.Boolean,
        "risk_reasons": pl.List(pl.String),
        "previous_score": pl.Float64,
        "change": pl.Float64,
        "raw": pl.Float64,
        "events": pl.UInt32,
        "last_event_at": pl.Datetime("us", "UTC"),
        "days_silent": pl.Int64,
        "Post scheduled.measure": pl.Float64,
        "Post scheduled.points": pl.Float64,
        "Feature explored.measure": pl.Float64,
        "Feature explored.points": pl.Float64,
    }
    frame = pl.DataFrame(rows, schema=schema)
    rank = pl.col("score").rank("min", descending=True).cast(pl.UInt32).alias("rank")
    after = ["risk_reasons", "rank"]
    ranked = frame.with_columns(rank)
    order = [c for c in frame.columns if c not in after]
    place = order.index("at_risk") + 1
    return ranked.select(order[:place] + after + order[place:])


CUSTOMERS = [
    customer("acme", 84.0, before=80.5),
    customer("bolt.example", 77.3, before=77.3, plan="trial", country="FR"),
    customer("crane", 71.0, before=68.0, silent=0),
    customer("delta", 66.6, before=90.1, reasons=("dropped 23.5",), country="US"),
    customer("eagle-outfitters@example.com", 45.0, before=44.0, silent=8, plan=None),
    customer("fox", 40.9, before=64.0, silent=12, reasons=("band Low", "dropped 23.1")),
    customer(
        "gull", 12.4, before=61.4, silent=41, reasons=("band Low", "dropped 49", "silent 41d")
    ),
    customer(
        "heron", 1.0, before=1.0, silent=200, reasons=("band Low", "silent 200d"), plan="trial"
    ),
    customer("ibis", 1.0, silent=None, reasons=("band Low", "never active"), country=None),
]


def result(
    people: list[dict[str, Any]] | None = None, model: Model = MODEL, **changes: Any
) -> Result:
    """A run over these customers."""
    frame = scores(CUSTOMERS if people is None else people)
    made = Result(
        model=model,
        as_of=AS_OF,
        rows=RowCounts(
            read=1_204_331,
            accepted=1_199_870,
            after_as_of=4_449,
            rejected={"no customer": 10, "unreadable timestamp": 2},
        ),
        attributes=("plan", "country"),
        scores=frame,
        detail=frame,
        files=("events.csv",),
    )
    return replace(made, **changes)


MISSING = {"gull": "Feature explored", "fox": "Post scheduled", "heron": "Feature explored"}
