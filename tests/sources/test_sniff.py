"""What a file is taken for, by its content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cesctl.sources.sniff import SAMPLE, sniff
from tests.sources import writing
from tests.sources.writing import put

EVENT = {"event": "x", "user_id": "a", "items": [{"sku": 1}]}


def what(tmp_path: Path, data: bytes | str, *named: str) -> tuple[str, str | None]:
    file = sniff("x", put(tmp_path, "x", data), named)
    return file.format, file.wrapper


@pytest.mark.parametrize(
    ("text", "format_", "wrapper"),
    [
        (json.dumps(EVENT), "ndjson", None),  # a record with an array in it, alone
        (json.dumps(EVENT) + "\n" + json.dumps(EVENT), "ndjson", None),
        ('{"data": [{"a": 1}]}', "json", "data"),
        ('{"data": [{"a": 1}]}\n{"data": [{"a": 1}]}\n', "ndjson", None),
        ('{"type": "event.list", "pages": {"next": null}, "events": [{"a": 1}]}', "json", "events"),
        ('{"a": [{"x": 1}], "b": [{"x": 1}]}', "ndjson", None),  # which of them?
        ('{"ids": [1, 2], "tags": [], "data": [{"a": 1}]}', "json", "data"),
        ('{\n  "hasMore": true,\n  "results": [\n {"a": 1}\n]}', "json", "results"),
        ('{\n  "a": 1\n}\n{\n  "a": 2\n}\n', "json", None),
        ("\n\n  [\n{}]", "json", None),
        ("[]x", "json", None),
        ("[a],b\n1,2\n", "csv", None),
    ],
)
def test_kinds_of_json(tmp_path: Path, text: str, format_: str, wrapper: str | None) -> None:
    assert what(tmp_path, text) == (format_, wrapper)


def test_an_object_with_the_columns_that_the_model_names_is_a_record(tmp_path: Path) -> None:
    text = '{"who": {"id": 7}, "things": [{"a": 1}]}'
    assert what(tmp_path, text) == ("json", "things")
    assert what(tmp_path, text, "who.id") == ("ndjson", None)


def test_long_first_lines(tmp_path: Path) -> None:
    many = [{"a": "x" * 100}] * (SAMPLE // 50)
    assert what(tmp_path, json.dumps({"object": "list", "data": many})) == ("json", "data")
    assert what(tmp_path, json.dumps({"object": "list", "data": many}, indent=1)) == (
        "json",
        "data",
    )
    assert what(tmp_path, json.dumps({"event": "x", "user_id": 1, "l": many})) == ("ndjson", None)
    assert what(tmp_path, json.dumps(many)) == ("json", None)


@pytest.mark.parametrize(
    ("text", "separator", "columns"),
    [
        ("a,b,c\n1,2,3\n", ",", ("a", "b", "c")),
        ("a\tb\tc\n1,5\t2,5\t3\n", "\t", ("a", "b", "c")),
        ("a;b\n1,5;2,5\n", ";", ("a", "b")),
        ("a|b\nx, y|z\n", "|", ("a", "b")),
        ('"x, y";b\n"1, 2";2\n', ";", ("x, y", "b")),
        ("a\n1\n", ",", ("a",)),
        ("\r\n\r\na,b\r\n1,2\r\n", ",", ("a", "b")),
        ("a,b\r1,2\r", ",", ("a", "b")),
        (
            "a,a,,a,\n1,2,3,4,5\n",
            ",",
            ("a", "a_duplicated_0", "", "a_duplicated_1", "_duplicated_0"),
        ),
        ('"a\nb",c\n1,2\n', ",", ("a\nb", "c")),
        ('a,b\n1,"x;y;z\n;;;"\n', ",", ("a", "b")),
    ],
)
def test_separators_and_headers(
    tmp_path: Path, text: str, separator: str, columns: tuple[str, ...]
) -> None:
    file = sniff("x", put(tmp_path, "x", text))
    assert (file.format, file.separator, file.columns) == ("csv", separator, columns)


def test_a_sample_cut_inside_a_character_is_still_utf8(tmp_path: Path) -> None:
    for shift in range(4):
        text = "a,b\n" + "x" * shift + ",\n" + "é😀,1\n" * SAMPLE
        assert what(tmp_path, text) == ("csv", None)


def test_what_is_known_of_the_bytes(tmp_path: Path) -> None:
    csv = writing.as_csv(writing.EVENTS)
    file = sniff("x", put(tmp_path, "x", writing.packed(b"\xef\xbb\xbf" + csv, "zstd")))
    assert (file.compression, file.bom, file.whole) == ("zstd", True, True)
    assert file.size == file.path.stat().st_size
    file = sniff("x", put(tmp_path, "x", csv * 2000))
    assert (file.compression, file.bom, file.whole) == ("none", False, False)
