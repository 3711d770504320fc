"""The fit against scikit-learn's, and against what makes it the best there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cesctl.tuning.logistic import Problem, fit, likelihood


def problem(seed: int, *, pairs: int = 600, times: int = 3) -> Problem:
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(pairs, 4)) + rng.normal(size=(pairs, 1)) * 0.5
    which = rng.integers(0, times, pairs)
    odds = columns @ np.array([1.0, -0.5, 0.0, 0.3]) + np.array([-1.0, 0.0, 1.0])[which]
    engaged = (rng.random(pairs) < 1.0 / (1.0 + np.exp(-odds))).astype(float)
    return Problem(columns, engaged, which, np.zeros(4), np.zeros(4))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("penalty", [0.5, 20.0])
def test_without_a_prior_as_scikit_learn(seed: int, penalty: float) -> None:
    """Its penalty takes no base per time: a column for each that is so large that it costs nothing."""
    own = problem(seed)
    made = fit(own, penalty)
    large = 1e4
    bases = np.eye(3)[own.times] * large
    theirs = LogisticRegression(
        C=1.0 / penalty, fit_intercept=False, tol=1e-10, max_iter=10_000, solver="newton-cholesky"
    ).fit(np.column_stack([own.columns, bases]), own.engaged)
    assert made.weights == pytest.approx(theirs.coef_[0][:4], abs=1e-4)
    assert made.base == pytest.approx(theirs.coef_[0][4:] * large, abs=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_signs_are_kept_and_what_is_at_0_would_go_beyond(seed: int) -> None:
    signs = np.array([-1.0, -1.0, 1.0, 1.0])
    own = replace(problem(seed), signs=signs)
    made = fit(own, 1.0)
    assert np.all(made.weights * signs >= 0.0)
    assert made.weights[0] == 0.0  # the log says the opposite
    for column in range(4):
        for step in (1e-3, -1e-3):
            moved = made.weights.copy()
            moved[column] += step
            if moved[column] * signs[column] >= 0.0:
                assert loss(own, moved, made.base) >= loss(own, made.weights, made.base) - 1e-6


def loss(own: Problem, weights: np.ndarray, base: np.ndarray, penalty: float = 1.0) -> float:
    return -likelihood(own, weights, base) + 0.5 * penalty * float(weights @ weights)


def test_a_large_penalty_leaves_the_proportions_of_the_prior() -> None:
    prior = np.array([1.0, -0.5, 0.5, 0.25])
    own = replace(problem(0), prior=prior)
    made = fit(own, 1e7)
    assert made.weights / made.trust == pytest.approx(prior, abs=1e-3)
    assert made.trust > 0.3  # and of such a size as suits the pairs
    assert fit(own, 1e-3).weights / made.trust != pytest.approx(prior, abs=0.05)


def test_a_prior_that_the_pairs_speak_against_is_worth_nothing() -> None:
    own = replace(problem(0), prior=np.array([-1.0, 0.5, 0.0, -0.3]))
    assert fit(own, 1e7).trust == pytest.approx(0.0, abs=1e-3)


def test_likelihood_of_odds_beyond_all_measure() -> None:
    own = Problem(
        np.array([[1e5], [-1e5]]), np.array([1.0, 1.0]), np.array([0, 0]), np.zeros(1), np.zeros(1)
    )
    assert likelihood(own, np.ones(1), np.zeros(1)) == -1e5
