"""Counting n-grams: the same counts as scikit-learn's vectorizers give, on any text."""

from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from demarche.models import counting
from demarche.models.counting import NgramCounter
from demarche.models.ngrams import Vocabulary

KNOWN = [
    "We will attack at once, they said: we will strike, and strike hard.",
    "İstanbul’s ΟΔΟΣ, U.S. don’t a “…” — Straße ß ﬁ e\u0301 snake_case x\u200by",
    "我们 反对 🕊️ 3.5% at once at once",
    "supercalifragilistic" * 3,
]
PIECES = [word for text in KNOWN for word in text.split()] + [
    "\x1f",
    "\u2003",
    "\n\n",
    "\0",
    "\ud800",
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map(" ".join)


def fitted(words: tuple[int, int], characters: tuple[int, int]) -> list[TfidfVectorizer]:
    return [
        TfidfVectorizer(ngram_range=words).fit(KNOWN),
        TfidfVectorizer(ngram_range=characters, analyzer="char_wb").fit(KNOWN),
    ]


VECTORIZERS = [
    fitted((1, 2), (3, 5)),
    fitted((2, 3), (1, 2)),
    fitted((1, 1), (40, 70)),
]


@pytest.mark.parametrize("remembered", [0, 30, 10**6])
@pytest.mark.parametrize("vectorizers", VECTORIZERS, ids=["usual", "without words", "long"])
@given(
    batches=st.lists(st.lists(TEXTS | st.text(), min_size=1, max_size=5), min_size=1, max_size=4)
)
@settings(deadline=None, max_examples=60)
def test_counts_are_those_of_scikit_learn(
    vectorizers: list[TfidfVectorizer], remembered: int, batches: list[list[str]]
) -> None:
    with mock.patch.object(counting, "REMEMBERED", remembered):
        counter = NgramCounter(*map(Vocabulary.of, vectorizers))
        for texts in batches:
            for counts, vectorizer in zip(counter(texts), vectorizers, strict=True):
                expected = CountVectorizer.transform(vectorizer, texts)
                assert counts.shape == expected.shape
                assert counts.nnz == expected.nnz  # what stands twice in a text is one entry
                assert np.array_equal(counts.toarray(), expected.toarray())


def test_words_are_not_remembered_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "REMEMBERED", 1000)
    counter = NgramCounter(*map(Vocabulary.of, VECTORIZERS[0]))
    for number in range(1000):
        counter([f"attack{number} strike{number}"])
        assert counter.remembered <= 1000 + 40


def test_a_count_that_was_interrupted_leaves_the_next_ones_right() -> None:
    counter = NgramCounter(*map(Vocabulary.of, VECTORIZERS[0]))
    texts = ["we will strike unheard-of places", "they said: strike at once"]
    expected = [
        counts.toarray() for counts in NgramCounter(*map(Vocabulary.of, VECTORIZERS[0]))(texts)
    ]
    with (
        mock.patch.object(counting, "TOKEN", mock.Mock(findall=interrupt)),
        pytest.raises(KeyboardInterrupt),
    ):
        counter(texts)
    for counts, right in zip(counter(texts), expected, strict=True):
        assert np.array_equal(counts.toarray(), right)


def interrupt(_: str) -> None:
    raise KeyboardInterrupt


def test_threads_may_count_at_once() -> None:
    counter = NgramCounter(*map(Vocabulary.of, VECTORIZERS[0]))
    batches = [[f"we strike {word}{number}" for word in PIECES] for number in range(50)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(counter, batches))
    for texts, both in zip(batches, found, strict=True):
        for counts, vectorizer in zip(both, VECTORIZERS[0], strict=True):
            expected = CountVectorizer.transform(vectorizer, texts)
            assert np.array_equal(counts.toarray(), expected.toarray())
