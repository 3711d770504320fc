"""All views of a run at once: what ``cesctl report`` shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from cesctl.insight.attributes import worth_comparing
from cesctl.insight.drivers import Drivers, of_log
from cesctl.insight.movers import Movers, compared, earlier
from cesctl.insight.periods import parse_every, series
from cesctl.insight.segments import Segments, by_attributes, with_attributes
from cesctl.insight.trend import Trend, over_time
from cesctl.pipeline.log import open_log
from cesctl.pipeline.run import score_times

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.pipeline.log import Inputs
    from cesctl.result import Result


@dataclass(frozen=True)
class Limits:
    """How many rows of its lists a report shows."""

    at_risk: int = 50
    falling: int = 10
    rising: int = 10
    segments: int = 30
    events: int = 20


@dataclass(frozen=True)
class Report:
    """One run, and every view of it.

    ``result``: the run at T, ``everyone``: the same before any customers were chosen (``where``).
    ``segments``: one for each attribute that parts the customers into few enough; ``left_out``: the other
    attributes, and why. The frames are those that ``trend``, ``movers``, ``segments`` and ``drivers`` give.
    """

    result: Result
    everyone: Result
    trend: Trend
    movers: Movers
    segments: tuple[Segments, ...]
    left_out: Mapping[str, str]
    drivers: Drivers
    where: Mapping[str, str | None] = field(default_factory=dict)

    def html(self, limits: Limits | None = None) -> str:
        """One page that needs nothing else. Needs the extra ``cesctl[report]``, else raises UsageError."""
        from cesctl.present.report.html import to_html

        return to_html(self, limits or Limits())

    def markdown(self, limits: Limits | None = None) -> str:
        from cesctl.present.report.text import report_markdown

        return report_markdown(self, limits or Limits())

    def json(self, limits: Limits | None = None) -> Iterator[bytes]:
        """One object, in pieces."""
        from cesctl.present.report.data import report_json

        return report_json(self, limits or Limits())


def report(
    inputs: Inputs,
    model: Model,
    *,
    every: str = "1w",
    periods: int = 12,
    since: str | None = None,
    by: Sequence[str] | None = None,
    where: Mapping[str, str | None] | None = None,
    as_of: str | None = None,
    now: datetime | None = None,
) -> Report:
    """Scores the log at all instants in one pass, and counts the events of all customers in a second.

    ``every`` and ``periods`` as in ``trend``, ``since`` as in ``movers``. ``by``: the attributes to compare
    by, or properties of the events; left out: those of the run that have few enough values. ``where``: only
    customers with these attributes. Raises InputError, UsageError.
    """
    where = where or {}
    step = parse_every(every)
    before = earlier(since, model, "--since")
    model = with_attributes(model, [*(by or ()), *where])
    instants = series(step, model.timezone, periods=periods)

    def wanted(at: datetime) -> list[datetime]:
        return sorted({*instants(at), before(at)})

    log = open_log(inputs, model, as_of=as_of, now=now)
    everyone, found = score_times(log, wanted, attributes_then=False)
    at = {one.as_of: one for one in found}
    result = everyone.only(where) if where else everyone
    chosen, left_out = (by, {}) if by is not None else worth_comparing(result)
    return Report(
        result=result,
        everyone=everyone,
        trend=over_time(everyone, [at[t] for t in instants(everyone.as_of)], step, where),
        movers=compared(everyone, at[before(everyone.as_of)].scored, where),
        segments=tuple(by_attributes(result, [name], everyone) for name in dict.fromkeys(chosen)),
        left_out=left_out,
        drivers=of_log(log, everyone, result),
        where=where,
    )
