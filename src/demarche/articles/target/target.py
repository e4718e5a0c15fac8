"""Towards whom a statement is directed."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from demarche.articles.actors.speakers import Speakers, default_speakers
from demarche.articles.parts import Attribution, Quotation, Unit, Voice
from demarche.articles.target.domestic import turns_home
from demarche.articles.target.parties import Mention, find_mentions, is_forum, party_of
from demarche.articles.target.relations import find_beside, relations
from demarche.articles.target.rivals import Rivals

_WEIGHTS = {
    "addressed": 6.0,
    "topic": 6.0,
    "doer": 4.5,
    "agent": 4.0,
    "owner": 4.0,
    "between": 4.0,
    "named": 3.0,
    "place": 2.0,
    "partner": 2.0,
    "helped": 2.0,
    "with": 0.3,
    "post": 0.3,
}
"""How far each relation speaks for a party as the target; priors reach about 5 together."""
_OUTSIDE = 1.0  # named beside a direct quotation, not in it, and not addressed there
_SCENE = 1.0  # named beside the main clause: "As Russia pressed on, ..."
_POSTED = 2.5  # for the country to which the speaker is ambassador
_FIRST = 1.7  # for the first party that is more than company or place of a post
_MINOR = frozenset({"helped", "with", "post", "partner"})
_FORUM = -2.0  # for a body of many states

# What the sentences before say.
_SAME_SPEAKER = 0.7  # for the target of the same speaker's statement before
_RUNS_ON = 2.0  # for the same, where a quotation runs on from the sentence before
_SAME_SIDE = 0.5  # for that of the same side's
_IN_REPLY = 0.7  # for the other side, if it spoke last
_SAME_TOPIC = 0.7  # for that side's target
_JUST_NAMED = 0.4  # in the sentence before

_BOTH = 1.5  # for the first named of two whom a third party calls on
_RIVAL_OF_HELPED = 3.0
_HELPED_BY_FORCE = -3.5
_AT_HOME = 7.0  # for the own government, where the opposition speaks of it
_STILL_AT_HOME = 4.0

_BOTH_SIDES = re.compile(
    r"\b(?:both|each other|the parties|(?:all|the two|two) (?:\w+ )?(?:capitals|countries|"
    r"delegations|governments|leaders|leaderships|nations|neighbou?rs|parties|peoples|sides|"
    r"stakeholders|states))\b",
    re.IGNORECASE,
)
# Help of this kind is aimed at somebody.
_FORCE = re.compile(
    r"\b(?:ammunition|armed|arms|arming|artillery|batter(?:y|ies)|bombers|brigades?|carriers?|"
    r"defen[cs]e|defend|defending|destroyers?|fighters|forces|frigates?|howitzers|jets|military|missiles?|"
    r"soldiers|squadrons?|systems|tanks|troops|warships?|weapons)\b",
    re.IGNORECASE,
)


def find_targets(
    text: str,
    units: Sequence[Unit],
    quotations: Sequence[tuple[Quotation, ...]],
    attributions: Sequence[Attribution],
    voices: Sequence[Voice],
    speakers: Speakers | None = None,
) -> list[str]:
    """Give the party that each statement is most likely directed at, ``"none"`` if there is none.

    The words of the sentence count first; where they name no other party, or leave a choice,
    those whom the speaker and the speaker's side are at odds with in this article.

    The stance is not known here; where it turns out neutral, the job above puts ``"none"``.
    """
    table = speakers or default_speakers()
    sides = [party_of(voice.side, table) for voice in voices]
    mentions = find_mentions(text, units, voices, table)
    stood = [
        list(zip(found, relations(text, unit, found, side), strict=True))
        for unit, found, side in zip(units, mentions, sides, strict=True)
    ]
    named = [
        _by_words(text, unit, quoted, how, side, found) if how.mode != "narration" else {}
        for unit, quoted, how, side, found in zip(
            units, quotations, attributions, sides, stood, strict=True
        )
    ]
    rivals = Rivals(sides, mentions, named)
    course = _Course()
    targets = []
    for place, (unit, how, voice, side) in enumerate(
        zip(units, attributions, voices, sides, strict=True)
    ):
        target = "none"
        if how.mode != "narration":
            score = dict(rivals.prior(side))
            _add(score, named[place])
            for party in _helped(unit, stood[place], side):
                _add(score, rivals.against(party), _RIVAL_OF_HELPED)
                _add(score, {party: _HELPED_BY_FORCE})
            if place:
                _add(score, dict.fromkeys((m.party for m in mentions[place - 1]), _JUST_NAMED))
            first = rivals.first(side)
            if first and _BOTH_SIDES.search(unit.text):
                _add(score, {first: _BOTH})
            _add(score, course.expected(voice.speaker, side))
            if place and how.mode == "direct" and voice == voices[place - 1]:
                _add(score, {course.of_speaker(voice.speaker) or "none": _RUNS_ON})
            # Nobody's target is the own side, unless the quarrel is one at home.
            score.pop(side, None)
            if side != "none" and turns_home(unit, mentions[place], side):
                score[side] = _AT_HOME
            elif course.of_speaker(voice.speaker) == side:
                score[side] = _STILL_AT_HOME
            score.pop("none", None)
            target = max(score, key=lambda party: score[party], default="none")
            course.note(voice.speaker, side, target)
        targets.append(target)
    return targets


def _helped(unit: Unit, found: Sequence[tuple[Mention, str]], side: str) -> list[str]:
    """Give the parties that the speaker would help by force, with arms or with troops."""
    if not _FORCE.search(unit.text):
        return []
    helped = (m.party for m, stands in found if stands == "helped" and m.party != side)
    return list(dict.fromkeys(helped))


class _Course:
    """Where the statements before were directed."""

    def __init__(self) -> None:
        self._of_speaker: dict[str, str] = {}
        self._of_side: dict[str, str] = {}
        self._latest = "none", "none"

    def note(self, speaker: str, side: str, target: str) -> None:
        """Note the next statement."""
        self._of_speaker[speaker] = self._of_side[side] = target
        self._latest = side, target

    def of_speaker(self, speaker: str) -> str | None:
        """Give the target of the speaker's statement before."""
        return self._of_speaker.get(speaker)

    def expected(self, speaker: str, side: str) -> dict[str, float]:
        """Weigh whom the next statement is directed at if nothing else is known of it."""
        score: dict[str, float] = {}
        _add(score, {self._of_speaker.get(speaker, "none"): _SAME_SPEAKER})
        _add(score, {self._of_side.get(side, "none"): _SAME_SIDE})
        if self._latest[0] != side:
            _add(score, {self._latest[0]: _IN_REPLY})
            _add(score, {self._latest[1]: _SAME_TOPIC})
        return score


