"""How a model and a log fit: events no signal uses, signals and bands that nothing reaches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from cesctl.insight.advice import SET_TIMESTAMP_FORMAT, Advice, advise, closest
from cesctl.insight.event_table import carefully, event_table
from cesctl.insight.plan import TOO_MANY
from cesctl.model.columns import VARIANT
from cesctl.model.scored_by import all_signals, each_signal, own_bands
from cesctl.pipeline.conditions import matches
from cesctl.pipeline.log import open_log, used_properties
from cesctl.pipeline.normalise import REJECTED, UNREADABLE
from cesctl.pipeline.run import score_log

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from cesctl.insight.event_table import EventTable
    from cesctl.model.types import Condition, Model, Signal
    from cesctl.pipeline.log import Inputs
    from cesctl.result import Result

MOST_OF_THE_SCORE = 0.6  # of all points, plus and minus alike
NEARLY_ALL = 0.95  # of the customers who have the signal
MANY_BEYOND = 0.5  # of them beyond a limit: only then would a higher one tell them apart
ENOUGH = 20  # customers to judge a cap by


@dataclass(frozen=True)
class SignalUse:
    """What one signal takes of the log. A ratio takes nothing itself. ``signal``: as the model has it.

    ``events``: in the log by name; ``taken``: those that window and where let through;
    ``customers``: with at least one of these, or with a ratio; ``share``: of the sum of all points
    without sign. ``variant``: whose signal it is, where that has signals of its own.
    """

    name: str
    events: int
    taken: int
    customers: int
    share: float
    signal: Signal
    variant: str | None = None


@dataclass(frozen=True)
class UnusedEvent:
    """An event that no signal names; ``count`` rows of ``customers`` customers."""

    name: str
    count: int
    customers: int


@dataclass(frozen=True)
class Coverage:
    signals: tuple[SignalUse, ...]
    unused: tuple[UnusedEvent, ...]
    catch_all: tuple[str, ...]  # signals that take every event, and so use none in particular
    advice: tuple[Advice, ...]
    result: Result


def check_log(model: Model, inputs: Inputs, now: datetime | None = None) -> Coverage:
    """Scores the export by the model and holds the one against the other. Raises InputError."""
    log = open_log(inputs, model, now=now)
    result = score_log(log, occurrences=True)
    used = used_properties(model)
    count = partial(event_table, properties=used, until=result.as_of)
    table = carefully(log, lambda log: log.count(count)[0])
    return coverage(result, table, log.raw.columns())


def coverage(result: Result, log: EventTable, columns: Collection[str] = ()) -> Coverage:
    """Holds a scoring run against the log it came from.

    ``result``: scored with the occurrences (``n:`` columns). ``log``: the events up to T, with the
    properties the model uses. ``columns``: what the export has, for "did you mean".
    """
    model = result.model
    takes_all = {s.name for s in each_signal(model) if _takes_all(s)}
    others = {s.name for s in each_signal(model) if not _takes_all(s)}
    catch_all = tuple(s.name for s in all_signals(model) if s.name in takes_all - others)
    advice = [*advise(model), *_rejected(result)]
    uses: list[SignalUse] = []
    for variant, part in _parts(result).items():
        shares = _shares(part)
        own = [_use(part, s, log, shares[s.name], variant) for s in part.model.signals]
        uses += own
        if not part.scores.height and model.variants:  # nobody to say anything of
            continue
        of_signals: list[Advice] = []
        for use in own:
            if use.signal.measure != "ratio":
                of_signals += _unreached(use, log, columns, apart=bool(model.variants))
                of_signals += _limits(part, use.signal)
        of_signals += _dominant(part.model, own)
        advice += of_signals if variant is None else _of_variant(variant, of_signals)
    advice += _elsewhere(model, log, columns)
    advice += _empty_bands(result)
    return Coverage(tuple(uses), _unused(model, log), catch_all, tuple(advice), result)


def _parts(result: Result) -> dict[str | None, Result]:
    """The customers of each variant with signals of its own, and (None) of those that the model's score."""
    model = result.model
    own = [v.name for v in model.variants if (v.signals, v.groups) != (model.signals, model.groups)]
    if not own:
        return {None: result}
    others = ~pl.col(VARIANT).is_in(own).fill_null(value=False)
    models = replace(model, variants=())
    rest = replace(result.keep(others), model=models)
    return {None: rest, **{name: result.of_variant(name) for name in own}}


