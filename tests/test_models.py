"""Every model keeps the protocol: label order, shapes, seeds, and a file that says the same."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from encoders import make_encoder

from demarche.config import composed
from demarche.errors import ConfigError, DataError, EncoderError, RunError
from demarche.models import encoder as encoders
from demarche.models import linear
from demarche.models.evidence import explain
from demarche.models.finetune import Rows, make_trainer
from demarche.models.protocol import stance_indices
from demarche.models.registry import MODELS, model_class
from demarche.records import Example, Hints
from demarche.stance import STANCES

SENTENCES = {
    "escalatory": ["we will attack on friday", "they will strike moscow", "attack and strike"],
    "conciliatory": ["we thank our minister", "they welcome the talks", "thank and welcome"],
    "accusatory": ["we blame seoul", "they accuse moscow of a lie", "blame and condemn the lie"],
    "neutral": ["the minister will meet on friday", "talks in seoul", "they meet in moscow"],
}


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def build(tiny_encoder):
    """Make an unfitted model by name, as its shipped config has it but quick to fit."""
    small = {
        "majority": [],
        "tfidf": ["model.min_rows=1"],
        "embedding": [f"model.encoder={tiny_encoder}"],
        "transformer": [
            f"model.encoder={tiny_encoder}",
            "model.least_steps=60",
            "model.trained_layers=null",
            "model.learning_rate=3e-3",
            "model.head_learning_rate=3e-3",
        ],
    }

    def make(name: str, seed: int = 1):
        if name == "ensemble":
            overrides = ["model.members.tfidf.min_rows=1"] + [
                override.replace("model.", f"model.members.transformer_{number}.")
                for number in (1, 2, 3)
                for override in small["transformer"]
            ]
        else:
            overrides = small[name]
        config = composed([f"model={name}", *overrides])
        return model_class(name)(config.params, seed)

    return make


def rows(stances):
    texts = [text for stance in stances for text in SENTENCES[stance]]
    labels = [stance for stance in stances for _ in SENTENCES[stance]]
    order = np.random.default_rng(0).permutation(len(texts))
    return [texts[i] for i in order], [labels[i] for i in order]


def test_every_registered_model_is_tested(build):
    assert {name for name in MODELS if build(name)} == set(MODELS)


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"majority"}))
@pytest.mark.parametrize(
    "stances",
    [STANCES, ("neutral", "escalatory"), ("accusatory", "neutral", "conciliatory")],
    ids=len,
)
def test_columns_stand_in_the_one_order_whatever_labels_are_there(build, name, stances):
    texts, labels = rows(stances)
    probabilities = build(name).fit(texts, labels).predict_proba(texts)
    assert probabilities.shape == (len(texts), 4)
    assert np.allclose(probabilities.sum(axis=1), 1)
    verdicts = [STANCES[column] for column in probabilities.argmax(axis=1)]
    assert np.mean([said == label for said, label in zip(verdicts, labels, strict=True)]) > 0.7
    if name != "transformer" and name != "ensemble":
        missing = [STANCES.index(stance) for stance in STANCES if stance not in stances]
        assert (probabilities[:, missing] == 0).all()


def test_majority_gives_frequencies(build):
    model = build("majority").fit(["a", "b", "c", "d"], ["neutral"] * 3 + ["accusatory"])
    assert model.predict_proba(["x", "y"]).tolist() == [[0, 0, 0.25, 0.75]] * 2


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_seed_fixes_the_fit(build, name):
    texts, labels = rows(STANCES)
    first = build(name).fit(texts, labels).predict_proba(texts)
    second = build(name).fit(texts, labels).predict_proba(texts)
    assert np.array_equal(first, second)


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"embedding"}))
def test_the_words_of_every_model_can_be_weighed(build, name):
    model = build(name).fit(*rows(STANCES))
    texts = ["They blame the lie, and blame moscow", ""]
    found, nothing = explain(model, texts)
    weights = {word.word: word.weight for word in found}
    assert nothing == ()
    assert np.isfinite(list(weights.values())).all()
    if name == "majority":
        assert set(weights.values()) == {0.0}
        return
    assert STANCES[model.predict_proba(texts)[0].argmax()] == "accusatory"
    if name == "transformer":  # a tiny one of random weights leans on any word
        assert any(weights.values())
    else:
        assert max(weights["blame"], weights["lie"]) == max(weights.values()) > 0


@pytest.mark.parametrize("name", sorted(MODELS))
def test_no_texts_give_no_rows(build, name):
    texts, labels = rows(STANCES)
    assert build(name).fit(texts, labels).predict_proba([]).shape == (0, 4)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_saved_and_loaded_in_a_fresh_process_says_the_same(build, name, tmp_path):
    texts, labels = rows(STANCES)
    model = build(name).fit(texts, labels)
    model.save(tmp_path)
    program = (
        "import json, sys; from pathlib import Path; "
        "from demarche.models.registry import model_class; "
        f"model = model_class({name!r}).load(Path({str(tmp_path)!r})); "
        "print(json.dumps(model.predict_proba(json.load(sys.stdin)).tolist()))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    assert np.allclose(json.loads(answer.stdout), model.predict_proba(texts), atol=1e-6)
    assert not list(tmp_path.rglob("*.pkl")) + list(tmp_path.rglob("*.bin"))


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_damaged_model_is_named(build, name, tmp_path):
    texts, labels = rows(STANCES)
    build(name).fit(texts, labels).save(tmp_path)
    for path in tmp_path.rglob("*.*"):
        path.write_bytes(b"not a model")
    with pytest.raises(RunError, match="damaged"):
        model_class(name).load(tmp_path)


def test_a_skops_file_with_foreign_types_is_refused(build, tmp_path):
    import skops.io

    build("embedding").fit(*rows(STANCES)).save(tmp_path)
    skops.io.dump(print, tmp_path / "head.skops")
    with pytest.raises(RunError, match="not trusted"):
        model_class("embedding").load(tmp_path)


@pytest.mark.parametrize("name", ["tfidf.json", "tfidf.safetensors"])
def test_a_tfidf_model_with_another_ones_half_is_refused(build, name, tmp_path):
    for number, text in enumerate(["we attack", "we attack, they said"]):
        (tmp_path / str(number)).mkdir()
        texts, labels = rows(STANCES)
        build("tfidf").fit([*texts, text], [*labels, "neutral"]).save(tmp_path / str(number))
    (tmp_path / "0" / name).replace(tmp_path / "1" / name)
    with pytest.raises(RunError, match="damaged"):
        model_class("tfidf").load(tmp_path / "1")


def test_a_model_that_is_fitted_again_knows_its_new_words_alone(build):
    model = build("tfidf").fit(*rows(STANCES[:2]))
    texts, labels = rows(STANCES[2:])
    again = model.fit(texts, labels).predict_proba(texts)
    assert np.array_equal(again, build("tfidf").fit(texts, labels).predict_proba(texts))


def test_a_tfidf_model_classifies_without_torch_and_scikit_learn(build, tmp_path):
    build("tfidf").fit(*rows(STANCES)).save(tmp_path)
    script = f"""
