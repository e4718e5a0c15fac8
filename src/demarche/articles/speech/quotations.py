"""Quotations: which stretches of the body stand inside quotation marks.

Marks are paired by a stack, in one pass. A straight mark opens or closes by its neighbours. A
quotation runs on into the next paragraph if that repeats the opening mark, or if it closes what
the paragraph before had opened; what no mark closes ends with its sentence, or with its paragraph
where a colon introduced it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

from demarche.articles.parts import Quotation, Unit

FAMILY = {
    **dict.fromkeys('“”„‟"＂', "double"),
    **dict.fromkeys("‘’‚‛'", "single"),
    **dict.fromkeys("«»", "angle"),
}
MARK = re.compile("[" + "".join(FAMILY) + "]")
OPENING = "“„‟‘‚‛"
_OPENED_BY = {"“": "„", "«": "»"}
"""Marks that open, as a rule, but close what these opened: „so“, »so«."""
MOST_MARKS = 1000
"""Marks of one sentence that are read; what holds more is no sentence."""
LONGEST_UNCLOSED = 10
"""Sentences that a quotation without its closing mark may run on."""
BEFORE_OPENING = "([{<—–-/*_>|"
AFTER_CLOSING = ",.;:!?…)]}—–-/*_<|"
ELISION = re.compile(r"(?:\d0s|em|til|tis|twas|cause|n|s)\b", re.IGNORECASE)
"""What an apostrophe, not a mark, stands before: '90s, 'em, 'tis."""


@dataclass(frozen=True, slots=True)
class _Mark:
    position: int
    char: str
    opens: bool
    closes: bool
    possessive: bool  # may as well be the apostrophe of "ministers' meeting"
    at_start: bool  # first in its sentence

    @property
    def family(self) -> str:
        return FAMILY[self.char]


@dataclass(slots=True)
class _Open:
    mark: _Mark
    unit: int
    paragraph: int
    possessive: int | None = None  # end of the first mark that may have closed it


@dataclass(slots=True)
class _Pairing:
    """Marks as they are paired; `ranges` holds (start, end, opened, closed) of quotations."""

    stack: list[_Open] = field(default_factory=list)
    ranges: list[tuple[int, int, bool, bool]] = field(default_factory=list)
    unclosed: list[_Open] = field(default_factory=list)
    last_marks: dict[int, int] = field(default_factory=dict)  # by paragraph

    def holds(self, family: str) -> bool:
        return any(entry.mark.family == family for entry in self.stack)


def find_quotations(text: str, units: Sequence[Unit]) -> list[tuple[Quotation, ...]]:
    """Give the quotations of each sentence, outermost marks only.

    Parameters
    ----------
    text : str
        The input.
    units : sequence of Unit, length n
        Body sentences in order.

    Returns
    -------
    list of tuple of Quotation, length n
    """
    pairing = _Pairing()
    for _, paragraph in groupby(range(len(units)), key=lambda place: units[place].paragraph):
        _pair_paragraph(text, units, list(paragraph), pairing)
    for entry in pairing.stack:
        _give_up(entry, pairing)
    ranges = [*pairing.ranges, *_unclosed(text, units, pairing)]
    return _by_unit(units, _outermost(ranges))


def _pair_paragraph(
    text: str, units: Sequence[Unit], places: Sequence[int], pairing: _Pairing
) -> None:
    number = units[places[0]].paragraph
    for place in places:
        for mark in _marks(units[place]):
            _drop_stale(mark, number, pairing)
            pairing.last_marks[number] = mark.position
            if mark.at_start and place == places[0] and _carries_on(mark, number, pairing):
                continue
            if _closes(mark, pairing):
                _close(mark, pairing)
            elif mark.opens:
                _settle_possessive(pairing)
                if len(pairing.stack) < 8:  # deeper nesting changes no outermost mark
                    pairing.stack.append(_Open(mark, place, number))
            elif mark.closes and not pairing.stack:
                _close_unopened(text, mark, units[place], pairing)
    # What an earlier paragraph opened lives on only if this one carried it on.
    for entry in [entry for entry in pairing.stack if entry.paragraph != number]:
        pairing.stack.remove(entry)
        _give_up(entry, pairing)


def _marks(unit: Unit) -> Iterator[_Mark]:
    for match in islice(MARK.finditer(unit.text), MOST_MARKS):
        here, char = match.start(), match.group()
        before = unit.text[here - 1] if here else " "
        after = unit.text[here + 1] if here + 1 < len(unit.text) else " "
        starts = before.isspace() or before in BEFORE_OPENING or before in FAMILY
        ends = after.isspace() or after in AFTER_CLOSING or after in FAMILY
        opens = starts and not after.isspace() and after not in ",;:!?)"
        closes = not before.isspace() and before not in "([{" and here > 0
        if FAMILY[char] == "single":
            opens = opens and char != "’" and not ELISION.match(unit.text, here + 1)
            closes = closes and ends and char not in "‚‛"
        elif char in "“„‟":
            opens, closes = True, char in _OPENED_BY
        elif char == "”":
            opens = opens and not closes
        elif char in "«»":
            opens, closes = opens or not closes, closes or char == "»"
        elif opens == closes:
            opens = closes = True
        yield _Mark(
            position=unit.start + here,
            char=char,
            opens=opens,
            closes=closes,
            possessive=FAMILY[char] == "single" and before in "sSxz" and after.isspace(),
            at_start=here == 0,
        )


