"""A small table: what is read of it is what the reader of events takes for records."""

from __future__ import annotations

from pathlib import Path

import pytest

from cesctl.errors import InputError
from cesctl.sources.table import read_table
from tests.sources.writing import put


@pytest.mark.parametrize("line", ["a,pro,,a remark", 'a,"pro",,a remark', 'a,pro,""', "a,pro,,"])
def test_remarks_beside_the_table_are_passed_over(tmp_path: Path, line: str) -> None:
    table = read_table(put(tmp_path, "x.csv", f"id,plan\n{line}\nb\n"))
    assert table.rows(named=True) == [{"id": "a", "plan": "pro"}, {"id": "b", "plan": None}]


def test_a_broken_line_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x\.csv:3: broken line: 3 fields where the header has 2"):
        read_table(put(tmp_path, "x.csv", "id,plan\na,pro\nb,c,d\n"))
