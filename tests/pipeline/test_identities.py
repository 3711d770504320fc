"""The table of ids that stand for others."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cesctl.errors import InputError
from cesctl.model import parse_model
from cesctl.model.types import Identities
from cesctl.pipeline.identities import read_identities
from cesctl.pipeline.run import score
from tests.sources import writing
from tests.sources.writing import put

NAMES = Identities("", "from", "to")


def table(folder: Path, *pairs: tuple[str, str]) -> dict[str, str]:
    text = "".join(f"{a},{b}\n" for a, b in (("from", "to"), *pairs))
    path = put(folder, "ids.csv", text)
    return dict(read_identities(Identities(str(path))).iter_rows())


def error(folder: Path, *pairs: tuple[str, str]) -> str:
    with pytest.raises(InputError) as caught:
        table(folder, *pairs)
    return str(caught.value).replace(f"{folder}/", "")


def test_chains_are_followed(tmp_path: Path) -> None:
    assert table(tmp_path, ("a", "b"), ("c", "d"), ("b", "c")) == {"a": "d", "b": "d", "c": "d"}
    long = [(str(n), str(n + 1)) for n in range(5000)]
    assert set(table(tmp_path, *long).values()) == {"5000"}


def test_what_says_nothing(tmp_path: Path) -> None:
    pairs = ((" a ", "b"), ("a", " b"), ("", "c"), ("d", ""), ("e", "e"))
    assert table(tmp_path, *pairs) == {"a": "b"}


def test_circles_and_forks_are_errors(tmp_path: Path) -> None:
    circle = error(tmp_path, ("x", "a"), ("a", "b"), ("b", "c"), ("c", "a"))
    assert circle == 'ids.csv: ids that follow each other in a circle: "a" → "b" → "c" → "a"'
    assert (
        error(tmp_path, ("a", "b"), ("a", "c"))
        == 'ids.csv: "a" becomes several ids: "b", "c"\n  keep one'
    )
    many = error(tmp_path, *((str(n), str((n + 1) % 9)) for n in range(9)))
    assert many.endswith('"0" → "1" → "2" → "3" → "4" → "…" → "0"') or "…" in many


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    path = put(tmp_path, "ids.csv", "old,new\na,b\n")
    with pytest.raises(InputError, match='no column "from"; its columns are "old", "new"'):
        read_identities(Identities(str(path)))
    assert read_identities(Identities(str(path), "old", "new")).rows() == [("a", "b")]


def test_a_table_without_rows_replaces_nothing(tmp_path: Path) -> None:
    assert table(tmp_path) == {}
    none: dict[str, list[str | None]] = {"from": [], "to": []}
    files = {
        "x.csv": b"from,to",
        "x.json": b"[]",
        "y.json": b'{"data": []}',
        "x.parquet": writing.as_parquet(none),
    }
    for name, data in files.items():
        path = put(tmp_path, name, data)
        assert read_identities(Identities(str(path))).is_empty(), name
    log = pl.DataFrame({"user_id": ["a"], "event": "x", "timestamp": "2026-10-01"})
    model = parse_model("events: {x: 1}\nidentities: {file: ids.csv}", folder=tmp_path)
    assert score(log, model).scores["customer"].to_list() == ["a"]


def test_a_table_without_anything_is_an_error(tmp_path: Path) -> None:
    """It may be one whose writing failed."""
    path = put(tmp_path, "ids.csv", "")
    with pytest.raises(InputError, match="the file is empty"):
        read_identities(Identities(str(path)))
    path = put(tmp_path, "ids.csv", "old,new\n")
    with pytest.raises(InputError, match='no column "from"; its columns are "old", "new"'):
        read_identities(Identities(str(path)))


def test_ids_are_replaced_in_the_log_and_nowhere_else(tmp_path: Path) -> None:
    put(tmp_path, "ids.csv", "from,to\na,b\n")
    log = pl.DataFrame(
        {"user_id": [" a", "b", "c", ""], "event": "x", "timestamp": "2026-10-01", "friend": "a"}
    )
    model = parse_model(
        "events: {x: 1}\nidentities: {file: ids.csv}\nattributes: {friend: friend}", folder=tmp_path
    )
    result = score(log, model)
    assert result.scores.select("customer", "score", "friend").rows() == [
        ("b", 2, "a"),
        ("c", 1, "a"),
    ]
    assert result.rows.rejected == {"no customer": 1}
    assert result.rejects()["line"].to_list() == [None]


def test_copies_under_two_ids_are_copies(tmp_path: Path) -> None:
    """Ids are replaced before anything is counted."""
    put(tmp_path, "ids.csv", "from,to\na,b\n")
    log = pl.DataFrame({"user_id": ["a", "b"], "event": "x", "timestamp": "2026-10-01"})
    text = "events: {x: 1}\nsource: {deduplicate: exact}\nidentities: {file: ids.csv}"
    assert score(log, parse_model(text, folder=tmp_path)).rows.duplicate == 1


def test_a_roster_speaks_of_the_same_customers(tmp_path: Path) -> None:
    put(tmp_path, "ids.csv", "from,to\na,b\nc,d\ne,d\n")
    put(tmp_path, "r.csv", "customer,plan\na,old\nb,new\nc,pro\n")
    log = pl.DataFrame({"user_id": ["a", "e"], "event": "x", "timestamp": "2026-10-01"})
    text = "events: {x: 1}\nidentities: {file: ids.csv}\ncustomers: {file: r.csv}"
    result = score(log, parse_model(text, folder=tmp_path))
    assert result.scores.select("customer", "plan", "score").rows() == [
        ("b", "new", 1.0),
        ("d", "pro", 1.0),
    ]
    put(tmp_path, "r.csv", "customer,plan\nc,one\ne,two\n")
    with pytest.raises(InputError, match='"d" stands there more than once'):
        score(log, parse_model(text, folder=tmp_path))


def test_the_table_is_no_export(tmp_path: Path) -> None:
    put(tmp_path, "data/ids.csv", "from,to\na,b\n")
    put(tmp_path, "data/log.csv", "user_id,event,timestamp\na,x,2026-10-01\n")
    model = parse_model("events: {x: 1}\nidentities: {file: data/ids.csv}", folder=tmp_path)
    assert score([tmp_path / "data"], model).scores["customer"].to_list() == ["b"]
