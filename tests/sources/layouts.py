"""Writes a log as each tool would export it: records in the documented shape, in each format they come in.

The sources of the shapes stand at the presets, in cesctl/sources/tools.py.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
import polars.selectors as cs

Record = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One event of a log; its instant in seconds since 1970."""

    customer: str
    name: str
    at: int
    plan: str | None
    amount: float | None

    def time(self, form: str) -> str:
        return datetime.fromtimestamp(self.at, UTC).strftime(form)


@dataclass(frozen=True)
class Layout:
    """How a tool writes an event. ``record`` is given an event and a number of its own.

    ``fixed``: the one event that all rows are, where the layout names none. ``exact``: whether copies of
    an event count once. ``whole``: from all events to the records, where a record holds several.
    """

    preset: str
    kinds: tuple[str, ...]
    record: Callable[[Event, int], Record]
    plan: str = "plan"
    amount: str = "amount"
    fixed: str | None = None
    exact: bool = False
    whole: Callable[[list[Event]], list[Record]] | None = None

    def records(self, events: list[Event]) -> list[Record]:
        if self.whole is not None:
            return self.whole(events)
        return [self.record(e, n) for n, e in enumerate(events)]

    def written(self, events: list[Event], kind: str) -> bytes:
        """The bytes of a file; ``kind`` is a format, ``.gz`` after it where packed."""
        kind, _, packed = kind.partition(".")
        records = self.records(events)
        if kind in ("csv", "tsv", "headless"):
            data = table(records, "," if kind == "csv" else "\t", header=kind != "headless")
        elif kind == "ndjson":
            data = "".join(json.dumps(r) + "\n" for r in records).encode()
        elif kind == "json":
            data = json.dumps(records, ensure_ascii=False).encode()
        elif kind == "wrapped":
            data = json.dumps({"object": "list", "data": records}, indent=1).encode()
        else:
            out = io.BytesIO()
            frame = pl.DataFrame(records, infer_schema_length=None)
            if kind == "avro":  # which has no columns of nothing
                frame.with_columns(cs.by_dtype(pl.Null).cast(pl.String)).write_avro(out)
            else:
                frame.write_parquet(out)
            data = out.getvalue()
        return gzip.compress(data) if packed else data


def table(records: list[Record], separator: str, *, header: bool) -> bytes:
    """Cells of nested values hold JSON; without a header nothing is quoted."""
    rows = [
        [json.dumps(v) if isinstance(v, dict | list) else v for v in record.values()]
        for record in records
    ]
    if not header:
        lines = ("\t".join("" if v is None else str(v) for v in row) for row in rows)
        return "".join(line + "\n" for line in lines).encode()
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerows([list(records[0]), *rows])
    return out.getvalue().encode()


def inside(event: Event) -> Record:
    return {"plan": event.plan, "amount": event.amount, "more": {"of": "it"}}


def flat(event: Event) -> Record:
    return {"plan": event.plan, "amount": event.amount}


ISO, SPACE = "%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%d %H:%M:%S"


def mixpanel(e: Event, n: int) -> Record:
    known = {"time": e.at, "distinct_id": e.customer, "$insert_id": str(n)}
    return {"event": e.name, "properties": known | inside(e)}


def mixpanel_table(e: Event, n: int) -> Record:
    known = {"event_id": n, "name": e.name, "time": e.time(SPACE), "distinct_id": e.customer}
    return {**known, "properties": inside(e), "insert_id": f"i{n}"}


def amplitude(e: Event, n: int) -> Record:
    return {
        "user_id": e.customer,
        "event_type": e.name,
        "event_time": e.time("%Y-%m-%d %H:%M:%S.000000"),
        "$insert_id": f"i{n}",
        "uuid": f"u{n}",
        "event_properties": inside(e),
    }


def ga4(e: Event, n: int) -> Record:
    def param(key: str, string: str | None = None, double: float | None = None) -> Record:
        none = {"int_value": None, "float_value": None}
        return {"key": key, "value": {"string_value": string, **none, "double_value": double}}

    return {
        "event_timestamp": str(e.at * 10**6),
        "event_name": e.name,
        "event_params": [param("plan", e.plan), param("amount", double=e.amount)],
        "event_bundle_sequence_id": str(n),
        "user_id": e.customer if n % 2 else None,
        "user_pseudo_id": e.customer,
    }


def ga4_table(e: Event, n: int) -> Record:
    return {
        "name": e.name,
        "timestamp": e.time(SPACE),
        "user_pseudo_id": e.customer,
        "bundle_sequence_id": n,
        **flat(e),
    }


def segment(e: Event, n: int) -> Record:
    return {
        "messageId": f"m{n}",
        "type": "track",
        "userId": e.customer if n % 2 else None,
        "anonymousId": e.customer,
        "event": e.name,
        "timestamp": e.time(ISO),
        "properties": inside(e),
    }


def rudderstack(e: Event, n: int) -> Record:
    return {"rudderId": "r", **segment(e, n)}


