"""Thresholds of confidence under which a model abstains, with a bound on its errors above them.

The bounds hold for all thresholds at once, so one may look at them and choose afterwards.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from demarche.evaluation.calibration import wilson

CONFIDENCE = 0.9
"""How sure the bounds are: of ten sets of held-out statements, at most one misleads."""

STEPS = 10
"""How many coverages are looked at: each tenth. More would be finer, with wider bounds."""


@dataclass(frozen=True)
class Threshold:
    """A confidence above which a model answers, and how it did there on held-out statements.

    Attributes
    ----------
    value : float
        Verdicts are given where the confidence is greater; 0 gives all.
    answered, wrong, n : int
        Held-out verdicts above the threshold, those of them that are wrong, all of them.
    bound : float
        What the share of wrong answers stays under; see `thresholds`.
    """

    value: float
    answered: int
    wrong: int
    n: int
    bound: float

    @property
    def coverage(self) -> float:
        """Share of statements that are answered."""
        return self.answered / self.n

    @property
    def coverage_interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the coverage."""
        return wilson(self.answered, self.n)


def thresholds(confidences: NDArray[np.float64], correct: NDArray[np.bool_]) -> list[Threshold]:
    """Find a threshold for each tenth of coverage, with a bound on the errors above it.

    For the k most confident of n verdicts, the threshold is the confidence of the next one. Given
    it, the verdicts above it are a sample of all that the model will ever give above it, so
    their errors are binomial and the upper bound of Clopper and Pearson (1934) holds. Each of
    the ten is taken at a tenth of the risk (Bonferroni), hence all hold at once: with
    probability `CONFIDENCE` over the draw of the held-out statements, the error rate of future
    answers is at most `bound` at every threshold, whichever is chosen, whatever the shape of
    the risk-coverage curve. The idea is that of selection with guaranteed risk (Geifman and
    El-Yaniv 2017) and of Learn-then-Test (Angelopoulos et al. 2021), with coverages fixed
    beforehand in place of a search.

    Parameters
    ----------
    confidences : ndarray of float, length n
    correct : ndarray of bool, length n
        Of statements that are exchangeable with those to come.

    Returns
    -------
    list of Threshold
        Fewest answers first. Equal confidences are answered together or not at all.
    """
    n = len(confidences)
    descending = np.sort(confidences)[::-1]
    found: dict[int, Threshold] = {}
    for step in range(1, STEPS + 1):
        k = n * step // STEPS
        value = float(descending[k]) if k < n else 0.0
        above = confidences > value
        answered, wrong = int(above.sum()), int((~correct[above]).sum())
        if answered:
            risk = (1 - CONFIDENCE) / STEPS
            bound = float(beta.isf(risk, wrong + 1, answered - wrong)) if wrong < answered else 1.0
            found[answered] = Threshold(value, answered, wrong, n, bound)
    return list(found.values())


def most_answers(found: list[Threshold], max_error: float) -> Threshold | None:
    """Choose the threshold that answers most and whose errors stay within a level, if any does."""
    return max(
        (threshold for threshold in found if threshold.bound <= max_error),
        key=lambda threshold: threshold.answered,
        default=None,
    )
