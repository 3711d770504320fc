"""Where the rows of a log went, in words."""

from __future__ import annotations

from cesctl.present.row_counts import counted
from cesctl.result import RowCounts


def test_what_is_none_is_not_said_but_for_read_and_accepted() -> None:
    assert counted(RowCounts()) == ["0 read", "0 accepted"]
    every = RowCounts(9_999, 9_000, 500, 300, 100, {"no customer": 99})
    assert counted(every) == [
        "9,999 read",
        "9,000 accepted",
        "500 duplicate",
        "300 filtered out",
        "100 after that time",
    ]
