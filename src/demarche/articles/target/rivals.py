"""Who stands against whom in an article, for sentences that name no other party."""

from collections import Counter
from collections.abc import Mapping, Sequence

from demarche.articles.target.parties import Mention, is_forum

_KEPT = 20  # parties; what an article names less often is no main party of it
_BY_OWN_SIDE = 2.5
_BY_OTHERS = 1.0
_IN_RETURN = 1.0
_SHARE = 1.5
_FIRST_NAMED = 1.0
_SMALL = 0.35  # of the mentions of the party named most


class Rivals:
    """The parties of an article and whom each of them speaks about.

    Parameters
    ----------
    sides : sequence of str
        For whom each sentence speaks; ``"none"`` of analysts and narration.
    mentions : sequence of sequence of Mention
        The parties named in each sentence.
    named : sequence of mapping of str to float
        How likely each party is the target of each sentence, by its words alone.
    """

    def __init__(
        self,
        sides: Sequence[str],
        mentions: Sequence[Sequence[Mention]],
        named: Sequence[Mapping[str, float]],
    ) -> None:
        counts: Counter[str] = Counter()
        for mention in (mention for found in mentions for mention in found):
            # Bodies of many states are named as places and sources of rules, mostly.
            counts[mention.party] += 3 if is_forum(mention.party) else 10
        for side in sides:
            if side != "none":
                counts[side] += 10
        self._counts = dict(counts.most_common(_KEPT))
        self._most = max(counts.values(), default=1)
        self._pointed: dict[str, Counter[str]] = {}
        for side, parties in zip(sides, named, strict=True):
            best = max(parties, key=lambda party: parties[party], default=None)
            if best in self._counts:
                self._pointed.setdefault(side, Counter())[best] += 1
        self._priors: dict[str, dict[str, float]] = {}
        self._first = self._first_of_two(mentions)

    def prior(self, side: str) -> Mapping[str, float]:
        """Give how likely each party is the target of what `side` says, whatever it says."""
        if side not in self._priors:
            self._priors[side] = self._prior(side)
        return self._priors[side]

    def against(self, party: str) -> Mapping[str, float]:
        """Give the share of each party among those that `party` speaks about."""
        return _shares(self._pointed.get(party, Counter()))

    def bystander(self, side: str) -> bool:
        """Say whether `side` is no main party of the article."""
        return self._counts.get(side, 0) < _SMALL * self._most

    def first(self, side: str) -> str | None:
        """Give the one named first of the two main parties, where `side` is none of them."""
        return self._first if self.bystander(side) else None

    def _prior(self, side: str) -> dict[str, float]:
        score: dict[str, float] = {}
        others: Counter[str] = Counter()
        back: Counter[str] = Counter()
        for speaker, pointed in self._pointed.items():
            if speaker not in (side, "none"):
                back[speaker] = pointed[side]
            if speaker != side:
                others.update(pointed)
        del others[side]
        most = max((n for party, n in self._counts.items() if party != side), default=1)
        own = self._pointed.get(side, Counter()) if side != "none" else Counter()
        for weight, shares in (
            (_BY_OWN_SIDE, _shares(own)),
            (_BY_OTHERS, _shares(others)),
            (_IN_RETURN, _shares(back)),
            (_SHARE, {party: n / most for party, n in self._counts.items()}),
        ):
            for party, share in shares.items():
                score[party] = score.get(party, 0.0) + weight * share
        if first := self.first(side):
            score[first] = score.get(first, 0.0) + _FIRST_NAMED
        score.pop(side, None)
        return score

    def _first_of_two(self, mentions: Sequence[Sequence[Mention]]) -> str | None:
        two = sorted(self._counts, key=lambda party: -self._counts[party])[:2]
        for mention in (mention for found in mentions for mention in found):
            if mention.party in two:
                return mention.party
        return None


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    total = sum(counts.values()) + 1  # one more, so that a single case is no certainty
    return {party: count / total for party, count in counts.items() if count}
