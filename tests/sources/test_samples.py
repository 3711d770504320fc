"""Samples of timestamps, from all over a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cesctl.model.types import Source
from cesctl.sources import read
from tests.sources import writing
from tests.sources.writing import put

N = 40_000


def table(first: int = 0) -> dict[str, list[str | None]]:
    return {
        "user_id": [f"u{n % 7}\n" if n % 11 == 0 else f"u{n % 7}" for n in range(N)],
        "event": ["x"] * N,
        "timestamp": [str(1_700_000_000 + first + n) for n in range(N)],
    }


@pytest.mark.parametrize("write", [writing.as_csv, writing.as_ndjson])
def test_times_of_head_middle_and_end(
    tmp_path: Path, write: Callable[[dict[str, list[str | None]]], bytes]
) -> None:
    part = read([put(tmp_path, "x", write(table()))], Source()).parts[0]
    at = [int(t) - 1_700_000_000 for t in part.sample_times]
    assert 100 < len(at) < 1000
    assert min(at) == 0
    assert max(at) == N - 1
    assert any(N * 0.4 < t < N * 0.6 for t in at)
    spread = {(int(t) - 1_700_000_000) * 10 // N for t in part.tail_sample()}
    assert spread == set(range(10))


def test_times_of_many_files(tmp_path: Path) -> None:
    for n in range(30):
        put(tmp_path, f"{n:02}.csv", f"user_id,event,timestamp\na,x,{n}\n")
    part = read([tmp_path], Source()).parts[0]
    assert {"0", "29"} <= set(part.sample_times)
    assert len(part.tail_sample()) > 5


def test_what_is_packed_is_sampled_from_its_head(tmp_path: Path) -> None:
    path = put(tmp_path, "x", writing.packed(writing.as_csv(table()), "gzip"))
    times = read([path], Source()).parts[0].tail_sample()
    assert 100 < len(times) < 1000
    assert times[0] == "1700000000"


def test_thousands_of_files_are_not_all_looked_into(tmp_path: Path) -> None:
    for n in range(120):
        put(tmp_path, f"{n:03}.ndjson", f'{{"user_id":1,"event":"x","ts":{n}}}\n')
    raw = read([tmp_path], Source(), properties=["late"])
    assert len(raw.parts) == 1
    assert sorted(int(t) for t in raw.parts[0].frame.collect()["ts"]) == list(range(120))
