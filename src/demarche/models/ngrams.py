"""Where the n-grams that scikit-learn counts stand in a text, and what its characters weigh."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def placed_ngrams(vectorizer: Any, text: str) -> Iterator[tuple[str, list[int]]]:
    """Give every n-gram that a vectorizer's analyzer makes of a text, with its characters' places.

    Parameters
    ----------
    vectorizer : TfidfVectorizer
        Its analyzer is ``"word"`` or ``"char_wb"``.
    text : str

    Yields
    ------
    ngram : str
        As in the vectorizer's vocabulary; repeated as often as it occurs.
    places : list of int
        Offsets into the text of the characters it was made of. The blank that ``"char_wb"`` sets
        at either end of a word counts as the word's first or last character.
    """
    lowered = text.lower()
    # A capital may have two characters in lower case: İ.
    origin = [place for place, character in enumerate(text) for _ in character.lower()]
    shortest, longest = vectorizer.ngram_range
    if vectorizer.analyzer == "word":
        spans = [token.span() for token in re.finditer(vectorizer.token_pattern, lowered)]
        for n in range(shortest, longest + 1):
            for first in range(len(spans) - n + 1):
                group = spans[first : first + n]
                ngram = " ".join(lowered[start:end] for start, end in group)
                yield ngram, [place for start, end in group for place in origin[start:end]]
        return
    for token in re.finditer(r"\S+", lowered):
        inside = origin[token.start() : token.end()]
        padded, places = f" {token[0]} ", [inside[0], *inside, inside[-1]]
        for n in range(shortest, longest + 1):
            for start in range(max(1, len(padded) - n + 1)):
                yield padded[start : start + n], places[start : start + n]
            if len(padded) <= n:  # a short word counts once
                break


def character_weights(
    vectorizer: Any, text: str, added: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share out what n-grams add to a sum among the characters that they stand on.

    Parameters
    ----------
    vectorizer : TfidfVectorizer
        Fitted.
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
    for ngram, places in placed_ngrams(vectorizer, text):
        if (feature := vectorizer.vocabulary_.get(ngram)) is not None:
            found[feature].append(places)
    weights = np.zeros(len(text))
    for feature, occurrences in found.items():
        for places in occurrences:
            share = added[feature] / len(occurrences) / len(places)
            np.add.at(weights, places, share)
    return weights
