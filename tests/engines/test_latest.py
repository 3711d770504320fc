"""The latest value of a property, told by one maximum."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from cesctl.engines.latest import dated, given_at, latest, value_of

ROWS = [
    ("a", datetime(1, 1, 1, tzinfo=UTC), "first"),
    ("a", datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "before 1970"),
    ("b", datetime(1970, 1, 1, tzinfo=UTC), "9"),
    ("b", datetime(1970, 1, 1, tzinfo=UTC), "10"),
    ("b", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), None),
    ("c", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "zuletzt é"),
    ("c", datetime(2026, 1, 1, tzinfo=UTC), "zz"),
    ("d", datetime(2026, 1, 1, tzinfo=UTC), None),
]


def test_any_instant_and_ties() -> None:
    events = pl.DataFrame(
        ROWS,
        schema={"key": pl.String, "at": pl.Datetime("us", "UTC"), "prop:p": pl.String},
        orient="row",
    ).with_columns(pl.when(pl.col("at").dt.year() < 1970).then("at").alias("at|1"))
    found = (
        events.with_columns(dated(["p", "p"]))
        .group_by("key")
        .agg(latest("p", 0).alias("now"), latest("p", 1).alias("then"))
        .sort("key")
    )
    values = found.select("key", value_of(pl.col("now")), value_of(pl.col("then")).alias("t"))
    assert values.rows() == [
        ("a", "before 1970", "before 1970"),
        ("b", "9", None),  # the greatest text of one instant, before 1970 nothing
        ("c", "zuletzt é", None),
        ("d", None, None),
    ]
    at = found.select(given_at(pl.col("now")).alias("at"))["at"].to_list()
    assert at == [ROWS[1][1], ROWS[2][1], ROWS[5][1], None]
