"""Tools' exports, known by their columns: layouts as documented (test_real_exports.py has the real files)."""

from __future__ import annotations

import csv
import gzip
import json
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import cesctl
from cesctl.model.types import Source
from cesctl.result import Result
from cesctl.sources import presets, read
from tests.sources.writing import put

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = 'version: 1\nevents: {any: {event: "*", weight: 1}}\n'


def scored(path: Path, source: str = "") -> Result:
    return cesctl.score([path], cesctl.parse_model(f"{MODEL}{source}"), now=NOW)


def told(result: Result) -> str:
    return next((n for n in result.notes if n.startswith("read as")), "")


def counts(result: Result) -> dict[str, int]:
    return dict(result.scores.select("customer", "events").rows())


def lines(folder: Path, *records: dict[str, Any]) -> Path:
    return put(folder, "x.ndjson", "".join(json.dumps(r) + "\n" for r in records))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_mixpanel(tmp_path: Path) -> None:
    """developer.mixpanel.com/reference/raw-event-export; the same event twice, then another user's."""

    def event(user: str, time: int, insert_id: str | None) -> dict[str, Any]:
        inside = {"time": time, "distinct_id": user, "$insert_id": insert_id, "$os": "iOS"}
        return {"event": "Signed up", "properties": inside}

    path = lines(
        tmp_path,
        event("u1", 1760000000, "a"),
        event("u1", 1760000000, "a"),
        event("u2", 1760000000, "a"),
        event("u1", 1760000001, None),
        event("u1", 1760000001, None),
    )
    result = scored(path)
    assert told(result) == "read as Mixpanel raw export (preset mixpanel)"
    assert counts(result) == {"u1": 3, "u2": 1}
    assert result.rows.duplicate == 1
    ms = path.read_text().replace("176000000", "176000000000")
    path.write_text(ms.replace("1760000000000,", "1760000000000,"))
    assert counts(scored(path)) == {"u1": 3, "u2": 1}


SEGMENT = {
    "messageId": "m1",
    "type": "track",
    "userId": "u1",
    "anonymousId": "a1",
    "timestamp": "2026-10-01T10:00:00.123Z",
    "receivedAt": "2026-10-01T10:00:01.000Z",
    "event": "Order Completed",
    "properties": {"total": 12.5},
    "context": {"groupId": "g"},
}


@pytest.mark.parametrize("more", [{}, {"rudderId": "r"}])
def test_segment_and_rudderstack(tmp_path: Path, more: dict[str, str]) -> None:
    """segment.com/docs/connections/spec/common: calls that name no event are none."""
    identify = SEGMENT | {"messageId": "m2", "type": "identify", "event": None}
    page = SEGMENT | {"messageId": "m3", "type": "page", "event": None, "name": "Home"}
    bare = SEGMENT | {"messageId": "m4", "type": "page", "event": None, "userId": None}
    path = lines(tmp_path, *(r | more for r in (SEGMENT, SEGMENT, identify, page, bare)))
    result = scored(path)
    title = "RudderStack (preset rudderstack)" if more else "Segment (preset segment)"
    assert told(result) == f"read as {title}"
    assert counts(result) == {"u1": 2, "a1": 1}
    assert (result.rows.duplicate, result.rows.filtered) == (1, 1)
    names = {"Order Completed": 1, "Home": 1, "page": 1}
    for name, number in names.items():
        model = cesctl.parse_model(f"version: 1\nevents: {{{name}: 1}}\n")
        scores = cesctl.score([path], model, now=NOW).scores
        assert scores["score"].sum() == number, name


def test_posthog(tmp_path: Path) -> None:
    """posthog.com/docs/cdp/batch-exports."""
    record = {
        "uuid": "0190",
        "event": "$pageview",
        "distinct_id": "u1",
        "timestamp": "2026-10-01T10:00:00Z",
        "properties": {"$os": "iOS"},
    }
    result = scored(lines(tmp_path, record, record, record | {"uuid": "0191"}))
    assert told(result) == "read as PostHog batch export (preset posthog)"
    assert counts(result) == {"u1": 2}


