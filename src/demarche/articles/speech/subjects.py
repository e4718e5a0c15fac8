"""Subjects: who stands before a verb, in its clause or further off.

What stands between commas is told apart by how it begins: a relative clause, a participle, a
preposition, an apposition.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from demarche.articles.actors.words import find_country
from demarche.articles.speech import grammar
from demarche.articles.speech.phrases import (
    FARTHEST,
    Span,
    has_finite,
    has_head,
    is_nominal,
    strip_left,
)
from demarche.articles.speech.tokens import MARK, QUOTE, WORD, Token

_ALSO_PREPOSITIONS = frozenset({"after", "before", "since", "until"})
_AUXILIARIES = grammar.AUXILIARIES - {"may", "will"}
_LEADING_CONJUNCTIONS = frozenset({"but", "and", "or", "yet", "so"})
_INSERTING = grammar.RELATIVES | {"if", "while", "once", "though", "although", "and"}
_CONJUNCTIONS = frozenset({"and", "but", "or", "then"})


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject found for a verb.

    `link` tells how the clause hangs in the sentence: ``"main"``, ``"subordinate"``,
    ``"relative"`` (the span is then what the clause is about), ``"shared"`` with an earlier verb.
    """

    span: Span
    link: str


def before(tokens: Sequence[Token], verb: int) -> Subject | None:
    """Find the subject that stands before a verb."""
    last = _skip_left(tokens, verb - 1)
    if last >= 0 and tokens[last].lower in _CONJUNCTIONS:
        span = main_subject(tokens, last)
        return Subject(span, "shared") if span else None
    return _own(tokens, last)


def main_subject(tokens: Sequence[Token], upto: int) -> Span | None:
    """Find the subject of the sentence's first finite verb before token `upto`."""
    start = _after_adverbials(tokens, upto)
    if start < upto and tokens[start].lower in grammar.SUBJECT_PRONOUNS:
        return start, start + 1
    for verb in range(start + 1, min(upto, start + FARTHEST)):
        token = tokens[verb]
        if token.kind == WORD and not token.capital and grammar.looks_finite(token.lower):
            subject = _own(tokens, _skip_left(tokens, verb - 1))
            if subject and subject.link == "main" and subject.span[0] >= start:
                return subject.span
    return None


def opens_sentence(tokens: Sequence[Token], first: int) -> bool:
    """Say whether nothing but adverbial phrases stands before token `first`."""
    start = _after_adverbials(tokens, first)
    return not any(
        token.kind == QUOTE or (not token.capital and grammar.looks_finite(token.lower))
        for token in tokens[start:first]
    )


def _own(tokens: Sequence[Token], last: int) -> Subject | None:
    """Find the subject of a verb's own clause that ends at token `last`."""
    if last < 0 or tokens[last].kind == QUOTE:
        return None
    if tokens[last].text in {",", "—"}:
        return _across_inserts(tokens, last)
    if tokens[last].kind == MARK or tokens[last].lower in _CONJUNCTIONS:
        return None
    if tokens[last].lower in {"when", "where"}:
        return None  # "when asked"
    if tokens[last].lower in grammar.RELATIVES:
        return _relative(tokens, last)
    return _phrase_ending_at(tokens, last)


def _skip_left(tokens: Sequence[Token], last: int) -> int:
    """Pass over auxiliaries, adverbs and times before a verb."""
    farthest = max(0, last - FARTHEST)
    while last >= farthest and tokens[last].kind == WORD:
        length = _fixed_phrase(tokens, last)
        if not length and not _may_precede_verb(tokens, last):
            break
        last -= length or 1
    return last


