"""Looking on while events are counted: all of them are seen, whatever is counted."""

from __future__ import annotations

import polars as pl

from cesctl.pipeline.watched import watched

EVENTS = pl.DataFrame(
    {"customer": ["a", "b", None, "b"], "reason": [None, None, 3, None], "file": [0, 1, 1, 2]},
    schema_overrides={"reason": pl.UInt8, "file": pl.UInt32},
)


def test_a_filter_of_what_is_counted_hides_nothing() -> None:
    seen: list[tuple[object, object]] = []

    def note(reason: pl.Series, file: pl.Series) -> None:
        seen.extend(zip(reason, file, strict=True))

    events = watched(EVENTS.lazy(), "file", note)
    counted = events.filter(pl.col("customer") == "a").collect(engine="streaming")
    assert counted.equals(EVENTS.head(1))
    assert sorted(seen, key=str) == [(3, 1), (None, 0), (None, 1), (None, 2)]
