"""A frozen sentence encoder with a linear head (the recipe of NGEC, Halterman et al. 2023)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np

from demarche.errors import RunError
from demarche.models.encoder import FrozenEncoder, weights_digest
from demarche.models.linear import fit_chosen
from demarche.models.protocol import Probabilities, align, stance_indices
from demarche.models.storage import load_json, load_part, save_json, save_part
from demarche.records import Hints


@dataclass(frozen=True)
class EmbeddingParams:
    """The model's config.

    Attributes
    ----------
    encoder : str
        A folder, or a name on the model hub.
    max_tokens : int
        Longer texts are cut.
    strengths : list of float
        Inverse regularisation weights to choose from, ascending.
    """

    encoder: str
    max_tokens: int
    strengths: list[float]


class Embedding:
    """Mean-pooled vectors of an encoder that is not trained, and a logistic regression."""

    Params = EmbeddingParams

    def __init__(self, params: EmbeddingParams, seed: int) -> None:
        self.params = params
        self.seed = seed
        self.encoder = FrozenEncoder(params.encoder, params.max_tokens)
        # The encoder never changes, so a text met in one fold needs no second reading.
        self._known: dict[str, np.ndarray] = {}

    def fit(
        self,
        texts: Sequence[str],
        stances: Sequence[str],
        contexts: Sequence[str] | None = None,  # noqa: ARG002
        hints: Hints | None = None,
    ) -> Self:
        """Fit the linear head; its strength is chosen by inner validation."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self.encoder(new), strict=True))
        X = np.stack([self._known[text] for text in texts])
        y = stance_indices(stances)
        self.head = fit_chosen(X, y, self.params.strengths, hints, self.seed)
        return self

    def predict_proba(
        self,
        texts: Sequence[str],
        contexts: Sequence[str] | None = None,  # noqa: ARG002
    ) -> Probabilities:
        """Give the probability of each stance, shape (n, 4)."""
        classes = self.head.classes_
        if not len(texts):
            return align(np.zeros((0, len(classes))), classes)
        return align(self.head.predict_proba(self.encoder(texts)), classes)

    def save(self, directory: Path) -> None:
        """Write the head, and which encoder it stands on; the encoder itself is not copied."""
        save_part(self.head, directory / "head.skops")
        content = {
            "params": asdict(self.params),
            "seed": self.seed,
            "encoder_sha256": weights_digest(self.encoder.folder),
        }
        save_json(content, directory / "embedding.json")

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read the head back and find the encoder it stands on."""
        path = directory / "embedding.json"
        content = load_json(path, "params", "seed", "encoder_sha256")
        model = cls(EmbeddingParams(**content["params"]), content["seed"])
        if weights_digest(model.encoder.folder) != content["encoder_sha256"]:
            raise RunError(
                f"{directory}: {model.encoder.folder} is not the encoder it was fitted on"
            )
        model.head = load_part(directory / "head.skops")
        return model
