"""On whose behalf a person speaks, and in what capacity: what titles and appositions say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from demarche.articles.actors.descriptions import Description
from demarche.articles.actors.institutions import NOUNS, SCHOLARLY, name_body
from demarche.articles.actors.register import Named
from demarche.articles.actors.speakers import Speaker, Speakers, find_known
from demarche.articles.actors.titles import (
    ANALYSTS,
    CIVIL,
    DIPLOMATS,
    JOURNALISTS,
    LAWMAKERS,
    SPOKESPERSONS,
    is_title,
)
from demarche.articles.actors.words import Place, Word, vocabulary
from demarche.gazetteer import Country

_TOWARDS = frozenset({"to", "in", "at", "with", "on", "against", "over", "from", "near", "for"})
_FORMER = frozenset({"former", "retired", "ex", "formerly", "ex-", "late"})
_STATE_OFFICES = LAWMAKERS | vocabulary(
    "minister ambassador king queen emir sultan senator premier chancellor"
)
"""Offices that only a country has."""
_OFFICIAL = _STATE_OFFICES | SPOKESPERSONS | vocabulary("general admiral colonel consul envoy")
_SKIPPED = frozenset({"of", "the", "for", "at", "in", "with", "general", "his", "her", "its"})
_NOT_BODIES = frozenset({"FM", "PM", "MP", "CEO", "CFO", "NSA", "MEP", "MPs", "TV", "VP"})


@dataclass(frozen=True, slots=True)
class Affiliation:
    """What one description says; None where it says nothing.

    `official` tells that its office is one of a state, `international` that only
    organisations have it.
    """

    country: Country | None = None
    party: str | None = None
    role: str | None = None
    analyst: bool = False
    official: bool = False
    international: bool = False

    @property
    def says_nothing(self) -> bool:
        """Whether no party and no state's office is named."""
        return not (self.country or self.party or self.official)


def affiliation(
    description: Description,
    speakers: Speakers,
    meant: Callable[[str], Named | None],
    spoken_of: Callable[[Speaker], bool],
) -> Affiliation:
    """Read a description.

    Parameters
    ----------
    description : Description
    speakers : Speakers
    meant : callable
        Gives the body that a bare noun means in this article: "the commission".
    spoken_of : callable
        Says whether a body's name can mean the well-known one in this article.
    """
    words, head = description.words, description.head
    analyst = _is_analyst(description)
    before = [p for p in description.places if p.last <= head and not _towards(words, p.first)]
    if before:
        return Affiliation(before[0].country, analyst=analyst)
    away = _away(description)
    for known in find_known(words, speakers):
        own = known.last <= head or not _towards(words, known.first, away)
        if own and known.speaker.kind != "person" and spoken_of(known.speaker):
            return Affiliation(party=known.speaker.side, role=known.speaker.role, analyst=analyst)
    if description.noun not in _STATE_OFFICES:
        found = _through_body(description, meant, analyst)
        if found:
            return found
    for place in description.places:
        if not _towards(words, place.first, _TOWARDS - {"from"}):
            return Affiliation(place.country, analyst=analyst)
    if description.places and description.noun not in DIPLOMATS:
        return Affiliation(description.places[0].country, analyst=analyst)
    return Affiliation(
        analyst=analyst,
        official=description.noun in _OFFICIAL,
        international=_is_international(description),
    )


def _through_body(
    description: Description, meant: Callable[[str], Named | None], analyst: bool
) -> Affiliation | None:
    """Read a body that is neither in the table nor said to be a country's."""
    words, head = description.words, description.head
    for at, word in enumerate(words[:head]):
        acronym = word.text.isupper() and 2 <= len(word.text) <= 8
        if acronym and word.text not in _NOT_BODIES and at not in _covered(description):
            return Affiliation(party=word.text, analyst=analyst)
    owner = next((w.lower for w in words if w.possessive and w.lower in NOUNS), None)
    named = (owner and meant(owner)) or _named_body(description)
    if named and named.body.name.lower() == named.body.head:
        # A bare noun means what the article has named: "the head of the commission".
        named = meant(named.body.head) or named
    if named is None:
        return None
    if named.voice:
        voice = named.voice
        return Affiliation(None, voice.side, voice.role, analyst or voice.role == "analyst")
    country = named.country or next((p.country for p in description.places), None)
    if named.body.role == "analyst":
        return Affiliation(party="none", role="analyst", analyst=True)
    if named.body.national:
        return Affiliation(country, role=named.body.role, analyst=analyst) if country else None
    return Affiliation(party=named.body.name, role=named.body.role, analyst=analyst)


def _covered(description: Description) -> set[int]:
    return {at for place in description.places for at in range(place.first, place.last)}


def _away(description: Description) -> frozenset[str]:
    """Give the prepositions after which a body is not the one that the person belongs to."""
    if description.noun in DIPLOMATS or description.noun in {"representative", "delegate"}:
        return frozenset({"to", "with", "at", "in"})
    return frozenset({"to", "with", "against", "on"})


def _named_body(description: Description) -> Named | None:
    words, head = description.words, description.head
    first = head + 1
    while first < len(words) and words[first].lower in _SKIPPED:
        first += 1
    parts = ((first, len(words)), (0, head))
    for start, end in parts:
        phrase = words[start:end]
        if not any(word.lower in NOUNS for word in phrase):
            continue
        places = [
            Place(p.first - start, p.last - start, p.country, p.capital, p.adjective)
            for p in description.places
            if p.first >= start and p.last <= end
        ]
        body = name_body(phrase, places)
        if body:
            return Named(body, places[0].country if places else None)
    return None


def _towards(words: Sequence[Word], first: int, prepositions: frozenset[str] = _TOWARDS) -> bool:
    """Say whether what begins at `first` is only where, or to whom, somebody is sent."""
    at = first - 1
    while at >= 0 and words[at].lower in {"the", "a", "neighbouring", "neighboring"}:
        at -= 1
    return at >= 0 and words[at].lower in prepositions


def _is_international(description: Description) -> bool:
    lowered = {word.lower for word in description.words}
    return bool(
        lowered & {"secretary-general", "director-general", "under-secretary-general", "rapporteur"}
        or ({"general"} < lowered and lowered & {"secretary", "director", "under-secretary"})
        or any(word.endswith("-secretary-general") for word in lowered)
        or {"executive", "secretary"} <= lowered
        or ("commissioner" in lowered and lowered & {"high", "for"})
    )


def _is_analyst(description: Description) -> bool:
    lowered = [word.lower for word in description.words]
    noun = description.noun
    if noun in ANALYSTS or noun in JOURNALISTS or not (is_title(noun) or noun in NOUNS):
        return True
    if not _FORMER.isdisjoint(lowered[: description.head]):
        return True
    if noun in _OFFICIAL or noun in CIVIL:
        return False
    if "research" in lowered or noun.endswith(("ologist", "ographer", "omist")):
        return True
    # "vice president of the Institute", "head of a think tank"
    return any(
        word.lower in SCHOLARLY
        and (word.capital or word.lower in {"institute", "think-tank", "university"})
        and not _is_states_own(description, at)
        for at, word in enumerate(description.words)
    )


def _is_states_own(description: Description, at: int) -> bool:
    """Say whether a scholarly body is a country's: "the Kenyan National Cyber Centre"."""
    words = description.words
    first = at
    while first and (words[first - 1].capital or words[first - 1].lower == "and"):
        first -= 1
    owned = any(place.adjective and first <= place.first < at for place in description.places)
    return (owned and words[at].lower in {"centre", "center"}) or any(
        word.lower in {"national", "state", "federal", "royal"} for word in words[first:at]
    )
