"""The floor that everything must beat: the frequencies of the training labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from demarche.models.protocol import Probabilities, stance_indices
from demarche.models.storage import load_json, save_json
from demarche.records import Hints
from demarche.stance import STANCES


@dataclass(frozen=True)
class MajorityParams:
    """No parameters."""


class Majority:
    """Answers every text with the training labels' frequencies."""

    Params = MajorityParams

    def __init__(self, params: MajorityParams, seed: int) -> None:
        self.params = params
        self.seed = seed

    def fit(
        self,
        texts: Sequence[str],  # noqa: ARG002
        stances: Sequence[str],
        contexts: Sequence[str] | None = None,  # noqa: ARG002
        hints: Hints | None = None,
    ) -> Self:
        """Count the labels, those of real sentences alone where there are any."""
        labels = stance_indices(stances)
        if hints is not None:
            real = np.array([not example.synthetic for example in hints.examples])
            labels = labels[real] if real.any() else labels
        counts = np.bincount(labels, minlength=len(STANCES))
        self.frequencies = counts / counts.sum()
        return self

    def predict_proba(
        self,
        texts: Sequence[str],
        contexts: Sequence[str] | None = None,  # noqa: ARG002
    ) -> Probabilities:
        """Give the same row for every text."""
        return np.tile(self.frequencies, (len(texts), 1))

    def save(self, directory: Path) -> None:
        """Write the frequencies as JSON."""
        content = {"frequencies": self.frequencies.tolist(), "seed": self.seed}
        save_json(content, directory / "majority.json")

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read the frequencies back."""
        content = load_json(directory / "majority.json", "frequencies", "seed")
        model = cls(MajorityParams(), seed=content["seed"])
        model.frequencies = np.array(content["frequencies"])
        return model
