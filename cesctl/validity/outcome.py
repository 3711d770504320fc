"""What a score is to foretell: an event, a silence, or rows of a file."""

from __future__ import annotations

from dataclasses import dataclass

from cesctl.duration import format_duration
from cesctl.errors import UsageError
from cesctl.insight.times import length
from cesctl.model.signals import match
from cesctl.model.types import EventMatch

HINT = "write event:NAME (an event of the log, * and ? as in models), silent:60d, or a file of outcomes"


@dataclass(frozen=True)
class Outcome:
    """One of ``event`` (of the log), ``silent_us`` (so long without activity) and ``file`` (one row per
    customer and time, see ``outcome_file``) is set. ``label``: which rows of the file, None: all.
    ``good``: high scores should foretell it, else low ones. ``again``: who had it may have it again.
    """

    event: EventMatch | None = None
    silent_us: int | None = None
    file: str | None = None
    label: str | None = None
    good: bool = False
    again: bool = False

    def __str__(self) -> str:
        if self.event is not None:
            names = [*self.event.names, *self.event.patterns]
            return "event " + " or ".join(f'"{n}"' for n in names)
        if self.silent_us is not None:
            return f"silent for {format_duration(self.silent_us)}"
        return f"{self.file}" if self.label is None else f'"{self.label}" in {self.file}'


def parse_outcome(
    text: str, *, label: str | None = None, good: bool = False, again: bool = False
) -> Outcome:
    """``event:Subscription cancelled``, ``silent:60d``, ``churned.csv``. Raises UsageError."""
    kind, colon, rest = text.strip().partition(":")
    rest = rest.strip()
    known = colon != "" and kind in ("event", "silent")
    if known and label is not None:
        raise UsageError(f"--label: {kind}: has none; it chooses rows of a file of outcomes")
    if known and not rest:
        raise UsageError(f'--outcome: "{text}" does not say what; {HINT}')
    if not text.strip():
        raise UsageError(f"--outcome: {HINT}")
    if not known:
        return Outcome(file=text.strip(), label=label, good=good, again=again)
    if kind == "event":
        return Outcome(event=match([rest]), good=good, again=again)
    if good or again:
        option = "--good" if good else "--again"
        raise UsageError(f"{option}: a silence is no good outcome, and always may come again")
    return Outcome(silent_us=length("--outcome", rest), again=True)
