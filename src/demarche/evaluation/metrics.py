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
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from demarche.errors import DemarcheError
from demarche.evaluation import tallies
from demarche.evaluation.bootstrap import FEWEST, Interval, by_unit, interval, resampled
from demarche.evaluation.calibration import (
    brier_score,
    calibration_error_by_chance,
    expected_calibration_error,
)
from demarche.evaluation.selective import accuracy_at_coverage, area_under_risk_coverage
from demarche.evaluation.tallies import Indices, tally
from demarche.stance import INDEX, STANCES

PROBABILITY_COLUMNS = tuple(f"p_{stance}" for stance in STANCES)
SLICES = ("article", "mode", "side")
SMALLEST = np.finfo(np.float64).eps
"""Probabilities are raised to this before their logarithm is taken, as scikit-learn does."""


def macro_f1(truth: Indices, verdicts: Indices) -> float:
    """Compute macro-F1 of n verdicts, as `demarche.evaluation.tallies.macro_f1` does."""
    return float(tallies.macro_f1(tally(truth, verdicts).sum(axis=0)))


def intervals(predictions: pd.DataFrame) -> dict[str, dict[str, Interval]]:
    """Compute 95 % bootstrap intervals of macro-F1 and accuracy.

    Returns
    -------
    dict of dict
        By figure (``macro_f1``, ``accuracy``) and unit of resampling (``statement``,
        ``article``, ``speaker``): (low, high), or None where it is not defined, be it that
        there are too few units or that the table lacks the column.
    """
    # In the order of ids, so that all runs on the same statements meet the same resamples.
    rows = predictions.sort_values("id")
    units = by_unit(tally(indices(rows["stance"]), indices(rows["predicted"])), rows)
    enough = {unit: resampled(of) for unit, of in units.items() if len(of) >= FEWEST[unit]}
    return {
        name: {unit: interval(figure(enough[unit])) if unit in enough else None for unit in FEWEST}
        for name, figure in (("macro_f1", tallies.macro_f1), ("accuracy", tallies.accuracy))
    }


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
        ``n``, ``macro_f1``, ``macro_f1_interval`` (95 %, by statement), ``intervals`` (of
        macro-F1 and accuracy, by statement and by cluster, see `intervals`), ``accuracy``,
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
    found = intervals(predictions)
    per_class = precision_recall_fscore_support(truth, verdicts, labels=columns, zero_division=0)
    names = ("precision", "recall", "f1", "support")
    return {
        "n": len(predictions),
        "macro_f1": macro_f1(truth, verdicts),
        "macro_f1_interval": found["macro_f1"]["statement"],
        "intervals": found,
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

    Raises
    ------
    DemarcheError
        If the probabilities are not numbers from 0 to 1 that sum to 1.
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
