"""``cesctl``: the entry point. Commands are loaded only when called, so that ``--help`` is quick.

A command is a module of this folder with a function ``command``, whose docstring is its help, and
with an ``EXAMPLE`` that the help ends with. Those modules go without ``from __future__ import
annotations``: typer reads the annotations.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import cesctl
from cesctl.cli import INTERRUPTED
from cesctl.cli.console import show_error
from cesctl.errors import CesctlError, OutputError

COMMANDS = {
    "score": "Score every customer; print the bands and who is at risk.",
    "explain": "Show where one customer's score comes from.",
    "trend": "Show the score over time: for all customers, and who falls.",
    "movers": "Show who moved between bands, and which signals moved them.",
    "segments": "Show the scores by attribute, and which segments differ.",
    "drivers": "Show what engaged customers do that the others do not.",
    "diff": "Show what another model would change, and which foretells better.",
    "backtest": "Show whether the score foretold what customers did.",
    "tune": "Fit weights that foretell an outcome better.",
    "report": "Write all of it as one HTML page that opens anywhere.",
    "nightly": "Do a night's work: ingest, score, outputs, history, alerts.",
    "ingest": "Take exports into an event store, each exactly once.",
    "store": "Look after an event store: info, verify, compact, forget.",
    "check": "Find every error of a model, and what it leaves unused.",
    "inspect": "Show what is in an export.",
    "init": "Write a starter model from an export.",
    "schema": "Print the model's JSON Schema, for editors.",
}

EXAMPLE = """
cesctl init events.csv
cesctl score events.csv -c cesctl.yaml
"""

BUG = 70  # what an unforeseen error ends with: 1 is kept for --fail-if


class Command(TyperCommand):
    """A command whose errors for the user are text, each with its own exit code."""

    example = ""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        if self.example:
            _write_example(formatter, self.example)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CesctlError as error:
            show_error(error, no_color=bool(ctx.params.get("no_color")))
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            typer.echo("Interrupted.", err=True)
            raise typer.Exit(INTERRUPTED) from None


class LazyGroup(TyperGroup):
    """Lists all commands from the table above, loads the one that is called."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        _write_example(formatter, EXAMPLE)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.commands:
            module = import_module(f"cesctl.cli.{cmd_name}")
            single = _app(add_completion=False)
            single.command(cmd_name, cls=Command, short_help=COMMANDS[cmd_name])(module.command)
            command: Any = typer.main.get_command(single)
            command.example = getattr(module, "EXAMPLE", "")
            self.add_command(command, cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(COMMANDS)}"
            ctx.fail(f'no command "{name}"; {hint}')
        return super().resolve_command(ctx, args)


def _write_example(formatter: Any, example: str) -> None:
    formatter.write("\nExample:\n")
    for line in example.strip().splitlines():
        formatter.write(f"  {line}\n" if line else "\n")


def _app(**settings: Any) -> typer.Typer:
    return typer.Typer(
        rich_markup_mode=None,  # rich help takes longer to load than all else
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        **settings,
    )


app = _app(cls=LazyGroup, no_args_is_help=True)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cesctl {cesctl.__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Customer engagement scores from raw event exports."""


def main() -> int:
    """Runs the command line's command; gives the exit code of ``docs/cli.md``."""
    code: Any = 0
    _prepare_streams()
    with suppress(ValueError, AttributeError):  # not the main thread, or no such signal
        signal.signal(signal.SIGTERM, _stopped)
    gc.disable()  # a command ends before its cycles matter; looking for them is a tenth of the start
    try:
        typer.main.get_command(app)(prog_name="cesctl")
    except SystemExit as end:
        # typer ends with 1 where nobody reads its help; 1 is kept for --fail-if
        unread = type(sys.stdout).__name__ == "PacifyFlushWrapper"
        code = 0 if end.code == 1 and unread else end.code
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a bug: the only thing that shows a traceback
        code = _unforeseen(error)
    return code if isinstance(code, int) else int(code is not None)


def _stopped(*_: object) -> None:
    """Asked to stop, as by systemd: like Ctrl-C, so that what is half done goes."""
    raise KeyboardInterrupt


def _unforeseen(error: Exception) -> int:
    """The exit code; a disk that is full where nobody looked (``--help``) is no bug."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        show_error(OutputError(f"cannot write: {error.strerror}"), no_color=True)
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        return OutputError.exit_code
    import traceback

    traceback.print_exc()
    return BUG


def _prepare_streams() -> None:
    """Closed streams become silent ones; what an encoding cannot say becomes ``?``, not an error."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif name == "stdout" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
