"""Noun phrases, found without a parser.

A phrase ends at marks, quotations, subordinators and finite verbs; adverbial phrases at its start
("On Monday the ministry") are passed over.
"""

from collections.abc import Sequence

from demarche.articles.actors.titles import HEADS
from demarche.articles.actors.words import find_country
from demarche.articles.speech import grammar
from demarche.articles.speech.bodies import BODIES
from demarche.articles.speech.tokens import WORD, Token

Span = tuple[int, int]
"""First token and the one after the last."""

FARTHEST = 60
"""Tokens that one phrase may span, and that a subject may be away from its verb."""
_LEAVE_AFTER_NAME = grammar.words(
    "in on at during after before following to with by under over from outside through via late "
    "early last this when as"
)
"""What a phrase does not go on with behind a name: "Berg in Rome"."""
_ENDING = grammar.AUXILIARIES.union(
    grammar.SUBORDINATORS - {"but"}, grammar.DATES, grammar.IRREGULAR_PASTS
)
_UNFINISHED = grammar.PREPOSITIONS | {"the", "a", "and"}
_NEVER_LAST = grammar.PREPOSITIONS | grammar.AUXILIARIES
_VERBS = grammar.AUXILIARIES - {"may", "might", "will", "'s"}
_BEFORE_NOUN = grammar.PREPOSITIONS | grammar.DETERMINERS | {"and", "or"}
_NO_START = grammar.SUBORDINATORS | grammar.PREPOSITIONS
_NO_APPOSITION = grammar.PREPOSITIONS | grammar.LEADING
_WITHIN_PHRASE = grammar.PREPOSITIONS | {"and", "or"}
HEAD_WITHIN = 9
"""Words of an apposition among which the noun of an office or body stands."""


def strip_left(tokens: Sequence[Token], first: int, end: int) -> int:
    """Pass over conjunctions, adverbs and adverbial phrases at the start of a phrase."""
    while first < end:
        lower = tokens[first].lower
        if lower in grammar.PREPOSITIONS or lower in {"as", "according"}:
            first = _after_prepositional(tokens, first, end)
        elif _is_time_from_here(tokens, first, end):
            first += 2
        elif _is_leading(tokens, first, end):
            first += 1
        else:
            break
    return first


def _is_time_from_here(tokens: Sequence[Token], first: int, end: int) -> bool:
    """Say whether "this week", "June 26" stands here."""
    if first + 1 >= end or not grammar.is_time(tokens[first + 1].lower):
        return False
    lower = tokens[first].lower
    return lower in {"this", "that"} or (
        lower in grammar.DATES and tokens[first + 1].lower.isdigit()
    )


def _is_leading(tokens: Sequence[Token], first: int, end: int) -> bool:
    lower = tokens[first].lower
    if lower in grammar.LEADING:
        return lower not in grammar.DETERMINERS or lower == "all"
    if grammar.is_adverb(lower):
        # "Vasily Berg" is no adverb, "Finally Berg said" begins with one.
        name = tokens[first].capital and (first > 0 or tokens[min(first + 1, end - 1)].capital)
        return end - first > 1 and not name
    if grammar.is_time(lower):
        return not lower[0].isdigit()
    return lower in grammar.AUXILIARIES and lower != "may"


def _after_prepositional(tokens: Sequence[Token], first: int, end: int) -> int:
    """Give where the phrase after a leading prepositional phrase begins, `end` if nowhere."""
    if tokens[first].lower in {"as", "with", "because", "like", "unlike"}:
        return first + 1
    for place in range(first + 2, end):
        before, token = tokens[place - 1], tokens[place]
        if before.lower in _BEFORE_NOUN or before.lower.endswith("'s"):
            continue
        if token.lower in _WITHIN_PHRASE or grammar.is_time(token.lower):
            continue
        if (
            token.lower in grammar.DETERMINERS
            or token.lower in grammar.SUBJECT_PRONOUNS
            or grammar.ends_time(before.lower)
            or (token.capital and not before.capital)
            # "In Rome Foreign Minister Berg": the place is one name, what follows another.
            or (token.capital and place == first + 2 and find_country(before.text) is not None)
        ):
            return place
    return end


def is_nominal(tokens: Sequence[Token], first: int, end: int) -> bool:
    """Say whether tokens can be a noun phrase: no verb among them, no loose end."""
    last = tokens[end - 1].lower
    if last in _NEVER_LAST or last.endswith(("'s", "s'")):
        return False
    if last in grammar.DETERMINERS and end - first > 1:
        return False
    return not any(token.lower in _VERBS for token in tokens[first:end])


def has_finite(tokens: Sequence[Token], last: int, least: int = 0) -> bool:
    """Say whether a finite verb stands among the words that end at token `last`."""
    for place in range(last, max(least - 1, last - FARTHEST), -1):
        token = tokens[place]
        if token.kind != WORD:
            return False
        if not token.capital and grammar.looks_finite(token.lower):
            return True
    return False


def has_head(tokens: Sequence[Token], span: Span) -> bool:
    """Say whether a phrase holds the noun of an office: "deputy head of the mission"."""
    return any(
        token.lower in HEADS or token.lower.rsplit("-", 1)[-1] in HEADS
        for token in tokens[slice(*span)]
    )


def after(tokens: Sequence[Token], first: int) -> Span | None:
    """Find the noun phrase that begins at token `first`, with its apposition."""
    end = _phrase_end(tokens, first)
    if end == first or tokens[first].lower in _NO_START:
        return None
    while end + 1 < len(tokens) and tokens[end].text == ",":
        following = _phrase_end(tokens, end + 1, apposed=True)
        closed = following >= len(tokens) or tokens[following].kind != WORD
        if not closed or not _is_apposition(tokens, end + 1, following):
            break
        end = following
    return first, end


def _phrase_end(tokens: Sequence[Token], first: int, *, apposed: bool = False) -> int:
    place = first
    while place < len(tokens) and place - first < FARTHEST and tokens[place].kind == WORD:
        if place > first and _ends_phrase(tokens, place, apposed=apposed):
            break
        place += 1
    while place > first and tokens[place - 1].lower in _UNFINISHED:
        place -= 1
    return place


def _ends_phrase(tokens: Sequence[Token], place: int, *, apposed: bool) -> bool:
    lower = tokens[place].lower
    if lower in _ENDING:
        return True
    if lower in {"on", "in", "at"} and place + 1 < len(tokens):
        following = tokens[place + 1].lower
        if following and grammar.is_time(following):
            return True
    return lower in _LEAVE_AFTER_NAME and tokens[place - 1].capital and not apposed


def _is_apposition(tokens: Sequence[Token], first: int, end: int) -> bool:
    segment = tokens[first:end]
    if not segment or segment[0].lower in _NO_APPOSITION:
        return False
    if segment[0].lower.endswith("ing"):
        return False
    return any(token.lower in HEADS or token.lower in BODIES for token in segment[:HEAD_WITHIN])
