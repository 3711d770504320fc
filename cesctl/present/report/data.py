"""A report as JSON: for each section its sentences, and the frames that its tables and charts show.

The objects are those that ``cesctl score``, ``trend``, ``movers``, ``segments`` and ``drivers`` write,
without the customers that the report does not list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cesctl
from cesctl.model.scored_by import all_signals
from cesctl.present.drivers_view import drivers_answer
from cesctl.present.json_text import compact, instant, json_array, run_head
from cesctl.present.movers_view import movers_answer
from cesctl.present.report.sections import document
from cesctl.present.score_view import worst_first
from cesctl.present.segments_view import segments_answer
from cesctl.present.trend_view import trend_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from cesctl.insight.report import Limits, Report


def report_json(report: Report, limits: Limits) -> Iterator[bytes]:
    """One object, in pieces."""
    result = report.result
    said = {s.name: list(s.lead) for s in document(report, limits).sections if s.lead}
    head: dict[str, Any] = {
        **run_head(result),
        "files": list(result.files),
        "where": dict(report.where),
        "made_by": f"cesctl {cesctl.__version__}",
        "said": said,
    }
    trend, movers = trend_answer(report.trend).head, movers_answer(report.movers).head
    drivers = drivers_answer(report.drivers)
    yield compact(head)[:-1].encode()
    listed = worst_first(result.at_risk).head(limits.at_risk)
    signals = [s.name for s in all_signals(result.model)]
    yield b',\n"at_risk":' + b"".join(json_array(listed, signals)).rstrip()
    yield _member("trend", {k: trend[k] for k in ("every", "periods")}, {})
    moved = {
        "falls": report.movers.falls.head(limits.falling),
        "rises": report.movers.rises.head(limits.rising),
    }
    yield _member("movers", {k: movers[k] for k in ("from", "transitions")}, moved)
    yield b',\n"segments":['
    for at, segments in enumerate(report.segments):
        answer = segments_answer(segments)
        rows = {"segments": answer.tables["segments"]}
        yield (b",\n" if at else b"\n") + _object({"by": answer.head["by"]}, rows)
    yield b"]"
    since = report.drivers.since
    about = {
        "since": None if since is None else instant(since),
        "top": drivers.head["top"],
        "bottom": drivers.head["bottom"],
    }
    yield _member("drivers", about, drivers.tables)
    yield b"}\n"


def _member(name: str, head: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> bytes:
    return f",\n{compact(name)}:".encode() + _object(head, tables)


def _object(head: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> bytes:
    """What the head says, then an array of objects for each table, a row a line."""
    members = [f"{compact(k)}:{compact(v)}".encode() for k, v in head.items()]
    members += [
        f"{compact(name)}:".encode() + b"".join(json_array(frame)).rstrip()
        for name, frame in tables.items()
    ]
    return b"{" + b",".join(members) + b"}"
