"""Metrics of held-out predictions, in all and by slice.

A table of predictions has one row a sentence with the columns ``id``, ``article``, ``mode``,
``speaker``, ``side``, ``stance`` (gold), ``also`` (gold, may be null), ``predicted``, and one
column of probabilities for each stance (`PROBABILITY_COLUMNS`).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import bootstrap
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from demarche.stance import INDEX, STANCES

PROBABILITY_COLUMNS = tuple(f"p_{stance}" for stance in STANCES)
SLICES = ("article", "mode", "side")
RESAMPLES = 2000
SMALLEST = np.finfo(np.float64).eps
"""Probabilities are raised to this before their logarithm is taken, as scikit-learn does."""

Indices = NDArray[np.int64]


def macro_f1(truth: Indices, verdicts: Indices) -> NDArray[np.float64]:
    """Compute macro-F1 along the last axis, for many resamples at once.

    The mean is over the stances that occur in truth or verdicts, as scikit-learn's
    ``f1_score(average="macro")`` has it.

    Parameters
    ----------
    truth, verdicts : ndarray of int, shape (..., n)
        Stance indices.

    Returns
    -------
    ndarray of shape (...)
    """
    scores = []
    for column in range(len(STANCES)):
        true, said = truth == column, verdicts == column
        hits = (true & said).sum(axis=-1)
        total = true.sum(axis=-1) + said.sum(axis=-1)
        with np.errstate(invalid="ignore"):
            scores.append(2 * hits / total)
    return np.asarray(np.nanmean(scores, axis=0))


def interval(truth: Indices, verdicts: Indices, seed: int = 0) -> tuple[float, float] | None:
    """Compute the 95 % percentile bootstrap interval of macro-F1, resampling statements.

    Parameters
    ----------
    truth, verdicts : ndarray of int, length n

    Returns
    -------
    (low, high) or None
        None for fewer than two rows, where no interval is defined.
    """
    if len(truth) < 2:
        return None

    def statistic(rows: Indices, axis: int) -> NDArray[np.float64]:  # noqa: ARG001
        return macro_f1(truth[rows], verdicts[rows])

    found = bootstrap(
        (np.arange(len(truth)),),
        statistic,
        n_resamples=RESAMPLES,
        vectorized=True,
        axis=-1,
        method="percentile",
        rng=seed,
    ).confidence_interval
    return float(found.low), float(found.high)


def indices(column: pd.Series) -> Indices:
    """Turn a column of stances into stance indices."""
    return np.array([INDEX[stance] for stance in column], dtype=np.int64)


def score(predictions: pd.DataFrame) -> dict[str, Any]:
    """Compute every metric of a table of predictions (not empty).

    Returns
    -------
    dict
        ``n``, ``macro_f1``, ``macro_f1_interval`` (95 %), ``accuracy``,
        ``lenient_accuracy`` (a verdict that equals ``also`` counts), ``log_loss`` (nats),
        ``per_class`` (precision, recall, f1, support), ``confusion`` (rows gold, columns
        predicted, in the order of `STANCES`).
    """
    truth, verdicts = indices(predictions["stance"]), indices(predictions["predicted"])
    probabilities = predictions[list(PROBABILITY_COLUMNS)].to_numpy()
    of_truth = np.take_along_axis(probabilities, truth[:, None], axis=1)[:, 0]
    also = (predictions["predicted"] == predictions["also"]).to_numpy()
    columns = list(range(len(STANCES)))
    per_class = precision_recall_fscore_support(truth, verdicts, labels=columns, zero_division=0)
    names = ("precision", "recall", "f1", "support")
    return {
        "n": len(predictions),
        "macro_f1": float(macro_f1(truth, verdicts)),
        "macro_f1_interval": interval(truth, verdicts),
        "accuracy": float((truth == verdicts).mean()),
        "lenient_accuracy": float(((truth == verdicts) | also).mean()),
        "log_loss": float(-np.log(np.maximum(of_truth, SMALLEST)).mean()),
        "per_class": {
            stance: {
                name: values[column].item() for name, values in zip(names, per_class, strict=True)
            }
            for column, stance in enumerate(STANCES)
        },
        "confusion": confusion_matrix(truth, verdicts, labels=columns).tolist(),
    }


def evaluate(predictions: pd.DataFrame) -> dict[str, Any]:
    """Score held-out predictions: statements (the headline), all sentences, and every slice.

    Returns
    -------
    dict
        ``statements`` and ``sentences`` (narration too) as `score` gives them, ``by`` with
        statements by article, mode and side.
    """
    statements = predictions[predictions["mode"] != "narration"]
    return {
        "statements": score(statements) if len(statements) else None,
        "sentences": score(predictions),
        "by": {name: dict(_slices(statements, name)) for name in SLICES},
    }


def _slices(predictions: pd.DataFrame, column: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for value, part in predictions.groupby(column, sort=True):
        yield str(value), score(part)
