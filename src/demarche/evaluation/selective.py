"""Selective classification: how often a model errs if it answers only where it is confident.

Verdicts of equal confidence count as if answered in random order: the figures are their
expectation, so that the order of the rows does not matter.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def risk_coverage(confidences: Floats, correct: Flags) -> tuple[Floats, Floats]:
    """Compute the risk-coverage curve (El-Yaniv and Wiener 2010).

    Parameters
    ----------
    confidences : ndarray of float, length n
    correct : ndarray of bool, length n

    Returns
    -------
    coverage : ndarray, length n
        Share of verdicts that are answered, the most confident first: 1/n to 1.
    risk : ndarray, length n
        Share of the answered that are wrong.
    """
    _, group, sizes = np.unique(-confidences, return_inverse=True, return_counts=True)
    errors = np.bincount(group, weights=~correct, minlength=len(sizes)) / sizes
    answered = np.arange(1, len(confidences) + 1)
    return answered / max(len(confidences), 1), np.cumsum(np.repeat(errors, sizes)) / answered


def area_under_risk_coverage(confidences: Floats, correct: Flags) -> float | None:
    """Compute the area under the risk-coverage curve (AURC; Geifman et al. 2019).

    Parameters
    ----------
    confidences : ndarray of float, length n
    correct : ndarray of bool, length n

    Returns
    -------
    float or None
        The mean risk over all n coverages: smaller is better, and a confidence that says nothing
        gives the error rate; None for n = 0.
    """
    _, risk = risk_coverage(confidences, correct)
    return float(risk.mean()) if len(risk) else None


def accuracy_at_coverage(confidences: Floats, correct: Flags, coverage: float) -> float | None:
    """Compute the accuracy of the most confident verdicts.

    Parameters
    ----------
    confidences : ndarray of float, length n
    correct : ndarray of bool, length n
    coverage : float
        The share that is answered, above 0, at most 1; rounded up to whole verdicts.

    Returns
    -------
    float or None
        None for n = 0.
    """
    _, risk = risk_coverage(confidences, correct)
    return float(1 - risk[math.ceil(coverage * len(risk)) - 1]) if len(risk) else None
