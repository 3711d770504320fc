"""Columns found by name, named ones checked, hints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cesctl.errors import InputError
from cesctl.model.types import Source
from cesctl.sources import read
from tests.sources.writing import put


def roles(folder: Path, header: str, row: str | None = None) -> tuple[str, str, str]:
    row = row or ",".join(f"v{n}" for n in range(header.count(",") + 1))
    source = read([put(folder, "x.csv", f"{header}\n{row}\n")], Source()).sources[0]
    return source.customer[0], source.event[0], source.timestamp[0]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("id,User ID,Event Name,Event Time", ("User ID", "Event Name", "Event Time")),
        ("userId,type,event,timestamp,receivedAt", ("userId", "event", "timestamp")),
        ("CUSTOMER-ID,action,createdAt", ("CUSTOMER-ID", "action", "createdAt")),
        ("email,event,date,ts", ("email", "event", "ts")),
        ("anonymous_id,email,event_type,event_time", ("anonymous_id", "event_type", "event_time")),
        ("event_date,event_timestamp,name,uid", ("uid", "name", "event_timestamp")),
        ("a.b,distinct_id,event,properties.time", ("distinct_id", "event", "properties.time")),
    ],
)  # fmt: skip
def test_names_that_exports_use(tmp_path: Path, header: str, found: tuple[str, str, str]) -> None:
    assert roles(tmp_path, header) == found


def test_a_column_that_is_empty_is_passed_over(tmp_path: Path) -> None:
    header = "user_id,anonymous_id,event,timestamp"
    assert roles(tmp_path, header, ",a,x,1")[0] == "anonymous_id"
    assert roles(tmp_path, header, "u,a,x,1")[0] == "user_id"
    assert roles(tmp_path, header, ",,x,1")[0] == "user_id"


def test_nested_json(tmp_path: Path) -> None:
    record = {"event": "x", "properties": {"distinct_id": 1, "time": 2}, "user_id": None}
    source = read([put(tmp_path, "x", json.dumps(record))], Source(preset="plain")).sources[0]
    assert source.customer == ("properties.distinct_id",)
    assert source.timestamp == ("properties.time",)


def test_files_that_name_them_differently(tmp_path: Path) -> None:
    put(tmp_path, "1.csv", "user_id,event,timestamp\na,x,1\n")
    put(tmp_path, "2.csv", "customer_id,event,time\nb,x,2\n")
    raw = read([tmp_path], Source())
    assert [s.customer + s.timestamp for s in raw.sources] == [
        ("user_id", "timestamp"),
        ("customer_id", "time"),
    ]
    assert raw.notes == [
        (
            f"{tmp_path}/1.csv: columns found by name: "
            'customer = "user_id", event = "event", timestamp = "timestamp"'
        ),
        (
            f"{tmp_path}/2.csv: columns found by name: "
            'customer = "customer_id", event = "event", timestamp = "time"'
        ),
    ]
    assert [p.frame.collect().row(0) for p in raw.parts] == [("a", "x", "1"), ("b", "x", "2")]


def error(path: Path, source: Source, *properties: str) -> str:
    with pytest.raises(InputError) as caught:
        read([path], source, properties=properties)
    return str(caught.value)


def test_columns_that_are_not_found(tmp_path: Path) -> None:
    path = put(tmp_path, "x.csv", "who,what,when\na,b,c\n")
    assert error(path, Source()) == (
        f'{path}: no customer column is found by its name; its columns are "who", "what", "when"\n'
        "  name it in the model: source: {customer: COLUMN}"
    )
    assert "event: {value: NAME}" in error(path, Source(customer=("who",)))
    assert "no timestamp column" in error(path, Source(customer=("who",), event_value="x"))


def test_columns_that_the_model_names_and_no_file_has(tmp_path: Path) -> None:
    path = put(tmp_path, "x.csv", "Who,what,when\na,b,c\n")
    message = error(
        path, Source(customer=("who",), event=("wath",), timestamp=("zzz",), id=("iid",))
    )
    assert [line.strip() for line in message.splitlines()] == [
        f'{path}: no column "who" (customer); its columns are "Who", "what", "when"',
        'did you mean "Who"?',
        f'{path}: no column "wath" (event); its columns are "Who", "what", "when"',
        'did you mean "what"?',
        f'{path}: no column "zzz" (timestamp); its columns are "Who", "what", "when"',
        f'{path}: no column "iid"; its columns are "Who", "what", "when"',
    ]


def test_many_columns_are_not_all_listed(tmp_path: Path) -> None:
    header = ",".join(f"c{n}" for n in range(50))
    path = put(tmp_path, "x.csv", header + "\n" + header + "\n")
    assert '"c29" and 20 more' in error(path, Source(customer=("u",)))


def test_json_that_lacks_a_named_column(tmp_path: Path) -> None:
    source = Source(customer=("uid",), event=("event",), timestamp=("ts",))
    record = '{"event":"x","ts":1}\n'
    path = put(tmp_path, "1.ndjson", record)
    assert error(path, source) == (
        f'{path}: no column "uid" (customer); its columns are "event", "ts"'
    )
    # JSON leaves out what is empty: one file without it is no error
    full = put(tmp_path, "2.ndjson", '{"event":"x","ts":1,"uid":1}\n')
    raw = read([path, full], source)
    assert raw.notes == [f'{path}: no "uid" (customer) in a sample of its records']
    # and it may come later than the sample goes
    late = put(
        tmp_path, "3.ndjson", record * 10_000 + '{"event":"x","ts":1,"uid":1}\n' + record * 9
    )
    assert read([late], source).parts[0].frame.collect()["uid"].count() == 1
