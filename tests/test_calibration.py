"""Calibration and selective figures are what their definitions say, in any order of the rows."""

from functools import partial
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss

from demarche.errors import DemarcheError
from demarche.evaluation.calibration import (
    brier_score,
    calibration_error_by_chance,
    expected_calibration_error,
    reliability,
)
from demarche.evaluation.metrics import PROBABILITY_COLUMNS, confidences, evaluate, score
from demarche.evaluation.selective import (
    accuracy_at_coverage,
    area_under_risk_coverage,
    risk_coverage,
)
from demarche.stance import STANCES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Few distinct confidences, so that many are equal.
judged = st.lists(
    st.tuples(st.sampled_from([0.25, 0.3, 0.5, 0.7, 0.9, 1.0]), st.booleans()),
    min_size=1,
    max_size=40,
)


def arrays(rows: list[tuple[float, bool]]) -> tuple[Floats, Flags]:
    confidence, correct = zip(*rows, strict=True)
    return np.array(confidence), np.array(correct)


def table(probabilities: Floats, truth: list[int]) -> pd.DataFrame:
    """A table of predictions as a run writes it."""
    n = len(truth)
    return pd.DataFrame(
        {
            "id": [f"s{i}" for i in range(n)],
            "article": "a",
            "mode": "direct",
            "side": "Russia",
            "stance": [STANCES[i] for i in truth],
            "also": None,
            "predicted": [STANCES[i] for i in np.argmax(probabilities, axis=1)],
            **dict(zip(PROBABILITY_COLUMNS, probabilities.T, strict=True)),
        }
    )


# Calibration


def test_the_error_is_the_weighted_gap_of_confidence_and_accuracy() -> None:
    confidence = np.array([0.4, 0.5, 0.6, 0.8, 0.9, 1.0])
    correct = np.array([True, False, False, True, True, False])
    low, high = reliability(confidence, correct, bins=2)
    assert (low.confidence, low.accuracy, low.n) == pytest.approx((0.5, 1 / 3, 3))
    assert (high.confidence, high.accuracy, high.n) == pytest.approx((0.9, 2 / 3, 3))
    expected = (0.5 - 1 / 3 + 0.9 - 2 / 3) / 2
    assert expected_calibration_error(confidence, correct, bins=2) == pytest.approx(expected)
    # One bin sees only that the model is too sure of itself on the whole.
    assert expected_calibration_error(confidence, correct, bins=1) == pytest.approx(0.2)


def test_wilson_intervals_go_with_the_accuracies() -> None:
    (found,) = reliability(np.full(10, 0.8), np.arange(10) < 8)
    # Newcombe 1998: the score interval of 8 of 10.
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=5e-5)


@pytest.mark.parametrize(("n", "bins"), [(1, 1), (10, 2), (27, 3), (139, 5), (1000, 10)])
def test_there_are_as_many_bins_as_the_cube_root_of_the_statements(n: int, bins: int) -> None:
    confidence = np.random.default_rng(0).random(n)
    sizes = [found.n for found in reliability(confidence, confidence > 0.5)]
    assert len(sizes) == bins
    assert max(sizes) - min(sizes) <= 1


@given(judged, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(
    rows: list[tuple[float, bool]], order: Random
) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)
    for figure in (
        expected_calibration_error,
        area_under_risk_coverage,
        partial(accuracy_at_coverage, coverage=0.5),
    ):
        assert figure(*arrays(shuffled)) == pytest.approx(figure(*arrays(rows)))
    assert risk_coverage(*arrays(shuffled))[1] == pytest.approx(risk_coverage(*arrays(rows))[1])


@given(judged)
def test_equal_confidences_are_never_parted(rows: list[tuple[float, bool]]) -> None:
    confidence, correct = arrays(rows)
    found = reliability(confidence, correct)
    assert sum(b.n for b in found) == len(rows)
    edges = np.cumsum([b.n for b in found])[:-1]
    ordered = np.sort(confidence)
    assert all(ordered[edge - 1] < ordered[edge] for edge in edges)
    assert all(b.low <= b.accuracy + 1e-12 and b.accuracy <= b.high + 1e-12 for b in found)


