"""Where in a file something is: the lines of records, and the line that broke a reading."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import InputError, InputProblem
from cesctl.sources import csvblocks, jsonitems, jsonlines
from cesctl.sources.parts import BROKEN

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
    if file.format in ("parquet", "frame", "store"):
        return [None] * len(records)
    wanted = sorted(set(records))
    found = _csv_lines(file, wanted) if file.format == "csv" else _json_lines(file, wanted)
    lines = {r: line + file.lines_before for r, line in zip(wanted, found, strict=False)}
    return [lines.get(r) for r in records]


def _csv_lines(file: InputFile, wanted: Sequence[int]) -> Iterator[int]:
    """Those of records in ascending order."""
    left = deque(wanted)
    before = 0
    for block in csvblocks.blocks(file, []):
        here = before + block.rows.height
        while left and left[0] < here:
            yield block.starts[left.popleft() - before]
        if not left:
            return
        before = here


def _json_lines(file: InputFile, wanted: Sequence[int]) -> Iterator[int]:
    left = deque(wanted)
    for number, (line, _) in enumerate(jsonitems.items(file)):
        if not left:
            return
        if number == left[0]:
            left.popleft()
            yield line


def broken(files: Sequence[InputFile], most: int) -> list[InputProblem]:
    """The first lines that are no records, and why; those of one file together, by line."""
    found = (
        InputProblem(why, file.name, line + file.lines_before)
        for file in files
        for line, why in _broken(file)
    )
    return list(islice(found, most))


def _broken(file: InputFile) -> Iterator[tuple[int, str]]:
    if file.format == "csv":
        for block in csvblocks.blocks(file, []):
            whys = block.rows[BROKEN]
            for n in whys.is_not_null().arg_true():
                yield block.starts[n], whys[n]
    elif file.format == "ndjson":
        yield from jsonlines.broken(file)


def explain_failure(error: Exception, raw: Raw) -> InputError:
    """What is wrong with the input that made a reading fail: file, line and reason.

    Reads the files again with care up to what is broken. An error that no input explains is
    raised as it is: it is a bug, or the machine's.
    """
    if isinstance(error, InputError):
        return error
    for file in raw.files:
        if file.format == "store":
            reason = str(error).splitlines()[0]
            hint = "cesctl store verify says what is wrong with it"
            problem = InputProblem(
                f"the event store cannot be read: {reason}", file.name, hint=hint
            )
            return InputError(problem)
        try:
            if file.format == "csv":
                deque(csvblocks.blocks(file, []), maxlen=0)
            elif file.is_json:
                deque(jsonitems.items(file), maxlen=0)
            elif file.format == "parquet":
                pl.scan_parquet(file.path, glob=False).select(pl.all().null_count()).collect()
        except InputError as found:
            return found
        except (pl.exceptions.PolarsError, OSError) as found:
            reason = str(found).splitlines()[0]
            return InputError(InputProblem(f"a damaged Parquet file ({reason})", file.name))
    raise error
