"""Which window, half-life and cap of each signal foretell best, and which signals are needed at all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from cesctl.tuning.logistic import Fit, Problem, fit
from cesctl.tuning.settings import changes, shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cesctl.model.types import Model, Signal
    from cesctl.tuning.sample import Sample
    from cesctl.tuning.settings import Reading

    Floats = NDArray[np.float64]

SWEEPS = 4
PENALTIES = (1.0, 10.0, 100.0, 1000.0, 10_000.0)
FOLDS = 5
ENOUGH = 30  # customers with another than the usual value: of fewer a weight is not taken away
NEEDLESS = 1.0  # log-likelihood that a signal must be worth to stay (Akaike)
FIRST_PENALTY = 10.0
SIMPLER = 1.0  # log-likelihood that one more key to change must be worth


@dataclass(frozen=True)
class Chosen:
    """A signal as it is to be read, and the column of its measures. ``prior``: what its weight was, in
    log-odds per spread, up to a factor; ``sign``: see Problem.
    """

    signal: Signal
    column: str
    prior: float
    sign: float


@dataclass(frozen=True)
class Found:
    """``chosen``: the signals that stay, in the model's order; ``weights``: of each, in log-odds per unit of
    value. ``needless``: names of those that foretell nothing beyond the others; ``against``: of those that
    would have foretold with the other sign. ``penalty``: how much the fit leans on the weights before.
    """

    chosen: tuple[Chosen, ...]
    weights: Floats
    needless: tuple[str, ...]
    against: tuple[str, ...]
    penalty: float


class Search:
    """Looks for what is likeliest on a sample. The pairs of a customer are alike: a likelihood counts as if
    every customer were there once.
    """

    def __init__(
        self, model: Model, sample: Sample, ways: Mapping[str, Sequence[Reading]], *, free: bool
    ) -> None:
        self.model, self.sample, self.ways, self.free = model, sample, ways, free
        pairs = sample.pairs
        self.alike = pairs.height / max(pairs["customer"].n_unique(), 1)
        self.groups = {g.name: g.weight for g in model.groups}

    def found(self) -> Found:
        chosen = self._start()
        chosen, made = self._settings(chosen)
        chosen, needless = self._needed(chosen)
        penalty = self._penalty(chosen)
        problem = self._problem(chosen)
        made = fit(problem, penalty * self.alike)
        at_bound = [c for c, w in zip(chosen, made.weights, strict=True) if w == 0.0]
        against = [c.signal.name for c in at_bound]
        kept = [n for n, w in enumerate(made.weights) if w != 0.0]
        weights = made.weights / self._spreads(chosen)
        return Found(
            tuple(chosen[n] for n in kept),
            weights[kept],
            tuple(needless),
            tuple(against),
            penalty,
        )

    def _start(self) -> list[Chosen]:
        """The signals as they are: those with a weight, or all where every weight is free."""
        made = []
        parts = {n for s in self.model.signals if s.measure == "ratio" for n in (s.of, s.per)}
        for signal in self.model.signals:
            factor = self.groups.get(signal.group or "", 1.0)
            weight = signal.weight * factor
            if factor == 0.0 or (weight == 0.0 and (not self.free or signal.name in parts)):
                continue
            values = self.sample.values(signal, signal.name)
            spread = float(values.std())
            if spread == 0.0:  # the same for all: nothing can be said of it
                continue
            sign = 0.0 if self.free else math.copysign(1.0, weight)
            made.append(Chosen(signal, signal.name, weight * spread, sign))
        return made

    def _spreads(self, chosen: Sequence[Chosen]) -> Floats:
        return np.array([self._values(c).std() for c in chosen])

    def _values(self, chosen: Chosen) -> Floats:
        return self.sample.values(chosen.signal, chosen.column)

    def _problem(self, chosen: Sequence[Chosen]) -> Problem:
        columns = np.column_stack([self._values(c) for c in chosen])
        columns = columns / columns.std(axis=0)
        prior = np.array([c.prior for c in chosen])
        norm = float(np.abs(prior).max()) or 1.0
        return Problem(
            columns,
            self.sample.engaged,
            self.sample.times,
            prior / norm,
            np.array([c.sign for c in chosen]),
        )

    def _fit(self, chosen: Sequence[Chosen], start: Fit | None = None) -> Fit:
        return fit(self._problem(chosen), FIRST_PENALTY * self.alike, start)

    def _settings(self, chosen: list[Chosen]) -> tuple[list[Chosen], Fit]:
        """Changes how one signal after the other is read, where that is likelier by more than trying so many
        ways would give by chance.
        """
        made = self._fit(chosen)
        for _ in range(SWEEPS):
            before = list(chosen)
            for place in range(len(chosen)):
                other = self._better(chosen, place, made)
                if other is None:
                    continue
                tried = [*chosen[:place], other, *chosen[place + 1 :]]
                again = self._fit(tried, made)
                tries = len(self._ways(chosen[place].signal.name))
                if (again.likelihood - made.likelihood) / self.alike > 1.0 + math.log(tries):
                    chosen, made = tried, again
            if chosen == before:
                break
        return chosen, made

    def _ways(self, name: str) -> list[tuple[Signal, str]]:
        bounded = self.model.scale.method == "possible"
        return [
            (shape, way.column)
            for way in self.ways[name]
            for shape in shapes(way, self.sample.measures(way.column), bounded=bounded)
        ]

    def _better(self, chosen: Sequence[Chosen], place: int, made: Fit) -> Chosen | None:
        """The way to read one signal that promises most beside the others, and is simple."""
        own = chosen[place]
        ways = [
            w
            for w in self._ways(own.signal.name)
            if self.sample.values(*w).std() > 0.0 or w == (own.signal, own.column)
        ]
        if len(ways) < 2:
            return None
        columns = np.column_stack([self.sample.values(*w) for w in ways])
        columns /= np.maximum(columns.std(axis=0), 1e-300)
        gains = self._gains(chosen, place, made, columns) / self.alike
        original = self.ways[own.signal.name][0].signal
        worth = [g - SIMPLER * changes(w[0], original) for g, w in zip(gains, ways, strict=True)]
        best = int(np.argmax(worth))
        if ways[best] == (own.signal, own.column):
            return None
        signal, column = ways[best]
        return replace(own, signal=signal, column=column)

    def _gains(self, chosen: Sequence[Chosen], place: int, made: Fit, columns: Floats) -> Floats:
        """What each column would add to the log-likelihood in place of the signal there: by one step of
        Newton's method from the fit, with all other weights following.
        """
        problem = self._problem(chosen)
        odds = problem.columns @ made.weights + made.base[problem.times]
        share = expit(odds)
        weight = np.maximum(share * (1.0 - share), 1e-9)
        wanted = odds + (problem.engaged - share) / weight
        others = np.delete(problem.columns, place, axis=1)
        bases = np.eye(int(problem.times.max()) + 1)[problem.times]
        root = np.sqrt(weight)[:, None]
        basis, _ = np.linalg.qr(np.column_stack([others, bases]) * root)
        y = wanted * root[:, 0]
        y -= basis @ (basis.T @ y)
        x = columns * root
        x -= basis @ (basis.T @ x)
        along, length = x.T @ y, np.einsum("ij,ij->j", x, x)
        gains = 0.5 * along**2 / np.maximum(length, 1e-12)
        sign = chosen[place].sign
        if sign:
            gains[along * sign <= 0.0] = 0.0
        gains[length <= 1e-9 * problem.engaged.size] = 0.0
        return np.asarray(gains, dtype=np.float64)

    def _needed(self, chosen: list[Chosen]) -> tuple[list[Chosen], list[str]]:
        """Takes away, one by one, what the others tell as well; not of whom too few have it to tell."""
        needless: list[str] = []
        made = self._fit(chosen)
        kept_anyway: set[str] = set()
        while len(chosen) > 1:
            cost = self._costs(chosen, made)
            places = [
                n
                for n in np.argsort(cost)
                if cost[n] / self.alike < NEEDLESS and chosen[n].signal.name not in kept_anyway
            ]
            if not places:
                break
            place = int(places[0])
            name = chosen[place].signal.name
            fewer = [*chosen[:place], *chosen[place + 1 :]]
            again = self._fit(fewer)
            worth = (made.likelihood - again.likelihood) / self.alike
            if worth < NEEDLESS and self._enough(chosen[place]):
                needless.append(name)
                chosen, made = fewer, again
            else:
                kept_anyway.add(name)
        return chosen, needless

    def _enough(self, chosen: Chosen) -> bool:
        values = self._values(chosen)
        found, counts = np.unique(values, return_counts=True)
        unusual = values != found[int(np.argmax(counts))]
        return self.sample.pairs["customer"].filter(unusual).n_unique() >= ENOUGH

    def _costs(self, chosen: Sequence[Chosen], made: Fit) -> Floats:
        """About what each signal is worth beside the others, in log-likelihood (Wald)."""
        problem = self._problem(chosen)
        share = expit(problem.columns @ made.weights + made.base[problem.times])
        weight = share * (1.0 - share)
        bases = np.eye(int(problem.times.max()) + 1)[problem.times]
        whole = np.column_stack([problem.columns, bases])
        spread = np.linalg.pinv(whole.T @ (whole * weight[:, None]))
        own = np.diag(spread)[: len(chosen)]
        return np.asarray(0.5 * made.weights**2 / np.maximum(own, 1e-12), dtype=np.float64)

    def _penalty(self, chosen: Sequence[Chosen]) -> float:
        """How much to lean on the weights before: what is likeliest for customers that a fit has not seen."""
        problem = self._problem(chosen)
        fold = self.sample.folds(FOLDS)
        losses = []
        for penalty in PENALTIES:
            total = 0.0
            for n in range(FOLDS):
                seen = problem.rows(fold != n)
                if seen.engaged.size == 0 or fold[fold == n].size == 0:
                    continue
                made = fit(seen, penalty * self.alike)
                unseen = problem.rows(fold == n)
                base = _padded(made.base, int(unseen.times.max()) + 1)
                odds = unseen.columns @ made.weights + base[unseen.times]
                total += float(np.sum(np.logaddexp(0.0, odds) - unseen.engaged * odds))
            losses.append(total)
        return PENALTIES[int(np.argmin(losses))]


def _padded(base: Floats, length: int) -> Floats:
    """A time of which a fold has no pair is as the mean of the others."""
    missing = max(length - base.size, 0)
    return np.concatenate([base, np.full(missing, base.mean())])
