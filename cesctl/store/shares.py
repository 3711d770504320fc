"""A store's log in shares, each read by itself by whoever sees the store.

What all have in common is sent once (``common``): the log without rows, and without the table's own log. A
share says which rows are its own; those that are carried over from days that are not read go along in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources.parts import Raw
from cesctl.store.log import StoreLog, parts_of, stored
from cesctl.store.rows import StoredRows
from cesctl.store.snapshot import Snapshot
from cesctl.store.table import FILES, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

# Rows that are read at once or not at all, as polars writes them; a cut elsewhere is none too dear.
GROUP = 100_000
AS_TEXT = 4  # times a Parquet file's bytes, about what its events have as text
_ROW = 64  # bytes of text that an event has at least


@dataclass(frozen=True)
class Share:
    """``files``: rows of ``EventTable.files``; ``piece``: of the only one the first row and how many;
    ``rows``: stored rows that lie in no file.
    """

    files: pl.DataFrame
    piece: tuple[int, int] | None = None
    rows: pl.DataFrame | None = None


def common(log: StoreLog) -> StoreLog:
    """The log of no rows, with what is needed to read a share; holds no credentials."""
    table = Snapshot.of(log.table)
    nothing = pl.LazyFrame(schema=schema(log.stored))
    raw = Raw(tuple(parts_of(table, log.model, nothing)))
    return replace(log, raw=raw, table=table, read=frozenset(), carry=None, keeps=False, skipped=())


def events_of(log: StoreLog, share: Share) -> pl.LazyFrame:
    """The events of one share, of which none is marked a copy yet. ``log``: see ``common``."""
    assert isinstance(log.table, Snapshot)
    table = log.table.having(share.files)
    if share.rows is not None:
        rows = share.rows.lazy()
    else:
        rows = StoredRows(table).scan(share.files["path"].to_list(), stored(table, log.model))
        if share.piece is not None:
            rows = rows.slice(*share.piece)
    own = replace(log, raw=Raw(tuple(parts_of(table, log.model, rows))), table=table)
    return pl.concat([own.records(part, before) for part, before in own.placed_parts()])


def text_bytes(log: StoreLog) -> int:
    """About how many bytes of text all rows are that must be read."""
    carried = 0 if log.carry is None else log.carry.rows.height * _ROW
    return int(_read(log)["text"].sum()) + carried


def shares(log: StoreLog, size: int) -> Iterator[Share]:
    """All rows of the log, each in one share: files that follow each other, pieces of a file, what is carried
    over. ``size``: about how many bytes of text a share has. There is at least one, maybe of no rows.
    """
    files = _read(log)
    none = files.drop("text").clear()
    given = 0
    if log.carry is not None:
        at_once = max(1, size // _ROW)
        for rows in log.carry.rows.iter_slices(at_once):
            yield Share(none, rows=rows)
            given += 1
    start = held = 0
    texts = files["text"].to_list()
    files = files.drop("text")
    for n, text in enumerate(texts):
        if held and held + text > size:
            yield Share(files[start:n])
            given += 1
            start, held = n, 0
        if text > size:
            for piece in _pieces(files["rows"][n], text, size):
                yield Share(files[n : n + 1], piece)
                given += 1
            start = n + 1
        else:
            held += text
    if held or not given:
        yield Share(files[start:])


def _read(log: StoreLog) -> pl.DataFrame:
    """The files that are read, and ``text``: about how many bytes they are as text."""
    files = log.files
    text = pl.max_horizontal(pl.col("bytes") * AS_TEXT, pl.col("rows") * _ROW, 1)
    return files.with_columns(text.alias("text")).select(*FILES, "text")


def _pieces(rows: int, text: int, size: int) -> Iterator[tuple[int, int]]:
    """First row and number of rows of each piece of a file: whole groups."""
    groups = max(1, rows * size // text // GROUP)
    for first in range(0, rows, groups * GROUP):
        yield first, min(groups * GROUP, rows - first)
