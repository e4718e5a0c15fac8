"""Whose words each sentence holds, as far as that shows before anybody is resolved."""

import re
from collections.abc import Sequence

from demarche.articles.parts import Attribution, Unit

_WORD = re.compile(r"[^\W\d_]{2,}")
_LONGEST_SOURCE = 120  # characters in which a name is looked for
_KEPT = 40  # sentences of one name


class Turns:
    """The sentences that are attributed to each name, those that carry its words on included.

    Parameters
    ----------
    text : str
    units : sequence of Unit
    attributions : sequence of Attribution
    """

    def __init__(
        self, text: str, units: Sequence[Unit], attributions: Sequence[Attribution]
    ) -> None:
        self._units = units
        self._attributions = attributions
        self._said: dict[str, list[int]] = {}
        for at, how in enumerate(attributions):
            origin = attributions[how.carried] if how.carried is not None else how
            if how.mode == "narration" or origin.source is None:
                continue
            start, end = origin.source
            for word in set(_WORD.findall(text[start : min(end, start + _LONGEST_SOURCE)])):
                said = self._said.setdefault(word.casefold(), [])
                if len(said) < _KEPT:
                    said.append(at)

    def of(self, name: str) -> Sequence[int]:
        """Give the first sentences whose source bears the last part of a name."""
        return self._said.get(name.rsplit(" ", 1)[-1].casefold(), ())

    def is_verbatim(self, unit: int) -> bool:
        """Say whether a sentence is of a transcript, whose words stand without marks."""
        how = self._attributions[unit]
        origin = self._attributions[how.carried] if how.carried is not None else how
        at = self._units[how.carried if how.carried is not None else unit]
        return origin.source is not None and not at.start <= origin.source[0] < at.end
