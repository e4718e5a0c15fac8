"""The bodies of an article: what "the ministry" and "the commission" mean at each place."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from demarche.articles.actors.givennames import is_given_name
from demarche.articles.actors.institutions import NOUNS, Body, name_body
from demarche.articles.actors.passage import Passage
from demarche.articles.actors.speakers import Speaker
from demarche.articles.actors.titles import MODIFIERS, is_title
from demarche.articles.actors.words import vocabulary
from demarche.articles.parts import Voice
from demarche.gazetteer import Country

_LOOKED_AT = 20  # bodies of one noun among which the one meant is looked for
# Nouns by which a body may be meant that was named with another.
_ALSO = {
    "broadcaster": ("television", "radio"),
    "channel": ("television", "broadcaster"),
    "station": ("radio", "television"),
    "paper": ("newspaper", "daily"),
    "daily": ("newspaper",),
    "newspaper": ("daily",),
    "outlet": ("agency", "newspaper"),
    "organisation": ("organization",),
    "organization": ("organisation",),
    "bloc": ("union", "community"),
    "alliance": ("pact",),
}
_NOUNS_OF_ORGANISATIONS = vocabulary(
    "agency organisation organization alliance union committee council court league bank fund"
    " association community forum movement institute programme commission"
)
_SMALL = frozenset({"of", "for", "and", "the", "on", "to"})


@dataclass(frozen=True, slots=True)
class Named:
    """A body as the article names it, with the country it belongs to, if that is said."""

    body: Body
    country: Country | None
    voice: Voice | None = None


class Register:
    """The bodies of an article by their head nouns.

    Attributes
    ----------
    countries : Counter of Country
        How many of them the text names with their country.
    """

    def __init__(self) -> None:
        self._units: dict[str, list[int]] = {}
        self._named: dict[str, list[Named]] = {}
        self.countries: Counter[Country] = Counter()

    def add(self, unit: int, named: Named) -> None:
        """Enter a body that sentence `unit` names."""
        units = self._units.setdefault(named.body.head, [])
        at = bisect_right(units, unit)
        if named.country and not named.voice:
            self.countries[named.country] += 1
        units.insert(at, unit)
        self._named.setdefault(named.body.head, []).insert(at, named)

    def add_speaker(self, unit: int, speaker: Speaker) -> None:
        """Enter a well-known organisation by every noun that its names have: "the alliance"."""
        voice = Voice(speaker.name, speaker.side, speaker.role)
        words = {word.lower() for name in (speaker.name, *speaker.aliases) for word in name.split()}
        # Hamas or the Quad have no noun in their names.
        others = [] if speaker.side == "United Nations" else ["group", "movement"]
        for noun in sorted(words & _NOUNS_OF_ORGANISATIONS) or others:
            self.add(unit, Named(Body(speaker.name, noun, False), None, voice))

    def find(self, head: str, unit: int, country: Country | None = None) -> Named | None:
        """Give the body that a bare noun means in a sentence: the last named, else the next.

        Parameters
        ----------
        head : str
        unit : int
        country : Country, optional
            The only country whose body it can be: "the Greek ministry".
        """
        for noun in (head, *_ALSO.get(head, ())):
            named = self._named.get(noun, [])
            at = bisect_right(self._units.get(noun, []), unit)
            for one in (
                *reversed(named[max(at - _LOOKED_AT, 0) : at]),
                *named[at : at + _LOOKED_AT],
            ):
                if country is None or one.country in (None, country):
                    return one
        return None

    def latest(self, unit: int, *, international: bool = False) -> Named | None:
        """Give the body named last before the end of a sentence, whatever its noun.

        Parameters
        ----------
        unit : int
        international : bool
            Whether it must be an organisation of no one country.
        """
        best: tuple[int, Named] | None = None
        for noun, units in self._units.items():
            at = bisect_right(units, unit)
            for before in range(at - 1, max(-1, at - 1 - _LOOKED_AT), -1):
                named = self._named[noun][before]
                if not (international and (named.country or named.body.national)):
                    if best is None or units[before] > best[0]:
                        best = units[before], named
                    break
        return best[1] if best else None


def find_bodies(passage: Passage, people: Set[int] = frozenset()) -> list[Named]:
    """Give the bodies that a sentence names by more than their noun.

    Parameters
    ----------
    passage : Passage
    people : set of int
        Offsets where names of persons end; they are no part of a body's.
    """
    words = passage.words
    found = []
    reached = 0
    for head, word in enumerate(words):
        if word.lower not in NOUNS or head < reached or head in passage.named:
            continue
        first = head
        while (
            first > reached
            and passage.adjacent(first)
            and words[first - 1].end not in people
            and _may_precede(passage, first - 1)
        ):
            first -= 1
        last = head + 1
        while last < len(words) and passage.adjacent(last) and _goes_on(passage, last):
            last += 1
        reached = last
        if last - first < 2:
            continue
        phrase, inside = passage.phrase(first, last)
        body = name_body(phrase, inside)
        if body and not body.bare and (inside or body.name.lower() != body.head):
            country = inside[0].country if inside else _seat(passage, last)
            found.append(Named(body, country))
    return found


def _seat(passage: Passage, last: int) -> Country | None:
    """Give the country where a body named before word `last` sits: "the ministry in Seoul"."""
    if last < len(passage.words) and passage.words[last].lower == "in":
        place = passage.place_at(last + 1) or passage.place_at(last + 2)
        return place.country if place else None
    return None


def _may_precede(passage: Passage, at: int) -> bool:
    word = passage.words[at]
    if at in passage.named or word.lower in MODIFIERS or word.lower in NOUNS:
        return True
    return word.capital and word.lower not in _SMALL | {"in", "but", "at"}


def _goes_on(passage: Passage, at: int) -> bool:
    """Say whether a body's name goes on: "of Foreign Affairs", but not "the Board Ann Berg"."""
    words = passage.words
    if words[at].capital or at in passage.named:
        if is_title(words[at].lower):
            return False
        named = at in passage.named or is_given_name(words[at].text)
        behind_of = words[at - 2].lower in _SMALL and words[at - 1].capital
        return words[at - 1].lower in _SMALL or (behind_of and not named)
    if words[at].lower not in _SMALL - {"to"}:
        return False
    following = words[at + 1 : at + 3]
    articled = len(following) > 1 and following[0].lower == "the"
    return bool(following) and (following[0].capital or (articled and following[1].capital))
