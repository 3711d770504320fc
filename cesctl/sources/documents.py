"""NDJSON and JSON.

Fast: DuckDB reads just the keys that are wanted, as text, and hands them to polars batch by batch.
It refuses what it cannot give exactly, an object key met twice for one; the careful path then reads.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.sources import bytestream, jsonitems, jsonvalue, temporary
from cesctl.sources.records import from_batches, lazy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cesctl.sources.parts import InputFile, Part, Wanted

_BATCH = 122_880  # rows: DuckDB's own row group
_LARGEST_RECORD = 1 << 30  # bytes

# DuckDB writes numbers anew (1.10 comes out as 1.1), also inside of what is nested, so where the text
# counts it must refuse them. As VARCHAR a number cannot be told from a string that looks like one:
# both are refused. As JSON it can, since strings keep their quotes; that is somewhat slower.
# The comparisons come first because they look at a few bytes only.
_NESTED = r"""({x} >= '[' AND ({x} < '\' OR ({x} >= '{{' AND {x} < '|'))
    AND regexp_matches({x}, '\\|[0-9][.e]'))"""
_VARCHAR = (
    r"""CASE WHEN ({x} >= '-' AND {x} < ':' AND regexp_matches({x}, '[.e]')
    AND regexp_full_match({x}, '-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?')) OR """
    + _NESTED
    + " THEN error('{why}') ELSE {x} END"
)
_JSON = (
    r"""CASE WHEN {x} >= '"' AND {x} < '#'
    THEN CASE WHEN contains({x}, '\') THEN {leaf}->>'$' ELSE replace({x}, '"', '') END
    WHEN ({x} < ':' AND regexp_matches({x}, '[.e]')) OR """
    + _NESTED
    + " THEN error('{why}') ELSE {x} END"
)
_WHY = "a number whose text may differ"


def scan(part: Part) -> pl.LazyFrame:
    """One row a record."""
    first = part.files[0]
    if part.careful or (first.format == "json" and first.opening != "[") or _clash(part.wanted):
        return lazy(part, lambda: _rows(part))
    schema: dict[str, pl.DataType] = {w.name: pl.String() for w in part.wanted}

    def batches(columns: list[str] | None) -> Iterator[pl.DataFrame]:
        wanted = [w for w in part.wanted if columns is None or w.name in columns]
        return _read(part, wanted)

    return from_batches(schema, batches)


def _rows(part: Part) -> Iterator[tuple[str | None, ...]]:
    ways = [w.ways for w in part.wanted]
    for file in part.files:
        for _, record in jsonitems.items(file):
            yield tuple(jsonvalue.at(record, w) for w in ways)


def _read(part: Part, wanted: list[Wanted]) -> Iterator[pl.DataFrame]:
    import duckdb

    first = part.files[0]
    paths = ", ".join(_text(no_glob(_without_bom(f))) for f in part.files)
    compression = "none" if first.bom else first.compression
    layout = "newline_delimited" if first.format == "ndjson" else "array"
    quoted = frozenset(w.name for w in wanted if w.exact and w.name in part.quoted)
    ends = frozenset(way for w in wanted if w.name in quoted for way in w.ways)
    tree = _tree(wanted)
    columns = ", ".join(f"{_name(k)}: {_text(_type(t, ends, (k,)))}" for k, t in tree.items())
    chosen = ", ".join(_chosen(w, w.name in quoted) for w in wanted) or "1 as nothing"
    query = f"""
        select {chosen} from read_json([{paths}], format='{layout}',
            columns={{{columns or "nothing: 'VARCHAR'"}}}, compression='{compression}',
            maximum_object_size={_LARGEST_RECORD})"""
    with duckdb.connect() as connection:
        connection.execute("set produce_arrow_string_view = true")
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"set preserve_insertion_order = {str(part.ordered).lower()}")
        try:
            for batch in connection.sql(query).to_arrow_reader(_BATCH):
                yield pl.DataFrame(batch)
        except duckdb.Error as error:  # one kind of failure for whoever collects
            raise pl.exceptions.ComputeError(str(error)) from None


def _chosen(wanted: Wanted, quoted: bool) -> str:
    leaves = [_leaf(wanted, ".".join(_name(key) for key in way), quoted) for way in wanted.ways]
    text = leaves[0] if len(leaves) == 1 else f"coalesce({', '.join(leaves)})"
    return f"{text} AS {_name(wanted.name)}"


def _leaf(wanted: Wanted, leaf: str, quoted: bool) -> str:
    if quoted:
        return _JSON.format(x=f"CAST({leaf} AS VARCHAR)", leaf=leaf, why=_WHY)
    return _VARCHAR.format(x=leaf, why=_WHY) if wanted.exact else leaf


Tree = dict[str, Any]


def _tree(wanted: list[Wanted] | tuple[Wanted, ...]) -> Tree:
    """The keys wanted, nested; a leaf is an empty dict."""
    tree: Tree = {}
    for w in wanted:
        for way in w.ways:
            here = tree
            for key in way:
                here = here.setdefault(key, {})
    return tree


def _type(tree: Tree, json: frozenset[tuple[str, ...]], way: tuple[str, ...]) -> str:
    """A key's type; that of the leaves in ``json`` is JSON."""
    if not tree:
        return "JSON" if way in json else "VARCHAR"
    inside = (f"{_name(k)} {_type(t, json, (*way, k))}" for k, t in tree.items())
    return f"STRUCT({', '.join(inside)})"


def _clash(wanted: tuple[Wanted, ...]) -> bool:
    """What DuckDB cannot hold: keys that differ by case only, a key wanted whole and in pieces."""
    leaves = {way for w in wanted for way in w.ways}
    whole_and_pieces = any(way[:n] in leaves for way in leaves for n in range(1, len(way)))

    def by_case(tree: Tree) -> bool:
        return len({k.lower() for k in tree}) < len(tree) or any(map(by_case, tree.values()))

    return whole_and_pieces or by_case(_tree(wanted))


def _name(key: str) -> str:
    return '"' + key.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def no_glob(path: Path) -> str:
    """The path for DuckDB, which takes ``*``, ``?`` and ``[`` for patterns."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))


def _without_bom(file: InputFile) -> Path:
    return _copy_without_bom(file) if file.bom else file.path


@cache
def _copy_without_bom(file: InputFile) -> Path:
    """A plain copy, since DuckDB refuses a byte order mark."""
    copy = temporary.new_file()
    with copy.open("wb") as out:
        out.writelines(bytestream.chunks(file))
    return copy
