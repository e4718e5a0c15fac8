"""Abstaining: the threshold that a run's held-out statements support, and what it promises."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demarche.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from demarche.evaluation.abstention import Threshold


@dataclass(frozen=True)
class Guarantee:
    """A threshold, and the share of wrong answers that it keeps to.

    Attributes
    ----------
    threshold : Threshold
    max_error : float
        As it was asked for.
    articles : int
        How many articles the held-out statements come from.
    """

    threshold: "Threshold"
    max_error: float
    articles: int

    def __str__(self) -> str:
        """Say what to expect, what is promised, and what the promise rests on: a line each."""
        from demarche.evaluation.abstention import CONFIDENCE

        low, high = self.threshold.coverage_interval
        articles = f"{self.articles} article{'s' if self.articles > 1 else ''}"
        level = f"{100 * self.max_error:g}%"
        return (
            f"answers where the confidence is above {self.threshold.value:.3f}: expect "
            f"{self.threshold.coverage:.0%} answered (95 % interval {low:.0%} to {high:.0%}); of "
            f"{self.threshold.n} held-out statements {self.threshold.answered} were, "
            f"{self.threshold.wrong} of them wrongly\n"
            f"with {CONFIDENCE:.0%} confidence, at most {level} of the answers are "
            "wrong, as long as your statements are like those held out\n"
            f"which come from {articles}, and were judged by models fitted on less data than the "
            "one that answers here"
        )


def check_level(max_error: float) -> None:
    """Refuse what cannot be a level of error.

    Raises
    ------
    UsageError
        If it is not above 0 and under 1.
    """
    if not 0 < max_error < 1:
        raise UsageError(
            f"--max-error {max_error:g}: give a share of wrong answers above 0 and under 1"
        )


def guarantee(run: str, predictions: "pd.DataFrame", max_error: float) -> Guarantee:
    """Choose the threshold that answers most while at most a share of the answers is wrong.

    Parameters
    ----------
    run : str
        The run's id, for messages.
    predictions : pandas.DataFrame
        The run's held-out predictions; its statements count.
    max_error : float
        The share, above 0 and under 1.

    Raises
    ------
    UsageError
        If the level is not one, nothing was held out, or the held-out statements do not support
        the level.
    DemarcheError
        If the predictions' probabilities are damaged.
    """
    from demarche.evaluation.abstention import CONFIDENCE, most_answers, thresholds
    from demarche.evaluation.metrics import confidences

    check_level(max_error)
    # A run that held nothing out has an empty table, without columns.
    statements = predictions if predictions.empty else predictions.query("mode != 'narration'")
    if statements.empty:
        raise UsageError(
            f"--max-error {max_error:g}: {run} has no held-out statements to set a threshold by; "
            "take a run that was evaluated"
        )
    found = thresholds(*confidences(statements))
    if chosen := most_answers(found, max_error):
        return Guarantee(chosen, max_error, statements["article"].nunique())
    # Rounded up, so that the level that is named is one that will be granted.
    least = math.ceil(100 * min(threshold.bound for threshold in found)) / 100
    supported = f"no level under {least:g}" if least < 1 else "no level at all"
    raise UsageError(
        f"--max-error {max_error:g}: the {len(statements)} held-out statements of {run} support "
        f"{supported} with {CONFIDENCE:.0%} confidence; ask for more, or take another run"
    )
