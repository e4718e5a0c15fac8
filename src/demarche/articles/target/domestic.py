"""Quarrels at home: whether a sentence turns against the speaker's own government."""

import re
from collections.abc import Sequence

from demarche.articles.parts import Unit
from demarche.articles.target.parties import Mention

_GOVERNMENT = (
    r"(?:authorities|cabinet|coalition|government|ministers?|ministry|president|prime minister)\b"
)
_RULERS = re.compile(rf"\b{_GOVERNMENT}", re.IGNORECASE)
_OPPOSITION = re.compile(r"\bopposition\b(?! to\b)", re.IGNORECASE)
# Those who quarrel with a government at home, where the article does not say "opposition".
_LAWMAKERS = re.compile(
    r"\b(?:deput(?:y|ies)|lawmakers?|legislators?|members? of (?:the \w+ )?parliament|MPs?|"
    r"senators?)\b"
)
_ACCUSED = re.compile(
    r"\b(?:accus|berat|blam|castigat|chid|critici|denounc|faulted|lambast|lash|reproach|round|slam)"
    rf"[a-z]*(?: out at| on)?(?: [\w'’]+){{0,3}}? {_GOVERNMENT}(?: (?:in|of)(?: the)? [A-Z]\w+)?"
)


def turns_home(unit: Unit, mentions: Sequence[Mention], side: str) -> bool:
    """Say whether a sentence turns against the government of the speaker's own country.

    It does where the opposition speaks of those who govern, and where they are accused in so many
    words: "slammed its own government", or by a lawmaker, with no other country named.
    """
    if _OPPOSITION.search(unit.text) and _RULERS.search(unit.text):
        return True
    accused = _ACCUSED.search(unit.text)
    if not accused:
        return False
    start, end = unit.start + accused.start(), unit.start + accused.end()
    parties = {mention.party for mention in mentions if start <= mention.start < end}
    own = " own " in accused[0] or bool(_LAWMAKERS.search(unit.text))
    return parties == {side} or (own and not parties)
