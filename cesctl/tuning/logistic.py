"""Logistic regression that keeps signs, and leans on weights that were there before.

scikit-learn's has neither bounds nor a centre of its own; both are two lines for an optimiser that has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FINE = 1e-9  # relative, of the loss, at which the search for its least ends
STEPS = 500


@dataclass(frozen=True)
class Fit:
    """``weights``: one per column, in log-odds per unit of it. ``base``: one per time, the log-odds where all
    columns are 0; of one without pairs the mean of the others. ``trust``: what the prior is multiplied by.
    ``likelihood``: the log of it, without penalty.
    """

    weights: Floats
    base: Floats
    trust: float
    likelihood: float


@dataclass(frozen=True)
class Problem:
    """``columns``: one row per pair, one column per signal, of a spread of about 1. ``engaged``: 1 for what
    high scores should foretell, else 0. ``times``: which T a pair is of, from 0. ``prior``: a weight per
    column, up to a common factor. ``signs``: 1, -1, or 0 for either, per column.
    """

    columns: Floats
    engaged: Floats
    times: NDArray[np.intp]
    prior: Floats
    signs: Floats

    def rows(self, chosen: NDArray[np.bool_]) -> Problem:
        return Problem(
            self.columns[chosen],
            self.engaged[chosen],
            self.times[chosen],
            self.prior,
            self.signs,
        )


def fit(problem: Problem, penalty: float, start: Fit | None = None) -> Fit:
    """The weights of the greatest penalised likelihood: ``penalty`` / 2 for each unit squared by which a
    weight is off the prior, times whatever factor of 0 or more suits it best. Each time has a base of its
    own, so that only pairs of the same T are told apart.
    """
    x, y, times = problem.columns, problem.engaged, problem.times
    count, own = x.shape[1], int(times.max()) + 1

    def loss(values: Floats) -> tuple[float, Floats]:
        weights, base, trust = values[:count], values[count : count + own], values[-1]
        odds = x @ weights + base[times]
        # log(1 + e^odds) - y odds, without overflow
        found = float(np.sum(np.logaddexp(0.0, odds) - y * odds))
        off = weights - trust * problem.prior
        missed = expit(odds) - y
        slope = np.empty_like(values)
        slope[:count] = x.T @ missed + penalty * off
        slope[count : count + own] = np.bincount(times, weights=missed, minlength=own)
        slope[-1] = -penalty * float(off @ problem.prior)
        return found + 0.5 * penalty * float(off @ off), slope

    bounds = [
        (None, None) if s == 0 else (0.0, None) if s > 0 else (None, 0.0) for s in problem.signs
    ]
    bounds += [(None, None)] * own + [(0.0, None)]
    first = np.zeros(count + own + 1)
    if start is not None:
        first[:count], first[count:-1], first[-1] = start.weights, start.base, start.trust
    made = minimize(
        loss,
        first,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": STEPS, "ftol": FINE, "gtol": 1e-6, "maxcor": 20},
    )
    values = made.x
    weights, base = values[:count], values[count:-1]
    there = np.bincount(times, minlength=own) > 0
    base = np.where(there, base, base[there].mean())
    return Fit(weights, base, float(values[-1]), likelihood(problem, weights, base))


def likelihood(problem: Problem, weights: Floats, base: Floats) -> float:
    odds = problem.columns @ weights + base[problem.times]
    return -float(np.sum(np.logaddexp(0.0, odds) - problem.engaged * odds))
