"""Counting the events of some customers only."""

from __future__ import annotations

import polars as pl

from cesctl.model import parse_model
from cesctl.pipeline.log import open_log
from cesctl.pipeline.run import score_times

MODEL = """
events: {use: 1, last: {event: "*", measure: recency, weight: -1}}
source: {deduplicate: exact}
"""


def test_is_as_if_there_were_no_more() -> None:
    rows = [
        ("a", "use", "2026-01-01"),
        ("a", "use", "2026-01-01"),
        ("b", "use", "2026-01-02"),
        ("c", "see", "2026-01-03"),
        ("", "use", "2026-01-03"),
        ("b", "use", "no time"),
    ]
    frame = pl.DataFrame(rows, schema=["user_id", "event", "timestamp"], orient="row")
    log = open_log(frame, parse_model(MODEL), as_of="2026-01-05")
    whole, (everybody,) = score_times(log, lambda at: [at])
    some, (chosen,) = score_times(log, lambda at: [at], among=pl.Series(["a", "c"]))
    own = everybody.frame.filter(pl.col("customer") != "b").sort("customer")
    assert chosen.frame.select(own.columns).sort("customer").equals(own)
    assert some.rows.rejected == whole.rows.rejected
    assert (some.rows.read, some.rows.accepted, some.rows.duplicate) == (5, 2, 1)
