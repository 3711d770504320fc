"""JSON: exact texts, keys that come late, records of every oddity; fast and careful agree."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cesctl.errors import InputError
from cesctl.model.types import Source
from cesctl.sources import FAILURES, Raw, broken, carefully, explain_failure, locate, read
from cesctl.sources.parts import BROKEN
from tests.effort import tries
from tests.sources.writing import put

SOURCE = Source(customer=("u",), event=("e",), timestamp=("t",))


def either(raw: Raw) -> pl.DataFrame:
    """As the pipeline reads: fast, and where that refuses, with care."""
    part = replace(raw.parts[0], ordered=True)
    try:
        return part.frame.collect()
    except FAILURES:
        return replace(part, careful=True).frame.collect()


def read_lines(folder: Path, *lines: str, properties: list[str]) -> pl.DataFrame:
    base = '{"u":"a","e":"x","t":"1"'
    text = "".join(f"{base},{line}}}\n" if line else f"{base}}}\n" for line in lines)
    raw = read([put(folder, "x.ndjson", text)], SOURCE, properties=properties)
    careful = raw.exact().parts[0].frame.collect()
    assert either(raw).rows() == careful.rows()
    return careful


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1.10", "1.10"),
        ("1.0", "1.0"),
        ("1e2", "1e2"),
        ("1E+2", "1E+2"),
        ("-0.0", "-0.0"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("-9223372036854775809", "-9223372036854775809"),
        ("0", "0"),
        ("true", "true"),
        ("false", "false"),
        ("null", None),
        ('""', ""),
        ('"1.10"', "1.10"),
        ('"1e2"', "1e2"),
        ('"null"', "null"),
        ('" a\\"b\\\\c\\n\\u0041\\ud83d\\ude00 "', ' a"b\\c\nA😀 '),
        ('"\\u0000"', "\0"),
        ('"\\ud800x"', "\ufffdx"),
        ('"\\u2028\\u003c"', "\u2028<"),
        ('{"b": 1.10, "a": [1, 2.50, true, null]}', '{"b":1.10,"a":[1,2.50,true,null]}'),
        ('{"q": "say \\"hi\\""}', '{"q":"say \\"hi\\""}'),
        ("[1, 2]", "[1,2]"),
        ('["a", "1.5"]', '["a","1.5"]'),
        ("{}", "{}"),
    ],
)
def test_texts_of_values(tmp_path: Path, written: str, text: str | None) -> None:
    for lines in ([f'"p":{written}'], ['"p":"x"', f'"p":{written}', '"p":7']):
        got = read_lines(tmp_path, *lines, properties=["p"])["p"]
        assert got[lines.index(f'"p":{written}')] == text


def test_numbers_need_not_keep_their_text_where_only_the_number_counts(tmp_path: Path) -> None:
    lines = '{"u":"a","e":"x","t":1.50,"p":1.10}\n' * 2
    raw = read([put(tmp_path, "x", lines)], SOURCE, properties=["p"], text_properties=[])
    part = raw.parts[0]
    assert not part.careful
    assert [float(x) for x in part.frame.collect()["p"]] == [1.1, 1.1]


def test_strings_like_numbers_do_not_need_the_careful_path(tmp_path: Path) -> None:
    lines = '{"u":"31733645.3711","e":"x","t":1,"p":"2.10"}\n' * 2
    part = read([put(tmp_path, "x", lines)], SOURCE, properties=["p"]).parts[0]
    assert not part.careful
    assert part.quoted == {"u", "p"}
    assert part.frame.collect().row(1) == ("31733645.3711", "x", "1", "2.10")


def test_a_number_with_a_fraction_far_beyond_the_sample_is_refused_then_exact(
    tmp_path: Path,
) -> None:
    many = '{"u":"a","e":"x","t":"1","p":5}\n' * 30_000
    raw = read(
        [put(tmp_path, "x", many + '{"u":"a","e":"x","t":"1","p":1.10}\n' + many * 2)],
        SOURCE,
        properties=["p"],
    )
    with pytest.raises(pl.exceptions.PolarsError):
        raw.parts[0].frame.collect()
    assert raw.exact().parts[0].frame.collect()["p"][30_000] == "1.10"


def test_a_key_that_first_comes_late(tmp_path: Path) -> None:
    many = '{"u":"a","e":"x","t":"1","properties":{}}\n' * 60_000
    late = '{"u":"a","e":"x","t":"1","properties":{"plan":"pro","n":3}}\n'
    raw = read([put(tmp_path, "x", many + late)], SOURCE, properties=["properties.plan"])
    got = replace(raw.parts[0], ordered=True).frame.collect()["properties.plan"]
    assert (got.null_count(), got[-1]) == (60_000, "pro")


def test_nested_paths_and_odd_keys(tmp_path: Path) -> None:
    got = read_lines(
        tmp_path,
        '"p":{"a":{"b":"deep"}}',
        '"p.a.b":"literal","p":{"a":{"b":"deep"}}',
        '"p":{"a":null}',
        '"p":null',
        "",
        '"$it\'s":{"x y":{"\\"z":1}}',
        properties=["p.a.b", "$it's.x y.\"z"],
    )
    assert got["p.a.b"].to_list() == ["deep", "literal", None, None, None, None]
    assert got["$it's.x y.\"z"].to_list() == [None] * 5 + ["1"]


def test_a_whole_object_and_a_piece_of_it(tmp_path: Path) -> None:
    got = read_lines(tmp_path, '"p":{"a":1}', properties=["p", "p.a"])
    assert got.select("p", "p.a").row(0) == ('{"a":1}', "1")


def test_keys_that_differ_by_case_only(tmp_path: Path) -> None:
    got = read_lines(tmp_path, '"P":1,"p":2,"q":{"A":3}', properties=["P", "p", "q.a", "q.A"])
    assert got.select("P", "p", "q.a", "q.A").row(0) == ("1", "2", None, "3")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('"p":{"a":1,"a":2}', "2"),  # the last wins
        ('"p":{"a":1},"p":{"a":3}', "3"),
        ('"p":"{\\"a\\": 4.0}"', "4.0"),  # an object written as text
        ('"p":"no object"', None),
        ('"p":[{"a":5}]', None),
        ('"p":7', None),
        ('"p":{"a":6},"z":"\\ud800"', "6"),  # half a pair elsewhere
    ],
)
def test_records_that_the_fast_reader_refuses(tmp_path: Path, line: str, text: str | None) -> None:
    got = read_lines(tmp_path, '"p":{"a":"x"}', line, properties=["p.a"])
    assert got["p.a"].to_list() == ["x", text]


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    record = '{"u":"a","e":"x","t":"1"}'
    raw = read([put(tmp_path, "x", f"\n{record}\n\n  \r\n{record}\r\n\n")], SOURCE)
    assert raw.parts[0].frame.collect().height == 2
    assert raw.exact().parts[0].frame.collect().height == 2


@pytest.mark.slow
def test_a_line_longer_than_any_buffer(tmp_path: Path) -> None:
    record = {"u": "a", "e": "x", "t": "1", "big": "z" * 40_000_000}
    path = put(tmp_path, "x", json.dumps(record) + "\n" + '{"u":"b","e":"x","t":"1"}\n')
    raw = read([path], SOURCE)
    with pytest.raises(pl.exceptions.ComputeError):  # which sends the run to the careful reader
        raw.parts[0].frame.collect()
    assert raw.exact().parts[0].frame.collect()["u"].to_list() == ["a", "b"]


def test_an_array_in_one_line_longer_than_any_buffer(tmp_path: Path) -> None:
    records = [{"u": str(n), "e": "x", "t": "1", "big": "z" * 1_000_000} for n in range(40)]
    path = put(tmp_path, "x.json", json.dumps(records))
    found = read([path], SOURCE).parts[0].frame.collect()["u"]
    assert sorted(found.cast(pl.Int64)) == list(range(40))


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc.", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=tries(150), deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional={"a": json_values, "b": json_values, "a.b": json_values}
        ),
        min_size=1,
        max_size=6,
    )
)
def test_fast_and_careful_agree_on_any_json(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "x"
    path.write_text("".join(json.dumps({"u": 1, "e": 2, "t": 3, **r}) + "\n" for r in records))
    raw = read([path], SOURCE, properties=["a", "b", "a.b", "b.c"])
    exact = raw.exact().parts[0].frame.collect()
    assert either(raw).rows() == exact.rows()
    assert exact["b"].to_list() == [_text(r.get("b")) for r in records]


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (['{"u":1}', '{"u":', '{"u":1}'], 2, "not JSON"),
        (['{"u":1}', "{'u':1}"], 2, "not JSON"),
        (['{"u":1}', '{"u":1}{"u":2}'], 2, "more than one JSON value"),
        (['{"u":1}', "", "[1]"], 3, "a JSON object is expected, not [1]"),
        (['{"u":1}', "export terminated early"], 2, "not JSON"),
        (['{"u":1}', '{"u":"a'], 2, "not JSON"),
        (['{"u":1}', '{"u":"\t"}'], 2, "not JSON"),
    ],
)
def test_broken_lines(tmp_path: Path, lines: list[str], line: int, message: str) -> None:
    for before in (0, 1000):  # in the sample that is looked at first, and beyond it
        good = ['{"u":0}'] * before
        path = put(tmp_path, f"{before}.ndjson", "\n".join(good + lines) + "\n")
        raw = read([path], Source(customer=("u",), event_value="x", timestamp=("u",)))
        (problem,) = broken(raw.files, 9)
        assert str(problem).startswith(f"{path}:{before + line}: {message}")
        with pytest.raises(FAILURES):
            raw.parts[0].frame.collect()
        mended = raw.mended()
        assert mended is not None
        rows = replace(mended.parts[0], ordered=True).rows.collect()
        assert rows[BROKEN].drop_nulls().to_list() == [problem.message]
        assert rows.rows() == raw.exact().parts[0].rows.collect().rows()


def failure(path: Path, source: Source) -> str:
    """What is said of a file that breaks the reading."""
    try:
        raw = read([path], source)
    except InputError as error:  # the sample met it
        return str(error)
    with pytest.raises((InputError, *FAILURES)) as caught:
        raw.parts[0].frame.collect()
    with pytest.raises(InputError) as careful:
        raw.exact().parts[0].frame.collect()
    assert str(explain_failure(caught.value, raw)) == str(careful.value)
    return str(careful.value)


@pytest.mark.parametrize("packing", ["plain", "gzip", "zstd"])
def test_a_broken_line_in_the_middle_of_a_large_file(tmp_path: Path, packing: str) -> None:
    from tests.sources.writing import packed

    good = '{"u":"a","e":"x","t":"1"}\n'
    data = (good * 50_000 + '{"u":"a","e":\n' + good * 50_000).encode()
    raw = read([put(tmp_path, "x.ndjson", packed(data, packing))], SOURCE)
    read_by, rows = carefully(raw, lambda raw: replace(raw.parts[0], ordered=True).rows.collect())
    assert (read_by.parts[0].mended, read_by.parts[0].careful) == (True, False)
    assert rows.height == 100_001
    assert rows[BROKEN].is_not_null().arg_true().to_list() == [50_000]
    assert locate(raw.files[0], [50_000, 50_001]) == [50_001, 50_002]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('{"u":1,}', "1"),
        ('{"u":[1, 2,\t],"v":{"w":1,},}', "[1,2]"),
        ('{"u":"a,}","v":",]",}', "a,}"),
        ('{"u":NaN}', "NaN"),
        ('{"u":"nan","v":[nan,-inf , Infinity,]}', "nan"),
        ("null", None),
        ('\v{"u":5}\f', "5"),
        ('{"u":"\\ud800"}', "\ufffd"),  # half a pair
    ],
)
def test_what_is_no_strict_json_and_read_all_the_same(
    tmp_path: Path, line: str, text: str | None
) -> None:
    """By the fast reader, and so by the exact one, and beside a line that is broken."""
    for rest in ("", "nonsense\n"):
        path = put(tmp_path, f"x{len(rest)}", f'{{"u":0}}\n{line}\n{rest}')
        raw = read([path], Source(customer=("u",), event_value="x", timestamp=("u",)))
        exact = raw.exact().parts[0].rows.collect()["u"].to_list()
        assert exact == ["0", text, None][: 2 + bool(rest)]
        _, found = carefully(raw, lambda raw: replace(raw.parts[0], ordered=True).rows.collect())
        assert found["u"].to_list() == exact


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('[{"u":1},\n{"u":2},\n3]', 3, "a JSON object is expected, not 3"),
        ('[{"u":1},\n{"u":2}\n{"u":3}]', 3, '"," or "]" is expected, not "{"'),
        ('[{"u":1},\n{"u":2},\n', 3, "the file ends inside a record"),
        ('[{"u":1},\n{"u":2}', 2, '"," or "]" is expected, not the end of the file'),
        ('{"data": [\n{"u":1},\n{"u" 2}]}', 3, "not JSON: Expecting ':' delimiter"),
        ('{\n"u": 1\n}\n{\n"u": }', 5, "not JSON: Expecting value"),
        ('[{"u":1}]\n{"u":\x01}', 2, "not JSON: Expecting value"),
    ],
)
def test_broken_documents(tmp_path: Path, text: str, line: int, message: str) -> None:
    source = Source(customer=("u",), event_value="x", timestamp=("u",))
    path = put(tmp_path, "x.json", text)
    assert failure(path, source) == f"{path}:{line}: broken line: {message}"
    if text.startswith(("[{", '{"data": [')):  # the same beyond the sample
        many = '\n{"u": 0},' * 1000
        path = put(tmp_path, "x.json", text.replace("[", "[" + many, 1))
        assert failure(path, source) == f"{path}:{1000 + line}: broken line: {message}"


def test_a_large_array_is_read_in_pieces_and_its_lines_are_known(tmp_path: Path) -> None:
    records = [{"u": f"é{i}", "e": "x" * (i % 300), "t": i, "l": [{}]} for i in range(20_000)]
    for text in (json.dumps(records, indent=1), json.dumps({"data": records})):
        raw = read([put(tmp_path, "x.json", text)], SOURCE)
        got = raw.exact().parts[0].frame.collect()
        assert got["t"].to_list() == [str(i) for i in range(20_000)]
        assert got.rows() == replace(raw.parts[0], ordered=True).frame.collect().rows()


ALONE = """
import sys
for name in ("pyarrow", "pandas", "numpy"):
    sys.modules[name] = None  # none of them is a dependency
