"""Amounts of memory as text."""

from __future__ import annotations

import os
from typing import Any

import pytest

from cesctl.errors import UsageError
from cesctl.memory import format_size, in_use, lean, parse_size, size_of


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4GiB", 4 * 2**30),
        ("4GB", 4 * 10**9),
        (" 1.5 gib ", 3 * 2**29),
        ("800MiB", 800 * 2**20),
        ("500mb", 500 * 10**6),
        ("700000KB", 700_000_000),
        ("0.5TB", 5 * 10**11),
        ("1073741824B", 2**30),
    ],
)
def test_written(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text", ["", "4", "4G", "GiB", "-1GiB", "4,5GiB", "4 gigs", "1e3MB", "٤GiB"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(UsageError, match=r'--memory-limit "[^"]*": write a number and its unit'):
        parse_size(text)


@pytest.mark.parametrize("text", ["0GiB", "0.0001KB", "9999TiB"])
def test_nothing_and_too_much(text: str) -> None:
    with pytest.raises(UsageError, match="more than nothing, and at most 1024TiB"):
        parse_size(text)


def test_bytes_are_a_size_too() -> None:
    assert size_of(2**30) == size_of("1GiB") == 2**30
    with pytest.raises(UsageError, match="memory_limit 0: write bytes, or text"):
        size_of(0)
    with pytest.raises(UsageError, match='memory_limit "much"'):
        size_of("much")


def test_what_is_told_is_enough() -> None:
    assert format_size(4 * 2**30) == "4.0 GiB"
    assert format_size(4 * 2**30 + 1) == "4.1 GiB"
    assert format_size(700 * 2**20 + 1) == "701 MiB"
    for size in (2**20 + 5, 3**20, 2**35 + 12345):
        assert parse_size(format_size(size).replace(",", "")) >= size


def test_what_a_process_has() -> None:
    before = in_use()
    held = bytearray(64 << 20)
    held[::4096] = b"x" * len(held[::4096])
    assert in_use() - before > 48 << 20
    del held


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_RJEM_MALLOC_CONF", "dirty_decay_ms:7")
    monkeypatch.setenv("POLARS_ROW_GROUP_PREFETCH_KBYTES_BUDGET", "5")
    lean()
    assert os.environ["_RJEM_MALLOC_CONF"].endswith(",dirty_decay_ms:7")
    assert os.environ["POLARS_ROW_GROUP_PREFETCH_KBYTES_BUDGET"] == "5"


@pytest.mark.parametrize("limit", [True, -1, 0.5, [4], b"4GiB"])
def test_what_is_no_amount(limit: Any) -> None:
    with pytest.raises(UsageError):
        size_of(limit)


def test_a_number_is_bytes() -> None:
    assert size_of(2.0 * 2**30) == 2**31
