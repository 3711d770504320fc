"""Snowplow's enriched events without a header: the real files, counted by splitting their lines."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

import cesctl
from cesctl.model.types import Source
from cesctl.sources import locate, read
from cesctl.sources.canonical import COLUMNS, is_canonical
from tests.sources.writing import packed, put

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = 'version: 1\nevents: {any: {event: "*", weight: 1}}\n'


def cells(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_bytes().decode().split("\n") if line]


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_events_of_a_pipeline(
    shared_data: Path, tmp_path: Path, compression: str, careful: bool
) -> None:
    original = shared_data / "exports" / "snowplow" / "enriched_events.tsv"
    path = put(tmp_path, "part-0001", packed(original.read_bytes(), compression))
    link = "unstruct_event.data.data.targetUrl"
    raw = read([path], Source(), properties=["event_name", "page_title", link, "event_version"])
    raw = raw.exact() if careful else raw
    frame = raw.parts[0].frame.collect()
    rows = cells(original)
    assert raw.sources[0].preset == "snowplow"
    assert Counter(frame["event_name"]) == Counter(r[126] for r in rows)
    assert Counter(frame["page_title"]) == Counter(r[30] for r in rows)
    targets = [json.loads(r[58])["data"]["data"]["targetUrl"] if r[58] else None for r in rows]
    assert frame[link].to_list() == targets
    assert Counter(map(bool, targets)) == {True: 19, False: 31}
    assert frame["event_version"].to_list() == [r[128] if len(r) > 128 else None for r in rows]
    assert {len(r) for r in rows} == {129, 130, 131}  # empty columns at the end are left out


def test_timestamps_that_are_none(shared_data: Path, tmp_path: Path) -> None:
    """Years below 1 are unreadable; the file has them in a column that is not the event's time."""
    path = shared_data / "exports" / "snowplow" / "enriched_invalid_timestamp.tsv"
    model = cesctl.parse_model(MODEL)
    result = cesctl.score([path], model, now=NOW)
    rows = cells(path)
    assert (result.rows.read, result.rows.accepted) == (3, len({r[6] for r in rows}))
    assert [r[2][:5] for r in rows] == ["-2006", "2006-", "0000-"]
    for n, row in enumerate(rows):
        row[6], row[124] = f"{row[6][:-1]}{n}", row[2]
    moved = put(tmp_path, "x.tsv", "".join("\t".join(r) + "\n" for r in rows))
    result = cesctl.score([moved], model, now=NOW)
    assert result.rows.rejected == {"unreadable timestamp": 2}
    assert result.as_of == datetime(2006, 10, 15, 9, 6, 35, 493256, tzinfo=UTC)


def test_lines_of_records(shared_data: Path) -> None:
    path = shared_data / "exports" / "snowplow" / "enriched_events.tsv"
    raw = read([path], Source())
    assert locate(raw.files[0], [0, 49]) == [1, 50]


def test_what_is_no_such_file() -> None:
    event = dict.fromkeys(COLUMNS, "") | {"event_id": "cea8871b-30da-42fd-a48d-193fd722ccd3"}
    assert len(COLUMNS) == 131
    assert is_canonical("\t".join(event.values()))
    assert not is_canonical("\t".join(COLUMNS))
    assert not is_canonical("\t".join(list(event.values())[:100]))
    assert not is_canonical("\t".join((event | {"event_id": "7"}).values()))


def test_files_with_and_without_a_header_together(shared_data: Path) -> None:
    folder = shared_data / "exports" / "snowplow"
    paths = [folder / "enriched_events.tsv", folder / "snowplow_web_events.csv"]
    result = cesctl.score(paths, cesctl.parse_model(MODEL), now=NOW)
    alone = [cesctl.score([p], cesctl.parse_model(MODEL), now=NOW).rows for p in paths]
    assert result.rows.read == sum(r.read for r in alone)
    assert result.rows.accepted == sum(r.accepted for r in alone)


def test_quotes_mean_nothing_and_a_broken_line_costs_itself(tmp_path: Path) -> None:
    from cesctl.sources import broken, csvblocks
    from cesctl.sources.parts import InputFile

    path = tmp_path / "x.tsv"
    path.write_bytes(b'a\t"b\n"c"d\t"e"\n1\t2\t3\n\xff\t1\nf\t"g')
    file = InputFile(
        "x", path, "csv", separator="\t", header=False, quotes=False, columns=("p", "q")
    )
    rows = [r for block in csvblocks.blocks(file, [0, 1]) for r in block.rows.rows()]
    assert rows[:2] + rows[4:] == [("a", '"b', None), ('"c"d', '"e"', None), ("f", '"g', None)]
    assert [(p.line, p.message) for p in broken([file], 9)] == [
        (3, "3 fields where the header has 2"),
        (4, "not UTF-8 (byte 0xff)"),
    ]
