"""Word and character n-grams under TF-IDF weights, with a logistic regression."""

import json
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import normalize

from demarche.errors import DataError
from demarche.models.counting import NgramCounter
from demarche.models.evidence import weighed, words
from demarche.models.linear import fit_chosen, margin_weights
from demarche.models.ngrams import character_weights
from demarche.models.protocol import Probabilities, align, stance_indices
from demarche.models.storage import load_part, save_part
from demarche.records import Evidence, Hints


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
        y = stance_indices(stances)
        self.features = self._vectorizer(len(texts))
        try:
            X = self.features.fit_transform(texts).tocsr()
        except ValueError:
            raise DataError(f"the {len(texts)} training texts hold no words") from None
        self.counter = NgramCounter(*self._vectorizers)
        self.head: LogisticRegression = fit_chosen(X, y, self.params.strengths, hints, self.seed)
        return self

    def _vectorizer(self, n: int) -> FeatureUnion:
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

    def predict_proba(
        self,
        texts: Sequence[str],
        contexts: Sequence[str] | None = None,  # noqa: ARG002
    ) -> Probabilities:
        """Give the probability of each stance, shape (n, 4)."""
        if not len(texts):
            return align(self.head.coef_[:0, : len(self.head.classes_)], self.head.classes_)
        return align(self.head.predict_proba(self._transform(texts)), self.head.classes_)

    @property
    def _vectorizers(self) -> list[TfidfVectorizer]:
        return [vectorizer for _, vectorizer in self.features.transformer_list]

    def _transform(self, texts: Sequence[str]) -> csr_matrix:
        """Give what ``self.features.transform(texts)`` would, much faster."""
        blocks = []
        for counts, vectorizer in zip(self.counter(texts), self._vectorizers, strict=True):
            counts.data = (1 + np.log(counts.data)) * vectorizer.idf_[counts.indices]
            blocks.append(normalize(counts, copy=False))
        features: csr_matrix = hstack(blocks, format="csr")
        return features

    def evidence(self, texts: Sequence[str]) -> list[tuple[Evidence, ...]]:
        """Give each word's exact share of the verdict's margin.

        What the words of a text weigh and the margin's intercept sum to the margin; a stance that
        was not trained on is none of the others.
        """
        found = []
        for text, row in zip(texts, self.predict_proba(texts), strict=True):
            weights, _ = margin_weights(self.head, int(row.argmax()))
            added = self._transform([text]).toarray()[0] * weights
            characters, first = np.zeros(len(text) + 1), 0
            for vectorizer in self._vectorizers:
                last = first + len(vectorizer.vocabulary_)
                characters[1:] += character_weights(vectorizer, text, added[first:last])
                first = last
            spans = words(text)
            sums = characters.cumsum()
            found.append(
                weighed(text, spans, np.array([sums[end] - sums[start] for start, end in spans]))
            )
        return found

    def save(self, directory: Path) -> None:
        """Write vectorizers and linear model."""
        features = copy(self.features)
        features.transformer_list = [
            (name, _with_vocabulary(vectorizer, _listed(vectorizer.vocabulary_)))
            for name, vectorizer in self.features.transformer_list
        ]
        save_part({"features": features, "head": self.head}, directory / "tfidf.skops")

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read vectorizers and linear model back."""
        part = load_part(directory / "tfidf.skops")
        model = cls.__new__(cls)
        model.features, model.head = part["features"], part["head"]
        for vectorizer in model._vectorizers:
            if isinstance(vectorizer.vocabulary_, str):  # in older runs it is the dict itself
                terms = json.loads(vectorizer.vocabulary_)
                vectorizer.vocabulary_ = {term: column for column, term in enumerate(terms)}
        model.counter = NgramCounter(*model._vectorizers)
        return model


def _listed(vocabulary: dict[str, int]) -> str:
    """Write the terms in the order of their columns, which skops reads at once, a dict slowly."""
    return json.dumps(sorted(vocabulary, key=vocabulary.__getitem__))


def _with_vocabulary(vectorizer: TfidfVectorizer, vocabulary: str) -> TfidfVectorizer:
    other = copy(vectorizer)
    other.vocabulary_ = vocabulary
    return other