def _add(score: dict[str, float], more: Mapping[str, float], weight: float = 1.0) -> None:
    for party, value in more.items():
        score[party] = score.get(party, 0.0) + weight * value


def _by_words(
    text: str,
    unit: Unit,
    quoted: Sequence[Quotation],
    how: Attribution,
    side: str,
    found: Sequence[tuple[Mention, str]],
) -> dict[str, float]:
    """Weigh the parties that a sentence names by what it does with them."""
    score: dict[str, float] = {}
    direct = how.mode == "direct"
    beside = find_beside(text, quoted[0].start if direct and quoted else unit.start, unit.end, how)
    starts = [quotation.start for quotation in quoted]
    first = True
    for mention, stands in found:
        if mention.party == side:
            continue
        if _is_source(mention, how):
            if stands == "post":
                # Ambassadors speak to where they are posted.
                score[mention.party] = max(score.get(mention.party, 0.0), _POSTED)
            continue
        aside = any(start <= mention.start < end for start, end in beside)
        weight = _WEIGHTS[stands]
        outside = direct and not _is_quoted(mention, quoted, starts)
        if outside and stands != "addressed":
            weight = min(weight, _OUTSIDE)
        elif aside:
            weight = min(weight, _SCENE)
        if is_forum(mention.party):
            weight += _FORUM
        if first and stands not in _MINOR and not aside:
            weight += _FIRST
            first = False
        score[mention.party] = max(score.get(mention.party, weight), weight)
    return score


def _is_source(mention: Mention, how: Attribution) -> bool:
    return how.source is not None and how.source[0] <= mention.start < how.source[1]


def _is_quoted(mention: Mention, quoted: Sequence[Quotation], starts: Sequence[int]) -> bool:
    place = bisect_right(starts, mention.start) - 1
    return place >= 0 and mention.start < quoted[place].end
