"""Common personal names: whether a word is one, whose, and of which cultures."""

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from demarche.gazetteer import names


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Give a name without case, accents, spaces and hyphens."""
    if name.isascii() and name.isalnum():
        return name.casefold()
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(c for c in decomposed if c.isalnum() and not unicodedata.combining(c)).casefold()


@cache
def _given_names() -> dict[str, bool]:
    """Give, for common given names, whether they are a woman's; those of both are left out."""
    female: set[str] = set()
    male: set[str] = set()
    for culture in names().values():
        female |= {fold(name) for name in culture.given_f}
        male |= {fold(name) for name in culture.given_m}
    return {name: name in female for name in female ^ male}


@cache
def _cultures() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for culture, kind in names().items():
        for name in (*kind.given_m, *kind.given_f, *kind.surnames_m, *kind.surnames_f):
            found.setdefault(fold(name), set()).add(culture)
    return {name: frozenset(cultures) for name, cultures in found.items()}


def cultures_of(parts: Iterable[str]) -> frozenset[str]:
    """Give the cultures of the gazetteer in which these names are common."""
    return frozenset().union(*(_cultures().get(fold(part), frozenset()) for part in parts))


def is_given_name(word: str) -> bool:
    """Say whether a word is a common given name."""
    return fold(word) in _given_names()


def gender_of(parts: Iterable[str]) -> bool | None:
    """Say whether a person of these names is a woman; None if the names do not tell."""
    for part in parts:
        if (female := _given_names().get(fold(part))) is not None:
            return female
    return None
