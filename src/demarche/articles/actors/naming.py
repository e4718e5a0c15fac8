"""Personal names in a sentence: capitals that are no title, body, place or sentence's start."""

from collections.abc import Iterator, Set

from demarche.articles.actors.givennames import is_given_name
from demarche.articles.actors.institutions import NOUNS
from demarche.articles.actors.passage import Passage
from demarche.articles.actors.titles import CONNECTORS, MODIFIERS, is_title
from demarche.articles.actors.words import Word, find_country, vocabulary

_PARTICLES = vocabulary(
    "de da di du dos das del della van von der den ter bin ibn bint al el la le af zu y abu"
)
FUNCTION_WORDS = vocabulary(
    """
    a about above according across after afterwards again against all also although among an and
    another any as asked at back because before behind being below between both but by can clearly
    concerning could despite during each earlier either even ever every few finally first for former
    from further furthermore had has have he her here his how however i if in indeed inside instead
    into is it its itself just last late later like many may meanwhile more moreover most much my
    near neither nevertheless never next no nobody none nonetheless nor not nothing notably now of
    off often on once one only or other others our out outside over own part perhaps recently
    referring regarding same second secondly separately several shall she should similarly since so
    some something soon speaking still such than that the their them then there therefore these they
    this those though three through throughout thus to today together tomorrow tonight too two under
    unlike until up us was we were what when where whereas whether which while who whoever whom
    whose why will with within without would yesterday yet you your
    """
)
_NO_NAMES = FUNCTION_WORDS | vocabulary(
    """
    mr mrs ms asian european western eastern northern southern arab islamic muslim christian jewish
    indo-pacific asia-pacific euro-atlantic
    soviet latin north south east west northeast northwest southeast southwest january february
    march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday gmt utc est edt
    bst pm am covid internet god telegram twitter facebook youtube sea river ocean lake mountain
    mountains valley island islands strait straits gulf bay cape street avenue square airport port
    bridge canal peninsula territory territories province district county city town village region
    zone line war treaty accord agreement protocol convention article act law plan programme program
    project process summit games cup prize nations security general people comrades women men
    workers constitution resolution declaration statement annex chapter question answer day week
    month year hall hotel palace base road highway station atlantic pacific baltic black red white
    blue green golden operation exercise euro dollar pound rouble ruble yen yuan won studies
    sciences relations regions refugees nationalities strategies policies issues problems rights
    peoples technologies affairs organizations organisations communications arts freedom atomic
    digital personal cross crescent unity
    """
)
_THINGS = vocabulary(
    """
    sea river ocean lake mountain mountains valley island islands strait straits gulf bay cape
    street avenue square airport port bridge canal peninsula territory province district county city
    town village region zone war treaty accord agreement protocol convention act law plan programme
    program games cup prize nations resolution declaration hall hotel palace base road highway
    station league atlantic pacific week month
    """
)
_ALSO_SURNAMES = vocabulary(
    "king bishop judge major marshal pope prince dean justice baker farmer young long house"
)
_LONGEST_NAME = 5  # words


def find_names(passage: Passage, ordinary: Set[str]) -> Iterator[tuple[int, int]]:
    """Give where names stand, as places in the passage's words.

    Parameters
    ----------
    passage : Passage
    ordinary : set of str
        The words that the article writes in lower case too.
    """
    at = 0
    while at < len(passage.words):
        last = _name_end(passage, at, ordinary)
        if last > at:
            yield _name_start(passage.words, at, last), last
        at = max(last, at + 1)


