"""Damaged files: whatever happened to the bytes, every row is accounted for or the file is refused.

Scoring never fails but with an error for people, never loses a row without a word, and what the fast readers
give is what the careful ones give.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cesctl
from cesctl import sources
from cesctl.errors import InputError
from cesctl.pipeline.log import open_log
from tests.effort import tries
from tests.sources import writing
from tests.sources.writing import Table

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = cesctl.parse_model("""
version: 1
as_of: 2026-10-20
source: {customer: user_id, event: event, timestamp: timestamp, id: id}
events:
  login: 1
  pay: {weight: 1, measure: sum, property: amount, where: {plan: {ne: free}}}
""")


def table() -> dict[str, list[str | None]]:
    rng = random.Random(5)
    count = 30
    return {
        "user_id": [rng.choice(["a", "anna", "o'brien", "é😀", "", "7"]) for _ in range(count)],
        "event": [rng.choice(["login", "pay", "up, grade", 'say "hi"']) for _ in range(count)],
        "timestamp": [f"2026-10-{rng.randrange(1, 29):02}T10:00:00Z" for _ in range(count)],
        "plan": [rng.choice(["free", None, "pro\nline two", "x"]) for _ in range(count)],
        "amount": [rng.choice(["1", "2.50", "-3", "many"]) for _ in range(count)],
        "id": [str(rng.randrange(40)) for _ in range(count)],
    }


def as_utf16(table: Table) -> bytes:
    return writing.as_csv(table).decode().encode("utf-16")


WRITERS: dict[str, Callable[[Table], bytes]] = {
    "csv": writing.as_csv,
    "tsv": partial(writing.as_csv, separator="\t", end="\r\n"),
    "ndjson": writing.as_ndjson,
    "array": writing.as_array,
    "parquet": writing.as_parquet,
    "utf-16": as_utf16,
}
PACKINGS = [
    "plain",
    "plain",
    "gzip",
    "zstd",
    "zip",
]  # most often what can be read in spite of damage
PIECES = [
    b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"\t", b"{", b"}", b"[", b"]", b":", b"\\", b"\0", b"\xff",
    b"\xe9", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"null", b"1.10", b"NaN", b"[1]\n", b"x", b"\\ud800", b'"\n"',
]  # fmt: skip

change = st.tuples(
    st.sampled_from(["flip", "cut", "repeat", "insert", "end"]),
    st.floats(0, 1),  # where
    st.integers(1, 60),  # how much
    st.sampled_from(PIECES),
)


def damaged(data: bytes, changes: list[tuple[str, float, int, bytes]]) -> bytes:
    for kind, where, length, piece in changes:
        at = int(where * len(data))
        if kind == "flip":
            data = (
                data[:at] + bytes(b ^ (1 << length % 8) for b in data[at : at + 1]) + data[at + 1 :]
            )
        elif kind == "cut":
            data = data[:at] + data[at + length :]
        elif kind == "repeat":
            data = data[: at + length] + data[at:]
        elif kind == "insert":
            data = data[:at] + piece + data[at:]
        else:
            data = data[: max(1, at)]
    return data


def check(path: Path) -> None:
    """What holds for any file."""
    try:
        result = cesctl.score([path], MODEL, now=NOW)
    except InputError:
        return
    rows = result.rows
    aside = rows.duplicate + rows.filtered + rows.after_as_of + rows.all_rejected
    assert rows.read == rows.accepted + aside
    rejects = result.rejects()
    assert rejects.height == rows.all_rejected
    assert rejects["line"].drop_nulls().is_sorted()
    same_by_the_careful_readers(path)


def same_by_the_careful_readers(path: Path) -> None:
    raw = open_log([path], MODEL, now=NOW).raw
    try:
        fast = raw.per_file()[0].rows.collect()
    except sources.FAILURES:
        mended = raw.mended()
        try:
            assert mended is not None
            fast = mended.per_file()[0].rows.collect()
        except (AssertionError, *sources.FAILURES):
            return
    try:
        careful = raw.exact().per_file()[0].rows.collect()
    except InputError:  # a document broken where nobody looks
        assert raw.files[0].format == "json"
        return
    both = [c for c in fast.columns if c in careful.columns]
    assert fast.select(both).equals(careful.select(both))


def run(
    form: str, packing: str, changes: list[tuple[str, float, int, bytes]], folder: Path
) -> None:
    data = WRITERS[form](table())
    if packing != "plain" and changes and changes[0][2] % 2:
        data = writing.packed(damaged(data, changes), packing)
    else:
        data = damaged(writing.packed(data, packing), changes)
    path = folder / "events"
    path.write_bytes(data)
    check(path)


EXAMPLES = {"ci": 250, "deep": 5_000}[os.environ.get("HYPOTHESIS_PROFILE", "ci")]
CASES = (
    st.sampled_from(list(WRITERS)),
    st.sampled_from(PACKINGS),
    st.lists(change, min_size=1, max_size=4),
)


@pytest.mark.slow
@settings(
    max_examples=tries(EXAMPLES),
    derandomize=EXAMPLES <= 250,  # CI judges the change, not the luck of the day
    suppress_health_check=[HealthCheck.too_slow],
)
@given(*CASES)
def test_damaged_files(
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    packing: str,
    changes: list[tuple[str, float, int, bytes]],
) -> None:
    run(form, packing, changes, tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("form", list(WRITERS))
@pytest.mark.parametrize("packing", sorted(set(PACKINGS)))
def test_whole_files_lose_nothing(tmp_path: Path, form: str, packing: str) -> None:
    path = tmp_path / "events"
    path.write_bytes(writing.packed(WRITERS[form](table()), packing))
    assert cesctl.score([path], MODEL, now=NOW).rows.read == 30
    check(path)
