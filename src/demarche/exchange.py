"""Sentences out to annotation tools, and what people annotated back in as gold rows."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.corpus import doccano, label_studio
from demarche.corpus.annotation import Suggestion, Task, annotators, gold_rows, gold_tasks
from demarche.corpus.corpus import packaged
from demarche.corpus.gold import load_articles
from demarche.errors import UsageError
from demarche.files import replacing
from demarche.labels import Annotated, held_out
from demarche.tables import check_output, write_table

if TYPE_CHECKING:
    from demarche.runs import Run

ENDINGS = {"label-studio": ".json", "doccano": ".jsonl"}
"""Of a tool's files of tasks."""

BESIDE = {"label-studio": ".config.xml", "doccano": ".labels.json"}
"""Of the form, or the set of labels, that is written beside them."""


def corpus_tasks(found: Annotated, run: "Run | None" = None) -> list[Task]:
    """Make tasks of a corpus, with both passes and, if a run is given, its held-out verdicts.

    Raises
    ------
    RunError, UsageError
        As `demarche.labels.check_labels`.
    """
    suggestions = {}
    if run is not None:
        for row in held_out(found, run).to_dict("records"):
            stance = row["predicted"]
            score = row[f"p_{stance}"]
            suggestions[row["id"]] = Suggestion(run.id, score, {"stance": stance})
    return gold_tasks(found.sentences, found.passes, suggestions)


def export_tasks(tool: str, path: Path, tasks: list[Task]) -> Path:
    """Write tasks for an annotation tool, and beside them its form or its set of labels.

    Parameters
    ----------
    tool : {"label-studio", "doccano"}
    path : Path
        Ends in ``.json`` for Label Studio, in ``.jsonl`` for doccano.
    tasks : list of Task

    Returns
    -------
    Path
        The file beside: ``<name>.config.xml`` or ``<name>.labels.json``.

    Raises
    ------
    UsageError
        If the path cannot be written to, or there are no tasks.
    """
    check_tasks_path(tool, path)
    if not tasks:
        raise UsageError("no sentences to annotate")
    beside = path.with_suffix(BESIDE[tool])
    if tool == "label-studio":
        _write(beside, label_studio.labelling_config())
        _write(path, label_studio.write_tasks(tasks))
    else:
        _write(beside, json.dumps(doccano.label_types(), indent=1) + "\n")
        write_table(doccano.write_tasks(tasks), path)
    return beside


def check_tasks_path(tool: str, path: Path) -> None:
    """Refuse an output that could not be written, before the work is done.

    Raises
    ------
    UsageError
        If its ending is not that of the tool's files, or its folder is missing or closed.
    """
    if path.suffix.lower() != ENDINGS[tool]:
        raise UsageError(f"{path}: tasks for {tool} go into a {ENDINGS[tool]} file")
    check_output(path, ENDINGS.values())


def _write(path: Path, text: str) -> None:
    # In JSON the only place for a lone surrogate is a string, where this is its escape.
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode(errors="backslashreplace"))


def tool_of(path: Path) -> str:
    """Tell by the ending of a file which tool it is from.

    Raises
    ------
    UsageError
        If no tool has files with this ending.
    """
    for tool, ending in ENDINGS.items():
        if path.suffix.lower() == ending:
            return tool
    raise UsageError(f"{path}: neither .json nor .jsonl; say which tool it is from: --from")


@dataclass(frozen=True)
class Imported:
    """What came back: rows written, sentences without such labels, and who annotated."""

    rows: int
    left_out: int
    annotators: list[str]


def import_annotations(
    tool: str,
    path: Path,
    output: Path,
    annotator: str | None = None,
    seeds: Path | None = None,
) -> Imported:
    """Write what people annotated as gold rows, every row checked as `load_corpus` does.

    Parameters
    ----------
    tool : {"label-studio", "doccano"}
    path : Path
        What the tool exported.
    output : Path
        Ends in ``.jsonl``; written only if every row is sound.
    annotator : str, optional
        As for `demarche.corpus.annotation.gold_rows`.
    seeds : Path, optional
        Folder with ``articles.yaml`` and the articles' texts; by default demarche's own.

    Raises
    ------
    DataError
        If the file or a row of it breaks the contract.
    UsageError
        If it is not clear whose labels are wanted, or the output cannot be written.
    """
    if output.suffix.lower() != ".jsonl":
        raise UsageError(f"{output}: gold rows go into a .jsonl file")
    check_output(output)
    answers = (label_studio if tool == "label-studio" else doccano).read_tasks(path)
    table = gold_rows(answers, load_articles(seeds or packaged("seeds")), annotator)
    write_table(table, output)
    written = len(table.records)
    return Imported(written, len(answers) - written, annotators(answers))
