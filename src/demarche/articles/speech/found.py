"""A cue found in a sentence, and which of several goes first."""

from dataclasses import dataclass
from enum import IntEnum

from demarche.articles.speech.phrases import Span


class Rank(IntEnum):
    """Which of several cues in one sentence attributes it; the lowest does."""

    APART = 0
    """Set apart from the words: "…, he said", "according to the minister"."""
    WITH = 1
    """ "…, with the minister saying that …"."""
    MAIN = 2
    """The main verb with its subject: "he said that …"."""
    SHARED = 3
    """A further verb of the same subject: "… and said that …"."""
    RELAYED = 4
    """A text or an opinion: "according to the statement", "in his view"."""
    PARTICIPLE = 5
    """ "…, saying that …"."""
    PASSIVE = 6
    """ "… was condemned by …"."""
    INNER = 7
    """ "…, which she called …"."""
    NESTED = 8
    """Relayed by another: "the agency reported that the minister said …"."""


@dataclass(frozen=True, slots=True)
class Found:
    """The cue ``tokens[first:last]`` and the source that it goes with."""

    rank: Rank
    first: int
    last: int
    source: Span | None
