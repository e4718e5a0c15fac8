"""The average of several models' probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

import numpy as np

from demarche.models.protocol import Predictor, Probabilities, StanceClassifier
from demarche.models.registry import load_fitted, model_class
from demarche.models.storage import load_json, save_json
from demarche.records import Hints
from demarche.typed import typed


@dataclass(frozen=True)
class EnsembleParams:
    """The model's config.

    Attributes
    ----------
    members : dict of str to dict
        By a label of its own, each member's config: a registry ``name`` and its parameters.
    """

    members: dict[str, dict[str, Any]]

    def __post_init__(self) -> None:
        """Check each member's config."""
        for label in self.members:
            self.member(label)

    def member(self, label: str) -> tuple[type[StanceClassifier], Any]:
        """Give a member's class and its own `Params`."""
        values = dict(self.members[label])
        kind = model_class(values.pop("name", label))
        return kind, typed(kind.Params, values, f"model.members.{label}")


class Ensemble:
    """Asks several models, each with a seed of its own, and averages their probabilities."""

    Params = EnsembleParams

    def __init__(self, params: EnsembleParams, seed: int) -> None:
        self.configs = params.members
        self.seed = seed
        self.members: dict[str, Predictor] = {}
        for number, label in enumerate(params.members):
            kind, member = params.member(label)
            self.members[label] = kind(member, seed + 1000 * number)

    def fit(
        self,
        texts: Sequence[str],
        stances: Sequence[str],
        contexts: Sequence[str] | None = None,
        hints: Hints | None = None,
    ) -> Self:
        """Fit each member on the same rows."""
        for member in self._learners().values():
            member.fit(texts, stances, contexts, hints)
        return self

    def predict_proba(
        self, texts: Sequence[str], contexts: Sequence[str] | None = None
    ) -> Probabilities:
        """Give the mean of the members' probabilities, shape (n, 4)."""
        answers = [member.predict_proba(texts, contexts) for member in self.members.values()]
        return np.asarray(np.mean(answers, axis=0))

    def _learners(self) -> dict[str, StanceClassifier]:
        """Give the members of an ensemble that was not loaded: they can learn."""
        return cast(dict[str, StanceClassifier], self.members)

    def save(self, directory: Path) -> None:
        """Write each member into a folder of its label."""
        content = {"members": self.configs, "seed": self.seed}
        save_json(content, directory / "ensemble.json")
        for label, member in self._learners().items():
            (directory / label).mkdir()
            member.save(directory / label)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read each member back, to classify with."""
        content = load_json(directory / "ensemble.json", "members", "seed")
        model = cls.__new__(cls)
        model.configs, model.seed = content["members"], content["seed"]
        model.members = {
            label: load_fitted(config.get("name", label), directory / label)
            for label, config in model.configs.items()
        }
        return model
