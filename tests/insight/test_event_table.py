"""Counting the events of a log by name."""

from __future__ import annotations

from datetime import timedelta

from cesctl.insight.event_table import event_table
from tests.insight.frames import START, events_frame


def test_events_are_counted_by_name_most_first() -> None:
    table = event_table(
        events_frame([("a", "x", 0), ("a", "x", 3), ("b", "x", 1), ("b", "w", 9), ("b", "y", 5)])
    )
    assert table.events.select("event", "count", "customers").rows() == [
        ("x", 3, 2),
        ("w", 1, 1),
        ("y", 1, 1),
    ]
    assert table.events.columns == ["event", "count", "customers", "first", "last"]
    assert table.events.row(0, named=True)["first"] == START
    assert table.events.row(0, named=True)["last"] == START + timedelta(days=3)
    assert (table.count, table.customers) == (5, 2)
    assert (table.first, table.last) == (START, START + timedelta(days=9))
    assert table.reasons == {}


def test_rejected_rows_are_counted_by_reason_and_nowhere_else() -> None:
    table = event_table(
        events_frame(
            [("a", "x", 0), (None, "x", 1), (None, "y", 1), ("c", None, 1), ("d", "x", None)]
        )
    )
    assert table.reasons == {0: 2, 1: 1, 2: 1}
    assert table.events.select("event", "count", "customers").rows() == [("x", 1, 1)]
    assert table.customers == 1


def test_what_is_later_is_left_out_but_rejected_rows_stay() -> None:
    table = event_table(
        events_frame([("a", "x", 0), ("b", "y", 5), ("c", "z", None)]),
        until=START + timedelta(days=1),
    )
    assert table.events["event"].to_list() == ["x"]
    assert table.reasons == {2: 1}


def test_filled_properties_are_counted_per_event() -> None:
    table = event_table(
        events_frame([("a", "x", 0), ("a", "x", 1), ("b", "y", 1)], plan=["pro", None, None]),
        properties=["plan"],
    )
    assert table.events.select("event", "with:plan").rows() == [("x", 1), ("y", 0)]


def test_an_empty_log_gives_an_empty_table() -> None:
    table = event_table(events_frame([]))
    assert table.events.is_empty()
    assert (table.count, table.customers, table.first, table.last) == (0, 0, None, None)
