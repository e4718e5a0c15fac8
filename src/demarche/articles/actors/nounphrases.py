"""Noun phrases that name a source: their heads, and what in them is the one who speaks."""

import re
from collections.abc import Sequence, Set

from demarche.articles.actors.descriptions import Description
from demarche.articles.actors.institutions import NOUNS
from demarche.articles.actors.titles import is_title
from demarche.articles.actors.words import Place, Word, vocabulary

INDEFINITE = vocabulary(
    """
    a an one two three four five six several some many senior unnamed another other top high-level
    high-ranking various few most
    """
)
"""Words that open a phrase about somebody new."""
DOCUMENTS = vocabulary(
    """
    statement statements communique communiqué report reports letter note document documents text
    article commentary editorial announcement release speech message minutes bulletin post tweet
    remarks declaration resolution comment comments address paper dispatch account plan proposal
    agenda order decree notice notification interview reply answer memorandum summary readout
    transcript programme program paragraph communication review study survey estimates estimate
    figures data statistics records sources source
    """
)
"""Nouns of what somebody issues."""
AWAY = frozenset({"in", "at", "to", "with", "for"})
"""Prepositions after which a country is not the one that somebody belongs to."""
_PREPOSITIONS = vocabulary(
    "of in at for with from to on by who whose which that speaking quoted under near"
)
_OFFICES = re.compile(
    r"^(?:the |a |its )?(?:press|media|information|public relations)?[ -]?"
    r"(?:service|office|wing|bureau|department|arm|secretariat|centre|center)\b"
)
_ISSUED = vocabulary("issued published released compiled prepared adopted signed submitted")
_HEADS_OF = {"state": "president", "government": "premier"}


def follows(words: Sequence[Word], first: int, prepositions: Set[str]) -> bool:
    """Say whether one of `prepositions` stands before word `first`, an article between or not."""
    at = first - 1
    while at >= 0 and words[at].lower == "the":
        at -= 1
    return at >= 0 and words[at].lower in prepositions


def head_part(words: Sequence[Word]) -> Sequence[Word]:
    """Give a phrase up to its first preposition."""
    end = next((n for n, word in enumerate(words) if n and word.lower in _PREPOSITIONS), len(words))
    return words[:end]


def behind_document(words: Sequence[Word]) -> int:
    """Give where the issuer begins: "a report by the agency"; 0 if there is none."""
    head = len(head_part(words))
    if words[head - 1].lower in DOCUMENTS:
        for at in range(head, len(words) - 1):
            if words[at].lower == "by" and words[at - 1].lower in _ISSUED:
                return at + 1
    if head + 1 >= len(words) or words[head].lower not in {"by", "of", "from"}:
        return 0
    phrase = " ".join(word.lower for word in words[:head])
    issued = words[head - 1].lower in DOCUMENTS or bool(_OFFICES.match(phrase))
    return head + 1 if issued and words[head - 1].lower != "department" else 0


def before_office(words: Sequence[Word]) -> int:
    """Give where a body ends whose office speaks: "the board's press service"; 0 if none does."""
    for at, word in enumerate(words[:-1]):
        if word.possessive and at + 4 > len(words) - 1:
            office = " ".join(w.lower for w in words[at + 1 :])
            body = word.lower in NOUNS or (at > 0 and words[at - 1].lower in NOUNS)
            if body and (_OFFICES.fullmatch(office) or words[-1].lower in DOCUMENTS):
                return at + 1
    return 0


def is_complement(before: Sequence[str]) -> bool:
    """Say whether a name after these words only completes them: "a spokesman for President"."""
    for at in range(len(before) - 1, -1, -1):
        if before[at] in {"of", "for", "to", "from", "with", "by"} and any(
            is_title(word) for word in before[:at]
        ):
            after = [word for word in before[at + 1 :] if word not in {"the", "a", "an"}]
            return not after or any(is_title(word) for word in after)
    return False


def definite(words: Sequence[Word], places: Sequence[Place]) -> Description | None:
    """Read a phrase that means a person known already; None if it means none."""
    if words[0].lower in INDEFINITE:
        return None
    head = head_part(words)
    at = len(head) - 1
    noun = head[at].lower
    if noun == "general" and at and head[at - 1].lower in {"secretary", "director"}:
        at, noun = at - 1, head[at - 1].lower
    if noun == "head" and len(words) > len(head) + 1 and words[len(head)].lower == "of":
        # "the head of state", "the head of government"
        noun = _HEADS_OF.get(words[len(head) + 1].lower, noun)
    if not is_title(noun) or (noun.endswith("s") and is_title(noun[:-1])):
        return None
    known = (
        words[0].lower in {"the", "that", "this", "his", "her", "same", "its"}
        or any(place.last <= at for place in places)
        or head[at].capital
    )
    if not known:
        return None
    own = tuple(place for place in places if not follows(words, place.first, AWAY))
    return Description(tuple(words), own, at, noun)
