"""``timestamp_format``: a word, or a strptime format."""

from __future__ import annotations

import re

from cesctl.model.fields import did_you_mean

FORMATS = ("auto", "iso", "epoch_s", "epoch_ms", "epoch_us")

# What the reader of timestamps knows: fractions (%.f, %.3f, %3f) and padding (%-d, %_d, %0d) too.
_DIRECTIVE = re.compile(r"%(?:[-_0]?([A-Za-z+%])|:{1,3}z|#z|\.[0369]?f|[369]f)")
_LETTERS = frozenset("YCyqmbBhdeaAwuUWVGgjDxFvHkIlPpMSfRTXrZzcs+tn%")
_WHOLE_DATES = frozenset("DxFvcs+")  # each holds a year, a month and a day


def check_timestamp_format(text: str) -> tuple[str, str] | None:
    """(message, hint) where timestamps cannot be read by this format."""
    if text in FORMATS:
        return None
    if "%" not in text:
        choose = f"use {', '.join(FORMATS)} or a format such as %d/%m/%Y %H:%M"
        return f'unknown timestamp_format "{text}"', did_you_mean(text, FORMATS, choose)
    letters = set()
    at = 0
    while (at := text.find("%", at)) >= 0:
        match = _DIRECTIVE.match(text, at)
        if match is None or (match[1] and match[1] not in _LETTERS):
            return (
                f'"{text[at : at + 2]}" is no part of a format',
                "use %Y %m %d %H %M %S %.f %z; %% is a %",
            )
        letters.add(match[1])
        at = match.end()
    if letters & _WHOLE_DATES:
        return None
    if not letters & set("YyCGg"):
        return f'the format "{text}" has no year', "add %Y"
    has_day = letters & set("j") or (letters & set("mbBh") and letters & set("de"))
    by_week = letters & set("UWV") and letters & set("aAwu")
    if not has_day and not by_week:
        return f'the format "{text}" has no month and day', "add %m and %d"
    return None