def test_sendgrid(tmp_path: Path) -> None:
    """twilio.com/docs/sendgrid/for-developers/tracking-events/event; opens delivered many times."""
    record = {"email": "a@b.c", "event": "open", "timestamp": 1760000000, "sg_event_id": "e1"}
    path = put(tmp_path, "x.json", json.dumps([record] * 12 + [record | {"sg_event_id": "e2"}]))
    result = scored(path)
    assert told(result) == "read as SendGrid event webhook (preset sendgrid)"
    assert counts(result) == {"a@b.c": 2}
    assert result.rows.duplicate == 11


def test_what_the_model_says_goes_before(tmp_path: Path) -> None:
    path = lines(tmp_path, SEGMENT, SEGMENT)
    result = scored(path, "source: {customer: anonymousId, deduplicate: none}\n")
    assert counts(result) == {"a1": 2}
    result = scored(path, "source: {preset: plain}\n")
    assert told(result) == ""
    assert counts(result) == {"u1": 2}


def test_a_preset_that_is_named_needs_no_signature(tmp_path: Path) -> None:
    path = lines(tmp_path, {"event": "x", "email": "a@b.c", "timestamp": 1760000000})
    assert (
        presets.detect(read([path], Source()).files[0], Source(), lambda f, c: c in f.columns)
        is None
    )
    result = scored(path, "source: {preset: sendgrid}\n")
    assert told(result) == ""
    assert counts(result) == {"a@b.c": 1}


def test_files_of_several_tools_are_read_each_as_its_own(tmp_path: Path) -> None:
    identify = SEGMENT | {"messageId": "m2", "type": "identify"}
    lines(tmp_path, SEGMENT, SEGMENT, identify)
    put(tmp_path, "2.csv", "user_id,event,timestamp\nu1,x,2026-10-01\nb,y,2026-10-01\n")
    result = scored(tmp_path)
    assert [n.rpartition("/")[2] for n in result.notes] == [
        "x.ndjson: read as Segment (preset segment)",
        '2.csv: columns found by name: customer = "user_id", event = "event", timestamp = "timestamp"',
    ]
    assert (result.rows.read, result.rows.duplicate, result.rows.filtered) == (5, 1, 1)
    assert counts(result) == {"u1": 2, "b": 1}


def test_a_file_that_does_not_show_its_tool_is_of_its_fellows(tmp_path: Path) -> None:
    """Nobody had a user id that day."""
    put(tmp_path, "1.ndjson", json.dumps(SEGMENT) + "\n")
    nobody = {k: v for k, v in SEGMENT.items() if k not in ("userId", "anonymousId")}
    put(tmp_path, "2.ndjson", json.dumps(nobody | {"messageId": "m2"}) + "\n")
    result = scored(tmp_path)
    assert result.rows.rejected == {"no customer": 1}


def test_the_block_that_inspect_shows_reads_the_same(tmp_path: Path) -> None:
    from cesctl.insight.profile import profile

    path = lines(tmp_path, SEGMENT, SEGMENT, SEGMENT | {"messageId": "m9", "type": "group"})
    found = profile([path], [Source()], now=NOW)
    assert "preset: segment" in found.block
    assert (found.rows.duplicate, found.rows.filtered) == (1, 1)
    result = scored(path, found.block)
    assert (result.rows.duplicate, result.rows.filtered, counts(result)) == (1, 1, {"u1": 1})


