"""Metrics are those of scikit-learn, intervals and p-values mean what they say."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, classification_report, f1_score, log_loss
from sklearn.metrics import confusion_matrix as confusion

from demarche.evaluation import significance
from demarche.evaluation.metrics import (
    PROBABILITY_COLUMNS,
    SLICES,
    evaluate,
    indices,
    interval,
    macro_f1,
    score,
)
from demarche.evaluation.significance import paired_test
from demarche.stance import INDEX, STANCES

Indices = NDArray[np.int64]

labels = st.integers(0, 3)
pairs = st.lists(st.tuples(labels, labels), min_size=1, max_size=60)


def drawn(seed: int, n: int, accuracy: float = 0.7) -> tuple[Indices, Indices]:
    """Gold stances and the verdicts of a model that is right this often."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, n)
    return truth, np.where(rng.random(n) < accuracy, truth, rng.integers(0, 4, n))


def table(truth: Indices, verdicts: Indices, seed: int = 0) -> pd.DataFrame:
    """A table of predictions as a run writes it."""
    rng = np.random.default_rng(seed)
    n = len(truth)
    probabilities = rng.dirichlet(np.full(len(STANCES), 0.5), n)
    return pd.DataFrame(
        {
            "id": [f"s{i}" for i in range(n)],
            "article": rng.choice(["a1", "a2", "a3"], n),
            "mode": rng.choice(["direct", "mixed", "indirect", "narration"], n),
            "side": rng.choice(["Russia", "South Korea", "none"], n),
            "stance": [STANCES[i] for i in truth],
            "also": rng.choice(np.array([*STANCES, None], dtype=object), n),
            "predicted": [STANCES[i] for i in verdicts],
            **dict(zip(PROBABILITY_COLUMNS, probabilities.T, strict=True)),
        }
    )


