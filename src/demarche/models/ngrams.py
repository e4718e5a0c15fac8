"""N-grams as scikit-learn's vectorizers count them: which, where in a text, and what they weigh."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

TOKEN = re.compile(r"(?u)\b\w\w+\b")
"""What scikit-learn takes for a word, unless it is told otherwise."""


@dataclass(frozen=True)
class Vocabulary:
    """The n-grams that a fitted vectorizer knows.

    Attributes
    ----------
    analyzer : str
        ``"word"``, or ``"char_wb"``: characters within words, a blank set at either end.
    shortest, longest : int
        Words or characters of an n-gram.
    terms : list of str, length d
        In the order of their columns; the words of one are joined by blanks.
    idf : ndarray of float, length d
        What each counts: its inverse document frequency.
    """

    analyzer: str
    shortest: int
    longest: int
    terms: list[str]
    idf: NDArray[np.float64]

    @classmethod
    def of(cls, vectorizer: Any) -> Self:
        """Take it from a fitted TfidfVectorizer."""
        shortest, longest = vectorizer.ngram_range
        terms = vectorizer.get_feature_names_out().tolist()
        return cls(vectorizer.analyzer, shortest, longest, terms, vectorizer.idf_)

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each term."""
        return {term: column for column, term in enumerate(self.terms)}

    def within(self, word: str) -> list[str]:
        """Give the n-grams of characters in a word, in lower case already."""
        padded = f" {word} "
        spans = character_spans(len(padded), self.shortest, self.longest)
        return [padded[start:end] for start, end in spans]


@lru_cache(256)
def character_spans(length: int, shortest: int, longest: int) -> list[tuple[int, int]]:
    """Find where the n-grams of a padded word of this length start and end.

    A word that is shorter than an n-gram counts once.
    """
    spans = []
    for n in range(shortest, longest + 1):
        spans += [(start, start + n) for start in range(max(1, length - n + 1))]
        if length <= n:
            break
    return spans


def placed_ngrams(vocabulary: Vocabulary, text: str) -> Iterator[tuple[str, list[int]]]:
    """Give every n-gram of a text, known or not, with its characters' places.

    Parameters
    ----------
    vocabulary : Vocabulary
    text : str

    Yields
    ------
    ngram : str
        In lower case, as in the vocabulary; repeated as often as it occurs.
    places : list of int
        Offsets into the text of the characters it was made of. The blank that ``"char_wb"`` sets
        at either end of a word counts as the word's first or last character.
    """
    lowered = text.lower()
    # A capital may have two characters in lower case: İ.
    origin = [place for place, character in enumerate(text) for _ in character.lower()]
    shortest, longest = vocabulary.shortest, vocabulary.longest
    if vocabulary.analyzer == "word":
        spans = [token.span() for token in TOKEN.finditer(lowered)]
        for n in range(shortest, longest + 1):
            for first in range(len(spans) - n + 1):
                group = spans[first : first + n]
                ngram = " ".join(lowered[start:end] for start, end in group)
                yield ngram, [place for start, end in group for place in origin[start:end]]
        return
    for token in re.finditer(r"\S+", lowered):
        inside = origin[token.start() : token.end()]
        places = [inside[0], *inside, inside[-1]]
        ngrams = vocabulary.within(token[0])
        for ngram, (start, end) in zip(
            ngrams, character_spans(len(places), shortest, longest), strict=True
        ):
            yield ngram, places[start:end]


def character_weights(
    vocabulary: Vocabulary, text: str, added: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share out what n-grams add to a sum among the characters that they stand on.

    Parameters
    ----------
    vocabulary : Vocabulary
    text : str
    added : ndarray of float, length d
        What each feature adds: its value in this text times its weight.

    Returns
    -------
    ndarray of float, length ``len(text)``
        Every occurrence of an n-gram has an equal share, and every character of it too; they sum
        to what `added` sums to.
    """
    found: dict[int, list[list[int]]] = defaultdict(list)
    for ngram, places in placed_ngrams(vocabulary, text):
        if (feature := vocabulary.columns.get(ngram)) is not None:
            found[feature].append(places)
    weights = np.zeros(len(text))
    for feature, occurrences in found.items():
        for places in occurrences:
            share = added[feature] / len(occurrences) / len(places)
            np.add.at(weights, places, share)
    return weights
