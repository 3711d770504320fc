"""What ``cesctl nightly`` shows, and its one line for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cesctl.errors import CesctlError
from cesctl.model.scored_by import decimals
from cesctl.present.json_text import compact, instant
from cesctl.present.local_time import local_time
from cesctl.present.numbers import fixed, percent
from cesctl.present.row_counts import counted
from cesctl.present.safe import safe
from cesctl.present.score_view import title
from cesctl.present.view import Page, Table, Words

if TYPE_CHECKING:
    from cesctl.nightly.night import Night
    from cesctl.store.ingest import Ingested

_INTERRUPTED = 130


def nightly_page(done: Night, *, dry_run: bool = False) -> Page:
    result = done.result
    zone = result.model.timezone
    facts = [
        ("Taken in", _taken(done.ingested, dry_run=dry_run)),
        ("As of", local_time(result.as_of, zone)),
        ("Customers", _customers(done)),
    ]
    if done.caught_up:
        days = ", ".join(f"{run.as_of:%Y-%m-%d}" for run in done.caught_up)
        facts.append(("Caught up", days))
    if done.outputs:
        facts.append(("Wrote", ", ".join(map(safe, done.outputs))))
    parts: list[Table | Words] = []
    if done.message is None:
        parts.append(Words("Nobody is newly at risk.", "Alert"))
    else:
        sent = "Not sent: a dry run" if dry_run else "Alert"
        parts.append(Words(f"{done.message.title}\n{done.message.body}", sent))
    name = f"{title(result.model)} · nightly"
    return Page(f"{name}, dry run" if dry_run else name, tuple(facts), tuple(parts))


def nightly_summary(
    done: Night | None,
    failed: list[str],
    error: CesctlError | str | None,
    started: float,
    ended: float,
    *,
    dry_run: bool = False,
) -> str:
    """One line of JSON, whose keys are always the same; null or empty where a run did not get so far.

    ``error``: why the run ended early, if it did.
    """
    code = _code(done, failed, error)
    head: dict[str, Any] = {
        "ok": code == 0,
        "exit": code,
        "error": None if error is None else str(error),
        "dry_run": dry_run,
        "started": instant(datetime.fromtimestamp(started, UTC)),
        "seconds": round(ended - started, 3),
    }
    taken = None if done is None else done.ingested
    rows = None if taken is None else taken.rows
    result = None if done is None else done.result
    summary: dict[str, Any] = {} if result is None else dict(result.summary)
    message = None if done is None else done.message
    head |= {
        "exports": [] if taken is None else [e.name for e in taken.taken],
        "known": 0 if taken is None else sum(p.known for p in taken.passed),
        "left_out": []
        if taken is None
        else [{"name": p.name, "why": p.why} for p in taken.passed if not p.known],
        "rows": {
            "read": rows.read if rows else 0,
            "accepted": rows.accepted if rows else 0,
            "duplicate": rows.duplicate if rows else 0,
            "filtered": rows.filtered if rows else 0,
            "rejected": rows.rejected if rows else {},
        },
        "as_of": None if result is None else instant(result.as_of),
        "model": None if result is None else result.model.name or None,
        "sha256": None if result is None else result.model.sha256,
        **{key: summary.get(key) for key in ("customers", "at_risk", "average", "median")},
        "newly_at_risk": 0 if message is None else len(message.customers),
        "caught_up": [] if done is None else [instant(r.as_of) for r in done.caught_up],
        "fail_if": failed,
        "outputs": [] if done is None else done.outputs,
        "untold": [] if done is None else done.untold,
    }
    return compact(head)


def _code(done: Night | None, failed: list[str], error: CesctlError | str | None) -> int:
    if isinstance(error, CesctlError):
        return error.exit_code
    if error is not None:
        return _INTERRUPTED
    if done is not None and done.untold:
        return 4
    return 1 if failed else 0


def _taken(ingested: Ingested, *, dry_run: bool) -> str:
    rows = ingested.rows
    exports = len(ingested.taken)
    if not rows.read:
        return "nothing new"
    rejected = [f"{n:,} {why}" for why, n in rows.rejected.items()]
    what = "1 export" if exports == 1 else f"{exports:,} exports"
    return " · ".join(["not in a dry run" if dry_run else what, *counted(rows), *rejected])


def _customers(done: Night) -> str:
    summary = done.result.summary
    customers, at_risk = int(summary["customers"] or 0), int(summary["at_risk"] or 0)
    if not customers:
        return "none"
    share = percent(at_risk / customers)
    average = fixed(summary["average"] or 0.0, max(decimals(done.result.model), 1))
    return f"{customers:,}, average {average}, {at_risk:,} at risk ({share})"