@settings(deadline=None)
@given(pairs)
@example([(0, 0)])
@example([(0, 1)])
@example([(2, 2), (2, 3)])
def test_macro_f1_is_that_of_scikit_learn(rows: list[tuple[int, int]]) -> None:
    truth, verdicts = np.array(rows).T
    # With no labels named, scikit-learn takes those that occur in either.
    expected = f1_score(truth, verdicts, average="macro", zero_division=0)
    assert macro_f1(truth, verdicts) == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 20), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_macro_f1_of_resamples_is_that_of_each(n: int, resamples: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, verdicts = rng.integers(0, 4, n), rng.integers(0, 4, n)
    rows = rng.integers(0, n, (2, resamples, n))
    found = macro_f1(truth[rows], verdicts[rows])
    assert found.shape == (2, resamples)
    for at in np.ndindex(found.shape):
        expected = f1_score(truth[rows[at]], verdicts[rows[at]], average="macro", zero_division=0)
        assert found[at] == pytest.approx(expected)


@settings(max_examples=25, deadline=None)
@given(pairs, st.integers(0, 2**32 - 1))
def test_score_is_that_of_scikit_learn(rows: list[tuple[int, int]], seed: int) -> None:
    truth, verdicts = np.array(rows).T
    predictions = table(truth, verdicts, seed)
    found = score(predictions)

    assert found["n"] == len(rows)
    assert found["accuracy"] == pytest.approx(accuracy_score(truth, verdicts))
    assert found["macro_f1"] == pytest.approx(
        f1_score(truth, verdicts, average="macro", zero_division=0)
    )
    probabilities = predictions[list(PROBABILITY_COLUMNS)].to_numpy()
    assert found["log_loss"] == pytest.approx(log_loss(truth, probabilities, labels=range(4)))
    names = predictions["stance"], predictions["predicted"]
    assert found["confusion"] == confusion(*names, labels=STANCES).tolist()
    report = classification_report(*names, labels=STANCES, output_dict=True, zero_division=0)
    assert list(found["per_class"]) == list(STANCES)
    for stance, ours in found["per_class"].items():
        theirs = report[stance]
        theirs["f1"] = theirs.pop("f1-score")
        assert ours == pytest.approx(theirs)


@settings(max_examples=15, deadline=None)
@given(pairs, st.integers(0, 2**32 - 1))
@example([(1, 1)], 0)
def test_metrics_are_plain_json_without_nan(rows: list[tuple[int, int]], seed: int) -> None:
    found = evaluate(table(*np.array(rows).T, seed))
    plain = json.loads(json.dumps(found, allow_nan=False))  # raises on NaN and on numpy's types
    assert plain["sentences"]["n"] == len(rows)
    assert plain["by"].keys() == found["by"].keys()


def test_confusion_has_gold_in_rows() -> None:
    predictions = table(np.array([0, 0, 3]), np.array([1, 1, 3]))
    assert score(predictions)["confusion"] == [[0, 2, 0, 0], [0] * 4, [0] * 4, [0, 0, 0, 1]]


@pytest.mark.parametrize(
    ("also", "expected"),
    [
        ([None, None, None, None], 0.25),
        (["accusatory", None, None, None], 0.5),  # the second reading is the verdict
        (["neutral", None, None, None], 0.25),  # it is not
        ([None, None, None, "accusatory"], 0.25),  # a right verdict is not counted twice
        (["accusatory", "escalatory", "neutral", None], 1.0),
    ],
)
def test_lenient_accuracy_accepts_the_second_reading(
    also: list[str | None], expected: float
) -> None:
    predictions = table(indices(pd.Series(["escalatory", *["conciliatory"] * 3])), np.zeros(4, int))
    predictions["predicted"] = ["accusatory", "escalatory", "neutral", "conciliatory"]
    predictions["also"] = also
    found = score(predictions)
    assert found["accuracy"] == 0.25
    assert found["lenient_accuracy"] == expected


def test_a_verdict_held_impossible_costs_much_but_not_infinity() -> None:
    predictions = table(np.array([0, 1]), np.array([1, 1]))
    predictions[list(PROBABILITY_COLUMNS)] = [[0.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]
    assert 10 < score(predictions)["log_loss"] < 40


def test_log_loss_of_even_odds_is_log_four() -> None:
    predictions = table(*drawn(0, 10))
    predictions[list(PROBABILITY_COLUMNS)] = 0.25
    assert score(predictions)["log_loss"] == pytest.approx(np.log(4))


def test_indices_follow_the_one_order() -> None:
    assert indices(pd.Series(STANCES)).tolist() == [0, 1, 2, 3]
    assert [INDEX[stance] for stance in STANCES] == [0, 1, 2, 3]


@pytest.mark.parametrize("n", [30, 139, 400])
@pytest.mark.parametrize("seed", range(5))
def test_interval_contains_the_estimate(n: int, seed: int) -> None:
    truth, verdicts = drawn(seed, n)
    found = interval(truth, verdicts)
    assert found is not None
    low, high = found
    assert 0 <= low < macro_f1(truth, verdicts) < high <= 1


def test_interval_is_the_95_percent_percentile_bootstrap() -> None:
    truth, verdicts = drawn(3, 150)
    rows = np.random.default_rng(99).integers(0, len(truth), (4000, len(truth)))
    expected = np.quantile(macro_f1(truth[rows], verdicts[rows]), [0.025, 0.975])
    # A 90 % interval would be narrower by about .012 at either end.
    assert interval(truth, verdicts) == pytest.approx(tuple(expected), abs=0.006)


@pytest.mark.parametrize("n", [0, 1])
def test_interval_is_not_defined_under_two_rows(n: int) -> None:
    assert interval(*drawn(0, n)) is None


def test_interval_of_a_faultless_model_is_a_point() -> None:
    truth = np.arange(40) % 4
    assert interval(truth, truth) == (1.0, 1.0)


def test_interval_is_reproducible() -> None:
    truth, verdicts = drawn(1, 60)
    assert interval(truth, verdicts) == interval(truth.copy(), verdicts.copy())
    assert interval(truth, verdicts, seed=1) != interval(truth, verdicts, seed=2)


@pytest.mark.parametrize("seed", range(3))
def test_interval_narrows_with_more_data(seed: int) -> None:
    truth, verdicts = drawn(seed, 40)
    widths = []
    for copies in (1, 4, 16):
        found = interval(np.tile(truth, copies), np.tile(verdicts, copies))
        assert found is not None
        widths.append(found[1] - found[0])
    # Four times the data, half the width.
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.2)
    assert widths[1] / widths[2] == pytest.approx(2, rel=0.2)


def test_the_headline_is_of_statements_not_of_narration() -> None:
    predictions = table(*drawn(5, 120), seed=5)
    narration = predictions["mode"] == "narration"
    # Were narration counted in, it would pull the headline down.
    predictions.loc[~narration, "predicted"] = predictions.loc[~narration, "stance"]
    predictions.loc[narration, "stance"] = "neutral"
    predictions.loc[narration, "predicted"] = "escalatory"
    found = evaluate(predictions)
    assert found["statements"]["n"] == (~narration).sum()
    assert found["statements"]["macro_f1"] == 1
    assert found["sentences"]["n"] == len(predictions)
    assert found["sentences"]["accuracy"] == pytest.approx((~narration).mean())
    assert found["sentences"]["macro_f1"] < 1


@settings(max_examples=10, deadline=None)
@given(pairs, st.integers(0, 2**32 - 1))
def test_slices_add_up_to_the_statements(rows: list[tuple[int, int]], seed: int) -> None:
    predictions = table(*np.array(rows).T, seed)
    statements = predictions[predictions["mode"] != "narration"]
    found = evaluate(predictions)
    whole = found["statements"]
    assert tuple(found["by"]) == SLICES
    for name in SLICES:
        parts = found["by"][name]
        assert set(parts) == set(statements[name])
        assert {value: part["n"] for value, part in parts.items()} == dict(
            statements[name].value_counts()
        )
        if whole:
            total = sum(np.array(part["confusion"]) for part in parts.values())
            assert total.tolist() == whole["confusion"]


def test_narration_alone_has_no_headline() -> None:
    predictions = table(*drawn(0, 8)).assign(mode="narration")
    found = evaluate(predictions)
    assert found["statements"] is None
    assert found["sentences"]["n"] == 8
    assert found["by"] == {"article": {}, "mode": {}, "side": {}}


@pytest.mark.parametrize("n", [1, 2, 139])
def test_identical_models_do_not_differ(n: int) -> None:
    truth, verdicts = drawn(0, n)
    assert paired_test(truth, verdicts, verdicts) == 1


def test_a_clearly_better_model_is_found() -> None:
    truth, worse = drawn(0, 139, accuracy=0.4)
    better = np.where(np.random.default_rng(1).random(139) < 0.9, truth, worse)
    assert paired_test(truth, better, worse) < 0.05
    # No p-value is smaller than the number of rounds can show.
    assert paired_test(truth, truth, (truth + 1) % 4) == 1 / (significance.ROUNDS + 1)


def test_paired_test_matches_the_exact_permutations() -> None:
    # Six verdicts differ: 64 equally probable swaps, each of which can be looked at.
    truth, first = drawn(8, 24, accuracy=0.8)
    second = first.copy()
    second[:6] = (truth[:6] + 1) % 4
    first[:5] = truth[:5]
    first[5] = (truth[5] + 2) % 4
    seen = abs(macro_f1(truth, first) - macro_f1(truth, second))
    swaps = (np.arange(64)[:, None] >> np.arange(24)) & 1 == 1
    left = np.array([macro_f1(truth, np.where(swap, second, first)) for swap in swaps])
    right = np.array([macro_f1(truth, np.where(swap, first, second)) for swap in swaps])
    exact = np.mean(np.abs(left - right) >= seen - 1e-12)
    assert 0.01 < exact < 0.99
    assert paired_test(truth, first, second) == pytest.approx(exact, abs=0.02)


@pytest.fixture
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(significance, "ROUNDS", 199)
    return 199


@pytest.mark.usefixtures("few_rounds")
@pytest.mark.parametrize("seed", range(10))
def test_paired_test_is_symmetric_and_reproducible(seed: int) -> None:
    truth, first = drawn(seed, 50)
    _, second = drawn(seed, 50, accuracy=0.6)
    p = paired_test(truth, first, second, seed)
    assert 0 < p <= 1
    assert paired_test(truth, second, first, seed) == p
    assert paired_test(truth, first, second, seed) == p


def p_values(datasets: int, n: int, accuracies: tuple[float, float]) -> Any:
    """The p-values of two models that err independently, over many small datasets."""
    rng = np.random.default_rng(2024)
    found = []
    for seed in range(datasets):
        truth = rng.integers(0, 4, n)
        first, second = (
            np.where(rng.random(n) < accuracy, truth, rng.integers(0, 4, n))
            for accuracy in accuracies
        )
        found.append(paired_test(truth, first, second, seed))
    return np.array(found)


@pytest.mark.usefixtures("few_rounds")
def test_false_alarms_keep_to_the_level() -> None:
    found = p_values(datasets=600, n=40, accuracies=(0.6, 0.6))
    # Standard error at level .05: .009.
    assert 0.02 < (found <= 0.05).mean() < 0.08
    assert 0.42 < (found <= 0.5).mean() < 0.58


@pytest.mark.usefixtures("few_rounds")
def test_a_real_difference_is_found_more_often() -> None:
    assert (p_values(datasets=100, n=40, accuracies=(0.85, 0.4)) <= 0.05).mean() > 0.8
