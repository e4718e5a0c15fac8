"""Speakers carried over sentences: quotations that run on, and views that are carried on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from demarche.articles.parts import Attribution, Quotation


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as it was read by itself.

    Attributes
    ----------
    how : Attribution
    paragraph : int
    quotations : tuple of Quotation
    whole : bool
        Whether it stands in quotation marks altogether.
    apart : bool
        Whether its attribution stands apart from its quotation: "…," he said.
    quotes : bool
        Whether it quotes somebody whom it does not name.
    """

    how: Attribution
    paragraph: int
    quotations: tuple[Quotation, ...]
    whole: bool
    apart: bool
    quotes: bool


def carry_speakers(sentences: Sequence[Sentence]) -> list[Attribution]:
    """Give each statement that names no source the place of the sentence that does.

    Parameters
    ----------
    sentences : sequence of Sentence, length n

    Returns
    -------
    list of Attribution, length n
    """
    found = [sentence.how for sentence in sentences]
    latest: int | None = None  # the last sentence that names its source
    place = 0
    while place < len(sentences):
        end = _run_end(sentences, place)
        named = [at for at in range(place, end) if found[at].source]
        if named:
            origin: int | None = named[0]
        elif sentences[place].whole:
            ahead = _named_ahead(sentences, place, end)
            origin = latest if ahead is None else ahead
        else:
            origin = latest
        for at in range(place, end):
            if found[at].source:
                continue
            if (
                found[at].mode == "narration"
                and sentences[at].quotes
                and _follows(sentences, found, at)
            ):
                found[at] = replace(found[at], mode="mixed")
            if found[at].mode != "narration":
                found[at] = replace(found[at], carried=origin)
        latest = named[-1] if named else latest
        place = end
    return found


def _run_end(sentences: Sequence[Sentence], place: int) -> int:
    """Give the place after the last sentence of the quotation that runs on from `place`."""
    end = place + 1
    while end < len(sentences):
        left, right = sentences[end - 1].quotations, sentences[end].quotations
        if not left or left[-1].closed or not right or right[0].opened:
            break
        end += 1
    return end


def _named_ahead(sentences: Sequence[Sentence], first: int, end: int) -> int | None:
    """Find who is named behind the quoted sentences that begin a paragraph."""
    paragraph = sentences[first].paragraph
    if first and sentences[first - 1].paragraph == paragraph:
        return None
    while end < len(sentences) and sentences[end].paragraph == paragraph:
        if not sentences[end].quotations:
            return None
        if sentences[end].how.source:
            return end if sentences[end].apart else None
        end += 1
    return None


def _follows(sentences: Sequence[Sentence], found: Sequence[Attribution], place: int) -> bool:
    """Say whether a sentence comes right after a statement, in its paragraph."""
    return (
        place > 0
        and sentences[place - 1].paragraph == sentences[place].paragraph
        and found[place - 1].mode != "narration"
    )
