"""Where an article is, sentence by sentence: the country that goes without saying."""

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property

from demarche.articles.actors.givennames import cultures_of
from demarche.articles.actors.history import Heard
from demarche.articles.actors.mentions import Located, Scan
from demarche.articles.actors.people import Person
from demarche.articles.actors.speakers import Speaker, Speakers
from demarche.articles.actors.titles import LAWMAKERS
from demarche.articles.actors.turns import Turns
from demarche.articles.actors.words import find_country, find_places, split_words
from demarche.articles.parts import Unit
from demarche.articles.speech.quotations import find_quotations
from demarche.gazetteer import Country

_READ = 50  # countries of a sentence that are weighed
_OPENING = 1500  # characters within which a page's dateline stands
_OBJECT = re.compile(
    r"\b(?:accus|urg|ask|told|tell|warn|blam|condemn|critici[sz]|denounc"
    r"|call(?:ed|s|ing)? (?:up)?on|against|protest|demand|thank|invit|appeal"
    r"|oppos|attack|congratulat|threat|towards?|with)"
    r"\w*(?: to| that| the)?\s*$"
)
"""What stands before a country that somebody speaks about as another's."""
_CLAUSE = re.compile(r"(?:\bthat|\bsaid|\badded|,|\band|\bif|\bwhether)\s+(?:the )?$")
_PLAN = re.compile(
    r"\s+(?:would|will|was ready|is ready|remain|reserves|had (?:offered|asked|proposed|nothing)"
    r"|stands|stood|does not|did not (?:want|seek)|wants|wanted|seeks|sought)"
)
"""What stands after a country whose plans somebody gives away: it is the speaker's."""
_AT = re.compile(r"At (?:the )?([A-Z][\w.]+(?: [A-Z]\w+){0,3})\b")
_OTHERS = re.compile(r"\s(?:side|authorities|government|regime|leadership|leaders)\b")

# How much each sign counts for a country as the one that goes without saying; from a fit to the
# synthetic articles, but for the first: news names the other country oftener than its own.
_FREQUENT, _FIRST, _DATELINE, _TITLED, _BODIED = 1.0, 0.5, 1.2, -1.4, -0.2
_SPOKE, _OPENS, _HERE, _SUBJECT, _PLANS, _BLAMED = 0.7, 2.5, 0.8, 3.5, 2.5, -1.5
_NAMESAKES = 2.0  # for the country in whose culture the name is common
_QUOTED, _OTHER_SIDE, _ADJECTIVE, _CAPITAL = -0.4, -1.7, 0.9, -0.7
# Who says "Spain" and "the Spanish" speaks of others; of their own country people say "we".
_OWN_WORDS, _OWN_ADJECTIVE = -0.75, -1.0  # times the logarithm of how often, and one


