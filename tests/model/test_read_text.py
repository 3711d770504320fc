"""Files that are no models at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cesctl.errors import ModelError
from cesctl.model import load_model
from cesctl.model.read_text import LARGEST, read_text


def refusal(path: Path) -> str:
    with pytest.raises(ModelError) as error:
        load_model(path)
    (problem,) = error.value.problems
    assert problem.file == str(path)
    return problem.message


def test_no_file_and_no_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "model.yaml") == "no such file"
    (tmp_path / "models.yaml").write_text("", encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        read_text(tmp_path / "model.yaml")
    assert caught.value.problems[0].hint == 'did you mean "models.yaml"?'
    assert refusal(tmp_path) == "this is a folder, not a model file"
    assert refusal(tmp_path / "a\x00b").startswith("cannot be read: ")


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid"), reason="POSIX permissions")
def test_a_path_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file" / "model.yaml") == "cannot be read: Not a directory"


def test_what_is_far_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    with file.open("wb") as stream:
        stream.truncate(LARGEST + 1)
    assert refusal(file) == "larger than 10 MB: is this a model?"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "m.yaml"
    file.write_bytes("\ufeffevents: {a: 1}".encode(encoding))
    assert refusal(file) == "the text is UTF-16"


def test_the_first_byte_that_is_no_text_is_marked(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: \xc3\xa9\xe9t\xe9\r\n")
    with pytest.raises(ModelError) as error:
        read_text(file)
    (problem,) = error.value.problems
    assert (problem.line, problem.column) == (2, 5)
    assert problem.source == "b: é\ufffdt\ufffd"
    assert problem.message == "byte 0xe9 is not UTF-8"


def test_binary_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "m.parquet"
    file.write_bytes(b"PAR1\x15\x04\x15\x90\x00\x01")
    assert refusal(file) == "byte 0x90 is not UTF-8"
