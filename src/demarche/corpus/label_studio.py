"""Label Studio: tasks with annotations and suggestions in JSON, and its labelling form in XML.

The format is that of its task JSON (https://labelstud.io/guide/task_format). Label Studio
refuses a file whose ``completed_by`` names somebody it does not know, so who made an annotation
that comes from here stands in the annotation itself, as the hidden field ``annotator``;
annotations that people make there are known by ``completed_by``.
"""

import json
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
from demarche.corpus.rows import Row, read_text
from demarche.errors import DataError
from demarche.jsontext import to_json

TEXT_NAME = "text"
ANNOTATOR = "annotator"
OPTIONAL = ("also",)
IDENTITY = {"id": "sentence_id"}
"""Fields that travel under another name: Label Studio has an ``id`` of its own."""

HINTS = {
    "speaker": "full name or body; author for narration",
    "side": "country, organisation or none",
    "target": "country, bloc, organisation or none",
}


def labelling_config() -> str:
    """Give the XML of the labelling form: paste it into the project's settings."""
    lines = [
        "<View>",
        '  <Header value="The sentence before" size="6"/>',
        '  <Text name="context" value="$context"/>',
        '  <Header value="Judge this sentence"/>',
        f'  <Text name="{TEXT_NAME}" value="$text"/>',
    ]
    for name in LABELLED:
        required = "false" if name in OPTIONAL else "true"
        attributes = f'name="{name}" toName="{TEXT_NAME}" required="{required}"'
        lines.append(f'  <Header value="{name}" size="5"/>')
        if name in CHOICES:
            # Without a radio button, a choice can be taken back: `also` may be left out again.
            lines.append(f'  <Choices {attributes} choice="single" showInline="true">')
            lines += [f'    <Choice value="{value}"/>' for value in CHOICES[name]]
            lines.append("  </Choices>")
        else:
            hint = f'placeholder="{HINTS[name]}"'
            lines.append(f'  <TextArea {attributes} maxSubmissions="1" editable="true" {hint}/>')
    hidden = f'<TextArea name="{ANNOTATOR}" toName="{TEXT_NAME}"/>'
    return "\n".join([*lines, f'  <View style="display: none">{hidden}</View>', "</View>", ""])


def write_tasks(tasks: Sequence[Task]) -> str:
    """Give the JSON of tasks, a task a line: import it into the project."""
    return "[\n" + ",\n".join(to_json(_task(task)) for task in tasks) + "\n]\n"


def _task(task: Task) -> dict[str, Any]:
    data = {IDENTITY.get(name, name): value for name, value in task.values.items()}
    content: dict[str, Any] = {
        "data": {**data, "context": task.context},
        "annotations": [
            {
                "result": _result({**labels, ANNOTATOR: annotator}),
                "ground_truth": annotator == ADJUDICATED,
            }
            for annotator, labels in task.annotations.items()
        ],
    }
    if task.suggestion:
        content["predictions"] = [
            {
                "model_version": task.suggestion.model,
                "score": task.suggestion.score,
                "result": _result(task.suggestion.labels),
            }
        ]
    return content


def _result(labels: Labels) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "from_name": name,
            "to_name": TEXT_NAME,
            "type": "choices" if name in CHOICES else "textarea",
            "value": {"choices" if name in CHOICES else "text": [value]},
        }
        for name, value in labels.items()
        if value is not None
    ]


def read_tasks(path: Path) -> list[Answer]:
    """Read what Label Studio exports as JSON (not as JSON-MIN).

    Annotations that were cancelled are passed over.

    Raises
    ------
    DataError
        If the file is not such JSON, or a task does not say what or who was annotated.
    """
    try:
        tasks = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise DataError(f"{path}, {where}: not JSON, or cut off ({error.msg})") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON ({error})") from None
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise DataError(f"{path}: expected a list of tasks, as Label Studio exports them")
    return [_answer(Row(path, number, task, unit="task")) for number, task in enumerate(tasks, 1)]


def _answer(task: Row) -> Answer:
    data = task.values.get("data")
    if not isinstance(data, dict):
        raise task.fault("data", "is missing; export as JSON, not as JSON-MIN")
    values = {name: data[key] for name in PLACED if (key := IDENTITY.get(name, name)) in data}
    found: dict[str, Labels] = {}
    settled = None
    for annotation in _entries(task, task.values.get("annotations", []), "annotations"):
        if annotation.values.get("was_cancelled"):
            continue
        labels = _labels(annotation)
        annotator = _annotator(annotation, labels.pop(ANNOTATOR, None))
        if annotator in found:
            raise annotation.fault("annotations", f"a second one by {annotator!r}; delete one")
        if annotation.values.get("ground_truth") is True:
            if settled is not None:
                raise annotation.fault("ground_truth", "a second one in this task; keep one")
            settled = annotator
        found[annotator] = labels
    return Answer(Row(task.path, task.line, values, unit=task.unit), found, settled)


def _entries(row: Row, entries: Any, field: str) -> list[Row]:
    """Give each object of a list as a row of its own, its place known."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise row.fault(field, "expected a list of objects")
    return [
        Row(row.path, row.line, entry, f", {field} entry {number}", row.unit)
        for number, entry in enumerate(entries, start=1)
    ]


def _labels(annotation: Row) -> dict[str, str | None]:
    """Read the fields of the form, whatever else people have added to it."""
    labels: dict[str, str | None] = {}
    for region in _entries(annotation, annotation.values.get("result"), "result"):
        name = region.values.get("from_name")
        if name not in (*LABELLED, ANNOTATOR):
            continue
        value = region.values.get("value")
        kind = "choices" if name in CHOICES else "text"
        given = value.get(kind) if isinstance(value, dict) else None
        given = [given] if isinstance(given, str) else given
        match given:
            case [str(only)] if name not in labels:
                labels[name] = only
            case _:
                raise annotation.fault(name, "expected one value")
    return labels


def _annotator(annotation: Row, named: str | None) -> str:
    values: Mapping[str, Any] = annotation.values
    by = values.get("completed_by")
    # A copy that somebody made there to work on is theirs, whatever the copied field says.
    if named and values.get("parent_annotation") is None:
        return named
    if isinstance(by, dict):
        by = by.get("email") or by.get("id")
    if by is None:
        raise annotation.fault("completed_by", "is missing: nobody knows who annotated this")
    return str(by)
