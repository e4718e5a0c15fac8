"""Verbs as cues: which verb of a sentence attributes words, and to whom."""

from collections.abc import Iterator, Sequence, Set

from demarche.articles.actors.titles import HEADS
from demarche.articles.speech import frames, grammar, phrases, sources, subjects
from demarche.articles.speech.bodies import BODIES, DOCUMENTS
from demarche.articles.speech.cues import (
    BY_PASSIVE,
    LABELS,
    NEEDS,
    NOUN_LIKE,
    PURPOSES,
    SPEECH,
    STANCE,
    VERBS,
)
from demarche.articles.speech.found import Found, Rank
from demarche.articles.speech.inflection import BASE, ING, PAST
from demarche.articles.speech.tokens import MARK, QUOTE, WORD, Token

_AFTER_NOUNS = frozenset(
    {"", ".", ",", ";", "of", "by", "from", "and", "or", "for", "in", "at", "over"}
)


_SPEAKERS = HEADS | BODIES | DOCUMENTS
_AUDIENCES = frozenset({"reporters", "journalists", "parliament", "lawmakers", "it"})
_WITH_AUDIENCE = frozenset({"tell", "put", "inform", "remind", "report", "learn"})


def find_verbs(tokens: Sequence[Token], ordinary: Set[str]) -> Iterator[Found]:
    """Give every verb of a sentence that attributes, with its source."""
    for place, token in enumerate(tokens):
        if token.lower in VERBS and (not token.capital or place == 0):
            found = _find(tokens, place, ordinary)
            if found:
                yield found
    if tokens and tokens[0].kind == QUOTE and tokens[0].runs_on:
        found = _any_verb(tokens)
        if found:
            yield found


def _any_verb(tokens: Sequence[Token]) -> Found | None:
    """Find the attribution behind a quotation whatever its verb: "…," the cosmonaut sighed."""
    for place in range(1, min(len(tokens), phrases.FARTHEST)):
        token = tokens[place]
        if token.kind == QUOTE:
            return None
        if token.kind == WORD and not token.capital and grammar.looks_finite(token.lower):
            if token.lower in grammar.AUXILIARIES:
                return None
            subject = subjects.before(tokens, place)
            span = phrases.after(tokens, 2) if place == 1 else subject.span if subject else None
            if span and (place == 1 or span[0] == 1):
                return Found(Rank.APART, place, place + 1, span)
            return None
    return None


def _find(tokens: Sequence[Token], place: int, ordinary: Set[str]) -> Found | None:
    verb, form = VERBS[tokens[place].lower]
    if form == ING:
        return _participle(tokens, place, verb, ordinary)
    as_reported = verb == "report" and place > 0 and tokens[place - 1].lower == "as"
    if form == PAST and (as_reported or _behind_be(tokens, place)):
        return _passive(tokens, place, verb, ordinary)
    if verb == "quote":
        return _quoting(tokens, place, ordinary)
    if form == BASE and place > 2 and tokens[place - 1].lower == "to" and verb in PURPOSES:
        return _purpose(tokens, place, ordinary)
    if not frames.in_frame(tokens, place, verb):
        return _as_clause(tokens, place, ordinary)
    if place and tokens[place - 1].kind == QUOTE:
        found = _inverted(tokens, place, verb, ordinary)
        return found or _active(tokens, place, verb, form, ordinary)
    # Behind a comma the subject may come before: "Berg, who chairs the panel, said Rome…".
    found = _active(tokens, place, verb, form, ordinary)
    return found or _inverted(tokens, place, verb, ordinary)


def _as_clause(tokens: Sequence[Token], place: int, ordinary: Set[str]) -> Found | None:
    """Find "as the minister put it"."""
    if frames.following(tokens, place, 1) != ["it"]:
        return None
    subject = subjects.before(tokens, place)
    if not subject or subject.link != "main" or not subject.span[0]:
        return None
    as_before = tokens[subject.span[0] - 1].lower == "as"
    if not as_before or not sources.is_plausible(tokens, subject.span, ordinary):
        return None
    return Found(Rank.APART, place, place + 1, subject.span)


def _active(
    tokens: Sequence[Token], place: int, verb: str, form: str, ordinary: Set[str]
) -> Found | None:
    """Find "the minister said", also behind the words said."""
    subject = subjects.before(tokens, place)
    if not subject or not sources.is_plausible(tokens, subject.span, ordinary):
        return None
    if form == BASE and not _is_finite_base(tokens, place, subject.span):
        return None
    if subject.link in {"relative", "subordinate"}:
        return _inner(tokens, place, verb, subject)
    if _is_apart(tokens, subject, place, verb):
        return Found(Rank.APART, place, place + 1, subject.span)
    if tokens[place].lower in NOUN_LIKE and _is_noun(tokens, place, subject.span):
        return None
    if verb == "go" and frames.text(tokens, place + 1) != "further":
        return None
    if frames.is_negated(tokens, place) and frames.is_silence(tokens, place, verb):
        return None
    if not _conveys(tokens, place, verb):
        return None
    rank = Rank.SHARED if subject.link == "shared" else Rank.MAIN
    return Found(rank, place, place + 1, _spokesperson(tokens, place) or subject.span)


