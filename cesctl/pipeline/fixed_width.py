"""Times of ISO layouts that always have the same length, read four characters at a time.

The text is looked at as whole numbers of 32 bits, and digits, separators and the calendar are checked
and added up by arithmetic on whole columns. That reads twice as many values per second as polars'
parser and a pattern that holds it to the layout.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from cesctl.pipeline.iso import MANY, Layout

_WORD = 4
_TEXT, _ODD = "fixed:words", "fixed:odd"
_PARTS = ("year", "month", "day", "hour", "minute", "second", "micro")
_DAYS_TO_1970 = 719_469  # from the first of March of the year 0, plus one as days count from 1


def suits(layout: Layout) -> bool:
    """Whether this module reads the layout."""
    return not layout.date_only and layout.zone[:1] != "+" and layout.digits < MANY


def with_wall_clock(rows: pl.LazyFrame, column: str, layout: Layout, name: str) -> pl.LazyFrame:
    """Adds ``name``: the text column's values of that layout as times without a zone (µs), null for all
    else. Years 1 to 9999.

    A step for each thing that more than one other is made of, since polars finds only part of what
    large expressions share.
    """
    template = _template(layout)
    short = "Z" * (-len(template) % _WORD)
    text = pl.col(column) + short if short else pl.col(column)
    words = [(template + short)[i : i + _WORD] for i in range(0, len(template), _WORD)]
    as_words = pl.Array(pl.UInt32, len(words))
    # null where the text has another length
    rows = rows.with_columns(text.cast(pl.Binary).bin.reinterpret(dtype=as_words).alias(_TEXT))
    # digits become their values, separators 0
    rows = rows.with_columns(
        (pl.col(_TEXT).arr.get(i) ^ _number(word)).alias(_word(i)) for i, word in enumerate(words)
    )
    rows = rows.with_columns(
        reduce(or_, [_odd_bits(i, word) for i, word in enumerate(words)]).alias(_ODD),
        *(_value(at).alias(_part(part)) for part, at in _places(layout).items()),
    )
    return rows.with_columns(_civil()).with_columns(_instant(layout).alias(name))


def _template(layout: Layout) -> str:
    clock = "00:00:00" if layout.seconds else "00:00"
    fraction = "." + "0" * layout.digits if layout.digits else ""
    return f"0000-00-00{layout.sep}{clock}{fraction}{layout.zone}"


def _places(layout: Layout) -> dict[str, range]:
    """Which characters hold which part."""
    places = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "hour": (11, 13), "minute": (14, 16)}
    if layout.seconds:
        places["second"] = (17, 19)
    if layout.digits:
        places["micro"] = (20, 20 + min(layout.digits, 6))
    return {part: range(*at) for part, at in places.items()}


def _word(index: int) -> str:
    return f"fixed:{index}"


def _part(part: str) -> str:
    return f"fixed:{part}"


def _u32(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt32)


def _number(word: str) -> pl.Expr:
    return _u32(int.from_bytes(word.encode(), "little"))


def _bytes(word: str, digit: int, separator: int) -> pl.Expr:
    """A number of the word's bytes, one kind for its digits, one for its separators."""
    values = [digit if char == "0" else separator for char in word]
    return _u32(int.from_bytes(bytes(values), "little"))


def _odd_bits(index: int, word: str) -> pl.Expr:
    """Not 0 where a digit is none or a separator is another: a digit's byte is at most 9, so neither it
    nor that plus 6 has any of the upper four bits.
    """
    x = pl.col(_word(index))
    beyond_nine = (x + _bytes(word, 0x06, 0x00)) & _bytes(word, 0xF0, 0x00)
    return (x | beyond_nine) & _bytes(word, 0xF0, 0xFF)


def _value(places: range) -> pl.Expr:
    """The number that digits stand for."""
    return reduce(
        lambda made, place: made * _u32(10) + _digit(place), places[1:], _digit(places[0])
    )


def _digit(place: int) -> pl.Expr:
    index, byte = divmod(place, _WORD)
    x = pl.col(_word(index))
    shifted = x if byte == 0 else x // _u32(1 << (8 * byte))
    return shifted if byte == _WORD - 1 else shifted & _u32(0xFF)


def _civil() -> list[pl.Expr]:
    """Years that begin in March, so that a leap day is a year's last, and months from there on.

    Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    """
    year, month = pl.col(_part("year")), pl.col(_part("month"))
    early = month <= 2
    return [
        (year - early.cast(pl.UInt32)).alias(_part("march year")),
        pl.when(early).then(month + _u32(9)).otherwise(month - _u32(3)).alias(_part("march month")),
    ]


def _instant(layout: Layout) -> pl.Expr:
    there = _places(layout)
    year, month, day, hour, minute, second, micro = (
        pl.col(_part(part)) if part in there else _u32(0) for part in _PARTS
    )
    years, months = pl.col(_part("march year")), pl.col(_part("march month"))
    leap = ((year % _u32(4)) == 0) & (((year % _u32(100)) != 0) | ((year % _u32(400)) == 0))
    thirty_one = (month ^ (month // _u32(8))) & _u32(1)
    longest = (
        pl.when(month == 2).then(_u32(28) + leap.cast(pl.UInt32)).otherwise(_u32(30) + thirty_one)
    )
    # 0 - 1 wraps round to a large number
    ok = (
        (pl.col(_ODD) == 0)
        & (year >= 1)
        & (month - _u32(1) <= 11)
        & (day - _u32(1) < longest)
        & (hour <= 23)
        & (minute <= 59)
        & (second <= 59)
    )
    leap_days = years // _u32(4) - years // _u32(100) + years // _u32(400)
    days = years * _u32(365) + leap_days + (months * _u32(153) + _u32(2)) // _u32(5) + day
    seconds = hour * _u32(3600) + minute * _u32(60) + second
    of_day = seconds.cast(pl.Int64) * 1_000_000
    if layout.digits:
        of_day += (micro * _u32(10 ** (6 - min(layout.digits, 6)))).cast(pl.Int64)
    us = (days.cast(pl.Int64) - _DAYS_TO_1970) * 86_400_000_000 + of_day
    return pl.when(ok).then(us).cast(pl.Datetime("us"))
