"""Sources: whether a noun phrase can name who speaks, and what kind of source it names."""

from collections.abc import Sequence, Set

from demarche.articles.actors.titles import HEADS
from demarche.articles.actors.words import find_country
from demarche.articles.speech import grammar
from demarche.articles.speech.bodies import BODIES, DOCUMENTS, OUTLETS, THINGS
from demarche.articles.speech.phrases import Span
from demarche.articles.speech.tokens import WORD, Token

_ENDS_HEAD = grammar.PREPOSITIONS | grammar.RELATIVES
_SPEAKER_NOUNS = HEADS | BODIES
_PRONOUNS = grammar.SUBJECT_PRONOUNS | {"both", "some", "others"}
_NOBODY = frozenset({"nobody", "nothing", "none", "neither", "let"})
_OWN = frozenset({"our", "my", "your"})
_NEVER_NAMES = grammar.DETERMINERS | grammar.LEADING | grammar.TIMES
_TOLD = frozenset({"told", "informed", "warned", "reminded", "notified", "drawn", "advised"})
_PRESS_OFFICES = frozenset({"service", "office", "secretary", "officer", "department", "centre"})
_NOT_ALONE = grammar.OWN_VOICE | grammar.DETERMINERS | grammar.RELATIVES


def is_plausible(tokens: Sequence[Token], span: Span, ordinary: Set[str]) -> bool:
    """Say whether a noun phrase can name who speaks.

    Parameters
    ----------
    tokens : sequence of Token
        The sentence.
    span : Span
        Where the phrase stands in it.
    ordinary : set of str
        Words that the article writes in lower case: at the start of a sentence they are no names.
    """
    phrase = _words(tokens, span)
    if not phrase:
        return False
    first = phrase[0].lower
    if len(phrase) == 1 and (first in _PRONOUNS or first in _NOT_ALONE):
        return first in _PRONOUNS
    if first in {"one", "some", "many"} and phrase[-1].lower in {"them", "whom"}:
        return True
    return not _is_no_source(phrase) and (
        _names_speaker(phrase)
        or any(
            token.capital
            and token.lower not in _NEVER_NAMES
            and (token is not tokens[0] or token.lower not in ordinary)
            for token in phrase
        )
    )


def _is_no_source(phrase: Sequence[Token]) -> bool:
    """Say whether a phrase names a thing, nobody, or the article's own author."""
    head = _head(phrase).lower
    named = any(token.capital for token in phrase[1:])
    if phrase[0].lower in _NOBODY or phrase[0].lower in _OWN:
        return True
    return not named and (head in THINGS or head.startswith("author"))


def _names_speaker(phrase: Sequence[Token]) -> bool:
    """Say whether a phrase holds the noun of an office, a body or a text."""
    if _head(phrase).lower in DOCUMENTS or any(t.lower in DOCUMENTS for t in phrase[1:4]):
        return True
    return any(token.lower.removesuffix("'s") in _SPEAKER_NOUNS for token in phrase)


def is_headed(tokens: Sequence[Token], span: Span) -> bool:
    """Say whether a phrase names who speaks up to its head: not "the conclusion of the Pact"."""
    phrase = _words(tokens, span)
    head = phrase.index(_head(phrase)) if phrase else 0
    own = phrase[: head + 1]
    return len(own) == len(phrase) or _names_speaker(own) or any(t.capital for t in own[1:])


def is_document(tokens: Sequence[Token], span: Span) -> bool:
    """Say whether a noun phrase names a text that speaks for somebody: "the statement"."""
    phrase = _words(tokens, span)
    return bool(phrase) and _head(phrase).lower in DOCUMENTS


def is_outlet(tokens: Sequence[Token], span: Span) -> bool:
    """Say whether a noun phrase names a news outlet, which may only relay words."""
    phrase = _words(tokens, span)
    words = [token.lower.removesuffix("'s") for token in phrase]
    return any(
        word in OUTLETS and not (word == "press" and after in _PRESS_OFFICES)
        for word, after in zip(words, [*words[1:], ""], strict=True)
    )


def is_body(tokens: Sequence[Token], span: Span) -> bool:
    """Say whether a noun phrase names a body: "the foreign ministry"."""
    return head_of(tokens, span) in BODIES


def is_person(tokens: Sequence[Token], span: Span, ordinary: Set[str]) -> bool:
    """Say whether a noun phrase names one person: "Berg", "he", "Prime Minister Anna Berg"."""
    phrase = _words(tokens, span)
    if not phrase:
        return False
    head = _head(phrase)
    if len(phrase) == 1 and head.lower in {"he", "she"}:
        return True
    named = head.capital and not head.lower.endswith("'s") and find_country(head.text) is None
    return (
        named
        and head.lower not in BODIES | OUTLETS | _NEVER_NAMES | _PRONOUNS
        and not (head is tokens[0] and head.lower in ordinary)
        and not head.text.isupper()
    )


def is_addressed(tokens: Sequence[Token], span: Span) -> bool:
    """Say whether words go to whom a phrase names: "the envoy was told", "his attention was drawn".

    The phrase is a subject, its verb follows.
    """
    following = [token.lower for token in tokens[span[1] : span[1] + 4]]
    return not grammar.BE.isdisjoint(following[:2]) and not _TOLD.isdisjoint(following)


def is_plural(tokens: Sequence[Token], span: Span) -> bool:
    """Say whether a noun phrase takes a plural verb: "officials in Rome", "Spain and Morocco"."""
    phrase = _words(tokens, span)
    head = _head(phrase).lower
    return (
        head in {"they", "both", "people", "police"}
        or any(token.lower == "and" for token in phrase)
        or (head.endswith("s") and not head.endswith(("'s", "ss", "us", "is")))
        or head.endswith("men")
    )


def head_of(tokens: Sequence[Token], span: Span) -> str:
    """Give the noun that a phrase is built on: "spokesman" of "a spokesman for the army"."""
    phrase = _words(tokens, span)
    return _head(phrase).lower if phrase else ""


def _words(tokens: Sequence[Token], span: Span) -> list[Token]:
    return [token for token in tokens[slice(*span)] if token.kind == WORD]


def _head(phrase: Sequence[Token]) -> Token:
    for place, token in enumerate(phrase):
        if place and token.lower in _ENDS_HEAD:
            return phrase[place - 1]
    return phrase[-1]
