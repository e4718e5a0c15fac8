"""Attribution: how each sentence conveys words, by which cue and from which source.

A cue is looked for in every sentence; of several, the one set apart from the words goes first
(see `Rank`). Then quotations that run over sentences get the one source that they have, and
transcripts and speeches printed in full the source that the page names.
"""

import re
from collections.abc import Sequence, Set

from demarche.articles.parts import Attribution, Quotation, Unit
from demarche.articles.speech import sources, subjects
from demarche.articles.speech.carry import Sentence, carry_speakers
from demarche.articles.speech.cue_phrases import find_phrases
from demarche.articles.speech.cue_verbs import find_verbs
from demarche.articles.speech.found import Found, Rank
from demarche.articles.speech.mode import mode_of, quotes_somebody
from demarche.articles.speech.phrases import Span
from demarche.articles.speech.tokens import QUOTE, WORD, Token, tokenize
from demarche.articles.speech.verbatim import find_verbatim

LONGEST = 400
"""Tokens of a sentence among which a cue is looked for; what is longer is no sentence."""
_RELAYABLE = (Rank.MAIN, Rank.NESTED)
_PERSONAL = (Rank.MAIN, Rank.SHARED, Rank.PARTICIPLE)
_LOWER_CASE = re.compile(r"\b[a-z][\w’'-]+")


def attribute(
    text: str,
    units: Sequence[Unit],
    quotations: Sequence[tuple[Quotation, ...]],
) -> list[Attribution]:
    """Attribute each sentence.

    Parameters
    ----------
    text : str
        The input.
    units : sequence of Unit, length n
        Body sentences in order.
    quotations : sequence of tuple of Quotation, length n
        Of each sentence.

    Returns
    -------
    list of Attribution, length n
        A source may lie outside of every unit, where a transcript labels its turns or a heading
        names who holds the speech.
    """
    ordinary = {word for unit in units for word in _LOWER_CASE.findall(unit.text)}
    sentences = [
        _read(text, unit, quoted, ordinary) for unit, quoted in zip(units, quotations, strict=True)
    ]
    found = carry_speakers(sentences)
    attributed = [bool(how.cue or quoted) for how, quoted in zip(found, quotations, strict=True)]
    for place, how in find_verbatim(text, units, attributed).items():
        found[place] = how
    return found


def find_cue(tokens: Sequence[Token], ordinary: Set[str]) -> Found | None:
    """Give the cue that attributes a sentence, if any.

    Parameters
    ----------
    tokens : sequence of Token
        The sentence.
    ordinary : set of str
        Words that the article writes in lower case.
    """
    tokens = tokens[:LONGEST]
    found = [*find_verbs(tokens, ordinary), *find_phrases(tokens, ordinary)]
    found.sort(key=lambda cue: (cue.rank, cue.first))
    best = next((cue for cue in found if cue.rank != Rank.NESTED), None)
    if best and best.source and _relays(tokens, best, best.source):
        # An outlet that only relays words is passed over.
        named = (cue for cue in found if cue.source and not sources.is_outlet(tokens, cue.source))
        return next((cue for cue in named if cue.rank in _RELAYABLE), best)
    if best and best.source and best.rank == Rank.APART and sources.is_body(tokens, best.source):
        # "Berg told the envoy that …, according to the ministry": it relays Berg's words.
        return next((cue for cue in found if _is_persons(tokens, cue, ordinary)), best)
    return best


def _is_persons(tokens: Sequence[Token], cue: Found, ordinary: Set[str]) -> bool:
    return (
        cue.rank in _PERSONAL
        and cue.source is not None
        and sources.is_person(tokens, cue.source, ordinary)
    )


def _relays(tokens: Sequence[Token], cue: Found, source: Span) -> bool:
    return sources.is_outlet(tokens, source) or tokens[cue.first].lower == "reported"


def _read(text: str, unit: Unit, quoted: tuple[Quotation, ...], ordinary: Set[str]) -> Sentence:
    tokens = tokenize(text, unit, quoted)
    cue = find_cue(tokens, ordinary)
    mode = mode_of(text, tokens, cue)
    span = _source(tokens, cue, ordinary) if mode != "narration" else None
    return Sentence(
        how=Attribution(
            mode,
            text[tokens[cue.first].start : tokens[cue.last - 1].end] if cue else None,
            (tokens[span[0]].start, tokens[span[1] - 1].end) if span else None,
        ),
        paragraph=unit.paragraph,
        quotations=quoted,
        whole=bool(quoted) and not any(token.kind == WORD for token in tokens),
        apart=bool(quoted and cue and cue.rank == Rank.APART),
        quotes=cue is None and quotes_somebody(text, tokens),
    )


def _source(tokens: Sequence[Token], cue: Found | None, ordinary: Set[str]) -> Span | None:
    if cue is None:
        # Words are quoted without a cue: "the ministry accepted the plan “with gratitude”".
        span = subjects.main_subject(tokens, len(tokens))
        if (
            span is None
            or sources.is_addressed(tokens, span)
            or not sources.is_headed(tokens, span)
        ):
            return None
        return span if sources.is_plausible(tokens, span, ordinary) else None
    if cue.source and cue.rank == Rank.PASSIVE and any(token.kind == QUOTE for token in tokens):
        # "As reported by TASS, “we agree.”": the agency relays whom it has named before.
        relays = tokens[cue.first].lower == "reported" and sources.is_outlet(tokens, cue.source)
        return None if relays else cue.source
    return cue.source
