"""Bootstrap intervals, by statement and by cluster, on the same resamples for every model.

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
FEWEST = {"statement": 30, "article": 15, "speaker": 15}
"""Units of resampling; with fewer of them intervals cover too seldom and are not defined."""

AT_ONCE = 250
"""Resamples whose weights are held in memory at a time."""


def resampled(tallies: Tallies, seed: int = 0) -> Tallies:
    """Draw units with replacement and add them up.

    The draws depend on the number of units and the seed alone: tallies of several models, their
    units in one order, meet the same resamples, and figures may be subtracted.

    Parameters
    ----------
    tallies : ndarray of shape (..., units, CELLS)

    Returns
    -------
    ndarray of shape (..., RESAMPLES, CELLS)
    """
    units = tallies.shape[-2]
    rng = np.random.default_rng(seed)
    rows = np.arange(AT_ONCE)[:, None] * units
    parts = []
    for _ in range(0, RESAMPLES, AT_ONCE):
        drawn = rng.integers(0, units, (AT_ONCE, units)) + rows
        weights = np.bincount(drawn.ravel(), minlength=AT_ONCE * units)
        parts.append(weights.reshape(AT_ONCE, units).astype(np.float64) @ tallies)
    return np.concatenate(parts, axis=-2)


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


def interval(figures: NDArray[np.float64], unit: str, count: int) -> Interval:
    """Give the 95 % interval of a figure from its resamples.

    The expanded percentile interval: percentiles are moved outwards as Student's t asks for
    with as many units, since resamples of few units spread too little (T. Hesterberg, "What
    Teachers Should Know About the Bootstrap", The American Statistician 69, 2015).

    Parameters
    ----------
    figures : ndarray of length RESAMPLES
    unit : str
        What was drawn, a key of `FEWEST`.
    count : int
        How many of them there are.

    Returns
    -------
    (low, high) or None
        None where it is not defined: too few units, or a figure that no resample changes, as
        when every verdict is right.
    """
    if count < FEWEST[unit] or np.ptp(figures) == 0:
        return None
    tail = norm.cdf(np.sqrt(count / (count - 1)) * t.ppf((1 - LEVEL) / 2, count - 1))
    low, high = np.quantile(figures, [tail, 1 - tail])
    return float(low), float(high)
