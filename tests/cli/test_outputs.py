"""Files appear whole and together, or not at all."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cesctl.cli.outputs import OutputFiles, check_apart, check_writable, kind_of
from cesctl.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_nothing_shows_before_all_is_committed(tmp_path: Path) -> None:
    old = tmp_path / "a.csv"
    old.write_text("old")
    with OutputFiles() as files:
        files.write(str(old), [b"new", b" a"])
        files.write(str(tmp_path / "b.csv"), [b"new b"])
        assert old.read_text() == "old"
        assert not (tmp_path / "b.csv").exists()
        files.commit()
    assert _names(tmp_path) == ["a.csv", "b.csv"]
    assert old.read_bytes() == b"new a"


def test_a_failure_leaves_everything_as_it_was(tmp_path: Path) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"half"
        raise ZeroDivisionError

    old = tmp_path / "a.csv"
    old.write_text("old")
    with OutputFiles() as files:
        files.write(str(old), [b"new"])
        with pytest.raises(ZeroDivisionError):
            files.write(str(tmp_path / "b.csv"), breaks())
    assert _names(tmp_path) == ["a.csv"]
    assert old.read_text() == "old"


def test_a_link_stays_a_link_and_rights_stay(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "real.csv").chmod(0o640)
    (tmp_path / "link.csv").symlink_to("real.csv")
    with OutputFiles() as files:
        files.write(str(tmp_path / "link.csv"), [b"new"])
        files.commit()
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "real.csv").stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "full.csv").symlink_to("/dev/full")
    with OutputFiles() as files:
        files.write(str(tmp_path / "a.csv"), [b"x"])
        with pytest.raises(OutputError, match="No space left on device"):
            files.write(str(tmp_path / "full.csv"), [b"x"])
    assert _names(tmp_path) == ["full.csv"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_gets_its_bytes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with OutputFiles() as files:
        files.write(str(pipe), [b"a,b\r\n", b"1,2\r\n"])
        files.commit()
    reader.join(10)
    assert got == [b"a,b\r\n1,2\r\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_after_the_end_nothing_is_written(tmp_path: Path) -> None:
    with OutputFiles() as files:
        pass
    with pytest.raises(OutputError, match="the run has ended"):
        files.write(str(tmp_path / "a.csv"), [b"x"])
    assert _names(tmp_path) == []


def test_places_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(OutputError, match="it is a folder"):
        check_writable(str(tmp_path / "folder.csv"))
    with pytest.raises(OutputError, match='there is no folder "'):
        check_writable(str(tmp_path / "none" / "a.csv"))
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match='there is no folder "'):
        check_writable(str(tmp_path / "file" / "a.csv"))
    check_writable(str(tmp_path / "a.csv"))
    # Asked of the system, because nothing is read-only to the user that tests may run as.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match=r'the folder ".*" is read-only'):
        check_writable(str(tmp_path / "a.csv"))
    (tmp_path / "a.csv").write_text("")
    with pytest.raises(OutputError, match="the file is read-only"):
        check_writable(str(tmp_path / "a.csv"))


def test_endings() -> None:
    assert kind_of("a/b.CSV", "-o") == "csv"
    assert kind_of("b.ndjson", "-o") == "ndjson"
    for path in ("scores", "scores.txt", "scores.csv.gz", ".csv"):
        with pytest.raises(
            UsageError, match=r"must end with \.csv, \.json, \.ndjson, \.parquet, \.xlsx$"
        ):
            kind_of(path, "-o")
    for path in ("-", "/dev/stdout"):
        with pytest.raises(UsageError, match="for standard output use -f"):
            kind_of(path, "-o")


def test_outputs_are_apart_from_each_other_and_from_what_is_read(tmp_path: Path) -> None:
    events, out = tmp_path / "events.csv", tmp_path / "out.csv"
    events.write_text("")
    check_apart([str(out)], [str(events), "-"])
    with pytest.raises(UsageError, match="given twice"):
        check_apart([str(out), f"{tmp_path}/./out.csv"], [])
    with pytest.raises(UsageError, match="written over a file that is read"):
        check_apart([f"{tmp_path}/../{tmp_path.name}/events.csv"], [str(events)])
