"""Exported models: graphs and folders that say what the run says, or nothing at all."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from encoders import make_encoder

from demarche import export
from demarche.cli import main
from demarche.config import composed
from demarche.errors import RunError
from demarche.evaluation.metrics import evaluate
from demarche.models import graphs
from demarche.models.onnx import FP32, INT8, OnnxClassifier, batches
from demarche.models.transformer import Transformer
from demarche.runs import Run, recorded, write_model, write_results
from demarche.training import predict, train

SENTENCES = ["we blame moscow", "They will attack", "the talks", "we blame moscow", "thank " * 90]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, corpus) -> Run:
    """A finished run of a tiny transformer, written step by step as a training does it."""
    folder = tmp_path_factory.mktemp("trained")
    small = [
        f"model.encoder={make_encoder(folder / 'encoder')}",
        "model.trained_layers=null",
        "model.max_tokens=32",
        "model.least_steps=0",
        "model.epochs=1",
    ]
    fixed = ["model=transformer", "data=articles", f"runs={folder / 'runs'}"]
    config = composed([*fixed, *small])
    model = Transformer(config.params, 1)
    model.fit([s.text for s in corpus.sentences[:40]], [s.stance for s in corpus.sentences[:40]])
    with recorded(config, corpus.fingerprints) as run:
        predictions = predict(model, corpus.sentences)
        write_results(run, evaluate(predictions), predictions)
        write_model(run, model, {})
        export.write_graphs(run, corpus.sentences)
    return run


@pytest.fixture
def run(trained: Run, tmp_path: Path) -> Run:
    """A copy that a test may change."""
    shutil.copytree(trained.path, tmp_path / trained.id)
    return Run(tmp_path / trained.id)


def test_a_finished_transformer_classifies_without_torch(trained):
    program = (
        "import json, sys, demarche\n"
        f"found = demarche.load({str(trained.path)!r}).classify({SENTENCES!r})\n"
        "heavy = {'torch', 'transformers', 'sklearn', 'pandas', 'hydra'} & set(sys.modules)\n"
        "print(json.dumps([sorted(heavy), [p.probabilities for p in found]]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    heavy, said = json.loads(done.stdout)
    assert heavy == []
    original = Transformer.load(trained.path / "model").predict_proba(SENTENCES)
    assert np.allclose(said, original, atol=0.03)
    assert said[0] == said[3]


def test_the_graph_is_the_classifier(run):
    folder = run.path / "model" / "onnx"
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "graph": FP32}))
    original = Transformer.load(run.path / "model").predict_proba(SENTENCES)
    assert np.allclose(OnnxClassifier.load(folder).predict_proba(SENTENCES), original, atol=1e-5)
    assert manifest["agreement"][FP32]["same"] == 1
    assert manifest["labels"] == ["escalatory", "conciliatory", "accusatory", "neutral"]


@pytest.mark.parametrize("graph", [FP32, INT8])
def test_batch_mates_make_no_difference(run, graph):
    folder = run.path / "model" / "onnx"
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "graph": graph}))
    model = OnnxClassifier.load(folder)
    together = model.predict_proba(SENTENCES)
    alone = np.vstack([model.predict_proba([text]) for text in SENTENCES])
    assert np.allclose(together, alone, atol=1e-6)
    assert model.predict_proba([]).shape == (0, 4)


def test_batches_hold_every_row_once_within_the_budget():
    lengths = np.random.default_rng(0).integers(1, 40, 200).tolist()
    found = list(batches(lengths, 64))
    assert sorted(row for rows in found for row in rows) == list(range(200))
    assert all(len(rows) == 1 or len(rows) * lengths[rows[0]] <= 64 for rows in found)
    assert all(lengths[rows[0]] == max(lengths[row] for row in rows) for rows in found)


def test_masked_text_is_masked_for_the_graph_too(run):
    path = run.path / "model" / "demarche.json"
    content = json.loads(path.read_text())
    content["params"]["mask_actors"] = True
    path.write_text(json.dumps(content))
    assert main(["export", str(run.path), "--to", "onnx"]) == 0
    moscow, seoul = run.model().predict_proba(["Moscow will attack.", "Seoul will attack."])
    assert np.array_equal(moscow, seoul)


def test_a_graph_that_disagrees_is_not_written(run, monkeypatch, capsys):
    shutil.rmtree(run.path / "model" / "onnx")
    monkeypatch.setattr(export, "LARGEST_DIFFERENCE", -1.0)
    assert main(["export", str(run.path), "--to", "onnx"]) == 1
    assert "nothing is written" in capsys.readouterr().err
    assert not list((run.path / "model").glob("*onnx*"))
    assert isinstance(run.model(), Transformer)


def test_eight_bits_that_disagree_give_way_to_single_precision(run, monkeypatch, capsys):
    monkeypatch.setattr(export, "LEAST_SAME", 1.1)
    assert main(["export", str(run.path), "--to", "onnx"]) == 0
    assert "single precision" in capsys.readouterr().err
    folder = run.path / "model" / "onnx"
    assert json.loads((folder / "manifest.json").read_text())["graph"] == FP32
    assert not (folder / INT8).exists()


def test_an_export_that_breaks_leaves_the_old_one(run, monkeypatch):
    before = run.model().predict_proba(SENTENCES)

    def broken(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(graphs, "write_int8", broken)
    assert main(["export", str(run.path), "--to", "onnx"]) == 130
    assert np.array_equal(run.model().predict_proba(SENTENCES), before)
    assert not list((run.path / "model").glob(".*"))


@pytest.mark.parametrize("damaged", ["graph", "tokenizer.json", "manifest.json"])
@pytest.mark.parametrize("how", ["garbage", "missing"])
def test_damage_is_one_clear_line(run, damaged, how):
    folder = run.path / "model" / "onnx"
    graph = json.loads((folder / "manifest.json").read_text())["graph"]
    path = folder / (graph if damaged == "graph" else damaged)
    path.write_text("not a model") if how == "garbage" else path.unlink()
    with pytest.raises(RunError, match=r"demarche export RUN --to onnx") as caught:
        run.model()
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pipeline_loads_the_folder_and_says_the_same(run, tmp_path):
    from huggingface_hub import ModelCard
    from transformers import pipeline

    folder = tmp_path / "pipeline"
    arguments = ["export", str(run.path), "--to", "transformers", "-o", str(folder)]
    assert main(arguments) == 0
    answers = pipeline("text-classification", str(folder), truncation=True)(SENTENCES)
    original = Transformer.load(run.path / "model").predict_proba(SENTENCES)
    verdicts = [export.STANCES[column] for column in original.argmax(axis=1)]
    assert [answer["label"] for answer in answers] == verdicts
    assert np.allclose([answer["score"] for answer in answers], original.max(axis=1), atol=1e-5)
    card = ModelCard.load(folder / "README.md")
    (macro_f1, _) = card.data.eval_results
    assert macro_f1.metric_value == round(run.metrics["statements"]["macro_f1"], 4)
    low, high = run.metrics["statements"]["macro_f1_interval"]
    assert f"{low:.3f} to {high:.3f}" in card.text
    assert run.config["fingerprints"]["gold.jsonl"] in card.text
    assert main(arguments) == 2, "an output that exists is not overwritten"


def test_what_has_no_such_form_is_refused(run, tmp_path, capsys):
    assert main(["export", str(run.path), "--to", "transformers"]) == 2
    assert main(["export", str(run.path), "--to", "onnx", "-o", str(tmp_path / "x")]) == 2
    tfidf = train(composed(["model=majority", "data=articles", f"runs={tmp_path / 'runs'}"]))
    assert main(["export", str(tfidf.path), "--to", "onnx"]) == 2
    assert main(["export", str(tfidf.path), "--to", "transformers", "-o", str(tmp_path / "y")]) == 2
    assert not (tmp_path / "y").exists()
