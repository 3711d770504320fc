"""What a log holds never acts on a terminal, and what is harmless stays as it is."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from cesctl.present.safe import safe, safe_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Jx", "\\x1b[2Jx"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x9b31m", "\\x9b31m"),
        ("\x00\x07\x7f", "\\x00\\x07\\x7f"),
        ("exe\u202ecod", "exe\\u202ecod"),
        ("\u2066a\u2069", "\\u2066a\\u2069"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u2028b", "a\\u2028b"),
        ("bob\u200dby", "bob\\u200dby"),
        ("\udc80", "\\udc80"),
        ("x\U000e0041", "x\\U000e0041"),
    ],
)
def test_what_acts_or_hides_is_escaped(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "[red]x[/red]",
        "\"quoted\", 'it''s'",
        "客户一号",
        "مرحبا بالعالم",
        "שלום",
        "می\u200cخواهم",  # a joiner within a Persian word  # noqa: RUF001
        "👩‍👩‍👧 🙂",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # England
        "C:\\new\\table",
    ],
)
def test_letters_and_emoji_stay(text: str) -> None:
    assert safe(text) == text


def test_every_control_and_format_character_is_caught() -> None:
    hidden = {"Cc", "Cf", "Zl", "Zp", "Cs"}
    left = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in hidden and safe(chr(code)) == chr(code)
    ]
    assert left == []


def test_twice_is_once() -> None:
    once = safe("\x1b\u202e\n")
    assert safe(once) == once


def test_lines_of_a_message_stay_lines() -> None:
    assert safe_lines("a\x1b\nb\r") == "a\\x1b\nb\\r"
