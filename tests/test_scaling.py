"""Scaling mends what is too bold, too timid, or learnt from other shares of the stances."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.metrics import log_loss

from demarche.models import linear
from demarche.models.protocol import align
from demarche.models.scaling import Scaling, fit_scaling, scale
from demarche.records import Example, Hints
from demarche.stance import STANCES


def drawn(temperature: float, n: int = 4000):
    """Give the probabilities of a model whose logits are `temperature` times too large."""
    rng = np.random.default_rng(0)
    honest = softmax(rng.normal(scale=1.5, size=(n, 4)), axis=1)
    truth = np.array([rng.choice(4, p=row) for row in honest])
    return softmax(np.log(honest) * temperature, axis=1), truth


@settings(max_examples=20, deadline=None)
@given(st.floats(0.3, 4))
def test_the_temperature_that_was_put_in_is_found(temperature):
    assert fit_scaling(*drawn(temperature)).temperature == pytest.approx(temperature, rel=0.1)


def test_shares_of_the_stances_that_training_did_not_have_are_made_up_for():
    probabilities, truth = drawn(1.0, 20_000)
    kept = np.random.default_rng(1).random(len(truth)) < np.array([1.0, 0.2, 1.0, 1.0])[truth]
    scaling = fit_scaling(probabilities[kept], truth[kept])
    assert scaling.biases.argmin() == 1
    again = scaling(np.log(probabilities[kept]))
    shares = np.bincount(truth[kept]) / kept.sum()
    before, after = (abs(p.mean(axis=0) - shares).max() for p in (probabilities[kept], again))
    assert after < 0.8 * before  # the biases are held small


def test_a_stance_ruled_out_wrongly_is_scaled_all_the_same():
    found = fit_scaling(np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0]]), np.array([1, 1]))
    assert np.isfinite(found.biases).all()
    assert found.temperature > 1


def noisy(n: int = 300):
    """Give rows of three events in which a strong fit is much too sure of itself."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, 60))
    y = (X[:, :4] + rng.normal(scale=1.5, size=(n, 4))).argmax(axis=1)
    examples = [
        Example(str(i), "", "", STANCES[y[i]], "direct", "official", "abc"[i % 3], False)
        for i in range(n)
    ]
    return X, y, Hints(examples)


def test_a_linear_head_is_calibrated_on_events_that_it_was_not_fitted_on():
    X, y, hints = noisy()
    fresh, truth, _ = noisy(3000)
    bold = linear.fit_linear(X, y, 100.0, 0)
    calm = linear.fit_chosen(X, y, [100.0], hints, 0)
    assert log_loss(truth, calm.predict_proba(fresh)) < 0.75 * log_loss(
        truth, bold.predict_proba(fresh)
    )


def test_narration_is_not_what_a_model_is_scaled_on():
    _, y, hints = noisy()
    narrated = [replace(example, mode="narration") for example in hints.examples]
    folds = linear.inner_folds(Hints([*hints.examples, *narrated]), 2 * len(y))
    judged = np.concatenate([held_out for _, held_out in folds])
    assert sorted(judged) == list(range(len(y)))


@pytest.mark.parametrize("classes", [(0, 1, 2, 3), (0, 2, 3), (1, 3)])
def test_a_scaled_head_says_what_scaled_logits_say(classes):
    X, y, _ = noisy()
    kept = np.isin(y, classes)
    head = linear.fit_linear(X[kept], y[kept], 1.0, 0)
    scaling = Scaling(2.5, np.array([0.3, -0.2, 0.1, -0.4]))
    logits = np.log(align(head.predict_proba(X), head.classes_) + 1e-300)
    said = align(scale(head, scaling).predict_proba(X), head.classes_)
    assert np.allclose(said, scaling(logits), atol=1e-9)
