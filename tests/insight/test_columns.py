"""What is told of an export's columns."""

from __future__ import annotations

import polars as pl

from cesctl.insight.columns import Column, column_table


def test_filled_numbers_distinct_and_sample() -> None:
    frame = pl.LazyFrame(
        {
            "id": [f"c{i}" for i in range(100)],
            "amount": [None, " ", *(f"{i}.50" for i in range(98))],
            "plan": ["pro"] * 30 + ["free"] * 69 + [""],
            "empty": [None] * 100,
        },
        schema_overrides={"empty": pl.String},
    )
    columns = {c.name: c for c in column_table([frame])[1]}
    assert list(columns) == ["id", "amount", "plan", "empty"]
    assert (columns["amount"].filled, columns["amount"].numbers) == (98, 98)
    assert columns["amount"].sample == "0.50"
    assert columns["plan"] == Column(
        "plan", 99, 0, 2, "pro", exact=True, values=(("free", 69), ("pro", 30))
    )
    assert columns["empty"] == Column("empty", 0, 0, 0, None, exact=True)
    assert columns["id"].values == ()
    assert columns["id"].distinct in range(90, 110)


def test_what_a_column_is_good_for() -> None:
    frame = pl.LazyFrame(
        {
            "plan": ["pro", "free"] * 50,
            "amount": [str(i) for i in range(100)],
            "seats": ["1", "5"] * 50,
            "same": ["x"] * 100,
            "id": [f"c{i}" for i in range(100)],
            "nan": ["nan", *(str(i) for i in range(50)), *(f"x{i}" for i in range(49))],
        }
    )
    _, columns = column_table([frame])
    assert [c.name for c in columns if c.few_values] == ["plan", "seats"]
    assert [c.name for c in columns if c.numeric] == ["amount", "seats"]


def test_of_the_keys_of_an_event_only_how_filled_they_are() -> None:
    frame = pl.LazyFrame({"event": ["a", "b", "a"]})
    _, (column,) = column_table([frame], skip=["event"])
    assert column == Column("event", 3, 0, None, "a")


def test_files_of_different_columns_are_one_table() -> None:
    first = pl.LazyFrame({"a": ["1", "2"], "b": ["x", "y"]})
    second = pl.LazyFrame({"c": ["z"], "a": [" 3 "]})
    rows, columns = column_table([first, second])
    assert rows == 3
    assert [(c.name, c.filled) for c in columns] == [("a", 3), ("b", 2), ("c", 1)]


def test_a_time_column_of_parquet_is_shown_as_text() -> None:
    frame = pl.LazyFrame({"at": pl.Series(["2026-01-02"]).str.to_datetime("%Y-%m-%d")})
    _, (column,) = column_table([frame], skip=["at"])
    assert column.sample is not None
    assert column.sample.startswith("2026-01-02 00:00:00")


def test_no_columns() -> None:
    assert column_table([pl.LazyFrame()]) == (0, [])
