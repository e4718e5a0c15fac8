"""Where a text names countries: by name, adjective, people or capital.

What only holds a country's name is no mention of it: seas, wars, newspapers, ships. A word that
two countries share, such as "Korean", is read as the one of them that was named last.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from demarche.gazetteer import Country, countries, find

# Words that two countries share, the likelier country first.
_SHARED = {
    "Korea": (("KR", "KP"), ""),
    "Korean": (("KR", "KP"), "adj"),
    "Koreans": (("KR", "KP"), "people"),
    "Congolese": (("CD", "CG"), "adj"),
    "Dominican": (("DO", "DM"), "adj"),
    "Dominicans": (("DO", "DM"), "people"),
}
_KEPT = re.compile(
    r"\b(?:Sea|Gulf|Bay|Straits?|Treaty|Battle|Statute|University|Isle) of (?:the )?[A-Z]\w+"
    # The first words of a longer name: "South China Sea", "Indian Ocean", "Vietnam War".
    r"|\b(?:(?:North|South|East|West|New|Latin|Central)(?:ern)? )?[A-Z]\w+ "
    r"(?:Seas?|Oceans?|Gulf|Straits?|Canal|Wars?|Times|Post|Herald|Tribune|Journal|Gazette|Mirror"
    r"|Convention|Accords?|Pact|Protocols?|Basin|Trench)\b"
    r"|\b(?:Latin|North|South|Central|Native|African)[ -]America(?:ns?)?\b"
    # The capital of the Maldives, written like an English word.
    r"|(?<!\bin )(?<!\bto )(?<!\bfrom )\bMale\b"
    r"|\bNorthern Ireland\b|\bNew Mexico\b|\bInner Mongolia\b"
    r"|\b(?:USS|HMS|HMCS|HMAS|INS) [A-Z]\w+(?: [A-Z]\w+){0,2}"
    r"|\b(?:frigate|destroyer|carrier|cruiser|submarine|tanker|ferry) [A-Z]\w+"
)
# What names both Koreas in one, spelt out or named by a common noun.
_SPELT_OUT = (
    (
        re.compile(r"\b(North|South) (and|or) (North|South) Korea(n?)\b"),
        r"\1 Korea\4 \2 \3 Korea\4",
    ),
    (re.compile(r"\b[Ii]nter-Korean\b"), "North Korean-South Korean"),
    (re.compile(r"\b(two|both) Koreas\b"), r"\1 countries"),
    (re.compile(r"\bKorean [Pp]eninsula\b"), "peninsula"),
)
_OF_THE_NORTH = re.compile(r" (?:Central News|People[’']s Army|Workers[’'] Party)")
_OF_THE_SOUTH = re.compile(r" (?:Institute|Electric|Exchange|Development Bank)")

_WORD = re.compile(r"\s+([\w’']+)")
# What follows a name that stands for itself: not a noun that the name would describe.
_FUNCTION = frozenset(
    """
    a an the and or but nor to in into of on onto at for with without from by as than that which
    who whom whose is are was were be been being has have had having will would shall should can
    cannot could may might must do does did not no if whether while when where after before since
    until because although though also both either neither over under against towards toward
    between among about around across through during within beyond so then there here it its he she
    they this these those said says say told tells warned warns urged urges called calls condemned
    accused accuses wants wanted plans planned agreed agrees denied denies remains remained seems
    seemed made makes took takes gave gives sent sends began begins became becomes kept keeps held
    holds went goes came comes knows knew sees saw seeks sought needs needed carries lets let
    focuses affects brings only
    again still never always already now yesterday today tomorrow itself alone instead
    """.split()
)
_DESCRIBED = frozenset(
    """
    military government army navy embassy ambassador president delegation administration congress
    senate parliament ministry minister troops forces officials official soldiers media dollar
    treasury envoy citizens companies sanctions
    """.split()
)
_WITH_NEXT = re.compile(r"(?:, \w+)*,? (?:and|or) ")


@dataclass(frozen=True, slots=True)
class Place:
    """A country named at ``text[start:end]``.

    Attributes
    ----------
    form : str
        The slot form that fits there: ``""`` (name), ``"adj"``, ``"people"`` or ``"cap"``.
    whole : bool
        Whether the name stands for itself rather than before a noun: "the US" in "the US
        said", not in "the US envoy". An article before it then is its own.
    """

    start: int
    end: int
    country: Country
    form: str
    whole: bool


def spell_out(text: str) -> str:
    """Give a text in which each Korea is named by itself: "North and South Korea" are both.

    The Korean Peninsula becomes "the peninsula", as its name tells who is on it.
    """
    for pattern, plain in _SPELT_OUT:
        text = pattern.sub(plain, text)
    return text


def kept(text: str) -> list[tuple[int, int]]:
    """Give the spans of names that merely hold a country's: "South China Sea"."""
    return [match.span() for match in _KEPT.finditer(text)]


