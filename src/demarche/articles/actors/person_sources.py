"""Sources that are persons: by name, by pronoun, by description; and whom they speak for."""

import re
from collections.abc import Sequence

from demarche.articles.actors.affiliation import Affiliation, affiliation
from demarche.articles.actors.body_sources import BodySources
from demarche.articles.actors.descriptions import Description
from demarche.articles.actors.institutions import NOUNS, names_office
from demarche.articles.actors.mentions import Mention
from demarche.articles.actors.nounphrases import definite, head_part, is_complement
from demarche.articles.actors.people import Person
from demarche.articles.actors.scene import Scene
from demarche.articles.actors.speakers import Speaker, find_known
from demarche.articles.actors.titles import FEMALE, MALE, MODIFIERS, SPOKESPERSONS, is_title, lemma
from demarche.articles.actors.words import Place, Word, find_country, find_places, split_words
from demarche.articles.parts import Voice

HE = frozenset({"he", "him", "his", "himself"})
SHE = frozenset({"she", "her", "hers", "herself"})
_LOOK_BACK = 60  # mentions, and sentences onwards, among which a description looks for its person
_BESIDE = 60  # characters after a name
_OF = re.compile(r",? (?:of|from|at|with) ")
_VERY_NOUN = 2  # how well a person fits who was called the same
_NEAR = 4  # sentences within which a pronoun looks for its person

# What it costs a person to be meant by a pronoun, in sentences of distance.
_EARLIER, _NOT_FIRST, _NAMED, _OWNER, _WITHIN_QUOTE = 0.6, 0.8, 0.3, 1.5, 2.0
_HE_FOR_WOMAN, _SHE_FOR_MAN = 4.0, 10.0  # translations often write "he" of a woman


