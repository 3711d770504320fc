"""The sample data: made anew it is the same, and it holds what the README promises."""

from __future__ import annotations

import csv
import gzip
import os
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files made anew, under another hash seed and another time zone."""
    folder = tmp_path_factory.mktemp("made")
    env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Kolkata", "PYTHONUTF8": "1"}
    command = [sys.executable, str(SAMPLE / "make.py"), str(folder)]
    subprocess.run(command, check=True, env=env, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def events() -> Rows:
    with gzip.open(SAMPLE / "events.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def accounts() -> Rows:
    with (SAMPLE / "accounts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_making_it_again_gives_the_same_bytes(made: Path) -> None:
    assert (made / "accounts.csv").read_bytes() == (SAMPLE / "accounts.csv").read_bytes()
    # What is inside: how tightly it is packed differs from one zlib to another.
    again, kept = ((f / "events.csv.gz").read_bytes() for f in (made, SAMPLE))
    assert gzip.decompress(again) == gzip.decompress(kept)
    assert again[:10] == kept[:10], "no name, no time in the header"


def test_it_stays_small() -> None:
    assert sum(f.stat().st_size for f in SAMPLE.iterdir() if f.is_file()) < 2_500_000


def test_the_roster_is_of_two_thousand_customers(accounts: Rows) -> None:
    assert len({a["account_id"] for a in accounts}) == len(accounts) == 2000
    assert all(all(a.values()) for a in accounts), "no empty cell"
    assert {a["plan"] for a in accounts} == {"free", "trial", "starter", "growth", "business"}
    last = date(2026, 10, 31)
    assert all(date.fromisoformat(a["signup_date"]) <= last for a in accounts)


def test_the_log_is_a_year_in_order_of_time(events: Rows) -> None:
    good = [e["timestamp"] for e in events if e["timestamp"].endswith("Z")]
    assert sum(a > b for a, b in pairwise(good)) <= 2, "but for one wrong clock"
    year = [t for t in good if t < "2027"]
    assert year[0].startswith("2025-11-01")
    assert year[-1].startswith("2026-10-31")


def test_the_dirt_is_there_and_is_little(events: Rows) -> None:
    nobody = sum(not e["user_id"] for e in events)
    nameless = sum(not e["event"] for e in events)
    unreadable = sum("/" in e["timestamp"] for e in events)
    future = sum(e["timestamp"] > "2027" and "/" not in e["timestamp"] for e in events)
    assert min(nobody, nameless, unreadable, future) > 0
    assert nobody + nameless + unreadable + future < len(events) / 200
    twice = Counter(tuple(e.values()) for e in events)
    assert 0 < sum(n - 1 for n in twice.values()) < len(events) / 200


def test_every_kind_of_story_is_told(events: Rows, accounts: Rows) -> None:
    customers: dict[str, set[str]] = {}
    for e in events:
        customers.setdefault(e["event"], set()).add(e["user_id"])
    roster = {a["account_id"] for a in accounts}
    seen = set().union(*customers.values())
    assert len(roster - seen) > 20, "customers that never did anything"
    assert len(customers["Subscription cancelled"] & roster) == 0, "those who left are not listed"
    assert len(customers["Subscription cancelled"]) > 200
    assert len(customers["Trial expired"]) > 50
    for event in ("Account upgraded", "Account downgraded", "Payment failed", "Ticket opened"):
        assert len(customers[event]) > 30, event


def test_properties_stand_where_they_belong(events: Rows) -> None:
    has = {
        "Feature explored": "feature",
        "Invoice paid": "amount",
        "Payment failed": "amount",
        "Ticket opened": "priority",
        "Teammate invited": "seats",
        "Survey answered": "nps",
    }
    for e in events:
        if name := has.get(e["event"]):
            assert e[name], e
    assert {e["nps"] for e in events} == {"", *map(str, range(11))}


def test_weeks_and_nights_have_their_rhythm(events: Rows) -> None:
    logins = [
        datetime.fromisoformat(e["timestamp"])
        for e in events
        if e["event"] == "Logged in" and e["timestamp"].endswith("Z")
    ]
    days = Counter(at.weekday() for at in logins)
    assert max(days[5], days[6]) * 3 < min(days[d] for d in range(5))
    months = Counter((at.year, at.month) for at in logins)
    assert months[2026, 8] < months[2026, 7]
    assert months[2025, 12] < months[2025, 11]
