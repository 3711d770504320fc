"""Whether bytes are records of CSV and nothing else, with every quote where it belongs.

A regular expression tells. It takes about as long as polars takes to read them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import csvrecord

if TYPE_CHECKING:
    from cesctl.sources.csvrecord import Layout

_ROUNDS = 16  # how often a cut is moved back before a stray quote to try for an even number of them


def _field(separator: str) -> str:
    return f'(?:"[^"]*(?:""[^"]*)*"|[^"{separator}\n]*)'


def pattern_of_records(layout: Layout) -> str:
    """Any number of records. How many fields they have it does not tell."""
    s = re.escape(layout.separator.decode())
    return rf"\A(?:{_field(s)}(?:{s}|\r?\n|\z))*\z"


def pattern_of_record(layout: Layout) -> str:
    """One record, without its line end; at most one empty field more than it may have."""
    s = re.escape(layout.separator.decode())
    return rf"\A{_field(s)}(?:{s}{_field(s)}){{0,{layout.width - 1}}}{s}?\r?\z"


def are_records(data: bytes, pattern: str) -> bool:
    """Whether the data are text, and match ``pattern_of_records``. They begin where a record does."""
    if len(data) > csvrecord.REACH:  # a quote in them may be too far from its like
        return False
    text = text_of(data)
    return text is not None and bool(text.str.contains(pattern)[0])


def text_of(data: bytes) -> pl.Series | None:
    """The data as one text; None where they are not UTF-8."""
    try:
        return pl.Series([data], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        return None


def end_of_records(data: bytes, layout: Layout) -> int:
    """The end of the last line with an even number of quotes before it: that of a record, unless some are
    astray. 0 where none is near.
    """
    cut = data.rfind(b"\n") + 1
    if not layout.quotes or data.find(b'"', 0, cut) < 0:
        return cut
    quotes = data.count(b'"', 0, cut)
    for _ in range(_ROUNDS):
        if quotes % 2 == 0:
            return cut
        before = data.rfind(b"\n", 0, data.rfind(b'"', 0, cut)) + 1
        quotes -= data.count(b'"', before, cut)
        cut = before
    return 0
