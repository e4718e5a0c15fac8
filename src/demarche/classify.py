"""The classification job: texts or a table in, the same with stance and probabilities out."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from tqdm import tqdm

from demarche.abstain import Guarantee, guarantee
from demarche.columnar import Columnar
from demarche.errors import RunError, UsageError
from demarche.records import Evidence, Prediction
from demarche.stance import STANCES, UNCERTAIN
from demarche.tables import Record, Table

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from demarche.models.protocol import Predictor

SLICE = 2000
"""Texts that the model is given at once, between two steps of the progress bar."""

OUTPUT = ("stance", *STANCES, "run")
"""The columns that classification adds to a table."""

EVIDENCE = "evidence"
"""The column after those where evidence was asked for: objects of `demarche.records.Evidence`."""

COLOURS = {
    "escalatory": "red",
    "conciliatory": "green",
    "accusatory": "yellow",
    "neutral": "bright_black",
    UNCERTAIN: "dim italic",
}

INVISIBLE = ("Cc", "Cf", "Cs")
"""Unicode categories with nothing to see: controls, formats (such as U+FEFF), surrogates."""
UNSAFE_FOR_MODELS = re.compile("[\x00\ud800-\udfff]")
UNSAFE_FOR_TERMINALS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Classifier:
    """Reads the stance of texts with the model of one run.

    Parameters
    ----------
    model : Predictor
        Fitted.
    run : str
        The run's id, which every prediction names.
    held_out : callable, optional
        Reads the run's held-out predictions, by which it is decided when to abstain.
    """

    def __init__(
        self,
        model: "Predictor",
        run: str,
        held_out: "Callable[[], pd.DataFrame] | None" = None,
    ) -> None:
        self.model = model
        self.run = run
        self.held_out = held_out
        self._guarantees: dict[float, Guarantee] = {}

    def guarantee(self, max_error: float) -> Guarantee:
        """Find out when to abstain so that at most this share of the answers is wrong.

        ``print(classifier.guarantee(0.3))`` says what to expect.

        Raises
        ------
        UsageError
            If the run's held-out statements do not support the level, or it has none.
        """
        if self.held_out is None:
            raise UsageError(f"{self.run}: its held-out predictions are not at hand")
        if max_error not in self._guarantees:
            self._guarantees[max_error] = guarantee(self.run, self.held_out(), max_error)
        return self._guarantees[max_error]

    def classify(
        self,
        texts: Iterable[str | None],
        contexts: Iterable[str] | None = None,
        max_error: float | None = None,
        explain: bool = False,
    ) -> list[Prediction]:
        """Classify n texts.

        Parameters
        ----------
        texts : iterable of str or None, length n
            A text that is None, not a string or has no visible character gets a prediction
            whose stance is None.
        contexts : iterable of str, length n, optional
            The sentence before each text, or ``""``.
        max_error : float, optional
            The share of wrong answers to keep to, above 0 and under 1: where the model is not
            confident enough for that, the stance is ``uncertain`` and the probabilities stay.
        explain : bool
            Weigh each word for or against the most probable stance too; where the model has to
            be asked again without each word, that takes as many times longer as there are words.

        Returns
        -------
        list of Prediction, length n
            In the order of the texts.

        Raises
        ------
        UsageError
            If `texts` is a single string, `contexts` is of another length, or the run does not
            support `max_error`.
        RunError
            If the model gives probabilities that are not numbers.
        """
        if isinstance(texts, str):
            raise UsageError("classify takes a list of texts, not a single string")
        given = [text if isinstance(text, str) else None for text in texts]
        before = None if contexts is None else list(contexts)
        if before is not None and len(before) != len(given):
            raise UsageError(f"{len(given)} texts, but {len(before)} contexts")
        least = 0.0 if max_error is None else self.guarantee(max_error).threshold.value
        readable = [(i, text) for i, text in enumerate(given) if text and _is_readable(text)]
        judged: dict[int, Prediction] = {}
        # On a terminal only, and only where there is something to wait for.
        hidden = True if len(readable) <= SLICE else None
        with tqdm(total=len(readable), desc="classifying", unit="text", disable=hidden) as bar:
            for start in range(0, len(readable), SLICE):
                part = readable[start : start + SLICE]
                probabilities = self.model.predict_proba(
                    [_for_model(text) for _, text in part],
                    None if before is None else [_for_model(before[i]) for i, _ in part],
                )
                # NaN compares as neither more nor less, so nothing can be the highest.
                if (probabilities != probabilities).any():
                    raise RunError(f"{self.run}: its model gives no probabilities; train it again")
                for (i, text), row in zip(part, probabilities.tolist(), strict=True):
                    confidence = max(row)
                    verdict = STANCES[row.index(confidence)] if confidence > least else UNCERTAIN
                    escalatory, conciliatory, accusatory, neutral = row
                    judged[i] = Prediction(
                        text, verdict, escalatory, conciliatory, accusatory, neutral, self.run
                    )
                bar.update(len(part))
        if explain:
            found = self._evidence(
                [text for _, text in readable],
                None if before is None else [before[i] for i, _ in readable],
            )
            for (i, _), evidence in zip(readable, found, strict=True):
                judged[i] = replace(judged[i], evidence=evidence)
        return [
            judged.get(i) or Prediction(text, None, None, None, None, None, self.run)
            for i, text in enumerate(given)
        ]

    def _evidence(self, texts: list[str], contexts: list[str] | None) -> list[tuple[Evidence, ...]]:
        from demarche.models import evidence  # here, because it loads numpy

        # What the model is given has the text's own offsets.
        return evidence.explain(
            self.model,
            [_for_model(text) for text in texts],
            None if contexts is None else [_for_model(context) for context in contexts],
        )


def _is_readable(text: str) -> bool:
    for character in text:  # mostly, the first is enough
        if not character.isspace() and unicodedata.category(character) not in INVISIBLE:
            return True
    return False


def _for_model(text: str) -> str:
    """Blank what tokenizers refuse, character by character."""
    if text.isascii():
        return text.replace("\0", " ")
    return UNSAFE_FOR_MODELS.sub(" ", text)


def load(run: str | None = None, folder: str | Path | None = None) -> Classifier:
    """Load a trained run to classify with.

    Parameters
    ----------
    run : str, optional
        A run's id, the beginning of its id, or its path; without it, the best finished run.
    folder : str or Path, optional
        Where the runs stand; ``models`` unless told otherwise.

    Raises
    ------
    UsageError
        If there is no such run, or more than one.
    RunError
        If no run is finished, or the run is damaged.
    """
    from demarche.runs import RUNS, best_run, find_run

    runs = RUNS if folder is None else Path(folder)
    found = best_run(runs) if run is None else find_run(run, runs)
    return Classifier(found.model(), found.id, found.predictions)


def with_predictions(
    table: Table, predictions: Sequence[Prediction], names: Mapping[str, str]
) -> Table:
    """Add columns to a table, n rows, for n predictions.

    Parameters
    ----------
    table : Table
    predictions : sequence of Prediction
    names : mapping of str to str
        What each field of a prediction is called there; see `output_names`.
    """
    cells = {name: _cells(predictions, field) for field, name in names.items()}
    records: Sequence[Record]
    if isinstance(table.records, Columnar):
        records = table.records.plus(cells)
    else:
        rows = zip(*cells.values(), strict=True)
        records = [
            record | dict(zip(cells, row, strict=True))
            for record, row in zip(table.records, rows, strict=True)
        ]
    return replace(
        table,
        records=records,
        columns=[*table.columns, *names.values()],
        numbers=frozenset(names[stance] for stance in STANCES),
        structs={names[EVIDENCE]: get_type_hints(Evidence)} if EVIDENCE in names else {},
    )


def _cells(predictions: Iterable[Prediction], field: str) -> list[Any]:
    values = list(map(attrgetter(field), predictions))
    if field == EVIDENCE:
        return [words if words is None else [asdict(word) for word in words] for words in values]
    return values


def output_names(table: Table, explain: bool = False) -> dict[str, str]:
    """Name the columns that are added to a table.

    Raises
    ------
    UsageError
        If both a name and ``predicted_<name>`` are taken.
    """
    fields = (*OUTPUT, EVIDENCE) if explain else OUTPUT
    names = {name: f"predicted_{name}" if name in table.columns else name for name in fields}
    taken = [name for name in names.values() if name in table.columns]
    if taken:
        raise UsageError(
            f"{table.name}: the columns {taken[0].removeprefix('predicted_')!r} and {taken[0]!r} "
            "are both taken; rename one"
        )
    return names


def unreadable(predictions: Iterable[Prediction]) -> int:
    """Count the rows that held nothing to read."""
    return [prediction.stance for prediction in predictions].count(None)


def abstentions(predictions: Iterable[Prediction]) -> int:
    """Count the rows that were left uncertain."""
    return [prediction.stance for prediction in predictions].count(UNCERTAIN)


def print_predictions(predictions: Sequence[Prediction], console: "Console") -> None:
    """Print predictions as a table for people.

    Parameters
    ----------
    predictions : sequence of Prediction
    console : rich.console.Console
    """
    from rich.table import Table as RichTable
    from rich.text import Text

    from demarche.report.evidence import with_evidence

    shown = RichTable()
    shown.add_column("text", overflow="fold", ratio=1)
    shown.add_column("stance")
    for stance in STANCES:
        shown.add_column(f"{stance[:3]}.", style=COLOURS[stance], justify="right", no_wrap=True)
    for prediction in predictions:
        # As Text, so that brackets are not read as markup, nor controls by the terminal.
        text = Text(UNSAFE_FOR_TERMINALS.sub("\N{REPLACEMENT CHARACTER}", prediction.text or ""))
        if prediction.evidence is not None:
            text = with_evidence(text, prediction.evidence)
        verdict = Text("nothing to read", "dim italic")
        if prediction.stance is not None:
            verdict = Text(prediction.stance, COLOURS[prediction.stance])
        cells = [f"{probability:.2f}" for probability in prediction.probabilities or ()]
        shown.add_row(text, verdict, *cells)
    console.print(shown)
