"""Synthetic statements and articles: templates with slots, for training only."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demarche.actors.slots import Person, fill, unknown_slot
from demarche.corpus.rows import (
    ALSO,
    MODE,
    ROLE,
    STANCE,
    TEXT,
    Check,
    Row,
    check_fields,
    of_type,
    one_of,
    read_rows,
)
from demarche.records import Example

GENDER = one_of("m", "f")
LABELS: Mapping[str, Check] = {"mode": MODE, "role": ROLE, "stance": STANCE, "also": ALSO}


@dataclass(frozen=True, slots=True)
class Template:
    """Texts that share their slots: a statement alone, or the body of an article in order.

    Attributes
    ----------
    id : str
    group : str
        Who wrote it: a block of statements or a writer of articles.
    texts : tuple of str, length n
    labels : tuple of (stance, mode, role), length n
    persons : mapping of str to Person
        Who stands in the person slots.
    """

    id: str
    group: str
    texts: tuple[str, ...]
    labels: tuple[tuple[str, str, str], ...]
    persons: Mapping[str, Person]


def load_statements(path: Path) -> list[Template]:
    """Read synthetic statements, one template a row.

    Raises
    ------
    DataError
        If a row breaks the contract.
    """
    fields = {"id": TEXT, "block": TEXT, "text": TEXT, **LABELS}
    return [
        _template(row, row.values["block"], [row.values], {}) for row in read_rows(path, fields)
    ]


def load_articles(path: Path) -> list[Template]:
    """Read synthetic articles, one template a row; only their body lines are kept.

    Raises
    ------
    DataError
        If a row breaks the contract.
    """
    fields = {"id": TEXT, "persons": of_type(dict), "lines": of_type(list)}
    return [
        _template(
            row,
            row.values["id"].split("-")[0],
            [line for line in lines_of(row) if line["body"]],
            persons_of(row),
        )
        for row in read_rows(path, fields)
    ]


def _template(
    row: Row, group: str, sentences: Sequence[Mapping[str, Any]], persons: Mapping[str, Person]
) -> Template:
    for sentence in sentences:
        if unknown := unknown_slot(sentence["text"], persons):
            raise row.fault("text", unknown)
    return Template(
        id=row.values["id"],
        group=group,
        texts=tuple(sentence["text"] for sentence in sentences),
        labels=tuple((s["stance"], s["mode"], s["role"]) for s in sentences),
        persons=persons,
    )


def lines_of(row: Row) -> list[dict[str, Any]]:
    """Give the lines of an article's row, each one checked."""
    for number, line in enumerate(row.values["lines"], start=1):
        if not isinstance(line, dict):
            raise row.fault("lines", f"entry {number} is not an object")
        inner = Row(row.path, row.line, line, f", entry {number} of 'lines'")
        check_fields(inner, {"body": of_type(bool), "text": TEXT})
        if line["body"]:
            check_fields(inner, LABELS)
    lines: list[dict[str, Any]] = row.values["lines"]
    return lines


def persons_of(row: Row) -> dict[str, Person]:
    """Give the persons of an article's row by slot, each one checked."""
    persons = {}
    for slot, person in row.values["persons"].items():
        if not isinstance(person, dict):
            raise row.fault("persons", f"{slot!r} is not an object")
        part = f", person {slot!r}"
        check_fields(Row(row.path, row.line, person, part), {"gender": GENDER, "side": TEXT})
        persons[slot] = Person(gender=person["gender"], side=person["side"])
    return persons


def fill_templates(templates: Sequence[Template], seed: str) -> list[Example]:
    """Fill the slots of every template and give its sentences as training examples.

    Each template has a random generator of its own, seeded by `seed` and its id, so that its
    filling does not hang on which other templates stand beside it.

    Parameters
    ----------
    templates : sequence of Template
    seed : str
        The same seed gives the same text.

    Returns
    -------
    list of Example
        One a sentence, in order; `context` is the sentence before in the same template.
    """
    examples = []
    for template in templates:
        rng = random.Random(f"{seed}/{template.id}")
        texts, _ = fill(template.texts, template.persons, rng)
        for number, (text, (stance, mode, role)) in enumerate(
            zip(texts, template.labels, strict=True)
        ):
            examples.append(
                Example(
                    id=f"{template.id}#{number:03d}",
                    text=text,
                    context=texts[number - 1] if number else "",
                    stance=stance,
                    mode=mode,
                    role=role,
                    group=template.group,
                    synthetic=True,
                )
            )
    return examples
