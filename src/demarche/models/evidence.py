"""Which words speak for a verdict, and which against it.

A linear model adds up the weights of its words, and gives them itself. Any other model is asked
again without each word: what its margin loses is the word's weight (occlusion, Zeiler and Fergus
2014; for text Li, Monroe and Jurafsky 2016). ``scripts/check_evidence`` tests whether the words
so found are those that the verdict hangs on.
"""

import re
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from demarche.models.protocol import Predictor, Probabilities
from demarche.records import Evidence

WORD = re.compile(r"\w+(?:['’.-]\w+)*|[^\w\s]+")
"""A word, or a run of punctuation; every visible character belongs to one."""

MOST = 300
"""Words of one text that are left out in turn; those after them are not weighed."""

TINY = 1e-9
"""Smaller probabilities count as this one, so that their logarithms are finite."""


@runtime_checkable
class Explains(Protocol):
    """A model that knows what each word weighs in it."""

    def evidence(self, texts: Sequence[str]) -> list[tuple[Evidence, ...]]:
        """Give the weight of each word of n texts, as `explain` does."""
        ...


def explain(
    model: Predictor, texts: Sequence[str], contexts: Sequence[str] | None = None
) -> list[tuple[Evidence, ...]]:
    """Weigh each word of n texts for or against the most probable stance.

    Parameters
    ----------
    model : Predictor
        Fitted; asked for its own `Explains.evidence` if it has that, else by `occlusion`.
    texts : sequence of str, length n
    contexts : sequence of str, length n, optional
        As for `Predictor.predict_proba`.

    Returns
    -------
    list of tuple of Evidence, length n
        Words and punctuation marks in the order of the text.
    """
    if isinstance(model, Explains):
        return model.evidence(texts)
    places = tqdm(range(len(texts)), desc="explaining", unit="text", leave=False, disable=None)
    return [occlusion(model, texts[i], contexts[i] if contexts else None) for i in places]


def occlusion(model: Predictor, text: str, context: str | None = None) -> tuple[Evidence, ...]:
    """Weigh each word by what the verdict's margin loses without it.

    The model judges the text once for each of its words, of which the first `MOST` count.
    """
    spans = words(text)[:MOST]
    variants = [text, *(text[:start] + text[end:] for start, end in spans)]
    contexts = None if context is None else [context] * len(variants)
    margins = margin(model.predict_proba(variants, contexts))
    return weighed(text, spans, margins[0] - margins[1:])


def words(text: str) -> list[tuple[int, int]]:
    """Find where each word and each run of punctuation starts and ends."""
    return [match.span() for match in WORD.finditer(text)]


def margin(probabilities: Probabilities) -> NDArray[np.float64]:
    """Give how far the first row's verdict is ahead of the other stances, in every row.

    Parameters
    ----------
    probabilities : ndarray of shape (n, 4)

    Returns
    -------
    ndarray of shape (n,)
        The log-probability of that stance less the mean of the others'.
    """
    verdict = probabilities[0].argmax()
    logs = np.log(np.maximum(probabilities, TINY))
    others = np.delete(logs, verdict, axis=1)
    return np.asarray(logs[:, verdict] - others.mean(axis=1))


def weighed(
    text: str, spans: Sequence[tuple[int, int]], weights: NDArray[np.float64]
) -> tuple[Evidence, ...]:
    """Put words and their weights together."""
    return tuple(
        Evidence(text[start:end], start, end, weight)
        for (start, end), weight in zip(spans, weights.tolist(), strict=True)
    )
