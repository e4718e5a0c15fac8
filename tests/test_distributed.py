"""Jobs on several processes and machines: torchrun's fine-tuning, and sweeps through submitit."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from encoders import make_encoder
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file
from shell import shell
from torch.distributed import HashStore
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from demarche import ranks, training
from demarche.cli import main
from demarche.config import composed
from demarche.errors import DemarcheError
from demarche.models import finetune
from demarche.models.encoder import device
from demarche.models.majority import Majority
from demarche.models.parallel import share
from demarche.runs import list_runs
from demarche.training import train

# In single precision, so that processes can be compared, and without the export, which is slow.
SINGLE = """
import os, sys
from demarche import training
from demarche.cli import main
from demarche.models import finetune, transformer
finetune.has_bfloat16 = lambda: False
training.write_graphs = lambda *_: None
"""

FAILING = """
def planted(*_):
    raise RuntimeError("planted")
if os.environ["RANK"] == "1":
    transformer.finetune = planted
"""


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A tiny encoder fine-tuned on 144, then on 193 rows: batches of 11 that leave 1 and 6."""
    return [
        "model=transformer",
        f"model.encoder={make_encoder(tmp_path_factory.mktemp('encoder'))}",
        "model.trained_layers=null",
        "model.learning_rate=1e-3",
        "model.max_tokens=32",
        "model.dropout=0",
        "model.hidden_tokens=0.2",
        "model.least_steps=0",
        "model.batch_size=11",
        "data=articles",
        "protocol=holdout",
    ]


def torchrun(folder: Path, overrides: list[str], patch: str = "") -> subprocess.CompletedProcess:
    """Start `demarche train` in two processes."""
    script = folder / "job.py"
    script.write_text(f"{SINGLE}{patch}sys.exit(main())\n")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command = [*launcher, "--nproc-per-node", "2", str(script), "train", *overrides]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_two_processes_train_what_one_trains(job, tmp_path, monkeypatch):
    monkeypatch.setattr("demarche.models.finetune.has_bfloat16", lambda: False)
    monkeypatch.setattr(training, "write_graphs", lambda *_: None)
    alone = train(composed([*job, f"runs={tmp_path / 'alone'}"]))
    done = torchrun(tmp_path, [*job, f"runs={tmp_path / 'both'}"])
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{alone.id}\n"
    assert done.stderr.count("macro-F1") == 1
    assert [path.name for path in (tmp_path / "both").iterdir()] == [alone.id]
    (both,) = list_runs(tmp_path / "both")
    assert both.state == "finished"
    columns = [name for name in alone.predictions() if name.startswith("p_")]
    expected, found = (run.predictions()[columns].to_numpy() for run in (alone, both))
    assert np.abs(expected - found).max() < 1e-6
    expected, found = (load_file(run.path / "model/model.safetensors") for run in (alone, both))
    assert max(np.abs(expected[name] - found[name]).max() for name in expected) < 1e-6


def test_a_failure_in_one_process_ends_all_and_marks_the_run(job, tmp_path):
    done = torchrun(tmp_path, [*job, f"runs={tmp_path / 'runs'}"], FAILING)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "demarche: rank 1: planted\n" in done.stderr
    (run,) = list_runs(tmp_path / "runs")
    assert run.state == "failed"
    assert run.status["error"] == "rank 1: planted"


@given(rows=st.integers(1, 70), processes=st.integers(1, 9))
def test_every_row_counts_alike_however_many_processes(rows, processes):
    counted = np.zeros(rows)
    for rank in range(processes):
        own, weight = share(rows, rank, processes)
        counted[own] += weight / len(own) / processes
    assert np.allclose(counted, 1 / rows)


@pytest.fixture
def as_rank(monkeypatch, corpus):
    """Make this process one of two; what they share is kept in memory."""
    store = HashStore()
    monkeypatch.setattr(ranks, "_store", lambda: store)
    monkeypatch.setattr(training, "read_corpus", lambda *_: corpus)

    def become(number: int) -> HashStore:
        monkeypatch.setenv("TORCHELASTIC_RUN_ID", "test")
        for name in ("WORLD_SIZE", "LOCAL_WORLD_SIZE"):
            monkeypatch.setenv(name, "2")
        for name in ("RANK", "LOCAL_RANK"):
            monkeypatch.setenv(name, str(number))
        return store

    before = signal.getsignal(signal.SIGTERM)
    yield become
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("other", "error", "state", "status"),
    [
        (None, RuntimeError("no memory\nleft"), "failed", 1),
        ("rank 1: no memory", RuntimeError("connection closed"), "failed", 1),
        ("rank 1: no memory", KeyboardInterrupt(), "failed", 1),
        ("rank 1: interrupted", RuntimeError("connection closed"), "interrupted", 130),
        (None, KeyboardInterrupt(), "interrupted", 130),
        (None, RuntimeError("[pair.cc:553] Connection closed by peer [::1]:9"), "failed", 1),
    ],
)
def test_the_first_to_end_says_why(
    other, error, state, status, as_rank, job, tmp_path, monkeypatch, capsys
):
    store = as_rank(0)

    def fails(*_):
        if other:
            store.set("ended", other)
        raise error

    monkeypatch.setattr(training, "fit", fails)
    assert main(["train", *job, f"runs={tmp_path}"]) == status
    (run,) = list_runs(tmp_path)
    assert run.state == state
    if state == "failed":
        lost = "rank 0: another process has died or is out of reach; torchrun says which, below"
        reason = other or (lost if "closed" in str(error) else "rank 0: no memory left")
        assert run.status["error"] == reason
        assert capsys.readouterr().err.endswith(f"demarche: {reason}\n")


