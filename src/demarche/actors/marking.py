"""A text whose actors are slots: marked, and filled with others.

A text is first marked, every mention of an actor becoming a slot, and then filled as synthetic
text is (`demarche.actors.slots`): a country is the same one throughout a text and its context,
and a person is replaced by one of the same gender from the country that replaces the person's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from demarche.actors.people import Named, find_cast, find_people
from demarche.actors.places import Place, find_places, spell_out
from demarche.actors.slots import LETTERS, Person, fill
from demarche.gazetteer import Country

_THE = re.compile(r"\b[Tt]he $")
_A = re.compile(r"\b[Aa]n? $")
# Stands for braces of the text itself while it holds slots.
_BRACES = str.maketrans("{}", "\ue000\ue001")
UNBRACED = str.maketrans("\ue000\ue001", "{}")
# A line is filled as running text, not as a headline, where it ends with a full stop.
STOP = " ."


@dataclass(frozen=True, slots=True)
class Marked:
    """Texts whose actors are slots, and who stood there.

    Attributes
    ----------
    texts : tuple of str
        With slots such as ``{S_adj}`` and ``{P1_last}``, see `demarche.actors.slots`.
    countries : mapping of str to Country
        By letter, also those that only a person of theirs stands for.
    persons : mapping of str to Named
        By slot.
    """

    texts: tuple[str, ...]
    countries: Mapping[str, Country]
    persons: Mapping[str, Named]


def mark(texts: Sequence[str], cast: Sequence[Named] | None = None) -> Marked:
    """Put slots in the place of all countries and persons that texts name.

    Parameters
    ----------
    texts : sequence of str
        Texts that speak of the same actors, such as a sentence and its context.
    cast : sequence of Named, optional
        The persons who may occur; by default those whom the texts name in full.

    Returns
    -------
    Marked
    """
    texts = [spell_out(text.translate(_BRACES)) for text in texts]
    cast = find_cast(texts) if cast is None else cast
    people = [find_people(text, cast) for text in texts]
    found = find_places(texts)
    persons = list(dict.fromkeys(naming.person for namings in people for naming in namings))
    places = [
        [
            place
            for place in places
            if not any(place.start < n.end and n.start < place.end for n in namings)
        ]
        for places, namings in zip(found, people, strict=True)
    ]
    named = [place.country for line in places for place in line]
    own = [person.country for person in persons if person.country]
    # Of a text that names more countries than there are letters, the last ones stay.
    letters = dict(zip(dict.fromkeys([*named, *own]), LETTERS, strict=False))
    slots = {person: f"P{number}" for number, person in enumerate(persons, start=1)}
    marked = []
    for text, line, namings in zip(texts, places, people, strict=True):
        spans = [
            _country_slot(text, place, letters[place.country])
            for place in line
            if place.country in letters
        ]
        spans += [
            (n.start, n.end, f"{{{slots[n.person]}{'' if n.full else '_last'}}}") for n in namings
        ]
        marked.append(_replace(text, sorted(spans)))
    return Marked(
        texts=tuple(marked),
        countries={letter: country for country, letter in letters.items()},
        persons={slot: person for person, slot in slots.items()},
    )


def _country_slot(text: str, place: Place, letter: str) -> tuple[int, int, str]:
    """Give the span that a slot replaces, an article that belongs to the name included."""
    start, before = place.start, text[: place.start]
    slot = f"{{{letter}_{place.form}}}" if place.form else f"{{{letter}}}"
    if place.whole and place.form in ("", "cap") and _THE.search(before):
        start -= len("the ")
    if place.form == "adj" and place.whole and _A.search(before):
        slot += " national"
    end = place.end
    # "the Philippines' note" is written as the slot's own possessive, {A}'s.
    if text[end - 1] == "s" and re.match(r"['’] [a-z]", text[end:]):
        slot, end = f"{slot}{text[end]}s", end + 1
    return start, end, slot


def _replace(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    parts, reached = [], 0
    for start, end, slot in spans:
        parts += [text[reached:start], slot]
        reached = end
    return "".join([*parts, text[reached:]])


def swap(marked: Marked, rng: Random) -> tuple[tuple[str, ...], dict[str, str]]:
    """Fill marked texts with drawn actors, none of whom was there before.

    Parameters
    ----------
    marked : Marked
    rng : random.Random

    Returns
    -------
    texts : tuple of str
    assignment : dict of str to str
        What fills each slot, as `demarche.actors.slots.fill` gives it.
    """
    letters = {country: letter for letter, country in marked.countries.items()}
    persons = {
        slot: Person(
            person.gender, letters.get(person.country, "none") if person.country else "none"
        )
        for slot, person in marked.persons.items()
    }
    gone = {country.code for country in marked.countries.values()}
    gone |= {part for person in marked.persons.values() for part in person.name.split()}
    lines = [text + STOP for text in marked.texts]
    filled, assignment = fill(lines, persons, rng, gone)
    return tuple(line.removesuffix(STOP).translate(UNBRACED) for line in filled), assignment
