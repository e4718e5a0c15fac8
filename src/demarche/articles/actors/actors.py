"""Who speaks: sources resolved to canonical speakers, with side and role."""

from collections.abc import Sequence

from demarche.articles.actors.history import AUTHOR
from demarche.articles.actors.mentions import Scan
from demarche.articles.actors.resolution import Resolver
from demarche.articles.actors.speakers import Speakers, default_speakers
from demarche.articles.actors.turns import Turns
from demarche.articles.parts import Attribution, Unit, Voice


def resolve(
    text: str,
    units: Sequence[Unit],
    attributions: Sequence[Attribution],
    speakers: Speakers | None = None,
) -> list[Voice]:
    """Give the voice of each sentence.

    Parameters
    ----------
    text : str
        The input.
    units : sequence of Unit, length n
    attributions : sequence of Attribution, length n
    speakers : Speakers, optional
        The table of well-known speakers; by default the one that demarche ships.

    Returns
    -------
    list of Voice, length n
        Of narration, the author's.
    """
    sources = [how.source for how in attributions if how.source]
    table = speakers or default_speakers()
    turns = Turns(text, units, attributions)
    resolver = Resolver(text, units, turns, Scan(text, units, sources, table), table)
    voices: list[Voice | None] = [None] * len(units)
    for at in _in_order(attributions):
        how = attributions[at]
        if how.mode == "narration":
            voices[at] = AUTHOR
        elif how.source:
            voices[at] = resolver.voice(at, how.source)
        elif how.carried is not None and voices[how.carried] not in (None, AUTHOR):
            voices[at] = voices[how.carried]
        else:
            voices[at] = resolver.last_voice(at)
    return [voice or AUTHOR for voice in voices]


def _in_order(attributions: Sequence[Attribution]) -> list[int]:
    """Give the order in which to resolve: the sentences with a source, then what they carry."""
    own = [at for at, how in enumerate(attributions) if how.source]
    rest = [at for at, how in enumerate(attributions) if not how.source]
    # A speaker may be carried over a chain of sentences, forwards or backwards.
    backward = [at for at in rest if (attributions[at].carried or 0) > at]
    forward = [at for at in rest if (attributions[at].carried or 0) <= at]
    return own + backward[::-1] + forward
