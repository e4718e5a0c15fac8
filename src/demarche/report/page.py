"""Readings as one page for the browser: the articles with their statements marked.

The page stands alone: no script, no font, no picture, nothing from elsewhere.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from demarche.report.html import SYMBOLS, write_html
from demarche.rows import ReadArticle, Show
from demarche.stance import STANCES
from demarche.tables import Record


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
    sections = [_section(article, show) for article in articles]
    rows = [row for section in sections for row in section.rows]
    write_html(
        "page.html",
        path,
        sections=sections,
        show=show,
        statements=len(rows),
        run=next((row["run"] for row in rows if row.get("run")), None),
        judged=any(article.predictions is not None for article in articles),
        stances=STANCES,
        symbols=SYMBOLS,
    )


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
