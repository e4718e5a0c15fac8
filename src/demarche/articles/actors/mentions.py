"""Where an article names its persons and bodies, sentence by sentence."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from demarche.articles.actors.descriptions import (
    Description,
    apposition,
    office_at,
    office_before,
    title_before,
)
from demarche.articles.actors.naming import find_names, is_part_of_body
from demarche.articles.actors.passage import Passage
from demarche.articles.actors.people import Cast, Person
from demarche.articles.actors.register import Register, find_bodies
from demarche.articles.actors.speakers import Known, Speaker, Speakers, find_known
from demarche.articles.actors.words import Place, after_dateline
from demarche.articles.parts import Unit

_SOON = 3  # sentences after an office within which its holder is named


@dataclass(frozen=True, slots=True)
class Mention:
    """A person named at ``input[start:end]``."""

    start: int
    end: int
    person: Person
    possessive: bool


@dataclass(frozen=True, slots=True)
class Located:
    """A country named at ``input[start:end]``."""

    start: int
    end: int
    place: Place


class Scan:
    """The cast of an article, and its mentions sentence by sentence.

    Parameters
    ----------
    text : str
    units : sequence of Unit
    sources : sequence of (int, int)
        Where sources stand: a bare name there is somebody.
    speakers : Speakers

    Attributes
    ----------
    cast : Cast
    register : Register
    mentions : list of list of Mention
        The persons that each sentence names, in order.
    places : list of list of Located
        The countries that each sentence names, in order.
    organisations : list of list of Speaker
        The well-known organisations that each sentence names, in order.
    beside : list of Person
        The persons whom the lines between sentences name, in order.
    """

    def __init__(
        self,
        text: str,
        units: Sequence[Unit],
        sources: Sequence[tuple[int, int]],
        speakers: Speakers,
    ) -> None:
        self.cast = Cast()
        self.register = Register()
        self.mentions: list[list[Mention]] = []
        self.places: list[list[Located]] = []
        self.organisations: list[list[Speaker]] = []
        self.beside: list[Person] = []
        self._ordinary = frozenset(re.findall(r"(?<![\w’'-])[a-z]\w+", text))
        self._sources = sorted(sources)
        self._speakers = speakers
        self._unheld: tuple[int, Description] | None = None
        reached = 0
        for number, unit in enumerate(units):
            self._read_page(text, reached, unit.start)
            reached = unit.end
            self._read(Passage(text, unit.start, unit.end), number)

    def _read_page(self, text: str, start: int, end: int) -> None:
        """Enter the persons of the lines between body sentences: captions, lists, labels."""
        for line in re.finditer(r"\w[^\n]+", text[start:end]):
            passage = Passage(text, start + line.start(), start + line.end())
            known = find_known(passage.words, self._speakers)
            self.beside.extend(mention.person for mention in self._persons(passage, known))

    def _read(self, passage: Passage, number: int) -> None:
        words = passage.words
        known = find_known(words, self._speakers)
        self.mentions.append(list(self._persons(passage, known)))
        for mention in self.mentions[-1]:
            if self._opens_source(mention.start):
                self.cast.mentioned(mention.person)  # the bare surname means who spoke
        self._introduce(passage, number)
        self.places.append(
            [Located(words[p.first].start, words[p.last - 1].end, p) for p in passage.places]
        )
        people = {mention.end for mention in self.mentions[-1]}
        for body in find_bodies(passage, people):
            self.register.add(number, body)
        named = [one.speaker for one in known]
        self.organisations.append([one for one in named if one.kind == "organisation"])
        for organisation in self.organisations[-1]:
            self.register.add_speaker(number, organisation)

    def _persons(self, passage: Passage, known: Sequence[Known]) -> Iterator[Mention]:
        floor = 0
        bodies = [range(one.first, one.last) for one in known if one.speaker.kind != "person"]
        taken = set(chain.from_iterable(bodies))
        for first, last in find_names(passage, self._ordinary):
            # "States" is nobody's name in "the Organization of American States".
            inside = taken.issuperset(range(first, last))
            mention = None if inside else self._mention(passage, floor, first, last)
            if mention:
                yield mention
                floor = last

    def _introduce(self, passage: Passage, number: int) -> None:
        """Give an office to who is named near it: "Iran's foreign minister …. Berg said …"."""
        since, unheld = self._unheld or (0, None)
        if unheld and number - since <= _SOON and self._install(self.mentions[number], unheld):
            self._unheld = None
        for first in self._openings(passage):
            office = office_at(passage, first, self._speakers)
            before = chain.from_iterable(reversed(self.mentions[-1 - _SOON : -1]))
            if office and not self._install(before, office, known=True):
                self._unheld = number, office

    def _openings(self, passage: Passage) -> Iterator[int]:
        """Give the words with which a sentence or a source in it begins."""
        words = passage.words
        if not words:
            return
        end = words[-1].end
        low = bisect_left(self._sources, (words[0].start, 0))
        high = bisect_left(self._sources, (end, 0))
        starts = {words[0].start, *(start for start, _ in self._sources[low:high])}
        places = {after_dateline(passage.text, start, end) for start in starts}
        yield from (at for at, word in enumerate(words) if word.start in places)

    def _install(
        self, mentions: Iterable[Mention], office: Description, *, known: bool = False
    ) -> bool:
        """Describe the first who can hold an office; `known`: only if the table names them."""
        for mention in mentions:
            row = self._speakers.find(mention.person.name)
            if mention.person.descriptions or not self._opens_source(mention.start):
                continue
            if row.side == self._party(office) if row else mention.person.full and not known:
                mention.person.describe(office)
                return True
        return False

    def _party(self, office: Description) -> str:
        """Give the country or the organisation that an office is of."""
        if office.places:
            return office.places[0].country.name
        return find_known(office.words, self._speakers)[0].speaker.side

    def _mention(self, passage: Passage, floor: int, at: int, last: int) -> Mention | None:
        words = passage.words
        start, end = words[at].start, words[last - 1].end
        parts = [word.text for word in words[at:last]]
        before = title_before(passage, floor, at, last)
        person = self.cast.find(parts, before.noun if before else "")
        if is_part_of_body(passage, at, last, known=bool(before or person)):
            return None
        after = apposition(passage, last)
        spoken = self._is_source(start, end)
        if person is None and len(parts) == 1 and not (before or after or spoken):
            return None
        if person is None or (len(parts) > 1 and not person.full):
            person = self.cast.add(parts)
        self.cast.mentioned(person)
        office = office_before(passage, floor, at, before) if before else None
        for description in (before, office, after):
            if description:
                person.describe(description)
        person.certain |= spoken
        return Mention(start, end, person, words[last - 1].possessive)

    def _opens_source(self, start: int) -> bool:
        at = bisect_left(self._sources, (start, 0))
        return at < len(self._sources) and self._sources[at][0] == start

    def _is_source(self, start: int, end: int) -> bool:
        at = bisect_left(self._sources, (start + 1, 0)) - 1
        return at >= 0 and self._sources[at][1] >= end
