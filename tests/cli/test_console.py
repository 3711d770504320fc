"""Results on standard output, all else on standard error; colours only where they may be."""

from __future__ import annotations

import io
import sys

import pytest
from rich.text import Text

from cesctl.cli import console
from cesctl.cli.console import Screen, colored
from cesctl.errors import InputError, InputProblem, OutputError, UsageError


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


LINES = [Text("[red]bold[/red]", "bold red"), Text("x" * 200)]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def _printed(monkeypatch: pytest.MonkeyPatch, screen: Screen, *, terminal: bool) -> str:
    out = _Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    screen.lines(LINES)
    return out.getvalue()


def test_a_pipe_gets_plain_text_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _printed(monkeypatch, Screen(), terminal=False) == f"[red]bold[/red]\n{'x' * 200}\n"
    assert Screen().width == 100
    monkeypatch.setenv("COLUMNS", "140")
    assert Screen().width == 140


def test_a_terminal_gets_colours_unless_told_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[1;31m[red]bold[/red]\x1b[0m" in _printed(monkeypatch, Screen(), terminal=True)
    assert "\x1b" not in _printed(monkeypatch, Screen(no_color=True), terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in _printed(monkeypatch, Screen(), terminal=True)
    assert not colored(_Terminal(), no_color=False)


def test_notes(capsys: pytest.CaptureFixture[str]) -> None:
    for screen in (Screen(), Screen(quiet=True), Screen(verbose=True)):
        screen.note("a note\x1b[2J")
        screen.detail("a detail")
        screen.error("an error")
    got = capsys.readouterr()
    assert got.out == ""
    assert got.err.splitlines() == [
        "a note\\x1b[2J",
        "an error",
        "an error",
        "a note\\x1b[2J",
        "a detail",
        "an error",
    ]


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (UsageError("no \x1b"), "Error: no \\x1b\n"),
        (OutputError("no"), "Error: no\n"),
        (InputError(InputProblem('"\x1b"', "a.csv", 3, "do")), 'a.csv:3: "\\x1b"\n  do\n'),
    ],
)
def test_errors(
    error: UsageError | OutputError | InputError, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    console.show_error(error, no_color=False)
    assert capsys.readouterr().err == shown


def test_work_is_done_in_another_thread_and_its_errors_come_back() -> None:
    assert Screen().working("x", lambda: 3) == 3
    with pytest.raises(UsageError, match="inside"):
        Screen().working("x", lambda: _raise(UsageError("inside")))


def _raise(error: Exception) -> None:
    raise error


def test_progress_shows_on_a_terminal_once_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setattr(console, "PROGRESS_AFTER_S", 0.05)
    shown = {}
    for name, screen, file in (
        ("terminal", Screen(), _Terminal()),
        ("quiet", Screen(quiet=True), _Terminal()),
        ("pipe", Screen(), io.StringIO()),
    ):
        monkeypatch.setattr(sys, "stderr", file)
        screen.working("Scoring [red]a\x1b", lambda: time.sleep(0.6))
        shown[name] = file.getvalue()
    assert "Scoring [red]a\\x1b" in shown["terminal"]
    assert shown["quiet"] == shown["pipe"] == ""
    monkeypatch.setattr(console, "PROGRESS_AFTER_S", 60.0)
    quick = _Terminal()
    monkeypatch.setattr(sys, "stderr", quick)
    Screen().working("Scoring", lambda: None)
    assert quick.getvalue() == ""
