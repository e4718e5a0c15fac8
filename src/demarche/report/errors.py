"""A run's most confident errors: what was said of each, and which words led to the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from demarche.errors import DemarcheError, RunError
from demarche.evaluation.metrics import PROBABILITY_COLUMNS
from demarche.labels import Annotated, load_annotated
from demarche.records import Evidence
from demarche.report.evidence import strongest
from demarche.runs import Run
from demarche.stance import STANCES

SHOWN = 10

BLANK = {"speaker": None}
"""What the predictions of earlier versions lack."""


@dataclass(frozen=True)
class Error:
    """A wrong verdict.

    Attributes
    ----------
    row : dict
        The held-out statement, as the run's predictions have it.
    also : str or None
        The stance that annotators also accept.
    probabilities : dict of str to float
    passes : dict of str to (str or None)
        What each pass of annotation says.
    pieces : list of (str, Evidence or None)
        The text cut up, the words that weigh most by themselves.
    words : list of Evidence
        Those words, the heaviest first.
    """

    row: dict[str, Any]
    also: str | None
    probabilities: dict[str, float]
    passes: dict[str, str | None]
    pieces: list[tuple[str, Evidence | None]]
    words: list[Evidence]


@dataclass(frozen=True)
class Errors:
    """The most confident wrong verdicts on statements, the most confident first.

    Attributes
    ----------
    shown : list of Error
    no_passes, no_evidence : str
        Why annotation passes or words are not shown, where they are not.
    """

    shown: list[Error]
    no_passes: str
    no_evidence: str


def most_confident_errors(run: Run, statements: pd.DataFrame) -> Errors:
    """Gather a run's most confident errors among its held-out statements.

    The words were weighed in training, by the very model that gave the verdict.
    """
    annotated, no_passes = _annotated(run)
    weights, no_evidence = _weights(run)
    wrong = statements[statements["predicted"] != statements["stance"]]
    confidence = wrong[list(PROBABILITY_COLUMNS)].max(axis=1)
    order = confidence.sort_values(ascending=False, kind="stable").index[:SHOWN]
    shown = []
    for row in _records(wrong.loc[order]):
        words = strongest(weights.get(row["id"], []))
        shown.append(
            Error(
                row={**BLANK, **row},
                also=row["also"] if isinstance(row["also"], str) else None,
                probabilities={stance: row[f"p_{stance}"] for stance in STANCES},
                passes=annotated.said(row["id"], "stance") if annotated else {},
                pieces=_pieces(row["text"], words),
                words=words,
            )
        )
    return Errors(shown, no_passes, no_evidence)


def _pieces(text: str, words: Sequence[Evidence]) -> list[tuple[str, Evidence | None]]:
    pieces: list[tuple[str, Evidence | None]] = []
    place = 0
    for word in sorted(words, key=lambda word: word.start):
        pieces += [(text[place : word.start], None), (text[word.start : word.end], word)]
        place = word.end
    return [*pieces, (text[place:], None)]


def _weights(run: Run) -> tuple[dict[str, list[Evidence]], str]:
    try:
        table = run.evidence()
    except RunError as error:
        return {}, f"Which words led to these verdicts is not shown: {error}"
    found: dict[str, list[Evidence]] = {}
    for row in _records(table):
        found.setdefault(row.pop("id"), []).append(Evidence(**row))
    return found, ""


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _annotated(run: Run) -> tuple[Annotated | None, str]:
    """Read the annotations that a run was measured on, if they are as they were."""
    data = run.config["config"]["data"]
    folders = [Path(data[name]) if data.get(name) else None for name in ("seeds", "folder")]
    try:
        found = load_annotated(*folders)
    except DemarcheError as error:
        return None, f"What the two passes say is not shown: {error}"
    if run.config["fingerprints"].get("gold.jsonl") != found.digest:
        return None, "What the two passes say is not shown: gold.jsonl has changed since."
    if not found.passes:
        return None, "The corpus has no two passes of annotation."
    return found, ""