def _drop_stale(mark: _Mark, number: int, pairing: _Pairing) -> None:
    """Give up what an earlier paragraph opened if this one opens before it closes."""
    if not mark.opens or mark.closes or not pairing.stack or mark.at_start:
        return
    for entry in [e for e in pairing.stack if e.paragraph != number]:
        if entry.mark.family == mark.family:
            pairing.stack.remove(entry)
            _give_up(entry, pairing)


def _carries_on(mark: _Mark, number: int, pairing: _Pairing) -> bool:
    """Take a mark repeated at the start of a paragraph for part of the open quotation."""
    for depth, entry in enumerate(pairing.stack):
        if entry.paragraph != number and entry.mark.family == mark.family and mark.opens:
            del pairing.stack[depth + 1 :]
            entry.paragraph = number
            return True
    return False


def _closes(mark: _Mark, pairing: _Pairing) -> bool:
    if not mark.closes or not pairing.holds(mark.family):
        return False
    if mark.family == "single":
        return pairing.stack[-1].mark.family == "single"
    last = next(e for e in reversed(pairing.stack) if e.mark.family == mark.family)
    if mark.char in _OPENED_BY:
        return last.mark.char == _OPENED_BY[mark.char]
    # A straight mark that looks both ways closes; one that looks like an opening nests.
    return not (mark.opens and not mark.closes)


def _close(mark: _Mark, pairing: _Pairing) -> None:
    if mark.possessive:
        entry = pairing.stack[-1]
        if entry.possessive is None:
            entry.possessive = mark.position + 1
        return
    while True:
        # Marks of another kind left open inside were apostrophes or slips.
        entry = pairing.stack.pop()
        if entry.mark.family == mark.family:
            pairing.ranges.append((entry.mark.position, mark.position + 1, True, True))
            return


def _settle_possessive(pairing: _Pairing) -> None:
    """Close a single quotation at the doubtful mark if nothing surer came before the next."""
    if pairing.stack and pairing.stack[-1].possessive is not None:
        _give_up(pairing.stack.pop(), pairing)


def _give_up(entry: _Open, pairing: _Pairing) -> None:
    if entry.possessive is not None:
        pairing.ranges.append((entry.mark.position, entry.possessive, True, True))
    else:
        pairing.unclosed.append(entry)


def _close_unopened(text: str, mark: _Mark, unit: Unit, pairing: _Pairing) -> None:
    """Read a closing mark after punctuation as the end of a quotation that lost its beginning."""
    if mark.family == "single" or mark.opens:
        return
    taken = pairing.ranges[-1][1] if pairing.ranges else 0
    if text[mark.position - 1] in ",.!?…" and taken <= unit.start:
        pairing.ranges.append((unit.start, mark.position + 1, False, True))


def _unclosed(
    text: str, units: Sequence[Unit], pairing: _Pairing
) -> Iterator[tuple[int, int, bool, bool]]:
    for entry in pairing.unclosed:
        mark, unit = entry.mark, units[entry.unit]
        after = text[mark.position + 1 : mark.position + 2]
        if mark.family == "single" and not (mark.at_start and after.isupper()):
            # A single mark left open is an apostrophe, unless a whole sentence stands behind it.
            continue
        last = entry.unit
        before = text[max(0, mark.position - 2) : mark.position].rstrip()
        alone = pairing.last_marks[unit.paragraph] == mark.position
        if alone and mark.char in OPENING and before.endswith(":"):
            # Nothing else is quoted in the paragraph: its rest is the quotation.
            while (
                last + 1 < len(units)
                and units[last + 1].paragraph == unit.paragraph
                and last - entry.unit < LONGEST_UNCLOSED
            ):
                last += 1
        yield mark.position, units[last].end, True, False


def _outermost(
    ranges: Sequence[tuple[int, int, bool, bool]],
) -> list[tuple[int, int, bool, bool]]:
    outer: list[tuple[int, int, bool, bool]] = []
    # Closed ones go first: an unclosed mark gives way to what it would swallow.
    for span in sorted(ranges, key=lambda span: (span[0], -span[1])):
        if outer and span[0] < outer[-1][1]:
            if span[1] > outer[-1][1] and not outer[-1][3]:
                outer[-1] = (outer[-1][0], span[0], outer[-1][2], False)
            else:
                continue
        outer.append(span)
    return outer


def _by_unit(
    units: Sequence[Unit], ranges: Sequence[tuple[int, int, bool, bool]]
) -> list[tuple[Quotation, ...]]:
    """Cut the quotations at the borders of sentences."""
    found: list[tuple[Quotation, ...]] = []
    first = 0
    for unit in units:
        while first < len(ranges) and ranges[first][1] <= unit.start:
            first += 1
        inside = []
        place = first
        while place < len(ranges) and ranges[place][0] < unit.end:
            start, end, opened, closed = ranges[place]
            inside.append(
                Quotation(
                    max(start, unit.start),
                    min(end, unit.end),
                    opened and start >= unit.start,
                    closed and end <= unit.end,
                )
            )
            place += 1
        found.append(tuple(inside))
    return found