import polars as pl
from cesctl.model.types import Source
from cesctl.sources import read
frame = read([sys.argv[1]], Source()).parts[0].frame
print(frame.select(pl.len()).collect().item(), frame.head(1).collect().height)
try:
    frame.select(pl.col("event").cast(pl.Int64)).collect()
except pl.exceptions.PolarsError:
    print("failed")
"""


def test_in_a_process_of_its_own_nothing_else_is_needed_and_it_ends_cleanly(tmp_path: Path) -> None:
    line = '{"user_id":"a","event":"x","timestamp":"1"}\n'
    path = put(tmp_path, "x.ndjson", line * 400_000)
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "400000 1\nfailed\n", "")


def test_ids_of_hex_digits_stay_with_the_fast_reader(tmp_path: Path) -> None:
    """Among many some are like 12e34; the sample shows none of those."""
    ids = [f"{n:06x}f" for n in range(1, 20_000)]
    ids[5_000] = "12e34567"
    records = [{"user_id": i, "event": "x", "timestamp": "2026-10-01"} for i in ids]
    path = put(tmp_path, "x.ndjson", "".join(json.dumps(r) + "\n" for r in records))
    part = read([path], Source()).parts[0]
    assert part.frame.collect()["user_id"].to_list() == ids  # and is not refused
