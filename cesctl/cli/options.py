"""The arguments and options that several commands take, each said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from cesctl.errors import UsageError

DEFAULT_MODEL = "cesctl.yaml"

Events: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="EVENTS",
        help="Files, folders, globs, such URLs of an object store (s3://, gs://, az://), or - for standard "
        "input: CSV, TSV, NDJSON, JSON or Parquet, plain, gzip or zstd; NAME=PATH for the source of that "
        "name. "
        "Left out: the files that the model names.",
        show_default=False,
    ),
]
Config: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "-c",
        "--config",
        metavar="MODEL",
        help=f"The model. Left out: {DEFAULT_MODEL} here.",
        show_default=False,
    ),
]
Store: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="DIR",
        help="In place of EVENTS: the events of this store, a folder or URL (see cesctl ingest).",
        show_default=False,
    ),
]
Reported: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--reported", help="With --store: also what cesctl nightly reported then, beside it."
    ),
]
Set: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="What if the model said so: events.login.weight=2. May be repeated.",
        show_default=False,
    ),
]
AsOf: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="WHEN",
        show_default=False,
        help="The instant the score is true at: latest, now, 2026-11-01 or 2026-11-01T12:00:00Z.",
    ),
]
Window: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--window",
        metavar="D",
        show_default=False,
        help="Of signals that name none: 90d, 12w, 36h, or none for all history.",
    ),
]
Compare: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--compare",
        metavar="D",
        show_default=False,
        help="Also score the time D earlier (30d): previous score and change.",
    ),
]
Customers: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--customers",
        metavar="FILE",
        show_default=False,
        help="A roster: its customers are scored even when silent.",
    ),
]
Where: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE",
        help="Show, judge and write only customers with this attribute; scale and rank stay "
        "those of all. NAME= means without one. May be repeated.",
        show_default=False,
    ),
]
Periods: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, max=120, metavar="N", help="How many.  [default: 12]", show_default=False),
]
First: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="WHEN",
        help="In place of --periods: all since then.",
        show_default=False,
    ),
]
To: TypeAlias = Annotated[
    str | None,
    typer.Option("--to", metavar="WHEN", help="The last time, as --as-of.", show_default=False),
]
Falling: TypeAlias = Annotated[
    int, typer.Option(min=0, metavar="N", help="Rows of those that fell most.")
]
Rising: TypeAlias = Annotated[
    int, typer.Option(min=0, metavar="N", help="Rows of those that rose most.")
]
MaxRejected: TypeAlias = Annotated[
    str,
    typer.Option(metavar="P", help="More of the rows rejected than this ends the run with 3."),
]
MemoryLimit: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--memory-limit",
        metavar="SIZE",
        help="What the run may have: 4GiB, 800MiB. A log that does not fit is counted in parts.",
        show_default=False,
    ),
]
NoColor: TypeAlias = Annotated[
    bool, typer.Option("--no-color", help="Plain text (also by the variable NO_COLOR).")
]
Quiet: TypeAlias = Annotated[
    bool, typer.Option("-q", "--quiet", help="No notes and no progress; errors still show.")
]
Verbose: TypeAlias = Annotated[
    bool,
    typer.Option(
        "-v",
        "--verbose",
        help="Also where the rows of each file went, and how long each step took.",
    ),
]


def model_path(config: str | None) -> str:
    """The model to use: the one given, or ``cesctl.yaml`` in the working folder."""
    if config is not None:
        return config
    if not Path(DEFAULT_MODEL).is_file():
        raise UsageError(
            f"no model: give one with -c MODEL, or put {DEFAULT_MODEL} in this folder "
            "(cesctl init writes one from your events)"
        )
    return DEFAULT_MODEL


def one_of_periods_and_first(periods: int | None, first: str | None) -> None:
    """Raises UsageError where both say at which times."""
    if periods is not None and first is not None:
        raise UsageError("--periods and --from exclude each other")


def last_time(to: str | None, as_of: str | None) -> str | None:
    """T, which two options name. Raises UsageError where both do."""
    if to is not None and as_of is not None:
        raise UsageError("--to and --as-of are the same; give one")
    return to or as_of


def within(limit: str | None) -> int | None:
    """The bytes of --memory-limit; polars, once loaded, then gives back at once what it needs no more. Raises
    UsageError for what is no amount of memory.
    """
    if limit is None:
        return None
    from cesctl.memory import lean, parse_size

    size = parse_size(limit)
    lean()
    return size


def conditions(texts: list[str] | None) -> dict[str, str | None]:
    """``NAME=VALUE`` as a dict; None for a customer without a value (``NAME=``)."""
    where: dict[str, str | None] = {}
    for text in texts or []:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(f'--where "{text}": write NAME=VALUE, such as plan=paid')
        if name in where:
            raise UsageError(f'--where "{name}" is given twice; no customer has two values')
        where[name] = value.strip() or None
    return where
