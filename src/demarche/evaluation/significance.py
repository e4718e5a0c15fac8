"""Paired tests of two models on the same statements, and their correction for many pairs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.evaluation.tallies import Tallies, macro_f1

ROUNDS = 10_000
AT_ONCE = 1000
"""Rounds whose swaps are held in memory at a time."""


def swapped(tallies: Tallies, seed: int = 0) -> Tallies:
    """Draw half of the units, anew in each round, and add them up.

    As with `demarche.evaluation.bootstrap.resampled`, the draws depend on the number of units
    and the seed alone.

    Parameters
    ----------
    tallies : ndarray of shape (..., units, CELLS)

    Returns
    -------
    ndarray of shape (..., ROUNDS, CELLS)
    """
    rng = np.random.default_rng(seed)
    parts = []
    for start in range(0, ROUNDS, AT_ONCE):
        rounds = min(AT_ONCE, ROUNDS - start)
        swap = rng.random((rounds, tallies.shape[-2])) < 0.5
        parts.append(swap.astype(np.float64) @ tallies)
    return np.concatenate(parts, axis=-2)


def paired_tests(models: Sequence[Tallies], seed: int = 0) -> NDArray[np.float64]:
    """Test of each pair of models whether they differ in macro-F1, by approximate randomisation.

    In each round the two models' verdicts on a unit change places with probability one half;
    the p-value is the share of rounds whose difference is at least the one seen, that one
    counted in (Noreen 1989; Yeh 2000). Where a model was trained several times, its figure is
    the mean over its runs, and each of its runs changes places with each of the other model's.
    The test is of these runs on other statements; it does not speak of further seeds.

    Parameters
    ----------
    models : sequence of k ndarray of shape (runs, units, CELLS)
        Tallies of the same units in the same order; the numbers of runs may differ.

    Returns
    -------
    ndarray of shape (k, k)
        Two-sided p-values, from 1 / (ROUNDS + 1) to 1, not corrected for their number.
    """
    p_values = np.ones((len(models), len(models)))
    halves = [_Halves.of(model, seed) for model in models]
    for i, first in enumerate(halves):
        for j, second in enumerate(halves[:i]):
            p_values[i, j] = p_values[j, i] = _p_value(first, second)
    return p_values


@dataclass(frozen=True)
class _Halves:
    """A model's tallies summed over units: all of them, those that stay, those that go.

    Shapes (runs, 1, CELLS) and twice (runs, ROUNDS, CELLS).
    """

    whole: Tallies
    kept: Tallies
    given: Tallies

    @classmethod
    def of(cls, tallies: Tallies, seed: int) -> "_Halves":
        whole = tallies.sum(axis=-2, keepdims=True)
        given = swapped(tallies, seed)
        return cls(whole, whole - given, given)


def _p_value(first: _Halves, second: _Halves) -> float:
    seen = abs(macro_f1(first.whole).mean() - macro_f1(second.whole).mean())
    differences = [
        macro_f1(kept + taken) - macro_f1(others + given)
        for kept, given in zip(first.kept, first.given, strict=True)
        for others, taken in zip(second.kept, second.given, strict=True)
    ]
    # A hair's breadth below, so that rounding does not part equal differences.
    as_large = np.abs(np.mean(differences, axis=0)) >= seen - 1e-12
    return float((1 + as_large.sum()) / (ROUNDS + 1))


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjust p-values for their number.

    Holm's step-down method: when nothing differs, the chance that any adjusted p-value is .05
    or less is at most .05, whichever is looked at ("A Simple Sequentially Rejective Multiple
    Test Procedure", Scandinavian Journal of Statistics 6, 1979).

    Parameters
    ----------
    p_values : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n,)
        At most 1.
    """
    order = np.argsort(p_values)
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def holm_of_pairs(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjust the p-values of all pairs for their number, by `holm`.

    Parameters
    ----------
    p_values : ndarray of shape (k, k)
        Symmetric, as `paired_tests` gives them.

    Returns
    -------
    ndarray of shape (k, k)
        At most 1; ones on the diagonal.
    """
    pairs = np.triu_indices(len(p_values), 1)
    result = np.ones_like(p_values)
    result[pairs] = holm(p_values[pairs])
    return np.minimum(result, result.T)
