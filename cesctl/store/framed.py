"""A frame as the bytes of a Parquet file that says of itself what it is."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl

_SAID = "cesctl"  # the key in the file's own metadata


class DamagedError(ValueError):
    """Bytes that are no such file, or not all of one."""


def to_bytes(frame: pl.DataFrame, said: dict[str, Any]) -> bytes:
    """``said``: what JSON can say."""
    content = io.BytesIO()
    frame.write_parquet(content, compression="zstd", metadata={_SAID: json.dumps(said)})
    return content.getvalue()


def from_bytes(content: bytes) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The frame, and what was said. Raises DamagedError."""
    try:
        said: dict[str, Any] = json.loads(pl.read_parquet_metadata(io.BytesIO(content))[_SAID])
        return pl.read_parquet(io.BytesIO(content)), said
    except (pl.exceptions.PolarsError, KeyError, ValueError) as error:
        raise DamagedError(str(error)) from error
