"""What the lines of a page are by their form: sentences, captions, questions, repeats."""

import re
from collections.abc import Sequence

from demarche.articles.page.dates import DATELINE, is_date_line, is_dateline
from demarche.articles.page.lines import Line, count_words, is_ended
from demarche.articles.page.noise import is_byline, is_trail, likely_kind
from demarche.articles.page.repeats import find_repeats, words_of
from demarche.articles.page.scripts import in_other_script

_SENTENCE_WITHIN = re.compile(r"[a-z0-9)”\"’][.!?][\"”’)]{0,2}\s+[\"“‘(]?[A-Z]")
_ATTRIBUTED = re.compile(
    r"[,?!][”\"’'] .{0,60}\b(?:said|says|added|adds|told|noted|stressed|according to)\b"
    r"|\bsaid\b.{0,30}[“\"]"
)
SAYING = re.compile(
    r"\b(?:said|told|stated|issued|declared|announced|added|asked|wrote|warned|urged|noted|claimed|accused"
    r"|reported|denied|stressed|insisted|called on)\b"
)
_QUESTION = re.compile(
    r"[“‘\"']?(?:who|what|why|how|where|when|which|is|are|will|can|could|does|do|should|has)\b",
    re.IGNORECASE,
)
_INTERVIEWER = re.compile(r"(?:Q|QUESTION|Question|Follow-up)(?:\s?\([^()]{1,40}\))?\s?[:.]\s?\S")
_LABEL = re.compile(
    r"[A-Z][\w.’'-]*(?: (?:[A-Z][\w.’'-]*|of|de|al|bin|van|the)){0,5}"
    r"(?:,[^:]{1,40}| \([^:]{1,40})?:$"
)
_LABELLED = re.compile(r"[A-Z][\w.’'() -]{1,40}: \S")
_CAPTION_CUES = re.compile(
    r"\((?:[^()]{0,30}\b)?(?:left|right|center|centre|[LRC]|top|bottom|front|back row)\b"
    r"[^()]{0,30}\)|\b(?:is|are) (?:seen (?:in|at|on|during|from|near)|pictured)\b"
    r"|\bposes? for\b|\bshakes? hands\b"
)
_BULLETS = frozenset("-*+•◦▪‣·")


def is_attributed(text: str) -> bool:
    """Tell whether a line holds quoted words and who said them."""
    return bool(_ATTRIBUTED.search(text))


def mark_scripts(lines: Sequence[Line]) -> None:
    """Mark lines in another script than the page's."""
    for line, other in zip(lines, in_other_script([line.text for line in lines]), strict=True):
        if other and line.kind is None:
            line.kind = "other_script"


def mark_dates_and_bylines(lines: Sequence[Line]) -> None:
    """Mark lines that hold a date, a dateline or who wrote the article, and rows of links."""
    for above, line in zip([None, *lines], lines, strict=False):
        if line.kind is None and not is_ended(line.text) and is_byline(line.text):
            line.kind = "byline"
        elif line.kind is None and (is_date_line(line.text) or is_dateline(line.text)):
            line.kind = "date"
        elif line.kind is None and above and above.mark == "!" and not line.apart:
            line.kind = "caption"
        elif line.kind is None and is_trail(line.text) and count_words(line.text) <= 30:
            line.kind = "navigation"


def mark_interviews(lines: Sequence[Line]) -> None:
    """Mark the questions of a transcript, and the lines that name who answers."""
    named = [bool(_LABEL.match(line.text)) for line in lines]
    asked = [bool(_INTERVIEWER.match(line.text)) for line in lines]
    if sum(named) < 2 and sum(asked) < 2:
        return
    for place, line in enumerate(lines):
        answered = place + 1 < len(lines) and named[place + 1]
        if named[place] or asked[place] or (answered and _LABELLED.match(line.text)):
            line.kind = "heading"


