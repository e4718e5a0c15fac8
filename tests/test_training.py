"""Training jobs: what a run holds, and what becomes of it when something goes wrong."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from shell import shell

from demarche import training
from demarche.cli import main
from demarche.config import GROUPS, composed, swept
from demarche.corpus.corpus import load_corpus
from demarche.errors import ConfigError, DemarcheError, RunError
from demarche.evaluation.metrics import PROBABILITY_COLUMNS
from demarche.models.majority import Majority
from demarche.runs import Run, best_run, find_run, list_runs, remove_run
from demarche.stance import STANCES
from demarche.training import train


def config(runs: Path, *overrides: str):
    return composed(["model=majority", "data=articles", f"runs={runs}", *overrides])


def shipped(group: str) -> list[str]:
    folder = files("demarche.configs").joinpath(group)
    names = [path.name for path in folder.iterdir()]
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


@pytest.mark.parametrize(
    "override",
    [f"{group}={name}" for group in GROUPS for name in shipped(group)],
)
def test_every_shipped_config_is_right(override):
    composed([override])


def test_a_run_holds_what_it_promises(tmp_path):
    run = train(config(tmp_path, "model=tfidf"))
    assert run.state == "finished"
    assert run.config["config"]["model"] == "tfidf"
    assert len(run.config["fingerprints"]["gold.jsonl"]) == 64
    assert run.config["versions"]["scikit-learn"]
    table = run.predictions()
    assert len(table) == 193
    assert table["id"].is_unique
    assert np.allclose(table[list(PROBABILITY_COLUMNS)].sum(axis=1), 1)
    best = table[list(PROBABILITY_COLUMNS)].to_numpy().argmax(axis=1)
    assert [STANCES[column] for column in best] == table["predicted"].tolist()
    assert run.metrics["statements"]["n"] == 139
    assert run.metrics["sentences"]["n"] == 193
    assert set(run.metrics["by"]) == {"article", "mode", "side"}
    assert run.model().predict_proba(["We blame them."]).shape == (1, 4)
    assert run.timings["fit_seconds"] > 0
    assert run.timings["sentences_per_second"] > 0
    assert not [path for path in run.path.rglob("*") if path.name.startswith(".")]


def test_held_out_predictions_are_those_of_a_model_that_never_saw_the_event(tmp_path, monkeypatch):
    seen: list[set[str]] = []
    fit = Majority.fit

    def spy(self, texts, stances, contexts=None, hints=None):
        seen.append({example.group for example in hints.examples})
        return fit(self, texts, stances, contexts, hints)

    monkeypatch.setattr(Majority, "fit", spy)
    train(config(tmp_path))
    *folds, whole = seen
    assert {frozenset(whole - fold) for fold in folds} == {frozenset([event]) for event in whole}
    assert len(folds) == len(whole) == 4


def test_the_words_of_errors_are_weighed_by_the_model_that_made_them(tmp_path, monkeypatch):
    articles = load_corpus().articles
    whole = {article.event for article in articles.values()}
    rows_without: dict[str, int] = {}

    class Counts(Majority):
        """Takes all for escalatory: the more so, the more words and the more training rows."""

        def fit(self, texts, stances, contexts=None, hints=None):
            self.rows = len(texts)
            rows_without.update(dict.fromkeys(whole - {e.group for e in hints.examples}, self.rows))
            return super().fit(texts, stances, contexts, hints)

        def predict_proba(self, texts, contexts=None):
            odds = np.ones((len(texts), len(STANCES)))
            odds[:, 0] = [np.exp(len(text.split()) * self.rows / 1e4) for text in texts]
            return odds / odds.sum(axis=1, keepdims=True)

    monkeypatch.setattr(training, "model_class", lambda _: Counts)
    run = train(config(tmp_path))
    table = run.predictions().set_index("id")
    wrong = table[(table["mode"] != "narration") & (table["stance"] != "escalatory")]
    weights = run.evidence()
    assert set(weights["id"]) == set(wrong.index)
    for row in weights.itertuples():
        text, article = table.loc[row.id, ["text", "article"]]
        assert text[row.start : row.end] == row.word
        fewer = len(text.split()) - len((text[: row.start] + text[row.end :]).split())
        expected = fewer * rows_without[articles[article].event] / 1e4
        assert row.weight == pytest.approx(expected, abs=1e-9)


def test_the_same_experiment_is_not_run_twice(tmp_path, monkeypatch, capsys):
    first = train(config(tmp_path))
    monkeypatch.setattr(Majority, "fit", None)
    assert train(config(tmp_path)) == first
    assert "already finished" in capsys.readouterr().err


def test_a_damaged_model_is_trained_anew_as_its_error_says(tmp_path, capsys):
    run = train(config(tmp_path, "protocol=none"))
    (run.path / "model" / "majority.json").write_text("not a model")
    with pytest.raises(RunError, match="train the run again"):
        run.model()
    train(config(tmp_path, "protocol=none")).model()
    assert "damaged" in capsys.readouterr().err


def test_a_run_that_another_command_is_training_is_left_alone(tmp_path):
    run = train(config(tmp_path, "protocol=none"))
    (run.path / "status.json").write_text(json.dumps(run.status | {"state": "running"}))
    with pytest.raises(RunError, match=f"process {os.getpid()} on"):
        train(config(tmp_path, "protocol=none"))
    assert (run.path / "model" / "majority.json").is_file()  # as it was
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    status = run.status | {"state": "running", "pid": ended.pid}
    (run.path / "status.json").write_text(json.dumps(status))
    assert train(config(tmp_path, "protocol=none")).state == "finished"


def test_another_seed_is_another_run(tmp_path):
    assert train(config(tmp_path)).id != train(config(tmp_path, "seed=2")).id


def test_protocols(tmp_path):
    holdout = train(config(tmp_path, "protocol=holdout"))
    assert set(holdout.predictions()["article"]) == {"korea-herald-2024-10-15", "asiae-2024-10-15"}
    nothing = train(config(tmp_path, "protocol=none"))
    assert nothing.metrics is None
    assert nothing.model().predict_proba(["x"]).shape == (1, 4)


def test_no_data_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="nothing is left"):
        train(config(tmp_path, "data.gold=0"))
    assert [run.state for run in list_runs(tmp_path)] == ["failed"]


def test_an_interrupt_leaves_no_half_model(tmp_path, monkeypatch):
    def interrupted(self, directory):
        (directory / "half").write_text("half a mod")
        raise KeyboardInterrupt

    monkeypatch.setattr(Majority, "save", interrupted)
    arguments = ["train", "model=majority", "data=articles", f"runs={tmp_path}"]
    assert main(arguments) == 130
    (run,) = list_runs(tmp_path)
    assert run.state == "interrupted"
    assert not list(run.path.glob("*model*"))
    with pytest.raises(RunError, match="interrupted"):
        run.model()
    monkeypatch.undo()
    assert main(arguments) == 0
    assert run.state == "finished"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_marks_the_run_interrupted(tmp_path, number):
    command = [sys.executable, "-m", "demarche", "train", "model=transformer", f"runs={tmp_path}"]
    # A shell in the background has its children ignore SIGINT.
    listening = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=listening)
    while not list(tmp_path.glob("*/config.json")):
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors
    (run,) = list_runs(tmp_path)
    assert run.state == "interrupted"


def test_a_full_disk_fails_the_job_in_one_line(tmp_path, monkeypatch, capsys):
    def full(self, directory):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Majority, "save", full)
    assert main(["train", "model=majority", "data=articles", f"runs={tmp_path}"]) == 1
    errors = capsys.readouterr().err
    assert "No space left on device" in errors
    assert "Traceback" not in errors
    (run,) = list_runs(tmp_path)
    assert run.state == "failed"
    assert not list(run.path.glob("*model*"))


def test_a_killed_run_reads_as_interrupted(tmp_path):
    run = train(config(tmp_path))
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    status = {**run.status, "state": "running", "pid": child.pid}
    (run.path / "status.json").write_text(json.dumps(status))
    assert run.state == "interrupted"


def test_runs_are_found_by_beginning_end_and_path(tmp_path):
    first, second = train(config(tmp_path)), train(config(tmp_path, "seed=2"))
    assert find_run(first.id[:-3], tmp_path) == first
    assert find_run(second.id.rsplit("-", 1)[1], tmp_path) == second
    assert find_run(str(first.path)).id == first.id
    with pytest.raises(DemarcheError, match="fits 2 runs"):
        find_run("majority", tmp_path)
    with pytest.raises(DemarcheError, match="demarche runs"):
        find_run("tfidf", tmp_path)


def test_the_best_run_is_measured_on_most_and_scores_most(tmp_path):
    with pytest.raises(RunError, match="train one"):
        best_run(tmp_path)
    train(config(tmp_path, "protocol=none"))
    train(config(tmp_path))
    tfidf = train(config(tmp_path, "model=tfidf"))
    train(config(tmp_path, "model=tfidf", "protocol=holdout"))
    assert best_run(tmp_path) == tfidf


@pytest.mark.parametrize(
    "name", ["config.json", "status.json", "metrics.json", "predictions.parquet"]
)
def test_a_damaged_run_is_named(tmp_path, name, capsys):
    run = train(config(tmp_path))
    (run.path / name).write_bytes(b"{")
    assert main(["compare", "--runs", str(tmp_path), run.id]) in (1, 2)
    errors = capsys.readouterr().err
    assert run.id in errors
    assert "Traceback" not in errors


def test_a_run_is_removed_unless_it_is_running(tmp_path):
    run = train(config(tmp_path))
    status = (run.path / "status.json").read_text()
    running = {**json.loads(status), "state": "running", "pid": os.getpid()}
    (run.path / "status.json").write_text(json.dumps(running))
    with pytest.raises(DemarcheError, match="still running"):
        remove_run(run)
    (run.path / "status.json").write_text(status)
    remove_run(run)
    assert list_runs(tmp_path) == []


def test_a_sweep_trains_every_combination(tmp_path, capsys):
    runs = f"runs={tmp_path}"
    assert main(["train", "-m", "model=majority,tfidf", "data=articles", "seed=1,2", runs]) == 0
    ids = capsys.readouterr().out.split()
    assert sorted(ids) == sorted(run.id for run in list_runs(tmp_path))
    assert len(ids) == 4
    assert [p.name for p in tmp_path.iterdir() if not (p / "config.json").exists()] == [".sweep"]


def test_a_sweep_goes_on_after_a_failed_job_and_says_which(tmp_path, monkeypatch, capsys):
    predict = training.predict

    def fails_for_seed_1(model, sentences):
        if model.seed == 1:
            raise RunError("planted")
        return predict(model, sentences)

    monkeypatch.setattr(training, "predict", fails_for_seed_1)
    command = ["train", "-m", "model=majority", "data=articles", f"runs={tmp_path}"]
    assert main([*command, "seed=1,2"]) == 1
    assert sorted(run.state for run in list_runs(tmp_path)) == ["failed", "finished"]
    errors = capsys.readouterr().err
    assert errors.endswith("2 jobs: 1 trained, 1 not finished\n  seed=1: failed: planted\n")
    monkeypatch.undo()
    assert main([*command, "seed=1,2"]) == 0
    errors = capsys.readouterr().err
    assert "already finished" in errors
    assert errors.endswith("2 jobs: 1 trained, 1 finished before\n")


def test_a_sweep_shows_an_unforeseen_error_and_still_sums_up(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Majority, "predict_proba", lambda *_: 1 / 0)
    command = ["train", "-m", "model=majority", "data=articles", f"runs={tmp_path}", "seed=1,2"]
    assert main(command) == 1
    errors = capsys.readouterr().err
    assert "ZeroDivisionError" in errors
    assert errors.count("failed: division by zero") == 2


def test_jobs_in_other_processes_are_summed_up_too(tmp_path):
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    done = shell(
        "demarche train -m model=majority data=articles data.gold=0,0.5 hydra/launcher=joblib "
        f"hydra.launcher.n_jobs=2 runs={tmp_path}"
    )
    assert done.returncode == 1
    finished = [run.id for run in list_runs(tmp_path) if run.state == "finished"]
    assert done.stdout.split() == finished
    assert "job 2 of 2: data.gold=0.5\n" in done.stderr
    assert done.stderr.count("nothing is left to train on") == 2
    assert "2 jobs: 1 trained, 1 not finished\n  data.gold=0: failed: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_launcher_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("demarche.extras.find_spec", lambda name: None)
    assert main(["train", "-m", "hydra/launcher=joblib", "seed=1,2", f"runs={tmp_path}"]) == 2
    assert "pip install 'demarche[sweep]'" in capsys.readouterr().err


def test_the_same_job_twice_is_refused(tmp_path, capsys):
    command = ["train", "-m", "model=majority", "data=articles", f"runs={tmp_path}"]
    assert main([*command, "data.gold=1,1.0"]) == 2
    assert "the same: data.gold=1 and data.gold=1.0" in capsys.readouterr().err
    assert list_runs(tmp_path) == []


def test_the_ablation_is_a_list_of_variants_and_each_is_right():
    jobs = swept(["experiment=ablation", "seed=1,2"])
    assert len(jobs) == 2 * len(shipped("ablation"))
    variants = {tuple(job): composed(job) for job in jobs}
    assert {config.model for config in variants.values()} == {"transformer"}
    assert len({str(config) for config in variants.values()}) == len(jobs)
    only = swept(["experiment=ablation", "ablation=articles,statements", "model=tfidf"])
    assert [job[0] for job in only] == ["ablation=articles", "ablation=statements"]


def test_a_sweep_with_one_wrong_job_starts_none(tmp_path, capsys):
    assert main(["train", "-m", "model=majority,tfidff", f"runs={tmp_path}"]) == 2
    assert "did you mean tfidf" in capsys.readouterr().err
    assert list_runs(tmp_path) == []


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model=tfidff", "did you mean tfidf"),
        ("data=artikles", "did you mean articles"),
        ("protocol=loeo", "the choices are holdout, leave_one_event_out, none"),
        ("sed=3", "did you mean seed"),
        ("model.strength=1", "did you mean model.strengths"),
        ("+model.strength=1", "did you mean model.strengths"),
        ("model.max_features=many", "model.max_features"),
        ("model.strengths=3", "model.strengths"),
        ("data.synthetic_articles=1.5", "data.synthetic_articles=1.5"),
        ("data.gold=-0.1", "data.gold=-0.1"),
        ("tracking=wandb", "none, mlflow, trackio"),
        ("seed=-1", "0 or more"),
        ("seed=one", "whole number"),
        ("protocol.event=nowhere", "nowhere"),
        ("data.folder=/nowhere", "/nowhere/gold.jsonl"),
        ("tfidf", "tfidf"),
        ("seed=1,2", "seed"),
    ],
)
def test_a_wrong_config_is_refused_in_one_line(override, message, tmp_path, capsys):
    extra = ["protocol=holdout"] if override.startswith("protocol.") else []
    assert main(["train", f"runs={tmp_path}", *extra, override]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1
    assert all(run.state == "failed" for run in list_runs(tmp_path))


def test_a_corpus_of_ones_own(tmp_path):
    """As the README says: a folder with articles.yaml and texts, and one with gold.jsonl."""
    from demarche.corpus.corpus import packaged

    for kind in ("seeds", "data"):
        (tmp_path / kind).mkdir()
    for path in packaged("seeds").glob("*.*"):
        (tmp_path / "seeds" / path.name).write_bytes(path.read_bytes())
    gold = (packaged("data") / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "data" / "gold.jsonl").write_text("\n".join(gold[:150]), encoding="utf-8")
    run = train(
        config(tmp_path / "runs", f"data.seeds={tmp_path}/seeds", f"data.folder={tmp_path}/data")
    )
    assert len(run.predictions()) == 150
    assert isinstance(run, Run)
