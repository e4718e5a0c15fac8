"""Folds: which rows train and which are held out, split by event and never by sentence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from demarche.corpus.corpus import Corpus
from demarche.errors import ConfigError
from demarche.records import Sentence

SHARED_WORDS = 8
"""A training text that shares this many words in a row with a held-out one is left out."""


@dataclass(frozen=True)
class Fold:
    """One split.

    Attributes
    ----------
    name : str
        The event that is held out.
    held_out : list of Sentence
        The gold sentences of that event.
    """

    name: str
    held_out: list[Sentence]


def make_folds(corpus: Corpus, protocol: str, event: str | None = None) -> list[Fold]:
    """Split the gold sentences by event.

    Parameters
    ----------
    corpus : Corpus
    protocol : {"leave_one_event_out", "holdout", "none"}
        Each event in turn; one event alone; no evaluation.
    event : str, optional
        The event that ``holdout`` keeps back; by default the latest.

    Returns
    -------
    list of Fold
        Empty for ``none``.

    Raises
    ------
    ConfigError
        If the event is unknown, or there are too few events to hold one out.
    """
    if protocol == "none":
        return []
    annotated = {sentence.article for sentence in corpus.sentences}
    latest_first = sorted(
        (article for article in corpus.articles.values() if article.id in annotated),
        key=lambda article: article.date,
        reverse=True,
    )
    events = list(dict.fromkeys(article.event for article in latest_first))
    if len(events) < 2:
        raise ConfigError(
            f"protocol={protocol} needs two annotated events, the corpus has {len(events)}; "
            "use protocol=none"
        )
    if protocol == "holdout":
        held_out = event or events[0]
        if held_out not in events:
            raise ConfigError(f"protocol.event={held_out!r} is none of {', '.join(events)}")
        events = [held_out]
    return [
        Fold(
            name=name,
            held_out=[s for s in corpus.sentences if corpus.articles[s.article].event == name],
        )
        for name in events
    ]


def word_runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    """Give every run of `SHARED_WORDS` words within one of the texts, in lower case."""
    runs: set[tuple[str, ...]] = set()
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        runs.update(zip(*(words[start:] for start in range(SHARED_WORDS)), strict=False))
    return runs
