"""Near-duplicates: sentences of two events that share much of their wording."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from demarche.records import Article, Sentence

SHINGLE = 3
"""Words in a shingle."""

CONTAINED = 0.5
"""From this containment on, two sentences are near-duplicates."""


class Pair(NamedTuple):
    """Two sentences of different events; `containment` lies between 0 and 1."""

    first: Sentence
    second: Sentence
    containment: float


def near_duplicates(sentences: Sequence[Sentence], articles: Mapping[str, Article]) -> list[Pair]:
    """Find sentences that stand in two events in nearly the same words.

    One of a pair is held out while the other trains, so the pair would leak. What is measured
    is containment (Broder 1997, "On the resemblance and containment of documents"): the share of
    the shorter sentence's runs of `SHINGLE` words that the other has too. Sentences that say
    the same in other words, as two translations may, are not found.

    Returns
    -------
    list of Pair
        Those with a containment of `CONTAINED` or more, the highest first.
    """
    shingles = [_shingles(sentence.text) for sentence in sentences]
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, found in enumerate(shingles):
        for shingle in found:
            holders[shingle].append(number)
    candidates = {pair for numbers in holders.values() for pair in combinations(numbers, 2)}
    pairs = [
        Pair(
            sentences[a],
            sentences[b],
            len(shingles[a] & shingles[b]) / min(len(shingles[a]), len(shingles[b])),
        )
        for a, b in sorted(candidates)
        if articles[sentences[a].article].event != articles[sentences[b].article].event
    ]
    near = [pair for pair in pairs if pair.containment >= CONTAINED]
    return sorted(near, key=lambda pair: -pair.containment)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[start:] for start in range(SHINGLE)), strict=False))
