"""What a command answers, in each form it can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cesctl.present.files import table_file
from cesctl.present.json_text import document
from cesctl.present.layout import lay_out
from cesctl.present.markdown import to_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl
    from rich.text import Text

    from cesctl.present.files import Kind
    from cesctl.present.view import Page


@dataclass(frozen=True)
class Answer:
    """``page`` is for people. ``table``, called ``name``, is what CSV, NDJSON, Parquet and Excel hold;
    JSON is one object of ``head`` and an array of objects for each of ``tables``.
    """

    page: Page
    table: pl.DataFrame
    name: str
    head: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame]

    def lines(self, width: int) -> list[Text]:
        return lay_out(self.page, width)

    def markdown(self) -> str:
        return to_markdown(self.page)

    def file(self, kind: Kind) -> Iterator[bytes]:
        if kind == "json":
            return document(dict(self.head), self.tables)
        return table_file(self.table, kind, name=self.name)
