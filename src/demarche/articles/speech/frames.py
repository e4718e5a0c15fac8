"""Frames: whether what stands around a verb allows it as a cue."""

from collections.abc import Sequence

from demarche.articles.speech import grammar
from demarche.articles.speech.cues import (
    CLAUSE_ONLY,
    LABELS,
    MEETINGS,
    NEEDS,
    NOT_NEAR,
    SILENT,
    SPEECH,
    STANCE,
    THOUGHT,
    VERBS,
)
from demarche.articles.speech.inflection import PAST
from demarche.articles.speech.tokens import QUOTE, Token

NEAR = 10
"""Tokens behind a verb in which its frame is looked for."""
_OPENS_CLAUSE = frozenset({"that", '"', "whether", "how", "why"})
FAR = 14
_NEED_FAR = frozenset({"put", "hold", "trace", "credit", "find"})
_CALLED_OTHERWISE = frozenset(
    {"in", "off", "at", "up", "back", "out", "early", "to", "a", "an", "by"}
)
_TELLING = frozenset({"say", "confirm", "rule", "be", "specify", "give"})
_ANSWERING = frozenset({"respond", "reply", "answer", "react"})
_REDUCED = frozenset({"believe", "think", "know", "say", "report", "estimate", "suppose"})
_COUNTED = frozenset({"claim", "charge", "answer", "report", "pledge"})
_LINKS = _OPENS_CLAUSE | {"as", "to"}


def in_frame(tokens: Sequence[Token], place: int, verb: str) -> bool:
    """Say whether what follows a verb allows it as a cue."""
    if verb == "call":
        return _calls(tokens, place)
    if verb in LABELS:
        return _labels(tokens, place)
    if verb in NEEDS and verb not in SPEECH | STANCE | THOUGHT:
        return in_needs(tokens, place, verb)
    near = following(tokens, place, 8)
    first, second = [*near, "", ""][:2]
    if verb in {"decline", "refuse"}:
        return first == "to" and second in _TELLING
    if first == "to" and verb in _REDUCED and VERBS[tokens[place].lower][1] == PAST:
        # "A missile believed to be new": the participle has no subject.
        return False
    if first == "by" and verb in _ANSWERING:
        # "Rome answered by closing its ports" is an act, no answer in words.
        return second in {"saying", "calling", "urging", "warning"}
    if first[:1].isdigit() and verb in _COUNTED:
        return False
    reach, words = NOT_NEAR.get(verb, (0, frozenset()))
    return words.isdisjoint(near[:reach])


def in_needs(tokens: Sequence[Token], place: int, verb: str) -> bool:
    """Say whether a word that the verb needs stands behind it: "made clear", "put it at"."""
    if verb not in NEEDS:
        return False
    near = following(tokens, place, FAR if verb in _NEED_FAR else 4)
    return any(word in NEEDS[verb] for word in near if word != "that" or word in near[:4])


def _labels(tokens: Sequence[Token], place: int) -> bool:
    """Say whether "as" with quoted words follows: "defined the ties as “hostile”"."""
    near = following(tokens, place, FAR)
    return any(word == "as" and '"' in near[at : at + 3] for at, word in enumerate(near))


def _calls(tokens: Sequence[Token], place: int) -> bool:
    """Tell "called on", "called for", "called it a crime" from "called in", "called a meeting"."""
    near = following(tokens, place, 4)
    if not near or near[0] in {"on", "upon", "for"}:
        return bool(near)
    return near[0] not in _CALLED_OTHERWISE and MEETINGS.isdisjoint(near)


def has_clause(tokens: Sequence[Token], place: int, verb: str) -> bool:
    """Say whether what is thought or found follows a weaker verb."""
    behind = following(tokens, place, NEAR)
    near = behind[:3] if verb == "respond" else behind[:6]
    if not _OPENS_CLAUSE.isdisjoint(near) or (verb == "add" and ":" in near):
        return True
    if verb in CLAUSE_ONLY and verb not in {"add", "conclude", "argue"}:
        return False
    for distance, word in enumerate(behind):
        if word in {";", ":"} or (word == "," and distance):
            return False
        if word in grammar.AUXILIARIES or (word in _LINKS and verb not in CLAUSE_ONLY):
            return True
    return False


def is_negated(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a negation stands right before a verb."""
    near = tokens[max(0, place - 4) : place]
    return any(token.lower in grammar.NEGATIONS - {"no"} for token in near)


def is_silence(tokens: Sequence[Token], place: int, verb: str) -> bool:
    """Say whether a negated verb only says that nothing was said: "did not comment"."""
    return verb in SILENT or (verb == "say" and text(tokens, place + 1) in {".", ","})


def text(tokens: Sequence[Token], place: int) -> str:
    """Give a token's text in lower case, ``'"'`` for a quotation, ``""`` behind the last."""
    if place >= len(tokens):
        return ""
    token = tokens[place]
    return '"' if token.kind == QUOTE else token.lower or token.text


def following(tokens: Sequence[Token], place: int, count: int) -> list[str]:
    """Give the texts of the next tokens behind `place`."""
    return [text(tokens, at) for at in range(place + 1, min(place + 1 + count, len(tokens)))]
