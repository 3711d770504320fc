"""What is named of the parts that make a difference."""

from __future__ import annotations

from cesctl.present.causes import Moved, causes, moved_rows

CHANGES = {"a": -1.0, "b": 5.0, "c": -3.0, "d": -2.0, "e": -4.0, "f": 0.0}
PARTS = {name: (-change, 0.0, change) for name, change in CHANGES.items()}


def test_three_causes_and_the_others() -> None:
    assert causes(-5.0, PARTS) == (["e", "c", "d"], ["a", "b"])
    assert causes(1.0, PARTS) == (["b"], ["a", "c", "d", "e"])


def test_the_lines_of_a_customer_add_up() -> None:
    moved = Moved("c1", (10.0, 5.0, -5.0), (5.0, 0.0, -5.0), PARTS, "Good → Low")
    rows = [[c.text for c in row.cells] for row in moved_rows(moved, 1, rule=True)]
    assert rows == [
        ["c1", "10.0", "5.0", "-5.0", "Good → Low"],
        ["  e", "4.00", "0.00", "-4.00", ""],
        ["  c", "3.00", "0.00", "-3.00", ""],
        ["  d", "2.00", "0.00", "-2.00", ""],
        ["  2 others", "-4.00", "0.00", "+4.00", ""],
        ["  = raw", "5.00", "0.00", "-5.00", ""],
    ]
