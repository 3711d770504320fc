"""``--max-rejected``: a log of which too much cannot be read gives no scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cesctl.errors import InputProblem

if TYPE_CHECKING:
    from fractions import Fraction

    import polars as pl

    from cesctl.result import RowCounts


class Read(Protocol):
    """What was read of a log: how many rows went where, and, where asked for, those that were rejected."""

    @property
    def rows(self) -> RowCounts: ...

    def rejects(self) -> pl.DataFrame: ...


SOON_FOUND = 200_000  # rejected rows, among which an example is looked for


def too_many(
    result: Read, limit: Fraction, said: str, where: str, lost: str = "no scores were written"
) -> list[InputProblem]:
    """What is wrong where more of the rows are rejected than that share; nothing else. ``said``: the limit as
    written, ``where``: what lists the rows, ``lost``: what was not done.
    """
    from fractions import Fraction

    from cesctl.present.numbers import percent

    rows = result.rows
    if not rows.read or Fraction(rows.all_rejected, rows.read) <= limit:
        return []
    reasons = "".join(f"\n  {number:,} {why}" for why, number in rows.rejected.items())
    share = percent(rows.all_rejected / rows.read)
    return [
        *_unreadable_time(result),
        InputProblem(
            f"{rows.all_rejected:,} of {rows.read:,} rows rejected ({share}), "
            f"more than --max-rejected {said}:{reasons}",
            hint=f"{where} with file, line and reason; {lost}",
        ),
    ]


def _unreadable_time(result: Read) -> list[InputProblem]:
    """What to do where it is the time that cannot be read; with the first such row, if soon found."""
    from cesctl.insight.advice import SET_TIMESTAMP_FORMAT
    from cesctl.pipeline.normalise import REJECTED, UNREADABLE

    reason = REJECTED[UNREADABLE]
    if reason not in result.rows.rejected:
        return []
    if result.rows.all_rejected > SOON_FOUND:
        return [InputProblem("there are timestamps that are no time", hint=SET_TIMESTAMP_FORMAT)]
    rows = result.rejects()
    first = rows.row(rows["reason"].to_list().index(reason), named=True)
    what = f'timestamp "{first["timestamp"]}" is no time'
    return [InputProblem(what, first["file"], first["line"], SET_TIMESTAMP_FORMAT)]
