"""doccano: sentences with labels such as ``stance=neutral``, as JSON Lines.

A project for text classification that allows several labels a text. doccano gives back every
further key of a line as it was, so the annotators' passes travel in ``annotations``; the labels
that people change in doccano are in ``label``.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from demarche.corpus.annotation import (
    ADJUDICATED,
    CHOICES,
    LABELLED,
    PLACED,
    Answer,
    Labels,
    Task,
)
from demarche.corpus.rows import TEXT, Row, of_type, read_rows
from demarche.tables import Table

IDENTITY = {"id": "sentence_id"}
"""Fields that travel under another name: doccano has an ``id`` of its own."""

COLOURS = {"mode": "#4477AA", "role": "#228833", "stance": "#AA3377", "also": "#BBBBBB"}


def label_types() -> list[dict[str, str]]:
    """Give the labels with a closed list of values: import them on doccano's page of labels."""
    return [
        {"text": f"{name}={value}", "background_color": COLOURS[name], "text_color": "#ffffff"}
        for name, values in CHOICES.items()
        for value in values
    ]


def write_tasks(tasks: Sequence[Task]) -> Table:
    """Give the lines of tasks; what a model says is in ``suggested``, never in ``label``."""
    columns = [IDENTITY.get(name, name) for name in PLACED]
    columns += ["context", "label", "annotations", "suggested"]
    return Table("doccano", [_line(task) for task in tasks], columns)


def _line(task: Task) -> dict[str, Any]:
    labels = {annotator: _strings(found) for annotator, found in task.annotations.items()}
    line = {IDENTITY.get(name, name): value for name, value in task.values.items()}
    line |= {"context": task.context, "label": labels.pop(ADJUDICATED, []), "annotations": labels}
    if task.suggestion:
        suggestion = task.suggestion
        line["suggested"] = {
            "model": suggestion.model,
            "score": suggestion.score,
            "label": _strings(suggestion.labels),
        }
    return line


def _strings(labels: Labels) -> list[str]:
    return [f"{name}={value}" for name, value in labels.items() if value is not None]


def read_tasks(path: Path) -> list[Answer]:
    """Read what doccano exports as JSONL.

    Raises
    ------
    DataError
        If a line lacks its sentence, or a label is none of the form ``field=value``.
    """
    fields = {IDENTITY.get(name, name): check for name, check in PLACED.items()}
    return [_answer(row) for row in read_rows(path, {**fields, "label": of_type(list)})]


def _answer(row: Row) -> Answer:
    values = {name: row.values[IDENTITY.get(name, name)] for name in PLACED}
    others = row.values.get("annotations", {})
    if not isinstance(others, dict):
        raise row.fault("annotations", "expected an object")
    annotations = {name: _labels(row, "annotations", found) for name, found in others.items()}
    labels = _labels(row, "label", row.values["label"])
    if labels:
        annotations[ADJUDICATED] = labels
    return Answer(Row(row.path, row.line, values), annotations, ADJUDICATED if labels else None)


def _labels(row: Row, column: str, strings: Any) -> Mapping[str, str]:
    if not isinstance(strings, list):
        raise row.fault(column, "expected a list")
    labels: dict[str, str] = {}
    for string in strings:
        name, equals, value = string.partition("=") if TEXT(string) is None else ("", "", "")
        if not equals or name not in LABELLED:
            raise row.fault(column, f"{string!r} is no label like 'stance=neutral'")
        if name in labels:
            raise row.fault(column, f"two labels for {name!r}; keep one")
        labels[name] = value
    return labels
