"""What can go wrong, for people: what, where, what to do. Nothing here is a bug.

Every class carries the exit code that the command line ends with (see ``docs/cli.md``).
"""

from __future__ import annotations

from dataclasses import dataclass, field


class CesctlError(Exception):
    """An error for the user: shown as text, without a traceback."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a model.

    ``line`` and ``column`` count from 1, as editors do; ``length`` is the width of the marked place.
    ``path`` is the dotted key (``events.purchase.wieght``), ``hint`` says what to do.
    ``source`` is the line of the file, without its end; empty when the model has no text.
    """

    message: str
    path: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    length: int = 1
    source: str = ""
    hint: str = ""


class ModelError(CesctlError):
    """A model that cannot be used. ``problems`` holds all that is wrong with it, in file order."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.file, p.line, p.column))
        super().__init__(
            "\n".join(f"{p.path}: {p.message}" if p.path else p.message for p in problems)
        )


class UsageError(CesctlError):
    """A call that makes no sense: an unknown option's value, two options that exclude each other."""

    exit_code = 2


class EngineError(CesctlError):
    """An engine that cannot do its work here: a cluster that is not there, or breaks off."""

    exit_code = 2


class EditError(UsageError):
    """A change of a model's text that cannot be made."""


@dataclass(frozen=True)
class InputProblem:
    """One thing wrong with an export. ``line`` counts from 1; None where there is no line."""

    message: str
    file: str = ""
    line: int | None = None
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}" + (f"\n  {self.hint}" if self.hint else "")


class InputError(CesctlError):
    """Input that cannot be read, or of which too much was rejected."""

    exit_code = 3

    def __init__(self, *problems: InputProblem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))


class OutputError(CesctlError):
    """Output that cannot be written."""

    exit_code = 4


@dataclass
class Notes:
    """What the user should know of a run that is no error, gathered on the way, shown once."""

    lines: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        if text not in self.lines:
            self.lines.append(text)