def mark_repeats(lines: Sequence[Line]) -> None:
    """Mark pull quotes and captions that are printed twice."""
    texts = ["" if line.kind == "navigation" else line.text for line in lines]
    for place, other in enumerate(find_repeats(texts)):
        line = lines[place]
        if other is None or line.kind is not None or lines[other].kind not in {None, "pull_quote"}:
            continue
        equal = words_of(line.text) == words_of(lines[other].text)
        near = abs(place - other) <= 3
        together = near and all(
            line.kind == "credit" for line in lines[min(place, other) + 1 : max(place, other)]
        )
        if equal and together and count_words(line.text) > 4:
            line.kind = lines[other].kind = "caption"
        elif (equal and is_ended(line.text) and place > other) or (
            not equal and is_ended(lines[other].text) and place > 0
        ):
            line.kind = "pull_quote"


def mark_body(lines: Sequence[Line]) -> None:
    """Mark what is written in full sentences, and what introduces or lists in it."""
    for line in lines:
        if line.kind is None and _is_written_out(line):
            line.kind = "body"
    began = in_list = False
    for above, line, following in zip([None, *lines], lines, [*lines[1:], None], strict=False):
        # A full stop that was forgotten.
        within = above and following and above.kind == following.kind == "body" and not line.mark
        if line.kind is None and within and _reports(line.text):
            line.kind = "body"
        leads = line.text.endswith(":") and count_words(line.text) >= 2
        opens = (
            (began and count_words(line.text) >= 4)
            or DATELINE.match(line.text)
            or SAYING.search(line.text)
        )
        listed = in_list and line.mark[:1] in _BULLETS and bool(line.mark)
        if line.kind is None and (listed or (leads and opens and _may_follow(following))):
            line.kind = "body"
        began = began or line.kind == "body"
        in_list = listed or (line.kind == "body" and line.text.endswith(":"))


def _reports(text: str) -> bool:
    return count_words(text) >= 14 and bool(SAYING.search(text))


def _may_follow(line: Line | None) -> bool:
    return line is not None and (line.kind == "body" or line.mark[:1] in _BULLETS)


def _is_written_out(line: Line) -> bool:
    words = count_words(line.text)
    if line.mark.startswith("#") or (line.mark.endswith(("**", "__")) and words <= 20):
        return False
    several = bool(_SENTENCE_WITHIN.search(line.text))
    attributed = is_attributed(line.text)
    if line.source:
        return attributed or (several and line.source == "any")
    if is_ended(line.text):
        return True
    return words >= 10 and (attributed or (words >= 25 and several) or words >= 45)


def mark_captions(lines: Sequence[Line]) -> None:
    """Take captions that are full sentences out of the body, and give one last paragraph back.

    A source in brackets is that of a picture as a rule; after the last paragraph of an article
    it may be that of the article.
    """
    for line, following in zip(lines, [*lines[1:], None], strict=False):
        single = count_words(line.text) <= 50 and not _SENTENCE_WITHIN.search(line.text)
        sourced = (
            following is not None
            and following.kind is None
            and count_words(following.text) <= 8
            and likely_kind(following.text) == "credit"
        )
        if line.kind == "body" and single and (sourced or _CAPTION_CUES.search(line.text)):
            line.kind = "caption"
    for line in reversed(lines):
        if line.kind == "body":
            break
        if line.source == "any" and line.kind is None and not _CAPTION_CUES.search(line.text):
            line.kind = "body"
            break


def mark_questions(lines: Sequence[Line]) -> None:
    """Take short questions that stand alone over a paragraph out of the body: sub-headings."""
    for place in range(1, len(lines) - 1):
        line, following = lines[place], lines[place + 1]
        if (
            line.kind == "body"
            and line.text.rstrip("”’\"'").endswith("?")
            and count_words(line.text) <= 9
            and _QUESTION.match(line.text)
            and following.kind == "body"
            and count_words(following.text) > 9
        ):
            line.kind = "heading"
