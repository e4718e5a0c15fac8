"""Text that a page prints twice: captions, headlines and pull quotes."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

WINDOW = 4
"""Words in a row that are compared."""
SHARED = 0.75
"""Share of a line's windows from which it repeats or shortens another one."""
LONGEST = 60
"""Words above which a line is no repeat that a page would set apart."""
_OWNERS = 3


def words_of(text: str) -> list[str]:
    """Give the words of a text without marks and case."""
    return re.findall(r"\w+", text.casefold())


def find_repeats(texts: Sequence[str]) -> list[int | None]:
    """Tell for each text which other one says the same or, being longer, contains it.

    Returns
    -------
    list of int or None
        Place of the other text. Of two equal texts each has the other; of more, the first.
    """
    words = [words_of(text) for text in texts]
    windows = [_windows(found) if len(found) <= LONGEST else [] for found in words]
    wanted = {window for found in windows for window in found}
    owners: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, found in enumerate(words):
        for window in _windows(found):
            if window in wanted and len(owners[window]) < _OWNERS and place not in owners[window]:
                owners[window].append(place)
    return [_container(place, words, found, owners) for place, found in enumerate(windows)]


def _windows(words: Sequence[str]) -> list[tuple[str, ...]]:
    if not words:
        return []
    return list(zip(*(words[shift:] for shift in range(WINDOW)), strict=False)) or [tuple(words)]


def _container(
    place: int,
    words: Sequence[Sequence[str]],
    windows: Sequence[tuple[str, ...]],
    owners: dict[tuple[str, ...], list[int]],
) -> int | None:
    votes = Counter(
        other
        for window in windows
        for other in owners[window]
        if other != place and _may_contain(other, place, words)
    )
    if not votes:
        return None
    best, shared = max(votes.items(), key=lambda vote: (vote[1], -vote[0]))
    if words[best] == words[place]:
        return best
    # Of a few words, being said elsewhere too is no sign.
    enough = len(words[place]) > WINDOW + 1 and shared >= SHARED * len(windows)
    return best if enough else None


def _may_contain(other: int, place: int, words: Sequence[Sequence[str]]) -> bool:
    longer = len(words[other]) - len(words[place])
    return longer > 0 or (longer == 0 and (other < place or words[other] == words[place]))


def halves(text: str) -> tuple[int, int] | None:
    """Tell where the copies of a text meet that one line holds twice.

    Returns
    -------
    (int, int) or None
        Where the first copy ends and the second begins.
    """
    for gap in range(4):
        length, rest = divmod(len(text) - gap, 2)
        if rest or length < 12 or text[length : length + gap].strip():
            continue
        if text.startswith(text[:length], length + gap):
            return length, length + gap
    return None
