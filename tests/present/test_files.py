"""The formats that other programs read, held to their letter and read back by those programs."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from cesctl.present import files, json_text
from cesctl.present.files import KINDS, scores_file, table_file
from tests.present import made

if TYPE_CHECKING:
    from pathlib import Path

    from cesctl.present.files import Kind

EVIL = [
    "[red]x",
    "\x1b[2J",
    "line\nbreak",
    'q"uote',
    "a,b;c",
    "=1+1",
    "客户",
    "🙂",
    " blank ",
    "c\rr",
]


def _bytes(kind: Kind, rows: int | None = None, **changes: Any) -> bytes:
    result = made.result(**changes)
    if rows is not None:
        result = made.result(made.CUSTOMERS[:rows], **changes)
    return b"".join(scores_file(result, kind))


def test_csv_to_the_letter() -> None:
    assert _bytes("csv", 4) == (
        b"customer,plan,country,score,band,at_risk,risk_reasons,rank,previous_score,change,raw,events,"
        b"last_event_at,days_silent,Post scheduled.measure,Post scheduled.points,"
        b"Feature explored.measure,Feature explored.points\r\n"
        b"acme,paid,DE,84,Good,false,,1,80.5,3.5,209.59596,5,2026-10-30T23:59:59Z,2,3,3,2,8\r\n"
        b"bolt.example,trial,FR,77.3,Good,false,,2,77.3,0,192.676768,5,2026-10-30T23:59:59Z,2,3,3,2,8\r\n"
        b"crane,paid,DE,71,Good,false,,3,68,3,176.767677,5,2026-11-01T23:59:59Z,0,3,3,2,8\r\n"
        b"delta,paid,US,66.6,Mid,true,dropped 23.5,4,90.1,-23.5,165.656566,5,"
        b"2026-10-30T23:59:59Z,2,3,3,2,8\r\n"
    )


def test_json_to_the_letter() -> None:
    text = b"".join(scores_file(made.result(made.CUSTOMERS[-2:]), "json")).decode()
    assert text == (
        '{"model":{"name":"SaaS engagement","sha256":"' + "0" * 64 + '"},'
        '"as_of":"2026-11-01T23:59:59Z","window":"90d",'
        '"rows":{"read":1204331,"accepted":1199870,"duplicate":0,"filtered":0,"after_as_of":4449,'
        '"rejected":{"no customer":10,"unreadable timestamp":2}},'
        '"summary":{"customers":2,"at_risk":2,"average":1,"median":1},'
        '"bands":[{"name":"Low","from":1,"customers":2,"share":1,"average":1,"at_risk":true,'
        '"action":"Call the customer"},'
        '{"name":"Mid","from":41,"customers":0,"share":0,"average":null,"at_risk":false,'
        '"action":"Send the guide to features"},'
        '{"name":"Good","from":71,"customers":0,"share":0,"average":null,"at_risk":false,'
        '"action":"Ask for a reference"}],"customers":[\n'
        '{"customer":"heron","plan":"trial","country":"DE","score":1,"band":"Low","at_risk":true,'
        '"risk_reasons":["band Low","silent 200d"],"rank":1,"previous_score":1,"change":0,"raw":0,'
        '"events":5,"last_event_at":"2026-04-15T23:59:59Z","days_silent":200,'
        '"signals":{"Post scheduled":{"measure":3,"points":3},'
        '"Feature explored":{"measure":2,"points":8}}},\n'
        '{"customer":"ibis","plan":"paid","country":null,"score":1,"band":"Low","at_risk":true,'
        '"risk_reasons":["band Low","never active"],"rank":1,"previous_score":null,"change":null,'
        '"raw":0,"events":0,"last_event_at":null,"days_silent":null,'
        '"signals":{"Post scheduled":{"measure":3,"points":3},'
        '"Feature explored":{"measure":2,"points":8}}}\n'
        "]}\n"
    )


def test_ndjson_is_the_customers_of_json() -> None:
    lines = [json.loads(line) for line in _bytes("ndjson").splitlines()]
    assert lines == json.loads(_bytes("json"))["customers"]


def test_at_risk_only() -> None:
    result = made.result()
    for kind in ("csv", "json", "ndjson"):
        text = b"".join(scores_file(result, kind, at_risk_only=True)).decode()
        assert "delta" in text
        assert "acme" not in text
    whole = json.loads(b"".join(scores_file(result, "json", at_risk_only=True)))
    assert whole["summary"]["customers"] == 9


def test_nobody() -> None:
    result = made.result([])
    assert b"".join(scores_file(result, "csv")).count(b"\r\n") == 1
    assert b"".join(scores_file(result, "ndjson")) == b""
    said = json.loads(b"".join(scores_file(result, "json")))
    assert said["customers"] == []
    assert said["summary"] == {"customers": 0, "at_risk": 0, "average": None, "median": None}
    for kind in ("parquet", "xlsx"):
        assert b"".join(scores_file(result, kind))


def test_what_ids_hold_is_kept_in_every_format() -> None:
    result = made.result([made.customer(name, 50.0) for name in EVIL])
    ids = result.scores["customer"].to_list()
    text = b"".join(scores_file(result, "csv")).decode()
    assert [row["customer"] for row in csv.DictReader(io.StringIO(text, newline=""))] == ids
    said = json.loads(b"".join(scores_file(result, "json")))
    assert [row["customer"] for row in said["customers"]] == ids
    frame = pl.read_parquet(io.BytesIO(b"".join(scores_file(result, "parquet"))))
    assert frame["customer"].to_list() == ids


def test_signal_and_attribute_names_are_escaped_in_json() -> None:
    frame = pl.DataFrame({'a"b': ["x"], 'S"\n.measure': [1.0], 'S"\n.points': [2.5]})
    line = b"".join(json_text.json_lines(frame, ['S"\n']))
    assert json.loads(line) == {'a"b': "x", "signals": {'S"\n': {"measure": 1, "points": 2.5}}}


def test_parquet_keeps_types() -> None:
    result = made.result()
    frame = pl.read_parquet(io.BytesIO(_bytes("parquet")))
    assert frame.schema == result.scores.schema
    assert frame.equals(result.scores)


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_do_not_show(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the rows lie in memory, and however many are written at a time: the same bytes."""
    whole = _bytes(kind)
    monkeypatch.setattr(files, "ROWS_AT_A_TIME", 2)
    monkeypatch.setattr(json_text, "ROWS_AT_A_TIME", 2)
    result = made.result()
    pieces = pl.concat([result.scores[:4], result.scores[4:]], rechunk=False)
    assert b"".join(scores_file(made.result(scores=pieces), kind)) == whole


def test_a_plain_table(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"file": ["a.csv", "b.csv"], "line": [3, None], "reason": ["no event"] * 2}
    )
    assert b"".join(table_file(frame, "csv", name="rejects")) == (
        b"file,line,reason\r\na.csv,3,no event\r\nb.csv,,no event\r\n"
    )
    array = b"".join(table_file(frame, "json", name="rejects"))
    assert json.loads(array) == frame.to_dicts()
    assert b"".join(table_file(frame.clear(), "json", name="rejects")) == b"[]\n"
    path = tmp_path / "r.parquet"
    path.write_bytes(b"".join(table_file(frame, "parquet", name="rejects")))
    assert pl.read_parquet(path).equals(frame)