def segment_calls(e: Event, n: int) -> Record:
    return {
        "name": e.name,
        "user_id": e.customer,
        "anonymous_id": f"a{n}",
        "timestamp": e.time(ISO),
        "properties": inside(e),
        "context": {"ip": "1.2.3.4"},
        "type": "track",
    }


def segment_tracks(e: Event, n: int) -> Record:
    return {
        "id": f"m{n}",
        "anonymous_id": e.customer,
        "user_id": None,
        "event": "x",
        "event_text": e.name,
        "received_at": e.time(SPACE),
        "timestamp": e.time(SPACE),
        **flat(e),
    }


def segment_pages(e: Event, n: int) -> Record:
    known = segment_tracks(e, n) | {"sent_at": e.time(SPACE), "url": "https://a.b/"}
    return {k: v for k, v in known.items() if k not in ("event", "event_text")}


def posthog(e: Event, n: int) -> Record:
    known = {"uuid": f"u{n}", "event": e.name, "distinct_id": e.customer}
    return {**known, "timestamp": e.time(ISO), "properties": inside(e)}


def snowplow(e: Event, n: int) -> Record:
    from cesctl.sources.canonical import COLUMNS

    data = {"schema": "iglu:x", "data": {"schema": "iglu:y", "data": inside(e)}}
    return dict.fromkeys(COLUMNS, "") | {
        "event_id": f"{n:08x}-30da-42fd-a48d-193fd722ccd3",
        "collector_tstamp": "2026-10-10 00:00:00.000",
        "etl_tstamp": "2026-10-10 00:00:00.000",
        "domain_userid": e.customer,
        "unstruct_event": data,
        "derived_tstamp": e.time("%Y-%m-%d %H:%M:%S.000000000"),
        "event_name": e.name,
        "event_fingerprint": "f",
    }


def sendgrid(e: Event, n: int) -> Record:
    known = {"email": e.customer, "event": e.name, "timestamp": e.at, "sg_event_id": f"s{n}"}
    return {**known, **flat(e)}


def hubspot(e: Event, n: int) -> Record:
    known = {"id": f"h{n}", "created": e.at * 1000, "type": e.name, "recipient": e.customer}
    return {**known, "portalId": 62515, **flat(e)}


def stripe(e: Event, n: int) -> Record:
    thing = {"object": "charge", "customer": e.customer, **inside(e)}
    known = {"id": f"evt_{n}", "created": e.at, "livemode": False, "type": e.name}
    return {**known, "data": {"object": thing}}


def zendesk(e: Event, n: int) -> Record:
    known = {"id": n, "created_at": e.time(ISO), "requester_id": e.customer, "status": "open"}
    return {**known, "submitter_id": 1, **flat(e)}


def shopify(events: list[Event]) -> list[Record]:
    rows: list[Record] = []
    for n, e in enumerate(events):
        known: Record = {"Name": f"#{1001 + n}", "Email": e.customer}
        order: Record = {
            "Financial Status": "paid",
            "Total": "1.00",
            "plan": e.plan,
            "amount": e.amount,
        }
        line: Record = {"Created at": e.time("%Y-%m-%d %H:%M:%S +0000"), "Lineitem name": "A thing"}
        rows.append(known | order | line)
        rows += [known | dict.fromkeys(order) | line] * (n % 3)
    return rows


def shopify_api(e: Event, n: int) -> Record:
    known = {"id": n, "order_number": n, "financial_status": "paid", "total_price": "1.00"}
    return {**known, "created_at": e.time(ISO), "email": e.customer, **flat(e)}


def intercom(e: Event, n: int) -> Record:
    known = {"event_name": e.name, "created_at": e.at, "user_id": e.customer}
    return {**known, "intercom_user_id": f"c{n}", "email": None, "metadata": inside(e)}


def intercom_receipts(e: Event, n: int) -> Record:
    known = {"user_id": e.customer, "company_id": -1, "content_id": 1, "receipt_id": f"r{n}"}
    return {**known, "received_at": e.at, **flat(e)}


def salesforce_of_old(e: Event, n: int) -> Record:
    return {
        "EVENT_TYPE": e.name,
        "TIMESTAMP": e.time("%Y%m%d%H%M%S.000"),
        "REQUEST_ID": f"r{n}",
        "ORGANIZATION_ID": "o",
        "USER_ID": e.customer,
        **flat(e),
    }


def salesforce(e: Event, n: int) -> Record:
    return salesforce_of_old(e, n) | {"TIMESTAMP_DERIVED": e.time(ISO), "USER_ID_DERIVED": None}


def pendo(e: Event, n: int) -> Record:
    known = {"_fivetran_id": f"f{n}", "account_id": "a", "visitor_id": e.customer}
    return {**known, "feature_id": e.name, "timestamp": e.time(SPACE), "num_events": 1, **flat(e)}


def heap(e: Event, n: int) -> Record:
    known = {"event_id": n, "user_id": e.customer, "session_id": 1, "time": e.time(SPACE)}
    return {**known, "event_table_name": e.name, **flat(e)}


def heap_pages(e: Event, n: int) -> Record:
    known = {"event_id": n, "user_id": e.customer, "session_id": 1, "time": e.time(SPACE)}
    return {**known, "path": "/", "landing_page": "https://a.b/", **flat(e)}


