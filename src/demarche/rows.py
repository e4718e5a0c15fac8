"""What was read, as rows: one for each sentence, with its article, speaker and stance."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, overload

from demarche.records import Prediction, Reading, Statement
from demarche.stance import STANCES
from demarche.tables import Record, Table
from demarche.verdicts import OUTPUT

Show = Literal["statements", "body", "all"]
"""Which sentences make rows: statements, the whole body, or what was left out of it too."""

COLUMNS = (
    "article",
    "date",
    "paragraph",
    "start",
    "end",
    "text",
    "kind",
    "mode",
    "quotations",
    "cue",
    "speaker_as_written",
    "speaker",
    "side",
    "role",
    "target",
)
"""The columns of a table of sentences; those of `OUTPUT` follow where a run judged them."""


@dataclass(frozen=True)
class ReadArticle(Sequence[Record]):
    """One article that was read: a sequence of rows, one for each sentence of the body.

    ``pandas.DataFrame(article)`` makes a table of it; the columns are `COLUMNS` without
    ``kind``, and `demarche.classify.OUTPUT` where a run judged.

    Attributes
    ----------
    reading : Reading
    predictions : dict of int to Prediction, or None
        The verdict on each sentence that was judged, by its place in ``reading.sentences``; None
        if there was no run.
    """

    reading: Reading
    predictions: dict[int, Prediction] | None = None

    @property
    def text(self) -> str:
        """The input that offsets index; of a web page, its text."""
        return self.reading.text

    @property
    def title(self) -> str | None:
        """The article's headline."""
        return self.reading.title

    @property
    def date(self) -> str | None:
        """The day of publication, as ``2024-10-15``."""
        return self.reading.date

    @property
    def byline(self) -> str | None:
        """Who wrote it."""
        return self.reading.byline

    def rows(self, show: Show = "body") -> list[Record]:
        """Give a row for each sentence: statements only, the body, or all that is on the page."""
        return [
            self._row(place, sentence, show)
            for place, sentence in enumerate(self.reading.sentences)
            if is_shown(sentence, show)
        ]

    def _row(self, place: int, sentence: Statement, show: Show) -> Record:
        row = {"article": self.reading.article, "date": self.reading.date}
        row |= {name: getattr(sentence, name) for name in columns(show)[2:]}
        if self.predictions is not None:
            verdict = self.predictions.get(place)
            row |= {name: getattr(verdict, name, None) for name in OUTPUT}
            if verdict is not None and verdict.stance == "neutral":
                row["target"] = "none"
        if sentence.mode == "narration":
            row["target"] = "none"
        return row

    @cached_property
    def _body(self) -> list[Record]:
        return self.rows()

    def __len__(self) -> int:
        return len(self._body)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        return self._body[place]

    def __repr__(self) -> str:
        statements = sum(sentence.is_statement for sentence in self.reading.sentences)
        name = self.reading.article
        return f"<ReadArticle {name!r}: {len(self)} sentences, {statements} statements>"


def is_shown(sentence: Statement, show: Show) -> bool:
    """Say whether a sentence makes a row."""
    if show == "statements":
        return sentence.is_statement
    return show == "all" or sentence.kind == "body"


def columns(show: Show) -> list[str]:
    """Name the columns of a reading; what kind of text a row is needs telling only among all."""
    return [name for name in COLUMNS if name != "kind" or show == "all"]


def to_table(articles: Sequence[ReadArticle], show: Show = "body") -> Table:
    """Put the rows of several articles into one table."""
    records = [row for article in articles for row in article.rows(show)]
    judged = any(article.predictions is not None for article in articles)
    names = columns(show) + list(OUTPUT if judged else ())
    return Table("articles", records, names, frozenset(STANCES if judged else ()))
