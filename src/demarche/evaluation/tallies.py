"""Tallies: how often each pair of gold stance and verdict occurs, unit by unit.

A unit is what is drawn as a whole: a statement, or a cluster of statements (an article, a
speaker). Bootstrap and randomisation add units up, so that a resample costs a row of a matrix
product, not a pass over the statements.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.stance import STANCES

CELLS = len(STANCES) ** 2
"""Cells of a confusion matrix, flattened: gold in rows, verdicts in columns."""

Indices = NDArray[np.int64]
Tallies = NDArray[np.float64]


def tally(truth: Indices, verdicts: Indices) -> Tallies:
    """Tally each statement: a one in the cell of its gold stance and verdict.

    Parameters
    ----------
    truth, verdicts : ndarray of int, shape (..., n)
        Stance indices.

    Returns
    -------
    ndarray of shape (..., n, CELLS)
    """
    return np.asarray(np.eye(CELLS)[truth * len(STANCES) + verdicts], dtype=np.float64)


def by_cluster(tallies: Tallies, clusters: NDArray[Any]) -> Tallies:
    """Add up the tallies of each cluster's statements.

    Parameters
    ----------
    tallies : ndarray of shape (..., n, CELLS)
    clusters : array of length n
        The name of each statement's cluster.

    Returns
    -------
    ndarray of shape (..., clusters, CELLS)
        In the order of the clusters' names.
    """
    names, members = np.unique(clusters, return_inverse=True)
    belongs = members == np.arange(len(names))[:, None]
    return np.asarray(belongs.astype(np.float64) @ tallies)


def macro_f1(tallies: Tallies) -> NDArray[np.float64]:
    """Compute macro-F1 of tallies that are summed over units.

    The mean is over the stances that occur in truth or verdicts, as scikit-learn's
    ``f1_score(average="macro")`` has it.

    Parameters
    ----------
    tallies : ndarray of shape (..., CELLS)

    Returns
    -------
    ndarray of shape (...)
    """
    matrix = _matrix(tallies)
    total = matrix.sum(axis=-1) + matrix.sum(axis=-2)
    occurs = total > 0
    f1 = 2 * np.diagonal(matrix, axis1=-2, axis2=-1) / np.where(occurs, total, 1)
    with np.errstate(invalid="ignore"):  # of no verdicts it is not a number
        return np.asarray(f1.sum(axis=-1) / occurs.sum(axis=-1))


def accuracy(tallies: Tallies) -> NDArray[np.float64]:
    """Compute the accuracy of tallies that are summed over units: (..., CELLS) to (...)."""
    matrix = _matrix(tallies)
    return np.asarray(np.trace(matrix, axis1=-2, axis2=-1) / matrix.sum(axis=(-2, -1)))


def _matrix(tallies: Tallies) -> Tallies:
    return tallies.reshape(*tallies.shape[:-1], len(STANCES), len(STANCES))