def by_customer(events: list[Event]) -> dict[str, list[tuple[int, Event]]]:
    found: dict[str, list[tuple[int, Event]]] = {}
    for n, e in enumerate(events):
        found.setdefault(e.customer, []).append((n, e))
    return found


def matomo(events: list[Event]) -> list[Record]:
    return [
        {
            "idVisit": n,
            "visitorId": customer,
            "serverTimestamp": 1,
            "actionDetails": [
                {"type": e.name, "timestamp": e.at, "pageId": at, "url": "u", **flat(e)}
                for at, e in theirs
            ],
        }
        for n, (customer, theirs) in enumerate(by_customer(events).items())
    ]


def mailchimp(events: list[Event]) -> list[Record]:
    return [
        {
            "campaign_id": "c",
            "email_id": f"e{n}",
            "email_address": customer,
            "activity": [
                {"action": e.name, "timestamp": e.time(ISO), "url": f"u{at}", **flat(e)}
                for at, e in theirs
            ],
        }
        for n, (customer, theirs) in enumerate(by_customer(events).items())
    ]


def mparticle(events: list[Event]) -> list[Record]:
    def one(n: int, e: Event) -> Record:
        known = {"event_name": e.name, "timestamp_unixtime_ms": e.at * 1000, "event_id": f"m{n}"}
        return {"event_type": "custom_event", "data": {**known, "custom_attributes": inside(e)}}

    return [
        {"events": [one(n, e) for n, e in theirs], "mpid": customer, "batch_id": "b"}
        for customer, theirs in by_customer(events).items()
    ]


def plain(e: Event, n: int) -> Record:
    return {"user_id": e.customer, "event": e.name, "timestamp": e.time(ISO), "n": n, **flat(e)}


def in_one(*_: object) -> Record:
    raise AssertionError("written by whole")


TABLES = ("csv", "csv.gz", "tsv", "parquet")
LINES = ("ndjson", "ndjson.gz", "json", "wrapped")
ALL = TABLES + LINES
DEEP = ("properties.plan", "properties.amount")
UNSTRUCT = "unstruct_event.data.data"
LAYOUTS = {
    "plain": Layout("plain", ALL, plain),
    "mixpanel": Layout("mixpanel", ALL, mixpanel, *DEEP),
    "mixpanel table": Layout("mixpanel", TABLES, mixpanel_table, *DEEP),
    "amplitude": Layout(
        "amplitude", ALL, amplitude, "event_properties.plan", "event_properties.amount"
    ),
    "ga4": Layout("ga4", ("parquet", *LINES), ga4, "event_params.plan", "event_params.amount"),
    "ga4 table": Layout("ga4", TABLES, ga4_table),
    "segment": Layout("segment", LINES, segment, *DEEP),
    "segment calls": Layout("segment", TABLES, segment_calls, *DEEP),
    "segment tracks": Layout("segment", TABLES, segment_tracks),
    "segment pages": Layout("segment", TABLES, segment_pages, fixed="page"),
    "rudderstack": Layout("rudderstack", LINES, rudderstack, *DEEP),
    "posthog": Layout("posthog", ALL, posthog, *DEEP),
    "snowplow": Layout(
        "snowplow",
        ("headless", "headless.gz", "csv", "parquet"),
        snowplow,
        f"{UNSTRUCT}.plan",
        f"{UNSTRUCT}.amount",
    ),
    "sendgrid": Layout("sendgrid", ALL, sendgrid),
    "hubspot": Layout("hubspot", ALL, hubspot),
    "stripe": Layout("stripe", LINES, stripe, "data.object.plan", "data.object.amount"),
    "zendesk": Layout("zendesk", ALL, zendesk, fixed="ticket"),
    "shopify": Layout("shopify", ("csv",), in_one, fixed="order", whole=shopify),
    "shopify api": Layout("shopify", ALL, shopify_api, fixed="order"),
    "intercom": Layout(
        "intercom", LINES, intercom, "metadata.plan", "metadata.amount", exact=True
    ),
    "intercom receipts": Layout(
        "intercom", ("csv", "csv.gz"), intercom_receipts, fixed="receipt"
    ),
    "salesforce": Layout("salesforce", ("csv", "csv.gz"), salesforce),
    "salesforce of old": Layout("salesforce", ("csv",), salesforce_of_old),
    "pendo": Layout("pendo", (*TABLES, "avro"), pendo),
    "heap": Layout("heap", (*TABLES, "avro", "avro.gz"), heap),
    "heap pages": Layout("heap", TABLES, heap_pages, fixed="pageview"),
    "matomo": Layout(
        "matomo", LINES, in_one, "actionDetails.plan", "actionDetails.amount", whole=matomo
    ),
    "mailchimp": Layout(
        "mailchimp", LINES, in_one, "activity.plan", "activity.amount", whole=mailchimp
    ),
    "mparticle": Layout(
        "mparticle",
        LINES,
        in_one,
        "events.data.custom_attributes.plan",
        "events.data.custom_attributes.amount",
        whole=mparticle,
    ),
}  # fmt: skip
