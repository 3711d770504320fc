"""The options that say what a score should foretell, and at which times it is asked."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

OutcomeOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--outcome",
        metavar="WHAT",
        help="What should have been foretold: event:NAME of the log, silent:60d (no activity for so "
        "long), or a file with a customer and a date a row.",
        show_default=False,
    ),
]
Label: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--label", metavar="TEXT", help="Only rows of the file with this label.", show_default=False
    ),
]
Good: TypeAlias = Annotated[
    bool,
    typer.Option("--good", help="High scores should foretell it, as an upgrade; else low ones."),
]
Again: TypeAlias = Annotated[
    bool, typer.Option("--again", help="Who had it may have it again, as a renewal.")
]
Horizon: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--horizon",
        metavar="D",
        help="How long after each time it counts.  [default: 90d, of a silence its length]",
        show_default=False,
    ),
]
Every: TypeAlias = Annotated[
    str, typer.Option("--every", metavar="D", help="How far apart: 1w, 30d, or months: 1mo, 3mo.")
]
LastTime: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="WHEN",
        help="The last time.  [default: a horizon before the log ends]",
        show_default=False,
    ),
]
