"""A frame as an Excel sheet: text is always text, never a formula or a link."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS = 1_048_575  # of a sheet, beside its header
MOST_CHARACTERS = 32_767  # of a cell
WIDEST_COLUMN = 50
ROWS_AT_A_TIME = 20_000
EXCEL_FROM = datetime(1900, 3, 1)  # noqa: DTZ001 - before it Excel's own calendar is wrong
CREATED = datetime(2020, 1, 1, tzinfo=UTC)  # fixed: the same scores give the same bytes


def xlsx(frame: pl.DataFrame, sheet: str) -> Iterator[bytes]:
    """One sheet: the header stays in view, columns are as wide as what they hold.

    Instants are Excel's dates, in UTC; a list is its texts joined by ``; ``.
    """
    if frame.height > MOST_ROWS:
        raise OutputError(
            f"{frame.height:,} rows are more than the {MOST_ROWS:,} that an Excel sheet holds; "
            "write .csv or .parquet"
        )
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "constant_memory": True,  # rows go to disk one by one
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": CREATED})
    page = book.add_worksheet(sheet)
    head = book.add_format({"bold": True, "bottom": 1})
    when = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    page.freeze_panes(1, 1)
    for at, width in enumerate(_widths(frame)):
        page.set_column(at, at, width)
    for at, name in enumerate(frame.columns):
        page.write_string(0, at, name[:MOST_CHARACTERS], head)
    for number, row in enumerate(_flat(frame).iter_rows(buffer_size=ROWS_AT_A_TIME), start=1):
        for at, value in enumerate(row):
            _write(page, number, at, value, when)
    if frame.height:
        page.autofilter(0, 0, frame.height, max(frame.width - 1, 0))
    try:
        book.close()
    except FileCreateError as error:  # its rows go through temporary files
        reason = error.args[0] if error.args else error
        failure = reason if isinstance(reason, OSError) else OSError(str(reason))
        raise OSError(failure.errno, failure.strerror) from None
    yield buffer.getvalue()


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists joined, instants without zone and in whole seconds."""
    cells = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.List):
            cells.append(pl.col(name).list.join("; "))
        elif isinstance(dtype, pl.Datetime):
            cells.append(pl.col(name).dt.truncate("1s").dt.replace_time_zone(None))
        else:
            cells.append(pl.col(name))
    return frame.select(cells)


def _write(page: Any, row: int, column: int, value: object, when: object) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        page.write_number(row, column, value)
    elif isinstance(value, datetime) and value >= EXCEL_FROM:
        page.write_datetime(row, column, value, when)
    elif isinstance(value, datetime):
        page.write_string(row, column, f"{value:%Y-%m-%dT%H:%M:%S}Z")
    else:
        page.write_string(row, column, str(value)[:MOST_CHARACTERS])


def _widths(frame: pl.DataFrame) -> list[int]:
    """Characters per column, by the header and the first rows."""
    first = _flat(frame.head(1000))
    widths = []
    for name in frame.columns:
        longest = first[name].cast(pl.String).str.len_chars().max()
        cells = longest if isinstance(longest, int) else 0
        widths.append(min(max(len(name), cells) + 2, WIDEST_COLUMN))
    return widths
