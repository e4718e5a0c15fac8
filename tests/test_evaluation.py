"""Metrics are those of scikit-learn, of statements and of every slice."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, classification_report, f1_score, log_loss
from sklearn.metrics import confusion_matrix as confusion

from demarche.evaluation.metrics import (
    PROBABILITY_COLUMNS,
    SLICES,
    evaluate,
    indices,
    macro_f1,
    score,
)
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


def test_intervals_stand_beside_the_figures() -> None:
    predictions = table(*drawn(0, 139)).assign(
        mode="direct", article=np.arange(139) % 5, speaker=np.arange(139) % 41
    )
    found = score(predictions)
    by = found["intervals"]
    assert found["macro_f1_interval"] == by["macro_f1"]["statement"]
    for name in ("macro_f1", "accuracy"):
        for unit in ("statement", "speaker"):
            low, high = by[name][unit]
            assert low < found[name] < high
        assert by[name]["article"] is None, "five articles are too few"
    older = score(predictions.drop(columns="speaker"))["intervals"]
    assert older["macro_f1"] == {**by["macro_f1"], "speaker": None}


def test_intervals_do_not_hang_on_the_order_of_rows() -> None:
    predictions = table(*drawn(2, 100))
    shuffled = predictions.sample(frac=1, random_state=0)
    assert score(shuffled)["intervals"] == score(predictions)["intervals"]


@pytest.mark.parametrize(
    ("truth", "verdicts"),
    [
        (np.zeros(10, int), np.zeros(10, int)),  # one class, ten statements, all right
        (np.arange(10) % 4, np.zeros(10, int)),  # all predictions equal
        (np.arange(200) % 4, np.arange(200) % 4),  # all right: nothing to tell the spread by
    ],
)
def test_an_interval_that_is_not_defined_is_none(truth: Indices, verdicts: Indices) -> None:
    found = evaluate(table(truth, verdicts).assign(mode="direct"))["statements"]
    assert found["macro_f1_interval"] is None
    assert found["intervals"]["accuracy"]["statement"] is None