def _spokesperson(tokens: Sequence[Token], place: int) -> phrases.Span | None:
    """Find who speaks for the subject: "Rome said through its spokesman Berg that"."""
    if frames.text(tokens, place + 1) not in {"through", "via"}:
        return None
    span = phrases.after(tokens, place + 2)
    return span if span and phrases.has_head(tokens, span) else None


def _conveys(tokens: Sequence[Token], place: int, verb: str) -> bool:
    """Say whether a verb with what follows it conveys words or a position."""
    return (
        verb in STANCE
        or verb == "call"
        or verb in LABELS
        or frames.in_needs(tokens, place, verb)
        or frames.has_clause(tokens, place, verb)
    )


def _inner(
    tokens: Sequence[Token], place: int, verb: str, subject: subjects.Subject
) -> Found | None:
    """Find "…, which she called a mistake", "a speech in which he said", "a note that warned"."""
    first = subject.span[0]
    if subject.link == "relative":
        if verb not in STANCE and verb != "call":
            return None
        owner = subjects.main_subject(tokens, place)
        if owner and sources.is_document(tokens, subject.span):
            return Found(Rank.INNER, place, place + 1, owner)
        return None
    if first > 0 and tokens[first - 1].lower == "that" and verb in SPEECH:
        return Found(Rank.NESTED, place, place + 1, subject.span)
    before = [token.lower for token in tokens[max(0, first - 2) : first]]
    pronoun = tokens[first].lower
    if (before[-1:] == ["whose"] and verb in SPEECH) or (
        before[-1:] in (["which"], ["what"], ["where"], ["when"]) and pronoun in {"he", "she"}
    ):
        return Found(Rank.INNER, place, place + 1, subject.span)
    if pronoun == "it" and (
        before == ["in", "which"] or (before[-1:] == ["which"] and verb in SPEECH)
    ):
        return Found(Rank.INNER, place, place + 1, subject.span)
    return None


def _inverted(tokens: Sequence[Token], place: int, verb: str, ordinary: Set[str]) -> Found | None:
    """Find "…," said the minister."""
    if verb not in SPEECH or place == 0 or not _is_border(tokens[place - 1]):
        return None
    if tokens[place].lower == verb:
        # A base form here is a noun: ", state television".
        return None
    if tokens[place - 1].kind != QUOTE and not _has_words_before(tokens, place):
        return None
    first = place + 2 if verb == "point" else place + 1
    span = phrases.after(tokens, first)
    if not span or not sources.is_plausible(tokens, span, ordinary):
        return None
    return Found(Rank.APART, place, first, span)


def _participle(tokens: Sequence[Token], place: int, verb: str, ordinary: Set[str]) -> Found | None:
    """Find "…, saying that", "with the minister calling for"."""
    if place == 0 or not (verb in STANCE or verb == "call" or frames.in_needs(tokens, place, verb)):
        return None
    if not frames.in_frame(tokens, place, verb):
        return None
    subject = subjects.before(tokens, place)
    if subject and subject.link == "main":
        introduced = tokens[subject.span[0] - 1].lower if subject.span[0] else ""
        if _behind_be(tokens, place) or introduced == "with":
            if sources.is_plausible(tokens, subject.span, ordinary):
                rank = Rank.WITH if introduced == "with" else Rank.MAIN
                return Found(rank, place, place + 1, subject.span)
            return None
        if tokens[subject.span[0]].lower == "one" and introduced == ",":
            return Found(Rank.PARTICIPLE, place, place + 1, subject.span)
    previous = tokens[place - 1]
    of_document = any(token.lower in DOCUMENTS for token in tokens[max(0, place - 6) : place])
    if previous.kind == WORD and previous.lower not in {"by", "and"} and not of_document:
        return None
    if previous.lower in grammar.DETERMINERS:
        return None
    span = subjects.main_subject(tokens, place)
    if span and sources.is_plausible(tokens, span, ordinary):
        return Found(Rank.PARTICIPLE, place, place + 1, span)
    return None


def _passive(tokens: Sequence[Token], place: int, verb: str, ordinary: Set[str]) -> Found | None:
    """Find "was condemned by Rome", "was quoted as saying", "is said to have offered"."""
    following = frames.text(tokens, place + 1)
    if (verb in {"quote", "cite"} and "as" in frames.following(tokens, place, 4)) or (
        verb in {"say", "report", "understand"} and following == "to"
    ):
        subject = subjects.before(tokens, place)
        if subject and _is_actor(tokens, subject.span, ordinary):
            return Found(Rank.MAIN, place, place + 1, subject.span)
        return None
    if verb not in BY_PASSIVE and not (
        verb == "report" and place and tokens[place - 1].lower == "as"
    ):
        return None
    for by in range(place + 1, min(place + frames.NEAR, len(tokens))):
        if tokens[by].kind == MARK:
            return None
        if tokens[by].lower == "by":
            span = phrases.after(tokens, by + 1)
            if span and sources.is_plausible(tokens, span, ordinary):
                return Found(Rank.PASSIVE, place, place + 1, span)
            return None
    return None


