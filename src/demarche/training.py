"""The training job: hold out, measure, fit on all the data, save."""

import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from demarche.config import TrainConfig
from demarche.corpus.corpus import Corpus, load_corpus
from demarche.corpus.folds import Fold, make_folds, word_runs
from demarche.corpus.shares import drawn_evenly
from demarche.corpus.swaps import Swap, make_swaps
from demarche.corpus.synthetic import Template, fill_templates
from demarche.errors import ConfigError, RunError
from demarche.evaluation.metrics import PROBABILITY_COLUMNS, evaluate
from demarche.export import write_graphs
from demarche.models.evidence import explain
from demarche.models.protocol import Predictor, StanceClassifier
from demarche.models.registry import load_fitted, model_class
from demarche.ranks import tell
from demarche.records import Example, Hints, Sentence
from demarche.runs import (
    Run,
    identify,
    recorded,
    write_model,
    write_results,
    write_table,
    write_timings,
)
from demarche.stance import STANCES


def train(config: TrainConfig) -> Run:
    """Run one training job.

    A run with the same config and data that is finished is left as it is, unless its model can
    no longer be read.

    Returns
    -------
    Run
        The finished run.

    Raises
    ------
    DemarcheError
        If the data, the config or the disk is at fault; the run is marked ``failed``.
    KeyboardInterrupt
        If interrupted; the run is marked ``interrupted`` and holds no model.
    """
    corpus = read_corpus(config.data.seeds, config.data.folder)
    finished, folds = planned(config, corpus)
    state = finished.state if finished.path.is_dir() else None
    if state == "running":
        status = finished.status
        raise RunError(
            f"{finished.id}: process {status['pid']} on {status['host']} is training it; "
            "wait for that, or stop it first"
        )
    if state == "finished":
        if _is_intact(finished):
            sys.stderr.write(f"{finished.id}: already finished, nothing to do\n")
            tell("")
            return finished
        sys.stderr.write(
            f"{finished.id}: its model is damaged, or of an older version; starting anew\n"
        )
    with recorded(config, corpus.fingerprints) as run:
        tell(run.id)
        model = model_class(config.model)(config.params, config.seed)
        seconds, tables, judged, explained = 0.0, [], [], []
        swaps = make_swaps(tuple(corpus.sentences)) if folds else ()
        for fold in tqdm(folds, desc="held-out events", unit="event", disable=None):
            seconds += fit(model, training_rows(config, corpus, fold.held_out))
            tables.append(predict(model, fold.held_out))
            held_out = {sentence.id for sentence in fold.held_out}
            judged.append(predict_swaps(model, [swap for swap in swaps if swap.id in held_out]))
            explained += explain_errors(model, fold.held_out, tables[-1])
        predictions = pd.concat(tables) if tables else pd.DataFrame()
        write_results(run, evaluate(predictions) if tables else None, predictions)
        write_table(run, "swaps", pd.concat(judged) if judged else pd.DataFrame())
        write_table(run, "evidence", pd.DataFrame(explained))

        seconds += fit(model, training_rows(config, corpus, []))
        write_model(run, model, {"fit_seconds": seconds})
        write_graphs(run, corpus.sentences)
        # What classifies from now on: a graph, where one was written.
        fitted = load_fitted(config.model, run.path / "model")
        write_timings(run, {**run.timings, "sentences_per_second": rate(fitted, corpus.sentences)})
    return run


def _is_intact(run: Run) -> bool:
    try:
        run.model()
    except RunError:
        return False
    return True


def read_corpus(seeds: str | None, folder: str | None) -> Corpus:
    """Read the corpus that a config names."""
    return load_corpus(Path(seeds) if seeds else None, Path(folder) if folder else None)


def planned(config: TrainConfig, corpus: Corpus) -> tuple[Run, list[Fold]]:
    """Give the run that a job writes, or has written before, and its folds.

    Raises
    ------
    ConfigError
        If the folds cannot be made.
    """
    run = Run(Path(config.runs) / identify(config, corpus.fingerprints))
    return run, make_folds(corpus, config.protocol.name, config.protocol.event)


def fit(model: StanceClassifier, rows: Hints) -> float:
    """Fit a model on training rows, with everything that is known of them; give the seconds."""
    started = time.perf_counter()
    model.fit(
        [row.text for row in rows.examples],
        [row.stance for row in rows.examples],
        [row.context for row in rows.examples],
        hints=rows,
    )
    return time.perf_counter() - started


def rate(model: Predictor, sentences: Sequence[Sentence]) -> float:
    """Give how many sentences a second a model classifies."""
    started = time.perf_counter()
    predict(model, sentences)
    return len(sentences) / (time.perf_counter() - started)