@pytest.mark.parametrize(
    "source", ["{event: event}", "{preset: stripe, customer: id, event: type, timestamp: created}"]
)
def test_the_presets_filter_is_read_whatever_else_is(tmp_path: Path, source: str) -> None:
    """Its property may be in no role once the model names other columns."""
    identify = SEGMENT | {"messageId": "m2", "type": "identify"}
    stripe = {"id": "e1", "type": "t", "created": 1760000000, "data": {"object": {"customer": "c"}}}
    records = (SEGMENT, identify) if "stripe" not in source else (stripe, stripe | {"data": {}})
    result = scored(lines(tmp_path, *records), f"source: {source}\n")
    assert (result.rows.accepted, result.rows.filtered) == (1, 1)


def test_a_model_may_name_every_preset() -> None:
    from cesctl.model.keys_source import PRESETS

    assert set(PRESETS) == {"plain", *presets.NAMES}


AMPLITUDE = {
    "event_type": "Sign Up",
    "event_time": "2025-07-17 10:36:28.583000",
    "user_id": "u1",
    "device_id": "d1",
    "amplitude_id": 1234567890,
    "$insert_id": "i1",
    "uuid": "c2c5e1b0-62f4-11f0-8de9-0242ac120002",
    "event_properties": {"plan": "pro"},
}


def amplitude_zip(folder: Path) -> tuple[Path, list[dict[str, Any]]]:
    """As downloaded, https://amplitude.com/docs/apis/analytics/export: gzip files of NDJSON in a zip."""
    hours: dict[str, list[dict[str, Any]]] = {
        "187520/187520_2025-07-17_10#0.json.gz": [AMPLITUDE, AMPLITUDE | {"user_id": "u2"}],
        "187520/187520_2025-07-17_10#1.json.gz": [AMPLITUDE | {"$insert_id": "i2"}],
        "187520/187520_2025-07-17_11#0.json.gz": [AMPLITUDE],  # delivered again
    }
    merged = [{"amplitude_id": 1, "merged_amplitude_id": 2, "merge_event_time": 1752748588}]
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, records in {**hours, "187520/-4711_2025-07-17_10.json.gz": merged}.items():
            data = "".join(json.dumps(r) + "\n" for r in records).encode()
            archive.writestr(name, gzip.compress(data))
    return path, [r for records in hours.values() for r in records]


@pytest.mark.parametrize("unpacked", [False, True])
def test_amplitudes_zip(tmp_path: Path, unpacked: bool) -> None:
    path, records = amplitude_zip(tmp_path)
    if unpacked:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "folder")
        path = tmp_path / "folder"
    result = scored(path)
    assert "read as Amplitude export (preset amplitude)" in told(result)
    once = {(r["$insert_id"], r["user_id"]) for r in records}
    assert counts(result) == Counter(user for _, user in once)
    assert (result.rows.read, result.rows.duplicate) == (len(records), len(records) - len(once))
    left_out = [n for n in result.notes if "merged Amplitude users" in n]
    assert left_out == [
        f"{path}/187520/-4711_2025-07-17_10.json.gz: left out, merged Amplitude users and no events"
    ]


# https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders
SHOPIFY_COLUMNS = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at",
    "Accepts Marketing", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code",
    "Discount Amount", "Shipping Method", "Created at", "Lineitem quantity", "Lineitem name",
    "Lineitem price", "Shipping Zip", "Phone",
)  # fmt: skip


def shopify(path: Path) -> list[dict[str, str]]:
    """An export of orders, of which two have several lines; a sheet's apostrophes before two values."""
    paid = {
        "Financial Status": "paid",
        "Currency": "EUR",
        "Total": "53.91",
        "Shipping Zip": "'75008",
    }
    rows = [
        {"Name": "#1001", "Email": "a@b.c", "Created at": "2025-10-07 09:50:26 +0200", **paid},
        {"Name": "#1001", "Email": "a@b.c", "Created at": "2025-10-07 09:50:26 +0200"},
        {"Name": "#1001", "Email": "a@b.c", "Created at": "2025-10-07 09:50:26 +0200"},
        {"Name": "'#1002", "Email": "x@y.z", "Created at": "2025-10-08 23:50:26 -0500", **paid},
        {"Name": "#1003", "Email": "a@b.c", "Created at": "2025-10-08 00:00:00 +0000", **paid},
        {"Name": "#1003", "Email": "a@b.c", "Created at": "2025-10-08 00:00:00 +0000"},
    ]
    for row in rows:
        row |= {"Lineitem quantity": "1", "Lineitem name": "'s Morgens, 2 kg", "Phone": "'+336"}
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, SHOPIFY_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return rows


