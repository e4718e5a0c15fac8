"""Who is named in a text: persons by their full names, and by the last name alone after that."""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from demarche.actors.places import find_places, kept
from demarche.gazetteer import Country, find, names

_TITLE = (
    r"(?:[Pp]resident|[Mm]inister|[Cc]hair(?:man|woman|person)|[Ss]ecretary|[Aa]mbassador|[Ee]nvoy"
    r"|[Ss]pokes(?:man|woman|person)|[Gg]eneral|[Dd]irector|[Ss]peaker|[Cc]hief|[Ll]eader|[Pp]remier"
    r"|[Cc]hancellor|[Ss]enator|[Aa]dmiral|[Cc]olonel|[Cc]omrades?|[Oo]fficial|Affairs|Staff|Dr|Mrs?|Ms)"
)
_PART = r"[A-Z][a-zà-ÿ]+(?:[-’'][A-Za-z][a-zà-ÿ]+)?"
_TITLED = re.compile(rf"\b{_TITLE}\.? ({_PART}(?: [A-Z]\.)?(?: {_PART}){{1,2}})\b")
_HONOURED = re.compile(rf"\b(?:Mr|Mrs|Ms|President)\.? ({_PART})\b(?! {_PART})")
_HYPHENED = re.compile(r"\b([A-Z][a-z]{1,5} [A-Z][a-z]{1,6}-[A-Za-z][a-z]{0,6})\b")
_PAIR = re.compile(rf"\b(?=({_PART}) ({_PART})\b)")
_COMPOUND = re.compile(r"(?:ed|ing|led|wide|time|style|level|era|born|scale)$")
# Capitalised words that no person is called.
_COMMON = frozenset(
    """
    affairs agency army assembly association authority bank bureau center centre chief chairman
    commission committee commissioner communist congress council court defence defense delegate
    democratic department deputy director duma embassy executive fellow finance first force forces
    foreign foundation front general global government group house institute interior international
    joint journal law leader liberation military minister ministry mission monday tuesday wednesday
    thursday friday saturday sunday national nations navy news newspaper office official
    organisation organization park parliament party people peoples permanent police political
    premier president press prime republic representative research school secretary security senate
    service society speaker staff state states strategic studies supreme times trade treaty union
    united university vice west western workers world the this that in on at for a an and
    january february march april may june july august september october november december
    """.split()
)
_SHE = re.compile(r"\b(?:she|her|herself)\b", re.IGNORECASE)
_WOMAN = re.compile(r"(?:woman|\bMs|\bMrs)\.? $")


@dataclass(frozen=True, slots=True)
class Named:
    """A person as articles name him or her.

    Attributes
    ----------
    name, last : str
        The full name, and the part that stands alone later; equal where only that is known.
    gender : str
        ``"m"`` or ``"f"``; a guess from the given name and from words such as "spokeswoman".
    country : Country or None
        Whom the person speaks for or comes from, where that is known.
    """

    name: str
    last: str
    gender: str
    country: Country | None


@dataclass(frozen=True, slots=True)
class Naming:
    """A person named at ``text[start:end]``; `full` unless by the last name alone."""

    start: int
    end: int
    person: Named
    full: bool


def find_cast(texts: Sequence[str], sides: Mapping[str, str] | None = None) -> list[Named]:
    """Find the persons of an article, or of any texts that belong together.

    Parameters
    ----------
    texts : sequence of str
    sides : mapping of str to str, optional
        Speakers known to be there, with their sides; bodies among them are passed over.

    Returns
    -------
    list of Named
        No two with the same name.
    """
    known = {name: side for name, side in (sides or {}).items() if _is_person(name)}
    joined = "\n".join(texts)
    listed = {
        name: side
        for name, side in _listed().items()
        if name in joined and re.search(_flexible(name), joined)
    }
    givens = _givens() | {name.split()[0] for name in known}
    full_names = (name for text in texts for name in _full_names(text, givens))
    found = dict.fromkeys([*known, *listed, *full_names])
    here = [place.country for places in find_places(texts) for place in places]
    sided = {name.split()[-1]: side for name, side in (listed | known).items()}
    cast: dict[str, Named] = {}
    for name in found:
        # "Andrei Kulik" is "Andrey Kulik", whose side is known.
        side = known.get(name) or listed.get(name) or sided.get(name.split()[-1], "")
        cast[name] = _person(name, find(side), here, joined)
    lasts = {person.last for person in cast.values()}
    for name in _single_names(texts):
        if name not in lasts and name not in cast:
            cast[name] = Named(name, name, _gender(name, name, joined), None)
    return list(cast.values())


