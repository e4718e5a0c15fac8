"""The linear head that the models share: logistic regression, its strength and scaling chosen.

Both are chosen by inner grouped cross-validation: real groups (events) are held out in turn
where there are two or more, else thirds of the synthetic groups (writers).
"""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, issparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from demarche.errors import DataError
from demarche.models.protocol import align
from demarche.models.scaling import fit_scaling, scale
from demarche.records import Hints
from demarche.stance import STANCES

Matrix = NDArray[np.floating[Any]] | csr_matrix
Indices = NDArray[np.int64]


def fit_linear(
    X: Matrix,
    y: Indices,
    strength: float,
    seed: int,
    weights: NDArray[np.float64] | None = None,
) -> LogisticRegression:
    """Fit a multinomial logistic regression.

    Parameters
    ----------
    X : matrix of shape (n, d)
    y : ndarray of int, length n
    strength : float
        ``C``, the inverse of the L2 penalty's weight.
    weights : ndarray of float, length n, optional
        What each row counts.

    Raises
    ------
    DataError
        If the labels are all the same.
    """
    if len(np.unique(y)) < 2:
        raise DataError(f"all {len(y)} training rows are {STANCES[y[0]]}; two stances are needed")
    model = LogisticRegression(C=strength, max_iter=200, tol=1e-3, random_state=seed)
    # On sparse rows the threads of BLAS only wait for each other.
    threads = threadpool_limits(1 if issparse(X) else None, user_api="blas")
    with threads, warnings.catch_warnings():
        # The last digits of the optimum don't move a verdict.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y, sample_weight=weights)


def inner_folds(hints: Hints | None, n: int) -> Iterator[tuple[Indices, Indices]]:
    """Give (training rows, validation rows) of the inner cross-validation.

    Real rows are judged where they are statements, as the headline figures do. Where nothing
    is known of the rows, each row is a group of its own.
    """
    if hints is None:
        groups, real = np.arange(n).astype(str), np.zeros(n, dtype=bool)
    else:
        groups = np.array([example.group for example in hints.examples])
        real = np.array([not example.synthetic for example in hints.examples])
    events = np.unique(groups[real])
    if len(events) >= 2:
        assert hints is not None  # noqa: S101 - only hints say that a row is real
        statement = np.array([example.mode != "narration" for example in hints.examples])
        for event in events:
            held_out = real & (groups == event)
            yield np.flatnonzero(~held_out), np.flatnonzero(held_out & statement)
    elif len(np.unique(groups)) >= 3:
        yield from GroupKFold(n_splits=3).split(groups, groups=groups)


def fit_chosen(
    X: Matrix,
    y: Indices,
    strengths: Sequence[float],
    hints: Hints | None,
    seed: int,
    weights: NDArray[np.float64] | None = None,
) -> LogisticRegression:
    """Fit with the best of several strengths, then scale the logits (`demarche.models.scaling`).

    Both are chosen for the least log loss over the pooled inner validation rows. Log loss,
    because on some hundred rows it varies less by chance than macro-F1 does. Where no inner
    fold can be made, the first strength is taken and nothing is scaled.

    Parameters
    ----------
    X : matrix of shape (n, d)
    y : ndarray of int, length n
    strengths : sequence of float
        Ascending; of equals the smallest wins.
    weights : ndarray of float, length n, optional
        What each row counts in fitting.

    Raises
    ------
    DataError
        If the labels are all the same.
    """
    every = np.ones(len(y)) if weights is None else weights
    folds = [fold for fold in inner_folds(hints, len(y)) if len(np.unique(y[fold[0]])) > 1]
    if not folds:
        return fit_linear(X, y, strengths[0], seed, every)
    truth = np.concatenate([y[held_out] for _, held_out in folds])
    answers, losses = [], []
    for strength in tqdm(strengths, desc="inner validation", leave=False, disable=None):
        # Each fit starts from nothing: one that starts from another fold's has seen its rows.
        parts = []
        for train, held_out in folds:
            model = fit_linear(X[train], y[train], strength, seed, every[train])
            parts.append(align(model.predict_proba(X[held_out]), model.classes_))
        answers.append(np.concatenate(parts))
        losses.append(log_loss(truth, answers[-1], labels=range(len(STANCES))))
    best = int(np.argmin(losses))
    head = fit_linear(X, y, strengths[best], seed, every)
    return scale(head, fit_scaling(answers[best], truth))


def logit_weights(head: LogisticRegression) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give each class its own weights and intercept; of two classes scikit-learn keeps one row.

    Returns
    -------
    weights : ndarray of shape (k, d)
    intercepts : ndarray of shape (k,)
    """
    if len(head.classes_) > 2:
        return head.coef_, head.intercept_
    return np.vstack([0 * head.coef_, head.coef_]), np.append(0.0, head.intercept_)
