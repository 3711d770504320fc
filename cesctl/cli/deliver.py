"""How a command's answer is printed and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, cast

import typer

from cesctl.cli import outputs

if TYPE_CHECKING:
    from cesctl.cli.console import Screen
    from cesctl.present.answer import Answer
    from cesctl.present.files import Kind

Format: TypeAlias = Annotated[
    Literal["table", "json", "ndjson", "csv", "markdown"],
    typer.Option("-f", "--format", help="Of standard output."),
]
Output: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="The rows of --format csv to a .csv, .ndjson, .parquet or .xlsx, or all of it to a .json. "
        "May be repeated.",
        show_default=False,
    ),
]


def check_outputs(paths: list[str] | None, read: list[str]) -> None:
    """Raises for files that cannot be written, or are read, before any work is done."""
    for path in paths or []:
        outputs.kind_of(path, "--output")
    outputs.check_apart(paths or [], read)
    for path in paths or []:
        outputs.check_writable(path)


def deliver(answer: Answer, form: str, paths: list[str] | None, screen: Screen) -> None:
    """Writes the files, all or none, and then prints."""
    if paths:
        with outputs.OutputFiles() as files:
            for path in paths:
                files.write(path, answer.file(outputs.kind_of(path, "--output")))
            files.commit()
        for path in paths:
            screen.note(f"wrote {path}")
    if form in {"csv", "json", "ndjson"}:
        screen.data(answer.file(cast("Kind", form)))
    elif form == "markdown":
        screen.text(answer.markdown())
    else:
        screen.lines(answer.lines(screen.width))
