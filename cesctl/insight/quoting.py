"""Text from a log, written so that YAML reads the same text back and no editor is led astray."""

from __future__ import annotations

import re
import unicodedata

# Plain words need no quotes; all else is quoted, also what YAML would read as something else.
_PLAIN = re.compile(r"(?:[A-Za-z$/]|\.{1,2}/)[A-Za-z0-9_$./-]*(?: [A-Za-z0-9_$./-]+)*\Z")
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_JOINER = "\u200d"  # holds emoji together; harmless


def quoted(text: str) -> str:
    """``text`` in double quotes, on one line, of printable characters only.

    Control characters, line separators and the marks that turn the direction of writing are
    escaped, so it is also safe in a comment.
    """
    return '"' + "".join(_escaped(c) for c in text) + '"'


def scalar(text: str) -> str:
    """``text`` as a YAML scalar that is read as this very text, quoted only where it must be.

    Safe as a key, as a value, and in ``[…]`` and ``{…}``.
    """
    if _PLAIN.match(text) and text.lower() not in _RESERVED:
        return text
    return quoted(text)


def flow_list(texts: tuple[str, ...] | list[str]) -> str:
    """A list as YAML writes it on one line; one alone stands without brackets."""
    if len(texts) == 1:
        return scalar(texts[0])
    return "[" + ", ".join(scalar(t) for t in texts) + "]"


def number(value: float) -> str:
    """A number as YAML 1.1 reads one: never ``1e-05``, which it takes for text."""
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if char in (" ", _JOINER) or unicodedata.category(char)[0] not in "CZ":
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