def test_the_others_write_and_say_nothing(as_rank, corpus, job, tmp_path, monkeypatch, capsys):
    run, _ = training.planned(composed([*job, f"runs={tmp_path}"]), corpus)
    store = as_rank(1)
    store.set("task", run.id)
    store.set("done", "")
    fitted = []
    monkeypatch.setattr(training, "fit", lambda model, rows: fitted.append(len(rows.examples)))
    assert main(["train", *job, f"runs={tmp_path}"]) == 0
    assert fitted == [144, 193]
    assert capsys.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []

    store.set("ended", "rank 0: no space left")
    monkeypatch.setattr(training, "fit", lambda *_: 1 / 0)
    with pytest.raises(SystemExit) as stopped:
        main(["train", *job, f"runs={tmp_path}"])
    assert stopped.value.code == 1
    assert capsys.readouterr() == ("", "")


def test_another_config_or_corpus_elsewhere_is_refused(as_rank, job, tmp_path, capsys):
    store = as_rank(1)
    store.set("task", "transformer-articles-holdout-s1-00000000")
    assert main(["train", *job, f"runs={tmp_path}"]) == 2
    assert "differ between the machines" in capsys.readouterr().err
    assert store.get("ended").startswith(b"rank 1: ")


def test_a_finished_run_is_not_trained_again(as_rank, tmp_path, monkeypatch, capsys):
    arguments = ["model=majority", "data=articles", f"runs={tmp_path}"]
    first = train(composed(arguments))
    monkeypatch.setattr(Majority, "fit", None)
    as_rank(0)
    assert train(composed(arguments)) == first
    as_rank(1)
    assert main(["train", *arguments]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "model=tfidf"], "train it without torchrun"),
        (["train", "-m", "model=transformer", "seed=1,2"], "one job at a time"),
        (["train", "model=transformer", "sed=1"], "did you mean seed"),
        (["search", "model=transformer"], "only `demarche train`"),
    ],
)
def test_what_is_no_job_for_several_processes_is_refused(
    arguments, message, as_rank, tmp_path, capsys
):
    as_rank(0)
    assert main([*arguments, f"runs={tmp_path}"]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1
    assert list_runs(tmp_path) == []


def test_each_process_has_a_gpu_of_its_own(as_rank, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert device() == torch.device("cuda", 0)
    as_rank(1)
    assert device() == torch.device("cuda", 1)
    as_rank(0)
    assert main(["train", "model=ensemble", f"runs={tmp_path}"]) == 2
    assert "torchrun --nproc-per-node 1" in capsys.readouterr().err


def test_a_process_alone_keeps_its_batches_where_there_are_more_gpus(job, tmp_path, monkeypatch):
    ready = finetune.TrainingArguments.__post_init__

    def with_two_gpus(arguments):
        ready(arguments)
        arguments._n_gpu = 2

    monkeypatch.setattr(finetune.TrainingArguments, "__post_init__", with_two_gpus)
    params = composed(job).params
    model = AutoModelForSequenceClassification.from_pretrained(params.encoder, num_labels=4)
    tokenizer = AutoTokenizer.from_pretrained(params.encoder)
    rows = finetune.Rows(["we meet", "they lie"] * 11, [0, 1] * 11, tokenizer, 32)
    trainer = finetune.make_trainer(model, rows, params, 1, None, str(tmp_path))
    assert len(trainer.get_train_dataloader()) == 2


def test_a_sweep_through_submitit(tmp_path):
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    done = shell(
        "demarche train -m model=majority data=articles data.gold=0,0.5 runs=runs "
        "hydra/launcher=submitit_local",
        cwd=tmp_path,
    )
    assert done.returncode == 1
    finished = [run.id for run in list_runs(tmp_path / "runs") if run.state == "finished"]
    assert done.stdout.split() == finished
    assert "2 jobs: 1 trained, 1 not finished\n  data.gold=0: failed: " in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    logs = tmp_path / "runs" / ".sweep" / ".submitit"
    assert f"printed: {logs.relative_to(tmp_path)}\n" in done.stderr
    said = "".join(path.read_text() for path in logs.glob("*/*.err"))
    assert "nothing is left to train on" in said


@pytest.mark.parametrize(
    ("missing", "message"), [("extra", "pip install 'demarche[slurm]'"), ("srun", "no Slurm here")]
)
def test_what_a_sweep_on_slurm_lacks_is_named(missing, message, tmp_path, monkeypatch, capsys):
    found = None if missing == "extra" else object()
    monkeypatch.setattr("demarche.extras.find_spec", lambda _: found)
    monkeypatch.setattr("shutil.which", lambda _: None)
    overrides = ["hydra/launcher=submitit_slurm", "seed=1,2", f"runs={tmp_path}"]
    assert main(["train", "-m", *overrides]) == 2
    assert message in capsys.readouterr().err


def test_an_unforeseen_error_keeps_its_kind(as_rank):
    as_rank(1)
    with pytest.raises(ZeroDivisionError), ranks.together():
        1 / 0  # noqa: B018
    as_rank(0)
    with pytest.raises(DemarcheError, match="rank 1: division by zero"), ranks.together():
        raise RuntimeError("connection closed")