def _of_variant(variant: str, advice: Iterable[Advice]) -> list[Advice]:
    return [replace(a, about=f"variants.{variant}.{a.about}") for a in advice]


def _taken(log: EventTable, signal: Signal) -> pl.DataFrame:
    """The rows of the event table that the signal's names and patterns take."""
    mine = matches(signal.match, pl.col("event"))
    return log.events if mine is None else log.events.filter(mine)


def _takes_all(signal: Signal) -> bool:
    return any(p and set(p) == {"*"} for p in signal.match.patterns)


def _shares(result: Result) -> dict[str, float]:
    weights = {g.name: g.weight for g in result.model.groups}
    sums = {
        s.name: abs(weights.get(s.group or "", 1.0))
        * float(result.detail[f"p:{s.name}"].abs().sum() or 0.0)
        for s in result.model.signals
    }
    total = sum(sums.values())
    return {name: points / total if total else 0.0 for name, points in sums.items()}


def _use(
    result: Result, signal: Signal, log: EventTable, share: float, variant: str | None
) -> SignalUse:
    if signal.measure == "ratio":  # takes no events itself
        have = int(result.detail[f"m:{signal.name}"].count())
        return SignalUse(signal.name, 0, 0, have, share, signal, variant)
    taken = result.detail[f"n:{signal.name}"]
    return SignalUse(
        signal.name,
        events=int(_taken(log, signal)["count"].sum()),
        taken=int(taken.sum() or 0),
        customers=int((taken > 0).sum() or 0),
        share=share,
        signal=signal,
        variant=variant,
    )


def _unreached(
    use: SignalUse, log: EventTable, columns: Collection[str], *, apart: bool
) -> Iterable[Advice]:
    """``apart``: not all customers are scored by this signal's model."""
    signal = use.signal
    about = f"events.{signal.name}"
    if not use.events:
        names = (*signal.match.names, *signal.match.patterns)
        yield Advice(
            about,
            f"no event of the log is {_named(names)}",
            _meant(names, log.events["event"].to_list()),
            signal.line,
        )
        return
    missing = [p for p in _needed(signal) if not _filled(p, signal, log)]
    for path in missing:
        near = closest(path, columns)
        yield Advice(
            about,
            f'property "{path}" is empty in all {use.events:,} events that this signal takes',
            f'did you mean "{near}"?' if near else "",
            signal.line,
        )
    if not use.taken and not missing:
        why = [
            word for word, there in (("where", signal.where), ("window", signal.window_us)) if there
        ]
        of = "; none is of a customer that it scores" if apart else ""
        yield Advice(
            about,
            f"takes none of the {use.events:,} events of that name in the log{of}",
            f"look at its {' and '.join(why)}" if why and not apart else "",
            signal.line,
        )
    known = set(log.events["event"])
    absent = [n for n in signal.match.names if n not in known]
    if absent:
        yield Advice(
            about,
            f"no event of the log is {_named(absent)}",
            _meant(absent, log.events["event"].to_list()),
            signal.line,
        )


def _named(names: Collection[str]) -> str:
    listed = [f'"{n}"' for n in names]
    return " or ".join(listed) if len(listed) < 3 else f"any of {', '.join(listed)}"


def _meant(names: Collection[str], known: list[str]) -> str:
    near = dict.fromkeys(n for n in (closest(name, known) for name in names) if n is not None)
    return f"did you mean {_named(near)}?" if near else ""


def _needed(signal: Signal) -> list[str]:
    """The properties without which the signal takes or measures nothing."""
    found = [c.property for c in signal.where if _wants_one(c)]
    return list(dict.fromkeys(found + ([signal.property] if signal.property else [])))


def _wants_one(condition: Condition) -> bool:
    return condition.op not in ("ne", "not_in") and condition.flag is not False


def _filled(path: str, signal: Signal, log: EventTable) -> int:
    return int(_taken(log, signal)[f"with:{path}"].sum())