def test_shopify_orders(tmp_path: Path) -> None:
    path = tmp_path / "orders_export_1.csv"
    rows = shopify(path)
    model = cesctl.parse_model(
        "version: 1\nevents: {spent: {event: order, measure: sum, property: Total, weight: 1}}\n"
    )
    result = cesctl.score([path], model, now=NOW)
    first = [r for r in rows if r.get("Total")]
    assert told(result) == "read as Shopify orders (preset shopify)"
    assert result.rows.read == len(rows)
    assert result.rows.filtered == len(rows) - len(first)
    assert counts(result) == Counter(r["Email"] for r in first)
    spent = dict(result.scores.select("customer", "spent.measure").rows())
    assert spent == {"a@b.c": 107.82, "x@y.z": 53.91}
    assert result.as_of == datetime(2025, 10, 9, 4, 50, 26, tzinfo=UTC)


@pytest.mark.parametrize("careful", [False, True])
def test_a_sheets_apostrophes_are_none_of_the_text(tmp_path: Path, careful: bool) -> None:
    path = tmp_path / "orders.csv"
    shopify(path)
    raw = read([path], Source(), properties=["Shipping Zip", "Phone", "Lineitem name", "Name"])
    raw = raw.exact() if careful else raw
    frame = raw.parts[0].frame.collect()
    assert frame["Shipping Zip"].to_list() == ["75008", None, None, "75008", "75008", None]
    assert set(frame["Phone"]) == {"+336"}
    assert set(frame["Lineitem name"]) == {"'s Morgens, 2 kg"}
    assert set(frame["Name"]) == {"#1001", "#1002", "#1003"}


def test_shapes_of_one_tool_side_by_side(shared_data: Path, tmp_path: Path) -> None:
    export, table = tmp_path / "1.csv", tmp_path / "2.csv"
    rows = shopify(export)
    data = (shared_data / "exports" / "shopify" / "shopify_order_data.csv").read_bytes()
    table.write_bytes(data)
    for source in ("", "source: {preset: shopify}\n"):
        result = scored(tmp_path, source)
        assert result.rows.accepted == 3 + len({r["id"] for r in rows_of(table)})
        assert result.rows.filtered == len(rows) - 3


def test_mixpanel_in_a_warehouse(shared_data: Path) -> None:
    path = shared_data / "exports" / "mixpanel" / "fivetran_event.csv"
    model = (
        "version: 1\nevents: {roku: {event: '*', where: {properties.Operating System: Roku}, "
        "measure: distinct, property: properties.video_id, weight: 1}}\n"
    )
    result = cesctl.score([path], cesctl.parse_model(model), now=NOW)
    rows = rows_of(path)
    assert told(result) == "read as Mixpanel events in a warehouse (preset mixpanel)"
    assert counts(result) == Counter(r["distinct_id"] for r in rows)
    seen: dict[str, set[str]] = {r["distinct_id"]: set() for r in rows}
    for row in rows:
        properties = json.loads(row["properties"])
        if properties["Operating System"] == "Roku":
            seen[row["distinct_id"]].add(str(properties["video_id"]))
    measured = dict(result.scores.select("customer", "roku.measure").rows())
    assert measured == {c: len(v) for c, v in seen.items()}


