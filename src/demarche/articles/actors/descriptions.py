"""Titles and appositions: what stands around a name and says who it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from demarche.articles.actors.institutions import NOUNS
from demarche.articles.actors.naming import FUNCTION_WORDS
from demarche.articles.actors.passage import Passage
from demarche.articles.actors.speakers import Speakers, find_known
from demarche.articles.actors.titles import (
    CIVIL,
    CONNECTORS,
    HEADS,
    MODIFIERS,
    SPOKESPERSONS,
    describes,
    is_title,
)
from demarche.articles.actors.words import Place, Word, vocabulary

# Verbs of a relative clause and the office that they amount to: "who heads the board".
_LEADING = {
    "heads": "head",
    "headed": "head",
    "leads": "leader",
    "lead": "leader",
    "led": "leader",
    "chairs": "chair",
    "chaired": "chair",
    "directs": "director",
    "runs": "head",
    "commands": "commander",
    "commanded": "commander",
    "teaches": "professor",
    "taught": "professor",
    "studies": "researcher",
    "represents": "representative",
    "edits": "editor",
    "lectures": "lecturer",
    "follows": "analyst",
    "specialises": "specialist",
    "specializes": "specialist",
    "comments": "commentator",
    "advises": "adviser",
    "writes": "author",
    "written": "author",
    "covers": "analyst",
    "oversees": "head",
    "serves": "officer",
    "coordinates": "coordinator",
    "speaks": "spokesperson",
    "researches": "researcher",
}
_GENERALS = vocabulary(
    "secretary attorney director governor consul prosecutor inspector auditor solicitor"
)
_DETERMINERS = frozenset({"the", "a", "an"})
_OWNERS = _DETERMINERS | {"its", "their", "his", "her"}
_OF = frozenset({"of", "for", "to", "at", "and"})
_IN = frozenset({"in", "at", "on", "to"})
_PLURAL = frozenset(head for head in HEADS if head.endswith(("s", "men")))
_AFTER_HEAD = vocabulary(
    "of in at for with from to on by who whose which that under during since and"
)
_SAID = vocabulary(
    "said says told added adding warned announced stated reported wrote is was were has had"
)
_BREAKS = ',;:()[]"“”„«»–—'
_LONGEST = 25  # words of a description


@dataclass(frozen=True, slots=True)
class Description:
    """A title or an apposition: "Russian Foreign Ministry spokeswoman".

    Attributes
    ----------
    words : tuple of Word
    places : tuple of Place
        The countries that it names.
    head : int
        Place of its head noun in `words`.
    noun : str
        That noun in lower case; for "who heads", "head".
    """

    words: tuple[Word, ...]
    places: tuple[Place, ...]
    head: int
    noun: str

    def fit(self, noun: str) -> int:
        """Say how well another head noun describes the same: 0 not, 2 by the very noun."""
        return describes(noun, [*(word.lower for word in self.words[: self.head]), self.noun])

    def before(self) -> Place | None:
        """Give the country named before the head noun: "the Russian ambassador"."""
        found = [place for place in self.places if place.last <= self.head]
        return found[0] if found else None


def title_before(
    passage: Passage, floor: int, at: int, last: int, *, set_off: bool = False
) -> Description | None:
    """Read the title before a name: "Algerian Foreign Minister", "the head of the bank,".

    Parameters
    ----------
    passage : Passage
    floor : int
        Where the name before ends: no title goes further back.
    at, last : int
        Where the name stands.
    set_off : bool
        Whether a comma after the title is enough, as between an office and a rank.
    """
    words = passage.words
    if at == floor or words[at - 1].lower in CONNECTORS:
        return None
    comma = passage.between(at).strip() == ","
    if comma and not (set_off or _is_enclosed(passage, last)):
        return None
    first = _set_off(passage, floor, at) if comma else None
    if first is not None:
        head = _apposed_head(words[first:at])
        if head is not None and is_title(words[first + head].lower):
            return _describe(passage, first, at, head)
    first = at
    while (
        first > floor
        and at - first < _LONGEST
        and (passage.adjacent(first) or (comma and first == at))
        and _may_be_title(passage, first - 1)
    ):
        first -= 1
        if words[first].lower in _DETERMINERS and words[max(first - 1, 0)].lower not in _OF:
            break
    first = _after_scene(passage, first, at)
    return _describe(passage, first, at, _title_head(words[first:at]))


def office_before(passage: Passage, floor: int, at: int, title: Description) -> Description | None:
    """Read an office set before the rank of the name at `at`: "the navy's chief, Admiral Berg"."""
    first = at - len(title.words)
    if first <= floor or passage.between(first).strip() != ",":
        return None
    return title_before(passage, floor, first, at, set_off=True)


def office_at(passage: Passage, first: int, speakers: Speakers) -> Description | None:
    """Read an office without its holder's name: "Kenya's prime minister", "the NATO chief".

    Parameters
    ----------
    passage : Passage
    first : int
        The word that it begins with.
    speakers : Speakers
        Its body may be an organisation of this table.
    """
    words = passage.words
    start = first + (words[first].lower == "the")
    body = end = _owner_end(passage, start, speakers)
    while end < len(words) and passage.adjacent(end) and _names_office(words[end]):
        end += 1
    named = end < len(words) and passage.adjacent(end) and words[end].capital
    head = words[end - 1].lower
    if body == start or end == body or named or not is_title(head):
        return None
    if head in _PLURAL | SPOKESPERSONS:
        return None
    return _describe(passage, first, end, end - 1 - first)


def _owner_end(passage: Passage, first: int, speakers: Speakers) -> int:
    """Give where the country or organisation ends that word `first` begins; `first` if none."""
    place = passage.place_at(first)
    if place:
        return first if place.capital else place.last
    known = find_known(passage.words[first : first + 4], speakers)
    found = known and known[0].first == 0 and known[0].speaker.kind == "organisation"
    return first + known[0].last if found else first


def _names_office(word: Word) -> bool:
    return word.lower in MODIFIERS or is_title(word.lower)


def apposition(passage: Passage, last: int) -> Description | None:
    """Read what follows a name that ends before word `last`: ", the prime minister of Ireland,"."""
    words = passage.words
    if last >= len(words):
        return None
    between = passage.between(last).strip()
    if between == "(":
        return _delegate(passage, last)
    if between == "" and not words[last - 1].possessive:
        return _belonging(passage, last)
    if between != "," or words[last].text[0].isdigit():
        return None
    if words[last].lower == "of":
        return _belonging(passage, last)
    end = last + 1
    while (
        end < len(words)
        and end - last < _LONGEST
        and not any(mark in passage.between(end) for mark in _BREAKS)
    ):
        end += 1
    return _apposed(passage, last, end)


def _apposed(passage: Passage, first: int, end: int) -> Description | None:
    words = passage.words
    lowered = [word.lower for word in words[first:end]]
    if lowered[0] in {"who", "which"}:
        leading = (n for n, word in enumerate(lowered[1:7], 1) if word in _LEADING)
        return _describe(passage, first, end, next(leading, None))
    if lowered[0] in CONNECTORS - _DETERMINERS:
        return None
    head = _apposed_head(words[first:end])
    if head is None or not _SAID.isdisjoint(lowered[:head]):
        return None
    after = first + head + 1
    after += after < end and words[after].lower == "general"
    if after < end and words[after].lower not in _AFTER_HEAD:
        if words[after].lower in _SAID:
            return None  # "Berg, the president said, ..."
        end = after
    return _describe(passage, first, end, head)


def _delegate(passage: Passage, last: int) -> Description | None:
    """Read the country of a delegate: "Kristin Solheim (Sweden)"."""
    place = passage.place_at(last)
    if place is None or passage.text[passage.words[place.last - 1].end :][:1] != ")":
        return None
    words, places = passage.phrase(last, place.last)
    return Description(tuple(words), places, len(words) - 1, "delegate")


def _belonging(passage: Passage, last: int) -> Description | None:
    """Read the body that a name is said to be of: "of the Meridian Institute"."""
    words = passage.words
    if words[last].lower not in {"of", "from", "at", "with"}:
        return None
    behind = [word.lower for word in words[last : last + 2]]
    country = passage.place_at(last + 1 + (behind[1:] == ["the"]))
    titled = last > 1 and words[last - 2].capital and passage.adjacent(last - 1)
    if titled and behind[0] == "of" and country and not (country.adjective or country.capital):
        # "Foreign Minister Anna Berg of Norway"
        owned, places = passage.phrase(last, country.last)
        return Description(tuple(owned), places, 0, "delegate")
    end = last + 1
    while end < len(words) and passage.adjacent(end) and _may_name_body(words[end]):
        end += 1
    inside = bool(passage.places_in(last, end))
    for at in range(last + 1, end):
        if words[at].lower in NOUNS and (inside or words[at].capital):
            return _describe(passage, last, end, at - last)
    return None


def _may_name_body(word: Word) -> bool:
    lower = word.lower
    return word.capital or lower in CONNECTORS or lower in NOUNS or lower in MODIFIERS


def _after_scene(passage: Passage, first: int, at: int) -> int:
    """Leave out where a sentence is set, before a title: "In Paris, Foreign Minister"."""
    words = passage.words
    while first < at and words[first].lower in CONNECTORS - _DETERMINERS:
        first += 1
        place = passage.place_at(first)
        if words[first - 1].lower in _IN and place and not place.adjective and place.last < at:
            first = place.last
    return first


def _set_off(passage: Passage, floor: int, at: int) -> int | None:
    """Give where a description begins that ends before a comma: "the envoy of the board,"."""
    words = passage.words
    begin = at - 1
    while (
        begin > max(floor, at - _LONGEST)
        and passage.between(begin).isspace()
        and words[begin].lower not in _SAID
    ):
        begin -= 1
    for first in range(begin, at):
        titled = any(is_title(word.lower) for word in words[first + 1 : min(first + 6, at)])
        if words[first].lower in _OWNERS and titled:
            return first
    return None


def _is_enclosed(passage: Passage, last: int) -> bool:
    """Say whether the name that ends here is set off: "the envoy, Anna Berg, said"."""
    end = passage.words[last - 1].end
    after = passage.text[end : end + 5]
    return after[:1] in {",", ".", ";", ")", "", "\n"} or after.startswith(" and ")


def _may_be_title(passage: Passage, at: int) -> bool:
    word = passage.words[at]
    if is_title(word.lower) or word.lower in MODIFIERS | CONNECTORS | NOUNS:
        return True
    return at in passage.named or (word.capital and word.lower not in FUNCTION_WORDS)


def _title_head(words: Sequence[Word]) -> int | None:
    """Give the place of a title's head noun: its last, or the one before "of"."""
    lowered = [word.lower for word in words]
    heads = [
        at
        for at, word in enumerate(lowered)
        if is_title(word)
        and (at + 1 == len(words) or lowered[at + 1] in CONNECTORS or is_title(lowered[at + 1]))
    ]
    offices = [at for at in heads if lowered[at] not in CIVIL] or heads
    if not offices:
        return None
    of = [at for at in offices if at + 1 < len(words) and lowered[at + 1] in CONNECTORS]
    return _before_general(lowered, of[0] if of else offices[-1])


