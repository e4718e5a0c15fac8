"""What the resolution of an article has found so far: who spoke in which sentence."""

from dataclasses import dataclass

from demarche.articles.actors.people import Person
from demarche.articles.parts import Voice

AUTHOR = Voice("author", "none", "author")
_KEPT = 50  # voices that are looked through


@dataclass(frozen=True, slots=True)
class Heard:
    """A voice in sentence `unit`; `person` is None where a body spoke."""

    unit: int
    voice: Voice
    person: Person | None


class History:
    """The voices resolved so far, in the order of the text."""

    def __init__(self) -> None:
        self._heard: list[Heard] = []

    def add(self, heard: Heard) -> None:
        """Note a voice."""
        self._heard.append(heard)

    def latest(self) -> Heard | None:
        """Give the voice that was resolved last."""
        return self._heard[-1] if self._heard else None

    def recent(self, unit: int, count: int) -> list[Heard]:
        """Give the last `count` voices, the latest first, of sentences up to `unit`."""
        return [heard for heard in reversed(self._heard[-count:]) if heard.unit <= unit]

    def voice_before(self, unit: int) -> Voice:
        """Give the last voice up to a sentence; the first of all if it has none before."""
        recent = self.recent(unit, _KEPT)
        if recent:
            return recent[0].voice
        return self._heard[0].voice if self._heard else AUTHOR
