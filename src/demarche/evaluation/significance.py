"""Paired tests of two models on the same statements."""

import numpy as np
from numpy.typing import NDArray

from demarche.evaluation.metrics import macro_f1

ROUNDS = 10_000


def paired_test(
    truth: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64], seed: int = 0
) -> float:
    """Test whether two models differ in macro-F1, by approximate randomisation.

    In each round the two verdicts on a statement change places with probability one half;
    the p-value is the share of rounds whose difference is at least the one seen, that one
    counted in (Noreen 1989; Yeh 2000).

    Parameters
    ----------
    truth, first, second : ndarray of int, length n
        Stance indices of the same n statements.

    Returns
    -------
    float
        The two-sided p-value, from 1 / (ROUNDS + 1) to 1.
    """
    seen = abs(macro_f1(truth, first) - macro_f1(truth, second))
    swap = np.random.default_rng(seed).random((ROUNDS, len(truth))) < 0.5
    left = macro_f1(truth[None], np.where(swap, second, first))
    right = macro_f1(truth[None], np.where(swap, first, second))
    # A hair's breadth below, so that rounding does not part equal differences.
    return float((1 + np.sum(np.abs(left - right) >= seen - 1e-12)) / (ROUNDS + 1))
