"""Makes the sample data: a year of Postline, an invented tool for scheduling social-media posts.

    python sample_data/make.py

writes next to this file ``events.csv.gz`` (one row per event, in order of time, 2025-11-01 to
2026-10-31) and ``accounts.csv`` (one row per current customer). Everybody in it is invented, see
``postline.py``; here their year becomes files, with the dirt that real exports have.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from datetime import datetime, timedelta
from pathlib import Path

from postline import CURRENT, FIRST, SEED, Customer, Dice, customers

HEADER = ("user_id", "event", "timestamp", "plan", "feature", "amount", "priority", "seats", "nps")


def spoil(rows: list[list[str]]) -> list[list[str]]:
    """The dirt that every real export has: a few rows that cannot be scored, and repeated ones."""
    dice = Dice(SEED + 1)
    for column, value, times in (
        (0, "", 41),  # not signed in when it happened
        (2, "31/05/2026 14:22", 9),  # typed by hand
        (1, "", 4),
        (2, "2062-03-09T08:15:00Z", 1),  # a clock that was wrong
    ):
        for _ in range(times):
            rows[dice.below(len(rows) - 1)][column] = value
    for _ in range(63):  # sent twice
        at = dice.below(len(rows) - 1)
        rows.insert(at, rows[at])
    return rows


def events_csv(everybody: list[Customer]) -> str:
    start = datetime(FIRST.year, FIRST.month, FIRST.day)  # noqa: DTZ001  all of it is UTC
    rows = sorted((row for who in everybody for row in who.rows), key=lambda r: r[:3])
    table = []
    for at, customer, event, properties in rows:
        time = (start + timedelta(seconds=at)).isoformat() + "Z"
        table.append([customer, event, time, *(properties.get(name, "") for name in HEADER[3:])])
    return as_csv(HEADER, spoil(table))


def accounts_csv(everybody: list[Customer]) -> str:
    header = ("account_id", "name", "plan", "country", "owner", "signup_date")
    table = [
        [w.id, w.name, w.plan, w.country, w.owner, (FIRST + timedelta(days=w.joined)).isoformat()]
        for w in everybody[:CURRENT]
    ]
    return as_csv(header, table)


def as_csv(header: tuple[str, ...], rows: list[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def main(folder: Path) -> None:
    everybody = customers()
    events = events_csv(everybody)
    packed = io.BytesIO()
    # No name and no time inside, so that the same events are the same file.
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as file:
        file.write(events.encode())
    (folder / "events.csv.gz").write_bytes(packed.getvalue())
    (folder / "accounts.csv").write_bytes(accounts_csv(everybody).encode())
    print(f"{events.count(chr(10)) - 1:,} events of {len(everybody):,} customers")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
