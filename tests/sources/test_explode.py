"""Records that hold their rows in an array, counted with plain JSON."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import cesctl
from cesctl.model.types import Source
from cesctl.result import Result
from cesctl.sources import locate, read
from cesctl.sources.explode import records
from tests.sources.writing import put

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = 'version: 1\nevents: {any: {event: "*", weight: 1}}\n'


def scored(path: Path) -> Result:
    return cesctl.score([path], cesctl.parse_model(MODEL), now=NOW)


def counts(result: Result) -> dict[str, int]:
    return dict(result.scores.select("customer", "events").rows())


def action(kind: str, at: int, **more: Any) -> dict[str, Any]:
    """https://developer.matomo.org/api-reference/reporting-api, Live.getLastVisitsDetails."""
    return {"type": kind, "url": "https://a.b/", "pageId": str(at), "timestamp": at, **more}


VISITS: list[dict[str, Any]] = [
    {
        "idSite": "1",
        "idVisit": "7",
        "visitorId": "f66b",
        "userId": "u1",
        "serverTimestamp": 1760000100,
        "visitDuration": "1.50",
        "actionDetails": [
            action("action", 1760000000, pageTitle="Home"),
            action("event", 1760000050, eventCategory="Video", eventValue=1.5),
        ],
    },
    {
        "idSite": "1",
        "idVisit": "8",
        "visitorId": "a001",
        "userId": None,
        "serverTimestamp": 1760000200,
        "actionDetails": [action("action", 1760000200)],
    },
    {"idSite": "1", "idVisit": "9", "visitorId": "a002", "serverTimestamp": 1, "actionDetails": []},
]


def as_file(folder: Path, kind: str, values: list[dict[str, Any]]) -> Path:
    if kind == "json":
        return put(folder, "x.json", json.dumps(values, indent=1))
    if kind == "gzip":
        return put(folder, "x.json.gz", gzip.compress(json.dumps(values).encode()))
    return put(folder, "x.ndjson", "".join(json.dumps(v) + "\n" for v in values))


@pytest.mark.parametrize("kind", ["json", "ndjson", "gzip"])
def test_matomos_visits(tmp_path: Path, kind: str) -> None:
    result = scored(as_file(tmp_path, kind, [*VISITS, VISITS[0]]))
    actions = [(v, a) for v in VISITS for a in v["actionDetails"]]
    assert "read as Matomo visits (preset matomo)" in result.notes
    assert result.rows.read == len(actions) + 2
    assert result.rows.duplicate == 2
    assert counts(result) == Counter(v["userId"] or v["visitorId"] for v, _ in actions)
    assert result.as_of == datetime.fromtimestamp(1760000200, UTC)


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("kind", ["json", "ndjson", "gzip"])
def test_fields_of_the_record_and_of_its_rows(tmp_path: Path, kind: str, careful: bool) -> None:
    names = ["actionDetails.type", "actionDetails.pageTitle", "visitDuration", "idVisit"]
    raw = read([as_file(tmp_path, kind, VISITS)], Source(), properties=names)
    raw = raw.exact() if careful else raw
    rows = raw.parts[0].frame.collect().select(names).rows()
    assert Counter(rows) == Counter(
        (a["type"], a.get("pageTitle"), v.get("visitDuration"), v["idVisit"])
        for v in VISITS
        for a in v["actionDetails"]
    )
    assert "actionDetails.eventValue" in raw.columns()
    assert "actionDetails" not in raw.columns()


def test_rows_are_counted_also_where_nothing_of_them_is_read(tmp_path: Path) -> None:
    source = Source(
        preset="matomo", customer=("visitorId",), event_value="x", timestamp=("idVisit",)
    )
    raw = read([as_file(tmp_path, "ndjson", VISITS)], source)
    assert raw.parts[0].frame.select("visitorId").collect().height == 3


def test_lines_are_those_of_the_records(tmp_path: Path) -> None:
    raw = read([as_file(tmp_path, "ndjson", VISITS)], Source())
    assert locate(raw.files[0], [0, 1, 2]) == [1, 1, 2]


ACTIVITY = {
    "emails": [
        {
            "campaign_id": "c1",
            "list_id": "l1",
            "email_id": "62eeb292278cc15f5817cb78f7790b08",
            "email_address": "urist.mcvankab@freddiesjokes.com",
            "activity": [
                {"action": "open", "timestamp": "2026-10-01T10:00:00+00:00", "ip": "1.2.3.4"},
                {"action": "click", "timestamp": "2026-10-01T10:01:00+00:00", "url": "https://a"},
                {"action": "click", "timestamp": "2026-10-01T10:01:00+00:00", "url": "https://b"},
                {"action": "open", "timestamp": "2026-10-01T10:00:00+00:00", "ip": "1.2.3.4"},
            ],
            "_links": [{"rel": "parent"}],
        },
        {"campaign_id": "c1", "email_id": "2", "email_address": "x@y.z", "activity": []},
    ],
    "campaign_id": "c1",
    "total_items": 2,
    "_links": [{"rel": "self", "method": "GET"}],
}


@pytest.mark.parametrize("indent", [None, 2])
def test_mailchimps_activity(tmp_path: Path, indent: int | None) -> None:
    """https://mailchimp.com/developer/marketing/api/email-activity-reports."""
    result = scored(put(tmp_path, "x.json", json.dumps(ACTIVITY, indent=indent)))
    assert "read as Mailchimp e-mail activity (preset mailchimp)" in result.notes
    assert counts(result) == {"urist.mcvankab@freddiesjokes.com": 3}
    assert (result.rows.read, result.rows.duplicate) == (4, 1)


def test_mparticles_batches(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "exports" / "segment" / "mparticle.jsonl"
    result = scored(path)
    batch = json.loads(path.read_text())
    assert "read as mParticle batches (preset mparticle)" in result.notes
    assert counts(result) == {batch["mpid"]: len(batch["events"])}
    milliseconds = batch["events"][0]["data"]["timestamp_unixtime_ms"]
    assert result.as_of == datetime.fromtimestamp(milliseconds / 1000, UTC)
    # a batch by itself wraps one array, and is one record all the same
    del batch["user_identities"]
    assert counts(scored(put(tmp_path, "x.json", json.dumps(batch)))) == {"mp-123": 1}


def test_rows_of_a_record() -> None:
    record = {"a": 1, "b": [{"c": [{"d": 1}, {"d": 2}]}, {"c": []}, {"c": {"d": 3}}, 5, {}]}
    assert list(records(record, ())) == [record]
    assert [r["b"]["c"]["d"] for r in records(record, ("b", "c"))] == [1, 2, 3]
    assert [r["b"] for r in records({"b": [1, None, {"c": 2}]}, ("b",))] == [1, {"c": 2}]
    assert list(records({"a": 1}, ("b",))) == []
