"""The counts of scikit-learn's n-gram vectorizers, for many texts at once, and faster.

Every n-gram of characters stands within a word (analyzer ``"char_wb"``), so that a text's counts
are the sum of its words' counts: each distinct word is taken apart once, and a sparse matrix
product adds up. N-grams of words are looked up as numbers, all texts' at once. The counts are
scikit-learn's own, not near them: nothing is hashed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from demarche.models.ngrams import TOKEN, Vocabulary

Integers = NDArray[np.integer[Any]]

REMEMBERED = 2**19
"""Characters of the words that are remembered from one call to the next, as long as they fit."""

KEPT = 30 * 2**20
"""Bytes, just under the most that glibc's threshold grows to (``mallopt(3)``)."""


class NgramCounter:
    """Counts the n-grams of texts.

    Parameters
    ----------
    words, characters : Vocabulary
        With the analyzers ``"word"`` and ``"char_wb"``.
    """

    def __init__(self, words: Vocabulary, characters: Vocabulary) -> None:
        self.characters = characters
        self.shapes = len(words.terms), len(characters.terms)
        self.word_ngrams = WordNgrams(words.columns)
        self._lock = Lock()
        self._forget()
        # glibc keeps freed memory for the next arrays once one of this size was given back; else
        # every call's pages are handed to the system and faulted in again, an eighth of its time.
        np.empty(KEPT, dtype=np.uint8)

    def _forget(self) -> None:
        self._places: defaultdict[str, int] = defaultdict(count().__next__)
        self._parts = NO_ROWS, NO_ROWS
        self.remembered = 0

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
        found, features, tokens = self._look_up(split, lengths.sum())
        of_word = _ones(features.flat, features.lengths, self.shapes[1])
        characters = _ones(found, lengths, len(features.lengths)) @ of_word
        numbers, many = tokens.gather(found)
        rows = np.repeat(np.repeat(np.arange(len(texts)), lengths), many)
        at, columns = self.word_ngrams.find(numbers, rows)
        words = csr_matrix((np.ones(len(at)), (at, columns)), (len(texts), self.shapes[0]))
        return words, characters

    def _look_up(
        self, split: Sequence[Sequence[str]], total: int
    ) -> tuple[Integers, "Ragged", "Ragged"]:
        """Give the place of each word; and by place, its n-grams of characters and its tokens."""
        with self._lock:
            if self.remembered > REMEMBERED:
                self._forget()
            found = np.fromiter(
                map(self._places.__getitem__, chain.from_iterable(split)), np.int32, total
            )
            features, tokens = self._parts
            new = list(islice(self._places, len(tokens.lengths), None))
            if new:
                column, number = self.characters.columns.get, self.word_ngrams.number
                ngrams = [map(column, self.characters.within(word)) for word in new]
                # Both at once, so that an interrupt leaves no word with half of its parts.
                self._parts = (
                    features.plus([[one for one in own if one is not None] for own in ngrams]),
                    tokens.plus([list(map(number, TOKEN.findall(word))) for word in new]),
                )
                self.remembered += sum(map(len, new))
            return found, *self._parts


@dataclass(frozen=True)
class Ragged:
    """Rows of integers that are not equally long, in one array.

    Attributes
    ----------
    flat : ndarray of int
        One row after the other.
    lengths : ndarray of int
    """

    flat: Integers
    lengths: Integers

    def plus(self, rows: Sequence[Sequence[int]]) -> "Ragged":
        """Set further rows behind."""
        lengths = _lengths(rows)
        flat = np.fromiter(chain.from_iterable(rows), np.int32, lengths.sum())
        return Ragged(np.concatenate([self.flat, flat]), np.concatenate([self.lengths, lengths]))

    def gather(self, rows: Integers) -> tuple[Integers, Integers]:
        """Give some rows, one after the other, and their lengths."""
        many = self.lengths[rows]
        first = (self.lengths.cumsum() - self.lengths)[rows] - (many.cumsum() - many)
        return self.flat[np.repeat(first, many) + np.arange(many.sum())], many


NO_ROWS = Ragged(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64))


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


def _ones(columns: Integers, lengths: Integers, width: int) -> csr_matrix:
    ends = np.zeros(len(lengths) + 1, dtype=columns.dtype)
    lengths.cumsum(out=ends[1:])
    return csr_matrix((np.ones(len(columns)), columns, ends), (len(lengths), width))
