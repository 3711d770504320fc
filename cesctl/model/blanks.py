"""White space as Unicode has it and as events are trimmed of; Python's ``strip`` takes U+001C to U+001F
for white space too.
"""

from __future__ import annotations

_SINGLE = (0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
_BLANKS = "".join(map(chr, [*range(0x9, 0xE), *range(0x2000, 0x200B), *_SINGLE]))


def trimmed(text: str) -> str:
    """Without the white space around it."""
    return text.strip(_BLANKS)
