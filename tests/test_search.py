"""The search for parameters: honest about what it chooses on, resumable, and seeded."""

from dataclasses import replace

import pytest

from demarche.cli import main
from demarche.config import composed
from demarche.corpus.corpus import Corpus
from demarche.errors import ConfigError, DataError, DemarcheError, UsageError
from demarche.search import inner_splits, read_space, search
from demarche.training import planned

SPACE = "model.max_features: {low: 50, high: 400}\nmodel.words: [[1, 1], [1, 2]]\n"
FAST = ["model=tfidf", "data=articles", "protocol=holdout", "model.strengths=[1.0]"]


@pytest.fixture(scope="module")
def small(corpus: Corpus) -> Corpus:
    """All gold sentences, and one in forty synthetic statements."""
    return replace(corpus, statements=corpus.statements[::40], synthetic_articles=[])


@pytest.fixture(autouse=True)
def _reads_small(small, monkeypatch):
    monkeypatch.setattr("demarche.search.read_corpus", lambda *_: small)


@pytest.fixture
def quick(monkeypatch):
    """Score a config by its parameters, without training."""
    calls = []

    def score(config, splits):
        calls.append(config)
        return 1 - abs(config.params.max_features - 200) / 1000

    monkeypatch.setattr("demarche.search.objective", score)
    return calls


@pytest.fixture
def space(tmp_path):
    path = tmp_path / "space.yaml"
    path.write_text(SPACE)
    return path


def trials(folder):
    """What each finished trial tried and scored."""
    import optuna

    (path,) = (folder / ".search").glob("*.db")
    study = optuna.load_study(study_name=path.stem, storage=f"sqlite:///{path}")
    return [(t.params, t.value) for t in study.trials if t.value is not None]


@pytest.mark.parametrize("model", ["tfidf", "embedding", "transformer"])
def test_every_shipped_space_fits_its_model(model):
    for key, of in read_space(model).items():
        for value in of if isinstance(of, list) else (of["low"], of["high"]):
            composed([f"model={model}", f"{key}={value}"])


@pytest.mark.parametrize("protocol", ["leave_one_event_out", "holdout"])
def test_nothing_that_is_measured_later_is_seen(small, protocol):
    config = composed(["data=all", "data.synthetic_articles=0", f"protocol={protocol}"])
    measured = {s.id for fold in planned(config, small)[1] for s in fold.held_out}
    splits = inner_splits(config, small)
    assert len(splits) == 3
    for split in splits:
        trained, held_out = (
            {e.id for e in rows} for rows in (split.train.examples, split.held_out)
        )
        assert trained
        assert held_out
        assert not measured & (trained | held_out)
        groups = {e.group for e in split.train.examples}
        assert groups.isdisjoint(e.group for e in split.held_out)
        synthetic = {e.synthetic for e in split.held_out}
        assert synthetic == {protocol == "leave_one_event_out"}


def test_a_part_of_the_rows_is_refilled_row_by_row(small):
    split = inner_splits(composed(["data=statements"]), small)[0]
    again = split.train.refill(1)
    assert [e.id for e in again] == [e.id for e in split.train.examples]
    assert [e.text for e in again] != [e.text for e in split.train.examples]


def test_events_alone_cannot_choose_where_all_are_measured(small):
    with pytest.raises(DataError, match="protocol=holdout"):
        inner_splits(composed(["data=articles"]), small)


def test_a_study_that_was_stopped_ends_as_one_that_was_not(tmp_path, space, quick, monkeypatch):
    pytest.importorskip("optuna")
    from demarche import search as module

    whole, parts = tmp_path / "whole", tmp_path / "parts"
    best = search([*FAST, f"runs={whole}"], 12, space)
    assert len(quick) == 12
    score = module.objective

    def killed(config, splits):
        if len(quick) == 12 + 3:
            raise KeyboardInterrupt
        return score(config, splits)

    monkeypatch.setattr(module, "objective", killed)
    with pytest.raises(KeyboardInterrupt):
        search([*FAST, f"runs={parts}"], 12, space)
    assert len(trials(parts)) == 3
    monkeypatch.setattr(module, "objective", score)
    assert search([*FAST, f"runs={parts}"], 12, space)[-2:] == best[-2:]
    assert len(quick) == 12 + 12, "finished trials are not run again"
    assert trials(parts) == trials(whole)
    params, _ = max(trials(whole), key=lambda trial: trial[1])
    assert f"model.max_features={params['model.max_features']}" in best


def test_another_seed_tries_something_else(tmp_path, space, quick):
    pytest.importorskip("optuna")
    for seed in (1, 2):
        search([*FAST, f"seed={seed}", f"runs={tmp_path / str(seed)}"], 1, space)
    assert trials(tmp_path / "1") != trials(tmp_path / "2")


def test_a_failed_trial_does_not_stop_the_others(tmp_path, space, monkeypatch, capsys):
    pytest.importorskip("optuna")
    from demarche import search as module

    scores = iter([DataError("planted"), 0.25])

    def planted(config, splits):
        score = next(scores)
        if isinstance(score, Exception):
            raise score
        return score

    monkeypatch.setattr(module, "objective", planted)
    assert search([*FAST, f"runs={tmp_path}"], 2, space)
    assert "trial 1: planted" in capsys.readouterr().err
    scores = iter([DataError("planted")])
    with pytest.raises(DemarcheError, match="all 1 trials failed"):
        search([*FAST, "seed=2", f"runs={tmp_path}"], 1, space)


def test_its_output_is_for_training(tmp_path, space, monkeypatch, capsys):
    pytest.importorskip("optuna")
    arguments = ["search", *FAST, f"runs={tmp_path}", "--trials", "1", "--space", str(space)]
    assert main(arguments) == 0
    overrides = capsys.readouterr().out.split()
    assert overrides[: len(FAST)] == FAST
    assert composed(overrides).params.max_features <= 400


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model.wrds: [1]\n", "did you mean model.words"),
        ("model.min_rows: [many]\n", "model.min_rows"),
        ("model.min_rows: {low: 3}\n", "low: N, high: N"),
        ("model.min_rows: {low: 3, high: 1}\n", "low: N, high: N"),
        ("model.min_rows: []\n", "VALUE"),
        ("[1, 2]\n", "expected keys"),
        ("a: [\n", "space.yaml"),
        ("", "expected keys"),
    ],
)
def test_a_wrong_space_is_told_before_the_first_trial(tmp_path, space, text, message):
    pytest.importorskip("optuna")
    space.write_text(text)
    with pytest.raises(ConfigError, match=message):
        search([*FAST, f"runs={tmp_path}"], 2, space)
    assert not (tmp_path / ".search").exists()


def test_a_model_without_a_space_and_a_missing_library(tmp_path, monkeypatch, capsys):
    assert main(["search", "model=tfidf", "--trials", "0"]) == 2
    pytest.importorskip("optuna")
    assert main(["search", "model=majority", f"runs={tmp_path}"]) == 2
    assert "majority" in capsys.readouterr().err
    monkeypatch.setattr("demarche.extras.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"demarche\[search\]"):
        search(FAST, 1)
