"""Word and character n-grams under TF-IDF weights, with a logistic regression."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from demarche.errors import DataError, RunError
from demarche.models.counting import NgramCounter
from demarche.models.evidence import weighed, words
from demarche.models.ngrams import Vocabulary, character_weights
from demarche.models.protocol import Probabilities, align, stance_indices
from demarche.models.storage import load_arrays, load_json, save_arrays, save_json
from demarche.records import Evidence, Hints

if TYPE_CHECKING:
    from sklearn.pipeline import FeatureUnion

# scikit-learn is imported where the model is fitted: to use it, numpy and scipy are enough, and
# they load in a fifth of the time.

Floats = NDArray[np.float64]

TERMS = "tfidf.json"
WEIGHTS = "tfidf.safetensors"
BLOCKS = ("words", "characters")
PLAIN = ("analyzer", "shortest", "longest", "terms")
"""What JSON holds of a `Vocabulary`."""


@dataclass(frozen=True)
class TfidfParams:
    """The model's config.

    Attributes
    ----------
    words, characters : list of int
        Shortest and longest n-gram of words, and of characters within words.
    min_rows : int
        An n-gram counts if it stands in this many training rows, or in one in a hundred.
    max_features : int
        The most frequent n-grams kept, of words and of characters each.
    strengths : list of float
        Inverse regularisation weights to choose from, ascending.
    """

    words: list[int]
    characters: list[int]
    min_rows: int
    max_features: int
    strengths: list[float]


class Tfidf:
    """The classical baseline: n-grams and a linear model."""

    Params = TfidfParams

    def __init__(self, params: TfidfParams, seed: int) -> None:
        self.params = params
        self.seed = seed

    def fit(
        self,
        texts: Sequence[str],
        stances: Sequence[str],
        contexts: Sequence[str] | None = None,  # noqa: ARG002
        hints: Hints | None = None,
    ) -> Self:
        """Learn n-gram weights, then a linear model whose strength inner validation chooses."""
        from demarche.models.linear import fit_chosen, logit_weights

        y = stance_indices(stances)
        union = self._vectorizers(len(texts))
        try:
            X = union.fit_transform(texts).tocsr()
        except ValueError:
            raise DataError(f"the {len(texts)} training texts hold no words") from None
        head = fit_chosen(X, y, self.params.strengths, hints, self.seed)
        vocabularies = [Vocabulary.of(vectorizer) for _, vectorizer in union.transformer_list]
        self._take(vocabularies, *logit_weights(head), head.classes_.tolist())
        return self

    def _vectorizers(self, n: int) -> "FeatureUnion":
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import FeatureUnion

        common = {
            "min_df": max(1, min(self.params.min_rows, n // 100)),
            "max_features": self.params.max_features,
            "sublinear_tf": True,
        }
        words = TfidfVectorizer(ngram_range=tuple(self.params.words), **common)
        characters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=tuple(self.params.characters), **common
        )
        return FeatureUnion([("words", words), ("characters", characters)])

    def _take(
        self,
        vocabularies: Sequence[Vocabulary],
        weights: Floats,
        intercepts: Floats,
        classes: Sequence[int],
    ) -> None:
        """Keep what was learnt; weights of shape (k, d + e) for k stances, words first."""
        self.vocabularies = dict(zip(BLOCKS, vocabularies, strict=True))
        self.weights, self.intercepts, self.classes = weights, intercepts, list(classes)
        self.counter = NgramCounter(*vocabularies)
        # By block, shape (d, k): each weight times its idf, ready for a product.
        sizes = [len(vocabulary.terms) for vocabulary in vocabularies]
        parts = np.split(weights.T, np.cumsum(sizes)[:-1])
        self._weights = [
            np.ascontiguousarray(part * vocabulary.idf[:, None])
            for part, vocabulary in zip(parts, vocabularies, strict=True)
        ]

    def predict_proba(
        self,
        texts: Sequence[str],
        contexts: Sequence[str] | None = None,  # noqa: ARG002
    ) -> Probabilities:
        """Give the probability of each stance, shape (n, 4)."""
        logits = np.tile(self.intercepts, (len(texts), 1))
        for (frequencies, norms), weights in zip(self._blocks(texts), self._weights, strict=True):
            logits += (frequencies @ weights) / norms[:, None]
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return align(shares, self.classes)

    def _blocks(self, texts: Sequence[str]) -> Iterator[tuple[csr_matrix, Floats]]:
        """Give, for words and for characters, what makes up the features that were learnt on.

        Yields
        ------
        frequencies : csr_matrix of shape (n, d)
            Sublinear. A feature is a frequency times its idf, divided by the text's norm.
        norms : ndarray of shape (n,)
        """
        counted = zip(self.vocabularies.values(), self.counter(texts), strict=True)
        for vocabulary, counts in counted:
            counts.data = 1 + np.log(counts.data)
            # Not by `power`, which would sort the matrix first.
            squares = csr_matrix((counts.data**2, counts.indices, counts.indptr), counts.shape)
            norms = np.sqrt(squares @ vocabulary.idf**2)
            norms[norms == 0] = 1  # nothing known stands in the text
            yield counts, norms

    def margin(self, stance: int) -> tuple[Floats, float]:
        """Give the linear function by which a stance is ahead of the others' mean, in log-odds.

        Parameters
        ----------
        stance : int
            The index of one that was trained on.

        Returns
        -------
        weights : ndarray of shape (k,)
            Of each trained stance's logit.
        intercept : float
        """
        contrast = np.full(len(self.classes), -1 / (len(self.classes) - 1))
        contrast[self.classes.index(stance)] = 1.0
        return contrast, float(contrast @ self.intercepts)

    def evidence(self, texts: Sequence[str]) -> list[tuple[Evidence, ...]]:
        """Give each word's exact share of the verdict's margin.

        What the words of a text weigh and the margin's intercept sum to the margin; a stance that
        was not trained on is none of the others.
        """
        found = []
        for text, row in zip(texts, self.predict_proba(texts), strict=True):
            contrast, _ = self.margin(int(row.argmax()))
            sums = np.zeros(len(text) + 1)
            blocks = zip(
                self.vocabularies.values(), self._blocks([text]), self._weights, strict=True
            )
            for vocabulary, (frequencies, norms), weights in blocks:
                added = frequencies.toarray()[0] / norms * (weights @ contrast)
                sums[1:] += character_weights(vocabulary, text, added)
            sums = sums.cumsum()
            spans = words(text)
            found.append(
                weighed(text, spans, np.array([sums[end] - sums[start] for start, end in spans]))
            )
        return found

    def save(self, directory: Path) -> None:
        """Write the terms as JSON, what they weigh as safetensors."""
        content: dict[str, Any] = {"classes": self.classes}
        arrays = {"weights": self.weights, "intercepts": self.intercepts}
        for block, vocabulary in self.vocabularies.items():
            content[block] = {name: getattr(vocabulary, name) for name in PLAIN}
            arrays[block] = vocabulary.idf
        save_json(content, directory / TERMS)
        save_arrays(arrays, directory / WEIGHTS)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read terms and weights back."""
        content = load_json(directory / TERMS, "classes", *BLOCKS)
        arrays = load_arrays(directory / WEIGHTS, "weights", "intercepts", *BLOCKS)
        idf = [arrays[block] for block in BLOCKS]
        try:
            plain = [{name: content[block][name] for name in PLAIN} for block in BLOCKS]
            lengths = [len(own["terms"]) for own in plain]
            k = len(content["classes"])
        except (KeyError, TypeError):
            lengths, k = [], 0
        weights, intercepts = arrays["weights"], arrays["intercepts"]
        shapes = [array.shape for array in (*idf, weights, intercepts)]
        if not lengths or shapes != [*((n,) for n in lengths), (k, sum(lengths)), (k,)]:
            raise RunError(f"{directory}: damaged ({TERMS} and {WEIGHTS} differ); train it again")
        model = cls.__new__(cls)
        vocabularies = [Vocabulary(**own, idf=one) for own, one in zip(plain, idf, strict=True)]
        model._take(vocabularies, weights, intercepts, content["classes"])
        return model