def test_segments_tracks_in_a_warehouse(tmp_path: Path) -> None:
    """https://segment.com/docs/connections/storage/warehouses/schema."""
    header = "id,anonymous_id,user_id,event,event_text,received_at,sent_at,timestamp\n"
    line = "m1,a1,,order_completed,Order Completed,{0},{0},{0}\n".format("2026-10-01 10:00:00.123")
    path = put(tmp_path, "x.csv", header + line + line)
    model = "version: 1\nevents: {Order Completed: 1}\n"
    result = cesctl.score([path], cesctl.parse_model(model), now=NOW)
    assert told(result) == "read as Segment tracks in a warehouse (preset segment)"
    assert result.scores.select("customer", "score").rows() == [("a1", 1.0)]


def test_intercoms_events(tmp_path: Path) -> None:
    """https://developers.intercom.com, data events: a page of the API, and one that overlaps it."""
    event = {
        "type": "event",
        "event_name": "invited-friend",
        "created_at": 1760000000,
        "user_id": "314159",
        "id": "8a88a590",
        "intercom_user_id": "5310d8e7",
        "email": "a@b.c",
        "metadata": {"invite_code": "ADDAFRIEND"},
    }
    for n, events in enumerate([[event, event | {"user_id": None}], [event]]):
        page = {"type": "event.list", "events": events, "pages": {"next": "https://x"}}
        put(tmp_path, f"{n}.json", json.dumps(page))
    result = scored(tmp_path)
    assert told(result) == "read as Intercom events (preset intercom)"
    assert counts(result) == {"314159": 1, "a@b.c": 1}
    assert (result.rows.read, result.rows.duplicate) == (3, 1)


def test_intercoms_receipts(tmp_path: Path) -> None:
    """https://developers.intercom.com, content data export; no company is -1."""
    text = (
        "user_id,user_external_id,company_id,email,content_id,content_type,receipt_id,received_at\n"
        "5310d8e7,u1,-1,a@b.c,7,email,r1,1760000000\n5310d8e7,u1,c9,a@b.c,8,email,r2,1760000001\n"
        "5310d8e7,u1,-1,a@b.c,7,email,r1,1760000000\n5310d8e8,,-1,x@y.z,7,email,r3,1760000000\n"
    )
    path = put(tmp_path, "receipts.csv.gz", gzip.compress(text.encode()))
    result = scored(path)
    assert told(result) == "read as Intercom message receipts (preset intercom)"
    assert counts(result) == {"u1": 2, "5310d8e8": 1}
    assert result.rows.duplicate == 1
    result = scored(path, "source: {customer: company_id}\n")
    assert counts(result) == {"c9": 1}
    assert result.rows.rejected == {"no customer": 3}


SALESFORCE = "EVENT_TYPE,TIMESTAMP,REQUEST_ID,ORGANIZATION_ID,USER_ID"


def test_salesforces_event_log(tmp_path: Path) -> None:
    """EventLogFile; several rows of one request are as many events."""
    lines = (
        f'"{SALESFORCE},TIMESTAMP_DERIVED,USER_ID_DERIVED"'.replace(",", '","')
        + "\n"
        + '"Login","20130715233322.670","r1","00D1","00530000009M943",'
        + '"2013-07-15T23:33:22.670Z","00530000009M943EAA"\n' * 2
        + '"URI","20130715233322.671","r1","00D1","00530000009M943","2013-07-15T23:33:22.671Z",""\n'
    )
    lines = lines.replace('EAA"\n"2013', 'EAA"\n"Login","20130715233322.670","r1","00D1","0","2013')
    result = scored(put(tmp_path, "x.csv", lines))
    assert told(result) == "read as Salesforce event log (preset salesforce)"
    assert counts(result) == {"00530000009M943EAA": 2, "00530000009M943": 1}
    assert result.as_of == datetime(2013, 7, 15, 23, 33, 22, 671000, tzinfo=UTC)


