"""Words of a stretch of text, with exact offsets, and the countries that they name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from demarche.gazetteer import Country, countries, find

_WORD = re.compile(r"(?:[A-Z]\.){1,4}|\d[\d,.]*\d|\d|[^\W\d_](?:[\w’'‐‑-]*\w)?")
_POSSESSIVE = re.compile(r"(?:[’']s|(?<=s)[’'])$")
_DATELINE = re.compile(  # "PARIS (AP) - ", "MINSK, October 30. /TASS/. ", "BAKU - "
    r"(?:[^()/]{0,60}(?:\([^()]{1,40}\)\s*[-–—]+|/[^/\s]{1,20}/\.?)"
    r"|[A-Z][A-Z .’'/-]{1,30}(?:, [A-Z][\w .]{1,20})?\s[-–—]+)\s"
)
_LONGEST_NAME = 5  # words of a country's name, "Democratic People's Republic of Korea"


def vocabulary(text: str) -> frozenset[str]:
    """Give the words of a list that is written out as text."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Word:
    """One word: ``input[start:end]`` with a possessive's ending, `text` without it."""

    start: int
    end: int
    text: str
    possessive: bool

    @property
    def capital(self) -> bool:
        """Whether the word begins with a capital letter."""
        return self.text[:1].isupper() or (self.text[:3] in {"al-", "el-"} and len(self.text) > 3)

    @property
    def lower(self) -> str:
        """The word in lower case."""
        return self.text.lower()


@dataclass(frozen=True, slots=True)
class Place:
    """A country as it is named at ``words[first:last]``."""

    first: int
    last: int
    country: Country
    capital: bool
    adjective: bool

    def shifted(self, by: int) -> "Place":
        """Give the same country in a list of words that begins elsewhere."""
        return Place(self.first + by, self.last + by, self.country, self.capital, self.adjective)


def split_words(text: str, start: int, end: int) -> list[Word]:
    """Give the words of ``text[start:end]``."""
    words = []
    for match in _WORD.finditer(text, start, end):
        whole = match[0]
        bare = _POSSESSIVE.sub("", whole)
        after = text[match.end() : match.end() + 1]
        # The plural's bare apostrophe is no part of the word's match.
        plural = whole.endswith("s") and after in {"’", "'"} and match.end() < end
        closes = plural and text[match.end() + 1 : match.end() + 2].isspace()
        words.append(Word(match.start(), match.end(), bare, bare != whole or closes))
    return words


def after_dateline(text: str, start: int, end: int) -> int:
    """Give where ``text[start:end]`` goes on behind a dateline; `start` if it has none."""
    dateline = _DATELINE.match(text, start, end)
    return dateline.end() if dateline else start


def find_places(words: Sequence[Word]) -> list[Place]:
    """Give the countries named by `words`, by name, adjective, people or capital, in order."""
    places = []
    at = 0
    while at < len(words):
        place = _place(words, at)
        if place is not None:
            places.append(place)
        at = place.last if place is not None else at + 1
    return places


def _place(words: Sequence[Word], at: int) -> Place | None:
    if not words[at].capital or words[at].text.replace("’", "'") not in _first_words():
        return None
    for last in range(min(len(words), at + _LONGEST_NAME), at, -1):
        name = joined(words[at:last])
        country = find_country(name)
        if country is not None and not _of_a_continent(words, at):
            capital = name in {c.removeprefix("The ") for c in _capitals(country)}
            return Place(at, last, country, capital, name == country.adjective)
    return None


def joined(words: Sequence[Word]) -> str:
    """Give words as one string; only the last loses its possessive ending."""
    return " ".join(
        word.text + ("'" if word.text.endswith("s") else "'s")
        if word.possessive and word is not words[-1]
        else word.text
        for word in words
    )


def _of_a_continent(words: Sequence[Word], at: int) -> bool:
    """Say whether "America" is no country here: "Latin America"."""
    before = words[at - 1].text if at else ""
    return words[at].text == "America" and before in {"Latin", "North", "South", "Central"}


@lru_cache(maxsize=4096)
def find_country(name: str) -> Country | None:
    """Find a country as `demarche.gazetteer.find` does, remembering the answer."""
    return find(name)


def _capitals(country: Country) -> tuple[str, ...]:
    return (country.capital, *country.capital_aliases)


@cache
def _first_words() -> frozenset[str]:
    return frozenset(
        word.removesuffix("'s") if word.endswith("'s") and word[0].isupper() else word
        for name in _all_names()
        for word in (name.replace("’", "'").removeprefix("The ").split(" ")[0],)
    )


def _all_names() -> Iterator[str]:
    for country in countries():
        yield from (country.name, country.official, *country.aliases)
        yield from (country.adjective, country.people)
        yield from _capitals(country)
