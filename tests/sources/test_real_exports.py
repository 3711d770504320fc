"""Every real export, read without a word from the model, against counts that share nothing with the package.

Its rows are read by csv, json and pyarrow; which columns are whose is said by the table below. Of each file,
and of each folder at once: rows, duplicates, customers, events by name, first and last instants.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pyarrow.parquet
import pytest

import cesctl
from cesctl.errors import InputError
from cesctl.insight.profile import profile
from cesctl.result import RowCounts

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = 'version: 1\nevents: {any: {event: "*", weight: 1}}\n'

Row: TypeAlias = "dict[str, Any]"


class Event(NamedTuple):
    """One row; ``key`` is what a record delivered again has too, and no other."""

    at: datetime
    customer: str
    event: str
    key: tuple[str, ...]


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def enriched(path: Path) -> list[Row]:
    """The columns of Snowplow's enriched events by their number, from 1; a line may lack its last ones."""
    lines = [x.split("\t") for x in path.read_bytes().decode().split("\n") if x]
    return [{str(n): cell for n, cell in enumerate(x + [""] * (131 - len(x)), 1)} for x in lines]


def parquet(path: Path) -> list[Row]:
    names = pyarrow.parquet.read_schema(path).names
    wanted = [n for n in names if n.startswith(("event_", "user_")) and n != "event_params"]
    rows: list[Row] = pyarrow.parquet.read_table(path, columns=wanted).to_pylist()
    return rows


def lines(path: Path) -> Iterator[Row]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return (flat(json.loads(line)) for line in text.split("\n") if line)


def array(path: Path) -> Iterator[Row]:
    found = json.loads(path.read_text(encoding="utf-8"))
    return map(flat, found["data"] if isinstance(found, dict) else found)


def batches(path: Path) -> Iterator[Row]:
    return (
        {**b, **{f"events.{k}": v for k, v in flat(e).items()}}
        for b in lines(path)
        for e in b["events"]
    )


def flat(record: Row) -> Row:
    """The record with ``a.b`` for what is within ``a``."""
    found: Row = {}
    for key, value in record.items():
        inside = flat(value) if isinstance(value, dict) else None
        found |= {key: value} if inside is None else {f"{key}.{k}": v for k, v in inside.items()}
    return found


