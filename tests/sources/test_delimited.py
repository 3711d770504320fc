"""CSV: quotes, short and long lines, names of columns; what is broken costs its line."""

from __future__ import annotations

from pathlib import Path

import pytest

import cesctl.sources
from cesctl.errors import InputError
from cesctl.model.types import Source
from cesctl.sources import Raw, broken, carefully, csvblocks, locate, read
from cesctl.sources.parts import BROKEN
from tests.sources.writing import packed, put

SOURCE = Source(customer=("u",), event=("e",), timestamp=("t",))
GOOD = "a,x,1,p,q\n"
HEADER = "u,e,t,p,q\n"


def open_csv(folder: Path, text: str | bytes, *properties: str) -> Raw:
    return read([put(folder, "x.csv", text)], SOURCE, properties=properties)


def both(raw: Raw) -> list[tuple[str | None, ...]]:
    """The rows, as read whole where that can be, and as read through blocks of a few bytes."""
    at_once = carefully(raw, lambda raw: raw.parts[0].frame.collect().rows())[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csvblocks, "SIZE", 8)
        assert raw.exact().parts[0].frame.collect().rows() == at_once
    return [tuple(v or None for v in r) for r in at_once]


def test_quoted_fields(tmp_path: Path) -> None:
    text = HEADER + '"a,b","say ""hi""","1\n2",,""\n" c ",\'x,3,\t,p\n'
    assert both(open_csv(tmp_path, text, "p", "q")) == [
        ("a,b", 'say "hi"', "1\n2", None, None),
        (" c ", "'x", "3", "\t", "p"),
    ]


def test_ids_stay_as_written(tmp_path: Path) -> None:
    text = HEADER + "00123,1e5,1.0,TRUE,-0\n"
    assert both(open_csv(tmp_path, text, "p", "q")) == [("00123", "1e5", "1.0", "TRUE", "-0")]


def test_missing_fields_at_the_end_are_empty(tmp_path: Path) -> None:
    assert both(open_csv(tmp_path, HEADER + "a,x,1\nb,x\n\nc,x,3,p,q", "p", "q")) == [
        ("a", "x", "1", None, None),
        ("b", "x", None, None, None),
        (None, None, None, None, None),
        ("c", "x", "3", "p", "q"),
    ]


def test_empty_fields_beyond_the_header_do_no_harm(tmp_path: Path) -> None:
    assert both(open_csv(tmp_path, HEADER + "a,x,1,p,q,\nb,x,2,p,q,\n")) == [
        ("a", "x", "1"),
        ("b", "x", "2"),
    ]


def test_a_quote_inside_an_unquoted_field_is_text(tmp_path: Path) -> None:
    raw = open_csv(tmp_path, HEADER + GOOD + 'b,x,2,5" pipe,q\nc,x,3,6" pipe,q\nd,x,4,7",q\n', "p")
    assert [r[3] for r in both(raw)] == ["p", '5" pipe', '6" pipe', '7"']


def test_a_carriage_return_inside_a_field(tmp_path: Path) -> None:
    assert both(open_csv(tmp_path, HEADER + "a\rb,x,1,p,q\r\nc,x,2,p,q\n")) == [
        ("a\rb", "x", "1"),
        ("c", "x", "2"),
    ]


def test_lines_that_end_with_a_carriage_return_alone(tmp_path: Path) -> None:
    text = (HEADER + GOOD * 3).replace("\n", "\r")
    assert both(open_csv(tmp_path, text)) == [("a", "x", "1")] * 3


def test_blank_lines_above_the_header(tmp_path: Path) -> None:
    assert both(open_csv(tmp_path, "\r\n\n" + HEADER + GOOD)) == [("a", "x", "1")]


def test_headers_with_quotes_newlines_and_names_that_come_twice(tmp_path: Path) -> None:
    text = '"u",e,"t\nin s",p,p,,\n' + "a,x,1,2,3,4,5\n"
    path = put(tmp_path, "x.csv", text)
    source = Source(customer=("u",), event=("e",), timestamp=("t\nin s",))
    raw = read([path], source, properties=["p", "p_duplicated_0"])
    assert both(raw) == [("a", "x", "1", "2", "3")]


