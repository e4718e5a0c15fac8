"""Mode: how a sentence conveys words, from its quotations and its cue.

Direct is what holds, outside the marks, nothing but the attribution; a paraphrase beside quoted
words makes it mixed. Marks around names and terms quote nobody.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from demarche.articles.speech import grammar, subjects
from demarche.articles.speech.cues import SPEECH, STANCE, VERBS
from demarche.articles.speech.found import Found
from demarche.articles.speech.inflection import ING
from demarche.articles.speech.tokens import MARK, QUOTE, WORD, Token

_WORD = re.compile(r"\w+(?:[’'-]\w+)*")
_ENDS_CLAUSE = re.compile(r"[,.?!…;—–]\W*$")
_LONGEST_AUDIENCE = 25
_LONGEST_GAP = 10
_SPEAKS_ITSELF = 6
"""Words from which a quotation is somebody's without any cue."""
_CLAUSE = 4
"""Words from which quoted words can be a clause."""


def mode_of(text: str, tokens: Sequence[Token], cue: Found | None) -> str:
    """Give the mode of one sentence.

    Parameters
    ----------
    text : str
        The input that the tokens index.
    tokens : sequence of Token
        The sentence.
    cue : Found or None
        What attributes it, if anything.
    """
    quotes = [place for place, token in enumerate(tokens) if token.kind == QUOTE]
    if not quotes:
        return "indirect" if cue else "narration"
    if not any(token.kind == WORD for token in tokens):
        return "direct"
    if all(_is_term(text, tokens, place) for place in quotes):
        return "indirect" if cue else "narration"
    if cue is None:
        words = max(len(_WORD.findall(text[tokens[q].start : tokens[q].end])) for q in quotes)
        return "mixed" if words >= _SPEAKS_ITSELF else "narration"
    return "direct" if _is_direct(text, tokens, quotes, cue) else "mixed"


def quotes_somebody(text: str, tokens: Sequence[Token]) -> bool:
    """Say whether a sentence holds marks that stand around words, not around a name or a term."""
    quotes = [place for place, token in enumerate(tokens) if token.kind == QUOTE]
    named = any(token.lower in _WORDS_FOR_TERMS for token in tokens)
    return not named and any(not _is_term(text, tokens, place) for place in quotes)


def _is_direct(text: str, tokens: Sequence[Token], quotes: Sequence[int], cue: Found) -> bool:
    if not any(_is_clause(text, tokens[place]) for place in quotes):
        return False
    borders = [-1, *quotes, len(tokens)]
    attributes = [cue.first, *(range(*cue.source) if cue.source else ())]
    for left, right in pairwise(borders):
        outside = range(left + 1, right)
        words = [place for place in outside if tokens[place].kind == WORD]
        if not words:
            continue
        holds_cue = any(place in outside for place in attributes)
        if left < 0:
            if not holds_cue or not _introduces(text, tokens, right, cue):
                return False
        elif holds_cue and cue.first >= left and min(attributes) > left:
            if not _is_attribution(tokens, outside, cue):
                return False
        elif not _adds(tokens, words) and not _trails(tokens, words, right):
            return False
    return True


def _is_clause(text: str, quote: Token) -> bool:
    inside = text[quote.start : quote.end]
    words = _WORD.findall(inside)
    return len(words) >= _CLAUSE or bool(words and _ENDS_CLAUSE.search(inside))


def _introduces(text: str, tokens: Sequence[Token], quote: int, cue: Found) -> bool:
    """Say whether all before the first quotation is "the minister said:"."""
    if cue.source and not subjects.opens_sentence(tokens, cue.source[0]):
        return False
    last = max(cue.last, cue.source[1] if cue.source else 0)
    gap = [token for token in tokens[last:quote] if token.lower != "out"]  # "pointed out that"
    inside = text[tokens[quote].start + 1 : tokens[quote].end]
    if gap and gap[-1].text == ":":
        return len(gap) <= _LONGEST_AUDIENCE
    if len(gap) > _LONGEST_GAP or any(grammar.looks_finite(token.lower) for token in gap):
        return False
    if gap and gap[-1].text == ",":
        return inside[:1].isupper() or _is_clause_by_itself(inside)
    if not gap and VERBS.get(tokens[cue.first].lower, ("",))[0] in _WITH_OBJECT:
        return False
    if gap and gap[-1].lower == "that" and len(gap) > 1:
        return tokens[cue.first].lower in _WITH_AUDIENCE and _is_clause_by_itself(inside)
    if not gap or gap[-1].lower == "that":
        return inside[:1].isupper() or _is_clause_by_itself(inside)
    return inside[:1].isupper() and gap[0].kind == WORD and gap[-1].lower not in _GOVERNING


