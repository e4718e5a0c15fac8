"""Calibration: whether a confidence of .8 is right eight times of ten.

The confidence of a verdict is its probability, the highest of the four (top-label calibration).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, rankdata

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

DRAWS = 1000


@dataclass(frozen=True)
class Bin:
    """Verdicts of similar confidence: one point of a reliability diagram.

    Attributes
    ----------
    confidence : float
        Mean confidence.
    accuracy : float
        Share of right verdicts.
    low, high : float
        95 % Wilson interval of the accuracy.
    n : int
    """

    confidence: float
    accuracy: float
    low: float
    high: float
    n: int


def reliability(confidences: Floats, correct: Flags, bins: int | None = None) -> list[Bin]:
    """Tabulate accuracy by confidence, in bins of equal mass.

    Parameters
    ----------
    confidences : ndarray of float, length n
    correct : ndarray of bool, length n
    bins : int, optional
        The cube root of n unless told otherwise (139 statements: 5 bins of 28). More bins see
        finer errors, but the chance deviation of each is counted as miscalibration; the bias of
        the two together is least near the cube root (Futami and Fujisawa 2024).

    Returns
    -------
    list of Bin
        From the least to the most confident. Equal confidences are never parted, so there may
        be fewer bins than asked for, and none for n = 0.
    """
    places = _bins(confidences, bins)
    found = []
    for place in np.unique(places):
        members = places == place
        right, n = int(correct[members].sum()), int(members.sum())
        low, high = wilson(right, n)
        found.append(Bin(float(confidences[members].mean()), right / n, low, high, n))
    return found


def expected_calibration_error(
    confidences: Floats, correct: Flags, bins: int | None = None
) -> float | None:
    """Compute the expected calibration error (Naeini et al. 2015; top-label, Guo et al. 2017).

    The mean distance of confidence and accuracy over the bins of `reliability`, weighted by
    their size; the original has bins of equal width, most of which few statements leave empty.

    Parameters
    ----------
    confidences : ndarray of float, length n
    correct : ndarray of bool, length n
    bins : int, optional
        See `reliability`.

    Returns
    -------
    float or None
        From 0 to 1; None for n = 0.
    """
    if not len(confidences):
        return None
    return float(_ece(confidences, correct[None], _bins(confidences, bins))[0])


def calibration_error_by_chance(
    confidences: Floats, bins: int | None = None, seed: int = 0
) -> float | None:
    """Compute the calibration error that a perfectly calibrated model would show on average.

    Few statements deviate from their confidence by chance alone, so that the error of the best
    model is not 0. Right and wrong are drawn from the confidences themselves (consistency
    resampling, Bröcker and Smith 2007).

    Parameters
    ----------
    confidences : ndarray of float, length n
    bins : int, optional
        See `reliability`.
    seed : int

    Returns
    -------
    float or None
        From 0 to 1; None for n = 0.
    """
    if not len(confidences):
        return None
    drawn = np.random.default_rng(seed).random((DRAWS, len(confidences))) < confidences
    return float(_ece(confidences, drawn, _bins(confidences, bins)).mean())


def brier_score(probabilities: Floats, truth: Indices) -> float | None:
    """Compute the multi-class Brier score (Brier 1950).

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, classes)
    truth : ndarray of int, length n
        Column of each row's class.

    Returns
    -------
    float or None
        The mean over rows of the squared distance to the truth, summed over classes: 0 (sure
        and right) to 2 (sure and wrong); None for n = 0.
    """
    if not len(truth):
        return None
    target = np.eye(probabilities.shape[1])[truth]
    return float(((probabilities - target) ** 2).sum(axis=1).mean())


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Compute the 95 % Wilson interval of a share, n > 0."""
    found = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


def _bins(confidences: Floats, bins: int | None) -> Indices:
    """Give the bin of each confidence, by its rank; equal ones share their mean rank."""
    count = bins or round(len(confidences) ** (1 / 3))
    ranks = rankdata(confidences) - 0.5
    return np.floor(ranks * count / len(confidences)).astype(np.int64)


def _ece(confidences: Floats, correct: Flags, places: Indices) -> Floats:
    """Compute the error of m outcomes, shape (m, n), of the same confidences."""
    members = np.equal.outer(places, np.unique(places)).astype(np.float64)
    gaps: Floats = np.abs((confidences - correct) @ members).sum(axis=1) / len(confidences)
    return gaps