def test_a_calibrated_model_shows_the_error_of_chance_and_an_overconfident_one_more() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.3, 1, 139)

    def errors(right: Floats, draws: int) -> Floats:
        outcomes = rng.random((draws, 139)) < right
        found = [expected_calibration_error(confidence, outcome) for outcome in outcomes]
        return np.array(found, dtype=np.float64)

    expected = calibration_error_by_chance(confidence)
    assert np.mean(errors(confidence, 400)) == pytest.approx(expected, abs=0.005)
    assert errors(confidence - 0.2, 50).min() > expected


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_brier_is_that_of_scikit_learn(truth: list[int], seed: int) -> None:
    probabilities = np.random.default_rng(seed).dirichlet(np.ones(4), len(truth))
    theirs = brier_score_loss(truth, probabilities, labels=range(4), scale_by_half=False)
    assert brier_score(probabilities, np.array(truth)) == pytest.approx(theirs)


def test_brier_goes_from_sure_and_right_to_sure_and_wrong() -> None:
    assert brier_score(np.eye(4), np.arange(4)) == 0
    assert brier_score(np.eye(4), (np.arange(4) + 1) % 4) == 2


# Selective classification


def test_the_curve_answers_the_most_confident_first() -> None:
    coverage, risk = risk_coverage(
        np.array([0.3, 0.9, 0.5, 0.7]), np.array([False, True, True, False])
    )
    assert coverage == pytest.approx([0.25, 0.5, 0.75, 1])
    assert risk == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])


@settings(max_examples=40, deadline=None)
@given(judged)
def test_ties_count_as_in_random_order(rows: list[tuple[float, bool]]) -> None:
    confidence, correct = arrays(rows)
    rng = np.random.default_rng(0)
    orders = [np.lexsort((rng.random(len(rows)), -confidence)) for _ in range(2000)]
    expected = np.mean(np.cumsum(~correct[orders], axis=1), axis=0) / np.arange(1, len(rows) + 1)
    assert risk_coverage(confidence, correct)[1] == pytest.approx(expected, abs=0.06)


def test_a_confidence_that_says_nothing_has_the_error_rate_as_area() -> None:
    correct = np.arange(20) % 5 > 0
    assert area_under_risk_coverage(np.full(20, 0.5), correct) == pytest.approx(0.2)
    assert accuracy_at_coverage(np.full(20, 0.5), correct, 0.5) == pytest.approx(0.8)
    assert area_under_risk_coverage(correct / 2, correct) < 0.05
    assert accuracy_at_coverage(correct / 2, correct, 0.8) == 1


def test_half_of_an_odd_number_is_rounded_up() -> None:
    assert accuracy_at_coverage(np.array([0.9, 0.8, 0.7]), np.array([1, 0, 0]) > 0, 0.5) == 0.5


# Bad input


def test_figures_of_nothing_are_not_defined() -> None:
    none, nothing = np.array([]), np.array([], dtype=bool)
    assert reliability(none, nothing) == []
    assert expected_calibration_error(none, nothing) is None
    assert calibration_error_by_chance(none) is None
    assert brier_score(np.empty((0, 4)), np.array([], dtype=int)) is None
    assert area_under_risk_coverage(none, nothing) is None
    assert accuracy_at_coverage(none, nothing, 0.5) is None
    assert [len(part) for part in risk_coverage(none, nothing)] == [0, 0]
    assert [len(part) for part in confidences(table(np.empty((0, 4)), []))] == [0, 0]


@pytest.mark.parametrize("truth", [[3], [3] * 10, [0, 1, 2, 3] * 3])
def test_one_class_or_equal_predictions_have_figures(truth: list[int]) -> None:
    found = score(table(np.tile([0.1, 0.2, 0.1, 0.6], (len(truth), 1)), truth))
    accuracy = truth.count(3) / len(truth)
    assert found["ece"] == pytest.approx(abs(0.6 - accuracy))
    assert found["aurc"] == pytest.approx(1 - accuracy)
    assert found["accuracy_at_half_coverage"] == pytest.approx(accuracy)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -0.2, 1.5, 0.4])
def test_probabilities_that_are_none_are_refused_by_name(bad: float) -> None:
    probabilities = np.full((12, 4), 0.25)
    probabilities[[4, 7], 2] = bad
    with pytest.raises(DemarcheError, match=r"2 of 12 sentences .* \(first: s4\)") as error:
        evaluate(table(probabilities, [0] * 12))
    assert "\n" not in str(error.value)
