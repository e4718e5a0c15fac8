"""A stretch of text with its words and the countries that they name."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

from demarche.articles.actors.words import Place, Word, find_places, split_words

_LONGEST_ABBREVIATION = 5  # letters: "Capt."


class Passage:
    """The words of ``text[start:end]``.

    Attributes
    ----------
    text : str
        The whole input.
    words : list of Word
    places : list of Place
        Countries, by place in `words`.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.words = split_words(text, start, end)
        self.places = find_places(self.words)

    @cached_property
    def named(self) -> frozenset[int]:
        """Places of the words that belong to a country's name."""
        return frozenset(at for p in self.places for at in range(p.first, p.last))

    @cached_property
    def _firsts(self) -> list[int]:
        return [place.first for place in self.places]

    def between(self, at: int) -> str:
        """Give what stands between word `at` and the one before it."""
        return self.text[self.words[at - 1].end : self.words[at].start]

    def adjacent(self, at: int) -> bool:
        """Say whether only a space or an abbreviation's full stop stands before word `at`."""
        between = self.between(at)
        short = len(self.words[at - 1].text) <= _LONGEST_ABBREVIATION
        return between == "" or between.isspace() or (short and between in {". ", "-"})

    def place_at(self, at: int) -> Place | None:
        """Give the country whose name begins at word `at`."""
        number = bisect_left(self._firsts, at)
        found = self.places[number] if number < len(self.places) else None
        return found if found and found.first == at else None

    def places_in(self, first: int, last: int) -> tuple[Place, ...]:
        """Give the countries named by ``words[first:last]``, counted from `first`."""
        start = bisect_left(self._firsts, first)
        end = bisect_left(self._firsts, last)
        return tuple(p.shifted(-first) for p in self.places[start:end] if p.last <= last)

    def phrase(self, first: int, last: int) -> tuple[Sequence[Word], tuple[Place, ...]]:
        """Give ``words[first:last]`` with the countries in it."""
        return self.words[first:last], self.places_in(first, last)
