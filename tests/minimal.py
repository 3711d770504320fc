"""What a failing example needs to fail: fewer rows, fewer signals, fewer keys; it keeps its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from cesctl.errors import CesctlError
from tests.strategies import Example

T = TypeVar("T")


def smallest(example: Example, fails: Callable[[Example], bool]) -> Example:
    """Leaves out what it can, as long as the example still fails in its way."""

    def still(candidate: Example) -> bool:
        try:
            return bool(candidate.rows) and "\nsource:" in candidate.model and fails(candidate)
        except CesctlError:  # what is left is no model
            return False

    def fewer_rows(of: Example) -> Example:
        return replace(of, rows=without(of.rows, lambda kept: still(replace(of, rows=list(kept)))))

    def fewer_lines(of: Example) -> Example:
        lines = of.model.splitlines(keepends=True)
        kept = without(lines, lambda kept: still(replace(of, model="".join(kept))))
        return replace(of, model="".join(kept))

    before = None
    while before != example:
        before = example
        example = fewer_lines(fewer_rows(example))
    for column in example.columns:
        emptied = replace(example, rows=[{**row, column: None} for row in example.rows])
        example = emptied if still(emptied) else example
    return example


def without(parts: Sequence[T], still: Callable[[Sequence[T]], bool]) -> list[T]:
    """The parts that are needed: halves are tried first, then ever smaller pieces."""
    kept = list(parts)
    size = max(1, len(kept) // 2)
    while size:
        start = 0
        while start < len(kept):
            rest = kept[:start] + kept[start + size :]
            if still(rest):
                kept = rest
            else:
                start += size
        size //= 2
    return kept
