"""The careful JSON reader by itself: pieces, depth, spaces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cesctl.errors import InputError
from cesctl.sources import bytestream, jsonitems, jsonvalue
from cesctl.sources.sniff import sniff
from tests.sources.writing import put


def records(path: Path, text: str) -> list[dict[str, Any]]:
    path.write_text(text)
    return [r for _, r in jsonitems.items(sniff("x", path)) if isinstance(r, dict)]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.text('é\\"[]{}, :\n', max_size=3),
            st.text('é\\"[]{},: \n', max_size=9) | st.floats(allow_nan=False) | st.none(),
        ),
        min_size=1,
    ),
    st.integers(1, 40),
    st.sampled_from([None, 1]),
    st.sampled_from(["array", "wrapper", "objects"]),
)
def test_any_document_cut_into_any_pieces(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[dict[str, Any]],
    size: int,
    indent: int | None,
    form: str,
) -> None:
    path = tmp_path_factory.mktemp("cut") / "x"
    text = {
        "array": json.dumps(values, indent=indent),
        "wrapper": json.dumps({"n": 1.5, "data": values, "more": {"a": []}}, indent=indent),
        "objects": "\n\n".join(json.dumps(v, indent=indent) for v in values),
    }[form]
    path.write_bytes(text.encode())
    file = jsonitems_file(path, form)
    whole = bytestream.chunks

    def small(file: Any) -> Any:
        return whole(file, size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bytestream, "chunks", small)
        got = [jsonvalue.written(r) for _, r in jsonitems.items(file) if isinstance(r, dict)]
    assert [json.loads(g) for g in got] == values


def jsonitems_file(path: Path, form: str) -> Any:
    from cesctl.sources import InputFile

    wrapper = "data" if form == "wrapper" else None
    return InputFile("x", path, "json", wrapper=wrapper, opening="[" if form == "array" else "{")


def test_nested_too_deep(tmp_path: Path) -> None:
    deep = '{"a":' * 200_000
    path = put(tmp_path, "x", f'{{"b":1}}\n{deep}\n')
    assert list(jsonitems.items(sniff("x", path)))[1:] == [(2, "nested too deep")]
    path = put(tmp_path, "x", f'[{{"b":1}},\n{deep}')
    with pytest.raises(InputError, match="x:2: broken line: nested too deep"):
        list(jsonitems.items(sniff("x", path)))


def test_every_page_of_a_pretty_list(tmp_path: Path) -> None:
    pages = [{"data": [{"a": n}], "more": True} for n in range(3)]
    text = "\n".join(json.dumps(p, indent=1) for p in pages)
    assert [jsonvalue.at(r, (("a",),)) for r in records(tmp_path / "x", text)] == ["0", "1", "2"]