def _may_precede_verb(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a word may stand between a subject and its verb: "has", "also", "on Monday"."""
    token = tokens[place]
    if grammar.is_time(token.lower):
        return True
    if token.lower in grammar.AUXILIARIES or grammar.is_adverb(token.lower):
        return not token.capital
    if place == 0:
        return False
    if token.lower == "since":
        return tokens[place - 1].lower in grammar.AUXILIARIES
    following = tokens[place + 1].lower if place + 1 < len(tokens) else ""
    return token.lower in grammar.TIME_LINKS and (
        token.lower == "on" or (following != "" and grammar.is_time(following))
    )


def _fixed_phrase(tokens: Sequence[Token], last: int) -> int:
    """Give the length of a set phrase ("in turn", "for his part") that ends at `last`."""
    if tokens[last].lower not in grammar.SET_PHRASE_ENDS:
        return 0
    for length in range(grammar.LONGEST_SET_PHRASE, 1, -1):
        phrase = tuple(token.lower for token in tokens[max(0, last + 1 - length) : last + 1])
        if phrase in grammar.SET_PHRASES:
            return length
    return 0


def _phrase_ending_at(
    tokens: Sequence[Token], last: int, *, relative: bool = True
) -> Subject | None:
    """Find the noun phrase whose last word is token `last`, and how its clause is linked.

    `relative` says whether it may hold a relative clause: "the officials who met him".
    """
    first = last
    link = "main"
    while first > 0 and last - first < FARTHEST:
        token = tokens[first - 1]
        if token.kind != WORD:
            break
        if relative and _opens_relative(tokens, first - 1, last):
            found = _phrase_ending_at(tokens, first - 2, relative=False)
            return Subject((found.span[0], last + 1), found.link) if found else None
        if _subordinates(tokens, first - 1, last + 1):
            link = "main" if _opens_main_clause(tokens, first - 1) else "subordinate"
            break
        if token.lower in {"and", "or"} and has_finite(tokens, first - 2):
            break
        if token.lower in _AUXILIARIES and not token.capital:
            opening = _before_auxiliaries(tokens, first - 1)
            if relative and _opens_relative(tokens, opening, last):
                first = opening + 1
                continue
            # "while he was in Rome Berg said": what follows the verb must be an adverbial.
            stripped = strip_left(tokens, first, last + 1)
            if not first < stripped <= last or not is_nominal(tokens, stripped, last + 1):
                return None
            return Subject((stripped, last + 1), link)
        first -= 1
    first = strip_left(tokens, first, last + 1)
    if first > last or not is_nominal(tokens, first, last + 1):
        return None
    return Subject((_with_name(tokens, first, last + 1), last + 1), link)


def _before_auxiliaries(tokens: Sequence[Token], place: int) -> int:
    while place > 0 and tokens[place].lower in grammar.AUXILIARIES:
        place -= 1
    return place


def _opens_relative(tokens: Sequence[Token], place: int, last: int) -> bool:
    """Say whether a relative clause without commas begins here and ends at token `last`."""
    return (
        tokens[place].lower in {"who", "whose", "whom", "which"}
        and place > 1
        and tokens[place - 1].kind == WORD
        and has_finite(tokens, last, place)
    )


def _with_name(tokens: Sequence[Token], first: int, end: int) -> int:
    """Take in the name before an apposition: "Berg, a spokesman for the army said"."""
    if first < 2 or tokens[first - 1].text != "," or not has_head(tokens, (first, end)):
        return first
    name = first - 1
    while name > 0 and _is_name(tokens[name - 1]) and first - name <= 5:
        name -= 1
    begins = name == 0 or tokens[name - 1].text in {",", "—"}
    long = 2 <= first - 1 - name <= 4
    described = (
        not tokens[first].capital
        or tokens[first].lower.endswith("'s")
        or (find_country(tokens[first].text) is not None)
    )
    return name if begins and long and described else first


def _is_name(token: Token) -> bool:
    return token.capital and token.lower not in grammar.PREPOSITIONS


def _subordinates(tokens: Sequence[Token], place: int, end: int) -> bool:
    """Say whether a subordinate clause begins here."""
    lower = tokens[place].lower
    if lower in _ALSO_PREPOSITIONS:
        # "After the talks Berg said" begins with a phrase, "after Berg said" with a clause.
        return place > 0 or strip_left(tokens, place, end) == end
    if lower == "that" and place and tokens[place - 1].lower in grammar.PREPOSITIONS:
        return False
    return lower in grammar.SUBORDINATORS and (
        place > 0 or lower not in {"as", "so", "how", "once"}
    )


def _opens_main_clause(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a conjunction leaves the clause its weight: "but …", ", as … put it"."""
    if tokens[place].lower == "as":
        return place == 0 or tokens[place - 1].kind != WORD
    if tokens[place].lower == "which":
        return place > 0 and tokens[place - 1].lower in {"following", "after", "upon"}
    return tokens[place].lower in {"but", "while", "whereas"}


def _relative(tokens: Sequence[Token], pronoun: int) -> Subject | None:
    last = pronoun - 1
    if last >= 0 and tokens[last].text == ",":
        last -= 1
    if last < 0 or tokens[last].kind != WORD:
        return None
    found = _phrase_ending_at(tokens, last)
    return Subject(found.span, "relative") if found else None


def _across_inserts(tokens: Sequence[Token], comma: int) -> Subject | None:
    """Find the subject left of what stands between commas before the verb."""
    segments = _segments_left(tokens, comma)
    found: Span | None = None
    for place, (first, end) in enumerate(segments):
        if _is_insert(tokens, first, end):
            if found:
                break
            continue
        start = strip_left(tokens, first, end)
        if start >= end or not is_nominal(tokens, start, end):
            break
        if found and not _belong_together(tokens, (start, end), found):
            break
        found = (start, found[1] if found else end)
        if place + 1 == len(segments) or start > first:
            break
    if found is None:
        return None
    end = next((at for at in range(*found) if tokens[at].kind != WORD), found[1])
    whole = _phrase_ending_at(tokens, end - 1)
    first = max(whole.span[0], found[0]) if whole else found[0]
    return Subject((first, found[1]), whole.link if whole else "main")


def _segments_left(tokens: Sequence[Token], comma: int) -> list[Span]:
    """Give the stretches between commas left of `comma`, nearest first."""
    segments: list[Span] = []
    end = comma
    place = comma - 1
    while place >= 0 and comma - place < FARTHEST:
        token = tokens[place]
        if token.kind != WORD:
            if place + 1 < end:
                segments.append((place + 1, end))
            if token.text not in {",", "—"}:
                return segments
            end = place
        place -= 1
    if end > place + 1:
        segments.append((place + 1, end))
    return segments


def _is_insert(tokens: Sequence[Token], first: int, end: int) -> bool:
    """Say whether what stands between commas is no part of the subject."""
    lower, capital = tokens[first].lower, tokens[first].capital
    start = [token.lower for token in tokens[first : min(end, first + 5)]]
    if not {"whose", "whom", "which"}.isdisjoint(start):
        return True
    if lower == "as":
        return end - first == 1 or not tokens[first + 1].capital
    if lower in grammar.PREPOSITIONS:
        return lower == "of" or strip_left(tokens, first, end) == end
    return (
        lower in _INSERTING
        or (not capital and lower.endswith("ing"))
        or (not capital and lower.endswith("ed") and end - first > 1)
        or all(grammar.is_adverb(word) or grammar.is_time(word) for word in start)
    )


def _belong_together(tokens: Sequence[Token], left: Span, right: Span) -> bool:
    """Say whether two stretches parted by a comma are one name with its apposition."""
    if left[1] - left[0] > 16:
        return False
    starts = tokens[right[0]]
    named = all(token.capital for token in tokens[slice(*left)] if token.lower != "as")
    if not starts.capital or (named and has_head(tokens, (right[0], right[0] + 6))):
        return tokens[left[1] - 1].capital
    name = all(
        token.capital or token.lower in {"de", "al", "bin", "van", "von", "and", "of"}
        for token in tokens[slice(*right)]
    )
    return name and right[1] - right[0] <= 6 and has_head(tokens, left)


def _after_adverbials(tokens: Sequence[Token], upto: int) -> int:
    """Give where the main clause begins: after "On Monday, speaking in Rome,"."""
    upto = min(upto, 2 * FARTHEST)
    start = 0
    while start < upto:
        lower = tokens[start].lower
        if lower in _LEADING_CONJUNCTIONS:
            start += 1
            continue
        clause = lower in grammar.SUBORDINATORS or (
            lower.endswith(("ing", "ed")) and not tokens[start].text.isupper()
        )
        if not (clause or lower in grammar.PREPOSITIONS or grammar.is_adverb(lower)):
            return start
        comma = next((at for at in range(start, upto) if tokens[at].text == ","), None)
        if comma is None or (not clause and strip_left(tokens, start, comma) < comma):
            return start
        start = comma + 1
    return start