class Setting:
    """The countries that an article speaks of, and where.

    Parameters
    ----------
    text : str
    units : sequence of Unit
    turns : Turns
    scan : Scan
    speakers : Speakers
    """

    def __init__(
        self, text: str, units: Sequence[Unit], turns: Turns, scan: Scan, speakers: Speakers
    ) -> None:
        self._text = text
        self._units = units
        self._turns = turns
        self._scan = scan
        self._speakers = speakers
        self._quotations = find_quotations(text, units)

    def quoted(self, unit: int, position: int) -> bool:
        """Say whether a position in a sentence lies within quotation marks."""
        quotations = self._quotations[unit]
        last = bisect_right(quotations, position, key=lambda quotation: quotation.start) - 1
        return last >= 0 and position < quotations[last].end

    @cached_property
    def _mentioned(self) -> dict[Person, list[int]]:
        mentioned: dict[Person, list[int]] = {}
        for unit, mentions in enumerate(self._scan.mentions):
            for mention in mentions:
                mentioned.setdefault(mention.person, []).append(unit)
        return mentioned

    def first_mention(self, person: Person) -> int | None:
        """Give the sentence that names a person first."""
        return self._mentioned.get(person, [None])[0]

    def side_of(self, person: Person, unit: int, last: Heard | None) -> Country | None:
        """Give the country that a person with a title but no country most likely speaks for.

        Parameters
        ----------
        person : Person
        unit : int
            The sentence that introduces the person.
        last : Heard or None
            The sentence and the voice of the source before.
        """
        # Only the opposition takes its own country to task.
        dissents = any(
            word.lower == "opposition" or word.lower in LAWMAKERS
            for description in person.descriptions
            for word in description.words
        )
        votes = self._votes(unit, self._mentioned.get(person, [])[:10], last, dissents)
        cultures = cultures_of(person.name.split())
        for country in votes:
            if country.culture in cultures:
                votes[country] += _NAMESAKES
        for weight, spoken_of in self._spoken_of(person):
            for country, count in spoken_of.items():
                votes[country] += weight * math.log1p(count)
        return max(votes, key=lambda country: votes[country]) if votes else None

    def _spoken_of(self, person: Person) -> tuple[tuple[float, Counter[Country]], ...]:
        """Count the countries that a person's own words name, and those named by adjectives."""
        named: Counter[Country] = Counter()
        adjectives: Counter[Country] = Counter()
        for unit in self._turns.of(person.name):
            verbatim = self._turns.is_verbatim(unit)
            for located in self._scan.places[unit][:_READ]:
                if verbatim or self.quoted(unit, located.start):
                    named[located.place.country] += 1
                    if located.place.adjective:
                        adjectives[located.place.country] += 1
        return (_OWN_WORDS, named), (_OWN_ADJECTIVE, adjectives)

    def country_at(
        self,
        unit: int,
        last: Heard | None = None,
        other_than: Country | None = None,
    ) -> Country | None:
        """Give the country that a body without one belongs to in a sentence."""
        votes = self._votes(unit, [unit], last, False)
        if other_than:
            votes.pop(other_than, None)
        return max(votes, key=lambda country: votes[country]) if votes else None

    def _votes(
        self, unit: int, said: Sequence[int], last: Heard | None, dissents: bool
    ) -> dict[Country, float]:
        """Weigh the article's countries as the own one of who speaks in the sentences `said`."""
        votes = defaultdict(float, self._background)
        if last and self._units[last.unit].paragraph == self._units[unit].paragraph:
            country_of_last = find_country(last.voice.side)
            if country_of_last:
                votes[country_of_last] += _SPOKE
        elif unit and self._units[unit - 1].paragraph == self._units[unit].paragraph:
            for located in self._scan.places[unit - 1][:1]:
                votes[located.place.country] += _SPOKE
        for one in said:
            for located in self._scan.places[one][:_READ]:
                country = located.place.country
                votes[country] += self._sign(one, located, dissents)
                if one == unit:
                    votes[country] += self._scene(one, located.start)
        return votes

    def _sign(self, unit: int, located: Located, dissents: bool) -> float:
        """Weigh one mention of a country in a sentence of somebody's."""
        start, end, place = located.start, located.end, located.place
        opening = self._units[unit].start
        if self.quoted(unit, start):
            return _OTHER_SIDE if _OTHERS.match(self._text, end) else _QUOTED
        before = self._text[max(opening, start - 40) : start]
        weight = _ADJECTIVE if place.adjective else _CAPITAL if place.capital else 0.2
        if start - opening < 5 and not place.adjective:
            weight += _SUBJECT
        if _OBJECT.search(before):
            weight += 0 if dissents else _BLAMED
        elif _PLAN.match(self._text, end) and _CLAUSE.search(before):
            weight += _PLANS
        return weight

    def _scene(self, unit: int, start: int) -> float:
        """Weigh a country for being where a sentence is set: "In London, ..."."""
        before = self._text[max(start - 8, 0) : start].lower().split()
        here = before[-1:] in (["in"], ["at"], ["from"])
        if not here or self.quoted(unit, start):
            return 0
        return _OPENS if start - self._units[unit].start < 5 else _HERE

    def is_at_organisation(self, unit: int) -> bool:
        """Say whether a sentence is set at an organisation: "At the United Nations, ..."."""
        found = _AT.match(self._units[unit].text)
        return found is not None and self._speakers.find(found[1]) is not None

    def organisation_at(self, unit: int) -> str | None:
        """Give the international organisation named last, as an office without one is its."""
        council = None
        for near in range(unit, max(-1, unit - 8), -1):
            for speaker in reversed(self._scan.organisations[near]):
                if speaker.role == "official" and speaker.name != "UN Security Council":
                    return speaker.side
                # The council has no officials of its own.
                council = "United Nations" if speaker.role == "official" else council
        named = None if council else self._scan.register.latest(unit, international=True)
        return named.body.name if named and named.body.role == "official" else council

    def opens_with_organisation(self, unit: int) -> bool:
        """Say whether an organisation is what a sentence is about: "NATO has taken note, ..."."""
        found = self._scan.organisations[unit][:1]
        names = (name for speaker in found for name in (speaker.name, *speaker.aliases))
        text = self._units[unit].text.removeprefix("The ")
        return any(text.startswith(name) for name in names)

    @cached_property
    def countries(self) -> frozenset[Country]:
        """The countries that the article speaks of."""
        return frozenset(one.place.country for places in self._scan.places for one in places)

    def speaks_of(self, speaker: Speaker) -> bool:
        """Say whether a body's name can mean the well-known one: "the Foreign Office".

        The bodies of many countries may bear it, so its own country must be spoken of.
        """
        country = find_country(speaker.side)
        return speaker.kind != "body" or country is None or country in self.countries

    @cached_property
    def first_country(self) -> Country | None:
        """The country that the article names first."""
        return next((one.place.country for places in self._scan.places for one in places), None)

    @cached_property
    def _background(self) -> dict[Country, float]:
        """How much the whole article speaks for each country as its own."""
        counts = Counter(one.place.country for places in self._scan.places for one in places)
        most = max(counts.values(), default=1)
        votes = {country: _FREQUENT * count / most for country, count in counts.items()}
        if self.first_country:
            votes[self.first_country] += _FIRST
        dateline = self._dateline()
        if dateline:
            votes[dateline] = votes.get(dateline, 0.0) + _DATELINE
        for country, count in self._titled().items():
            votes[country] = votes.get(country, 0.0) + _TITLED * min(count, 3)
        for country, count in self._scan.register.countries.items():
            votes[country] = votes.get(country, 0.0) + _BODIED * min(count, 6)
        return votes

    def _titled(self) -> Counter[Country]:
        """Count the persons whose titles name their country, as those of others do."""
        people = {m.person: None for mentions in self._scan.mentions for m in mentions}
        titles = (person.descriptions[0].before() for person in people if person.descriptions)
        return Counter(place.country for place in titles if place)

    def _dateline(self) -> Country | None:
        for line in self._text[:_OPENING].splitlines():
            words = split_words(line, 0, min(len(line), 60))
            places = find_places(words)
            if places and places[0].first == 0 and places[0].capital:
                after = line[words[places[0].last - 1].end :].lstrip()
                if after[:1] in {",", "(", "-", "–", "—", ":", "/"} or not after:
                    return places[0].country
        return None