class PersonSources:
    """Finds the persons that sources mean.

    Parameters
    ----------
    scene : Scene
    bodies : BodySources
        Names the body that a person is said to be of: "its spokesman".
    """

    def __init__(self, scene: Scene, bodies: BodySources) -> None:
        self._scene = scene
        self._bodies = bodies
        self._voices: dict[Person, Voice] = {}

    def named(self, at: int, span: tuple[int, int], words: Sequence[Word]) -> Person | None:
        """Give the person named at the head of a source, or beside it."""
        mentions = self._scene.scan.mentions[at]
        inside = [one for one in mentions if one.end > span[0] and one.start < span[1]]
        apposed = bool(inside) and self._scene.text.startswith(", ", inside[0].end)
        if not apposed:
            # "Arcadia Aerospace chairman Anna Berg": who is described is the person.
            inside.sort(key=lambda one: not one.person.descriptions)
        for mention in inside:
            comma = self._scene.text.rfind(",", span[0], mention.start)
            before = [w.lower for w in words if comma < w.start and w.end <= mention.start]
            owner = mention.possessive and mention.end < span[1] - 2  # "Putin's spokesman"
            if not (owner or is_complement(before)):
                return mention.person
        if is_title(head_part(words)[-1].lower):
            for mention in mentions:
                # "a spokesman for the navy, Neil Thornbury"; "Neil Thornbury, its spokesman"
                gap = max(mention.start - span[1], span[0] - mention.end)
                sides = sorted((*span, mention.start, mention.end))
                if 0 < gap < 4 and self._scene.text[sides[1] : sides[2]].strip() == ",":
                    return mention.person
        unit = self._scene.units[at]
        return None if unit.start <= span[0] < unit.end else self._labelled(span, words)

    def owner(self, at: int, span: tuple[int, int]) -> Mention | None:
        """Give the person to whom a source belongs: "Putin's spokesman"."""
        for mention in self._scene.scan.mentions[at]:
            if mention.possessive and span[0] <= mention.start and mention.end < span[1] - 2:
                return mention
        return None

    def office(self, person: Person) -> Sequence[Word]:
        """Give the title by which a person's office is named: "Prime Minister"; none if unknown."""
        titles = (d.words[: d.head + 1] for d in person.descriptions)
        return next((words for words in titles if names_office(words)), ())

    def unnamed(self, voice: Voice, noun: str) -> Person:
        """Enter an official without a name, whom "he" or "she" may mean later."""
        person = Person(voice.speaker, certain=True)
        person.female = True if noun in FEMALE else False if noun in MALE else None
        self._voices[person] = voice
        return person

    def _labelled(self, span: tuple[int, int], words: Sequence[Word]) -> Person | None:
        """Give the person of a label before a sentence: "MR. BERG: ..."."""
        comma = self._scene.text.find(",", *span)
        label = [w for w in words if w.capital and (comma < 0 or w.start < comma)]
        ranks = [n for n, w in enumerate(label, 1) if is_title(lemma(w.lower))]
        label = label[ranks[-1] if ranks else 0 :]  # "REAR ADM. DAHL"
        names = [w.text.title() if w.text.isupper() else w.text for w in label if "." not in w.text]
        names = [name for name in names if not find_country(name)]
        return (
            (self._scene.scan.cast.find(names) or self._scene.scan.cast.add(names))
            if names
            else None
        )

    def antecedent(self, at: int, position: int, pronoun: str) -> Person | None:
        """Give the person that "he" or "she" means: who spoke last, or was named last."""
        female = True if pronoun in SHE else False if pronoun in HE else None
        ranked: list[tuple[float, Person]] = []
        spoken = [heard for heard in self._scene.history.recent(at, 6) if heard.person]
        for number, heard in enumerate(spoken):
            if heard.person:
                ranked.append((at - heard.unit + number * _EARLIER, heard.person))
        for unit in range(at, max(-1, at - _NEAR), -1):
            for number, mention in enumerate(self._scene.scan.mentions[unit]):
                if unit == at and mention.start >= position:
                    break
                cost = at - unit + (_NOT_FIRST if number else 0)
                cost += _OWNER if mention.possessive else _NAMED
                cost += _WITHIN_QUOTE if self._scene.setting.quoted(unit, mention.start) else 0
                ranked.append((cost, mention.person))
        costs = [
            (cost + _mismatch(female, person.female), number)
            for number, (cost, person) in enumerate(ranked)
            if person.certain
        ]
        return ranked[min(costs)[1]][1] if costs else None

    def described(
        self, at: int, position: int, words: Sequence[Word], places: Sequence[Place]
    ) -> Person | None:
        """Give the person that a description means here: "the Russian diplomat"."""
        wanted = definite(words, places)
        if wanted is None:
            return None
        best: Person | None = None
        most = 0.0
        for person in self._around(at, position):
            fit = self._fit(person, wanted)
            if fit > most:
                best, most = person, fit
        return best

    def _around(self, at: int, position: int) -> list[Person]:
        """Give the persons named before here, the latest first, then those named later."""
        people: dict[Person, None] = {}
        seen = 0
        for unit in range(at, max(-1, at - 4 * _LOOK_BACK), -1):
            for mention in reversed(self._scene.scan.mentions[unit]):
                if seen < _LOOK_BACK and (unit < at or mention.start < position):
                    people.setdefault(mention.person)
                    seen += 1
        for unit in range(at, min(len(self._scene.units), at + _LOOK_BACK)):
            for mention in self._scene.scan.mentions[unit][:_LOOK_BACK]:
                people.setdefault(mention.person)
        if position < self._scene.units[at].start:
            # The office that labels a turn may have its name in the heading alone.
            people.update(dict.fromkeys(self._scene.scan.beside[:_LOOK_BACK]))
        return list(people)

    def _fit(self, person: Person, wanted: Description) -> float:
        fit = float(person.fit(wanted.noun))
        if not fit:
            return 0
        if wanted.places:
            side = self.voice(person, 0).side
            if side not in {place.country.name for place in wanted.places}:
                return 0
        asked = {
            _plain(word.lower)
            for word in wanted.words[: wanted.head]
            if word.lower in MODIFIERS or word.lower in NOUNS
        }
        held = {_plain(w.lower) for d in person.descriptions for w in d.words}
        if wanted.noun == "premier":
            asked, held = asked | {"prime"}, held | ({"prime"} if "premier" in held else set())
        if asked - held - {"senior", "top", "lead"}:
            return 0
        if fit < _VERY_NOUN:
            return fit  # "the diplomat" may be the minister or her deputy
        # "the minister" is rather the minister than her deputy
        return fit - 0.3 * len({"deputy", "vice", "prime", "former"} & (held - asked))

    def voice(self, person: Person, at: int) -> Voice:
        """Give a person's canonical name, side and role.

        Parameters
        ----------
        person : Person
        at : int
            A sentence that the person is in, for one whom no sentence names.
        """
        if person not in self._voices:
            first = self._scene.setting.first_mention(person)
            self._voices[person] = self._voice(person, at if first is None else first)
        return self._voices[person]

    def _voice(self, person: Person, at: int) -> Voice:
        said = [
            affiliation(
                one,
                self._scene.speakers,
                lambda noun: self._scene.scan.register.find(noun, at),
                self._scene.setting.speaks_of,
            )
            for one in person.descriptions
        ]
        said += self._belonging(person, at) if not said else []
        party = next((one for one in said if one.country or one.party), Affiliation())
        known = self._scene.speakers.find(person.name)
        if known and known.kind == "person" and _is_same(known, party):
            return Voice(known.name, known.side, known.role)
        analyst = any(one.analyst for one in said)
        if analyst and all(one.analyst or one.says_nothing for one in said):
            return Voice(person.name, "none", "analyst")
        role = party.role or "official"
        if party.party:
            return Voice(person.name, party.party, role)
        speaks_for = any(one.noun in SPOKESPERSONS for one in person.descriptions)
        if (
            any(one.international for one in said)
            or (not party.country and self._scene.setting.is_at_organisation(at))
            or (
                speaks_for and not party.country and self._scene.setting.opens_with_organisation(at)
            )
        ):
            organisation = self._scene.setting.organisation_at(at)
            if organisation:
                return Voice(person.name, organisation, "official")
        openings = (description.words[0] for description in person.descriptions)
        owner = next((word for word in openings if word.lower in {"its", "their"}), None)
        if owner and not party.country:
            body = self._bodies.meant_by_it(at, owner.start)
            if body.side != "none":
                return Voice(person.name, body.side, body.role)
        country = party.country or self._scene.setting.side_of(
            person, at, self._scene.history.latest()
        )
        return Voice(person.name, country.name if country else "none", role)

    def _belonging(self, person: Person, at: int) -> list[Affiliation]:
        """Read a body beside a name without title: "Anna Berg of Chatham House", "CNN's Berg"."""
        for mention in self._scene.scan.mentions[at]:
            if mention.person is person:
                owner = self._owner_before(mention, at)
                if owner:
                    return [owner]
            end = min(mention.end + _BESIDE, self._scene.units[at].end)
            if mention.person is person and _OF.match(self._scene.text, mention.end, end):
                words = split_words(self._scene.text, mention.end, end)
                for known in find_known(words[:5], self._scene.speakers):
                    if known.first <= 2:
                        speaker = known.speaker
                        analyst = speaker.role == "analyst"
                        return [Affiliation(None, speaker.side, speaker.role, analyst)]
        return []

    def _owner_before(self, mention: Mention, at: int) -> Affiliation | None:
        """Read whose a person is said to be: "CNN's Anna Berg", "Russia's Lavrov"."""
        words = split_words(self._scene.text, self._scene.units[at].start, mention.start)[-5:]
        if not words or not words[-1].possessive or mention.start - words[-1].end != 1:
            return None
        places = find_places(words)
        if places and places[-1].last == len(words):
            return Affiliation(places[-1].country)
        found = find_known(words, self._scene.speakers)
        if not found or found[-1].last != len(words) or found[-1].speaker.kind == "person":
            return None
        side, role = found[-1].speaker.side, found[-1].speaker.role
        return Affiliation(None, side, role, role == "analyst")


def _mismatch(pronoun: bool | None, person: bool | None) -> float:
    if pronoun is None or person is None or pronoun is person:
        return 0
    return _SHE_FOR_MAN if pronoun else _HE_FOR_WOMAN


def _is_same(known: Speaker, said: Affiliation) -> bool:
    """Say whether the article speaks of the well-known person, or of one of the same name."""
    party = said.country.name if said.country else said.party
    return party in {None, known.side}


def _plain(word: str) -> str:
    return {"defense": "defence", "external": "foreign", "labor": "labour"}.get(word, word)
