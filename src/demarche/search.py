"""`demarche search`: parameters chosen by Optuna on rows that no headline figure is measured on.

A choice by held-out figures would make those figures too good. So what a protocol measures is
neither trained on nor looked at. Of the other events each is held out in turn. Where there are
none, as under ``leave_one_event_out``, thirds of the writers of synthetic text are, and no gold
sentence is seen at all.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.model_selection import GroupKFold
from tqdm import tqdm

from demarche.config import TrainConfig, composed
from demarche.corpus.corpus import Corpus
from demarche.errors import ConfigError, DataError, DemarcheError
from demarche.evaluation.tallies import macro_f1, tally
from demarche.extras import load_extra
from demarche.models.protocol import stance_indices
from demarche.models.registry import model_class
from demarche.records import Example, Hints
from demarche.runs import identify, terminable
from demarche.training import fit, planned, read_corpus, training_rows

FOLDER = ".search"
"""Within the folder of the runs."""

NOTHING = (
    "nothing to choose parameters on: beside the events that are measured there are neither two "
    "others nor three writers of synthetic text; set protocol=holdout, or data=all"
)

Space = Mapping[str, list[Any] | dict[str, Any]]


@dataclass(frozen=True)
class Split:
    """One inner fold: what is trained on, and the examples that are measured."""

    train: Hints
    held_out: Sequence[Example]


def search(overrides: Sequence[str], trials: int, space_file: Path | None = None) -> list[str]:
    """Try parameters until a study has so many trials, and give the best as overrides.

    The study is kept on disk under a name that follows from config, space and data: the same
    command goes on where it was stopped, and more trials may be asked for later. What trial n
    tries follows from the seed, n and the trials before it alone.

    Parameters
    ----------
    overrides : sequence of str
        ``key=value``, as for training.
    trials : int
        How many the study shall have, those of earlier calls counted in.
    space_file : Path, optional
        What to try; by default what demarche ships for the model.

    Returns
    -------
    list of str
        `overrides`, then the best trial's values.

    Raises
    ------
    DemarcheError
        If Optuna is not installed, the config or the space is wrong, there is nothing to choose
        on, or every trial failed.
    """
    optuna = load_extra("optuna", "search", "demarche search")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    config = composed(overrides)
    space = read_space(config.model, space_file)
    for key, values in space.items():  # so that a wrong space is told before the first trial
        for value in values if isinstance(values, list) else (values["low"], values["high"]):
            composed([*overrides, _override(key, value)])
    corpus = read_corpus(config.data.seeds, config.data.folder)
    splits = inner_splits(config, corpus)
    study = _study(optuna, config, space, corpus)
    done = _tidied(optuna, study)
    if done:
        sys.stderr.write(f"{done} trials stand in the study already\n")
    with terminable(), tqdm(total=trials, initial=done, desc="trials", disable=None) as bar:
        for number in range(done, trials):
            # A sampler of its own for each trial: a study that was stopped goes on as if not.
            study.sampler = optuna.samplers.TPESampler(seed=1000 * config.seed + number)
            trial = study.ask()
            tried = [_override(key, _suggest(trial, key, of)) for key, of in space.items()]
            try:
                score = objective(composed([*overrides, *tried]), splits)
            except DemarcheError as error:
                trial.set_user_attr("error", str(error))
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
                tqdm.write(f"trial {number + 1}: {error}", sys.stderr)
            else:
                trial.set_user_attr("overrides", tried)
                study.tell(trial, score)
                tqdm.write(
                    f"trial {number + 1}: inner macro-F1 {score:.3f} {' '.join(tried)}", sys.stderr
                )
            bar.update()
    if not any(trial.value is not None for trial in study.trials):
        raise DemarcheError(f"all {trials} trials failed")
    best = study.best_trial
    sys.stderr.write(f"best of {trials}: inner macro-F1 {best.value:.3f}\n")
    return [*overrides, *best.user_attrs["overrides"]]


def read_space(model: str, file: Path | None = None) -> Space:
    """Read what to try: for each key a list of values, or ``low`` and ``high``, maybe ``log``.

    Raises
    ------
    ConfigError
        If there is none for the model, or it is not of that form.
    """
    shipped = files("demarche.configs") / "search"
    path = file or Path(str(shipped / f"{model}.yaml"))
    try:
        space = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"nothing to search for model={model}: no file {path}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: {' '.join(str(error).split())}") from None
    if not isinstance(space, dict) or not space:
        raise ConfigError(f"{path}: expected keys of the config with what to try for each")
    for key, of in space.items():
        listed = isinstance(of, list) and of
        ranged = (
            isinstance(of, dict)
            and {"low", "high"} <= of.keys() <= {"low", "high", "log"}
            and all(type(of[end]) in (int, float) for end in ("low", "high"))
            and of["low"] < of["high"]
        )
        if not listed and not ranged:
            raise ConfigError(f"{path}: {key}: expected [VALUE, ...] or {{low: N, high: N}}")
    found: Space = space
    return found


def _suggest(trial: Any, key: str, of: list[Any] | dict[str, Any]) -> Any:
    if isinstance(of, list):
        return of[trial.suggest_categorical(key, list(range(len(of))))]
    suggest = trial.suggest_int if type(of["low"]) is type(of["high"]) is int else None
    return (suggest or trial.suggest_float)(key, of["low"], of["high"], log=of.get("log", False))


def _override(key: str, value: Any) -> str:
    return f"{key}={json.dumps(value).replace(' ', '')}"


def _study(optuna: Any, config: TrainConfig, space: Space, corpus: Corpus) -> Any:
    """Open the study of a config, a space and data, or begin it."""
    name = identify(config, corpus.fingerprints)
    name += "-" + hashlib.sha256(json.dumps(space, sort_keys=True).encode()).hexdigest()[:8]
    folder = Path(config.runs) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.db"
    sys.stderr.write(f"study: {path}\n")
    return optuna.create_study(
        storage=f"sqlite:///{path.resolve()}",
        study_name=name,
        direction="maximize",
        load_if_exists=True,
    )


def _tidied(optuna: Any, study: Any) -> int:
    """Give up trials that were cut short, and count those that came to an end."""
    states = optuna.trial.TrialState
    for trial in study.get_trials(states=[states.RUNNING]):
        study.tell(trial.number, state=states.FAIL)
    return sum(
        trial.state == states.COMPLETE or "error" in trial.user_attrs for trial in study.trials
    )


def inner_splits(config: TrainConfig, corpus: Corpus) -> list[Split]:
    """Split what the protocol does not measure; see the module.

    Raises
    ------
    DataError
        If there is nothing to choose on.
    """
    _, folds = planned(config, corpus)
    measured = [sentence for fold in folds for sentence in fold.held_out]
    touched = {sentence.id for sentence in measured}
    free = [sentence for sentence in corpus.sentences if sentence.id not in touched]
    try:
        if free:
            return list(_by_event(config, corpus, measured, free))
        return list(_by_writer(training_rows(config, corpus, measured)))
    except ConfigError:
        raise DataError(NOTHING) from None


def _by_event(
    config: TrainConfig, corpus: Corpus, measured: Sequence[Any], free: Sequence[Any]
) -> Iterator[Split]:
    """Hold each event out in turn, beside those that are measured later."""
    gold = {example.id: example for example in corpus.gold_examples()}
    for event in dict.fromkeys(gold[sentence.id].group for sentence in free):
        held_out = [sentence for sentence in free if gold[sentence.id].group == event]
        yield Split(
            training_rows(config, corpus, [*measured, *held_out]),
            [gold[sentence.id] for sentence in held_out],
        )


def _by_writer(rows: Hints) -> Iterator[Split]:
    """Hold thirds of the writers out."""
    groups = [example.group for example in rows.examples]
    if len(set(groups)) < 3:
        raise DataError(NOTHING)
    for train, held_out in GroupKFold(n_splits=3).split(groups, groups=groups):
        yield Split(_part(rows, train.tolist()), [rows.examples[place] for place in held_out])


def _part(rows: Hints, places: Sequence[int]) -> Hints:
    """Give some of the rows, with the refilling of those."""
    refill = rows.refill
    return replace(
        rows,
        examples=[rows.examples[place] for place in places],
        refill=None if refill is None else lambda k: [refill(k)[place] for place in places],
    )


def objective(config: TrainConfig, splits: Sequence[Split]) -> float:
    """Give the macro-F1 of a config over the pooled held-out statements of all splits."""
    tallies = []
    for split in splits:
        statements = [example for example in split.held_out if example.mode != "narration"]
        model = model_class(config.model)(config.params, config.seed)
        fit(model, split.train)
        answers = model.predict_proba(
            [example.text for example in statements], [example.context for example in statements]
        )
        truth = stance_indices([example.stance for example in statements])
        tallies.append(tally(truth, np.argmax(answers, axis=1)))
    return float(macro_f1(np.concatenate(tallies).sum(axis=0)))
