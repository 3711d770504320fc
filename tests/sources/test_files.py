"""Files, folders, patterns, standard input: what is read, what is left out, what is an error."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from cesctl.errors import InputError, OutputError
from cesctl.sources import files
from cesctl.sources.files import find
from tests.sources import writing
from tests.sources.writing import EVENTS, put

CSV = writing.as_csv(EVENTS)


def names(*inputs: str | Path, **more: object) -> list[str]:
    return [Path(f.name).name for f in find(list(inputs), **more).files]  # type: ignore[arg-type]


def error(*inputs: str | Path) -> str:
    with pytest.raises(InputError) as caught:
        find(list(inputs))
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_a_folder_is_searched_through_and_only_exports_are_taken(tmp_path: Path) -> None:
    put(tmp_path, "b/2.csv", CSV)
    put(tmp_path, "a/1", writing.as_ndjson(EVENTS))
    put(tmp_path, "a/3.bin", writing.as_parquet(EVENTS))
    for name in (".hidden.csv", ".git/x.csv", "_SUCCESS", "model.yaml", "x.md", "run.py"):
        put(tmp_path, name, CSV)
    put(tmp_path, "LICENSE", "You may use this.\nAnd, well, that.\nNo, more, of it.\n")
    put(tmp_path, "picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert names(tmp_path) == ["1", "3.bin", "2.csv"]


def test_a_folder_without_exports(tmp_path: Path) -> None:
    assert error(tmp_path) == f"{tmp_path}: no exports in the folder"
    put(tmp_path, "README.md", "# hello, you\n")
    put(tmp_path, "NOTES", "hello\n")
    assert error(tmp_path) == f"{tmp_path}: no exports in the folder"


def test_a_file_that_was_named_is_read_whatever_its_ending(tmp_path: Path) -> None:
    assert names(put(tmp_path, "log.md", CSV)) == ["log.md"]


def test_patterns(tmp_path: Path) -> None:
    for name in ("a-1.csv", "a-2.csv", "b-1.csv", "deep/er/a-3.csv"):
        put(tmp_path, name, CSV)
    assert names(f"{tmp_path}/a-*.csv") == ["a-1.csv", "a-2.csv"]
    assert names(f"{tmp_path}/**/a-?.csv") == ["a-1.csv", "a-2.csv", "a-3.csv"]
    assert error(f"{tmp_path}/c*") == f"{tmp_path}/c*: nothing matches the pattern"


@pytest.mark.parametrize("name", ["a[1].x", "a*.x", "what?.x", "x=y.x", "é 'q\" .x", "{a}.x", "~x"])
@pytest.mark.parametrize("form", ["csv", "ndjson", "array", "parquet"])
def test_a_name_that_looks_like_a_pattern_is_taken_as_it_is(
    tmp_path: Path, name: str, form: str
) -> None:
    from cesctl.model.types import Source
    from cesctl.sources import read
    from tests.sources.test_reading import WRITERS

    put(tmp_path, "a1.x", "user_id,event,timestamp\nwrong,x,1\n")
    put(tmp_path, "ab.x", "user_id,event,timestamp\nwrong,x,1\n")
    path = put(tmp_path, name, WRITERS[form](EVENTS))
    raw = read([str(path)], Source())
    assert [f.name for f in raw.files] == [str(path)]
    for one in (raw, raw.exact()):
        assert one.parts[0].frame.collect().height == 5


def test_a_file_named_twice_is_read_once_and_told(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", CSV)
    (tmp_path / "link.csv").symlink_to(path)
    found = find([path, tmp_path, f"{tmp_path}/*.csv"])
    assert [f.name for f in found.files] == [str(path)]
    assert f"{path}: named twice, read once" in found.notes.lines
    assert f"{tmp_path}/link.csv: named twice, read once" in found.notes.lines


def test_excluded_files(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", CSV)
    roster = put(tmp_path, "accounts.csv", CSV)
    assert names(tmp_path, exclude=[roster, tmp_path / "not there.csv"]) == ["a.csv"]


def test_what_is_not_there(tmp_path: Path) -> None:
    missing = tmp_path / "no.csv"
    assert error(missing) == f"{missing}: no such file or folder"
    assert error("x" * 5000) == f"{'x' * 5000}: no such file or folder"
    assert error("a\0b").endswith("no such file or folder")
    put(tmp_path, "a.csv", CSV)
    assert error(missing, tmp_path / "a.csv", "gone.csv").count("no such file") == 2


def test_urls_of_other_kinds() -> None:
    assert error("hdfs://host/x.csv") == (
        "hdfs://host/x.csv: URLs of this kind are not read; those of s3://, gs:// and az:// are"
    )


def test_empty_files(tmp_path: Path) -> None:
    full = put(tmp_path, "a.csv", CSV)
    for name, data, message in [
        ("empty.csv", b"", "the file is empty"),
        ("blank.csv", b"\n \r\n", "the file is empty"),
        ("bom.csv", b"\xef\xbb\xbf", "the file is empty"),
        ("packed.gz", writing.packed(b"", "gzip"), "the file is empty"),
        ("header.csv", b"user_id,event,timestamp\n", "no rows: the file has only a header"),
        ("header2.csv", b"user_id,event,timestamp", "no rows: the file has only a header"),
        ("array.json", b"[]", "no rows: an empty array"),
        ("wrapper.json", b'{"data": [], "more": false}', 'no rows: the array "data" is empty'),
        ("none.parquet", writing.as_parquet({"a": []}), "no rows"),
    ]:
        path = put(tmp_path, name, data)
        assert error(path) == f"{path}: {message}"
        found = find([full, path])
        assert [f.name for f in found.files] == [str(full)]
        assert found.notes.lines == [f"{path}: {message}"]


def test_files_that_are_no_exports(tmp_path: Path) -> None:
    for data, message in [
        (b"\x7fELF\0\0\0\1\2\3" * 20, "a binary file, no export"),
        (bytes(range(1, 256)) * 40, "a binary file, no export"),
        ("a,b\n1,2\n".encode("utf-16-le") * 20, "the text is UTF-16 without a byte order mark"),
        ("a,b\n1,2\n".encode("utf-32"), "the text is UTF-32, not UTF-8"),
        (
            "a,b\n1,2\ncafé,3\n".encode("latin-1"),
            "the text is Latin-1 (or Windows-1252), not UTF-8",
        ),
        (writing.packed(CSV, "gzip")[:-9], "the gzip file is cut short"),
        (writing.packed(CSV, "zstd")[:-5], "the zstd file is cut short"),
        (writing.packed(CSV, "gzip")[:20] + b"nonsense" * 9, "the gzip file is damaged"),
        (b"PAR1" + b"x" * 99, "a damaged Parquet file"),
        (writing.packed(CSV, "zip")[:-30], "the zip file cannot be unpacked"),
        (b'"a,b\n1,2\n', "broken header"),
    ]:
        path = put(tmp_path, "x", data)
        assert message in error(path), data[:20]
        assert str(path) in error(path)
    latin = put(tmp_path, "l.csv", "a,b\n1,2\ncafé,3\n".encode("latin-1"))
    assert error(latin).startswith(f"{latin}:3: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = put(tmp_path, "x", CSV)
    path.chmod(0)
    assert "cannot be read" in error(path)


def test_zips(tmp_path: Path) -> None:
    inside = {
        "100/100_2026-01-01_0#0.json.gz": writing.packed(writing.as_ndjson(EVENTS), "gzip"),
        "100/100_2026-01-01_1#0.csv": CSV,
        "__MACOSX/._x": b"\0\0",
        "100/.DS_Store": b"\0",
        "README.md": b"hello",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in inside.items():
            archive.writestr(name, data)
    path = put(tmp_path, "export.zip", out.getvalue())
    assert [f.name for f in find([path]).files] == [f"{path}/{n}" for n in list(inside)[:2]]

    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    assert "save the sheet as CSV" in error(put(tmp_path, "book.xlsx", book.getvalue()))
    void = io.BytesIO()
    zipfile.ZipFile(void, "w").close()
    assert "a binary file" in error(put(tmp_path, "void.zip", void.getvalue()))


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    files._standard_input.cache_clear()
    monkeypatch.setattr(
        "sys.stdin", SimpleNamespace(buffer=io.BytesIO(writing.packed(CSV, "gzip")))
    )
    found = find(["-", "-"])
    assert [f.name for f in found.files] == ["standard input"]
    assert found.files[0].path.exists()
    files._standard_input.cache_clear()


def test_a_named_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    if os.fork() == 0:
        pipe.write_bytes(CSV)
        os._exit(0)
    assert names(pipe) == ["pipe"]


def test_a_temporary_folder_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with zipfile.ZipFile(tmp_path / "full.zip", "w") as archive:
        archive.writestr("a.csv", CSV)
    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(OutputError, match=r"no room to unpack .*: No space left(.|\n)*TMPDIR"):
        find([tmp_path / "full.zip"])
