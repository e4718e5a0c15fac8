"""The export job: a run's model as ONNX graphs or for transformers, checked on statements."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from demarche.corpus.corpus import load_corpus
from demarche.errors import DemarcheError, UsageError
from demarche.evaluation.metrics import macro_f1
from demarche.models.protocol import Probabilities, stance_indices
from demarche.models.registry import GRAPHS
from demarche.models.storage import load_json
from demarche.records import Sentence
from demarche.runs import Run
from demarche.stance import STANCES

LARGEST_DIFFERENCE = 1e-4
"""Between a probability of the single-precision graph and of the original."""

LEAST_SAME = 0.98
"""Share of statements on which the 8-bit graph must say what the original says."""

LARGEST_LOSS = 0.01
"""In macro-F1, between the 8-bit graph and the original, up or down."""


@dataclass(frozen=True)
class Agreement:
    """How a graph agrees with the classifier that it was written from.

    Attributes
    ----------
    statements : int
        On how many gold statements both were asked.
    same : float
        Share of them with the same verdict.
    difference : float
        The largest between two probabilities.
    macro_f1 : float
        The graph's less the original's.
    """

    statements: int
    same: float
    difference: float
    macro_f1: float

    @property
    def is_exact(self) -> bool:
        """Whether both are the same but for rounding."""
        return self.same == 1 and self.difference <= LARGEST_DIFFERENCE

    @property
    def is_close(self) -> bool:
        """Whether the graph may stand in for the original."""
        return self.same >= LEAST_SAME and abs(self.macro_f1) <= LARGEST_LOSS

    def __str__(self) -> str:
        """Say it in words."""
        return (
            f"{self.same:.1%} of {self.statements} verdicts the same, macro-F1 "
            f"{self.macro_f1:+.3f}, probabilities within {self.difference:.1g}"
        )


def agreement(
    original: Probabilities, exported: Probabilities, statements: Sequence[Sentence]
) -> Agreement:
    """Compare two sets of probabilities of n gold statements, each of shape (n, 4)."""
    truth = stance_indices([statement.stance for statement in statements])
    own, other = original.argmax(axis=1), exported.argmax(axis=1)
    return Agreement(
        statements=len(statements),
        same=float((own == other).mean()),
        difference=float(np.abs(original - exported).max()),
        macro_f1=macro_f1(truth, other) - macro_f1(truth, own),
    )


def export_run(run: Run, to: str, output: Path | None) -> None:
    """Export a finished run in one of the two forms.

    Parameters
    ----------
    run : Run
    to : {"onnx", "transformers"}
    output : Path or None
        The folder that transformers is to load; it must not be there yet. ONNX graphs have
        their place in the run.

    Raises
    ------
    UsageError
        If the run is not finished or has no such form, or the folder is wrong.
    DemarcheError
        If what was exported disagrees with the run's model; then nothing is written.
    """
    if run.state != "finished":
        raise UsageError(f"{run.id} is {run.state}; only finished runs are exported")
    if to == "onnx" and output:
        raise UsageError("--output is for --to transformers; ONNX graphs have a place in the run")
    if to == "transformers" and (output is None or output.exists()):
        raise UsageError(
            f"--output {output}: exists already; name a new folder"
            if output
            else "--to transformers needs --output DIR, a new folder"
        )
    data = run.config["config"]["data"]
    folders = [Path(data[kind]) if data[kind] else None for kind in ("seeds", "folder")]
    sentences = load_corpus(*folders).sentences
    if output:
        export_transformers(run, output, sentences)
    else:
        export_onnx(run, sentences)


def export_transformers(run: Run, output: Path, sentences: Sequence[Sentence]) -> None:
    """Write a folder that ``transformers.pipeline("text-classification", folder)`` loads.

    Raises
    ------
    UsageError
        If the run is no single transformer, or reads masked text, which a pipeline does not.
    DemarcheError
        If the pipeline disagrees with the run; then nothing is written.
    """
    config = run.config["config"]
    if config["model"] != "transformer":
        raise UsageError(f"{run.id}: a pipeline loads a transformer, not {config['model']}")
    if config["params"].get("mask_actors"):
        raise UsageError(f"{run.id}: reads masked text (mask_actors), which no pipeline does")
    from transformers import pipeline

    from demarche.card import write_folder
    from demarche.models.transformer import Transformer

    statements = _statements(run, sentences)
    texts = [statement.text for statement in statements]
    with _new_folder(output) as made:
        write_folder(run, made)
        classify = pipeline("text-classification", str(made), truncation=True, top_k=None)
        answers = [{one["label"]: one["score"] for one in answer} for answer in classify(texts)]
        given = np.array([[answer[stance] for stance in STANCES] for answer in answers])
        expected = Transformer.load(run.path / "model").predict_proba(texts)
        found = agreement(expected, given, statements)
        if not found.is_exact:
            raise DemarcheError(f"{run.id}: the pipeline disagrees: {found}; nothing is written")
    sys.stderr.write(f"{output}: {found}\n")


def export_onnx(run: Run, sentences: Sequence[Sentence]) -> None:
    """Write ONNX graphs into a run's model, by which it classifies from then on.

    Each transformer in the run gets its own. What it is to classify with, and how it agreed, is
    told on standard error.

    Parameters
    ----------
    run : Run
        Its model is written.
    sentences : sequence of Sentence
        Gold; the statements among them are what the graphs are checked on, and the others, where
        there are any, what 8 bits are scaled by.

    Raises
    ------
    UsageError
        If the run holds no transformer, or there are no statements.
    DemarcheError
        If a graph disagrees with its original; then nothing is written.
    """
    folders = transformer_folders(run)
    if not folders:
        raise UsageError(f"{run.id}: only a transformer has a graph, alone or in an ensemble")
    statements = _statements(run, sentences)
    others = [sentence for sentence in sentences if not sentence.is_statement]
    for folder in folders:
        name = folder.relative_to(run.path).as_posix()
        found = _export(folder, statements, others or statements)
        sys.stderr.write(f"{run.id}: {name}: {found}\n")


def write_graphs(run: Run, sentences: Sequence[Sentence]) -> None:
    """Write ONNX graphs at the end of a training, where there can be any.

    A graph that disagrees costs the run nothing but speed, and is told on standard error.
    """
    if not transformer_folders(run):
        return
    try:
        export_onnx(run, sentences)
    except DemarcheError as error:
        sys.stderr.write(f"{error}\n")


def transformer_folders(run: Run) -> list[Path]:
    """Give the folders of the transformers in a run's model: itself, or members of an ensemble."""
    folder, config = run.path / "model", run.config["config"]
    if config["model"] == "transformer":
        return [folder]
    if config["model"] == "ensemble":
        members = load_json(folder / "ensemble.json", "members")["members"]
        return [
            folder / label
            for label, values in members.items()
            if values.get("name", label) == "transformer"
        ]
    return []


