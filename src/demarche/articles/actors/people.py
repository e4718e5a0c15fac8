"""The cast of an article: every person that it names, with what it says of them."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from demarche.articles.actors.descriptions import Description
from demarche.articles.actors.givennames import fold, gender_of
from demarche.articles.actors.titles import FEMALE, MALE

SAME_SPELLING = 88
"""Similarity (rapidfuzz, 0 to 100) from which two spellings name one person."""
_REMEMBERED = 100  # persons among whom another spelling is looked for
_BEARERS = 20  # persons among whom a surname is looked for
_LONG_SURNAME = 6  # letters from which a surname's spelling may differ
_DESCRIPTIONS = 12  # of one person that are kept


@dataclass(slots=True, eq=False)
class Person:
    """A person of the article.

    Attributes
    ----------
    name : str
        The fullest name, in the spelling that came first.
    descriptions : list of Description
        In the order of the text.
    certain : bool
        Whether something says that this is a person at all.
    """

    name: str
    descriptions: list[Description] = field(default_factory=list)
    certain: bool = False
    female: bool | None = None

    @property
    def full(self) -> bool:
        """Whether more than one name is known."""
        return " " in self.name

    def fit(self, noun: str) -> int:
        """Say how well a head noun describes the person: 0 not, 2 by the very noun."""
        return max((d.fit(noun) for d in self.descriptions), default=0)

    def describe(self, description: Description) -> None:
        """Add what the article calls the person."""
        self.certain = True
        if len(self.descriptions) < _DESCRIPTIONS:
            self.descriptions.append(description)
        if description.noun in FEMALE:
            self.female = True
        elif description.noun in MALE:
            self.female = False


class Cast:
    """The persons of one article, found by full name, another spelling, or one name alone."""

    def __init__(self) -> None:
        # Folded names with their bearers, by first letter.
        self._recent: dict[str, deque[tuple[str, Person]]] = {}
        self._recent_surnames: dict[str, deque[tuple[str, Person]]] = {}
        self._full: dict[str, Person] = {}
        self._single: dict[str, list[Person]] = {}

    def find(self, parts: Sequence[str], noun: str = "") -> Person | None:
        """Find the person whom a name means here, the latest if several fit.

        Parameters
        ----------
        parts : sequence of str
            The names as written: ``["Kim", "Jong", "Un"]`` or ``["Kim"]``.
        noun : str
            What stands before it: "chairman".
        """
        key = fold("".join(parts))
        if not key or key in self._full:
            return self._full.get(key)
        if len(parts) > 1:
            return self._respelt(key, parts)
        fitting = self._single.get(key, [])[-_BEARERS:]
        if noun and len(fitting) > 1:
            best = max(person.fit(noun) for person in fitting)
            fitting = [person for person in fitting if person.fit(noun) == best]
        return fitting[-1] if fitting else self._respelt_alone(key)

    def add(self, parts: Sequence[str]) -> Person:
        """Enter a person, or give an earlier single name the full one: Merkel, Angela Merkel."""
        name = " ".join(parts)
        if len(parts) > 1:
            for part in (parts[-1], parts[0]):
                for person in self._single.get(fold(part), [])[-_BEARERS:]:
                    if not person.full:
                        person.name = name
                        self._enter(person, parts)
                        return person
        person = Person(name, female=gender_of(parts))
        self._enter(person, parts)
        return person

    def mentioned(self, person: Person) -> None:
        """Note that a person was named just now: whom the bare surname will mean next."""
        parts = person.name.split()
        for part in (parts[0], parts[-1]):
            bearers = self._single.get(fold(part), [])
            recent = bearers[-_BEARERS:]
            if len(recent) > 1 and person in recent:
                recent.remove(person)
                bearers[-_BEARERS:] = [*recent, person]

    def _enter(self, person: Person, parts: Sequence[str]) -> None:
        name, surname = fold("".join(parts)), fold(parts[-1])
        self._full[name] = person
        # A name of marks alone folds to nothing.
        tables = ((self._recent, name), (self._recent_surnames, surname if person.full else ""))
        for table, key in tables:
            if key:
                table.setdefault(key[0], deque(maxlen=_REMEMBERED)).append((key, person))
        singles = {fold(part) for part in (parts[0], parts[-1], " ".join(parts[1:]))}
        for single in singles | {fold(part) for part in parts[-1].split("-")[-1:]}:
            bearers = self._single.setdefault(single, [])
            if single and person not in bearers[-_BEARERS:]:
                bearers.append(person)

    def _respelt(self, key: str, parts: Sequence[str]) -> Person | None:
        """Find a full name in another spelling, or with a name more or less."""
        bearers = (self._single.get(fold(part), [])[-_BEARERS:] for part in (parts[-1], parts[0]))
        for person in (person for group in bearers for person in reversed(group)):
            if person.full and _shortened(person.name.split(), parts):
                return person
        for known, person in reversed(self._recent.get(key[0], ())):
            if person.full and fuzz.ratio(known, key) >= SAME_SPELLING:
                self._full[key] = person
                return person
        return None

    def _respelt_alone(self, key: str) -> Person | None:
        """Find a surname in another spelling."""
        if len(key) < _LONG_SURNAME:
            return None
        for known, person in reversed(self._recent_surnames.get(key[0], ())):
            if fuzz.ratio(known, key) >= SAME_SPELLING:
                return person
        return None


def _shortened(full: Sequence[str], parts: Sequence[str]) -> bool:
    """Say whether one of two names leaves out a middle name or an initial of the other."""
    long, short = sorted(([fold(p) for p in full], [fold(p) for p in parts]), key=len)[::-1]
    return (
        len(long) > len(short) >= 2
        and long[-1] == short[-1]
        and (long[0] == short[0] or long[-len(short) :] == short or long[1] == short[0])
    )
