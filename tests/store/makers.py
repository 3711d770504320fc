"""Small exports for tests of the store."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from polars.testing import assert_frame_equal

from cesctl.model.load import parse_model
from cesctl.model.types import Model
from cesctl.pipeline.run import score
from cesctl.store import Store
from cesctl.store.ingest import Ingested, prepare, take_in
from cesctl.store.place import Place

COLUMNS = ["user", "event", "time", "id", "plan"]
MODEL = """
source: {customer: user, event: event, timestamp: time, id: id}
window: 30d
events:
  login: 1
  buy: {weight: 3, half_life: 7d}
  seen: {event: "*", measure: recency, weight: -0.1}
  since: {event: "*", measure: tenure, weight: 0.01}
  ever: {event: buy, measure: once, weight: 2, window: none}
attributes: {plan: plan}
risk: {silent_for: 10d}
"""
DAYS = 90
Record = tuple[str, ...]


def model(text: str = MODEL) -> Model:
    return parse_model(text)


def record(number: int, day: int, *, who: int | None = None, plan: str = "free") -> Record:
    """The event of that number, on that day of 2026 (from 1, may be more than a month)."""
    month, of_month = divmod(day - 1, 28)
    customer = f"c{(number * 7) % 23 if who is None else who:02}"
    time = f"2026-{month + 1:02}-{of_month + 1:02}T{number % 24:02}:{number % 60:02}:00Z"
    return (customer, "buy" if number % 5 == 0 else "login", time, f"id{number:06}", plan)


def write(path: Path, records: Iterable[Sequence[str]], *, header: bool = True) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        if header:
            table.writerow(COLUMNS)
        table.writerows(records)
    return path


def take(store: Path, *files: Path, by: Model | None = None, horizon_days: int = 7) -> Ingested:
    table, staged = prepare([str(f) for f in files], by or model(), Place.of(str(store)))
    return take_in(staged, table, horizon_days=horizon_days)


def history(folder: Path, days: int = DAYS, each: int = 6) -> list[Path]:
    """An export for each day of 2026 from the first on."""
    made = []
    for day in range(1, days + 1):
        rows = [record(day * 100 + n, day, plan=f"p{day % 3}") for n in range(each)]
        if day < 20:  # some that are never seen again
            rows.append(record(day * 100 + 99, day, who=50 + day % 4, plan="old"))
        made.append(write(folder / f"day{day:03}.csv", rows))
    return made


def same(store: Path, files: Sequence[Path], by: Model) -> None:
    """The store gives the scores of its exports."""
    whole, kept = score(files, by), score(Store(str(store)), by)
    assert_frame_equal(kept.scores, whole.scores)
    assert kept.rows == whole.rows, (kept.rows, whole.rows)
