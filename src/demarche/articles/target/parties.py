"""Parties named in running text: countries, blocs, organisations, and the people who lead them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from demarche.articles.actors.speakers import Speaker, Speakers, find_known
from demarche.articles.actors.titles import CONNECTORS, HEADS, MODIFIERS
from demarche.articles.actors.words import split_words
from demarche.articles.parts import Unit, Voice
from demarche.gazetteer import countries, names
from demarche.gazetteer import find as find_country

_ALSO = {
    ("West",): ("West", "name"),
    ("Western",): ("West", "adjective"),
    ("General", "Assembly"): ("United Nations", "name"),
}
"""Blocs that are no speakers, and a body that goes by half its name."""

_FORUMS = frozenset(
    {"IAEA", "ICAO", "International Court of Justice", "OSCE", "UN Security Council", "WHO", "WTO"}
    | {"International Committee of the Red Cross", "European Union", "United Nations"}
    | {"African Union"}
)
_BY_NOUN = {"IAEA": "agency", "NATO": "alliance", "European Union": "bloc"}
_LONGEST_NAME = 12  # words of an organisation's or a person's name
_WORD = re.compile(r"(?:[A-Z]\.){2,}|\w+")
_TITLE_WORD = re.compile(r"\w[\w’'-]*")
_POSSESSIVE = re.compile(r"[’']s?")
# What stands after a place's name where it names something else: a paper, a pact, a sea.
_ELSE_AFTER = re.compile(
    r"\$|\s(?:[Dd]ollars?|Accords?|Agreements?|Airport|Charter|Conference|Conventions?|Daily"
    r"|Declaration|Games"
    r"|Gulf|Herald|Institute|Journal|News|Ocean|Peninsula|People|Post|Process|Protocols?|Review"
    r"|River|Sea|Straits?|Street|Summit|Times|Treaty|University|War)\b"
)
_ELSE_BEFORE = re.compile(r"\b(?:(?:Bay|Gulf|Lake|Sea|Straits?|University|Party) of|Latin|Lake)\s$")
_VENUE = re.compile(r"\b(?:[Aa]t|[Ff]rom|[Ii]n|[Nn]ear|[Oo]utside)\s\Z")


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of a party: ``text[start:end]``.

    `form` is ``"name"``, ``"adjective"`` ("Russian"), ``"people"`` ("Russians"), ``"capital"``,
    ``"noun"`` ("the agency") or ``"person"`` ("Putin", for the party that the person serves).
    """

    start: int
    end: int
    party: str
    form: str


Names = Mapping[tuple[str, ...], tuple[str, str]]


def party_of(name: str, speakers: Speakers) -> str:
    """Give the one name that a country or an organisation goes by here."""
    country = find_country(name)
    if country:
        return country.name
    known = speakers.find(name)
    return _served(known) if known and known.kind == "organisation" else name


def is_country(party: str) -> bool:
    """Say whether a party is a country."""
    return find_country(party) is not None


def is_forum(party: str) -> bool:
    """Say whether a party is named mostly as the place or the source of rules, not as a side."""
    return party in _FORUMS


def find_mentions(
    text: str, units: Sequence[Unit], voices: Sequence[Voice], speakers: Speakers
) -> list[list[Mention]]:
    """Give the mentions of parties in each sentence, in order.

    A person counts for a party where the article has that person speak for it, or calls the
    person by an office of a country, "Russian President Vladimir Putin", or where the table of
    well-known speakers knows the person.
    """
    known = [list(_known(text, unit, speakers)) for unit in units]
    own = _organisations(voices, speakers)
    plain = _all_mentions(text, units, known, _Lexicon(own))
    more = _persons(text, units, plain, voices, speakers)
    more |= _nouns({mention.party for named in plain for mention in named})
    named = _all_mentions(text, units, known, _Lexicon(own | more)) if more else plain
    return _without_venues(text, named, {party_of(voice.side, speakers) for voice in voices})


