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

from demarche.errors import DemarcheError
from demarche.evaluation.calibration import (
    brier_score,
    calibration_error_by_chance,
    expected_calibration_error,
)
from demarche.evaluation.selective import accuracy_at_coverage, area_under_risk_coverage
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


def probabilities(predictions: pd.DataFrame) -> NDArray[np.float64]:
    """Take the probabilities out of a table of predictions.

    Returns
    -------
    ndarray of float, shape (n, 4)

    Raises
    ------
    DemarcheError
        If some are not numbers from 0 to 1 that sum to 1.
    """
    found = predictions[list(PROBABILITY_COLUMNS)].to_numpy(dtype=np.float64)
    sound = ((found >= 0) & (found <= 1)).all(axis=1) & (np.abs(found.sum(axis=1) - 1) < 1e-3)
    if not sound.all():
        raise DemarcheError(
            f"the probabilities of {(~sound).sum()} of {len(found)} sentences are not numbers from "
            f"0 to 1 that sum to 1 (first: {predictions['id'][~sound].iloc[0]}), so nothing can be "
            "measured; train the model again with other settings"
        )
    return found


def confidences(predictions: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give the confidence of each verdict, and whether it is right.

    This is what the figures of `calibration`, `selective` and `abstention` are computed from.

    Returns
    -------
    confidences : ndarray of float, length n
        The highest of the four probabilities.
    correct : ndarray of bool, length n
        Whether the verdict is the gold stance (``also`` does not count).

    Raises
    ------
    DemarcheError
        If the probabilities are damaged.
    """
    correct = (predictions["predicted"] == predictions["stance"]).to_numpy(dtype=np.bool_)
    return probabilities(predictions).max(axis=1, initial=0), correct


def score(predictions: pd.DataFrame) -> dict[str, Any]:
    """Compute every metric of a table of predictions (not empty).

    Returns
    -------
    dict
        ``n``, ``macro_f1``, ``macro_f1_interval`` (95 %), ``accuracy``,
        ``lenient_accuracy`` (a verdict that equals ``also`` counts), ``log_loss`` (nats),
        ``brier`` (0 to 2), ``ece`` (expected calibration error, see
        `calibration.expected_calibration_error`), ``ece_by_chance`` (that of a perfectly
        calibrated model), ``aurc`` (area under the risk-coverage curve),
        ``accuracy_at_half_coverage`` (of the more confident half),
        ``per_class`` (precision, recall, f1, support), ``confusion`` (rows gold, columns
        predicted, in the order of `STANCES`).

    Raises
    ------
    DemarcheError
        If the probabilities are not numbers from 0 to 1 that sum to 1.
    """
    truth, verdicts = indices(predictions["stance"]), indices(predictions["predicted"])
    given = probabilities(predictions)
    confidence, correct = confidences(predictions)
    of_truth = np.take_along_axis(given, truth[:, None], axis=1)[:, 0]
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
        "brier": brier_score(given, truth),
        "ece": expected_calibration_error(confidence, correct),
        "ece_by_chance": calibration_error_by_chance(confidence),
        "aurc": area_under_risk_coverage(confidence, correct),
        "accuracy_at_half_coverage": accuracy_at_coverage(confidence, correct, 0.5),
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
