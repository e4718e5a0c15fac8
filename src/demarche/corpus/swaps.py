"""The same statement with other actors: its countries and persons replaced by drawn ones."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from demarche.actors.marking import Marked, mark, swap
from demarche.actors.people import Named, find_cast
from demarche.gazetteer import find
from demarche.records import Sentence

VARIANTS = 10
"""How many variants are drawn of a statement that names an actor."""


@dataclass(frozen=True, slots=True)
class Swap:
    """One variant of a statement.

    Attributes
    ----------
    id : str
        The statement's.
    variant : int
        From 1.
    text, context : str
    countries : tuple of (str, str)
        The code of each country that the text names, itself or by a person of its, and of the
        one in its place.
    persons : tuple of (str, str)
        The full name of each person that the text names, and of the one in his or her place.
    """

    id: str
    variant: int
    text: str
    context: str
    countries: tuple[tuple[str, str], ...]
    persons: tuple[tuple[str, str], ...]


@lru_cache(maxsize=2)
def make_swaps(sentences: tuple[Sentence, ...], count: int = VARIANTS) -> tuple[Swap, ...]:
    """Draw variants of every statement that names an actor, the same ones at every call.

    Parameters
    ----------
    sentences : tuple of Sentence
        All of an article's sentences are searched for its persons; statements get variants.
    count : int
        Variants a statement.

    Returns
    -------
    tuple of Swap
        Statement by statement; a statement whose text names no actor has none.
    """
    casts = casts_of(sentences)
    swaps = []
    for sentence in sentences:
        if not sentence.is_statement:
            continue
        marked = mark([sentence.context, sentence.text], casts[sentence.article])
        if "{" not in marked.texts[1]:
            continue
        for variant in range(1, count + 1):
            (context, text), assignment = swap(marked, Random(f"{sentence.id}/{variant}"))
            countries, persons = _replaced(marked, assignment)
            swaps.append(Swap(sentence.id, variant, text, context, countries, persons))
    return tuple(swaps)


def casts_of(sentences: Sequence[Sentence]) -> dict[str, list[Named]]:
    """Give the persons of each article by the article's id."""
    articles: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        articles[sentence.article].append(sentence)
    return {
        article: find_cast([s.text for s in found], {s.speaker: s.side for s in found})
        for article, found in articles.items()
    }


def _replaced(
    marked: Marked, assignment: Mapping[str, str]
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Give the countries and persons of the last text, and what filled their slots."""
    slots = {slot.partition("_")[0] for slot in re.findall(r"\{(\w+)\}", marked.texts[-1])}
    persons = {slot: person for slot, person in marked.persons.items() if slot in slots}
    own = {person.country for person in persons.values()}
    countries = tuple(
        (country.code, _code(assignment[letter]))
        for letter, country in marked.countries.items()
        if letter in slots or country in own
    )
    return countries, tuple((p.name, assignment[slot]) for slot, p in persons.items())


def _code(name: str) -> str:
    country = find(name)
    assert country is not None  # noqa: S101 - the gazetteer finds every country by its name
    return country.code
