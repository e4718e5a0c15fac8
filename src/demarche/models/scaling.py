"""Scaling: probabilities that mean what they say, for stances as frequent as in real articles.

Method: bias-corrected temperature scaling (Alexandari, Kundaje and Shrikumar 2020, "Maximum
likelihood with bias-corrected calibration is hard-to-beat at label shift adaptation"), after
the temperature scaling of Guo et al. 2017. The logits are divided by one number, the
temperature, which takes back what a model is too sure of; to each stance's logit a bias is
added, because training text, most of it synthetic, holds the stances in other shares than
real articles do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

from demarche.models.protocol import Probabilities
from demarche.stance import STANCES

PENALTY = 0.2
"""Weight of the squared biases in the loss: on some hundred rows rare stances say little."""

SMALLEST = np.finfo(np.float64).eps
"""Probabilities are raised to this before their logarithm is taken, as scikit-learn does."""


@dataclass(frozen=True)
class Scaling:
    """What turns logits into calibrated ones: ``logits / temperature + biases``.

    Attributes
    ----------
    temperature : float
        Above 1 where the model was too bold, below 1 where too timid.
    biases : ndarray of shape (4,)
        In the order of `STANCES`.
    """

    temperature: float
    biases: NDArray[np.float64]

    def __call__(self, logits: NDArray[np.float64]) -> Probabilities:
        """Give calibrated probabilities, shape (n, 4)."""
        scaled = log_softmax(logits / self.temperature + self.biases, axis=1)
        return np.asarray(np.exp(scaled))


def fit_scaling(probabilities: Probabilities, truth: NDArray[np.int64]) -> Scaling:
    """Find the scaling with the least log loss and penalty.

    Parameters
    ----------
    probabilities : ndarray of shape (n, 4)
        Of rows that the model was not fitted on.
    truth : ndarray of int, length n
        Stance indices.
    """
    logits = np.log(np.maximum(probabilities, SMALLEST))

    def loss(values: NDArray[np.float64]) -> float:
        scaled = log_softmax(logits / np.exp(values[0]) + values[1:], axis=1)
        missed = -np.take_along_axis(scaled, truth[:, None], axis=1).mean()
        return float(missed + PENALTY * (values[1:] ** 2).sum())

    found = minimize(loss, np.zeros(1 + len(STANCES))).x
    return Scaling(float(np.exp(found[0])), found[1:])


def scale(head: LogisticRegression, scaling: Scaling) -> LogisticRegression:
    """Work a scaling into a linear head's weights, so that nothing else need know of it."""
    biases = scaling.biases[head.classes_]
    # Two classes share one row of weights in scikit-learn.
    added = biases if len(biases) > 2 else biases[1:] - biases[:1]
    head.coef_ = head.coef_ / scaling.temperature
    head.intercept_ = head.intercept_ / scaling.temperature + added
    return head