_WITH_OBJECT = grammar.words("urge demand ask call accuse describe criticise criticize want see")
_WITH_AUDIENCE = grammar.words("told informed reminded assured warned tells informs reminds")
_GOVERNING = grammar.words("as of a an the to for on in with is was be are were by from about")


def _is_clause_by_itself(inside: str) -> bool:
    """Say whether words quoted behind "that" hold their subject and their verb."""
    words = [word.lower() for word in _WORD.findall(inside)]
    if len(words) < 2 * _CLAUSE or grammar.looks_finite(words[0]):
        return False
    opens = words[0] in grammar.DETERMINERS | grammar.SUBJECT_PRONOUNS | grammar.OWN_VOICE | {
        "under",
        "in",
        "on",
        "there",
        "if",
        "when",
        "now",
        "such",
    }
    return opens and any(word in grammar.AUXILIARIES for word in words[1:])


def _is_attribution(tokens: Sequence[Token], outside: range, cue: Found) -> bool:
    """Say whether what follows a quotation is "the minister said in an interview"."""
    first = min(cue.first, cue.source[0] if cue.source else cue.first)
    if any(tokens[place].kind == WORD for place in range(outside.start, first)):
        return False
    tail = range(max(cue.last, cue.source[1] if cue.source else 0), outside.stop)
    for place in tail:
        token = tokens[place]
        if token.kind == MARK and token.text in {",", "—", ";"}:
            following = tokens[place + 1].lower if place + 1 < outside.stop else ""
            if following in _CONTINUING:
                return False
            if VERBS.get(following, ("", ""))[1] == ING:
                return _only_introduces(tokens, place + 2, outside.stop)
    return True


def _only_introduces(tokens: Sequence[Token], first: int, end: int) -> bool:
    """Say whether a participle ("adding") brings no paraphrase of its own."""
    rest = [token for token in tokens[first:end] if token.kind == WORD]
    if end < len(tokens):
        return all(token.lower in {"that", "also"} for token in rest)
    if VERBS[tokens[first - 1].lower][0] not in SPEECH | STANCE or (
        rest and rest[0].lower == "not"
    ):
        return True
    said = {token.lower for token in rest[:2]}
    finite = any(grammar.looks_finite(token.lower) for token in rest if not token.capital)
    return "that" not in said and not finite


_CONTINUING = grammar.words("and but although though whatever while so or by for as if")


def _adds(tokens: Sequence[Token], words: Sequence[int]) -> bool:
    """Say whether words between two quotations only go on quoting: "adding", "and he said"."""
    return len(words) <= 6 and any(tokens[place].lower in VERBS for place in words)


def _trails(tokens: Sequence[Token], words: Sequence[int], end: int) -> bool:
    """Say whether words behind the last quotation only describe: "referring to the treaty"."""
    first = tokens[words[0]].lower
    begins = first in grammar.PREPOSITIONS or (first.endswith("ing") and first not in VERBS)
    return (
        end == len(tokens)
        and begins
        and not any(grammar.looks_finite(tokens[place].lower) for place in words)
    )


def _is_term(text: str, tokens: Sequence[Token], quote: int) -> bool:
    """Say whether marks stand around a name or a term: the word "water", so-called "gray zone"."""
    inside = text[tokens[quote].start + 1 : tokens[quote].end - 1].strip(" ,.")
    words = _WORD.findall(inside)
    if not words:
        return False
    if quote and tokens[quote - 1].lower in _TERM_NOUNS:
        return True
    return (
        len(words) <= 4
        and all(word[0].isupper() or word in {"of", "the", "and", "for"} for word in words)
        and not inside.endswith((".", "!", "?"))
    )


_WORDS_FOR_TERMS = grammar.words("word words term terms expression phrase so-called")
_TERM_NOUNS = grammar.words(
    "word words term terms expression phrase so-called entitled titled named codenamed nicknamed "
    "label slogan reading"
)
