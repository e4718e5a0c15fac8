"""Verbatim texts: transcripts with a label before each turn, and speeches printed in full.

They stand without quotation marks, so what surrounds the body tells them: the labels of turns
("MS. BERG:"), or a heading such as "Statement by", "address to the nation", "as delivered".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from demarche.articles.parts import Attribution, Unit

_LABEL = re.compile(r"(?P<name>[A-Z][^\n:]{1,60}):")
_QUESTION = re.compile(
    r"(?:Q|Question|QUESTION|Reporter|REPORTER|Follow-up|Read|See|Watch|Photo)\b"
)
_HEADING = re.compile(
    r"check against delivery|as delivered|full text|verbatim|transcript"
    r"|\b(?:statement|remarks|address|speech|message|toast|lecture|intervention|reply)"
    r" (?:by|of|from)\b"
    r"|['’]s? (?:\w+ ){0,3}(?:address|speech|remarks|statement|message|toast)\b",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"\b(?:[Ss]tatement|[Rr]emarks|[Aa]ddress|[Ss]peech|[Mm]essage|[Tt]oast|[Ll]ecture"
    r"|[Ii]ntervention|[Rr]eply) (?:by|of|from) (?P<by>(?!the\b)\S[^\n]{2,100})"
    r"|(?P<own>[A-Z][^\n]{2,80}?)['’]s? (?:\w+ ){0,3}(?:address|speech|remarks|statement|message)\b"
)
_SPEAKER_ENDS = re.compile(r" (?:at|to|on|in|before|during|after|following) | [–—-]+ |[;|]|\.$")
_FIRST_PERSON = re.compile(r"\b(?:I|we|We|our|Our|us|my|My)\b")
_LONGEST_LABEL = 90
_LONGEST_NAME = 8
_HEAD = 1500
"""Characters before the body in which a heading is looked for."""


@dataclass(frozen=True, slots=True)
class _Section:
    """Units that no line of the page parts, and the text before them."""

    first: int
    last: int
    gap_start: int
    gap_end: int


def find_verbatim(
    text: str, units: Sequence[Unit], attributed: Sequence[bool]
) -> dict[int, Attribution]:
    """Find the units that belong to a transcript or to a speech printed in full.

    Parameters
    ----------
    text : str
        The input.
    units : sequence of Unit, length n
    attributed : sequence of bool, length n
        Whether a sentence has a cue or a quotation of its own.

    Returns
    -------
    dict of int to Attribution
        By place of the unit; all are direct. The source may stand outside of any unit, in the
        label or the heading.
    """
    sections = _sections(text, units)
    labels = [_label(text, section) for section in sections]
    turns = {place: span for place, span in enumerate(labels) if span}
    if len(turns) >= 2 or any(_is_spoken(units, sections[place], attributed) for place in turns):
        return _turns(sections, turns)
    return _speech(text, units, sections, attributed)


def _sections(text: str, units: Sequence[Unit]) -> list[_Section]:
    sections: list[_Section] = []
    end = 0
    for place, unit in enumerate(units):
        if place == 0 or (not text[end : unit.start].isspace() and unit.start > end):
            sections.append(_Section(place, place, end, unit.start))
        else:
            last = sections.pop()
            sections.append(_Section(last.first, place, last.gap_start, last.gap_end))
        end = unit.end
    return sections


def _label(text: str, section: _Section) -> tuple[int, int] | None:
    """Find the label of a turn in the last line before a section."""
    start = max(section.gap_start, section.gap_end - 2 * _LONGEST_LABEL)
    gap = text[start : section.gap_end].rstrip()
    line = gap.rfind("\n") + 1
    match = _LABEL.fullmatch(gap[line:].strip())
    if not match or _QUESTION.match(match["name"]):
        return None
    words = match["name"].split()
    if len(words) > _LONGEST_NAME or 2 * sum(word[0].isupper() for word in words) < len(words):
        return None
    name = match["name"].split(" (")[0]
    begin = start + line + (len(gap[line:]) - len(gap[line:].lstrip())) + match.start("name")
    return begin, begin + len(name)


def _is_spoken(units: Sequence[Unit], section: _Section, attributed: Sequence[bool]) -> bool:
    """Say whether a section speaks of itself ("we") more than it attributes words to others."""
    places = range(section.first, section.last + 1)
    own = sum(bool(_FIRST_PERSON.search(units[place].text)) for place in places)
    others = sum(attributed[place] for place in places)
    return own > others and 4 * own >= len(places)


def _turns(
    sections: Sequence[_Section], turns: dict[int, tuple[int, int]]
) -> dict[int, Attribution]:
    found = {}
    for place, span in turns.items():
        section = sections[place]
        found[section.first] = Attribution("direct", None, span)
        for unit in range(section.first + 1, section.last + 1):
            found[unit] = Attribution("direct", None, None, section.first)
    return found


def _speech(
    text: str, units: Sequence[Unit], sections: Sequence[_Section], attributed: Sequence[bool]
) -> dict[int, Attribution]:
    if not sections:
        return {}
    start = max(0, sections[0].gap_end - _HEAD)
    head = text[start : sections[0].gap_end]
    if not _HEADING.search(head):
        return {}
    match = _SPEAKER.search(head)
    source = None
    if match:
        group = "by" if match["by"] else "own"
        name = _SPEAKER_ENDS.split(match[group])[0].rstrip(" ,")
        source = (start + match.start(group), start + match.start(group) + len(name))
    found: dict[int, Attribution] = {}
    for section in sections:
        if not _is_spoken(units, section, attributed):
            break
        for place in range(section.first, section.last + 1):
            first = min(found, default=place)
            found[place] = Attribution(
                "direct",
                None,
                source if place == first else None,
                None if place == first else first,
            )
    return found
