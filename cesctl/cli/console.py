"""What commands share: results go to standard output, all else to standard error.

Nothing here loads polars or rich until it is needed, so that ``--help`` stays quick.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeVar

from cesctl.errors import CesctlError, EngineError, ModelError, OutputError, UsageError
from cesctl.present.safe import safe_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import Console
    from rich.text import Text

T = TypeVar("T")

PIPE_WIDTH = 100  # of tables that go to a file or another program, unless COLUMNS says otherwise
PROGRESS_AFTER_S = 1.0  # shorter work shows no progress


@dataclass(frozen=True)
class Screen:
    """One command's standard output and standard error, and how much is said on the latter."""

    no_color: bool = False
    quiet: bool = False
    verbose: bool = False

    # Results

    def lines(self, lines: Iterable[Text]) -> None:
        """Prints laid-out lines as they are: never wrapped, never read as markup."""
        console = self._console(sys.stdout)
        # Written here and not by rich, which ends the process with 1 when the reader has gone.
        with _standard_output():
            with console.capture() as shown:
                for line in lines:
                    console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
            sys.stdout.write(shown.get())
            sys.stdout.flush()

    def text(self, text: str) -> None:
        """Prints text that is already safe to show."""
        with _standard_output():
            sys.stdout.write(text if text.endswith("\n") else text + "\n")
            sys.stdout.flush()

    def data(self, chunks: Iterable[bytes]) -> None:
        """Writes a data format (CSV, JSON …) to standard output, byte for byte."""
        with _standard_output():
            sys.stdout.flush()
            for chunk in chunks:
                sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()

    @property
    def width(self) -> int:
        """Columns that a table on standard output may take."""
        return self._console(sys.stdout).width

    # All else

    def note(self, text: str) -> None:
        """Says something the user should know; ``--quiet`` drops it."""
        if not self.quiet:
            _tell(text)

    def detail(self, text: str) -> None:
        """Says something only ``--verbose`` shows."""
        if self.verbose and not self.quiet:
            _tell(text)

    def error(self, text: str) -> None:
        """Says why the run ends as it does; nothing drops it."""
        _tell(text)

    def working(
        self, what: str, job: Callable[[], T], meanwhile: Callable[[], object] | None = None
    ) -> T:
        """Runs ``job`` and shows, on a terminal, what is being done and for how long.

        The job runs in a thread of its own: polars gives way to Ctrl-C only when it is done.
        ``meanwhile`` is called while a job goes on that takes more than a moment.
        """
        started = time.monotonic()
        try:
            with _Progress(what, wanted=not self.quiet and sys.stderr.isatty(), screen=self):
                return in_thread(job, meanwhile)
        finally:
            self.detail(f"{what}: {time.monotonic() - started:.2f} s")

    def _console(self, file: IO[str]) -> Console:
        from rich.console import Console

        terminal = file.isatty()
        columns = os.environ.get("COLUMNS", "")
        wide = int(columns) if columns.isdigit() and int(columns) > 0 else None
        return Console(
            file=file,
            width=wide if wide or terminal else PIPE_WIDTH,
            color_system="auto" if colored(file, no_color=self.no_color) else None,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )


def colored(file: IO[str], *, no_color: bool) -> bool:
    """Whether colours may be written to ``file`` (https://no-color.org)."""
    return file.isatty() and not no_color and not os.environ.get("NO_COLOR")


def show_error(error: CesctlError, *, no_color: bool) -> None:
    """Shows what is wrong on standard error, without a traceback."""
    if isinstance(error, ModelError):
        from cesctl.model.problems import render_problems

        text = render_problems(error.problems, color=colored(sys.stderr, no_color=no_color))
    else:
        text = safe_lines(str(error))
        if isinstance(error, UsageError | OutputError | EngineError):
            text = f"Error: {text}"
    _tell(text, already_safe=True)


def _tell(text: str, *, already_safe: bool = False) -> None:
    shown = text if already_safe else safe_lines(text)
    try:
        sys.stderr.write(shown if shown.endswith("\n") else shown + "\n")
        sys.stderr.flush()
    except OSError:  # nobody listens any more: the exit code still tells
        pass


class _standard_output:  # noqa: N801 - reads as what it is
    """A reader that has seen enough (``| head``) is no error; a full disk is."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, OSError):
            return False
        # What is still buffered must not fail again when Python ends.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        if isinstance(error, BrokenPipeError):
            return True
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


def in_thread(job: Callable[[], T], meanwhile: Callable[[], object] | None = None) -> T:
    """Runs ``job`` where Ctrl-C need not wait for it."""
    result: list[T] = []
    failure: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            result.append(job())
        except BaseException as error:  # noqa: BLE001 - raised again below, in the main thread
            failure.append(error)
        finally:
            done.set()

    threading.Thread(target=work, daemon=True).start()
    while not done.wait(0.5):  # a wait without end could not be interrupted on every system
        if meanwhile is not None:
            meanwhile()
            meanwhile = None
    if failure:
        raise failure[0]
    return result[0]


class _Progress:
    """A spinner with what is done and the time it has taken, once that is more than a moment."""

    def __init__(self, what: str, *, wanted: bool, screen: Screen) -> None:
        self._what = what
        self._screen = screen
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True) if wanted else None

    def __enter__(self) -> None:
        if self._thread:
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _show(self) -> None:
        if self._stop.wait(PROGRESS_AFTER_S):
            return
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
        console = self._screen._console(sys.stderr)  # noqa: SLF001 - of the same house
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
            progress.add_task(safe_lines(self._what), total=None)
            progress.tasks[0].start_time = progress.get_time() - PROGRESS_AFTER_S
            self._stop.wait()
