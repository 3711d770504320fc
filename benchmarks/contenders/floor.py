"""The floor: polars reads the three columns and does nothing with them."""

from __future__ import annotations

import sys

import polars as pl

path, form, _, out = sys.argv[1:]
if form == "csv":
    rows = pl.scan_csv(path, infer_schema=False)
elif form == "parquet":
    rows = pl.scan_parquet(path)
else:
    inside = pl.Struct({"distinct_id": pl.String, "time": pl.String})
    rows = pl.scan_ndjson(path, schema={"event": pl.String, "properties": inside})
    rows = rows.select("event", pl.col("properties").struct.unnest()).rename(
        {"distinct_id": "user_id", "time": "timestamp"}
    )
columns = ["user_id", "event", "timestamp"]
rows.select(pl.col(columns).str.len_bytes().sum()).collect().write_parquet(out)