def _statements(run: Run, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Give the gold statements, by which an export is checked."""
    statements = [sentence for sentence in sentences if sentence.is_statement]
    if not statements:
        raise UsageError(f"{run.id}: there are no gold statements to check an export on")
    return statements


def _export(folder: Path, statements: Sequence[Sentence], others: Sequence[Sentence]) -> str:
    """Write one transformer's graphs, the folder in one step, and say how they agree.

    Statements are what they are checked on, the others are what 8 bits are scaled by.
    """
    from demarche.models.graphs import write_fp32, write_int8, write_manifest
    from demarche.models.onnx import FP32, INT8, OnnxClassifier
    from demarche.models.transformer import Transformer

    original = Transformer.load(folder)
    texts = [statement.text for statement in statements]
    expected = original.predict_proba(texts)
    found: dict[str, Agreement] = {}

    def describe(graph: str) -> None:
        agreements = {name: asdict(agreed) for name, agreed in found.items()}
        write_manifest(original, made, graph, agreements)

    def check(graph: str) -> Agreement:
        describe(graph)
        exported = OnnxClassifier.load(made).predict_proba(texts)
        found[graph] = agreement(expected, exported, statements)
        return found[graph]

    with _new_folder(folder / GRAPHS) as made:
        write_fp32(original, made)
        if not check(FP32).is_exact:
            raise DemarcheError(f"{folder}: the graph disagrees: {found[FP32]}; nothing is written")
        write_int8(original, made, [sentence.text for sentence in others])
        if close := check(INT8).is_close:
            describe(INT8)
        else:
            (made / INT8).unlink()
            describe(FP32)
    if close:
        return f"classifies in 8 bits from now on: {found[INT8]}"
    return f"classifies in single precision from now on, for in 8 bits only {found[INT8]}"


@contextmanager
def _new_folder(path: Path) -> Iterator[Path]:
    """Give a new folder that takes the place of `path` when the block ends well."""
    made = path.with_name(f".{path.name}.partial")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    try:
        yield made
        shutil.rmtree(path, ignore_errors=True)
        made.rename(path)
    finally:
        shutil.rmtree(made, ignore_errors=True)
