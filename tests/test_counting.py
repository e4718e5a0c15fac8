"""Counting n-grams: the same counts as scikit-learn's vectorizers give, on any text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from demarche.models.counting import LONGEST, NgramCounter

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


def fitted(words: tuple[int, int], characters: tuple[int, int]) -> list[CountVectorizer]:
    return [
        CountVectorizer(ngram_range=words).fit(KNOWN),
        CountVectorizer(ngram_range=characters, analyzer="char_wb").fit(KNOWN),
    ]


VECTORIZERS = [
    fitted((1, 2), (3, 5)),
    fitted((2, 3), (1, 2)),
    fitted((1, 1), (LONGEST, LONGEST + 30)),
]


@pytest.mark.parametrize("vectorizers", VECTORIZERS, ids=["usual", "without words", "long"])
@given(
    batches=st.lists(st.lists(TEXTS | st.text(), min_size=1, max_size=5), min_size=1, max_size=3)
)
@settings(deadline=None, max_examples=100)
def test_counts_are_those_of_scikit_learn(
    vectorizers: list[CountVectorizer], batches: list[list[str]]
) -> None:
    counter = NgramCounter(*vectorizers)
    for texts in batches:
        for counts, vectorizer in zip(counter(texts), vectorizers, strict=True):
            expected = vectorizer.transform(texts)
            assert counts.shape == expected.shape
            assert counts.nnz == expected.nnz  # an n-gram that stands twice in a text is one entry
            assert np.array_equal(counts.toarray(), expected.toarray())
