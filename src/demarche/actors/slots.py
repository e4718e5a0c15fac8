"""Filling the slots of synthetic text with countries, capitals and people.

A slot is a letter in braces, with or without a form: ``{A}``, ``{A_adj}``, ``{A_people}``,
``{A_cap}``, ``{S_person}``; or a person: ``{P1}``, ``{P1_last}``. Articles, possessives and
"a" or "an" around a slot are mended to suit what fills it. House style: a name in -s takes a
bare apostrophe ("the Netherlands' note").
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from demarche.errors import DataError
from demarche.gazetteer import Country, countries, find, names

# The order in which letters are drawn: the first two in a text are its main parties.
LETTERS = "STABCDEFGHIJKLMN"

# How often news is about a country: codes, in one string for brevity.
_POWERS = "CN DE FR GB IN JP RU US"
_FAMILIAR = (
    "AE AM AR AU AZ BR BY CA CU DZ EG ES ET FI GE GR HU ID IL IQ IR IT JO KE KP KR KZ LB LT LY MA "
    "MX MY NG NL NO PH PK PL QA RO RS SA SD SE SY TH TR UA VE VN YE ZA"
)
_RARE = "AD AG BB BS BT DM FM GD KI KM KN LC LI MC MH MV NR PW SC SM ST TO TV VA VC VU WS"
# Names that a reader would mix up when they stand in one text.
_CONFUSABLE = (
    frozenset({"KP", "KR"}),
    frozenset({"CD", "CG", "CF"}),
    frozenset({"GN", "GQ", "GW", "PG"}),
    frozenset({"DM", "DO"}),
    frozenset({"NE", "NG"}),
    frozenset({"SD", "SS"}),
    frozenset({"AT", "AU"}),
    frozenset({"SI", "SK"}),
    frozenset({"MR", "MU"}),
    frozenset({"CN", "TW"}),
    frozenset({"KN", "LC", "VC"}),
)

_SEA = re.compile(
    r"\b(?:seas?|seabed|coast\w*|ships?|shipping|warships?|ports?|harbou?rs?|straits?|fleets?|"
    r"nav(?:y|al|ies)|maritime|vessels?|boats?|trawlers?|fisher\w*|fishing|ferr(?:y|ies)|frigates?|"
    r"destroyers?|submarines?|islands?|islets?|reefs?|gulf|bay|beach(?:es)?|admirals?|tankers?|"
    r"nautical|sailors?|shores?|shoals?|offshore|territorial waters)\b",
    re.IGNORECASE,
)
_BORDER = re.compile(
    r"\b(?:borders?|frontiers?|boundar(?:y|ies)|neighbou?r\w*|rivers?|upstream|downstream|"
    r"checkpoints?|dams?|line of (?:contact|control|separation)|crossings?)\b",
    re.IGNORECASE,
)
# A body that speaks up for its own part of the world, and how that part's regions end.
_UNIONS = {"African Union": "Africa", "Asean": "South-eastern Asia", "ASEAN": "South-eastern Asia"}
_SHE = re.compile(r"\b(?:she|her|herself|ms|mrs|madam)\b", re.IGNORECASE)
_HE = re.compile(r"\b(?:he|him|his|himself|mr)\b", re.IGNORECASE)

_CAPITALISED = re.compile(r"\b[A-Z]\w+")
_SLOT = re.compile(r"(?:\b([Aa])n? )?\{([^{}]*)\}(['’]s\b)?")
# Vowels by sound: a Ukrainian, a Uruguayan, a European, but an Uzbek.
_VOWEL = re.compile(r"[AIO]|E(?!u)|U(?![A-Z]|gan|kr|nit|rug)")
_CLOSED = re.compile(r"[.!?:;,…][\"'”’)\]]*\s*$")
# What a name stands bare after: "the {A}-{B} accord", "southern {A}", "{A} v. {B}".
_BARE = re.compile(
    r"(?:\b(?:the|joint|(?:north|south|east|west)(?:ern)?|central|neighbou?ring|brotherly)"
    r"|\bv\.) $|-$",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(
    r"^\W*$"
    r"|[.!?…][\"'”’)\]]* +[\"'“‘(]*$"  # after another sentence
    r"|[,:] [\"'“‘]$"  # he said, "{A} ...
    r"|^\W*\w+(?:\W+\w+){,2}\W*: $"  # after a label: Question: {A} ...
    r"|^[^.]{0,45}(?: -|--|–|—) $"  # after a dateline
)
_HEADLINE_KEEPS = re.compile(
    r"\b(?:of|in|to|with|by|from|for|on|against|over|into|at|between|within|toward|towards"
    r"|(?:of|in|to|with|from|for|between) \{\w+\}(?:, \{\w+\})* and) $",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person in an article, before there is a name.

    Attributes
    ----------
    gender : str
        ``"m"`` or ``"f"``.
    side : str
        A country slot's letter, an organisation, or ``"none"``.
    """

    gender: str
    side: str