def find_places(texts: Sequence[str]) -> list[list[Place]]:
    """Find the countries that each of several texts names, read one after the other.

    Parameters
    ----------
    texts : sequence of str, length n

    Returns
    -------
    list of list of Place, length n
        In order of position, without overlaps.
    """
    found: list[list[Place]] = []
    named: list[str] = []
    for text in texts:
        closed = kept(text)
        places: list[Place] = []
        for match in _pattern().finditer(text):
            start, end = match.start(), _without_stop(text, match)
            # A longer name may hold a kept one: that of the United Kingdom, Northern Ireland.
            if any(start < b and a < end and b - a >= end - start for a, b in closed):
                continue
            codes, form = _surfaces()[match[0].replace("’", "'")]
            code = _meant(text, end, codes, named)
            named.append(code)
            whole = _stands_alone(text, end)
            places.append(Place(start, end, _by_code()[code], form, whole))
        found.append([_fitting(text, places, at) for at in range(len(places))])
    return found


def _without_stop(text: str, match: re.Match[str]) -> int:
    """Give where a name ends; the full stop of "U.S." is left where it ends the sentence too."""
    if not match[0].endswith("."):
        return match.end()
    following = _WORD.match(text, match.end())
    if following:
        ends = following[1][0].isupper() and following[1].lower() in _FUNCTION
    else:
        ends = not re.match(r"[’']?[\w,;:-]", text[match.end() :])
    return match.end() - ends


def _meant(text: str, end: int, codes: Sequence[str], named: Sequence[str]) -> str:
    """Choose between the countries that share a word."""
    if "KP" in codes and _OF_THE_NORTH.match(text, end):
        return "KP"
    if "KR" in codes and _OF_THE_SOUTH.match(text, end):
        return "KR"
    return next((code for code in reversed(named) if code in codes), codes[0])


def _stands_alone(text: str, end: int) -> bool:
    following = _WORD.match(text, end)
    if following is None:
        return not text.startswith("-", end)
    word = following[1]
    return word in _FUNCTION or word.endswith(("ed", "ly"))


def _fitting(text: str, places: Sequence[Place], at: int) -> Place:
    """Give a place the form that its surroundings ask for: "US envoy" is an adjective's place."""
    place = places[at]
    surface = text[place.start : place.end]
    after = places[at + 1] if at + 1 < len(places) else None
    joined = text.startswith("-", place.end)
    if place.form == "adj" and place.whole and place.country.people == surface:
        before = text[: place.start]
        alike = at > 0 and places[at - 1].form == "people" and before.endswith("s and ")
        several = before.endswith(("the ", "The ")) and not _WITH_NEXT.match(text, place.end)
        return _as(place, "people") if alike or several else place
    if place.form:
        return place
    if joined:
        same = after is not None and after.start == place.end + 1
        return _as(place, after.form) if same and after and _short(surface) else place
    link = _WITH_NEXT.match(text, place.end)
    if link and after and after.start == link.end() and after.form == "adj" and not after.whole:
        return _as(place, "adj", whole=False) if _short(surface) else place
    if place.whole or text[: place.start].endswith("-"):
        return place
    following = _WORD.match(text, place.end)
    described = following is not None and following[1].lower() in _DESCRIBED
    if _short(surface) or surface == "Korea" or described:
        # "the Russia government" is nobody's English, "the New Zealand government" is.
        return _as(place, "adj")
    return _as(place, "", whole=place.country.article or surface != place.country.name)


def _short(surface: str) -> bool:
    """Say whether a name is one that serves as an adjective too: "US", "DPRK"."""
    return surface.isupper() or surface.replace(".", "").isupper()


def _as(place: Place, form: str, whole: bool | None = None) -> Place:
    whole = place.whole if whole is None else whole
    return Place(place.start, place.end, place.country, form, whole)


@cache
def _by_code() -> dict[str, Country]:
    return {country.code: country for country in countries()}


@cache
def _surfaces() -> dict[str, tuple[tuple[str, ...], str]]:
    """Map every written form to the countries it may mean and the slot form in its place."""
    table: dict[str, tuple[tuple[str, ...], str]] = dict(_SHARED)
    for form, tier in (("cap", _capitals), ("adj", _adjectives), ("people", _peoples)):
        for country in countries():
            table |= {
                name: ((country.code,), form) for name in tier(country) if find(name) == country
            }
    for country in countries():
        others = {*_adjectives(country), *_peoples(country)} - {country.name}
        for name in (country.name, country.official, *country.aliases):
            if name not in others and find(name) == country:
                table[name] = ((country.code,), "")
    return {name.replace("’", "'"): value for name, value in table.items()}


def _capitals(country: Country) -> list[str]:
    return [name.removeprefix("The ") for name in (country.capital, *country.capital_aliases)]


def _peoples(country: Country) -> list[str]:
    """Give the plurals of a people: "Danes", and "Croats" beside "Croatians"."""
    aliases = set(country.aliases)
    plurals = [
        name
        for name in aliases
        if name.endswith("men") or name.removesuffix("s") in aliases - {name}
    ]
    return [name for name in (country.people, *plurals) if name and name != country.adjective]


def _adjectives(country: Country) -> list[str]:
    """Give adjectives, and the nouns for one of a people: "Danish", "Dane"."""
    plurals = {country.people, *country.aliases}
    singulars = [
        name
        for name in country.aliases
        if f"{name}s" in plurals
        or name.replace("man", "men") in plurals - {name}
        or (re.search(r"(?:ese|ean|ian|stani|sque|can|ite)$", name) and " of " not in name)
    ]
    return [country.adjective, *singulars]


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_surfaces(), key=len, reverse=True)
    names = "|".join(re.escape(name).replace("'", "['’]") for name in longest_first)
    return re.compile(rf"(?<!\w)(?:{names})(?!\w)")
