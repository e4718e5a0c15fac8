"""Sources that are bodies: ministries, governments, organisations and their unnamed officials."""

import re
from collections.abc import Sequence

from demarche.articles.actors.institutions import NOUNS, Body, name_body
from demarche.articles.actors.nounphrases import AWAY, DOCUMENTS, INDEFINITE, follows, head_part
from demarche.articles.actors.passage import Passage
from demarche.articles.actors.register import Named, find_bodies
from demarche.articles.actors.scene import Scene
from demarche.articles.actors.speakers import Speaker, find_known
from demarche.articles.actors.titles import MODIFIERS, is_title
from demarche.articles.actors.words import (
    Place,
    Word,
    find_country,
    find_places,
    joined,
    vocabulary,
)
from demarche.articles.parts import Voice
from demarche.gazetteer import Country

_FOREIGN_MINISTRY = Body("Ministry of Foreign Affairs", "ministry")
_THROUGH_MINISTRY = re.compile(
    r"\b(?:through|via|by|from|of) (?:its|the country[’']s) (?:\w+ )?foreign minist(?:ry|er)"
    r"|\bits foreign ministry"
)
_OF_A_REGION = re.compile(
    r"\b(?:western|european|arab|gulf|african|asian)"
    r"(?: \w+)? (?:diplomats?|officials?|sources?)$"
)
_COMMENTARIES = frozenset({"editorial", "commentary", "article", "column", "op-ed"})
_SEVERAL = re.compile(r"(?:the |these )?(?:two|three|four|both|all) |both$|the (?:sides|parties)$")
_SMALL = vocabulary("the but in an and for of at on as its")
_OWNING = ("'s", "’s", "s'", "s’")
_RECENT = 4  # sentences within which "it" looks for its body
_ISSUED = 3  # sentences within which a document is the last speaker's
_OPENING = 5  # characters into a sentence within which its subject begins


