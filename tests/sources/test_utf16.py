"""UTF-16 with a byte order mark is read, whatever it holds and whatever it is packed in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cesctl.model.types import Source
from cesctl.sources import broken, read
from tests.sources import writing
from tests.sources.writing import EVENTS, put

FORMS: dict[str, Callable[[dict[str, list[str | None]]], bytes]] = {
    "csv": writing.as_csv,
    "ndjson": writing.as_ndjson,
    "array": writing.as_array,
    "wrapper": writing.as_wrapper,
}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("packing", ["plain", "gzip", "zstd", "zip"])
def test_every_form(tmp_path: Path, encoding: str, form: str, packing: str) -> None:
    data = ("\ufeff" + FORMS[form](EVENTS).decode()).encode(encoding)
    path = put(tmp_path, "x", writing.packed(data, packing))
    raw = read([path], Source(), properties=["plan"])
    found = raw.exact().parts[0].frame.collect()
    assert {c: found[c].to_list() for c in EVENTS} == EVENTS
    assert any(n.endswith("UTF-16, read as UTF-8") for n in raw.notes)


def test_what_is_no_utf16_costs_its_line(tmp_path: Path) -> None:
    good = "user_id,event,timestamp\n" + "a,x,1\n" * 30
    half = "\ud800".encode("utf-16-le", "surrogatepass")
    data = b"\xff\xfe" + good.encode("utf-16-le") + half + ",x,1\n".encode("utf-16-le")
    end = "b,x,2".encode("utf-16-le") + b"\x00"  # cut inside of a character
    raw = read([put(tmp_path, "x.csv", data + end)], Source())
    assert [(p.line, p.message[:9]) for p in broken(raw.files, 9)] == [
        (32, "not UTF-8"),
        (33, "not UTF-8"),
    ]


def test_a_file_that_changes_is_read_anew(tmp_path: Path) -> None:
    for n in (1, 2):
        path = put(tmp_path, "x.csv", f"user_id,event,timestamp\n{n},x,1\n".encode("utf-16"))
        assert read([path], Source()).parts[0].frame.collect()["user_id"].to_list() == [str(n)]
