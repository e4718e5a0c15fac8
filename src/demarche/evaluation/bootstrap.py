"""Intervals by statement and by cluster, on the same resamples for every model.

``scripts/simulate_intervals`` shows how often they cover what they should.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, t

from demarche.evaluation.tallies import Tallies, by_cluster

Interval = tuple[float, float] | None

RESAMPLES = 2000
LEVEL = 0.95
CLUSTERS = ("article", "speaker")
"""Columns of a table of predictions whose values may be drawn as a whole."""
FEWEST = {"statement": 50, "article": 15, "speaker": 15}
"""Units of resampling; with fewer of them intervals cover too seldom and are not defined."""

AT_ONCE = 250
"""Resamples whose weights are held in memory at a time."""
ROUNDING = 1e-12
"""Figures that lie nearer are equal."""


def by_unit(tallies: Tallies, statements: pd.DataFrame) -> dict[str, Tallies]:
    """Add up tallies by statement (as they are) and by each kind of cluster.

    Parameters
    ----------
    tallies : ndarray of shape (..., n, CELLS)
    statements : DataFrame of n rows
        In the same order. Kinds of clusters that are not among its columns are left out.

    Returns
    -------
    dict of str to ndarray of shape (..., units, CELLS)
    """
    known = [unit for unit in CLUSTERS if unit in statements]
    return {
        "statement": tallies,
        **{unit: by_cluster(tallies, statements[unit].astype(str).to_numpy()) for unit in known},
    }


def resampled(tallies: Tallies, seed: int = 0) -> Tallies:
    """Add up the units: all, all but each one, and as drawn with replacement.

    The draws depend on the number of units and the seed alone: tallies of several models, their
    units in one order, meet the same resamples, and their figures may be subtracted.

    Parameters
    ----------
    tallies : ndarray of shape (..., units, CELLS)

    Returns
    -------
    ndarray of shape (..., 1 + units + RESAMPLES, CELLS)
    """
    units = tallies.shape[-2]
    whole = tallies.sum(axis=-2, keepdims=True)
    parts = [whole, whole - tallies]
    rng = np.random.default_rng(seed)
    rows = np.arange(AT_ONCE)[:, None] * units
    for _ in range(0, RESAMPLES, AT_ONCE):
        drawn = rng.integers(0, units, (AT_ONCE, units)) + rows
        weights = np.bincount(drawn.ravel(), minlength=AT_ONCE * units)
        parts.append(weights.reshape(AT_ONCE, units).astype(np.float64) @ tallies)
    return np.concatenate(parts, axis=-2)


def interval(figures: NDArray[np.float64]) -> Interval:
    """Give the 95 % interval of a figure that was computed on `resampled` tallies.

    The bias-corrected and accelerated bootstrap (B. Efron, "Better Bootstrap Confidence
    Intervals", Journal of the American Statistical Association 82, 1987), since macro-F1 of few
    statements leans to the low side; its percentiles are moved outwards as Student's t asks for
    with as many units, since resamples of few units spread too little (T. Hesterberg, "What
    Teachers Should Know About the Bootstrap", The American Statistician 69, 2015).

    Parameters
    ----------
    figures : ndarray of length 1 + units + RESAMPLES

    Returns
    -------
    (low, high) or None
        None for a figure that no resample changes, as when every verdict is right: there is
        nothing to tell its spread by.
    """
    units = len(figures) - 1 - RESAMPLES
    seen, without, drawn = figures[0], figures[1 : 1 + units], figures[1 + units :]
    if np.ptp(drawn) < ROUNDING:
        return None
    below = np.mean(drawn < seen - ROUNDING) + np.mean(np.abs(drawn - seen) <= ROUNDING) / 2
    bias = norm.ppf(np.clip(below, 1 / RESAMPLES, 1 - 1 / RESAMPLES))
    pulls = without.mean() - without
    squares = np.sum(pulls**2)
    acceleration = np.sum(pulls**3) / (6 * squares**1.5) if squares else 0.0
    student = t.ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2], units - 1)
    ends = bias + np.sqrt(units / (units - 1)) * student
    low, high = np.quantile(drawn, norm.cdf(bias + ends / (1 - acceleration * ends)))
    return float(low), float(high)


def difference_interval(figures: NDArray[np.float64]) -> Interval:
    """Give the 95 % interval of a difference of two models' figures, by the jackknife.

    In a difference the models' biases cancel, and its resamples spread a little too narrowly;
    Student's t with the jackknife's standard error (J. Tukey, "Bias and Confidence in Not Quite
    Large Samples", Annals of Mathematical Statistics 29, 1958) covered better in simulation.

    Parameters
    ----------
    figures : ndarray of length 1 + units + RESAMPLES
        The one model's figures on `resampled` tallies less the other's.

    Returns
    -------
    (low, high) or None
        None for a difference that no unit changes, as between equal verdicts.
    """
    units = len(figures) - 1 - RESAMPLES
    seen, without = float(figures[0]), figures[1 : 1 + units]
    error = float(np.sqrt((units - 1) * np.var(without)))
    if error < ROUNDING:
        return None
    reach = float(t.ppf((1 + LEVEL) / 2, units - 1)) * error
    return seen - reach, seen + reach
