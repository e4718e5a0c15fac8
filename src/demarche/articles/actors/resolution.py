"""Resolution of one source after the other, within what the article has said so far."""

from collections.abc import Sequence

from demarche.articles.actors.body_sources import BodySources
from demarche.articles.actors.history import Heard, History
from demarche.articles.actors.mentions import Scan
from demarche.articles.actors.nounphrases import before_office, behind_document, head_part
from demarche.articles.actors.people import Person
from demarche.articles.actors.person_sources import HE, SHE, PersonSources
from demarche.articles.actors.scene import Scene
from demarche.articles.actors.setting import Setting
from demarche.articles.actors.speakers import Speakers
from demarche.articles.actors.titles import is_title
from demarche.articles.actors.turns import Turns
from demarche.articles.actors.words import (
    Place,
    Word,
    after_dateline,
    find_country,
    find_places,
    split_words,
)
from demarche.articles.parts import Unit, Voice

_IT = frozenset({"it", "its", "itself", "they", "their", "them", "both"})
_WHO = frozenset({"who", "whom", "whose"})
_THESE = frozenset({"this", "that", "which"})
_LONGEST_SOURCE = 60  # words
_SAME_OFFICIAL = 5  # sentences within which "the official" is the one before
_SAME_OFFICIAL_SAID = 12  # the same for "the same official"


class Resolver:
    """Resolves the sources of one article in the order of the text.

    Parameters
    ----------
    text : str
    units : sequence of Unit
    turns : Turns
    scan : Scan
        The cast of the article.
    speakers : Speakers
    """

    def __init__(
        self, text: str, units: Sequence[Unit], turns: Turns, scan: Scan, speakers: Speakers
    ) -> None:
        self._text = text
        self._history = History()
        setting = Setting(text, units, turns, scan, speakers)
        scene = Scene(text, units, scan, setting, speakers, self._history)
        self._bodies = BodySources(scene)
        self._persons = PersonSources(scene, self._bodies)
        self._unnamed: tuple[str, Heard] | None = None

    def last_voice(self, at: int) -> Voice:
        """Give the last voice that a source gave before sentence `at`."""
        return self._history.voice_before(at)

    def voice(self, at: int, span: tuple[int, int]) -> Voice:
        """Resolve the source that stands at `span` in sentence `at`."""
        span = after_dateline(self._text, *span), span[1]
        words = split_words(self._text, *span)[:_LONGEST_SOURCE]
        voice, person = self._resolve(at, span, words)
        self._history.add(Heard(at, voice, person))
        return voice

    def _resolve(
        self, at: int, span: tuple[int, int], words: Sequence[Word]
    ) -> tuple[Voice, Person | None]:
        pronoun = words[0].lower if len(words) == 1 else ""
        if pronoun in HE | SHE | _WHO:
            person = self._persons.antecedent(at, span[0], pronoun)
            if person:
                return self._persons.voice(person, at), person
        if pronoun in _IT:
            return self._bodies.meant_by_it(at, span[0]), None
        if not words or pronoun in HE | SHE | _WHO | _THESE:
            return self.last_voice(at), None
        return self._phrase(at, span, words)

    def _phrase(
        self, at: int, span: tuple[int, int], words: Sequence[Word]
    ) -> tuple[Voice, Person | None]:
        person = self._persons.named(at, span, words)
        if person:
            return self._persons.voice(person, at), person
        owner = self._persons.owner(at, span)
        country = find_country(self._persons.voice(owner.person, at).side) if owner else None
        owned = [word for word in words if owner and word.start >= owner.end]
        if owner and country and owned:
            office = [word.lower for word in owned] in (["office"], ["press", "office"])
            title = self._persons.office(owner.person) if office else ()
            return self._bodies.owned(at, title or owned, country), None
        # An office speaks for its body, and a document for who issued it.
        outer = before_office(words)
        inner = behind_document(words[: outer or None])
        if outer or inner:
            return self._phrase(
                at,
                (words[inner].start, words[outer - 1].end if outer else span[1]),
                words[inner : outer or None],
            )
        places = find_places(words)
        again = self._same_official(at, words, places)
        if again:
            return again.voice, again.person
        person = self._persons.described(at, span[0], words, places)
        if person:
            return self._persons.voice(person, at), person
        voice = self._bodies.voice(at, words, places)
        noun = head_part(words)[-1].lower
        if not is_title(noun):
            return voice, None
        several = noun.endswith("s") and is_title(noun[:-1])
        official = None if several else self._persons.unnamed(voice, noun)
        self._unnamed = noun.removesuffix("s"), Heard(at, voice, official)
        return voice, official

    def _same_official(
        self, at: int, words: Sequence[Word], places: Sequence[Place]
    ) -> Heard | None:
        """Give the unnamed official who is spoken of again: "the official"."""
        if words[0].lower not in {"the", "that", "same", "this"} or not self._unnamed:
            return None
        held, heard = self._unnamed
        if any(place.country.name != heard.voice.side for place in places):
            return None  # "the delegate of Spain" is not Norway's
        same = "same" in (word.lower for word in words[:2])
        near = at - heard.unit <= (_SAME_OFFICIAL_SAID if same else _SAME_OFFICIAL)
        noun = head_part(words)[-1].lower
        return heard if near and noun in {held, "official", "source"} else None
