"""The same answer in DuckDB's SQL."""

from __future__ import annotations

import sys

import duckdb

WEIGHTS = [1, 2, 3, 4, 5, -1, -2, 0.5, 0.2, 10]

path, form, as_of, out = sys.argv[1:]
read = {
    "csv": f"select user_id, event, timestamp::timestamp as ts from read_csv('{path}')",
    "parquet": f"select user_id, event, timestamp::timestamp as ts from read_parquet('{path}')",
    "ndjson": (
        "select properties.distinct_id as user_id, event, properties.time::timestamp as ts"
        f" from read_json('{path}', format='newline_delimited', columns={{event: 'VARCHAR',"
        " properties: 'STRUCT(distinct_id VARCHAR, \"time\" VARCHAR)'})"
    ),
}[form]
until = "timestamp '2026-10-31'"
if as_of == "latest":
    newest = duckdb.execute(f"select max(ts) from ({read})").fetchall()[0][0]
    until = f"timestamp '{newest}'"
names = [f"event_{i:02d}" for i in range(10)]
window = f"ts > {until} - interval 90 day and ts <= {until}"
counts = ", ".join(f"count(*) filter (where event = '{n}' and {window}) as {n}" for n in names)
listed = ", ".join(f"'{n}'" for n in names)
score = " + ".join(f"{n} * {w}" for n, w in zip(names, WEIGHTS, strict=True))
duckdb.sql(
    f"copy (select *, round(({score})::double, 1) as score from (select user_id, {counts},"
    f" count(*) filter (where event in ({listed}) and {window}) as events,"
    f" max(ts) filter (where ts <= {until}) as last_event_at"
    f" from ({read}) group by user_id) where last_event_at is not null"
    f" order by score desc, user_id) to '{out}' (format parquet)"
)
