"""DuckDB's SQL that trusts no row, as cesctl does not: ids and names are trimmed, timestamps must have
their layout to the digit, and every row that is no event is counted by its reason.
"""

from __future__ import annotations

import sys

import duckdb

WEIGHTS = [1, 2, 3, 4, 5, -1, -2, 0.5, 0.2, 10]

path, form, as_of, out = sys.argv[1:]
read = {
    "csv": f"select user_id, event, timestamp as t from read_csv('{path}', all_varchar=true)",
    "parquet": f"select user_id, event, timestamp as t from read_parquet('{path}')",
    "ndjson": (
        "select properties.distinct_id as user_id, event, properties.time as t"
        f" from read_json('{path}', format='newline_delimited', columns={{event: 'VARCHAR',"
        " properties: 'STRUCT(distinct_id VARCHAR, \"time\" VARCHAR)'})"
    ),
}[form]
layout = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]Z"
rows = (
    "select trim(user_id) as user_id, trim(event) as event, t,"
    f" case when regexp_full_match(t, '{layout}') then try_cast(t as timestamp) end as ts"
    f" from ({read})"
)
until = "timestamp '2026-10-31'"
if as_of == "latest":
    newest = duckdb.execute(f"select max(ts) from ({rows})").fetchall()[0][0]
    until = f"timestamp '{newest}'"
reason = (
    "case when coalesce(user_id, '') = '' then 'no customer'"
    " when coalesce(event, '') = '' then 'no event'"
    " when coalesce(trim(t), '') = '' then 'no timestamp'"
    " when ts is null then 'unreadable timestamp'"
    f" when ts > {until} then 'after' end"
)
names = [f"event_{i:02d}" for i in range(10)]
window = f"ts > {until} - interval 90 day and ts <= {until}"
counts = ", ".join(f"count(*) filter (where event = '{n}' and {window}) as {n}" for n in names)
listed = ", ".join(f"'{n}'" for n in names)
score = " + ".join(f"{n} * {w}" for n, w in zip(names, WEIGHTS, strict=True))
duckdb.sql(
    f"create table grouped as select case when reason is null then user_id end as user_id, reason,"
    f" count(*) as read, {counts},"
    f" count(*) filter (where event in ({listed}) and {window}) as events, max(ts) as last_event_at"
    f" from (select *, {reason} as reason from ({rows})) group by all"
)
aside = "select reason, sum(read) from grouped where reason is not null group by all"
for why, number in duckdb.execute(aside).fetchall():
    print(why, number)
duckdb.sql(
    f"copy (select *, round(({score})::double, 1) as score from grouped where reason is null"
    f" order by score desc, user_id) to '{out}' (format parquet)"
)
