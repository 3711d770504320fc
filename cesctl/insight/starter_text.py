"""A starter model as text: YAML with the reasons in comments."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from cesctl.insight.plan import TOO_MANY
from cesctl.insight.quoting import number, quoted, scalar
from cesctl.insight.source_text import sources_block

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cesctl.insight.plan import Plan, Weighted
    from cesctl.insight.spread import Spread
    from cesctl.model.types import Source

_LONGEST_KEY = 120  # YAML allows 1024; a signal's name is also a column's
_LISTED = 15  # names of events that are left out
_WIDTH = 96
_COMMENT_AT = 46  # column of the comments behind the signals


def model_text(plan: Plan) -> str:
    """The whole model. Without a ``spread`` it has no scale, bands and risk: raw is the score."""
    parts = [_head(plan), _source(plan.sources), _events(plan)]
    if plan.spread is not None:
        parts += [_scale(plan.spread), _risk(plan)]
    texts = ["\n".join(part) for part in parts]
    return "\n\n".join(text for text in texts if text) + "\n"


def _head(plan: Plan) -> Iterable[str]:
    yield from _wrapped(
        f"A starting point, written by `cesctl init` from {plan.count:,} events "
        f"of {plan.customers:,} customers, {plan.first:%Y-%m-%d} to {plan.last:%Y-%m-%d}. "
        "Every number is a guess from that log: change what you know better. `cesctl check` tells "
        "whether model and log fit, `cesctl explain CUSTOMER` where a score comes from."
    )
    if plan.one_in > 1:
        yield from _wrapped(
            f"The weights were found with one in {plan.one_in} customers, to save time."
        )
    if plan.refused > TOO_MANY:
        yield from _wrapped(
            f"{percent(plan.refused)} of the rows are rejected: `cesctl score` stops at that unless "
            "told otherwise (--max-rejected); `cesctl inspect` says why they are."
        )
    yield "version: 1"
    yield "name: Customer engagement"
    if plan.window_days is None:
        yield "window: none    # the log is short: all of it counts"
        return
    yield f"window: {plan.window_days}d   # what is older no longer counts"
    yield f"compare: {plan.compare_days}d  # also the score of {plan.compare_days} days earlier"


def _source(sources: Sequence[Source]) -> Iterable[str]:
    for line in sources_block(sources):
        if line == "  where:":
            yield "  # Rows without it are left out: they would be too many to be rejected."
        yield line


def _events(plan: Plan) -> Iterable[str]:
    yield from _wrapped(
        "How the weights were found. All signals at their usual most make about 100 points: 60 for "
        "the events, 25 for active days, 15 for having been here lately. The 60 are shared out by "
        "how rare an event is (ten times rarer counts one more) times how telling it is: customers "
        "who did it in the first half of the log were active on that many times as many days of "
        "the second half as those who did not. The weight is that share divided by the cap, and "
        "the cap is what 95 of 100 customers who do it stay within, so that no signal dominates. "
        "Behind each: by how many customers it is done, that factor, its points at the cap."
    )
    if any(w.points < 0 for w in plan.events):
        yield from _wrapped(
            "A weight below 0 comes from a word in the name alone, in brackets: such words seldom "
            "are good news. Turn the sign where that is wrong."
        )
    yield "events:"
    names = _Names(w.told.event for w in plan.events)
    for weighted in plan.events:
        yield _signal(weighted, names)
    if plan.left_out:
        yield f"  # Left out, as less telling: {_listed(plan.left_out)}"
    if plan.gone:
        yield f"  # Left out, as none is within the window: {_listed(plan.gone)}"
    yield "  # Any event makes an active day. If some are sent to customers, not done by them, list"
    yield "  # those that count in place of the star, in both signals."
    name = names.own("active_days")
    target = f"target: {plan.day_target}, weight: 0.25"
    yield f'  {name}: {{event: "*", measure: days, {target}}}  # up to 25 points'
    name = names.own("last_active")
    target = f"target: {{from: {plan.recency_days}, to: 0}}, weight: 0.15"
    yield f'  {name}: {{event: "*", measure: recency, {target}}}  # 15 points today'


def _signal(weighted: Weighted, names: _Names) -> str:
    told = weighted.told
    name = names.of(told.event)
    event = "" if name == told.event else f"event: {quoted(told.event)}, "
    setting = (
        f"  {scalar(name)}: {{{event}weight: {number(weighted.weight)}, cap: {told.usual_most}}}"
    )
    return _commented(setting, _reason(weighted))


def _reason(weighted: Weighted) -> str:
    told = weighted.told
    words = [f"by {percent(told.reach)}"]
    if told.lift is not None:
        words.append(f"{told.lift:.1f}x as active later")
    if told.alarming is not None:
        words.append(
            f"down to {number(round(weighted.points, 1))} points ({quoted(told.alarming)})"
        )
    else:
        words.append(f"up to {number(round(weighted.points, 1))} points")
        if told.lift is not None and told.lift < 0.8 and told.evidence > 2:
            words.append("is it good news?")
    return ", ".join(words)


def _scale(found: Spread) -> Iterable[str]:
    low, middle, good = (f"{percent(share)} of customers" for share in found.shares)
    yield from _wrapped(
        "The raw score that 5 of 100 customers stay below becomes 1, the one that 5 exceed 100."
    )
    yield (
        f"scale: {{method: linear, from: [{number(found.start)}, {number(found.end)}], "
        "to: [1, 100], round: 0}"
    )
    yield ""
    if not found.usual:
        yield from _wrapped("Cut where they part the customers of this log (customary: 41, 71).")
    yield "bands:"
    yield _commented("  - {name: Low, from: 1, at_risk: true, action: Call the customer}", low)
    yield _commented(f"  - {{name: Mid-range, from: {number(found.cuts[0])}}}", middle)
    yield _commented(f"  - {{name: Good, from: {number(found.cuts[1])}}}", good)


def _risk(plan: Plan) -> Iterable[str]:
    if plan.drop is None and plan.silent_days is None:
        return
    yield "# At risk is who is in a band with `at_risk`, and also:"
    yield "risk:"
    if plan.drop is not None:
        yield _commented(
            f"  drop: {plan.drop}",
            f"who lost as much in {plan.compare_days} days as one in ten did",
        )
    if plan.silent_days is not None:
        yield _commented(
            f"  silent_for: {plan.silent_days}d",
            "who is silent: 95 of 100 pauses were shorter",
        )


class _Names:
    """The names of signals: the event's own, unless it is too long for a key."""

    def __init__(self, events: Iterable[str]) -> None:
        self._taken = {e for e in events if len(e) <= _LONGEST_KEY}

    def of(self, event: str) -> str:
        return event if len(event) <= _LONGEST_KEY else self.own(event[:60].rstrip() + "…")

    def own(self, wanted: str) -> str:
        """A name that no event has: ``wanted``, or with a number behind it."""
        name, i = wanted, 1
        while name in self._taken:
            i += 1
            name = f"{wanted}_{i}"
        self._taken.add(name)
        return name


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(quoted(n if len(n) <= 60 else n[:59] + "…") for n in names[:_LISTED])
    more = len(names) - _LISTED
    return f"{shown} and {more:,} more" if more > 0 else shown


def _wrapped(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, _WIDTH - 2, break_on_hyphens=False)]


def _commented(setting: str, comment: str) -> str:
    return f"{setting:<{_COMMENT_AT}}  # {comment}"


def percent(share: float) -> str:
    if share >= 0.1 or share == 0:
        return f"{share:.0%}"
    return f"{share:.1%}" if share >= 0.0005 else "below 0.1%"