def unknown_slot(text: str, persons: Mapping[str, Person]) -> str | None:
    """Say what is wrong with the first slot of a text that cannot be filled, if there is one."""
    for match in _SLOT.finditer(text):
        name, _, form = match[2].partition("_")
        forms = ("", "last") if name in persons else ("", "adj", "people", "cap", "person")
        if (name not in persons and name not in tuple(LETTERS)) or form not in forms:
            return f"unknown slot {{{match[2]}}}; use a country's {{A}} or a declared {{P1}}"
    return None


def fill(
    texts: Sequence[str],
    persons: Mapping[str, Person],
    rng: Random,
    without: Collection[str] = (),
) -> tuple[list[str], dict[str, str]]:
    """Fill every slot in `texts`, one assignment for all of them.

    Countries are drawn so that they suit the words: with a coast where ships sail, with a
    common border where one is crossed.

    Parameters
    ----------
    texts : sequence of str
        The lines of one article and the names of its speakers, or one statement. A line
        without a full stop at its end is read as a headline or a name.
    persons : mapping of str to Person
        The article's persons by slot (``"P1"``); empty for a statement.
    rng : random.Random
        The only source of chance.
    without : collection of str, optional
        Codes of countries, given names and surnames that may not be drawn.

    Returns
    -------
    texts : list of str
        The same texts, filled.
    assignment : dict of str to str
        What fills each slot: name, adjective, people and capital for every letter of the texts and
        of the persons' sides, full and last name for every person.

    Raises
    ------
    DataError
        If a text holds a slot that is none of the above, or a person of `persons` is missing.
    """
    joined = "\n".join(texts)
    if unknown := unknown_slot(joined, persons):
        raise DataError(unknown)
    slots = {match[2]: None for match in _SLOT.finditer(joined)}
    wanted = {slot.partition("_")[0] for slot in slots} | {p.side for p in persons.values()}
    letters = [letter for letter in LETTERS if letter in wanted]
    drawn = dict(zip(letters, _draw(len(letters), joined, rng, without), strict=True))
    assignment = _assign(drawn, persons, slots, joined, rng, without)
    articled = frozenset(letter for letter, country in drawn.items() if country.article)
    return [fill_line(text, assignment, articled) for text in texts], assignment


def _draw(count: int, text: str, rng: Random, without: Collection[str]) -> list[Country]:
    """Draw `count` countries that suit the text and cannot be mistaken for each other."""
    # Brussels or the Swiss franc in the words themselves would meet their drawn selves.
    named = {_country_of(word) for word in _CAPITALISED.findall(text)} | set(without)
    sea = _SEA.search(text) is not None
    border = _BORDER.search(text) is not None
    region = next((region for union, region in _UNIONS.items() if union in text), "")
    free = [c for c in countries() if c.code not in named and (c.people or "_people}" not in text)]
    pool = [c for c in free if c.region.endswith(region) and (c.coastal or not sea)]
    codes = {c.code for c in pool}
    chosen = [c for c in pool if codes & _partners()[c.code]] if border and count > 1 else pool
    drawn: list[Country] = []
    while len(drawn) < count:
        if drawn:
            pool = [c for c in pool if c.code not in _clashes()[drawn[-1].code]]
            chosen = _around(drawn[0], pool, border and len(drawn) == 1, rng)
        # Where too few suit, any other will do.
        chosen = chosen or [c for c in free if c not in drawn]
        drawn.append(rng.choices(chosen, [_weight(c.code) for c in chosen])[0])
    return drawn


def _around(first: Country, pool: list[Country], adjoining: bool, rng: Random) -> list[Country]:
    """Choose whom the next party is drawn from: neighbours, the region or the world."""
    chance = rng.random()
    if adjoining or chance < 0.4:
        near = [c for c in pool if c.code in first.neighbours]
    elif chance < 0.7:
        near = [c for c in pool if c.region == first.region]
    else:
        near = pool
    return near or pool


