"""Temperature scaling: probabilities that mean what they say.

Method: Guo et al. 2017, "On calibration of modern neural networks". One number, the
temperature, divides the logits; the verdicts stay as they are.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

from demarche.models.protocol import Probabilities

WIDEST = 10.0
"""The temperature is sought between 1 / WIDEST and WIDEST."""

SMALLEST = np.finfo(np.float64).eps
"""Probabilities are raised to this before their logarithm is taken, as scikit-learn does."""


def fit_temperature(probabilities: Probabilities, truth: NDArray[np.int64]) -> float:
    """Find the temperature with the least log loss.

    Parameters
    ----------
    probabilities : ndarray of shape (n, 4)
        Of rows that the model was not fitted on.
    truth : ndarray of int, length n
        Stance indices.

    Returns
    -------
    float
        Above 1 where the probabilities were too bold, below 1 where too timid.
    """
    logits = np.log(np.maximum(probabilities, SMALLEST))

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-np.take_along_axis(scaled, truth[:, None], axis=1).mean())

    limit = np.log(WIDEST)
    return float(np.exp(minimize_scalar(loss, bounds=(-limit, limit), method="bounded").x))


def scale(head: LogisticRegression, temperature: float) -> LogisticRegression:
    """Divide a linear head's logits by a temperature, in its weights."""
    head.coef_ = head.coef_ / temperature
    head.intercept_ = head.intercept_ / temperature
    return head
