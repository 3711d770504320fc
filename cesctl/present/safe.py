r"""Text from a log, made safe to show.

A customer id, an event name or a property may hold anything. What would steer a terminal, hide, or
turn the line around is shown as a visible escape (``\x1b``, ``\u202e``, ``\n``); letters of all
scripts, emoji and what joins them stay as they are.
"""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

# What may hide or steer: controls (Cc), format characters (Cf: bidi overrides, zero-width spaces),
# line and paragraph separators (Zl, Zp), lone surrogates (Cs). Latin-1 controls need no look-up.
_HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
_SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f]"
)
# The flags of England, Scotland and Wales are a black flag with invisible letters behind it.
_TAG_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]+\U000e007f")
_JOINERS = "\u200c\u200d"


def safe(text: str) -> str:
    """One line of text without anything that acts on a terminal."""
    if not _SUSPECT.search(text):
        return text
    flags = [flag.span() for flag in _TAG_FLAG.finditer(text)]
    return "".join(
        char
        if not _SUSPECT.match(char) or _joins(text, at) or any(a <= at < b for a, b in flags)
        else _escape(char)
        for at, char in enumerate(text)
    )


def safe_lines(text: str) -> str:
    """The same of text that has lines of its own: a message."""
    return "\n".join(safe(line) for line in text.split("\n"))


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def _joins(text: str, at: int) -> bool:
    """Joiners belong to emoji and to Persian and Indic words; among Latin letters they hide."""
    if text[at] not in _JOINERS or not 0 < at < len(text) - 1:
        return False
    return all(
        not side.isascii() and unicodedata.category(side) not in _HIDDEN
        for side in (text[at - 1], text[at + 1])
    )