def _assign(
    drawn: Mapping[str, Country],
    persons: Mapping[str, Person],
    slots: Mapping[str, None],
    text: str,
    rng: Random,
    without: Collection[str],
) -> dict[str, str]:
    assignment: dict[str, str] = {}
    taken = set(without)
    for letter, country in drawn.items():
        assignment |= {
            letter: country.name,
            f"{letter}_adj": country.adjective,
            f"{letter}_people": country.people,
            f"{letter}_cap": country.capital,
        }
        if f"{letter}_person" in slots:
            gender = "f" if _SHE.search(text) and not _HE.search(text) else "m"
            _, assignment[f"{letter}_person"] = _name(country.culture, gender, taken, rng)
    for slot, person in persons.items():
        country = drawn.get(person.side) or rng.choices(countries(), _weights())[0]
        assignment[slot], assignment[f"{slot}_last"] = _name(
            country.culture, person.gender, taken, rng
        )
    return assignment


def _name(culture: str, gender: str, taken: set[str], rng: Random) -> tuple[str, str]:
    """Invent a full name and its surname, sharing no part with those in `taken`."""
    kind = names()[culture]
    given, surnames = (
        (kind.given_f, kind.surnames_f) if gender == "f" else (kind.given_m, kind.surnames_m)
    )
    # A man's and a woman's form of one surname would read as a married couple.
    forms = zip(kind.surnames_m, kind.surnames_f, strict=True)
    free = [i for i, both in enumerate(forms) if taken.isdisjoint(both)]
    # Where all are taken, a name comes twice.
    index = rng.choice(free or range(len(surnames)))
    first = rng.choice([name for name in given if name not in taken] or given)
    taken |= {kind.surnames_m[index], first}
    return kind.full(first, surnames[index]), surnames[index]


def fill_line(text: str, assignment: Mapping[str, str], articled: frozenset[str]) -> str:
    """Fill the slots of one line.

    Parameters
    ----------
    text : str
    assignment : mapping of str to str
        What fills each slot.
    articled : frozenset of str
        The letters of countries whose names take an article.
    """
    if "{" not in text:
        return text
    headline = _CLOSED.search(text) is None
    frame = _SLOT.sub("", text)
    shout = frame.isupper() and sum(map(str.isupper, frame)) > 5

    def put(match: re.Match[str]) -> str:
        indefinite, slot, possessive = match.groups()
        value = assignment[slot]
        lead = ""
        if indefinite:
            lead = f"{indefinite}n " if _VOWEL.match(value) else f"{indefinite} "
        elif slot in articled:
            lead = _article(text[: match.start()], text[match.end() :], headline)
        tail = (possessive[0] if value.endswith("s") else possessive) if possessive else ""
        filled = f"{lead}{value}{tail}"
        return filled.upper() if shout else filled

    return _SLOT.sub(put, text)


def _article(before: str, after: str, headline: bool) -> str:
    """Say which article a name like "Netherlands" takes between these two strings."""
    bracketed = before.endswith("(") and after.startswith((")", " v."))
    if bracketed or after.startswith("-") or _BARE.search(before):
        return ""
    if headline:
        return "the " if _HEADLINE_KEEPS.search(before) else ""
    return "The " if _SENTENCE_START.search(before) else "the "


@cache
def _country_of(word: str) -> str | None:
    country = find(word)
    return country.code if country else None


@cache
def _clashes() -> Mapping[str, frozenset[str]]:
    """Give, for each country, itself and those that may not stand in one text with it."""
    return {
        one.code: frozenset(
            other.code
            for other in countries()
            if one.adjective == other.adjective
            or any(one.code in group and other.code in group for group in _CONFUSABLE)
        )
        for one in countries()
    }


@cache
def _partners() -> Mapping[str, frozenset[str]]:
    """Give, for each country, the neighbours that may stand in one text with it."""
    return {c.code: frozenset(c.neighbours) - _clashes()[c.code] for c in countries()}


@cache
def _weights() -> tuple[float, ...]:
    return tuple(_weight(country.code) for country in countries())


@cache
def _weight(code: str) -> float:
    """Say how often a country is drawn, against an ordinary one."""
    return 8 if code in _POWERS else 4 if code in _FAMILIAR else 0.02 if code in _RARE else 0.2