def _without_venues(
    text: str, named: Sequence[Sequence[Mention]], sides: Iterable[str]
) -> list[list[Mention]]:
    """Drop the capitals where people only meet: "in Geneva", with no other word of its country.

    Brussels is then the European Union's, or else NATO's.
    """
    present = {m.party for found in named for m in found if m.form != "capital"} | set(sides)
    of_brussels = next((p for p in ("European Union", "NATO") if p in present), None)
    kept: list[list[Mention]] = []
    for found in named:
        kept.append([])
        for mention in found:
            if mention.form != "capital" or mention.party in present:
                kept[-1].append(mention)
            elif of_brussels and text[mention.start : mention.end] == "Brussels":
                kept[-1].append(replace(mention, party=of_brussels))
            elif not _VENUE.search(text, max(0, mention.start - 10), mention.start):
                kept[-1].append(mention)
    return kept


def _all_mentions(
    text: str, units: Sequence[Unit], known: Sequence[Sequence[Mention]], lexicon: "_Lexicon"
) -> list[list[Mention]]:
    return [
        _longest_of([*_mentions(text, unit, lexicon), *found])
        for unit, found in zip(units, known, strict=True)
    ]


def _longest_of(mentions: Iterable[Mention]) -> list[Mention]:
    """Drop what lies within a longer mention: "Korean" of "Korean People's Army"."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda one: one.start):
        if not kept or kept[-1].end <= mention.start:
            kept.append(mention)
        elif mention.end - mention.start > kept[-1].end - kept[-1].start:
            kept[-1] = mention
    return kept


def _known(text: str, unit: Unit, speakers: Speakers) -> Iterator[Mention]:
    """Give the persons, bodies and organisations that the table of speakers knows."""
    words = split_words(text, unit.start, unit.end)
    for found in find_known(words, speakers):
        start, last = words[found.first].start, words[found.last - 1]
        end = last.start + len(last.text)
        party = _served(found.speaker)
        # "the Qatari Security Council" is a body of Qatar.
        its_own = is_forum(party) and found.first and is_country(words[found.first - 1].text)
        silent = found.speaker.kind == "media" or party == "none"
        if not silent and not its_own and not _something_else(text, unit, start, end):
            form = "person" if found.speaker.kind == "person" else "name"
            yield Mention(start, end, party, form)


def _served(speaker: Speaker) -> str:
    """Give the party that a speaker of the table is or serves."""
    own = speaker.kind == "organisation" and speaker.side == "none"
    return speaker.name if own else speaker.side


class _Lexicon:
    """The names that an article may use, its own beside those known.

    `longest` gives, for each word that a name begins with, how many words the longest has.
    """

    def __init__(self, own: Names) -> None:
        self.names = {**_table(), **own}
        self.longest = dict(_longest_known())
        for words in own:
            self.longest[words[0]] = max(self.longest.get(words[0], 0), len(words))


def _mentions(text: str, unit: Unit, lexicon: _Lexicon) -> Iterator[Mention]:
    words = list(_WORD.finditer(text, unit.start, unit.end))
    read = 0
    for place, first in enumerate(words):
        longest = lexicon.longest.get(first[0], 0)
        if not longest or place < read:
            continue
        ahead = words[place : place + longest]
        for count in range(len(ahead), 0, -1):
            found = lexicon.names.get(tuple(word[0] for word in ahead[:count]))
            if found:
                start, end = first.start(), ahead[count - 1].end()
                if not _something_else(text, unit, start, end):
                    yield Mention(start, end, *found)
                read = place + count
                break


def _something_else(text: str, unit: Unit, start: int, end: int) -> bool:
    """Say whether the name is part of another: "Washington Post", "Sea of Japan"."""
    before = text[max(unit.start, start - 20) : start]
    return bool(_ELSE_AFTER.match(text, end, unit.end) or _ELSE_BEFORE.search(before))


def _organisations(
    voices: Sequence[Voice], speakers: Speakers
) -> dict[tuple[str, ...], tuple[str, str]]:
    """Give the names of the article's own organisations, those that speak in it."""
    found = {}
    for side in dict.fromkeys(voice.side for voice in voices):
        words = tuple(_WORD.findall(side))
        if not 0 < len(words) <= _LONGEST_NAME or side == "none":
            continue
        if not speakers.find(side) and not is_country(side):
            found[words] = (side, "name")
            initials = "".join(word[0] for word in words if word[0].isupper())
            if len(initials) > 2:
                found[(initials,)] = (side, "name")
    return found


