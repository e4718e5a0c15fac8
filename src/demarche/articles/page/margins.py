"""What stands around the body: headline and byline above it, links and remarks below it."""

import re
from collections import Counter
from collections.abc import Sequence

from demarche.articles.page.layout import SAYING, is_attributed
from demarche.articles.page.lines import Line, count_words
from demarche.articles.page.noise import byline_name, likely_kind
from demarche.articles.page.repeats import words_of

# What a page says of itself; an author may speak of "this article" too.
_OF_THE_PAGE = re.compile(
    r"\b(?:this (?:article|story|report|page|column|piece|publication)"
    r"|our (?:readers|reporters|coverage)"
    r"|newsletter|website|subscri\w+|copyright|reproduc\w+|editors?|newsroom|comments?)\b",
    re.IGNORECASE,
)
_OF_THE_AUTHOR = re.compile(
    r"The (?:author|writer|columnist)s? (?:retired|served|teaches|works?|holds?"
    r"|(?:is|was|are|were)\b[^.“\"]{0,80}\b(?:analyst|director|researcher|fellow|editor|member"
    r"|minister|ambassador|journalist|professor|expert|columnist|scholar|student|officer"
    r"|historian|lecturer|commentator|diplomat))\b"
)
_ROLE = (
    r"(?:analyst|researcher|fellow|writer|columnist|journalist|correspondent|reporter|author"
    r"|observer|commentator|editor|expert|Candidate|PhD|Ph\.D|orientalist|historian|professor"
    r"|scholar)\b"
)
_NAME = r"(?:(?:Dr|Prof|Professor)\.? )?[A-Z][\w’'-]+(?: [A-Z][\w.’'-]*){1,3}"
_BIOGRAPHY = re.compile(rf"{_NAME} is an? [^.“\"]{{0,80}}{_ROLE}")
_SIGNATURE = re.compile(rf"{_NAME}(?:, | is )[^“\"]{{0,120}}{_ROLE}")
_STATES = re.compile(r"\.[”\"’')]{0,3}$")
_LIST_HEAD = re.compile(
    r"(?:keep reading|related|more (?:on|from|in|about|to)|read|see|also|recommended|most|latest"
    r"|other|you may|trending|popular|top)\b[^.?!]{0,40}$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:leave a (?:comment|reply)|(?:post|add|write) a comment|comments?(?: \(?\d+\)?)?)\W*$",
    re.IGNORECASE,
)
_SAYS_SOMETHING = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|must|should|can|may)\b")

HEAD_LINES = 12
"""Lines at the top among which byline and date are looked for."""
HEAD_WORDS = 60
"""Words in full sentences that may stand between headline and byline."""


def mark_head(lines: Sequence[Line]) -> None:
    """Take full sentences above byline and date, and a headline that asks, out of the body."""
    body = [count_words(line.text) if line.kind == "body" else 0 for line in lines]
    total, before, above = sum(body), 0, 0
    for place, line in enumerate(lines[:HEAD_LINES]):
        before += body[place]
        signs = line.kind in {"byline", "date"}
        if signs and before <= HEAD_WORDS and 2 * before < total:
            above = place
    for line in lines[:above]:
        if line.kind == "body":
            line.kind = "heading"
    for line in lines[:HEAD_LINES]:
        # A standfirst in italics or bold.
        if line.kind == "body" and line.mark[-1:] in {"*", "_"} and len(line.mark) <= 2:
            line.kind = "heading"
        elif line.kind == "body":
            break
    if sum(line.kind == "body" for line in lines) > 1:
        _mark_asking_headline(lines)
        _mark_head_group(lines)


def _mark_asking_headline(lines: Sequence[Line]) -> None:
    place = next(place for place, line in enumerate(lines) if line.kind == "body")
    first = lines[place]
    headed = any(line.kind is None and count_words(line.text) >= 4 for line in lines[:place])
    asks = first.text.rstrip("”’\"'").endswith(("?", "!"))
    if asks and not headed and count_words(first.text) <= 25:
        first.kind = None


