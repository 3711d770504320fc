"""DuckDB as a reader of JSON: a database for one query, and how it is told of files."""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import bytestream, temporary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from cesctl.sources.parts import Compression, InputFile

# Bytes; DuckDB reads into buffers of twice as much. A larger record is read by the careful path.
LARGEST_RECORD = 1 << 24
THREADS = "POLARS_MAX_THREADS"  # who bounds polars' threads shares the machine, so DuckDB keeps to it, too
_PATIENCE = 5.0  # seconds


@contextlib.contextmanager
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of its own, whose errors are polars', so that whoever collects sees one kind.

    A query that fails elsewhere lets go of its sources only some time later, in a thread of its own. A
    process that ends meanwhile would crash, so it interrupts the reading and waits for it to end.
    """
    import duckdb

    closed = threading.Event()
    connection = duckdb.connect()

    def at_exit() -> None:
        connection.interrupt()
        closed.wait(_PATIENCE)

    atexit.register(at_exit)
    try:
        with connection:
            if threads := os.environ.get(THREADS):
                connection.execute(f"set threads = {int(threads)}")
            yield connection
    except duckdb.Error as error:
        raise pl.exceptions.ComputeError(str(error)) from None
    finally:
        closed.set()
        atexit.unregister(at_exit)


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def path(file: InputFile) -> str:
    """The file's path as SQL."""
    plain = _copy_without_bom(file, changed(file)) if file.bom else file.path
    return quoted(no_glob(plain))


def changed(file: InputFile) -> int:
    """When it was: what is kept of a file holds until then."""
    return file.path.stat().st_mtime_ns


def compression(file: InputFile) -> Compression:
    """What the file at that path is packed with."""
    return "none" if file.bom else file.compression


def no_glob(path: Path) -> str:
    """The path for DuckDB, which takes ``*``, ``?`` and ``[`` for patterns."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))


@temporary.kept
def _copy_without_bom(file: InputFile, _changed: int) -> Path:
    """A plain copy, since DuckDB refuses a byte order mark."""
    copy = temporary.new_file()
    with temporary.writing(), copy.open("wb") as out:
        out.writelines(bytestream.chunks(file))
    return copy
