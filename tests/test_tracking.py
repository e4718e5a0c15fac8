"""Tracking: finished runs logged from their folders, locally, and never at a run's cost."""

import socket
import sys
from types import SimpleNamespace

import pytest

from demarche import training
from demarche.cli import main
from demarche.config import composed
from demarche.errors import DemarcheError
from demarche.runs import list_runs
from demarche.tracking import TRACKERS, figures, measures, track
from demarche.training import train


@pytest.fixture(autouse=True)
def _reads_once(corpus, monkeypatch):
    monkeypatch.setattr(training, "read_corpus", lambda *_: corpus)


@pytest.fixture
def command(tmp_path):
    return ["train", "model=majority", "data=articles", f"runs={tmp_path}"]


@pytest.fixture
def run(tmp_path):
    return train(composed(["model=majority", "data=articles", f"runs={tmp_path}"]))


def test_it_is_off_and_changes_no_run(tmp_path, monkeypatch):
    assert composed([]).tracking == "none"
    first = train(composed(["model=majority", "data=articles", f"runs={tmp_path}"]))
    overrides = ["model=majority", "data=articles", "tracking=mlflow", f"runs={tmp_path}"]
    assert train(composed(overrides)) == first


def test_a_missing_library_is_told_before_anything_is_trained(
    command, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("demarche.extras.find_spec", lambda name: None)
    assert main([*command, "tracking=mlflow"]) == 2
    assert "pip install 'demarche[mlflow]'" in capsys.readouterr().err
    assert main([*command, "tracking=wandb"]) == 2
    assert "none, mlflow, trackio" in capsys.readouterr().err
    assert list_runs(tmp_path) == []


def test_a_run_survives_a_tracking_that_fails(command, tmp_path, monkeypatch, capsys):
    logged = []

    def full(run, folder):
        raise OSError("the disk is full")

    monkeypatch.setattr("demarche.extras.find_spec", lambda name: True)
    monkeypatch.setitem(TRACKERS, "mlflow", full)
    assert main([*command, "tracking=mlflow"]) == 1
    errors = capsys.readouterr().err
    assert "finished and kept" in errors
    assert "the disk is full" in errors
    (run,) = list_runs(tmp_path)
    assert run.state == "finished"
    monkeypatch.setitem(TRACKERS, "mlflow", lambda run, folder: logged.append((run, folder)))
    assert main([*command, "tracking=mlflow"]) == 0
    assert logged == [(run, tmp_path / ".tracking")]


def test_a_sweep_logs_each_finished_run(command, tmp_path, monkeypatch):
    logged = []
    monkeypatch.setattr("demarche.extras.find_spec", lambda name: True)
    monkeypatch.setitem(TRACKERS, "trackio", lambda run, folder: logged.append(run))
    assert main([*command, "-m", "seed=1,2", "tracking=trackio"]) == 0
    assert logged == list_runs(tmp_path)


def test_figures_and_measures_are_those_of_the_run(run):
    found = measures(run)
    assert found["statements.macro_f1"] == run.metrics["statements"]["macro_f1"]
    assert found["statements.per_class.neutral.f1"] > 0
    assert all(isinstance(value, float) for value in found.values())
    with figures(run) as folder:
        assert {path.name for path in folder.iterdir()} >= {"by_article.svg", "by_mode.svg"}
    assert not folder.exists()


def test_a_run_without_figures_is_logged_too(tmp_path):
    overrides = ["model=majority", "data=articles", "protocol=none", f"runs={tmp_path}"]
    run = train(composed(overrides))
    assert set(measures(run)) == {"fit_seconds", "sentences_per_second", "megabytes"}
    with figures(run) as folder:
        assert not list(folder.iterdir())


def test_trackio_forgets_what_it_logged_in_part(run, monkeypatch):
    kept = []

    def fail(*_, **__):
        raise OSError("full")

    fake = SimpleNamespace(
        Api=lambda: SimpleNamespace(runs=lambda project: list(kept)),
        init=lambda project, name, **_: kept.append(SimpleNamespace(name=name, delete=kept.clear)),
        log_artifact=fail,
        finish=lambda: None,
    )
    monkeypatch.setattr("demarche.tracking.load_extra", lambda *_: fake)
    with pytest.raises(DemarcheError, match="full"):
        track(run, "trackio")
    assert not kept


@pytest.mark.parametrize("name", ["mlflow", "trackio"])
def test_the_real_library_keeps_it_here(run, name, monkeypatch, capsys):
    pytest.importorskip(name)

    def refused(*_):
        raise AssertionError("something is sent out")

    monkeypatch.setattr(socket.socket, "connect", refused)
    for _ in range(2):
        track(run, name)
    assert not capsys.readouterr().out
    folder = run.path.parent / ".tracking"
    if name == "mlflow":
        client = sys.modules["mlflow"].MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
        number = client.get_experiment_by_name("demarche").experiment_id
        (logged,) = client.search_runs([number])
        assert logged.data.params["config.model"] == "majority"
        assert logged.data.metrics["statements.macro_f1"] == measures(run)["statements.macro_f1"]
        assert (folder / "mlflow" / logged.info.run_id / "artifacts/run/model").is_dir()
        assert (folder / "mlflow" / logged.info.run_id / "artifacts/figures").is_dir()
    else:
        (logged,) = sys.modules["trackio"].Api().runs("demarche")
        assert logged.name == run.id
        assert logged.config["config.model"] == "majority"
        assert list((folder / "trackio" / "artifacts").rglob("*"))