def _mark_head_group(lines: Sequence[Line]) -> None:
    """Take the last of several sub-headlines out of the body though it ends in a full stop."""
    place = next(place for place, line in enumerate(lines) if line.kind == "body")
    begin = place
    while begin > 0 and not lines[begin].apart:
        begin -= 1
    above = lines[begin:place]
    apart = [line.apart for line in lines if line.kind == "body"]
    set_apart = 2 * sum(apart) >= len(apart) and lines[min(place + 1, len(lines) - 1)].apart
    headlines = len(above) > 1 and begin > 0 and all(line.kind is None for line in above)
    if headlines and set_apart and count_words(lines[place].text) <= 30:
        lines[place].kind = "heading"


def mark_lists(lines: Sequence[Line]) -> None:
    """Mark the links that follow "Related articles:" and the like."""
    listed = False
    for line in lines:
        words = count_words(line.text)
        if line.kind in {None, "navigation"} and words <= 7 and _LIST_HEAD.match(line.text):
            line.kind, listed = "navigation", True
        elif line.kind == "body" and (words > 25 or (_STATES.search(line.text) and words > 8)):
            listed = False
        elif listed and line.kind in {None, "body"} and not SAYING.search(line.text):
            line.kind = "navigation"


def mark_foot(lines: Sequence[Line]) -> None:
    """Take readers' comments, the author's biography and remarks on the page out of the body."""
    total = sum(count_words(line.text) for line in lines if line.kind == "body")
    names = {name for line in lines if line.kind == "byline" and (name := byline_name(line.text))}
    before, commented = 0, False
    for line in lines:
        if line.kind == "body":
            before += count_words(line.text)
            line.kind = "footer" if commented else "body"
        elif _COMMENTS.match(line.text) and 2 * before > total:
            commented = True
    last_of_page = True
    for line, above in zip(reversed(lines), [*reversed(lines[:-1]), None], strict=False):
        if line.kind == "body":
            if _is_remark(line.text, names):
                line.kind = "note"
            elif last_of_page and above and above.kind != "body" and _is_scrap(line.text):
                line.kind = "footer"
            else:
                break
        last_of_page = False


def _is_scrap(text: str) -> bool:
    return count_words(text) <= 2 or (count_words(text) <= 12 and text.endswith("?"))


def _is_remark(text: str, names: set[str]) -> bool:
    if count_words(text) > 60 or is_attributed(text):
        return False
    signed = bool(_SIGNATURE.match(text)) and text.startswith(tuple(names))
    of_the_page = count_words(text) <= 35 and len(_OF_THE_PAGE.findall(text)) > 1
    return signed or of_the_page or bool(_OF_THE_AUTHOR.match(text) or _BIOGRAPHY.match(text))


def mark_title(lines: Sequence[Line]) -> str | None:
    """Find the headline among the lines above the body, and mark every copy of it."""
    first_body = next((n for n, line in enumerate(lines) if line.kind == "body"), len(lines))
    above = [line for line in lines[:first_body] if line.kind in {None, "heading", "title"}]
    above = [line for line in above if not line.source][:HEAD_LINES]
    if not above:
        return None
    # Sites put their own name first, which is short, or the path to the page.
    printed = Counter(tuple(words_of(line.text[:300])) for line in lines)
    title = max(
        above,
        key=lambda line: (
            line.kind == "title",
            line.mark == "#",
            count_words(line.text) > 2 and printed[tuple(words_of(line.text[:300]))] > 1,
            min(count_words(line.text), 4),
            -line.start,
        ),
    )
    words = words_of(title.text)
    for line in lines:
        if line.kind != "navigation" and words_of(line.text[: 2 * len(title.text)]) == words:
            line.kind = "title"
    return title.text


def mark_rest(lines: Sequence[Line]) -> None:
    """Name what is left by its first words, or by where it stands."""
    places = [place for place, line in enumerate(lines) if line.kind == "body"]
    first, last = (places[0], places[-1]) if places else (len(lines), len(lines))
    for place, line in enumerate(lines):
        if line.kind is None:
            known = "caption" if line.source else likely_kind(line.text)
            # A sub-heading is short, or says something; a caption of a picture names what is on it.
            heads = count_words(line.text) <= 12 or _SAYS_SOMETHING.search(line.text)
            if place > last and _SIGNATURE.match(line.text):
                known = "note"
            at_place = "heading" if place < first or (place < last and heads) else "caption"
            line.kind = known or ("footer" if place > last else at_place)
