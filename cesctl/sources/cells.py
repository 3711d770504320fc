"""Paths into cells: a text column of CSV or Parquet that holds a JSON object a row.

A cell is decoded once, by polars, for all paths that lead into it. What polars would give another text
than the careful JSON reader does, Python decodes: row by row where the row tells, else a few hundred rows
at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl

from cesctl.sources import jsonvalue

if TYPE_CHECKING:
    from collections.abc import Callable

Way: TypeAlias = tuple[str, ...]
_FEW = 512  # rows that Python decodes together when one of them is beyond polars
_NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)"
_PLAIN = re.compile(r"[A-Za-z0-9_$ .:-]+")  # keys that only a wish to confuse writes with escapes,
_ESCAPED = r"\\u00[2-7]"  # which are these


@dataclass(frozen=True)
class Inside:
    """A value inside a cell: ``cell`` gives the text, ``key`` is the same for the same cell."""

    key: str
    cell: pl.Expr
    way: Way


def select(frame: pl.LazyFrame, columns: Sequence[tuple[str, pl.Expr | Inside]]) -> pl.LazyFrame:
    """The named columns of a frame, some of them from inside of cells."""
    ways: dict[str, list[Way]] = {}
    cells: dict[str, pl.Expr] = {}
    for _, column in columns:
        if isinstance(column, Inside):
            cells[column.key] = column.cell
            inside = ways.setdefault(column.key, [])
            inside += [column.way] * (column.way not in inside)
    if not cells:
        return frame.select(c.alias(n) for n, c in columns if isinstance(c, pl.Expr))
    plain = [c.alias(f"plain:{n}") for n, c in columns if isinstance(c, pl.Expr)]
    decoded = [texts(cell, ways[key]).alias(f"cell:{key}") for key, cell in cells.items()]
    return frame.select(*plain, *decoded).select(
        pl.col(f"cell:{c.key}").struct.field(_field(ways[c.key].index(c.way))).alias(n)
        if isinstance(c, Inside)
        else pl.col(f"plain:{n}").alias(n)
        for n, c in columns
    )


def texts(cell: pl.Expr, ways: Sequence[Way]) -> pl.Expr:
    """The texts at the ways, as a struct of fields "0", "1" …; null where a cell is no JSON object."""
    dtype = pl.Struct({_field(n): pl.String for n in range(len(ways))})
    return cell.map_batches(reader(tuple(ways)), return_dtype=dtype, is_elementwise=True)


def reader(ways: tuple[Way, ...]) -> Callable[[pl.Series], pl.Series]:
    """A function from cells to the texts in them."""
    tree: dict[str, Any] = {}
    for way in ways:
        here = tree
        for key in way:
            here = here.setdefault(key, {})
    # A key that is wanted whole and in pieces has no one type.
    if any(way[:n] in ways for way in ways for n in range(1, len(way))):
        return lambda cells: _careful(cells, ways)
    beyond, values, dtype = _beyond(ways), _values(ways), _dtype(tree)

    def read(cells: pl.Series) -> pl.Series:
        stripped = pl.col("cell").str.strip_chars(" \t\r\n")
        frame = cells.to_frame("cell").select(
            "cell",
            beyond.fill_null(value=False).alias("beyond"),
            # polars decodes all rows as one array: what does not begin and end as an object could pair
            # up with its neighbours, and is none anyway
            (_mentions(ways) & stripped.str.starts_with("{") & stripped.str.ends_with("}")).alias(
                "fit"
            ),
        )
        simple = frame.select(pl.when(pl.col("fit") & ~pl.col("beyond")).then("cell").alias("cell"))
        found = _fast(simple.to_series(), ways, dtype, values)
        if not frame["beyond"].any():
            return found.to_struct(cells.name)
        where = frame["beyond"].arg_true()
        seen = _careful(cells.gather(where), ways).struct.unnest()
        put = (found[c].scatter(where, seen[c]) for c in found.columns)
        return pl.DataFrame(list(put)).to_struct(cells.name)

    return read


def _field(number: int) -> str:
    return str(number)


def _dtype(tree: dict[str, Any]) -> pl.DataType:
    return pl.Struct({k: _dtype(t) for k, t in tree.items()}) if tree else pl.String()


def _mentions(ways: Sequence[Way]) -> pl.Expr:
    """Whether a cell has one of the keys, so that decoding it may be worth while."""
    cell = pl.col("cell")
    keys = dict.fromkeys(_quoted(way[-1]) for way in ways)
    return pl.any_horizontal(cell.str.contains(k, literal=True) for k in keys)


def _beyond(ways: Sequence[Way]) -> pl.Expr:
    """Whether a cell is beyond polars, told by its text: Python must decode it."""
    cell = pl.col("cell")
    plain = all(_PLAIN.fullmatch(key) for way in ways for key in way)
    odd = cell.str.contains(_ESCAPED if plain else r"\\")
    for way in ways:
        for key in set(way):  # of a key met twice the last counts, and polars takes the first
            odd |= cell.str.count_matches(re.escape(_quoted(key))) > way.count(key)
        for key in way[:-1]:  # another object written as text
            odd |= cell.str.contains(_written(key) + r"[^\s{n]")
        kinds = r"[\[{]"  # what is nested is no text to polars
        if way.count(way[-1]) > 1:  # and of several of the name it is unclear which is the number's
            kinds = r"[\[{0-9-]"
        odd |= cell.str.contains(_written(way[-1]) + kinds)
    return odd


def _values(ways: Sequence[Way]) -> list[pl.Expr]:
    """Of cells and what polars decoded of them: the texts."""
    values = []
    for n, way in enumerate(ways):
        decoded = pl.col("decoded")
        for key in way:
            decoded = decoded.struct.field(key)
        # polars writes some numbers anew: 1.10 would come out as 1.1
        number = pl.col("cell").str.extract(_written(way[-1]) + _NUMBER)
        own = pl.when(decoded.is_not_null()).then(pl.coalesce(number, decoded))
        values.append(own.alias(_field(n)))
    return values


def _quoted(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


def _written(key: str) -> str:
    """A pattern for a key and what leads to its value."""
    return re.escape(_quoted(key)) + r"\s*:\s*"


def _fast(
    cells: pl.Series, ways: tuple[Way, ...], dtype: pl.DataType, values: list[pl.Expr]
) -> pl.DataFrame:
    if cells.null_count() == len(cells):
        return _nothing(len(cells), ways)
    try:
        decoded = cells.str.json_decode(dtype)
        if len(decoded) != len(cells):
            raise pl.exceptions.ComputeError("more objects than cells")
    except pl.exceptions.PolarsError:
        if len(cells) <= _FEW:
            return _careful(cells, ways).struct.unnest()
        half = len(cells) // 2
        return pl.concat(_fast(c, ways, dtype, values) for c in (cells[:half], cells[half:]))
    found = pl.DataFrame({"cell": cells, "decoded": decoded}).select(values)
    # polars makes this of half a surrogate pair
    if found.select(pl.any_horizontal(pl.all().str.contains("\0", literal=True)).any()).item():
        return _careful(cells, ways).struct.unnest()
    return found


def _nothing(rows: int, ways: Sequence[Way]) -> pl.DataFrame:
    none = pl.Series([None], dtype=pl.String).new_from_index(0, rows)
    return pl.DataFrame({_field(n): none for n in range(len(ways))})


def _careful(cells: pl.Series, ways: Sequence[Way]) -> pl.Series:
    """By Python, one by one."""
    names = [_field(n) for n in range(len(ways))]
    rows = [[jsonvalue.inside(cell, way) for way in ways] for cell in cells]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.to_struct(cells.name)
