"""Lines that belong together: sentences that a line break runs through, text of fixed width."""

import re
from collections.abc import Sequence
from itertools import pairwise

from demarche.articles.page.lines import Line, is_ended

_ABBREVIATED = re.compile(r"\b(?:[A-Z]\.){2,3}$")
_CLOSING = re.compile(r"”|\"(?=[\s,.]|$)")
_SMALL_WORD_AT_END = re.compile(
    r"(?:,|\b(?:the|an?|of|to|and|in|for|with|by|that|which|its|his|her|their|from|on|at|or|as|but|is|are"
    r"|was|were|has|have|had|will|would))$"
)


def join_broken(lines: Sequence[Line], text: str) -> list[Line]:
    """Join lines that one sentence, or in text of fixed width one paragraph, runs through."""
    width = _fixed_width(lines)
    runs: list[list[Line]] = []
    for line in lines:
        last = runs[-1][-1] if runs else None
        if last and (_runs_on(last, line, first=len(runs) == 1) or _wraps(last, line, width)):
            runs[-1].append(line)
        else:
            runs.append([line])
    return [
        run[0]
        if len(run) == 1
        else Line(
            run[0].start, run[-1].end, text[run[0].start : run[-1].end], run[0].mark, run[0].apart
        )
        for run in runs
    ]


def _runs_on(last: Line, line: Line, *, first: bool) -> bool:
    if last.kind or line.kind or line.mark not in {"", ">"}:
        return False
    abbreviated = bool(_ABBREVIATED.search(last.text[-8:])) and not line.apart
    if is_ended(last.text) and not (abbreviated and line.text[0].islower()):
        return False
    if line.text[0] in "”)],;":
        return True
    in_quotation = last.text.count("“") > last.text.count("”") or last.text.count('"') % 2 == 1
    # A headline may be long, and what follows it begin with a small letter.
    if line.text[0].islower():
        return in_quotation or abbreviated or (len(last.text) >= 50 and not first)
    closes = in_quotation and bool(_CLOSING.search(line.text))
    broken_off = closes or bool(_SMALL_WORD_AT_END.search(last.text[-10:]))
    return broken_off and len(last.text) >= 60 and is_ended(line.text) and not first


def _fixed_width(lines: Sequence[Line]) -> int | None:
    """Give the width at which a page's paragraphs were broken into lines, None if they are not."""
    pairs = [(a, b) for a, b in pairwise(lines) if not b.apart]
    broken = [len(a.text) for a, b in pairs if b.text[0].islower() and not is_ended(a.text)]
    if len(broken) < 3 or 4 * len(broken) < len(pairs):
        return None
    return max(broken)


def _wraps(last: Line, line: Line, width: int | None) -> bool:
    if width is None or line.apart or line.mark or last.kind:
        return False
    # A line is broken off where the next word no longer fits.
    next_word = line.text.split(None, 1)[0]
    return len(last.text) + len(next_word) >= 0.8 * width