def find_people(text: str, cast: Iterable[Named]) -> list[Naming]:
    """Find where a text names the persons of a cast.

    Hyphens and capitals within a name may differ from the cast's; of two persons with one last
    name, the first named in the text has it, else the first of the cast.

    Returns
    -------
    list of Naming
        In order of position, without overlaps.
    """
    cast = list(cast)
    taken = kept(text)
    found: list[Naming] = []
    by_length = sorted(cast, key=lambda person: -len(person.name))
    for full in (True, False):
        if not full:
            # The nearest bearer of a shared last name comes first.
            here = [naming.person for naming in sorted(found, key=lambda n: n.start)]
            by_length = [*here, *cast]
        for person in by_length:
            wording = person.name if full else person.last
            for match in re.finditer(_flexible(wording), text):
                if all(match.end() <= a or b <= match.start() for a, b in taken):
                    taken.append(match.span())
                    whole = full and person.name != person.last
                    found.append(Naming(match.start(), match.end(), person, whole))
    return sorted(found, key=lambda naming: naming.start)


def _flexible(name: str) -> str:
    parts = [re.escape(part) for part in re.split(r"[ -]", name)]
    first, *rest = parts
    later = "".join(rf"[ -](?i:{part})" for part in rest)
    return rf"(?<![\w-]){first}{later}(?!\w|-[a-z])"


def _person(name: str, country: Country | None, here: Sequence[Country], text: str) -> Named:
    parts = name.split(" ")
    cultures = {
        key for key, kind in names().items() if {*kind.surnames_m, *kind.surnames_f} & {*parts}
    }
    hyphened = "-" in parts[-1] and len(parts) == 2
    if country is None:
        from_here = (
            c for c in here if c.culture in cultures or (hyphened and c.culture == "korean")
        )
        country = next(from_here, None)
    culture = names().get(country.culture) if country else None
    family_first = len(parts) > 1 and (hyphened or bool(culture and culture.family_first))
    last = parts[0] if family_first else parts[-1]
    return Named(name, last, _gender(name, last, text), country)


def _gender(name: str, last: str, text: str) -> str:
    given = set(name.split()) - {last}
    women = {one for kind in names().values() for one in kind.given_f}
    men = {one for kind in names().values() for one in kind.given_m}
    if given & women and not given & men:
        return "f"
    for match in re.finditer(_flexible(name), text):
        following = text[match.end() : match.end() + 80]
        if _WOMAN.search(text[: match.start()]) or (not given & men and _SHE.search(following)):
            return "f"
    return "m"


def _full_names(text: str, givens: Collection[str]) -> Iterator[str]:
    closed = [(p.start, p.end) for p in find_places([text])[0]] + kept(text)
    for pattern in (_TITLED, _HYPHENED, _PAIR):
        for match in pattern.finditer(text):
            name = match[1] if pattern is not _PAIR else f"{match[1]} {match[2]}"
            start = match.start(1)
            end = start + len(name)
            if pattern is _PAIR and match[1] not in givens:
                continue
            if any(start < b and a < end for a, b in closed) or not _is_person(name):
                continue
            yield name


def _single_names(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        closed = [(p.start, p.end) for p in find_places([text])[0]]
        for match in _HONOURED.finditer(text):
            if match[1].lower() not in _COMMON and match.start(1) not in {a for a, _ in closed}:
                yield match[1]


def _is_person(name: str) -> bool:
    """Say whether a name is a person's by its look, and not a body's or a title's."""
    parts = name.split()
    return (
        2 <= len(parts) <= 4
        and all(part[:1].isupper() for part in parts)
        and not any(part.lower() in _COMMON or re.fullmatch(_TITLE, part) for part in parts)
        and not _COMPOUND.search(name)
        and not any(find(part) for part in (name, *parts))
        and not re.search(r"\bKorean?s?\b", name)
    )


@cache
def _givens() -> frozenset[str]:
    every = {one for kind in names().values() for one in (*kind.given_m, *kind.given_f)}
    every |= {name.split()[0] for name in _listed()}
    return frozenset(one for one in every if not find(one) and one.lower() not in _COMMON)


@cache
def _listed() -> dict[str, str]:
    """Give the well-known persons and their sides, by name and by alias."""
    text = files("demarche.data").joinpath("speakers.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["kind"] == "person"]
    return {
        name: row["side"]
        for row in rows
        for name in (row["name"], *filter(None, row["aliases"].split("|")))
        if " " in name
    }