def iso(text: str) -> datetime:
    """Of nanoseconds, the microseconds they are within."""
    at = datetime.fromisoformat(text[:26] if text[19:20] == "." else text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def since_1970(**unit: int) -> Callable[[Any], datetime]:
    return lambda n: datetime(1970, 1, 1, tzinfo=UTC) + int(n) * timedelta(**unit)


@dataclass(frozen=True)
class Export:
    """A file and what its columns are. ``event`` is a column, or ``=`` and the one event that all rows are;
    rows without ``needs`` are none. ``source`` is what the model must say because the file does not name
    its customers.
    """

    path: str
    read_as: str
    rows: Callable[[Path], Iterable[Row]]
    key: tuple[str, ...]
    customer: tuple[str, ...]
    event: str
    at: str
    when: Callable[[Any], datetime] = iso
    needs: str = ""
    source: str = ""

    def events(self, exports: Path) -> Iterator[Event | None]:
        """One per row of the file; None for a row that is none."""
        for row in self.rows(exports / self.path):
            if self.needs and not row.get(self.needs):
                yield None
                continue
            event = self.event[1:] if self.event.startswith("=") else row[self.event]
            customer = next(str(row[c]) for c in self.customer if row.get(c))
            # the same key columns of the same tool tell records apart across files
            key = (self.read_as.partition("(")[2], *self.key, *(str(row[c]) for c in self.key))
            yield Event(self.when(row[self.at]), customer, event, key)


GA4 = Export(
    "ga4/ga4_events_sampled.snappy.parquet", "GA4 BigQuery export (preset ga4)", parquet,
    ("event_bundle_sequence_id", "event_timestamp", "event_name", "user_pseudo_id"),
    ("user_id", "user_pseudo_id"), "event_name", "event_timestamp", since_1970(microseconds=1),
)  # fmt: skip
GA4_JSON = replace(GA4, path="ga4/derived_bq_json_export.ndjson.gz", rows=lines)
MIXPANEL = Export(
    "mixpanel/raw_events.ndjson", "Mixpanel raw export (preset mixpanel)", lines,
    ("properties.$insert_id",), ("properties.$insert_id",), "event", "properties.time",
    since_1970(seconds=1), source="{customer: properties.$insert_id}",
)  # fmt: skip
SNOWPLOW = "Snowplow atomic events (preset snowplow)"
EXPORTS = (
    Export(
        "amplitude/amplitude.json", "Amplitude export (preset amplitude)", lines,
        ("$insert_id",), ("user_id",), "event_type", "event_time",
    ),
    Export(
        "amplitude/amplitude_event_data.csv", "Amplitude export (preset amplitude)", table,
        ("uuid",), ("user_id",), "event_type", "event_time",
    ),
    GA4,
    GA4_JSON,
    Export(
        "ga4/fivetran_event_data.csv", "GA4 events in a warehouse (preset ga4)", table,
        ("bundle_sequence_id", "timestamp", "name", "user_pseudo_id"),
        ("user_id", "user_pseudo_id"), "name", "timestamp",
    ),
    Export(
        "hubspot/email_event_data.csv", "HubSpot e-mail events (preset hubspot)", table,
        ("id", "created"), ("recipient",), "type", "created",
    ),
    Export(  # what was clicked, by the id of the e-mail event: neither whose it is nor when
        "hubspot/email_event_click_data.csv", "", table,
        ("id",), ("id",), "=click", "_fivetran_synced",
        source="{customer: id, event: {value: click}, timestamp: _fivetran_synced}",
    ),
    MIXPANEL,
    replace(MIXPANEL, path="mixpanel/batch1.json", rows=array),
    replace(MIXPANEL, path="mixpanel/batch2.json", rows=array),
    Export(
        "mixpanel/flat_events.csv", "Mixpanel events as a table (preset mixpanel)", table,
        ("$insert_id",), ("$insert_id",), "event", "time", since_1970(seconds=1),
        source="{customer: $insert_id}",
    ),
    Export(
        "mixpanel/fivetran_event.csv", "Mixpanel events in a warehouse (preset mixpanel)", table,
        ("insert_id", "name", "time", "distinct_id"), ("distinct_id",), "name", "time",
    ),
    Export(
        "segment/example_segment_pages.csv", "Segment pages in a warehouse (preset segment)", table,
        ("id",), ("user_id", "anonymous_id"), "=page", "timestamp",
    ),
    Export(
        "segment/june_events.csv", "Segment calls as a table (preset segment)", table,
        ("name", "timestamp"), ("user_id", "anonymous_id"), "name", "timestamp",
    ),
    Export(
        "segment/mparticle.jsonl", "mParticle batches (preset mparticle)", batches,
        ("events.data.event_id",), ("mpid",), "events.data.event_name",
        "events.data.timestamp_unixtime_ms", since_1970(milliseconds=1),
    ),
    Export(
        "shopify/shopify_order_data.csv", "Shopify orders of the API (preset shopify)", table,
        ("id",), ("email", "customer_id"), "=order", "created_at",
    ),
    Export(
        "snowplow/snowplow_web_events.csv", SNOWPLOW, table,
        ("event_id", "event_fingerprint"), ("user_id", "domain_userid"), "event_name", "derived_tstamp",
    ),
    Export("snowplow/enriched_events.tsv", SNOWPLOW, enriched, ("7", "130"), ("13", "16"), "127", "125"),
    Export(
        "snowplow/enriched_invalid_timestamp.tsv", SNOWPLOW, enriched,
        ("7", "130"), ("13", "16"), "127", "125",
    ),
    Export(
        "stripe/events_list.json", "Stripe events (preset stripe)", array,
        ("id",), ("data.object.customer",), "type", "created", since_1970(seconds=1),
        needs="data.object.customer",
    ),
    Export(
        "zendesk/ticket_data.csv", "Zendesk tickets (preset zendesk)", table,
        ("id",), ("requester_id",), "=ticket", "created_at",
    ),
)  # fmt: skip
UNTOLD = [e for e in EXPORTS if not e.source]
FOLDERS = sorted({e.path.partition("/")[0] for e in UNTOLD} - {"hubspot", "mixpanel"})
READ = {
    **{e.path: [e] for e in EXPORTS},
    **{f: [e for e in EXPORTS if e.path.startswith(f"{f}/")] for f in FOLDERS},
}


@pytest.fixture
def exports(shared_data: Path) -> Path:
    folder = shared_data / "exports"
    if not folder.is_dir():
        pytest.skip("the folder of real exports (../shared/data/exports) is not here")
    return folder


def test_no_file_is_left_out(exports: Path) -> None:
    there = {str(p.relative_to(exports)) for p in exports.rglob("*") if p.is_file()}
    assert {p for p in there if not p.endswith("SOURCE.txt")} == {e.path for e in EXPORTS}


@pytest.mark.parametrize("name", READ)
def test_what_is_in_it(exports: Path, name: str) -> None:
    rows = [e for export in READ[name] for e in export.events(exports)]
    events = sorted(e for e in rows if e is not None)
    once: dict[tuple[str, ...], Event] = {}
    for event in events:  # of the records of one key the earliest counts
        once.setdefault(event.key, event)
    counted = RowCounts(
        read=len(rows),
        accepted=len(once),
        duplicate=len(events) - len(once),
        filtered=len(rows) - len(events),
        after_as_of=0,
        rejected={},
    )
    by_name, by_customer = defaultdict(list), defaultdict(list)
    for event in once.values():
        by_name[event.event].append(event)
        by_customer[event.customer].append(event)
    source = "".join(f"source: {e.source}\n" for e in READ[name] if e.source)
    model = cesctl.parse_model(MODEL + source)

    found = profile([exports / name], model.sources, now=NOW)
    told = {n.rpartition(": ")[2] for n in found.notes if "read as " in n}
    assert told == {f"read as {e.read_as}" for e in READ[name] if e.read_as}
    assert found.customers == len(by_customer)
    assert (found.first, found.last) == span(once.values())
    assert {row[0]: row[1:] for row in found.events.rows()} == {
        name: (len(of_it), len({e.customer for e in of_it}), *span(of_it))
        for name, of_it in by_name.items()
    }

    result = cesctl.score([exports / name], model, now=NOW)
    assert result.rows == counted
    got = result.scores.select("customer", "events", "last_event_at").rows()
    assert {c: rest for c, *rest in got} == {
        c: [len(of_it), span(of_it)[1]] for c, of_it in by_customer.items()
    }


def span(events: Iterable[Event]) -> tuple[datetime | None, datetime | None]:
    instants = [e.at for e in events]
    return min(instants, default=None), max(instants, default=None)


@pytest.mark.parametrize("export", [e for e in EXPORTS if e.source], ids=lambda e: e.path)
def test_an_export_that_names_nobody_is_an_error(exports: Path, export: Export) -> None:
    with pytest.raises(InputError, match=r"no .*customer") as caught:
        cesctl.score([exports / export.path], cesctl.parse_model(MODEL), now=NOW)
    assert "source: {customer: COLUMN}" in str(caught.value)


def test_the_table_and_the_json_have_records_in_common(exports: Path) -> None:
    """So that their folder says whether a record is known again in another format."""
    assert {e.key for e in GA4_JSON.events(exports) if e} < {
        e.key for e in GA4.events(exports) if e
    }