def _purpose(tokens: Sequence[Token], place: int, ordinary: Set[str]) -> Found | None:
    """Find "summoned the envoy to convey its concern", "to lodge a protest"."""
    verb = VERBS[tokens[place].lower][0]
    if verb in NEEDS and not frames.in_needs(tokens, place, verb):
        return None
    span = subjects.main_subject(tokens, place)
    if span and _is_actor(tokens, span, ordinary):
        return Found(Rank.INNER, place, place + 1, span)
    return None


def _quoting(tokens: Sequence[Token], place: int, ordinary: Set[str]) -> Found | None:
    """Find the source in "TASS quoted the minister as saying"."""
    if "as" not in frames.following(tokens, place, frames.NEAR):
        return None
    span = phrases.after(tokens, place + 1)
    if span and sources.is_plausible(tokens, span, ordinary):
        return Found(Rank.APART, place, place + 1, span)
    if frames.text(tokens, place + 1) in grammar.OBJECT_PRONOUNS:
        return Found(Rank.APART, place, place + 1, (place + 1, place + 2))
    return None


def _is_actor(tokens: Sequence[Token], span: phrases.Span, ordinary: Set[str]) -> bool:
    return sources.is_plausible(tokens, span, ordinary) and not sources.is_document(tokens, span)


def _is_finite_base(tokens: Sequence[Token], place: int, span: phrases.Span) -> bool:
    """Say whether a base form is a finite verb: "they say", "did not exclude"."""
    between = [token.lower for token in tokens[max(span[1], place - 4) : place]]
    if "to" in between:
        return between[-2:] in (["on", "to"], ["quick", "to"], ["far", "to"], ["pains", "to"])
    if frames.is_negated(tokens, place):
        return True
    if {"does", "did", "do"} & set(between):
        return True
    if {"would", "will"} & set(between):
        return "only" in [token.lower for token in tokens[place : place + 2]]
    if grammar.AUXILIARIES & set(between) or _holds_verb(tokens, span):
        return False
    return sources.is_plural(tokens, span)


def _holds_verb(tokens: Sequence[Token], span: phrases.Span) -> bool:
    return any(
        grammar.looks_finite(token.lower) for token in tokens[slice(*span)] if not token.capital
    )


def _is_noun(tokens: Sequence[Token], place: int, span: phrases.Span) -> bool:
    """Say whether a form that may be a noun is one here: "fraud charges", "member states"."""
    following = frames.text(tokens, place + 1)
    if _holds_verb(tokens, span):
        return True
    if following in grammar.AUXILIARIES or following in _AFTER_NOUNS:
        return VERBS[tokens[place].lower][0] != "call"
    last = tokens[span[1] - 1]
    if last.lower in grammar.DETERMINERS:
        return True
    return not (
        last.capital
        or last.lower in grammar.SUBJECT_PRONOUNS
        or not _SPEAKERS.isdisjoint({last.lower, sources.head_of(tokens, span)})
    )


def _is_apart(tokens: Sequence[Token], subject: subjects.Subject, place: int, verb: str) -> bool:
    """Say whether subject and verb stand apart from the words that they attribute."""
    first = subject.span[0]
    if subject.link != "main" or first == 0:
        return False
    if tokens[first - 1].lower == "as":
        return verb in _WITH_AUDIENCE or _ends_attribution(tokens, place)
    return (
        (verb in SPEECH or verb == "go")
        and _is_border(tokens[first - 1])
        and _has_words_before(tokens, first)
        and (verb == "tell" or _ends_attribution(tokens, place))
    )


def _ends_attribution(tokens: Sequence[Token], place: int) -> bool:
    """Say whether no words that are attributed follow a verb: "…, he said in Rome"."""
    if place + 1 >= len(tokens) or tokens[place + 1].kind != WORD:
        return True
    following = tokens[place + 1].lower
    return (
        following in grammar.PREPOSITIONS
        or following in _AUDIENCES
        or grammar.is_time(following)
        or (grammar.is_adverb(following) and following != "there")
    )


def _has_words_before(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a quotation or a clause stands before `place`."""
    return any(
        token.kind == QUOTE
        or (token.kind == WORD and not token.capital and grammar.looks_finite(token.lower))
        for token in tokens[max(0, place - phrases.FARTHEST) : place]
    )


def _is_border(token: Token) -> bool:
    return token.kind == QUOTE or token.text in {",", "—"}


def _behind_be(tokens: Sequence[Token], place: int) -> bool:
    at = place - 1
    while at >= 0 and place - at < frames.NEAR and grammar.is_adverb(tokens[at].lower):
        at -= 1
    return at >= 0 and tokens[at].lower in grammar.BE
