"""What every stance model is: the one protocol, and what its parts share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from demarche.records import Hints
from demarche.stance import INDEX, STANCES

Probabilities = NDArray[np.float64]


class Predictor(Protocol):
    """What reads the stance of a sentence, and need not learn."""

    def predict_proba(
        self, texts: Sequence[str], contexts: Sequence[str] | None = None
    ) -> Probabilities:
        """Give the probability of each stance.

        Returns
        -------
        ndarray of shape (n, 4)
            Columns in the order of `STANCES`; each row sums to 1.
        """
        ...


class StanceClassifier(Predictor, Protocol):
    """A model that learns to read the stance of a sentence.

    Parameters
    ----------
    params : Params
        The model's own parameters, as its config file gives them.
    seed : int
        Fixes everything random in it.
    """

    Params: ClassVar[type]
    """A frozen dataclass: the names and types of the model's config."""

    def __init__(self, params: Any, seed: int) -> None: ...

    def fit(
        self,
        texts: Sequence[str],
        stances: Sequence[str],
        contexts: Sequence[str] | None = None,
        hints: Hints | None = None,
    ) -> Self:
        """Learn from n sentences.

        Parameters
        ----------
        texts : sequence of str, length n
        stances : sequence of str, length n
            Each one of `STANCES`; not all of them need occur.
        contexts : sequence of str, length n, optional
            The sentence before each, or ``""``.
        hints : Hints, optional
            What else is known of the rows.
        """
        ...

    def save(self, directory: Path) -> None:
        """Write the fitted model into an existing, empty folder."""
        ...

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read a fitted model back.

        Raises
        ------
        RunError
            If the folder does not hold an intact model of this kind.
        """
        ...


def stance_indices(stances: Sequence[str]) -> NDArray[np.int64]:
    """Give the column of each stance."""
    return np.array([INDEX[stance] for stance in stances], dtype=np.int64)


def align(probabilities: NDArray[np.floating[Any]], classes: Sequence[int]) -> Probabilities:
    """Spread the columns that a model was trained on over all four stances.

    Parameters
    ----------
    probabilities : ndarray of shape (n, k)
    classes : sequence of int, length k
        The stance index of each column; stances that are not named get probability 0.

    Returns
    -------
    ndarray of shape (n, 4)
    """
    full = np.zeros((len(probabilities), len(STANCES)))
    full[:, list(classes)] = probabilities
    # In double precision the rows of a single-precision model miss 1 by a little.
    return np.asarray(full / full.sum(axis=1, keepdims=True))
