"""The lines of a page, without what only marks or sets them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from demarche.articles.page.noise import CREDIT_AT_END, OF_A_PICTURE, certain_kind, is_aside
from demarche.articles.page.repeats import halves

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
# Markdown's marks and the bullets of news sites.
_MARKS = re.compile(r"(?:>\s?|#{1,6}\s+|[-*+]\s+(?=\S)|[•◦▪‣·■□◆◇●○▲△▶►▷※→]+\s*|[│┃|]\s+){1,8}")
_WRAPPED = re.compile(r"(?P<mark>\*\*|__|\*|_|~~)(?=\S)(?P<text>.{1,400}?)(?<=\S)(?P=mark)$")
_LINK = re.compile(r"!?\[[^\[\]]{0,300}\]\([^()\s]{0,500}\)[.,]?$")
_FRONT_MATTER = re.compile(
    r"\ufeff?---\r?\n((?:[\w-]{1,40}:.{0,500}\n|[ \t-].{0,500}\n){1,60}?)---\s*\n"
)
_KEY = re.compile(r"^(?P<key>[\w-]+):[ \t]*[\"']?(?P<value>\S.*?)[\"']?[ \t]*\r?$", re.MULTILINE)
_KINDS_OF_KEYS = {"title": "title", "date": "date", "author": "byline", "authors": "byline"}
_SENTENCE_BREAK = re.compile(r"(?<=[.!?…”\"’)\]])\s{0,3}(?=[A-Z(\[©ⓒ<▲※*#=]|-\s?0)")
_ADDRESS_AT_END = re.compile(
    r"(?<=[.!?…”\"’)])\s{1,3}(?:[A-Z][\w’'-]{1,20}\s){0,4}"
    r"\(?[\w.+-]{2,40}@[\w-]{1,40}\.[\w.-]{2,30}\)?$"
)
_ENDED = re.compile(r"[.?!…。！？؟।۔][\"”’'»)\]*_]{0,6}(?:\[\d{1,3}\]){0,5}$")
_END_MARK = re.compile(r"(?<=[.?!”\"])\s?[■□▪◼∎◆●#]{1,3}$")
_MOST_GLUED = 4
_LONGEST_CREDIT = 120
_GLUED_WITHIN = 600
"""Characters at the end of a line in which page text is looked for."""


@dataclass(slots=True)
class Line:
    """A line of the page, or what is left of it.

    Attributes
    ----------
    start, end : int
        Offsets into the page's text, without marks and spaces at the ends.
    text : str
    mark : str
        What stood before it: ``#`` of a heading, ``>``, a bullet, ``**`` around it.
    apart : bool
        Whether an empty line is before it.
    kind : str or None
        What it is, as far as that is known.
    source : {"picture", "any"} or None
        Whether a source follows it in the same line, and whether it can only be a picture's.
    """

    start: int
    end: int
    text: str
    mark: str
    apart: bool
    kind: str | None = None
    source: str | None = None


def read_lines(text: str) -> list[Line]:
    """Give the lines of a page that are not empty."""
    lines: list[Line] = []
    last_end = 0
    front = _FRONT_MATTER.match(text)
    if front:
        last_end = front.end()
        lines.extend(_front_matter(text, front.start(1), front.end(1)))
    for match in _LINE.finditer(text, last_end):
        if match[0].isspace():
            continue
        apart = not lines or _empty_line_in(text[last_end : match.start()])
        last_end = match.end()
        lines.extend(_parts(match[0], match.start(), apart=apart))
    return lines


def count_words(text: str, most: int = 80) -> int:
    """Count the words of a line, up to `most`."""
    return min(most, len(text.split(None, most)))


def is_ended(text: str) -> bool:
    """Tell whether a line ends as sentences do."""
    return bool(_ENDED.search(text[-40:]))


def _front_matter(text: str, start: int, end: int) -> Iterator[Line]:
    """Give what a Markdown file's head says of the article."""
    for match in _KEY.finditer(text, start, end):
        kind = _KINDS_OF_KEYS.get(match["key"].lower(), "navigation")
        # A byline is read with its first word.
        begin = match.start() if kind == "byline" else match.start("value")
        yield Line(begin, match.end("value"), text[begin : match.end("value")], "", True, kind)


def _empty_line_in(between: str) -> bool:
    return between.replace("\r\n", "\n").strip(" \t\xa0\u200b\u3000").count("\n") > 1 or (
        between.count("\r") > 1 and "\n" not in between
    )


def _parts(raw: str, offset: int, *, apart: bool) -> Iterator[Line]:
    """Give what stands in one line: as a rule one thing, but page text may be glued to it."""
    stripped = raw.strip()
    start = offset + len(raw) - len(raw.lstrip())
    marked = _MARKS.match(stripped)
    mark = marked[0].strip() if marked and marked.end() < len(stripped) else ""
    body = stripped[marked.end() :] if marked and mark else stripped
    start += len(stripped) - len(body)
    wrapped = _WRAPPED.match(body)
    if wrapped and wrapped["mark"] not in wrapped["text"]:
        mark += wrapped["mark"]
        start += len(wrapped["mark"])
        body = wrapped["text"]
    whole = Line(start, start + len(body), body, mark, apart)
    if not any(map(str.isalnum, body)) or _LINK.match(body):
        whole.kind = "caption" if body.startswith("!") else "navigation"
        whole.mark = whole.mark or body[0]
        yield whole
        return
    twice = halves(body)
    if twice and len(body.split(None, 8)) > 8:
        yield Line(start, start + twice[0], body[: twice[0]], mark, apart, "caption")
        yield Line(start + twice[1], whole.end, body[twice[1] :], mark, False, "caption")
        return
    yield from _unglued(whole)


def _unglued(line: Line) -> Iterator[Line]:
    """Cut off page text that follows the last sentence in its line."""
    if kind := certain_kind(line.text) or ("credit" if is_aside(line.text) else None):
        line.kind = kind
        yield line
        return
    cut = _end_of_sentences(line.text)
    rest = line.text[cut:].strip()
    if not rest:
        yield line
        return
    kind = certain_kind(rest) or "credit"
    # Of a word or two with a picture's source, all is caption.
    if len(line.text[:cut].split(None, 3)) < 3:
        line.kind = kind
        yield line
        return
    start = line.start + line.text.index(rest, cut)
    kept = Line(line.start, line.start + cut, line.text[:cut], line.mark, line.apart)
    if kind == "caption" or CREDIT_AT_END.match(line.text, cut):
        kept.source = "picture" if kind == "caption" or OF_A_PICTURE.search(rest) else "any"
    yield kept
    yield Line(start, start + len(rest), rest, "", False, kind)


def _end_of_sentences(text: str) -> int:
    """Tell where page text begins at the end of a line."""
    if end_mark := _END_MARK.search(text):
        return end_mark.start()
    credit = CREDIT_AT_END.search(text, max(0, len(text) - _LONGEST_CREDIT))
    if credit and text[: credit.start()].rstrip("\"”’'").endswith((".", "?", "!")):
        return credit.start()
    tail_from = max(0, len(text) - _GLUED_WITHIN)
    address = _ADDRESS_AT_END.search(text, tail_from)
    cut = address.start() if address else len(text)
    for match in list(_SENTENCE_BREAK.finditer(text, tail_from, cut))[: -_MOST_GLUED - 1 : -1]:
        if certain_kind(text[match.end() : cut].strip()):
            cut = match.start()
    return cut
