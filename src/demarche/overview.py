"""The overview of a corpus: counts by article, mode, side and stance, and agreement."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from demarche.corpus.agreement import agreement
from demarche.corpus.corpus import load_corpus, packaged
from demarche.corpus.gold import load_passes
from demarche.records import Sentence
from demarche.stance import STANCES

Counts = dict[str, dict[str, int]]
"""Rows by value, columns by stance."""


@dataclass(frozen=True)
class Overview:
    """What a corpus holds.

    Attributes
    ----------
    gold : dict of str to Counts
        Sentences by article, mode and side, each by stance.
    synthetic : Counts
        Synthetic sentences by source, each by stance.
    kappa : dict of str to float or None
        Cohen's kappa of the two passes by field; empty where the corpus has no passes.
    """

    sentences: int
    statements: int
    gold: dict[str, Counts]
    synthetic: Counts
    kappa: dict[str, float | None]


def overview(seeds: Path | None = None, folder: Path | None = None) -> Overview:
    """Check a corpus and count it.

    Parameters
    ----------
    seeds, folder : Path, optional
        As for `demarche.corpus.corpus.load_corpus`.

    Raises
    ------
    DataError
        If a row breaks the contract.
    """
    corpus = load_corpus(seeds, folder)
    sentences = corpus.sentences
    passes = load_passes(folder or packaged("data"), sentences)
    return Overview(
        sentences=len(sentences),
        statements=sum(sentence.is_statement for sentence in sentences),
        gold={
            "article": _counts(sentences, lambda s: s.article),
            "mode": _counts(sentences, lambda s: s.mode),
            "side": _counts(sentences, lambda s: s.side),
        },
        synthetic={
            name: _by_stance(label[0] for template in templates for label in template.labels)
            for name, templates in (
                ("statements", corpus.statements),
                ("articles", corpus.synthetic_articles),
            )
        },
        kappa=agreement(*passes.values()) if passes else {},
    )


def _counts(sentences: Iterable[Sentence], key: Callable[[Sentence], str]) -> Counts:
    stances: dict[str, list[str]] = {}
    for sentence in sentences:
        stances.setdefault(key(sentence), []).append(sentence.stance)
    largest_first = sorted(stances.items(), key=lambda item: -len(item[1]))
    return {value: _by_stance(found) for value, found in largest_first}


def _by_stance(stances: Iterable[str]) -> dict[str, int]:
    counts = Counter(stances)
    return {stance: counts[stance] for stance in STANCES}
