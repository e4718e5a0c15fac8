"""A sentence as tokens: words and marks outside its quotations, each quotation as one token."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from demarche.articles.parts import Quotation, Unit
from demarche.articles.speech.grammar import words

WORD, QUOTE, MARK = "word", "quote", "mark"

_TOKEN = re.compile(r"(?:[A-Z]\.){1,4}(?!\w)|\d[\d,.]*\d|\w+(?:[-‐‑'’.&]\w+)*|--|[,;:()\[\].?!…–—]")
_DASHES = frozenset({"--", "–", "—"})
_ABBREVIATED = words(
    "mr mrs ms dr prof gen adm col capt lt maj sgt sen rep gov amb jan feb mar apr jun jul aug sep "
    "sept oct nov dec no st"
)
_MARKS_AT_END = "\"'”’» "


class Token(NamedTuple):
    """One token: ``input[start:end]``; `lower` is its text in lower case, ``""`` for a quote.

    `runs_on` says of a quotation that the sentence goes on behind it: “We agree,” …
    """

    start: int
    end: int
    text: str
    lower: str
    kind: str
    runs_on: bool = False

    @property
    def capital(self) -> bool:
        """Whether this is a word with a capital letter."""
        return self.kind == WORD and self.text[0].isupper()


def tokenize(text: str, unit: Unit, quotations: Sequence[Quotation]) -> list[Token]:
    """Give the tokens of a sentence; what stands in brackets is left out."""
    tokens: list[Token] = []
    position = unit.start
    for quotation in quotations:
        tokens += _plain(text, position, quotation.start)
        inside = text[quotation.start : quotation.end].rstrip(_MARKS_AT_END)
        runs_on = inside.endswith((",", "?", "!")) or text[quotation.end : quotation.end + 1] == ","
        tokens.append(Token(quotation.start, quotation.end, "", "", QUOTE, runs_on))
        position = quotation.end
    tokens += _plain(text, position, unit.end)
    return _without_brackets(tokens)


def _plain(text: str, start: int, end: int) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        lower = word.lower().replace("’", "'")
        if word == "." and found and found[-1].lower in _ABBREVIATED:
            continue
        if lower in _DASHES:
            found.append(Token(match.start(), match.end(), "—", "—", MARK))
        else:
            kind = WORD if word[0].isalnum() or word[0] == "_" else MARK
            found.append(Token(match.start(), match.end(), word, lower, kind))
    return found


def _without_brackets(tokens: Sequence[Token]) -> list[Token]:
    kept: list[Token] = []
    depth = 0
    closing = sum(token.text in {")", "]"} for token in tokens)
    for token in tokens:
        if token.text in {"(", "["} and closing:
            depth += 1
        elif token.text in {")", "]"}:
            closing -= 1
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(token)
    return kept