def _nouns(parties: Iterable[str]) -> dict[tuple[str, ...], tuple[str, str]]:
    """Give what the article's organisations are called for short: "the agency"."""
    claims: dict[str, list[str]] = {}
    for party in parties:
        if not is_country(party):
            last = party.rsplit(" ", 1)[-1]
            noun = _BY_NOUN.get(party, last.lower() if " " in party else "")
            claims.setdefault(noun, []).append(party)
    return {
        (the, form): (owners[0], "noun")
        for noun, owners in claims.items()
        if noun and len(owners) == 1
        for the in ("the", "The")
        for form in (noun, noun.capitalize())
    }


def _persons(
    text: str,
    units: Sequence[Unit],
    named: Sequence[Sequence[Mention]],
    voices: Sequence[Voice],
    speakers: Speakers,
) -> dict[tuple[str, ...], tuple[str, str]]:
    """Give the names of those who serve a party, in full and in part, where that is certain."""
    sides: dict[tuple[str, ...], set[str]] = {}
    for voice in set(voices):
        words = voice.speaker.split()
        if voice.side == "none" or not 0 < len(words) <= _LONGEST_NAME:
            continue
        if all(word[0].isupper() for word in words):
            _enter(sides, voice.speaker, party_of(voice.side, speakers))
    for unit, mentions in zip(units, named, strict=True):
        for mention in mentions:
            name = _titled(text, mention.end, unit.end)
            if name and is_country(mention.party):
                _enter(sides, name, mention.party)
    return {
        name: (next(iter(parties)), "person")
        for name, parties in sides.items()
        if len(parties) == 1 and name not in _table()
    }


def _enter(sides: dict[tuple[str, ...], set[str]], name: str, party: str) -> None:
    parts = name.split()
    country = find_country(party)
    forms = [name, parts[-1]]
    if country and names()[country.culture].family_first:
        forms.append(parts[0])
    for form in forms:
        sides.setdefault(tuple(_WORD.findall(form)), set()).add(party)


def _titled(text: str, at: int, limit: int) -> str:
    """Read the name that follows a country and an office: "[Russian] President Anna Berg"."""
    possessive = _POSSESSIVE.match(text, at)
    last = possessive.end() if possessive else at
    office, start = False, 0
    for match in _TITLE_WORD.finditer(text, last, min(limit, last + 120)):
        word = match[0].lower()
        if text[last : match.start()] != " ":
            break
        if start and not match[0][0].isupper():
            break
        if not start and word in HEADS:
            office = True
        elif not start and (word in MODIFIERS or word in CONNECTORS or word == "ministry"):
            pass
        elif office and match[0][0].isupper():
            start = start or match.start()
        else:
            break
        last = match.end()
    return _POSSESSIVE.sub("", text[start:last]) if start else ""


@cache
def _table() -> dict[tuple[str, ...], tuple[str, str]]:
    table: dict[tuple[str, ...], tuple[str, str]] = {}
    for country in countries():
        for form, group in (
            ("name", (country.name, country.official, *country.aliases)),
            ("adjective", (country.adjective,)),
            ("people", (country.people,)),
            ("capital", (country.capital, *country.capital_aliases)),
        ):
            for name in group:
                if name and find_country(name) == country:
                    table.setdefault(tuple(_WORD.findall(name)), (country.name, form))
    # News says "Korea" of the southern one, and of what both share ("Korean Peninsula").
    south = find_country("South Korea")
    if south:
        table[("Korea",)] = (south.name, "name")
        table[("Korean",)] = (south.name, "adjective")
    table.update(_ALSO)
    return table


@cache
def _longest_known() -> Mapping[str, int]:
    longest: dict[str, int] = {}
    for words in _table():
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return longest
