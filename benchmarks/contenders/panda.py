"""The same answer in pandas."""

from __future__ import annotations

import sys

import pandas as pd

WEIGHTS = [1, 2, 3, 4, 5, -1, -2, 0.5, 0.2, 10]

path, form, as_of, out = sys.argv[1:]
columns = ["user_id", "event", "timestamp"]
if form == "csv":
    rows = pd.read_csv(path, usecols=columns, dtype=str)
elif form == "parquet":
    rows = pd.read_parquet(path, columns=columns)
else:
    nested = pd.read_json(path, lines=True)
    inside = pd.DataFrame(nested["properties"].tolist())
    rows = pd.DataFrame(
        {"user_id": inside["distinct_id"], "event": nested["event"], "timestamp": inside["time"]}
    )
rows["timestamp"] = pd.to_datetime(rows["timestamp"], format="%Y-%m-%dT%H:%M:%SZ", utc=True)
until = rows["timestamp"].max() if as_of == "latest" else pd.Timestamp("2026-10-31", tz="UTC")
rows = rows[rows["timestamp"] <= until]
names = [f"event_{i:02d}" for i in range(10)]
recent = rows[(rows["timestamp"] > until - pd.Timedelta(days=90)) & rows["event"].isin(names)]
counts = pd.crosstab(recent["user_id"], recent["event"]).reindex(columns=names, fill_value=0)
scores = rows.groupby("user_id")["timestamp"].max().to_frame("last_event_at")
scores = scores.join(counts).fillna(dict.fromkeys(names, 0))
scores["events"] = scores[names].sum(axis=1).astype("int64")
scores["score"] = sum(scores[n] * w for n, w in zip(names, WEIGHTS, strict=True)).round(1)
scores.reset_index().sort_values(["score", "user_id"], ascending=[False, True]).to_parquet(out)