def is_part_of_body(passage: Passage, at: int, last: int, *, known: bool) -> bool:
    """Say whether a name belongs to a body's or a place's: "Meridian Institute".

    Parameters
    ----------
    passage : Passage
    at, last : int
        Where the name stands.
    known : bool
        Whether a title goes before it, or a person of the article bears it.
    """
    words = passage.words
    if last < len(words) and passage.adjacent(last) and not words[last - 1].possessive:
        after = words[last]
        if after.capital and (after.lower in NOUNS or after.lower in _THINGS):
            return True
        if last - at == 1 and not known and after.lower in NOUNS:
            return True  # "the Olympic committee"
        # "Atomic Energy Agency", "Personal Representative"
        longer = after.lower in MODIFIERS or is_title(after.lower)
        if after.capital and last - at == 1 and longer:
            return True
    if known or not at or not passage.adjacent(at):
        return False
    before = words[at - 1]
    if before.lower in {"in", "at", "near", "into", "from"}:
        return True
    if last - at == 1 and (before.lower == "the" or _ends_in_name(before)):
        return True
    while at > 1 and words[at - 1].capital and words[at - 1].lower in MODIFIERS:
        at -= 1  # "Front for National Salvation"
    of_body = at > 1 and words[at - 2].capital and words[at - 2].lower in NOUNS
    return of_body and words[at - 1].lower in {"of", "for", "and", "on"}


def _name_end(passage: Passage, at: int, ordinary: Set[str]) -> int:
    """Give the place after the name that begins here, or `at` if none does."""
    words = passage.words
    last = at
    while last < len(words) and last - at < _LONGEST_NAME:
        word = words[last]
        if last > at and not passage.adjacent(last):
            break
        particle = last > at and word.text in _PARTICLES
        if not (particle or _is_name(passage, last, ordinary)):
            # "Martin Luther King": what is a title elsewhere ends this name.
            if last > at and word.capital and word.lower in _ALSO_SURNAMES:
                last += 1
            break
        last += 1
        if word.possessive:
            break
    while last > at and words[last - 1].text in _PARTICLES:
        last -= 1
    return last


def _is_name(passage: Passage, at: int, ordinary: Set[str]) -> bool:
    words = passage.words
    text, lower = words[at].text, words[at].lower
    following = words[at + 1] if at + 1 < len(words) else None
    if not words[at].capital or (at in passage.named and not _is_surname_too(passage, at)):
        return False
    if is_title(lower) or lower in MODIFIERS or lower in NOUNS or lower in _NO_NAMES:
        return False
    if len(text) > 1 and text.isupper() and text[1:] != ".":
        # "J.D. Vance", but not "U.N. spokesman"
        named = following is not None and following.capital and "." in text
        return bool(named and following) and not (
            following is None or is_title(following.lower) or following.lower in NOUNS
        )
    if _opens(passage, at) and lower in ordinary:
        # The sentence's first word is no name where it is a word elsewhere.
        return is_given_name(text) and following is not None and following.capital
    return True


def _is_surname_too(passage: Passage, at: int) -> bool:
    """Say whether a country's name is a person's here: Michael Jordan."""
    before = passage.words[at - 1] if at else None
    return (
        before is not None
        and not before.possessive
        and is_given_name(before.text)
        and passage.adjacent(at)
    )


def _opens(passage: Passage, at: int) -> bool:
    between = passage.between(at) if at else ":"
    return any(mark in between for mark in '"“„«‘:.!?…') and not between.startswith(". ")


def _ends_in_name(before: Word) -> bool:
    """Say whether a name goes on after a capitalised word: "Red Cross"."""
    lower = before.lower
    common = is_title(lower) or lower in MODIFIERS or lower in NOUNS or lower in FUNCTION_WORDS
    return not (common or before.possessive or find_country(before.text)) and before.capital


def _name_start(words: list[Word], first: int, last: int) -> int:
    """Leave out what ends a title: "the Centre for Security Studies Rustam Iskakov"."""
    if last - first < 3 or is_given_name(words[first].text):
        return first
    for at in range(first + 1, last - 1):
        if is_given_name(words[at].text):
            titled = first > 0 and words[first - 1].lower in CONNECTORS | NOUNS | MODIFIERS
            return at if titled else first
    return first