def _apposed_head(words: Sequence[Word]) -> int | None:
    """Give the place of an apposition's head noun: before its first preposition."""
    lowered = [word.lower for word in words]
    end = next((n for n, word in enumerate(lowered) if n and word in _AFTER_HEAD), len(lowered))
    for first in range(end):
        if is_title(lowered[first]) and lowered[first] not in _PLURAL:
            # "vice president", "chief executive", "first deputy foreign minister"
            last = at = first
            while at + 1 < end and (is_title(lowered[at + 1]) or lowered[at + 1] in MODIFIERS):
                at += 1
                last = at if is_title(lowered[at]) else last
            return _before_general(lowered, last)
    plain = lowered[0] in {"a", "an"} and end > 1 and not words[end - 1].capital
    return end - 1 if plain else None


def _before_general(lowered: Sequence[str], at: int) -> int:
    """Give the noun that "general" follows: a secretary general is no general."""
    general = lowered[at] == "general" and at > 0 and lowered[at - 1] in _GENERALS
    return at - 1 if general else at


def _describe(passage: Passage, first: int, end: int, head: int | None) -> Description | None:
    if head is None or first >= end:
        return None
    words, places = passage.phrase(first, end)
    noun = words[head].lower
    return Description(tuple(words), places, head, _LEADING.get(noun, noun))
