"""Which window, half-life and cap of each signal foretell best, and which signals are needed at all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from cesctl.model.most_points import greatest_value
from cesctl.tuning.logistic import Fit, Problem, fit, likelihood
from cesctl.tuning.sample import spread_of
from cesctl.tuning.settings import changes, factors, parts_of_ratios, shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cesctl.model.types import Model, Signal
    from cesctl.tuning.sample import Sample
    from cesctl.tuning.settings import Reading

    Floats = NDArray[np.float64]

SWEEPS = 4
GAIN = 0.5  # log-likelihood of unseen customers that another way to read a signal must gain
PENALTIES = (1.0, 10.0, 100.0, 1000.0, 10_000.0)
FOLDS = 5
ENOUGH = 30  # customers with another than the usual value: of fewer a weight is not taken away
LOST = 0.005  # of what all signals together tell, that may be lost to have fewer
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
    ``apart``: by name, why a signal is not in the fit.
    """

    chosen: tuple[Chosen, ...]
    weights: Floats
    needless: tuple[str, ...]
    against: tuple[str, ...]
    penalty: float
    apart: Mapping[str, str]


class Search:
    """Looks for what is likeliest on a sample. The pairs of a customer are alike: a likelihood counts as if
    every customer were there once.
    """

    def __init__(
        self, model: Model, sample: Sample, ways: Mapping[str, Sequence[Reading]], *, free: bool
    ) -> None:
        self.model, self.sample, self.ways, self.free = model, sample, ways, free
        self.alike = _alike(sample)
        self.apart: dict[str, str] = {}

    def found(self) -> Found:
        chosen = self._start()
        chosen = self._settings(chosen)
        chosen, penalty, needless = self._needed(chosen)
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
            self.apart,
        )

    def _start(self) -> list[Chosen]:
        """The signals as they are: those with a weight, or all where every weight is free."""
        made = []
        bounded = self.model.scale.method == "possible"
        parts, multiplied = parts_of_ratios(self.model), factors(self.model)
        for signal in self.model.signals:
            factor = multiplied[signal.name]
            weight = signal.weight * factor
            if factor == 0.0:
                self.apart[signal.name] = "its group has weight 0: as it was"
                continue
            if weight == 0.0 and (not self.free or signal.name in parts):
                self.apart[signal.name] = "a weight of 0 stays"
                continue
            values = self.sample.values(signal, signal.name)
            spread = spread_of(values)
            if spread == 0.0:
                self.apart[signal.name] = "the same for all who fit: as it was"
                continue
            sign = 0.0 if self.free else math.copysign(1.0, weight)
            if sign == 0.0 and bounded and greatest_value(signal) == math.inf:
                sign = -math.copysign(1.0, factor)  # it has no most, which the scale asks for
            made.append(Chosen(signal, signal.name, weight * spread, sign))
        return made

    def _spreads(self, chosen: Sequence[Chosen]) -> Floats:
        return np.array([spread_of(self._values(c)) for c in chosen])

    def _values(self, chosen: Chosen) -> Floats:
        return self.sample.values(chosen.signal, chosen.column)

    def _problem(self, chosen: Sequence[Chosen]) -> Problem:
        columns = np.empty((self.sample.pairs.height, len(chosen)))
        for n, one in enumerate(chosen):
            values = self._values(one)
            columns[:, n] = values / spread_of(values)
        prior = np.array([c.prior for c in chosen])
        norm = float(np.abs(prior).max(initial=0.0)) or 1.0
        return Problem(
            columns,
            self.sample.engaged,
            self.sample.times,
            prior / norm,
            np.array([c.sign for c in chosen]),
        )

    def _fit(self, chosen: Sequence[Chosen], start: Fit | None = None) -> Fit:
        return fit(self._problem(chosen), FIRST_PENALTY * self.alike, start)

    def _settings(self, chosen: list[Chosen]) -> list[Chosen]:
        """Changes how one signal after the other is read, where that tells better of customers that a fit has
        not seen.
        """
        made, least = self._fit(chosen), self._unseen_loss(chosen, FIRST_PENALTY)
        for _ in range(SWEEPS):
            before = list(chosen)
            for place in range(len(chosen)):
                other = self._better(chosen, place, made)
                if other is None:
                    continue
                tried = [*chosen[:place], other, *chosen[place + 1 :]]
                loss = self._unseen_loss(tried, FIRST_PENALTY)
                if (least - loss) / self.alike > GAIN:
                    chosen, made, least = tried, self._fit(tried, made), loss
            if chosen == before:
                break
        return chosen

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
        tried = [(w, self.sample.values(*w, keep=False)) for w in self._ways(own.signal.name)]
        tried = [(w, v) for w, v in tried if spread_of(v) > 0.0]
        ways = [w for w, _ in tried]
        if len(ways) < 2:
            return None
        columns = np.column_stack([v / spread_of(v) for _, v in tried])
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

    def _needed(self, chosen: list[Chosen]) -> tuple[list[Chosen], float, list[str]]:
        """The fewest signals that tell customers apart about as well as any, of customers that a fit has not
        seen; how much to lean on the weights before; and the names of those that are left out. A signal that
        too few have to say anything of it stays.
        """
        tried = [chosen]
        while len(tried[-1]) > 1:
            own = tried[-1]
            cost = self._costs(own, self._fit(own))
            place = next((n for n in np.argsort(cost) if self._enough(own[n])), None)
            if place is None:
                break
            tried.append([c for n, c in enumerate(own) if n != place])
        penalty = self._penalty(chosen)
        losses = [self._unseen_loss(own, penalty) for own in tried]
        worst = self._unseen_loss([], penalty)
        best = min(losses)
        most = best + LOST * max(worst - best, 0.0)
        kept = next(
            own for own, loss in reversed(list(zip(tried, losses, strict=True))) if loss <= most
        )
        names = {c.signal.name for c in kept}
        return (
            kept,
            self._penalty(kept),
            [c.signal.name for c in chosen if c.signal.name not in names],
        )

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
        return min(PENALTIES, key=lambda penalty: self._unseen_loss(chosen, penalty))

    def _unseen_loss(self, chosen: Sequence[Chosen], penalty: float) -> float:
        """The loss (less the log-likelihood) for the customers of each fold by a fit to the others."""
        problem = self._problem(chosen)
        fold = self.sample.folds(FOLDS)
        total = 0.0
        for n in range(FOLDS):
            seen, unseen = problem.rows(fold != n), problem.rows(fold == n)
            if not seen.engaged.size or not unseen.engaged.size:
                continue
            made = fit(seen, penalty * self.alike)
            base = _padded(made.base, int(unseen.times.max()) + 1)
            total -= likelihood(unseen, made.weights, base)
        return total


def _alike(sample: Sample) -> float:
    """Pairs per customer, of those that are fewer: with the outcome, or without."""
    customers = sample.pairs["customer"]
    sides = [customers.filter(sample.engaged == side) for side in (0.0, 1.0)]
    fewer = min(sides, key=len)
    return len(fewer) / max(fewer.n_unique(), 1)


def _padded(base: Floats, length: int) -> Floats:
    """The latest times, of which a fold has no pair, are as the mean of the others."""
    missing = max(length - base.size, 0)
    return np.concatenate([base, np.full(missing, base.mean())])
