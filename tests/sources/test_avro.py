"""Avro, as BigQuery, Pendo and Heap write it."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from cesctl.errors import InputError
from cesctl.model.types import Source
from cesctl.sources import read
from tests.sources.writing import put

EVENTS = pl.DataFrame(
    {
        "user_id": ["00123", None],
        "event": ["a", "b"],
        "timestamp": [1760000000000000, 1760000001000000],
        "device": [{"category": "mobile"}, {"category": None}],
        "event_params": [[{"key": "plan", "value": {"string_value": "pro"}}], []],
    }
)


@pytest.mark.parametrize("compression", ["uncompressed", "snappy", "deflate"])
@pytest.mark.parametrize("packed", [False, True])
def test_avro(tmp_path: Path, compression: str, packed: bool) -> None:
    path = tmp_path / "part-0.avro"
    EVENTS.write_avro(path, compression)  # type: ignore[arg-type]
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    names = ["device.category", "event_params.plan"]
    raw = read([tmp_path], Source(preset="plain"), properties=names)
    frame = raw.parts[0].frame.collect()
    assert frame["user_id"].to_list() == ["00123", None]
    assert frame["timestamp"].to_list() == EVENTS["timestamp"].to_list()
    assert frame.select(names).rows() == [("mobile", "pro"), (None, None)]


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    EVENTS.write_avro(tmp_path / "x.avro")
    data = (tmp_path / "x.avro").read_bytes()
    path = put(tmp_path, "cut.avro", data[: len(data) - 30])
    with pytest.raises(InputError, match=r"cut\.avro: an Avro file that cannot be read"):
        read([path], Source(preset="plain"))


def test_a_file_without_rows(tmp_path: Path) -> None:
    EVENTS.clear().write_avro(tmp_path / "x.avro")
    with pytest.raises(InputError, match="no rows"):
        read([tmp_path / "x.avro"], Source(preset="plain"))
