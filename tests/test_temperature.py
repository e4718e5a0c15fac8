"""Temperature scaling mends what is too bold or too timid and leaves every verdict alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.metrics import log_loss

from demarche.models import linear
from demarche.models.temperature import WIDEST, fit_temperature, scale
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
    assert fit_temperature(*drawn(temperature)) == pytest.approx(temperature, rel=0.1)


def test_a_stance_ruled_out_wrongly_gives_a_temperature_all_the_same():
    found = fit_temperature(np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0]]), np.array([1, 1]))
    assert 1 < found <= WIDEST


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
    assert log_loss(truth, calm.predict_proba(fresh)) < 0.7 * log_loss(
        truth, bold.predict_proba(fresh)
    )
    assert (calm.predict(fresh) == bold.predict(fresh)).all()


def test_scaling_by_a_temperature_equals_dividing_the_logits():
    X, y, _ = noisy()
    head = linear.fit_linear(X, y, 1.0, 0)
    logits = head.decision_function(X)
    assert np.allclose(scale(head, 2.5).predict_proba(X), softmax(logits / 2.5, axis=1))