import sys
from pathlib import Path
from demarche.models.registry import load_fitted
load_fitted("tfidf", Path({str(tmp_path)!r})).predict_proba(["we attack"])
print({{"torch", "sklearn", "skops", "pandas"}} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("name", ["tfidf", "embedding"])
def test_one_stance_alone_cannot_be_learnt(build, name):
    with pytest.raises(DataError, match="two stances"):
        build(name).fit(["we attack", "they attack"], ["escalatory"] * 2)


def test_inner_validation_never_judges_rows_that_it_was_fitted_on(monkeypatch):
    """Labels are noise, so no strength can do better than chance on rows not seen."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(120, 200)), rng.integers(0, 4, 120)
    examples = [
        Example(str(i), "", "", STANCES[y[i]], "direct", "official", "abc"[i % 3], False)
        for i in range(120)
    ]
    losses = []
    real = linear.log_loss

    def spy(truth, said, **options):
        losses.append(real(truth, said, **options))
        return losses[-1]

    monkeypatch.setattr(linear, "log_loss", spy)
    linear.fit_chosen(X, y, [1.0, 100.0], Hints(examples), 0)
    assert len(losses) == 2
    assert min(losses) > np.log(4)  # what even odds would cost


def test_texts_without_words_are_refused(build):
    with pytest.raises(DataError, match="hold no words"):
        build("tfidf").fit(["!", "?"], ["neutral", "accusatory"])


def test_an_unknown_model_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'transformer'"):
        model_class("transfomer")


def hinted(synthetic_stances, real_stances):
    examples = [
        Example(f"{source}{i}", text, "", stance, "direct", "official", group, source == "s")
        for source, stances in (("s", synthetic_stances), ("r", real_stances))
        for stance in stances
        for i, (text, group) in enumerate(zip(SENTENCES[stance], "xyz", strict=True))
    ]
    return examples, Hints(examples, lambda _: examples)


def fit_hinted(model, examples, hints):
    return model.fit([e.text for e in examples], [e.stance for e in examples], None, hints=hints)


def test_the_last_layer_learns_from_real_rows(build):
    examples, hints = hinted(("escalatory", "neutral"), ())
    both, both_hints = hinted(("escalatory", "neutral"), ("accusatory",))
    model = build("transformer")
    model.params = replace(model.params, real_weight=100.0, head_strength=1.0)
    before = fit_hinted(model, examples, hints).predict_proba(SENTENCES["accusatory"])
    tuned = model.model
    after = fit_hinted(model, both, both_hints).predict_proba(SENTENCES["accusatory"])
    assert model.model is tuned, "the encoder was fine-tuned again though its rows are the same"
    accusatory = STANCES.index("accusatory")
    assert (after[:, accusatory] > before[:, accusatory]).all()
    assert (after.argmax(axis=1) == accusatory).all()


def test_slots_are_refilled_every_epoch_after_the_first(build):
    examples, _ = hinted(STANCES, ())
    asked = []

    def refill(k):
        asked.append(k)
        return examples

    model = build("transformer")
    model.params = replace(model.params, epochs=3, least_steps=0)
    fit_hinted(model, examples, Hints(examples, refill))
    assert asked == [1, 2]


@pytest.mark.parametrize(
    ("trained_layers", "trained"), [(1, {"encoder.layer.1", "pooler"}), (0, {"pooler"})]
)
def test_frozen_layers_stay_and_trained_ones_move(build, tiny_encoder, trained_layers, trained):
    model = build("transformer")
    model.params = replace(model.params, trained_layers=trained_layers)
    model.fit(*rows(STANCES))
    pretrained = encoders.FrozenEncoder(str(tiny_encoder), 64).model.state_dict()
    tuned = model.model.base_model.state_dict()
    moved = {
        re.match(r"(encoder\.layer\.\d+|\w+)", name)[0]
        for name, value in pretrained.items()
        if not torch.equal(value.cpu(), tuned[name].cpu())
    }
    assert moved == trained


def test_accumulated_gradients_equal_one_batch(build, tmp_path):
    """transformers#47688: the Trainer must not scale gradients by accumulation steps."""

    def weights(batch_size, accumulation):
        model = build("transformer")
        model.params = replace(
            model.params,
            batch_size=batch_size,
            dropout=0.0,
            hidden_tokens=0.0,
            least_steps=0,
            epochs=1,
        )
        model.fit(*rows(STANCES))  # makes tokenizer and classifier
        texts, labels = rows(STANCES)
        data = Rows(texts, stance_indices(labels).tolist(), model.tokenizer, 64)
        torch.manual_seed(0)
        classifier = type(model.model)(model.model.config)
        trainer = make_trainer(classifier, data, model.params, 1, None, str(tmp_path))
        trainer.args.gradient_accumulation_steps = accumulation
        trainer.optimizer = torch.optim.SGD(classifier.parameters(), lr=0.1)
        trainer.lr_scheduler = torch.optim.lr_scheduler.ConstantLR(trainer.optimizer, 1.0)
        trainer.args.max_grad_norm = 0.0
        for module in classifier.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        trainer.train()
        return torch.cat([p.detach().flatten() for p in classifier.parameters()])

    assert torch.allclose(weights(12, 1), weights(6, 2), atol=1e-6)


def test_the_real_encoder_is_found_offline_and_is_the_pinned_one(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = encoders.find_encoder("all-MiniLM-L6-v2")
    assert encoders.weights_digest(folder) == encoders.PINNED[encoders.DEFAULT]
    vectors = encoders.FrozenEncoder("all-MiniLM-L6-v2", 128)(
        ["The minister threatened to strike.", "The minister threatened an attack.", "Bread rises."]
    )
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_other_weights_under_the_pinned_name_are_refused(monkeypatch, tiny_encoder):
    monkeypatch.setattr(encoders, "find_spec", lambda _: None)
    monkeypatch.setattr(encoders, "snapshot_download", lambda *_, **__: str(tiny_encoder))
    with pytest.raises(EncoderError, match="not the pinned weights"):
        encoders.find_encoder("all-MiniLM-L6-v2")


def test_an_encoder_that_cannot_be_had_is_named(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderError, match=r"'nobody/nothing-of-the-kind'.*name a folder"):
        encoders.find_encoder("nobody/nothing-of-the-kind")


def test_a_folder_without_an_encoder_is_named(tmp_path):
    with pytest.raises(EncoderError, match=r"config\.json"):
        encoders.find_encoder(str(tmp_path))
