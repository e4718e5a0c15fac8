"""Sentences on their way to people who annotate them, and back as gold rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from demarche.corpus.gold import ANNOTATION, GOLD, check_gold
from demarche.corpus.rows import NUMBER, TEXT, Check, Row, check_fields, read_rows
from demarche.errors import UsageError
from demarche.records import MODES, ROLES, Article, Sentence
from demarche.stance import STANCES
from demarche.tables import Table

Labels = Mapping[str, str | None]
"""The value of each field in `LABELLED`; one that is not given is missing or None."""

PLACED: Mapping[str, Check] = {
    "id": TEXT,
    "article": TEXT,
    "start": NUMBER,
    "end": NUMBER,
    "text": TEXT,
}
"""The fields that say which sentence it is; the annotation tools carry them along."""

CHOICES = {"mode": MODES, "role": ROLES, "stance": STANCES, "also": STANCES}
"""The fields with a closed list of values; speaker, side and target are free text."""

LABELLED = tuple(name for name in ANNOTATION if name not in PLACED)

ADJUDICATED = "gold"
"""The name under which gold labels travel, among those of the annotators."""


@dataclass(frozen=True)
class Suggestion:
    """What a model says of a sentence; `score` is its probability for the stance, or None."""

    model: str
    score: float | None
    labels: Labels


@dataclass(frozen=True)
class Task:
    """One sentence for people to annotate.

    Attributes
    ----------
    values : dict
        The fields in `PLACED`.
    context : str
        The sentence before, or ``""``.
    annotations : dict of str to Labels
        By annotator; `ADJUDICATED` is one of them.
    suggestion : Suggestion or None
    """

    values: Mapping[str, Any]
    context: str
    annotations: Mapping[str, Labels]
    suggestion: Suggestion | None = None


@dataclass(frozen=True)
class Answer:
    """One sentence as an annotation tool gives it back, not yet checked.

    Attributes
    ----------
    row : Row
        Its fields in `PLACED`, and where they were read.
    annotations : dict of str to Labels
        By annotator.
    settled : str or None
        The annotator whose labels are marked as the right ones.
    """

    row: Row
    annotations: Mapping[str, Labels]
    settled: str | None


def gold_tasks(
    sentences: Sequence[Sentence],
    passes: Mapping[str, Mapping[str, Labels]],
    suggestions: Mapping[str, Suggestion],
) -> list[Task]:
    """Make tasks of a corpus: gold, the passes by name, and what a run says by sentence id."""
    return [
        Task(
            values={name: getattr(sentence, name) for name in PLACED},
            context=sentence.context,
            annotations={
                ADJUDICATED: {name: getattr(sentence, name) for name in LABELLED},
                **{
                    annotator: {name: rows[sentence.id][name] for name in LABELLED}
                    for annotator, rows in passes.items()
                },
            },
            suggestion=suggestions.get(sentence.id),
        )
        for sentence in sentences
    ]


def reading_tasks(path: Path) -> list[Task]:
    """Make tasks of the sentences that ``demarche read`` wrote as JSON Lines.

    What it read stands as a suggestion, for no person has looked at it. A sentence's id is its
    article and its offsets; its context is the row before in the same article.

    Raises
    ------
    DataError
        If a row lacks its article, offsets or text, or stands twice.
    """
    tasks: list[Task] = []
    seen: dict[str, Row] = {}
    placed = {name: check for name, check in PLACED.items() if name != "id"}
    for row in read_rows(path, placed):
        found = row.values
        if found.get("kind", "body") != "body":
            continue
        identity = f"{found['article']}#{found['start']}-{found['end']}"
        if identity in seen:
            raise row.fault("article", f"{identity!r} stands already in {seen[identity].place}")
        seen[identity] = row
        values = {"id": identity, **{name: found[name] for name in placed}}
        before = tasks[-1].values if tasks else {}
        follows = before.get("article") == found["article"]
        context = before["text"] if follows else ""
        tasks.append(Task(values, context, {}, _suggestion(found)))
    return tasks


def _suggestion(found: Mapping[str, Any]) -> Suggestion | None:
    labels = {
        name: found[name]
        for name in LABELLED
        if name in found and ANNOTATION[name](found[name]) is None
    }
    if not labels:
        return None
    score = found.get(labels.get("stance", ""))
    return Suggestion(found.get("run") or "demarche", score, labels)


def gold_rows(
    answers: Sequence[Answer], articles: Mapping[str, Article], annotator: str | None = None
) -> Table:
    """Make checked gold rows of what people annotated.

    Parameters
    ----------
    answers : sequence of Answer
    articles : mapping of str to Article
        Those that the sentences stand in.
    annotator : str, optional
        Whose labels; without it those that are marked as the right ones or, where none are
        marked, those of the only annotator.

    Returns
    -------
    Table
        One row for each sentence with such labels, as in ``gold.jsonl``.

    Raises
    ------
    DataError
        If a sentence stands twice, a label is missing or not legal, or a row does not fit its
        article.
    UsageError
        If it is not clear whose labels are wanted, or there are none of theirs.
    """
    _refuse_duplicates(answers)
    rows = list(_chosen(answers, annotator))
    for row in rows:
        check_fields(row, GOLD)
    check_gold(rows, articles)
    columns = [*PLACED, *LABELLED]
    return Table("gold", [{name: row.values[name] for name in columns} for row in rows], columns)


def annotators(answers: Collection[Answer]) -> list[str]:
    """Name everybody who annotated a sentence, in the order of their first one."""
    return list(dict.fromkeys(chain.from_iterable(answer.annotations for answer in answers)))


def _refuse_duplicates(answers: Sequence[Answer]) -> None:
    seen: dict[str, Row] = {}
    for answer in answers:
        check_fields(answer.row, PLACED)
        identity = answer.row.values["id"]
        if identity in seen:
            place = seen[identity].place
            raise answer.row.fault("id", f"{identity!r} stands already in {place}")
        seen[identity] = answer.row


def _chosen(answers: Sequence[Answer], annotator: str | None) -> Iterator[Row]:
    """Give the rows of those sentences that the chosen annotator labelled."""
    everybody = annotators(answers)
    path = answers[0].row.path if answers else "the file"
    if not everybody:
        raise UsageError(f"{path}: nobody has annotated anything in it")
    marked = any(answer.settled for answer in answers)
    if annotator is None and not marked and len(everybody) > 1:
        raise UsageError(
            f"{path}: annotated by {', '.join(everybody)}, and none marked as ground truth; "
            "choose one with --annotator"
        )
    if annotator is not None and annotator not in everybody:
        raise UsageError(f"{path}: no {annotator!r} among its annotators {', '.join(everybody)}")
    for answer in answers:
        whose = annotator or (answer.settled if marked else everybody[0])
        labels = answer.annotations.get(whose) if whose else None
        if labels is not None:
            values = {**answer.row.values, "also": None, **labels}
            row = answer.row
            yield Row(row.path, row.line, values, row.part, row.unit)
