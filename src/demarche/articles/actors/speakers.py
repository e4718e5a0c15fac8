"""Well-known speakers: demarche's own table of persons and bodies, and the user's additions."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from demarche.articles.actors.givennames import fold
from demarche.articles.actors.titles import MODIFIERS
from demarche.articles.actors.words import Word, joined
from demarche.errors import DataError
from demarche.gazetteer import find
from demarche.records import ROLES

COLUMNS = ("name", "aliases", "side", "role", "kind")
KINDS = ("person", "body", "media", "organisation")
"""What a speaker of the table can be."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """One well-known speaker.

    Attributes
    ----------
    name : str
        Canonical: the commonest English form.
    aliases : tuple of str
        Other names and spellings that mean this speaker by themselves.
    side : str
        A country, an organisation, or ``"none"``.
    role : str
        One of `demarche.records.ROLES`.
    kind : str
        One of `KINDS`.
    """

    name: str
    aliases: tuple[str, ...]
    side: str
    role: str
    kind: str


class Speakers:
    """A table of speakers, looked up by any of their names.

    Parameters
    ----------
    rows : iterable of Speaker
        A later row takes names from an earlier one.
    """

    def __init__(self, rows: Iterable[Speaker]) -> None:
        self._names: dict[str, Speaker] = {}
        self._starts: set[str] = set()
        self.longest = 1  # words of a name
        for row in rows:
            for name in (row.name, *row.aliases):
                self._names[_key(name)] = row
                words = name.removeprefix("The ").split()
                self._starts.add(fold(words[0]))
                self.longest = max(self.longest, len(words))
        for name, row in list(self._names.items()):
            for misspelt in _slips(name):
                self._names.setdefault(misspelt, row)
                self._starts.add(fold(misspelt))

    def find(self, name: str) -> Speaker | None:
        """Find a speaker by name or alias, whatever the accents, hyphens and capitals.

        Abbreviations, such as "WHO", are found in capitals only; of the longer ones, two letters
        next to each other may have changed places.
        """
        return self._names.get(_key(name))

    def may_begin(self, word: str) -> bool:
        """Say whether any name begins with this word."""
        return word[:1].isupper() and fold(word) in self._starts


@dataclass(frozen=True, slots=True)
class Known:
    """A speaker of the table as it is named at ``words[first:last]``."""

    first: int
    last: int
    speaker: Speaker


def find_known(words: Sequence[Word], speakers: Speakers) -> list[Known]:
    """Give the speakers of the table that `words` name, the longest name at each place."""
    found = []
    at = 0
    while at < len(words):
        known = _known(words, at, speakers)
        if known:
            found.append(known)
        at = known.last if known else at + 1
    return found


def _known(words: Sequence[Word], at: int, speakers: Speakers) -> Known | None:
    if not speakers.may_begin(words[at].text) or _is_inside(words, at):
        return None
    for last in range(min(len(words), at + speakers.longest), at, -1):
        speaker = speakers.find(joined(words[at:last]))
        if speaker:
            return Known(at, last, speaker)
    return None


def _is_inside(words: Sequence[Word], at: int) -> bool:
    """Say whether a longer name goes on here: "the National Security Council"."""
    ordinary = words[at].lower in MODIFIERS or words[at].lower in {"council", "congress", "forces"}
    before = words[at - 1] if at else None
    return bool(ordinary and before and before.capital and not before.possessive) and (
        before is not None and before.lower in MODIFIERS
    )


def _key(name: str) -> str:
    bare = name[4:] if name[:4].lower() == "the " else name
    # "WHO" and "Who", "IS" and "is" are different words.
    return bare if bare.isupper() and len(bare) <= 6 else fold(bare)


def _slips(name: str) -> list[str]:
    """Give an abbreviation of four letters or more with two neighbours exchanged: KCNA, KNCA."""
    if not (name.isupper() and name.isalpha() and len(name) > 3):
        return []
    pairs = range(len(name) - 1)
    return [name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in pairs]


@cache
def known_speakers() -> tuple[Speaker, ...]:
    """Give the rows of the table that demarche ships."""
    content = files("demarche.data").joinpath("speakers.csv").read_text(encoding="utf-8")
    return tuple(_parse("speakers.csv", content))


@cache
def default_speakers() -> Speakers:
    """Give the table that demarche ships."""
    return Speakers(known_speakers())


def load_speakers(path: Path) -> Speakers:
    """Read a user's file and put its rows before the table that demarche ships.

    Parameters
    ----------
    path : Path
        CSV with the columns ``name,aliases,side,role,kind``; aliases are parted by ``|``.

    Returns
    -------
    Speakers

    Raises
    ------
    DataError
        If the file cannot be read, or a row is wrong; the message names file, line and field.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise DataError(f"{path}: is a folder, not a file") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}:{line}: not UTF-8") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    return Speakers([*known_speakers(), *_parse(str(path), content)])


def _parse(name: str, content: str) -> list[Speaker]:
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    rows: list[Speaker] = []
    seen: dict[str, int] = {}
    line = 1
    try:
        header = next(reader, [])
        if sorted(header) != sorted(COLUMNS):
            raise DataError(
                f"{name}:1: the columns are {', '.join(header) or 'missing'}; "
                f"use {','.join(COLUMNS)}"
            )
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                row = _row(f"{name}:{line}", header, cells)
                first = seen.setdefault(_key(row.name), line)
                if first != line:
                    raise DataError(f"{name}:{line}: field 'name': {row.name!r} is line {first}'s")
                rows.append(row)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{name}:{line}: the row that begins here is broken ({error})") from None
    return rows


def _row(where: str, header: Sequence[str], cells: Sequence[str]) -> Speaker:
    if len(cells) != len(header):
        raise DataError(
            f"{where}: {len(cells)} cells where the header has {len(header)}; "
            "cells that hold a comma need quotes"
        )
    values = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
    _require(where, values)
    country = find(values["side"])
    aliases = tuple(alias.strip() for alias in values["aliases"].split("|") if alias.strip())
    return Speaker(
        name=values["name"],
        aliases=aliases,
        side=country.name if country else values["side"],
        role=values["role"],
        kind=values["kind"],
    )


def _require(where: str, values: Mapping[str, str]) -> None:
    for column in ("name", "side"):
        if not values[column]:
            raise DataError(f"{where}: field '{column}': is empty")
    for column, allowed in (("role", ROLES), ("kind", KINDS)):
        if values[column] not in allowed:
            raise DataError(
                f"{where}: field '{column}': {values[column]!r} is none of {', '.join(allowed)}"
            )