def _limits(result: Result, signal: Signal) -> Iterable[Advice]:
    """A limit that nearly all exceed tells nobody apart; one that none reaches does nothing."""
    have = result.detail.filter(pl.col(f"n:{signal.name}") > 0)
    if have.height < ENOUGH:
        return
    unlimited = signal.weight * have[f"v:{signal.name}"]
    for key, limit, values in (
        ("cap", signal.cap, have[f"m:{signal.name}"].drop_nulls()),
        ("max_points", signal.max_points, unlimited.drop_nulls()),
    ):
        if limit is None or values.is_empty():
            continue
        reached = int((values >= limit).sum()) / values.len()
        beyond = int((values > limit).sum()) / values.len()
        once = key == "cap" and limit == 1 and signal.measure == "count"  # meant as a yes or no
        if reached >= NEARLY_ALL and beyond >= MANY_BEYOND and not once:
            yield Advice(
                f"events.{signal.name}",
                f"{key} {limit:g} is reached by {reached:.0%} of the customers who have the signal",
                "a higher one would tell them apart",
                signal.line,
            )
        elif not reached:
            most: float = values.max()  # type: ignore[assignment]  # Float64, not empty
            yield Advice(
                f"events.{signal.name}",
                f"{key} {limit:g} is reached by no customer; the most is {most:.4g}",
                f"it does nothing here: lower or drop the {key}",
                signal.line,
            )


def _rejected(result: Result) -> Iterable[Advice]:
    rejected, read = result.rows.all_rejected, result.rows.read
    if read and rejected > TOO_MANY * read:
        why = ", ".join(f"{n:,} {reason}" for reason, n in result.rows.rejected.items())
        yield Advice(
            "source",
            f"{rejected / read:.1%} of the rows are rejected: {why}",
            SET_TIMESTAMP_FORMAT
            if REJECTED[UNREADABLE] in result.rows.rejected
            else "scoring stops above 5%: raise --max-rejected, or leave them out by `where`",
        )


def _elsewhere(model: Model, log: EventTable, columns: Collection[str]) -> Iterable[Advice]:
    """What risk and attributes name, and the log has not."""
    known = log.events["event"].to_list()
    risks = {f"variants.{v.name}.risk": v.risk for v in model.variants if v.risk != model.risk}
    for about, risk in {"risk": model.risk, **risks}.items():
        names = () if risk.activity is None else risk.activity.names
        absent = [n for n in names if n not in set(known)]
        if absent:
            yield Advice(
                f"{about}.activity",
                f"no event of the log is {_named(absent)}",
                _meant(absent, known),
            )
    for name, path in model.attributes:
        if log.count and not int(log.events[f"with:{path}"].sum()):
            near = closest(path, columns)
            yield Advice(
                f"attributes.{name}",
                f'property "{path}" is empty in all events',
                f'did you mean "{near}"?' if near else "",
            )


def _dominant(model: Model, uses: list[SignalUse]) -> Iterable[Advice]:
    if len([s for s in model.signals if s.weight]) < 2:
        return
    for use in uses:
        if use.share > MOST_OF_THE_SCORE:
            yield Advice(
                f"events.{use.name}",
                f"makes up {use.share:.0%} of all points",
                "a lower weight, a cap or max_points would let the other signals speak",
                use.signal.line,
            )


def _empty_bands(result: Result) -> Iterable[Advice]:
    model = result.model
    if result.scores.is_empty():
        return
    if not own_bands(model):
        yield from _bands_without_customers(result, "")
    for variant in model.variants:
        part = result.of_variant(variant.name)
        if part.scores.is_empty():
            yield Advice(f"variants.{variant.name}", "no customer is of this variant")
        elif own_bands(model):
            yield from _bands_without_customers(part, f"variants.{variant.name}.")
    if own_bands(model):
        yield from _bands_without_customers(result.of_variant(None), "")


def _bands_without_customers(result: Result, where: str) -> Iterable[Advice]:
    if result.scores.is_empty():
        return
    scores = result.scores["score"].to_list()
    low, high = min(scores), max(scores)
    for band in result.bands.filter(pl.col("customers") == 0).iter_rows(named=True):
        yield Advice(
            f"{where}bands.{band['name']}",
            "no customer reaches it" if band["from"] > high else "no customer is in it",
            f"scores go from {low:g} to {high:g}",
        )


def _unused(model: Model, log: EventTable) -> tuple[UnusedEvent, ...]:
    named = [s for s in each_signal(model) if not _takes_all(s) and s.measure != "ratio"]
    used = {event for signal in named for event in _taken(log, signal)["event"]}
    rows = log.events.select("event", "count", "customers").iter_rows()
    return tuple(UnusedEvent(*row) for row in rows if row[0] not in used)