def training_rows(config: TrainConfig, corpus: Corpus, held_out: Sequence[Sentence]) -> Hints:
    """Gather the rows that a fold may train on.

    Left out are the held-out sentences' events, and every row whose text or context shares
    eight words in a row with a held-out sentence; a synthetic row, with any gold sentence, so
    that all folds have the same synthetic rows.

    Raises
    ------
    ConfigError
        If no row is left.
    """
    events = {corpus.articles[sentence.article].event for sentence in held_out}
    rows = [row for row in _rows(config, corpus, 0) if row.group not in events]
    clean = _clean(rows, corpus, held_out)
    kept = [row for row, good in zip(rows, clean, strict=True) if good]
    if not kept:
        raise ConfigError(f"data={config.data.name}: nothing is left to train on")
    return Hints(kept, partial(_refill, config, corpus, kept))


def _refill(config: TrainConfig, corpus: Corpus, kept: list[Example], k: int) -> list[Example]:
    """Fill the slots anew; a row whose new filling meets gold text stays as it was."""
    again = {row.id: row for row in _rows(config, corpus, k)}
    rows = [again[row.id] for row in kept]
    clean = _clean(rows, corpus, [])
    return [new if good else old for old, new, good in zip(kept, rows, clean, strict=True)]


def _clean(rows: Sequence[Example], corpus: Corpus, held_out: Sequence[Sentence]) -> list[bool]:
    """Say of each row whether it may stand beside what is held out."""
    forbidden = word_runs(sentence.text for sentence in held_out)
    gold = word_runs(sentence.text for sentence in corpus.sentences)
    return [
        word_runs([row.text, row.context]).isdisjoint(gold if row.synthetic else forbidden)
        for row in rows
    ]


def _rows(config: TrainConfig, corpus: Corpus, k: int) -> list[Example]:
    """Give the rows that the config's sources hold, synthetic slots filled for the k-th time."""
    rows = drawn_evenly(corpus.gold_examples(), config.data.gold, config.seed)
    seed = f"{config.seed}/{k}"
    if config.data.statements:
        rows += fill_templates(corpus.statements, seed)
    rows += fill_templates(_drawn_articles(config, corpus), seed)
    return rows


def _drawn_articles(config: TrainConfig, corpus: Corpus) -> list[Template]:
    """Draw the config's share of the synthetic articles, the same ones for every filling."""
    count = round(config.data.synthetic_articles * len(corpus.synthetic_articles))
    return random.Random(config.seed).sample(corpus.synthetic_articles, count)


def predict(model: Predictor, sentences: Sequence[Sentence]) -> pd.DataFrame:
    """Predict gold sentences; one row each, with what evaluation needs to know of it."""
    probabilities = model.predict_proba(
        [sentence.text for sentence in sentences], [sentence.context for sentence in sentences]
    )
    table = pd.DataFrame(
        {
            name: [getattr(sentence, name) for sentence in sentences]
            for name in ("id", "article", "mode", "speaker", "side", "text", "stance", "also")
        }
    )
    return _with_verdicts(table, probabilities)


def predict_swaps(model: StanceClassifier, swaps: Sequence[Swap]) -> pd.DataFrame:
    """Predict held-out statements with other actors; one row each, as the audit reads them."""
    if not swaps:
        return pd.DataFrame()
    table = pd.DataFrame(
        {
            "id": [swap.id for swap in swaps],
            "variant": [swap.variant for swap in swaps],
            "countries": ["|".join(map(">".join, swap.countries)) for swap in swaps],
            "persons": ["|".join(map(">".join, swap.persons)) for swap in swaps],
            "text": [swap.text for swap in swaps],
        }
    )
    probabilities = model.predict_proba(
        [swap.text for swap in swaps], [swap.context for swap in swaps]
    )
    return _with_verdicts(table, probabilities)


def explain_errors(
    model: StanceClassifier, sentences: Sequence[Sentence], predictions: pd.DataFrame
) -> list[dict[str, Any]]:
    """Weigh the words of the statements that were judged wrongly; one row a word."""
    wrong = [
        sentence
        for sentence, predicted in zip(sentences, predictions["predicted"], strict=True)
        if sentence.is_statement and sentence.stance != predicted
    ]
    found = explain(model, [s.text for s in wrong], [s.context for s in wrong])
    return [
        {"id": sentence.id, **asdict(word)}
        for sentence, words in zip(wrong, found, strict=True)
        for word in words
    ]


def _with_verdicts(table: pd.DataFrame, probabilities: NDArray[np.float64]) -> pd.DataFrame:
    table["predicted"] = [STANCES[column] for column in np.argmax(probabilities, axis=1)]
    return table.assign(**dict(zip(PROBABILITY_COLUMNS, probabilities.T, strict=True)))
