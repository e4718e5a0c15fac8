"""Readings as one page for the browser: the articles with their statements marked.

The page stands alone: no script, no font, no picture, nothing from elsewhere.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from demarche.errors import DemarcheError
from demarche.files import replacing
from demarche.rows import ReadArticle, Show
from demarche.stance import STANCES
from demarche.tables import Record

SYMBOLS = dict(zip(STANCES, "▲●◆○", strict=True))
"""A shape for each stance, for those who see no colours."""

UNSAFE_FOR_PAGES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that HTML forbids, and surrogates, which UTF-8 cannot hold."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence, inside quotation marks or outside."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """One sentence on the page.

    Attributes
    ----------
    row : dict
        As in the table.
    pieces : tuple of Piece
        Its text.
    gap : str
        What the input has between the sentence before it in the paragraph and this one.
    number : int or None
        The number of its note; None where it is no statement.
    """

    row: Record
    pieces: tuple[Piece, ...]
    gap: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The sentences of one paragraph; `kind` as in the table."""

    kind: str
    marks: tuple[Mark, ...]

    @property
    def notes(self) -> list[Mark]:
        """The statements among them."""
        return [mark for mark in self.marks if mark.number is not None]


@dataclass(frozen=True, slots=True)
class Section:
    """One article on the page."""

    article: ReadArticle
    paragraphs: tuple[Paragraph, ...]

    @property
    def rows(self) -> list[Record]:
        """Its statements."""
        return [mark.row for paragraph in self.paragraphs for mark in paragraph.notes]

    @property
    def counts(self) -> Counter[str | None]:
        """How many statements have each stance."""
        return Counter(row.get("stance") for row in self.rows)


def write_page(articles: Sequence[ReadArticle], show: Show, path: Path) -> None:
    """Write articles with their statements marked as one HTML file, whole or not at all.

    Raises
    ------
    DemarcheError
        If writing fails; an earlier file of that name is as it was.
    """
    try:
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
            stream.writelines(_render(articles, show))
    except OSError as error:
        raise DemarcheError(f"{path}: cannot be written ({error.strerror})") from error


def _render(articles: Sequence[ReadArticle], show: Show) -> Iterator[str]:
    environment = Environment(
        loader=PackageLoader("demarche.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    sections = [_section(article, show) for article in articles]
    rows = [row for section in sections for row in section.rows]
    page = environment.get_template("page.html")
    return page.generate(
        sections=sections,
        show=show,
        statements=len(rows),
        run=next((row["run"] for row in rows if row.get("run")), None),
        judged=any(article.predictions is not None for article in articles),
        stances=STANCES,
        symbols=SYMBOLS,
    )


def _printable(value: object) -> object:
    """Clean what a template puts out; what is markup by now has been cleaned before."""
    if type(value) is str:
        return UNSAFE_FOR_PAGES.sub("\N{REPLACEMENT CHARACTER}", value)
    return "" if value is None else value


def _section(article: ReadArticle, show: Show) -> Section:
    paragraphs = []
    number, last = 0, 0
    for _, rows in groupby(article.rows(show), key=lambda row: row["paragraph"]):
        marks: list[Mark] = []
        for row in rows:
            statement = row["mode"] not in (None, "narration")
            number += statement
            gap = article.text[last : row["start"]] if marks else ""
            # Where the sentence between is not shown, its place is.
            marks.append(
                Mark(
                    row,
                    _pieces(article.text, row),
                    " … " if gap.strip() else gap,
                    number if statement else None,
                )
            )
            last = row["end"]
        paragraphs.append(Paragraph(marks[0].row.get("kind") or "body", tuple(marks)))
    return Section(article, tuple(paragraphs))


def _pieces(text: str, row: Record) -> tuple[Piece, ...]:
    pieces = []
    place = row["start"]
    for start, end in row["quotations"]:
        pieces += [Piece(text[place:start], quoted=False), Piece(text[start:end], quoted=True)]
        place = end
    pieces.append(Piece(text[place : row["end"]], quoted=False))
    return tuple(piece for piece in pieces if piece.text)
