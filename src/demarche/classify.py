"""The classification job: texts or a table in, the same with stance and probabilities out."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from demarche.abstain import Guarantee, guarantee
from demarche.errors import RunError, UsageError
from demarche.records import Evidence, Prediction
from demarche.stance import STANCES, UNCERTAIN
from demarche.verdicts import Verdicts

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from demarche.models.protocol import Predictor

SLICE = 1000
"""Texts that the model is given at once, between two steps of the progress bar."""

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
        given, before = list(texts), None if contexts is None else list(contexts)
        if before is not None and len(before) != len(given):
            raise UsageError(f"{len(given)} texts, but {len(before)} contexts")
        # On a terminal only, and only where there is something to wait for.
        hidden = True if len(given) <= SLICE else None
        with tqdm(total=len(given), desc="classifying", unit="text", disable=hidden) as bar:
            return self.judge(given, before, max_error, explain, bar).predictions(given)

    def judge(
        self,
        texts: Sequence[str | None],
        contexts: Sequence[str] | None = None,
        max_error: float | None = None,
        explain: bool = False,
        bar: "tqdm[Any] | None" = None,
    ) -> Verdicts:
        """Classify n texts and give the verdicts in columns, which is faster for very many.

        Parameters
        ----------
        texts, contexts, max_error, explain
            As for `classify`.
        bar : tqdm, optional
            Told of the texts as they are judged.

        Raises
        ------
        UsageError, RunError
            As `classify`.
        """
        least = 0.0 if max_error is None else self.guarantee(max_error).threshold.value
        parts = []
        for start in range(0, len(texts), SLICE):
            part = slice(start, start + SLICE)
            before = None if contexts is None else contexts[part]
            parts.append(self._judge(texts[part], before, least, explain))
            if bar is not None:
                bar.update(len(parts[-1].stances))
        return Verdicts.joined(self.run, parts)

    def _judge(
        self,
        texts: Sequence[str | None],
        contexts: Sequence[str] | None,
        least: float,
        explain: bool,
    ) -> Verdicts:
        import numpy as np

        readable = [(i, t) for i, t in enumerate(texts) if isinstance(t, str) and _is_readable(t)]
        places, read = [i for i, _ in readable], [_for_model(text) for _, text in readable]
        before = None if contexts is None else [_for_model(contexts[i]) for i in places]
        probabilities = np.full((len(texts), len(STANCES)), np.nan)
        stances: list[str | None] = [None] * len(texts)
        evidence: list[tuple[Evidence, ...] | None] = [None] * len(texts)
        if places:
            probabilities[places] = found = self.model.predict_proba(read, before)
            if np.isnan(found).any():
                raise RunError(f"{self.run}: its model gives no probabilities; train it again")
            sure = (found.max(axis=1) > least).tolist()
            for i, best, enough in zip(places, found.argmax(axis=1).tolist(), sure, strict=True):
                stances[i] = STANCES[best] if enough else UNCERTAIN
        if places and explain:
            from demarche.models.evidence import explain as weigh

            # What the model is given has the text's own offsets.
            for i, words in zip(places, weigh(self.model, read, before), strict=True):
                evidence[i] = words
        return Verdicts(self.run, stances, probabilities, evidence)


def _is_readable(text: str) -> bool:
    if text[:1].isalnum():  # as most are, which is the fastest to tell
        return True
    for character in text:
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
