"""Tells people of customers that are newly at risk, through Apprise: Slack, Teams, e-mail, webhooks and more.

Addresses hold secrets, so they stand in environment variables and nowhere else, and are never shown.
"""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cesctl import extras
from cesctl.errors import UsageError
from cesctl.present.numbers import readable
from cesctl.present.safe import safe
from cesctl.present.score_view import worst_first
from cesctl.store.failures import reading

if TYPE_CHECKING:
    import polars as pl

    from cesctl.result import Result
    from cesctl.store.history import History, Run
    from cesctl.store.place import Place

ALERTS = "alerts"  # the folder in the store
_STATE = "last.json"
# What chat services read as markup or as a call to everyone.
_CALLS = re.compile(r"@(?=(everyone|here|channel|all)\b)", re.IGNORECASE)
_MARKUP = str.maketrans({"<": "\u2039", ">": "\u203a", "`": "'", "*": "\u2217", "|": "\u00a6"})


@dataclass(frozen=True)
class Message:
    """What is sent. ``customers``: who is newly at risk, the worst first; all of them."""

    title: str
    body: str
    customers: list[str]


def check_addresses(variables: Sequence[str]) -> None:
    """Raises UsageError where a variable is missing, holds no address, or the extra is not there."""
    if not variables:
        return
    extras.ALERTS.check()
    for name in variables:
        address = os.environ.get(name, "").strip()
        if not address:
            raise UsageError(f"nightly.alerts: the environment variable {name} is not set")
        if not _addressed(address):
            raise UsageError(
                f"nightly.alerts: what {name} holds is no address that Apprise knows\n"
                "  write slack://…, msteams://…, mailtos://… or jsons://…: "
                "https://github.com/caronc/apprise/wiki"
            )


def message(result: Result, before: set[str] | None, since: Run | None, top: int) -> Message | None:
    """What to say of a run; None where nobody is newly at risk. ``before``: who was at risk when people were
    told last, None where they never were.
    """
    at_risk = worst_first(result.at_risk)
    new = at_risk if before is None else at_risk.filter(~_is_in(at_risk, before))
    if not new.height:
        return None
    customers = new["customer"].to_list()
    share = f"{result.at_risk.height:,} of {result.scores.height:,}"
    then = "" if since is None else f" since {since.as_of:%Y-%m-%d}"
    what = "customer is" if new.height == 1 else "customers are"
    title = f"{new.height:,} {what} newly at risk{then}"
    if result.model.name:
        title = f"{_plain(result.model.name)}: {title}"
    lines = [f"As of {result.as_of:%Y-%m-%d %H:%M} UTC {share} customers are at risk.", ""]
    actions = {b["name"]: b["action"] for b in result.bands.to_dicts()}
    lines += [_line(row, actions) for row in new.head(top).iter_rows(named=True)]
    if new.height > top:
        lines.append(f"… and {new.height - top:,} more")
    return Message(title, "\n".join(lines), customers)


def send(told: Message, variables: Sequence[str]) -> list[str]:
    """Sends it to each address; the variables of those that did not take it."""
    failed = []
    for name in variables:
        address = _addressed(os.environ[name].strip())
        # what it says is plain text, whatever the service makes of text
        if not address or not address.notify(title=told.title, body=told.body, body_format="text"):
            failed.append(name)
    return failed


def _addressed(address: str) -> Any:
    """What sends to the address; nothing where Apprise does not know it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of modules that its plugins import
        import apprise

        found = apprise.Apprise()
        return found if found.add(address) else None


def last_told(place: Place, history: History) -> Run | None:
    """The run that people were told of last."""
    with reading(place):
        text = place.read(ALERTS, _STATE)
    if text is None:
        return None
    try:
        name = json.loads(text)["run"]
    except (ValueError, TypeError, KeyError):
        return None  # damaged: everybody is news once more
    return history.run(name) if name in history.names else None


def note_told(place: Place, run: Run) -> None:
    """Remembers that people know of a run; it names no customer."""
    place.write(ALERTS, _STATE, json.dumps({"run": run.file}).encode())


def _is_in(frame: pl.DataFrame, customers: set[str]) -> pl.Series:
    return frame["customer"].is_in(list(customers))


def _line(row: dict[str, Any], actions: dict[str, str | None]) -> str:
    change = row.get("change")
    changed = "" if change is None else f" ({'+' if change > 0 else ''}{readable(change)})"
    reasons = ", ".join(row["risk_reasons"])
    action = actions.get(row["band"])
    todo = f" → {_plain(action)}" if action else ""
    return f"{_plain(row['customer'])}: {readable(row['score'])}{changed}, {_plain(reasons)}{todo}"


def _plain(text: str) -> str:
    """Text that no chat or mail program takes for more than text."""
    return _CALLS.sub("@\u2060", safe(text).translate(_MARKUP)).replace("](", "]\u2060(")
