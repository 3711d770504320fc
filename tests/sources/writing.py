"""Writes tables of texts in every format, with the standard library where it can."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zipfile
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Table: TypeAlias = "Mapping[str, Sequence[str | None]]"

EVENTS: dict[str, list[str | None]] = {
    "user_id": ["00123", "anna", "anna", "o'brien", None],
    "event": ["login", "login", "up, grade", 'say "hi"', "logout"],
    "timestamp": [
        "2026-01-01T00:00:00Z",
        "2026-01-02 10:00:00",
        "1767312000",
        "2026-01-04",
        "2026-01-05T00:00:00+02:00",
    ],
    "plan": ["free", None, "pro\nline two", "é😀", "x"],
}


def rows(table: Mapping[str, Sequence[str | None]]) -> list[dict[str, str | None]]:
    """One dict a row."""
    return [dict(zip(table, r, strict=True)) for r in zip(*table.values(), strict=True)]


def as_csv(
    table: Mapping[str, Sequence[str | None]], separator: str = ",", end: str = "\n"
) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    return out.getvalue().encode()


def as_ndjson(table: Mapping[str, Sequence[str | None]], end: str = "\n") -> bytes:
    lines = (json.dumps(r, ensure_ascii=False) for r in rows(table))
    return "".join(line + end for line in lines).encode()


def as_array(table: Mapping[str, Sequence[str | None]], indent: int | None = None) -> bytes:
    return json.dumps(rows(table), ensure_ascii=False, indent=indent).encode()


def as_wrapper(table: Mapping[str, Sequence[str | None]]) -> bytes:
    return json.dumps({"object": "list", "data": rows(table), "has_more": False}).encode()


def as_objects(table: Mapping[str, Sequence[str | None]]) -> bytes:
    """Pretty objects one after another."""
    return "\n".join(json.dumps(r, indent=2) for r in rows(table)).encode()


def as_parquet(table: Mapping[str, Sequence[str | None]]) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(table, schema=dict.fromkeys(table, pl.String)).write_parquet(out)
    return out.getvalue()


def packed(data: bytes, how: str) -> bytes:
    """gzip, gzip of two members, zstd, zip, or nothing done."""
    if how == "gzip":
        return gzip.compress(data)
    if how == "gzip members":
        return gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :])
    if how == "zstd":
        return bytes(zstd.compress(data))
    if how == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside/data", data)
        return out.getvalue()
    return data


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path
