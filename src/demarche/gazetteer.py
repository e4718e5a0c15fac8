"""Countries and the names that news gives them, and invented names for their people.

Both tables are written by hand: ``gazetteer.csv`` holds the members of the United Nations,
Taiwan, Kosovo, Palestine and the Holy See, with land borders in the home territory only;
``names.csv`` holds common given names and surnames by culture.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# Cultures whose names English news prints with the surname first.
_FAMILY_FIRST = frozenset({"chinese", "khmer", "korean"})
# Lower case makes these English words, not names.
_ORDINARY_WORDS = frozenset(
    {"china", "male", "pole", "poles", "polish", "swede", "swedes", "turkey"}
)
_ABBREVIATION = re.compile(r"(?:[A-Z]\.?){2,}")


@dataclass(frozen=True, slots=True)
class Country:
    """One country.

    Attributes
    ----------
    code : str
        ISO 3166 alpha-2 code; ``XK`` for Kosovo.
    name, official : str
        Commonest name in English news, and the official English name.
    article : bool
        Whether running text puts "the" before the name.
    adjective, people : str
        "Russian", "Russians"; `people` is empty for the Holy See.
    capital : str
        The capital, or the seat that stands for the government in news.
    capital_aliases, aliases : tuple of str
        Other names and spellings of the capital and of the country.
    region : str
        A subregion in the manner of the United Nations.
    coastal : bool
        Whether the country lies on a sea (the Caspian is a lake).
    neighbours : tuple of str
        Codes of the countries with a common land border.
    culture : str
        Key into `names`.
    """

    code: str
    name: str
    official: str
    article: bool
    adjective: str
    people: str
    capital: str
    capital_aliases: tuple[str, ...]
    aliases: tuple[str, ...]
    region: str
    coastal: bool
    neighbours: tuple[str, ...]
    culture: str


@dataclass(frozen=True, slots=True)
class Names:
    """Personal names of one culture.

    Attributes
    ----------
    given_m, given_f : tuple of str
        What stands beside the short name: given names; patronymics in Mongolian,
        family and middle name in Vietnamese.
    surnames_m, surnames_f : tuple of str
        The short name that news uses, for men and for women, in the same order:
        ``surnames_f[i]`` is the women's form of ``surnames_m[i]``, often the same.
    family_first : bool
        Whether the surname comes first in the full name.
    """

    given_m: tuple[str, ...]
    given_f: tuple[str, ...]
    surnames_m: tuple[str, ...]
    surnames_f: tuple[str, ...]
    family_first: bool

    def full(self, given: str, surname: str) -> str:
        """Put a given name and a surname in this culture's order.

        Parameters
        ----------
        given, surname : str

        Returns
        -------
        str
        """
        return f"{surname} {given}" if self.family_first else f"{given} {surname}"


@cache
def countries() -> tuple[Country, ...]:
    """Give every country, in the order of their names.

    Returns
    -------
    tuple of Country
    """
    return tuple(
        Country(
            code=row["code"],
            name=row["name"],
            official=row["official"],
            article=row["article"] == "1",
            adjective=row["adjective"],
            people=row["people"],
            capital=row["capital"],
            capital_aliases=_split(row["capital_aliases"]),
            aliases=_split(row["aliases"]),
            region=row["region"],
            coastal=row["coastal"] == "1",
            neighbours=_split(row["neighbours"]),
            culture=row["culture"],
        )
        for row in _rows("gazetteer.csv")
    )


@cache
def names() -> Mapping[str, Names]:
    """Give the personal names of every culture.

    Returns
    -------
    mapping of str to Names
    """
    table: dict[str, dict[str, list[str]]] = {}
    for row in _rows("names.csv"):
        table.setdefault(row["culture"], {}).setdefault(row["kind"], []).append(row["value"])
    return {
        culture: Names(
            given_m=tuple(kinds["given_m"]),
            given_f=tuple(kinds["given_f"]),
            # "Sokolov/Sokolova": the men's form, then the women's.
            surnames_m=tuple(value.partition("/")[0] for value in kinds["surname"]),
            surnames_f=tuple(value.rpartition("/")[2] for value in kinds["surname"]),
            family_first=culture in _FAMILY_FIRST,
        )
        for culture, kinds in table.items()
    }


def find(name: str) -> Country | None:
    """Find the country that a name, adjective, people or capital belongs to.

    Case, accents and a leading "the" do not matter, but an abbreviation is matched as it
    is written, so that "us" is not the United States; nor are lower-case "turkey", "polish"
    and their like a country's. Names of countries go before adjectives and peoples, these
    before capitals. What two countries share finds nothing: "Korea", "Congolese",
    "Dominican". A bare "Congo" is DR Congo, as in most agencies' style; "Guinea" is Guinea,
    "Nigerien" Niger, "Georgia" the country.

    Parameters
    ----------
    name : str

    Returns
    -------
    Country or None
    """
    words, abbreviations = _index()
    spaced = " ".join(name.split())
    bare = spaced[4:] if spaced[:4].casefold() == "the " else spaced
    if bare in abbreviations:
        return abbreviations[bare]
    return None if bare in _ORDINARY_WORDS else words.get(_fold(bare))


@cache
def _index() -> tuple[dict[str, Country | None], dict[str, Country]]:
    words: dict[str, Country | None] = {}
    abbreviations: dict[str, Country] = {}
    for tier in (_country_names, _people_names, _capital_names):
        claims: dict[str, Country | None] = {}
        for country in countries():
            for name in tier(country):
                if _ABBREVIATION.fullmatch(name):
                    abbreviations[name] = country
                elif name:
                    key = _fold(name)
                    claims[key] = country if claims.get(key, country) == country else None
        words = claims | words
    return words, abbreviations


def _country_names(country: Country) -> Iterable[str]:
    return country.name, country.official, *country.aliases


def _people_names(country: Country) -> Iterable[str]:
    return country.adjective, country.people


def _capital_names(country: Country) -> Iterable[str]:
    # A leading "the" is dropped from what is looked up, so "The Hague" is kept without.
    return (name.removeprefix("The ") for name in (country.capital, *country.capital_aliases))


def _fold(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.replace("’", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _rows(table: str) -> list[dict[str, str]]:
    text = files("demarche.data").joinpath(table).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