def test_a_column_whose_name_has_dots_is_no_path(tmp_path: Path) -> None:
    raw = read(
        [put(tmp_path, "x.csv", "a.b,e,t\n1,2,3\n")],
        Source(customer=("a.b",), event=("e",), timestamp=("t",)),
    )
    assert both(raw) == [("1", "2", "3")]


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ("b,x,2,no, comma should be here,q\n", "6 fields where the header has 5"),
        ("b,x,2,p,q,r,s\n", "7 fields where the header has 5"),
        ('b,"x,2,p,q\n', "a quote that opens here is never closed"),
        ('"b"b,x,2,p,q\n', "a quote inside a quoted field (it is written twice there)"),
        ("b,x\xe9,2,p,q\n", "not UTF-8 (byte 0xe9)"),
    ],
)
@pytest.mark.parametrize("packing", ["plain", "gzip", "zstd"])
@pytest.mark.parametrize("count", [20, 60_000])
def test_broken_lines(tmp_path: Path, broken: str, what: str, packing: str, count: int) -> None:
    text = HEADER + '"a,\n",x,1,p,q\n' + GOOD * count + broken + GOOD * count
    path = put(tmp_path, "x.csv", packed(text.encode("latin-1"), packing))
    raw = read([path], SOURCE)
    _, rows = carefully(raw, lambda raw: raw.parts[0].rows.collect())
    assert rows.height == 2 * count + 2
    assert rows[BROKEN].is_not_null().arg_true().to_list() == [count + 1]
    assert rows.row(count + 1) == (None, None, None, what, 0)
    assert locate(raw.files[0], [count + 1, 0, count + 2]) == [count + 4, 2, count + 5]
    assert list(map(str, cesctl.sources.broken(raw.files, 9))) == [f"{path}:{count + 4}: {what}"]


@pytest.mark.parametrize("line", ['b,x,2,p,q,,"z"', "b,x,2,p,q,,,z", 'b,x,2,p,q,"",z'])
def test_remarks_behind_an_empty_field_beyond_the_header(tmp_path: Path, line: str) -> None:
    """They pushed nothing aside, whoever reads the line and however many columns are asked for."""
    for around in (GOOD, '"a",x,1,p,q\n'):
        raw = open_csv(tmp_path, HEADER + around + line + "\n" + around)
        assert both(raw) == [("a", "x", "1"), ("b", "x", "2"), ("a", "x", "1")]
        assert broken(raw.files, 9) == []
        five = read([raw.files[0].path], SOURCE, properties=raw.files[0].columns)
        assert five.exact().parts[0].frame.collect().height == 3


@pytest.mark.parametrize("field", ['"a"b"c"', '"a"x","y"z"', '""a""', '"a" "b"'])
def test_what_polars_misreads_without_a_word(tmp_path: Path, field: str) -> None:
    """Also where nobody asks for the column."""
    raw = open_csv(tmp_path, f"{HEADER}{GOOD}b,x,2,p,{field}\nc,x,3,p,{field},\n{GOOD}")
    assert both(raw) == [("a", "x", "1"), (None,) * 3, (None,) * 3, ("a", "x", "1")]


def test_a_carriage_return_at_the_end_of_a_field_belongs_to_it(tmp_path: Path) -> None:
    assert both(open_csv(tmp_path, HEADER + "a\r,x,1\r,p,q\r\n"))[0] == ("a\r", "x", "1\r")


def test_a_gzip_that_ends_early(tmp_path: Path) -> None:
    text = HEADER + "".join(f"user{n},x,{n},p,q\n" for n in range(100_000))
    path = put(tmp_path, "x.csv.gz", packed(text.encode(), "gzip")[:-5000])
    raw = read([path], SOURCE)
    with pytest.raises(InputError) as caught:
        raw.parts[0].frame.collect()
    assert str(caught.value).startswith(f"{path}: the gzip file is cut short")


def test_which_of_many_files_is_broken(tmp_path: Path) -> None:
    for n in range(5):
        put(tmp_path, f"{n}.csv", HEADER + GOOD * 2000 + ("b,x,2,p,q,r\n" if n == 3 else ""))
    raw = read([tmp_path], SOURCE)
    assert len(raw.parts) == 1
    assert [(p.file, p.line) for p in broken(raw.files, 9)] == [(f"{tmp_path}/3.csv", 2002)]


def test_columns_of_one_name_are_told_where_they_are_used(tmp_path: Path) -> None:
    text = "u,e,t,e,x,x\n1,2,3,4,5,6\n"
    raw = read([put(tmp_path, "x.csv", text)], SOURCE)
    assert both(raw) == [("1", "2", "3")]
    assert raw.notes == [
        (
            f'{tmp_path}/x.csv: more than one column is called "e"; the first is read (to read '
            'another, name "e_duplicated_0")'
        )
    ]
