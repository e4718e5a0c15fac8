"""The counts of scikit-learn's n-gram vectorizers, for many texts at once, and faster.

Every n-gram of characters stands within a word (analyzer ``"char_wb"``), so that a text's counts
are the sum of its words' counts: each distinct word is taken apart once, and a sparse matrix
product adds up. N-grams of words are looked up as numbers, all texts' at once. The counts are
scikit-learn's own, not near them: nothing is hashed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Integers = NDArray[np.int64]

WORDS = 2**16
"""Words whose parts are remembered from one call to the next."""
LONGEST = 40
"""Characters of the longest word that is remembered; what is longer seldom comes again."""


class NgramCounter:
    """Counts the n-grams of texts as two fitted vectorizers do.

    Parameters
    ----------
    words, characters : CountVectorizer
        Fitted, in lower case, with the analyzers ``"word"`` and ``"char_wb"``; tokens of words
        hold no white space.
    """

    def __init__(self, words: Any, characters: Any) -> None:
        self.shapes = len(words.vocabulary_), len(characters.vocabulary_)
        self.word_ngrams = WordNgrams(words.vocabulary_)
        self._tokens = words.build_tokenizer()
        self._ngrams = characters.build_analyzer()
        self._feature = characters.vocabulary_.get
        self._remembered = lru_cache(WORDS)(self._taken_apart)

    def __call__(self, texts: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
        """Count.

        Parameters
        ----------
        texts : sequence of str, length n

        Returns
        -------
        words : csr_matrix of shape (n, d)
            How often each n-gram of words stands in each text.
        characters : csr_matrix of shape (n, e)
            The same for n-grams of characters.
        """
        split = [text.lower().split() for text in texts]
        lengths = _lengths(split)
        places: defaultdict[str, int] = defaultdict(count().__next__)
        found = np.fromiter(
            map(places.__getitem__, chain.from_iterable(split)), np.int64, lengths.sum()
        )
        parts = [
            self._remembered(word) if len(word) <= LONGEST else self._taken_apart(word)
            for word in places
        ]
        of_word = _matrix([features for features, _ in parts], self.shapes[1])
        characters = _ones(found, lengths, len(parts)) @ of_word
        # The tokens of each word, one word after the other.
        tokens = [token for _, token in parts]
        per_word = _lengths(tokens)
        flat = np.fromiter(chain.from_iterable(tokens), np.int64, per_word.sum())
        many = per_word[found]
        first = (per_word.cumsum() - per_word)[found]
        within = np.arange(many.sum()) - np.repeat(many.cumsum() - many, many)
        rows = np.repeat(np.repeat(np.arange(len(texts)), lengths), many)
        at, columns = self.word_ngrams.find(flat[np.repeat(first, many) + within], rows)
        words = csr_matrix((np.ones(len(at)), (at, columns)), (len(texts), self.shapes[0]))
        return words, characters

    def _taken_apart(self, word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Give the features of a word's n-grams of characters, and the numbers of its tokens."""
        features = map(self._feature, self._ngrams(word))
        tokens = map(self.word_ngrams.number, self._tokens(word))
        return tuple(feature for feature in features if feature is not None), tuple(tokens)


class WordNgrams:
    """The n-grams of words in a vocabulary, as a trie over the numbers of their tokens.

    Parameters
    ----------
    vocabulary : dict of str to int
        The column of each n-gram, its tokens joined by blanks.
    """

    def __init__(self, vocabulary: dict[str, int]) -> None:
        ngrams = [term.split(" ") for term in vocabulary]
        tokens = dict.fromkeys(chain.from_iterable(ngrams))
        self.numbers = {token: number for number, token in enumerate(tokens)}
        columns, lengths = np.array(list(vocabulary.values())), _lengths(ngrams)
        nodes = np.zeros(len(ngrams), dtype=np.int64)
        self.levels: list[tuple[Integers, Integers]] = []
        """For n tokens: the nodes, each as (the node of n - 1 tokens, the last token) in one
        number, ascending; and their columns, -1 for what only begins a longer n-gram."""
        for n in range(1, lengths.max(initial=0) + 1):
            longer = np.flatnonzero(lengths >= n)
            last = np.array([self.numbers[ngrams[i][n - 1]] for i in longer])
            keys, nodes[longer] = np.unique(
                nodes[longer] * len(self.numbers) + last, return_inverse=True
            )
            column = np.full(len(keys), -1)
            whole = lengths == n
            column[nodes[whole]] = columns[whole]
            self.levels.append((keys, column))

    def number(self, token: str) -> int:
        """Give the number of a token, -1 if it stands in no n-gram."""
        return self.numbers.get(token, -1)

    def find(self, tokens: Integers, rows: Integers) -> tuple[Integers, Integers]:
        """Find the n-grams among the tokens of several texts.

        Parameters
        ----------
        tokens : ndarray of int, length m
            The number of each token, text after text.
        rows : ndarray of int, length m
            Which text each stands in.

        Returns
        -------
        rows, columns : ndarray of int
            One for each occurrence.
        """
        start, nodes = np.arange(len(tokens)), np.zeros(len(tokens), dtype=np.int64)
        found_rows, found_columns = [start[:0]], [start[:0]]
        for n, (keys, column) in enumerate(self.levels):
            # Those that have one more known token in the same text.
            inside = start + n < len(tokens)
            start, nodes = start[inside], nodes[inside]
            goes_on = (tokens[start + n] >= 0) & (rows[start + n] == rows[start])
            start, nodes = start[goes_on], nodes[goes_on]
            wanted = nodes * len(self.numbers) + tokens[start + n]
            nodes = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            there = keys[nodes] == wanted
            start, nodes = start[there], nodes[there]
            counts = column[nodes] >= 0
            found_rows.append(rows[start[counts]])
            found_columns.append(column[nodes[counts]])
        return np.concatenate(found_rows), np.concatenate(found_columns)


def _lengths(parts: Iterable[Sequence[Any]]) -> Integers:
    return np.fromiter(map(len, parts), np.int64)


def _matrix(columns: Sequence[Sequence[int]], width: int) -> csr_matrix:
    """Give a matrix of ones in these columns of each row; what stands there twice adds up."""
    lengths = _lengths(columns)
    flat = np.fromiter(chain.from_iterable(columns), np.int64, lengths.sum())
    return _ones(flat, lengths, width)


def _ones(columns: Integers, lengths: Integers, width: int) -> csr_matrix:
    ends = np.concatenate([[0], lengths.cumsum()])
    return csr_matrix((np.ones(len(columns)), columns, ends), (len(lengths), width))
