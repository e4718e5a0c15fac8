"""The lines of a page: which are body, and what the others are."""

from collections.abc import Sequence
from dataclasses import dataclass

from demarche.articles.page import layout, margins
from demarche.articles.page.dates import DATELINE, names_a_day, publication_date
from demarche.articles.page.joining import join_broken
from demarche.articles.page.lines import Line, count_words, read_lines
from demarche.articles.page.noise import byline_name
from demarche.articles.parts import Block


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself, and its blocks in order."""

    title: str | None
    date: str | None
    byline: str | None
    blocks: tuple[Block, ...]


def read_page(text: str) -> Page:
    """Tell the body of a page from everything else on it.

    Body is what is written in full sentences and neither announces itself as something else, nor
    repeats another line, nor stands among the lines at the head or the foot of the page.

    Parameters
    ----------
    text : str
        Plain text or Markdown.

    Returns
    -------
    Page
        Its blocks hold every line that is not empty.
    """
    lines = read_lines(text)
    layout.mark_scripts(lines)
    layout.mark_dates_and_bylines(lines)
    lines = join_broken(lines, text)
    layout.mark_interviews(lines)
    layout.mark_repeats(lines)
    layout.mark_body(lines)
    margins.mark_head(lines)
    margins.mark_lists(lines)
    margins.mark_foot(lines)
    layout.mark_captions(lines)
    layout.mark_questions(lines)
    _ensure_body(lines)
    title = margins.mark_title(lines)
    date, byline = _date(lines), _byline(lines)
    margins.mark_rest(lines)
    blocks = tuple(
        Block(line.start, line.end, line.kind or "body", number)
        for number, line in enumerate(lines, start=1)
    )
    return Page(title, date, byline, blocks)


def _ensure_body(lines: Sequence[Line]) -> None:
    """Take what is left for body where nothing is written out: a single sentence, bare lines."""
    if any(line.kind == "body" for line in lines):
        return
    left = [line for line in lines if line.kind is None]
    for line in left if len(left) == 1 else left[1:]:
        if len(left) == 1 or count_words(line.text) >= 6:
            line.kind = "body"


def _date(lines: Sequence[Line]) -> str | None:
    """Look for the date above the body, then below it, then in the dateline."""
    body = [place for place, line in enumerate(lines) if line.kind == "body"]
    first = body[0] if body else len(lines)
    above = sorted(lines[:first], key=lambda line: line.kind != "date")
    below = [line for line in lines[first:] if line.kind in {"date", "credit", "footer", None}]
    texts = [
        line.text for line in (*above, *below[-6:]) if line.kind != "caption" and not line.source
    ]
    dateline = DATELINE.match(lines[first].text) if body else None
    return publication_date([*texts, dateline["date"]] if dateline else texts)


def _byline(lines: Sequence[Line]) -> str | None:
    kinds = {"byline", "date", "navigation"}
    names = (
        byline_name(line.text)
        for line in lines
        if line.kind == "byline" or (line.kind in kinds and names_a_day(line.text))
    )
    return next((name for name in names if name), None)
