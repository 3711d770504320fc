"""NDJSON and JSON.

Fast: DuckDB reads just the keys that are wanted, as text, and hands them to polars batch by batch.
It refuses what it cannot give exactly, an object key met twice for one; the careful path then reads.
"""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.sources import bytestream, duck, jsonitems, jsonlines, jsonvalue, keyed
from cesctl.sources.parts import BROKEN, FILE
from cesctl.sources.records import from_batches, lazy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cesctl.sources.parts import InputFile, Part, Wanted

# DuckDB writes numbers anew (1.10 comes out as 1.1), also inside of what is nested, so where the text
# counts it must refuse them. As VARCHAR a number cannot be told from a string that looks like one:
# both are refused. As JSON it can, since strings keep their quotes; that is somewhat slower.
# The comparisons come first because they look at a few bytes only; patterns are dear.
_NESTED = r"""({x} >= '[' AND ({x} < '\' OR ({x} >= '{{' AND {x} < '|'))
    AND regexp_matches({x}, '\\|[0-9][.e]'))"""
_FRACTION = "(contains({x}, '.') OR contains({x}, 'e'))"
_VARCHAR = (
    r"""CASE WHEN ({x} < ':' AND {x} >= '-' AND """
    + _FRACTION
    + r"""
    AND regexp_full_match({x}, '-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?')) OR """
    + _NESTED
    + " THEN error('{why}') ELSE {x} END"
)
_JSON = (
    r"""CASE WHEN {x} >= '"' AND {x} < '#'
    THEN CASE WHEN contains({x}, '\') THEN {leaf}->>'$' ELSE replace({x}, '"', '') END
    WHEN ({x} < ':' AND """
    + _FRACTION
    + ") OR "
    + _NESTED
    + " THEN error('{why}') ELSE {x} END"
)
REFUSED = "a number whose text may differ"


def scan(part: Part) -> pl.LazyFrame:
    """One row a record."""
    first = part.files[0]
    if part.careful or (first.format == "json" and first.opening != "[") or _clash(part):
        names = [*(w.name for w in part.wanted), BROKEN]
        return lazy(names, [partial(_rows, part, file) for file in part.files])
    every = (*part.wanted, jsonlines.WHY) if part.mended else part.wanted
    schema: dict[str, pl.DataType] = {w.name: pl.String() for w in every}

    def batches(columns: list[str] | None, n_rows: int | None) -> Iterator[pl.DataFrame]:
        wanted = [w for w in every if columns is None or w.name in columns]
        files = tuple(map(jsonlines.mended, part.files)) if part.mended else part.files
        numbered = columns is None or FILE in columns
        return _read(replace(part, files=files), wanted, n_rows, numbered=numbered)

    return from_batches(schema | {FILE: pl.UInt32()}, batches)


def _rows(part: Part, file: InputFile) -> Iterator[tuple[str | None, ...]]:
    ways = [w.ways for w in part.wanted]
    nothing = [None] * len(ways)
    for _, record in jsonitems.items(file):
        if isinstance(record, jsonitems.NoRecord):
            yield (*nothing, str(record))
        else:
            yield (*(jsonvalue.at(record, w) for w in ways), None)


def _read(
    part: Part, wanted: list[Wanted], n_rows: int | None, *, numbered: bool
) -> Iterator[pl.DataFrame]:
    first = part.files[0]
    for file in part.files:
        if file.format == "json" and not _closed(file):
            raise pl.exceptions.ComputeError(f"{file.name}: the array has no end")
    layout = "newline_delimited" if first.format == "ndjson" else "array"
    quoted = frozenset(w.name for w in wanted if w.exact and w.name in part.quoted)
    ends = frozenset(way for w in wanted if w.name in quoted for way in w.ways)
    arrays = frozenset(way[:-1] for w in wanted for way in w.ways if way[:-1] in part.keyed)
    tree = _tree(wanted, arrays)
    types = _Types(ends, arrays)
    if first.rows:
        tree.setdefault(first.rows[0], {})
    columns = ", ".join(
        f"{_name(k)}: {duck.quoted(types.of(t, (k,)) + '[]' * ((k,) == first.rows))}"
        for k, t in tree.items()
    )
    texts = [_chosen(w, w.name in quoted, arrays) for w in wanted]
    # A scan for each file: one over several loses a last line that has no end, and says nothing.
    scans = []
    for number, file in enumerate(part.files):
        of_file = [f"{number}::UINTEGER AS {_name(FILE)}"] if numbered else []
        chosen = ", ".join([*texts, *of_file]) or "1 as nothing"
        records = f"""read_json({duck.path(file)}, format='{layout}',
            columns={{{columns or "nothing: 'VARCHAR'"}}}, records=true,
            compression='{duck.compression(first)}', maximum_object_size={duck.LARGEST_RECORD})"""
        if first.rows:
            array = _name(first.rows[0])
            records = f"(select * replace (unnest({array}) as {array}) from {records})"
        scans.append(f"select {chosen} from {records}")
    query = " union all ".join(scans)
    if n_rows is not None:
        query = f"select * from ({query}) limit {n_rows}"
    with duck.connection() as database:
        database.execute("set arrow_output_version = '1.4'")  # the first that has string views
        database.execute("set produce_arrow_string_view = true")
        database.execute("set enable_progress_bar = false")
        database.execute(f"set preserve_insertion_order = {str(part.ordered).lower()}")
        # A stream can be read once, and a second reading would find no rows without a word: so it is
        # not given away, but opened anew for each collect and handed on batch by batch.
        stream = pl.scan_arrow_c_stream(database.sql(query))
        batches = stream.collect_batches(maintain_order=part.ordered, engine="streaming")
        try:
            yield from batches
        except (
            GeneratorExit
        ):  # nobody wants the rest: the thread that reads must end before all else
            database.interrupt()
            with contextlib.suppress(pl.exceptions.PolarsError):
                deque(batches, maxlen=0)
            raise