class BodySources:
    """Names the bodies that sources mean.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def meant_by_it(self, at: int, position: int) -> Voice:
        """Give the body or the country that "it" or "they" means at a position."""
        before = Passage(self._scene.text, self._scene.units[at].start, position)
        bodies = find_bodies(before)
        if bodies:
            return self._voice(bodies[0].body, bodies[0].country, at, ((), ()))
        for place in before.places:
            start = before.words[place.first].start
            owner = before.words[place.last - 1].possessive
            if not (place.adjective or owner or self._scene.setting.quoted(at, start)):
                return _government(place.country)
        for located in self._scene.scan.places[at - 1][:1] if at else ():
            opens = located.start - self._scene.units[at - 1].start < _OPENING
            owner = self._scene.text[located.start : located.end].endswith(_OWNING)
            if opens and not (located.place.adjective or owner):
                return _government(located.place.country)
        if at and self._scene.setting.opens_with_organisation(at - 1):
            known = self._scene.scan.organisations[at - 1][0]
            return Voice(known.name, known.side, known.role)
        for heard in self._scene.history.recent(at, 8):
            if heard.person is None and at - heard.unit <= _RECENT:
                return heard.voice
        return self._scene.history.voice_before(at)

    def voice(self, at: int, words: Sequence[Word], places: Sequence[Place]) -> Voice:
        """Give the voice of a source that is nobody with a name."""
        known = self._well_known(words, places)
        if known:
            return Voice(known.name, known.side, known.role)
        if words[0].lower in {"its", "their"} and not places:
            owner = find_country(self.meant_by_it(at, words[0].start).side)
            if owner:
                return self.owned(at, words, owner)
        if words[-1].lower in DOCUMENTS and not places and not name_body(words[:-1], ()):
            return self._issuer(at)
        if not places and _OF_A_REGION.search(joined(head_part(words)).lower()):
            # "Western diplomats" speak for no one country.
            named = [word for word in head_part(words) if word.lower not in _SMALL | INDEFINITE]
            return Voice(joined(named), "none", "official")
        several = _SEVERAL.match(" ".join(word.lower for word in words))
        if several and not places and self._scene.setting.first_country:
            return _government(self._scene.setting.first_country)
        if _is_country(words, places):
            if _THROUGH_MINISTRY.search(self._scene.units[at].text):
                return self._of(_FOREIGN_MINISTRY, at, words, places)
            return _government(places[0].country)
        behind = _behind_official(words)
        body = behind or name_body(words, places)
        return self._of(body, at, words, places) if body else self._unexplained(at, words, places)

    def owned(self, at: int, words: Sequence[Word], owner: Country) -> Voice:
        """Give the voice of a country's body, or of an official's: "its ministry"."""
        body = name_body(words, ()) or Body("Government", "government")
        if body.bare:
            meant = self._scene.scan.register.find(body.head, at, owner)
            body = meant.body if meant else _FOREIGN_MINISTRY if body.head == "ministry" else body
        return self._voice(body, owner, at, (words, ()))

    def _well_known(self, words: Sequence[Word], places: Sequence[Place]) -> Speaker | None:
        head = head_part(words)
        found = find_known(head, self._scene.speakers)
        if not found and (is_title(head[-1].lower) or head[-1].lower in NOUNS):
            found = find_known(words, self._scene.speakers)
        for known in found:
            owners = [place.country for place in places if place.last <= known.first]
            side = find_country(known.speaker.side)
            common = words[known.first].lower in MODIFIERS or side is not None
            if owners and side not in owners and common:
                continue  # "the Qatari Security Council" is not the United Nations'
            if self._scene.setting.speaks_of(known.speaker):
                return known.speaker
        return None

    def _unexplained(self, at: int, words: Sequence[Word], places: Sequence[Place]) -> Voice:
        """Take a name in capitals that nothing else explains as a party of its own."""
        own = [place for place in places if place.first < len(head_part(words))]
        covered = {n for place in places for n in range(place.first, place.last)}
        name = joined(
            [
                word
                for n, word in enumerate(words)
                if word.capital
                and n not in covered
                and len(word.text) > 1
                and word.lower not in _SMALL | INDEFINITE
            ]
        )
        if places and not name:
            return _government((own or places)[0].country)
        if not name:
            return self._scene.history.voice_before(at)
        if words[0].lower in INDEFINITE and head_part(words)[-1].lower in _COMMENTARIES:
            return Voice(name, "none", "analyst")
        return Voice(name, own[0].country.name if own else name, "official")

    def _issuer(self, at: int) -> Voice:
        """Give whose document "the statement" is: who spoke last, or the body named last."""
        latest = self._scene.history.latest()
        if latest and 0 <= at - latest.unit <= _ISSUED:
            return latest.voice
        named = self._scene.scan.register.latest(at)
        if named is None:
            return self._scene.history.voice_before(at)
        return named.voice or self._voice(named.body, named.country, at, ((), ()))

    def _of(self, body: Body, at: int, words: Sequence[Word], places: Sequence[Place]) -> Voice:
        """Give the voice of a body, what the article has said of it taken into account."""
        country = _country_of(body, words, places)
        if body.bare or (body.name.lower() == body.head and country is None):
            # "the ministry", "the Greek ministry"
            meant = self._scene.scan.register.find(body.head, at, country)
            if meant and meant.voice:
                return meant.voice
            if meant:
                body, country = meant.body, country or meant.country
            elif body.head == "ministry":
                body = _FOREIGN_MINISTRY
        elif country is None and body.national:
            meant = self._scene.scan.register.find(body.head, at)
            if meant and meant.body.name == body.name:
                country = meant.country
        voice = self._voice(body, country, at, (words, places))
        self._scene.scan.register.add(at, Named(body, country, voice))
        return voice

    def _voice(
        self,
        body: Body,
        country: Country | None,
        at: int,
        phrase: tuple[Sequence[Word], Sequence[Place]],
    ) -> Voice:
        known = self._scene.speakers.find(body.of(country))
        if known and self._scene.setting.speaks_of(known) and find_country(known.side) == country:
            return Voice(known.name, known.side, known.role)
        if not body.national and country is None:
            return Voice(body.name, "none" if body.role == "analyst" else body.name, body.role)
        country = country or self._scene.setting.country_at(at, self._scene.history.latest())
        host = self._host(at, country, *phrase) if body.head == "embassy" else None
        side = country.name if country and body.role != "analyst" else "none"
        return Voice(body.of(country, host), side, body.role)

    def _host(
        self, at: int, country: Country | None, words: Sequence[Word], places: Sequence[Place]
    ) -> Country | None:
        """Give the country that an embassy is in."""
        for place in places:
            if place.country != country and follows(words, place.first, AWAY):
                return place.country
        return self._scene.setting.country_at(at, other_than=country)


def _is_country(words: Sequence[Word], places: Sequence[Place]) -> bool:
    """Say whether a phrase is nothing but a country or its capital."""
    content = [word for word in words if word.lower not in {"the", "neighbouring", "neighboring"}]
    return len(places) == 1 and places[0].last - places[0].first >= len(content)


def _behind_official(words: Sequence[Word]) -> Body | None:
    """Give the body that an official is said to be of: "a spokesman for the commission"."""
    head = head_part(words)
    if not is_title(head[-1].lower) or any(word.lower in NOUNS for word in head):
        return None
    tail = words[len(head) + 1 :]
    if not any(word.lower in NOUNS for word in tail[:6]):
        return None
    return name_body(tail, find_places(tail))


def _country_of(body: Body, words: Sequence[Word], places: Sequence[Place]) -> Country | None:
    """Give the country that a phrase says a body belongs to."""
    for place in places:
        if not follows(words, place.first, AWAY):
            return place.country
    if places and body.head not in {"embassy", "mission", "consulate"}:
        return places[0].country
    return None


def _government(country: Country) -> Voice:
    return Voice(Body("Government", "government").of(country), country.name, "official")
