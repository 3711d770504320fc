"""What every page says of its run: T, window, files, rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.duration import format_duration
from cesctl.model.scored_by import each_signal
from cesctl.present.numbers import percent
from cesctl.present.row_counts import counted
from cesctl.present.safe import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cesctl.model.types import Model
    from cesctl.result import Result


def at_local(result: Result) -> str:
    """T in the model's time zone, to the second."""
    from zoneinfo import ZoneInfo

    model = result.model
    local = result.as_of.astimezone(ZoneInfo(model.timezone)).replace(microsecond=0, tzinfo=None)
    return f"{local.isoformat(sep=' ')} {model.timezone}"


def run_facts(
    result: Result,
    where: Mapping[str, str | None] | None = None,
    of: Result | None = None,
    *,
    compared: bool = True,
    rejects: bool = False,
    past: bool = False,
) -> tuple[tuple[str, str], ...]:
    """What stands above every page: T, window, files and rows; ``where``: the attributes that the customers
    are chosen by, ``of``: the run before that; ``compared``: whether to say what the model compares with,
    ``rejects``: whether the command lists rejected rows, ``past``: of several T, of which the run's is the
    last.
    """
    model, rows = result.model, result.rows
    meaning = {"latest": " (the newest event)", "now": " (the clock)"}.get(model.as_of, "")
    if model.as_of == "latest" and not rows.accepted and not rows.after_as_of:
        meaning = " (the clock: there is no event)"
    facts = [
        *([] if past else [("As of", at_local(result) + meaning)]),
        *set_facts(model),
        ("Window", window_text(model, compared=compared)),
        ("Events", _files(result.files)),
    ]
    rejected = rows.all_rejected
    read = counted(rows, "later, as outcomes") if past else counted(rows)
    read.append(f"{rejected:,} rejected" if rejected else "none rejected")
    facts.append(("Rows", " · ".join(read)))
    if rejected:
        reasons = ", ".join(f"{number:,} {safe(why)}" for why, number in rows.rejected.items())
        share = percent(rejected / rows.read)
        lists = " (--rejects FILE lists them)" if rejects else ""
        facts.append(("Rejected", f"{share} of all rows: {reasons}{lists}"))
    if where:
        said = ", ".join(f"{safe(k)} = {shown_value(v)}" for k, v in where.items())
        of_all = f" of {of.scores.height:,}" if of else ""
        facts.append(("Only", f"{said}: {result.scores.height:,}{of_all} {who(result.model)}s"))
    return tuple(facts)


def set_facts(model: Model) -> list[tuple[str, str]]:
    """What was set over the model's file, where anything was."""
    values = " · ".join(f"{safe(path)} = {safe(value)}" for path, value in model.values_set)
    return [("Set", values)] if values else []


def window_text(model: Model, *, compared: bool = True) -> str:
    """``90d, some signals their own · compared with 30d earlier``."""
    text = "all history" if model.window_us is None else format_duration(model.window_us)
    if any(
        s.window_us != model.window_us and s.measure not in _ALWAYS_ALL for s in each_signal(model)
    ):
        text += ", some signals their own"
    if compared and model.compare_us is not None:
        text += f" · compared with {format_duration(model.compare_us)} earlier"
    return text


_ALWAYS_ALL = frozenset({"recency", "tenure", "ratio"})


def _files(files: tuple[str, ...]) -> str:
    names = ["standard input" if name == "-" else safe(name) for name in files]
    if len(names) <= 3:
        return ", ".join(names) or "given in memory"
    return f"{names[0]} … {names[-1]} ({len(names):,} files)"


def who(model: Model) -> str:
    """Who is scored: customers, or accounts."""
    return "customer" if model.roll_up is None else "account"


def shown_value(value: str | None) -> str:
    return "(none)" if value is None or not value else safe(value)