def _chosen(wanted: Wanted, quoted: bool, arrays: Collection[tuple[str, ...]]) -> str:
    leaves = [
        keyed.duckdb_text(_path(way[:-1]), way[-1], lambda leaf: _leaf(wanted, leaf, quoted=False))
        if way[:-1] in arrays
        else _leaf(wanted, _path(way), quoted)
        for way in wanted.ways
    ]
    text = leaves[0] if len(leaves) == 1 else f"coalesce({', '.join(leaves)})"
    return f"{text} AS {_name(wanted.name)}"


def _path(way: tuple[str, ...]) -> str:
    return ".".join(_name(key) for key in way)


def _leaf(wanted: Wanted, leaf: str, quoted: bool) -> str:
    if quoted:
        return _JSON.format(x=f"CAST({leaf} AS VARCHAR)", leaf=leaf, why=REFUSED)
    return _VARCHAR.format(x=leaf, why=REFUSED) if wanted.exact else leaf


Tree = dict[str, Any]


def _tree(wanted: list[Wanted] | tuple[Wanted, ...], arrays: Collection[tuple[str, ...]]) -> Tree:
    """The keys wanted, nested; a leaf is an empty dict. Arrays of keys and values are leaves."""
    tree: Tree = {}
    for w in wanted:
        for way in w.ways:
            here = tree
            for key in way[:-1] if way[:-1] in arrays else way:
                here = here.setdefault(key, {})
    return tree


@dataclass(frozen=True)
class _Types:
    """DuckDB's types of keys: of the leaves those in ``json`` are JSON."""

    json: frozenset[tuple[str, ...]]
    arrays: frozenset[tuple[str, ...]]

    def of(self, tree: Tree, way: tuple[str, ...]) -> str:
        if not tree:
            if way in self.arrays:
                return keyed.DUCKDB_TYPE
            return "JSON" if way in self.json else "VARCHAR"
        inside = (f"{_name(k)} {self.of(t, (*way, k))}" for k, t in tree.items())
        return f"STRUCT({', '.join(inside)})"


def _clash(part: Part) -> bool:
    """What DuckDB cannot hold: keys that differ by case only, a key wanted whole and in pieces, a way on
    from the value of an array's key, rows in an array further down.
    """
    leaves = {way for w in part.wanted for way in w.ways}
    if len(part.files[0].rows) > 1:
        return True
    if any(way[:n] in part.keyed for way in leaves for n in range(1, len(way) - 1)):
        return True
    whole_and_pieces = any(way[:n] in leaves for way in leaves for n in range(1, len(way)))

    def by_case(tree: Tree) -> bool:
        return len({k.lower() for k in tree}) < len(tree) or any(map(by_case, tree.values()))

    return whole_and_pieces or by_case(_tree(part.wanted, part.keyed))


def _name(key: str) -> str:
    return '"' + key.replace('"', '""') + '"'


def _closed(file: InputFile) -> bool:
    """Whether an array has its bracket: DuckDB takes one that is cut off after a comma for whole."""
    if file.compression == "none":
        with file.path.open("rb") as stream:
            stream.seek(max(0, file.size - 4096))
            tail = stream.read()
    else:
        tail = b""
        for chunk in bytestream.chunks(file):
            tail = (tail + chunk)[-4096:]
    return tail.rstrip().endswith(b"]")
