"""The articles and their gold annotations, every row checked against the article's text."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from demarche.corpus.rows import ALSO, MODE, NUMBER, ROLE, STANCE, TEXT, Check, Row, read_rows
from demarche.errors import DataError
from demarche.records import Article, Sentence

ANNOTATION: Mapping[str, Check] = {
    "id": TEXT,
    "article": TEXT,
    "start": NUMBER,
    "end": NUMBER,
    "mode": MODE,
    "speaker": TEXT,
    "side": TEXT,
    "role": ROLE,
    "target": TEXT,
    "stance": STANCE,
    "also": ALSO,
}

GOLD: Mapping[str, Check] = {**ANNOTATION, "text": TEXT}

PASSES = ("first_pass", "second_pass")
"""The files, less ``.jsonl``, of the two independent annotations beside gold."""


def load_articles(folder: Path) -> dict[str, Article]:
    """Read the articles that ``articles.yaml`` in a folder lists.

    Parameters
    ----------
    folder : Path
        Holds ``articles.yaml`` (a list of entries with ``id``, ``title``, ``publisher``,
        ``date``, ``event``) and one ``<id>.txt`` in UTF-8 for each entry.

    Returns
    -------
    dict of str to Article
        By id, in the order of the list.

    Raises
    ------
    DataError
        If the list or an article cannot be read or lacks a field.
    """
    index = folder / "articles.yaml"
    try:
        entries = yaml.safe_load(index.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise DataError(f"{index}: cannot be read ({' '.join(str(error).split())})") from None
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{index}: expected a list of articles")
    articles: dict[str, Article] = {}
    for number, entry in enumerate(entries, start=1):
        article = _article(folder, index, number, entry)
        if article.id in articles:
            raise DataError(f"{index}, entry {number}, field 'id': {article.id!r} stands twice")
        articles[article.id] = article
    return articles


def _article(folder: Path, index: Path, number: int, entry: Any) -> Article:
    if not isinstance(entry, dict):
        raise DataError(f"{index}, entry {number}: expected fields, found {entry!r}")
    fields: dict[str, str] = {}
    for name in ("id", "title", "publisher", "date", "event"):
        value = entry.get(name)
        if isinstance(value, date):
            value = value.isoformat()
        if not isinstance(value, str) or not value:
            raise DataError(f"{index}, entry {number}, field {name!r}: expected text")
        fields[name] = value
    try:
        date.fromisoformat(fields["date"])
    except ValueError:
        found = fields["date"]
        raise DataError(
            f"{index}, entry {number}, field 'date': {found!r} is not a date like 2024-10-15"
        ) from None
    path = folder / f"{fields['id']}.txt"
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as UTF-8 text ({error})") from None
    return Article(text=text, **fields)


def load_gold(path: Path, articles: Mapping[str, Article]) -> list[Sentence]:
    """Read the gold annotations of the articles' body sentences.

    Parameters
    ----------
    path : Path
        JSON Lines with the fields of `Sentence`, less ``context``.
    articles : mapping of str to Article
        The articles that rows may speak of.

    Returns
    -------
    list of Sentence
        In the order of the file; `context` is the sentence before in the same article.

    Raises
    ------
    DataError
        If a row has an unknown article, offsets that do not give its text, sentences that
        overlap, or an illegal or missing value.
    """
    return check_gold(list(read_rows(path, GOLD)), articles)


def check_gold(rows: Sequence[Row], articles: Mapping[str, Article]) -> list[Sentence]:
    """Check gold rows, each field of which is legal, against their articles.

    Raises
    ------
    DataError
        If a row has an unknown article, offsets that do not give its text, or overlaps another.
    """
    for row in rows:
        _check_offsets(row, articles)
    context = _contexts(rows)
    return [
        Sentence(
            **{name: row.values[name] for name in GOLD},
            context=context[row.values["id"]],
        )
        for row in rows
    ]


def _check_offsets(row: Row, articles: Mapping[str, Article]) -> None:
    values = row.values
    article = articles.get(values["article"])
    if article is None:
        raise row.fault("article", f"{values['article']!r} is none of {', '.join(articles)}")
    if not 0 <= values["start"] < values["end"] <= len(article.text):
        span = f"{values['start']} to {values['end']}"
        raise row.fault(
            "start", f"{span} lies outside the article's {len(article.text)} characters"
        )
    found = article.text[values["start"] : values["end"]]
    if found != values["text"]:
        raise row.fault(
            "text", f"the article has {found[:60]!r} there, not {values['text'][:60]!r}"
        )


def _contexts(rows: Iterable[Row]) -> dict[str, str]:
    """Map each sentence's id to the text of the sentence before it in its article."""
    contexts: dict[str, str] = {}
    before: Row | None = None
    for row in sorted(rows, key=lambda row: (row.values["article"], row.values["start"])):
        follows = before is not None and before.values["article"] == row.values["article"]
        if before is not None and follows and row.values["start"] < before.values["end"]:
            raise row.fault("start", f"overlaps {before.values['id']!r} ({before.place})")
        contexts[row.values["id"]] = before.values["text"] if before is not None and follows else ""
        before = row
    return contexts


def load_pass(path: Path, sentences: Iterable[Sentence]) -> dict[str, dict[str, Any]]:
    """Read one annotator's pass over the gold sentences.

    Returns
    -------
    dict of str to dict
        The annotation of every gold sentence by its id.

    Raises
    ------
    DataError
        If a row is illegal, or the pass and gold do not cover the same sentences.
    """
    spans = {sentence.id: (sentence.start, sentence.end) for sentence in sentences}
    found: dict[str, dict[str, Any]] = {}
    for row in read_rows(path, ANNOTATION):
        identity = row.values["id"]
        if identity not in spans:
            raise row.fault("id", f"{identity!r} is not a gold sentence")
        if (row.values["start"], row.values["end"]) != spans[identity]:
            raise row.fault("start", f"gold has {identity!r} at {spans[identity]}")
        found[identity] = row.values
    if missing := sorted(spans.keys() - found.keys()):
        raise DataError(f"{path}: {len(missing)} gold sentences have no row, first {missing[0]!r}")
    return found


def load_passes(
    folder: Path, sentences: Collection[Sentence]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Read both annotation passes that stand beside gold, by the names in `PASSES`.

    Returns
    -------
    dict of str to dict
        What `load_pass` gives for each; empty where the folder does not have both.

    Raises
    ------
    DataError
        As `load_pass`.
    """
    paths = {name: folder / f"{name}.jsonl" for name in PASSES}
    if not all(path.is_file() for path in paths.values()):
        return {}
    return {name: load_pass(path, sentences) for name, path in paths.items()}
