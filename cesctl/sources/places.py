"""Where in a file something is: the lines of records, and the line that broke a reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import InputError, InputProblem
from cesctl.sources import jsonitems, separated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cesctl.sources.parts import InputFile, Raw


# What collecting a part may raise besides InputError when the input is at fault, or the fast reader
# meets what it cannot give exactly.
FAILURES = (pl.exceptions.PolarsError, OSError)


def locate(file: InputFile, records: Sequence[int]) -> list[int | None]:
    """The line (from 1) at which each record (from 0, ascending or not) begins.

    None for every record of a file that has no lines.
    """
    if file.format in ("parquet", "frame"):
        return [None] * len(records)
    wanted = set(records)
    last = max(wanted, default=-1)
    lines: dict[int, int] = {}
    for number, line in enumerate(_lines(file)):
        if number in wanted:
            lines[number] = line
        if number >= last:
            break
    return [lines.get(r) for r in records]


def _lines(file: InputFile) -> Iterator[int]:
    """The line of every record."""
    found = separated.records(file) if file.format == "csv" else jsonitems.items(file)
    return (line for line, _ in found)


def explain_failure(error: Exception, raw: Raw) -> InputError:
    """What is wrong with the input that made a reading fail: file, line and reason.

    Reads the files again with care up to the first broken line. An error that no input explains is
    raised as it is: it is a bug, or the machine's.
    """
    if isinstance(error, InputError):
        return error
    for file in raw.files:
        try:
            if file.format in ("csv", "json", "ndjson"):
                for _ in _lines(file):
                    pass
            elif file.format == "parquet":
                pl.scan_parquet(file.path, glob=False).select(pl.all().null_count()).collect()
        except InputError as found:
            return found
        except (pl.exceptions.PolarsError, OSError) as found:
            reason = str(found).splitlines()[0]
            return InputError(InputProblem(f"a damaged Parquet file ({reason})", file.name))
    raise error