def test_salesforces_event_log_without_a_derived_time(tmp_path: Path) -> None:
    """Its time would pass for a number of milliseconds, in the year 2607."""
    line = "Login,20130715233322.670,r1,00D1,00530000009M943\n"
    result = scored(put(tmp_path, "x.csv", f"{SALESFORCE}\n{line}"))
    assert told(result) == "read as Salesforce event log of old (preset salesforce)"
    assert counts(result) == {"00530000009M943": 1}
    assert result.as_of == datetime(2013, 7, 15, 23, 33, 22, 670000, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["feature_id", "page_id", "track_type_id"])
def test_pendos_tables(tmp_path: Path, kind: str) -> None:
    """https://fivetran.com/docs/connectors/applications/pendo; days are sent again."""
    header = f"_fivetran_id,account_id,visitor_id,{kind},app_id,timestamp,num_events,num_minutes\n"
    line = "f1,acc,v1,Xy_9,-323,2026-10-01 10:00:00,3,1\n"
    path = put(tmp_path, "x.csv", header + line * 2 + line.replace("f1", "f2"))
    result = scored(path)
    assert told(result) == "read as Pendo events (preset pendo)"
    assert counts(result) == {"v1": 2}


def test_heaps_tables(tmp_path: Path) -> None:
    """https://help.heap.io/heap-connect: a click that two names are given is two events."""
    header = "event_id,time,user_id,session_id,event_table_name\n"
    lines = (
        "1,2026-10-01 10:00:00.5,7,70,cta_click\n",
        "1,2026-10-01 10:00:00.5,7,70,home_click\n",
    )
    result = scored(put(tmp_path, "x.csv", header + "".join(lines) + lines[0]))
    assert told(result) == "read as Heap events (preset heap)"
    assert counts(result) == {"7": 2}
    header = "event_id,time,user_id,session_id,domain,path,landing_page\n"
    line = "1,2026-10-01 10:00:00.5,7,70,a.b,/,https://a.b/\n"
    result = scored(put(tmp_path, "x.csv", header + line * 2))
    assert told(result) == "read as Heap page views (preset heap)"
    assert counts(result) == {"7": 1}


def test_posthogs_table_has_its_properties_in_cells(tmp_path: Path) -> None:
    """https://posthog.com/docs/cdp/batch-exports/s3: CSV, and Parquet whose properties are text."""
    frame = pl.DataFrame(
        {
            "uuid": ["1", "2", "2"],
            "event": ["$pageview"] * 3,
            "distinct_id": ["u1"] * 3,
            "timestamp": ["2026-10-01T10:00:00Z"] * 3,
            "properties": ['{"$os": "iOS", "price": 1.10}', '{"$os": "Linux"}', '{"$os": "Linux"}'],
        }
    )
    frame.write_csv(tmp_path / "x.csv")
    frame.write_parquet(tmp_path / "x.parquet")
    model = (
        "version: 1\nevents: {ios: {event: $pageview, where: {properties.$os: iOS}, "
        "measure: sum, property: properties.price, weight: 1}}\n"
    )
    for path in (tmp_path / "x.csv", tmp_path / "x.parquet"):
        result = cesctl.score([path], cesctl.parse_model(model), now=NOW)
        assert told(result) == "read as PostHog batch export (preset posthog)"
        assert result.scores.select("ios.measure", "events").rows() == [(1.1, 1)]


@pytest.mark.parametrize(
    "columns",
    [
        "event_id,user_id,session_id,time,event_name",
        "visitor_id,account_id,page_id,timestamp,event",
        "name,time,distinct_id,user_id,event",
        "id,user_id,type,created_at,status,event",
    ],
)
def test_logs_of_ones_own_are_no_tools(tmp_path: Path, columns: str) -> None:
    row = ",".join(
        "2026-10-01" if c in ("time", "timestamp", "created_at") else "x"
        for c in columns.split(",")
    )
    result = scored(put(tmp_path, "x.csv", f"{columns}\n{row}\n"))
    assert told(result) == ""
    assert result.rows.accepted == 1
