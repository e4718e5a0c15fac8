"""Phrases as cues: "according to", "in his view", "is confident that", "X's warning that"."""

from collections.abc import Iterator, Sequence, Set
from itertools import takewhile

from demarche.articles.actors.titles import HEADS
from demarche.articles.actors.words import find_country
from demarche.articles.speech import grammar, phrases, sources, subjects
from demarche.articles.speech.cues import ATTITUDES, OPINIONS, SAYINGS
from demarche.articles.speech.found import Found, Rank
from demarche.articles.speech.tokens import QUOTE, WORD, Token

_LINKING = grammar.words("is are was were stands stand stood remains")
_TOWARDS = grammar.words("that to about with at for of")
POSSESSIVES = frozenset({"his", "her", "their", "its"})


def find_phrases(tokens: Sequence[Token], ordinary: Set[str]) -> Iterator[Found]:
    """Give every phrase of a sentence that attributes, with its source."""
    for place, token in enumerate(tokens):
        found = None
        if token.lower == "according" and _lower(tokens, place + 1) == "to":
            found = _according(tokens, place, ordinary)
        elif place == 0 and token.lower == "for":
            found = _for(tokens)
        elif token.lower in {"in", "by"}:
            found = _opinion(tokens, place, ordinary)
        elif token.lower in ATTITUDES or token.lower in {"unable", "opinion", "view"}:
            found = _attitude(tokens, place, ordinary)
        elif token.lower in SAYINGS:
            found = _nominal(tokens, place, ordinary)
        elif token.text == ":" and place + 1 < len(tokens) and tokens[place + 1].kind == QUOTE:
            found = _colon(tokens, place, ordinary)
        if found:
            yield found


def _lower(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].lower if 0 <= place < len(tokens) else ""


def _according(tokens: Sequence[Token], place: int, ordinary: Set[str]) -> Found | None:
    first = place + 2
    if _lower(tokens, first) == "which":
        span = subjects.main_subject(tokens, place)
        if span and sources.is_plausible(tokens, span, ordinary):
            return Found(Rank.PARTICIPLE, place, first, span)
        return None
    if _lower(tokens, first) in grammar.OBJECT_PRONOUNS | POSSESSIVES:
        return Found(Rank.APART, place, first, (first, first + 1))
    span = phrases.after(tokens, first)
    if not span or not sources.is_plausible(tokens, span, ordinary):
        return None
    document = sources.is_document(tokens, span) or sources.is_outlet(tokens, span)
    return Found(Rank.RELAYED if document else Rank.APART, place, first, span)


def _for(tokens: Sequence[Token]) -> Found | None:
    """Find "For Rome, the matter is closed"."""
    if len(tokens) > 4 and tokens[2].text == "," and find_country(tokens[1].text):
        return Found(Rank.RELAYED, 0, 1, (1, 2))
    return None


def _opinion(tokens: Sequence[Token], place: int, ordinary: Set[str]) -> Found | None:
    """Find "in his view", "in Berg's words", "in the opinion of Berg"."""
    first = place + 1
    if _lower(tokens, first) == "the" and _lower(tokens, first + 1) in OPINIONS:
        if _lower(tokens, first + 2) != "of":
            return None
        span = phrases.after(tokens, first + 3)
        if not span or not sources.is_plausible(tokens, span, ordinary):
            return None
        said = _lower(tokens, first + 1) == "words" and phrases.has_head(tokens, span)
        return Found(Rank.APART if said else Rank.RELAYED, place, first + 3, span)
    for end in range(first + 1, min(first + 8, len(tokens))):
        if tokens[end].kind != WORD:
            return None
        if tokens[end].lower in OPINIONS:
            owner = tokens[end - 1].lower
            own = end - 1 if owner == "own" else end
            if tokens[first].lower in POSSESSIVES and own == first + 1:
                return Found(Rank.RELAYED, place, end + 1, (first, first + 1))
            if owner.endswith(("'s", "s'")) and sources.is_plausible(
                tokens, (first, own), ordinary
            ):
                return Found(Rank.RELAYED, place, end + 1, (first, own))
            return None
    return None


def _attitude(tokens: Sequence[Token], place: int, ordinary: Set[str]) -> Found | None:
    """Find "is confident that", "is of the opinion that", "was unable to confirm"."""
    first = place
    while first > 0 and tokens[first - 1].lower in {"of", "the", "quite", "very", "fully", "still"}:
        first -= 1
    if tokens[place].lower == "unable" and _lower(tokens, place + 2) not in {"confirm", "say"}:
        return None
    if tokens[place].lower in {"opinion", "view"} and _lower(tokens, place - 2) != "of":
        return None
    if _lower(tokens, first - 1) not in _LINKING or _lower(tokens, place + 1) not in _TOWARDS:
        return None
    subject = subjects.before(tokens, first - 1)
    if not subject or subject.link not in {"main", "shared"}:
        return None
    if not sources.is_plausible(tokens, subject.span, ordinary):
        return None
    if sources.is_document(tokens, subject.span):
        return None
    return Found(Rank.SHARED, place, place + 1, subject.span)


def _colon(tokens: Sequence[Token], place: int, ordinary: Set[str]) -> Found | None:
    """Find the source of "his words were echoed by Berg: “…”", "Berg struck a new note: “…”"."""
    span = subjects.main_subject(tokens, place) or (0, place)
    if not sources.is_plausible(tokens, span, ordinary):
        return None
    return Found(Rank.INNER, place, place + 1, span)


def _nominal(tokens: Sequence[Token], place: int, ordinary: Set[str]) -> Found | None:
    """Find "the minister's warning that"."""
    if not tokens[place - 1].lower.endswith(("'s", "s'")) or place == 0:
        return None
    behind = list(takewhile(lambda token: token.kind == WORD, tokens[place + 1 : place + 7]))
    if not any(token.lower == "that" for token in behind):
        return None
    first = place - 1
    while first > 0 and _is_part_of_name(tokens[first - 1]):
        first -= 1
    if not sources.is_plausible(tokens, (first, place), ordinary):
        return None
    return Found(Rank.PASSIVE, place, place + 1, (first, place))


def _is_part_of_name(token: Token) -> bool:
    return token.kind == WORD and (
        token.capital or token.lower in HEADS or token.lower in grammar.DETERMINERS
    )
