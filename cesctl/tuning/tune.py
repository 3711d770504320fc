"""Weights, caps, windows and half-lives that foretell an outcome better, judged where the fit never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl
from threadpoolctl import threadpool_limits

from cesctl.engines.measures import epoch_us
from cesctl.errors import UsageError
from cesctl.pipeline.band import band_index, band_name
from cesctl.pipeline.run import score_times
from cesctl.tuning.bands import bands_by_rate
from cesctl.tuning.changes import changes_of
from cesctl.tuning.judge import BEFORE, TUNED, best_measure, judgement
from cesctl.tuning.sample import sample_of
from cesctl.tuning.search import Found, Search
from cesctl.tuning.settings import measuring, reading_name, readings
from cesctl.tuning.size import RELATIVE
from cesctl.tuning.split import shares_of, split_times
from cesctl.tuning.tuned import Tuned, half_of
from cesctl.tuning.weights import scores, tuned_model
from cesctl.validity.by_score import by_band
from cesctl.validity.held import held, scores_at
from cesctl.validity.plain import money

if TYPE_CHECKING:
    from cesctl.model.types import Model, Signal
    from cesctl.pipeline.customers import At
    from cesctl.pipeline.log import Inputs, Log
    from cesctl.tuning.sample import Sample
    from cesctl.tuning.settings import Reading
    from cesctl.tuning.split import Split
    from cesctl.validity.outcome import Outcome

NOTHING_LEFT = "nothing would be left to score by: as it was"
MOST = 20_000  # customers that a fit looks at
SMALL = 50_000  # pairs, below which threads wait for each other more than they help


def tune(
    inputs: Inputs,
    model: Model,
    outcome: Outcome | str,
    *,
    every: str = "1mo",
    periods: int | None = None,
    first: str | None = None,
    last: str | None = None,
    horizon: str | None = None,
    free: bool = False,
    bands: bool = False,
    seed: int = 0,
    as_of: str | None = None,
    now: datetime | None = None,
) -> Tuned:
    """Fits weights, caps, windows and half-lives to an ``outcome``; T and ``horizon`` as in ``backtest``.

    One half of the customers (which, ``seed`` says) fits at the early T, the other half judges at the late
    ones. Signs and zeroes of the weights stay, but where ``free``. ``bands``: also sets where bands begin.
    Four passes over the log. Raises InputError, UsageError.
    """
    if not 0 <= seed < 2**63:
        raise UsageError("--seed: a number from 0 to 9223372036854775807 is expected")
    bare = _bare(model, free=free)
    if bands and model.scale.method in RELATIVE:
        raise UsageError(
            f"--bands: on a scale of {model.scale.method} a score says how a customer stands among others, "
            "and a band holds what share of them it will"
        )
    spent = money(model)
    kept = ["score", *([] if spent is None else [f"m:{spent.name}"])]
    found = held(
        inputs,
        bare,
        outcome,
        every=every,
        periods=periods,
        first=first,
        last=last,
        horizon=horizon,
        as_of=as_of,
        now=now,
        columns=lambda _: kept,
    )
    frames = [f for f in found.pairs if f.height]
    if not frames:
        raise UsageError(
            "nobody is at stake at any of the T, or what came is not known to the horizon's end"
        )
    split = split_times([f["as_of"][0] for f in frames], found.horizon, seed)
    early, late = _halves(frames, split)
    made = Tuned(
        result=found.result,
        before=model,
        model=model,
        outcome=found.outcome,
        every=found.every,
        horizon=found.horizon,
        until=found.until,
        fitted=half_of(early, split.fit),
        judged=half_of(late, split.judged),
    )
    if not (made.fitted.enough and made.judged.enough):
        return made
    reach = epoch_us(split.fit[0]) - epoch_us(found.oldest)
    tuning = _Tuning(made, found.log, found.found, early, late, readings(bare, reach))
    with threadpool_limits(1 if made.fitted.pairs < SMALL else None):
        return tuning.tuned(free=free, bands=bands)


@dataclass(frozen=True)
class _Tuning:
    """``made``: without what the fit gives. ``found``: the customers at all T by the model before. ``early``,
    ``late``: the pairs that fit, and that judge, by T. ``ways``: to read each signal.
    """

    made: Tuned
    log: Log
    found: Sequence[At]
    early: list[pl.DataFrame]
    late: list[pl.DataFrame]
    ways: dict[str, list[Reading]]

    @property
    def model(self) -> Model:
        return self.log.model

    @property
    def good(self) -> bool:
        return self.made.outcome.good

    def tuned(self, *, free: bool, bands: bool) -> Tuned:
        wide = measuring(self.model, self.ways)
        fitted = self._fitted(wide)
        what = Search(self.model, fitted, self.ways, free=free).found()
        made = tuned_model(self.model, fitted, what, good=self.good)
        tuned = self.model if made is None else made
        if made is None:
            stays = dict.fromkeys((s.name for s in self.model.signals), NOTHING_LEFT)
            what = Found((), what.weights[:0], (), (), 0.0, stays)
        titles = {w.column: reading_name(w) for own in self.ways.values() for w in own}
        single = best_measure(fitted, titles, good=self.good)
        judged, columns = self._judged(
            tuned, what, [s for s in wide if single and s.name == single[1]]
        )
        verdict = judgement(self.model, fitted, judged, columns, single, good=self.good)
        better = verdict is not None and verdict.better
        before = self.made.before
        chosen, read = before, {}
        if better:
            chosen = replace(before, signals=tuned.signals, groups=tuned.groups, scale=tuned.scale)
            read = {c.signal.name: c.column for c in what.chosen}
        unset = ""
        if bands and (verdict is None or not verdict.tells(TUNED if better else BEFORE)):
            unset = "the score cannot be told from chance"
        elif bands:
            scored = scores(chosen, fitted, read)["score"]
            froms = bands_by_rate(chosen.bands, scored, fitted.engaged)
            unset = "" if froms else "the outcomes do not rise in as many steps as there are bands"
            chosen = replace(chosen, bands=froms or chosen.bands)
        groups = zip(self.model.groups, tuned.groups, strict=True)
        return replace(
            self.made,
            model=chosen,
            judgement=verdict,
            changes=changes_of(self.model, tuned, what, fitted, good=self.good),
            limits=tuple((a, b) for a, b in groups if a != b),
            scale=tuned.scale,
            bands=_by_band(chosen, judged.pairs, "tuned" if better else "score"),
            bands_before=_by_band(before, judged.pairs, "score"),
            unset=unset,
        )

    def _fitted(self, wide: tuple[Signal, ...]) -> Sample:
        """The pairs that fit, with every way to read the signals."""
        among = None
        if self.model.roll_up is None:
            among = pl.concat(self.early)["customer"].unique()
        log = replace(self.log, model=replace(self.model, signals=wide))
        times = self.made.fitted.times
        _, found = score_times(log, lambda _: times, attributes_then=False, among=among)
        names = {s.name: s.name for s in wide}
        return sample_of(self.early, [(found, names)], self.model, good=self.good)

    def _judged(self, tuned: Model, what: Found, also: list[Signal]) -> tuple[Sample, list[str]]:
        """The pairs that judge, with the score of the tuned model in ``tuned`` and the measures of both
        models and of ``also``; and the columns of the measures of both.
        """
        own = [s.name for s in self.model.signals]
        read = {c.signal.name: c.column for c in what.chosen if c.column != c.signal.name}
        helpers = [s for s in also if s.name not in own]
        log = replace(self.log, model=replace(tuned, signals=(*tuned.signals, *helpers)))
        times = self.made.judged.times
        _, found = score_times(log, lambda _: times, attributes_then=False)
        scored = scores_at(found, "tuned")
        pairs = [
            f.join(scored, on=["customer", "as_of"], how="left", maintain_order="left")
            for f in self.late
        ]
        more = {s.name: s.name for s in helpers if s.name not in read.values()}
        measured = [(self.found, {n: n for n in own}), (found, {**read, **more})]
        return sample_of(pairs, measured, self.model, good=self.good), [*own, *read.values()]


def _bare(model: Model, *, free: bool) -> Model:
    """The model without what makes no score."""
    if model.variants:
        raise UsageError(
            "the model has variants: tune each of them as a model of its own, on its own customers"
        )
    if not free and not any(s.weight for s in model.signals):
        raise UsageError("all weights are 0, and zeroes are kept; --free lifts that")
    return replace(model, compare_us=None, risk=replace(model.risk, drop=None), lists=())


def _halves(
    frames: Sequence[pl.DataFrame], split: Split
) -> tuple[list[pl.DataFrame], list[pl.DataFrame]]:
    """The pairs that fit, by T, and those that judge, with ``share``."""
    customers = pl.concat(f.select("customer") for f in frames)["customer"].unique().sort()
    shares = pl.DataFrame([customers, shares_of(customers, split.seed)])
    early, late = [], []
    for frame in frames:
        placed = frame.join(shares, on="customer", how="left", maintain_order="left")
        at = frame["as_of"][0]
        if at in split.fit:
            early.append(placed.filter(pl.col("share") < 0.5))
        if at in split.judged:
            late.append(placed.filter(pl.col("share") >= 0.5))
    theirs = pl.concat(f.select("customer", "share") for f in early).unique().sort("share")
    if theirs.height > MOST:
        early = [f.filter(pl.col("share") < theirs["share"][MOST]) for f in early]
    return [f for f in early if f.height], [f for f in late if f.height]


def _by_band(model: Model, pairs: pl.DataFrame, column: str) -> pl.DataFrame:
    scored = pairs.select("customer", "outcome", pl.col(column).alias("score"))
    band = band_name(band_index(model.bands), model.bands)
    return by_band(scored.with_columns(band.alias("band")), [b.name for b in model.bands])
