"""Makes the logs that the benchmarks read: the same rows as CSV, NDJSON and Parquet.

    python benchmarks/make_data.py 10M [--formats csv,ndjson,parquet] [--shuffled]

One year of a product with 20 kinds of events; 100 rows per customer, the most active customers having a
hundred times as many as the least; sorted by time as exports are, or shuffled. Rows are made a million
at a time, so memory does not grow with the log. Same numbers on every machine (a fixed seed).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl

DATA = Path(__file__).parent / "data"
EVENTS = [f"event_{i:02d}" for i in range(20)]
CHUNK = 1_000_000
YEAR_S = 365 * 86_400
START = np.datetime64("2025-11-01T00:00:00")
SIZES = {
    "100k": 100_000,
    "1M": 1_000_000,
    "10M": 10_000_000,
    "50M": 50_000_000,
    "200M": 200_000_000,
}


def rows_of(name: str) -> int:
    return SIZES[name]


def path_of(size: str, form: str, *, shuffled: bool = False) -> Path:
    return DATA / f"events-{size}{'-shuffled' if shuffled else ''}.{form}"


def chunk(index: int, chunks: int, rows: int, customers: int, *, shuffled: bool) -> pl.DataFrame:
    """One slice of the year: user_id, event, timestamp, channel, amount."""
    rng = np.random.default_rng([20261101, index])
    low, high = (
        (0, YEAR_S)
        if shuffled
        else (
            YEAR_S * index // chunks,
            YEAR_S * (index + 1) // chunks,
        )
    )
    seconds = rng.integers(low, high, rows)
    if not shuffled:
        seconds.sort()
    who = np.minimum((customers * rng.random(rows) ** 2).astype(np.int64), customers - 1)
    return pl.DataFrame(
        {
            "user_id": who,
            "event": rng.integers(0, len(EVENTS), rows),
            "timestamp": (START + seconds.astype("timedelta64[s]")).astype("datetime64[ms]"),
            "channel": rng.integers(0, 3, rows),
            "amount": rng.integers(0, 100_000, rows) / 100,
        }
    ).select(
        pl.format("user_{}", pl.col("user_id").cast(pl.String).str.zfill(7)).alias("user_id"),
        pl.format("event_{}", pl.col("event").cast(pl.String).str.zfill(2)).alias("event"),
        pl.col("timestamp").dt.to_string("%Y-%m-%dT%H:%M:%SZ"),
        pl.col("channel").replace_strict([0, 1, 2], ["web", "ios", "api"]),
        "amount",
    )


def nested(frame: pl.DataFrame) -> pl.DataFrame:
    """The layout that product analytics export: most fields inside ``properties``."""
    inside = pl.struct(
        pl.col("user_id").alias("distinct_id"),
        pl.col("timestamp").alias("time"),
        "channel",
        "amount",
    )
    return frame.select("event", inside.alias("properties"))


def make(size: str, formats: list[str], *, shuffled: bool = False) -> None:
    rows = rows_of(size)
    chunks = max(1, rows // CHUNK)
    DATA.mkdir(exist_ok=True)
    missing = [f for f in formats if not path_of(size, f, shuffled=shuffled).exists()]
    unfinished = {f: path_of(size, f, shuffled=shuffled).with_suffix(f".{f}.part") for f in missing}
    for form in missing:
        if form == "parquet":
            parts = (
                chunk(i, chunks, rows // chunks, rows // 100, shuffled=shuffled)
                for i in range(chunks)
            )
            write_parquet(parts, unfinished[form])
            continue
        with unfinished[form].open("wb") as out:
            for i in range(chunks):
                frame = chunk(i, chunks, rows // chunks, rows // 100, shuffled=shuffled)
                if form == "csv":
                    frame.write_csv(out, include_header=i == 0)
                else:
                    nested(frame).write_ndjson(out)
    for form in missing:
        unfinished[form].rename(path_of(size, form, shuffled=shuffled))


def write_parquet(parts: Iterable[pl.DataFrame], path: Path) -> None:
    """The frames one after another, each a group of rows."""
    import pyarrow.parquet as pq

    writer = None
    for frame in parts:
        table = frame.to_arrow()
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--formats", default="csv,ndjson,parquet")
    parser.add_argument("--shuffled", action="store_true")
    args = parser.parse_args()
    make(args.size, args.formats.split(","), shuffled=args.shuffled)
    for form in args.formats.split(","):
        made = path_of(args.size, form, shuffled=args.shuffled)
        print(f"{made.name}: {made.stat().st_size / 1e6:,.0f} MB")
