"""Where the rows of a log went, in all and file by file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cesctl.engines.base import AFTER
from cesctl.pipeline.normalise import DUPLICATE, FILTERED, REJECTED
from cesctl.result import RowCounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cesctl.sources import InputFile


def row_counts(read: int, aside: Mapping[int, int]) -> RowCounts:
    """``aside``: rows that are not scored, by reason code or AFTER; all others are accepted."""
    return RowCounts(
        read=read,
        accepted=read - sum(aside.values()),
        duplicate=aside.get(DUPLICATE, 0),
        filtered=aside.get(FILTERED, 0),
        after_as_of=aside.get(AFTER, 0),
        rejected={text: aside[code] for code, text in REJECTED.items() if code in aside},
    )


def file_counts(
    files: Sequence[InputFile], read: Mapping[int, int], aside: Mapping[tuple[int, int], int]
) -> dict[str, RowCounts]:
    """The same by the file's name. ``files`` by their number, ``read``: rows by it, ``aside``: by it and
    reason. A file that several sources read has the sums.
    """
    rows: Counter[str] = Counter()
    reasons: dict[str, Counter[int]] = {f.name: Counter() for f in files}
    for number, count in read.items():
        rows[files[number].name] += count
    for (number, code), count in aside.items():
        reasons[files[number].name][code] += count
    return {name: row_counts(rows[name], found) for name, found in reasons.items()}
